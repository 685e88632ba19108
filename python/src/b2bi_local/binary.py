"""Finds the server's binary."""

from __future__ import annotations

import importlib.metadata
import os
import shutil
import sysconfig
from pathlib import Path

DISTRIBUTION = "pytest-b2bi-local"
VARIABLE = "B2BI_LOCAL_BIN"
NAME = "b2bi-local" + (sysconfig.get_config_var("EXE") or "")


class BinaryNotFound(Exception):
    """No binary was found."""


def binary() -> Path:
    """The binary in `B2BI_LOCAL_BIN`, or else that of the wheel, or else the one on the PATH.

    Raises:
        BinaryNotFound: it is in none of them, or `B2BI_LOCAL_BIN` names none.
    """
    named = os.environ.get(VARIABLE)
    if named:
        return _existing(Path(named))
    beside = Path(sysconfig.get_path("scripts")) / NAME
    if beside.is_file():
        return beside
    found = _of_the_wheel() or shutil.which(NAME)
    if found:
        return Path(found)
    raise BinaryNotFound(
        f"there is no {NAME} in the wheel {DISTRIBUTION} or on the PATH; "
        f"reinstall the wheel, or name a binary in {VARIABLE}"
    )


def _existing(path: Path) -> Path:
    if path.is_file():
        return path
    raise BinaryNotFound(f"{VARIABLE} names {path}, which is not a file")


def _of_the_wheel() -> Path | None:
    """Where the installer put it; with --user or --target that is not next to this Python."""
    try:
        files = importlib.metadata.files(DISTRIBUTION) or []
    except importlib.metadata.PackageNotFoundError:
        return None
    paths = [Path(str(file.locate())) for file in files if file.name == NAME]
    return next((path for path in paths if path.is_file()), None)
