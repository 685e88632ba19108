"""Reads X12 with Spark, Ray and Dask, and compares rows and sums with `b2bi-local rows`."""

from __future__ import annotations

import csv
import os
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

import x12_files

TABLE = "835.claims"
COLUMN = "paid_amount"
FILES = 48

Answer = tuple[int, Decimal]


def by_command_line(folder: Path) -> Answer:
    """The rows of the table and the sum of the column, by the command line."""
    command = [os.environ["B2BI_LOCAL_BIN"], "rows", "--table", TABLE, "--format", "csv", str(folder)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        amounts = [Decimal(row[COLUMN]) for row in csv.DictReader(process.stdout)]
    assert process.returncode == 0
    return len(amounts), sum(amounts, Decimal(0))


def by_spark(folder: Path, size: int) -> Answer:
    """The same by Spark, with the data source if it is available, and with `mapInArrow`."""
    from b2bi_local_tables import spark as x12
    from pyspark.sql import SparkSession, functions

    builder = SparkSession.builder.master("local-cluster[2,1,1024]").config("spark.ui.enabled", "false")
    session = builder.getOrCreate()
    try:
        frames = [x12.read(session, str(folder), TABLE, size)]
        if hasattr(session, "dataSource"):
            session.dataSource.register(x12.X12DataSource)
            reader = session.read.format("x12").option("table", TABLE).option("partitionBytes", str(size))
            frames.append(reader.load(str(folder)))
        answers = [frame.agg(functions.count("*"), functions.sum(COLUMN)).first() for frame in frames]
        assert len({tuple(answer) for answer in answers}) == 1, answers
        rows, total = answers[0]
        return rows, total
    finally:
        session.stop()


def by_ray(folder: Path, size: int) -> Answer:
    """The same by Ray Data."""
    import pyarrow.compute as pc
    import ray
    from b2bi_local_tables import engines

    ray.init(num_cpus=2, include_dashboard=False, log_to_driver=False)
    try:
        tables = engines.ray_dataset(str(folder), TABLE, size).iter_batches(batch_format="pyarrow", batch_size=None)
        parts = [(batch.num_rows, pc.sum(batch[COLUMN]).as_py() or Decimal(0)) for batch in tables]
        return sum(rows for rows, _ in parts), sum((total for _, total in parts), Decimal(0))
    finally:
        ray.shutdown()


def by_dask(folder: Path, size: int) -> Answer:
    """The same by Dask."""
    from b2bi_local_tables import engines

    frame = engines.dask_dataframe(str(folder), TABLE, size)
    parts = [part.compute() for part in frame.partitions]
    return sum(len(part) for part in parts), sum((sum(part[COLUMN], Decimal(0)) for part in parts), Decimal(0))


def run_the_page(folder: Path) -> None:
    """Runs the Spark code of docs/tables.md unchanged, with the folder as its `remits`."""
    page = Path(__file__).resolve().parents[1] / "docs/tables.md"
    blocks = re.findall(r"^```python-spark\n(.*?)^```$", page.read_text(), re.MULTILINE | re.DOTALL)
    assert blocks
    (folder.parent / "remits").symlink_to(folder)
    program = "\n".join([*blocks, "session.stop()"])
    done = subprocess.run([sys.executable, "-c", program], cwd=folder.parent, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "sum(paid_amount)" in done.stdout, done.stdout


def main() -> None:
    many_megabytes, one_megabytes = float(sys.argv[1]), float(sys.argv[2])
    wanted = sys.argv[3:]
    ways: dict[str, Callable[[Path, int], Answer]] = {"spark": by_spark, "ray": by_ray, "dask": by_dask}
    with tempfile.TemporaryDirectory() as folder:
        many, one = Path(folder, "many"), Path(folder, "one")
        many.mkdir()
        one.mkdir()
        for number in range(FILES):
            x12_files.write(many / f"{number:02}.edi", "835", many_megabytes / FILES)
        x12_files.write(one / "one.edi", "835", one_megabytes)
        for place, megabytes in ((many, many_megabytes), (one, one_megabytes)):
            expected = by_command_line(place)
            for name, way in ways.items():
                if wanted and name not in wanted:
                    continue
                begin = time.perf_counter()
                found = way(place, int(megabytes * 1e6 / 8))
                seconds = time.perf_counter() - begin
                assert found == expected, (name, place.name, found, expected)
                print(f"{name:6} {place.name:5} {found[0]:9} rows {found[1]:14} {seconds:6.1f} s", flush=True)
        if not wanted or "spark" in wanted:
            run_the_page(many)


if __name__ == "__main__":
    main()
