"""DuckDB, Polars, Ray and Dask: X12 files as their tables. Each engine is imported when it is asked for."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import b2bi_local_tables as x12

if TYPE_CHECKING:
    import dask.dataframe
    import duckdb
    import polars
    import ray.data

SIZE = 128 << 20
"""The bytes of a range that one task reads, about."""


def arrow(src: Any, table: str = "segments") -> Any:
    """The rows as a `pyarrow.RecordBatchReader`."""
    import pyarrow as pa

    return pa.RecordBatchReader.from_stream(x12.table(src, table))


def duckdb_relation(src: Any, table: str = "segments", connection: Any = None) -> duckdb.DuckDBPyRelation:
    """The rows as a DuckDB relation, which reads them once."""
    import duckdb

    return (connection or duckdb).from_arrow(arrow(src, table))


def scan_polars(src: Any, table: str = "segments") -> polars.LazyFrame:
    """The rows as a Polars LazyFrame, which reads the files again for each query and only as far as needed."""
    import polars
    from polars.io.plugins import register_io_source

    def read(
        columns: list[str] | None, predicate: Any, n_rows: int | None, batch_size: int | None
    ) -> Iterator[polars.DataFrame]:
        del batch_size
        for batch in x12.table(src, table):
            frame = polars.DataFrame(batch)
            if predicate is not None:
                frame = frame.filter(predicate)
            if columns is not None:
                frame = frame.select(columns)
            if n_rows is not None:
                frame = frame.head(n_rows)
                n_rows -= len(frame)
            yield frame
            if n_rows == 0:
                return

    return register_io_source(read, schema=polars.DataFrame(x12.table([], table)).schema)


def ray_dataset(path: str, table: str = "segments", size: int = SIZE) -> ray.data.Dataset:
    """The rows as a Ray dataset, a task for each range of a file."""
    import pickle

    import ray.data

    def parse(batch: dict[str, Any]) -> Any:
        from b2bi_local_tables.spark import plain

        for part in batch["part"]:
            for found in x12.table(pickle.loads(part), table):
                import pyarrow as pa

                yield pa.Table.from_batches([plain(pa.record_batch(found))])

    parts = [{"part": pickle.dumps(part)} for part in x12.ranges(path, size)]
    return ray.data.from_items(parts, override_num_blocks=len(parts)).map_batches(parse, batch_size=1)


def dask_dataframe(path: str, table: str = "segments", size: int = SIZE) -> dask.dataframe.DataFrame:
    """The rows as a Dask DataFrame, a partition for each range of a file."""
    import dask.dataframe

    return dask.dataframe.from_map(frame, x12.ranges(path, size), table=table, meta=frame([], table))


def frame(src: Any, table: str) -> Any:
    """The rows as a pandas DataFrame of Arrow's types."""
    import pandas
    import pyarrow as pa

    from b2bi_local_tables.spark import plain_schema

    rows = pa.table(x12.table(src, table))
    return rows.cast(plain_schema(rows.schema)).to_pandas(types_mapper=pandas.ArrowDtype)
