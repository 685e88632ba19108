"""moto's patches of botocore: applied when the first mock is entered, removed when the last one is left."""

from __future__ import annotations

import contextlib
import threading
from typing import Any, Iterator

import pytest
from moto import mock_aws

from .. import guard

ADVICE = (
    "moto does not answer for it, or its client was made before moto was imported: import b2bi_local.moto "
    "first, and make clients within mock_aws."
)
_lock = threading.RLock()


class _Patches:
    """moto's patches, and the guard that refuses requests that moto does not answer."""

    def __init__(self, config: Any) -> None:
        self.config = config
        self.users = 0
        self._moto = mock_aws(config=config)
        self._guard = pytest.MonkeyPatch()

    def put_on(self) -> None:
        self._moto.start()
        guard.install(self._guard, ADVICE)

    def take_off(self) -> None:
        self._guard.undo()
        self._moto.stop()


_patches: list[_Patches] = []


@contextlib.contextmanager
def patched(config: Any) -> Iterator[None]:
    """Has moto answer meanwhile. Its data are removed when the last mock is left.

    Raises:
        ValueError: moto runs already, with another configuration.
    """
    with _lock:
        patches = _acquire(config)
    try:
        yield
    finally:
        with _lock:
            _release(patches)


def active() -> bool:
    """Whether moto is active."""
    return bool(_patches)


def _acquire(config: Any) -> _Patches:
    if not _patches:
        patches = _Patches(config)
        patches.put_on()
        _patches.append(patches)
    [patches] = _patches
    if patches.config != config:
        raise ValueError(f"mock_aws is in force with config={patches.config!r}; it cannot change to {config!r}")
    patches.users += 1
    return patches


def _release(patches: _Patches) -> None:
    patches.users -= 1
    if patches.users == 0:
        _patches.remove(patches)
        patches.take_off()
