"""X12 files as tables: streams of Arrow batches that DuckDB, Polars, pyarrow and others read.

    import polars
    from b2bi_local_tables import table

    claims = polars.DataFrame(table("remits/*.edi", "835.claims"))

The rows of a table come as a stream that can be read once. It takes any number of files and keeps
no more in memory than a batch of 65,536 rows. No other package is needed.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Literal

from b2bi_local_tables._native import Rows, Table, TableError
from b2bi_local_tables._native import specification as specification
from b2bi_local_tables._native import table_names as table_names
from b2bi_local_tables._sources import Range, files, ranges, sources

if TYPE_CHECKING:
    from b2bi_local_tables._sources import Source

__all__ = [
    "Range",
    "Rows",
    "TableError",
    "documents",
    "elements",
    "files",
    "problems",
    "ranges",
    "segments",
    "specification",
    "table",
    "table_names",
]

Errors = Literal["report", "raise"]


def segments(src: Source, *, errors: Errors = "report") -> Rows:
    """A row for each segment, from which the file can be written again."""
    return rows(src, Table.named("segments"), errors)


def elements(src: Source, *, errors: Errors = "report") -> Rows:
    """A row for each value: element, repetition, component."""
    return rows(src, Table.named("elements"), errors)


def documents(src: Source, *, errors: Errors = "report") -> Rows:
    """A row for each transaction, with the JSON that AWS B2B Data Interchange makes of it."""
    return rows(src, Table.named("documents"), errors)


def problems(src: Source, spec: str | os.PathLike[str] | None = None) -> Rows:
    """A row for each problem that validation finds, and for each value that does not fit a column of `spec`."""
    found = Table.named("problems") if spec is None else find(spec).problems()
    return rows(src, found, "report")


def table(src: Source, spec: str | os.PathLike[str], *, errors: Errors = "report") -> Rows:
    """The rows and columns of a specification.

    `spec` is the name of a table that comes with the package, such as `835.claims`; the path of a TOML
    file, with `#name` where it has several tables; or the text of a specification.
    """
    return rows(src, find(spec), errors)


def rows(src: Source, found: Table | None, errors: Errors) -> Rows:
    """The rows of a table, with the problems of the files in the list `problems`, or raised."""
    if errors not in ("report", "raise"):
        raise TableError(f"errors is {errors!r}; it can be 'report' or 'raise'")
    if found is None:
        raise TableError("there is no such table")
    return Rows(found, sources(src, found), errors == "raise")


def find(spec: str | os.PathLike[str]) -> Table:
    """The table of a name, of a file, or of the text of a specification."""
    text = os.fspath(spec)
    found = Table.named(text)
    if found is not None:
        return found
    if "\n" in text:
        return Table.of_specification(text)
    path, _, name = text.partition("#")
    if not path.endswith(".toml"):
        raise TableError(f"there is no table {text}; there are {', '.join(table_names())}, and FILE.toml")
    try:
        with open(path, encoding="utf-8") as file:
            return Table.of_specification(file.read(), name or None)
    except OSError as error:
        raise TableError(f"{path} cannot be read: {error}") from error
