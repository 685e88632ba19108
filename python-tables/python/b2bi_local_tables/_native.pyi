from collections.abc import Iterable, Iterator
from typing import Any

class TableError(ValueError):
    """A file that cannot be read, a specification that cannot be used, or a problem that is to be raised."""

class Table:
    @staticmethod
    def named(name: str) -> Table | None: ...
    @staticmethod
    def of_specification(text: str, name: str | None = None) -> Table: ...
    def problems(self) -> Table: ...
    def is_of_ranges(self) -> bool: ...
    def column_names(self) -> list[str]: ...

class Batch:
    """Rows of a table, as an Arrow struct array."""

    @property
    def num_rows(self) -> int: ...
    def __arrow_c_schema__(self) -> object: ...
    def __arrow_c_array__(self, requested_schema: object | None = None) -> tuple[object, object]: ...

class Rows:
    """A stream of batches, which can be read once: by Arrow's stream protocol, or batch by batch."""

    def __init__(self, table: Table, sources: Iterable[tuple[str, str, Any]], raises: bool) -> None: ...
    @property
    def column_names(self) -> list[str]:
        """The names of the columns."""
    @property
    def problems(self) -> list[dict[str, str | int]]:
        """The problems found so far: file, interchange_number, group_number, transaction_number, segment_number,
        byte_offset, kind and message."""
    def __iter__(self) -> Iterator[Batch]: ...
    def __next__(self) -> Batch: ...
    def __arrow_c_schema__(self) -> object: ...
    def __arrow_c_stream__(self, requested_schema: object | None = None) -> object: ...

def specification(name: str, version: str | None = None) -> str:
    """The text of a specification, to begin one of your own with.

    It is one that comes with the package, such as `835`, or, with a version, one that is generated for a
    set: `specification("X12_204", "VERSION_4010")`, `specification("X12_837_X222", "VERSION_5010_HIPAA")`.
    """

def table_names() -> list[str]:
    """The names of all tables that come with the package."""

def ranges(path: str, size: int) -> list[tuple[str, int, bytes, int, int, int, int, int]]: ...
