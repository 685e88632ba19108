"""Where X12 comes from: paths, folders, patterns, bytes, file objects, ranges of files, and iterables of these."""

from __future__ import annotations

import glob
import os
from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple, Protocol

from b2bi_local_tables import _native

EXTENSIONS = (".edi", ".x12", ".txt")


class Readable(Protocol):
    """A file object that is open for reading bytes."""

    def read(self, size: int, /) -> bytes: ...


class Range(NamedTuple):
    """A range of a file that begins at a transaction; it can be pickled and read on another machine."""

    path: str
    end: int
    head: bytes
    begin: int
    interchange: int
    group: int
    transaction: int
    segment: int


Source = "str | bytes | bytearray | memoryview | os.PathLike[str] | Readable | Range | Iterable[Source]"

Described = tuple[str, str, Any]


def sources(src: Any, table: _native.Table) -> Iterator[Described]:
    """Each source as the native part takes it: a kind, a name and an object."""
    if isinstance(src, Range):
        if not table.is_of_ranges():
            raise _native.TableError("problems are those of a whole file: name the file and not a range")
        yield "range", src.path, tuple(src)
    elif isinstance(src, (str, os.PathLike)):
        for path in files(src):
            yield "path", path, path
    elif isinstance(src, (bytes, bytearray, memoryview)):
        yield "bytes", "", bytes(src)
    elif hasattr(src, "read"):
        yield "object", str(getattr(src, "name", "")), src
    elif isinstance(src, Iterable):
        for item in src:
            yield from sources(item, table)
    else:
        raise TypeError(f"{type(src).__name__} is no X12: give a path, a pattern, bytes, a file object, or several")


def files(src: str | os.PathLike[str]) -> list[str]:
    """The files of a path: itself, those of a folder, or those that match a pattern such as `in/**/*.edi`."""
    path = os.fspath(src)
    if os.path.isdir(path):
        found = [os.path.join(folder, name) for folder, _, names in os.walk(path) for name in names]
        found = sorted(name for name in found if is_x12(name))
    elif glob.has_magic(path) and not os.path.exists(path):
        found = sorted(name for name in glob.glob(path, recursive=True) if os.path.isfile(name))
    else:
        return [path]
    if not found:
        raise _native.TableError(f"{path} has no X12 file")
    return found


def is_x12(path: str) -> bool:
    """Whether a file has a usual extension, or begins as X12 does."""
    if os.path.basename(path).startswith("."):
        return False
    if path.lower().endswith(EXTENSIONS):
        return True
    with open(path, "rb") as file:
        return file.read(256).removeprefix(b"\xef\xbb\xbf").lstrip().startswith(b"ISA")


def ranges(src: str | os.PathLike[str], size: int = 128 << 20) -> list[Range]:
    """The ranges of files, each of about `size` bytes, for several workers: together they have the rows of the files."""
    found: list[Range] = []
    for path in files(src):
        length = os.path.getsize(path)
        if length > size:
            found += [Range(*fields) for fields in _native.ranges(path, size)]
        else:
            found.append(Range(path, length, b"", 0, 0, 0, 0, 0))
    return found
