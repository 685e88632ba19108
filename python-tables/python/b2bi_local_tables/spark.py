"""Apache Spark: X12 files as DataFrames.

For Spark 4 register the data source; partitions are ranges of files:

    spark.dataSource.register(X12DataSource)
    spark.read.format("x12").option("table", "835.claims").load("remits/*.edi")

For Spark 3.4 and later `read` does the same by `mapInArrow`.
"""

from __future__ import annotations

import pickle
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import pyarrow as pa

import b2bi_local_tables as x12

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession

try:
    from pyspark.sql.datasource import DataSource, DataSourceReader, InputPartition
except ImportError:  # Spark 3 has no data sources in Python.
    DataSource = DataSourceReader = InputPartition = object

SIZE = 128 << 20
"""The bytes of a partition, about."""


def plain(batch: pa.RecordBatch) -> pa.RecordBatch:
    """The batch without dictionaries, which Spark does not read."""
    schema = plain_schema(batch.schema)
    return pa.RecordBatch.from_arrays(
        [column.cast(field.type) for column, field in zip(batch.columns, schema, strict=True)], schema=schema
    )


def plain_schema(schema: pa.Schema) -> pa.Schema:
    """The types of a table with the values of dictionaries in their place."""
    fields = (field.with_type(field.type.value_type) if pa.types.is_dictionary(field.type) else field for field in schema)
    return pa.schema(list(fields))


def arrow_schema(table: str) -> pa.Schema:
    return plain_schema(pa.schema(x12.table([], table)))


def batches(table: str, source: Any) -> Iterator[pa.RecordBatch]:
    for batch in x12.table(source, table):
        yield plain(pa.record_batch(batch))


def parts(table: str, path: str, size: int) -> list[Any]:
    """What the partitions read: ranges, or whole files where ranges do not give the rows of the whole."""
    return x12.files(path) if table == "problems" else x12.ranges(path, size)


class X12DataSource(DataSource):
    """The format `x12`, with the options `table` (default `segments`) and `partitionBytes`."""

    @classmethod
    def name(cls) -> str:
        return "x12"

    def schema(self) -> Any:
        from pyspark.sql.pandas.types import from_arrow_schema

        return from_arrow_schema(arrow_schema(self.options.get("table", "segments")))

    def reader(self, schema: Any) -> X12Reader:
        return X12Reader(dict(self.options))


class X12Reader(DataSourceReader):
    def __init__(self, options: dict[str, str]) -> None:
        # Spark's options have no case.
        self.table = options.get("table", "segments")
        self.path = options.get("path", "")
        self.size = int(options.get("partitionbytes", options.get("partitionBytes", SIZE)))

    def partitions(self) -> list[Any]:
        return [InputPartition(pickle.dumps(part)) for part in parts(self.table, self.path, self.size)]

    def read(self, partition: Any) -> Iterator[pa.RecordBatch]:
        yield from batches(self.table, pickle.loads(partition.value))


def read(spark: SparkSession, path: str, table: str = "segments", size: int = SIZE) -> DataFrame:
    """The rows of a table, for Spark 3.4 and later."""
    from pyspark.sql.pandas.types import from_arrow_schema

    rows = [(pickle.dumps(part),) for part in parts(table, path, size)]
    frame = spark.createDataFrame(rows, "part binary").repartition(max(1, len(rows)))

    def parse(inputs: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        for batch in inputs:
            for part in batch.column(0).to_pylist():
                yield from batches(table, pickle.loads(part))

    return frame.mapInArrow(parse, from_arrow_schema(arrow_schema(table)))
