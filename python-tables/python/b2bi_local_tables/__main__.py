"""`python -m b2bi_local_tables`: writes a table of X12 files as Parquet or as an Arrow file."""

from __future__ import annotations

import argparse
import sys
from typing import Any

import b2bi_local_tables as x12

FORMATS = ("parquet", "arrow")


def arguments() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser("python -m b2bi_local_tables", description=__doc__)
    parser.add_argument("file", nargs="+", help="files, folders, and patterns such as 'in/**/*.edi'")
    parser.add_argument(
        "--table",
        default="segments",
        help="segments, elements, problems, documents, 835.claims, FILE.toml or FILE.toml#NAME (default: segments)",
    )
    parser.add_argument("--format", choices=FORMATS, default="parquet", help="format of OUT (default: parquet)")
    parser.add_argument("--out", required=True, metavar="OUT", help="the file to write")
    return parser


def write(pa: Any, rows: x12.Rows, out: str, kind: str) -> None:
    """Writes the rows, batch by batch."""
    reader = pa.RecordBatchReader.from_stream(rows)
    if kind == "arrow":
        from b2bi_local_tables.spark import plain, plain_schema

        # Each batch has dictionaries of its own, which the file format does not allow.
        with pa.ipc.new_file(out, plain_schema(reader.schema)) as file:
            for batch in reader:
                file.write_batch(plain(batch))
        return
    import pyarrow.parquet

    with pyarrow.parquet.ParquetWriter(out, reader.schema) as file:
        for batch in reader:
            file.write_batch(batch)


def main(argv: list[str] | None = None) -> int:
    """The exit status: 0 when nothing is wrong, 1 when a file has problems, 2 when it could not be done."""
    given = arguments().parse_args(argv)
    try:
        import pyarrow as pa
    except ImportError:
        print("this command needs pyarrow: pip install pyarrow", file=sys.stderr)
        return 2
    try:
        rows = x12.table(given.file, given.table)
        write(pa, rows, given.out, given.format)
    except (OSError, ValueError, pa.ArrowException) as error:
        print(error, file=sys.stderr)
        return 2
    # The rows of the table of problems are those already.
    for problem in rows.problems if given.table != "problems" else []:
        print(f"{problem['file']}: {problem['message']}", file=sys.stderr)
    return 1 if rows.problems else 0


if __name__ == "__main__":
    sys.exit(main())
