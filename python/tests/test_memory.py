"""How the server sets up the allocator of the GNU C library: by the environment, as the process starts."""

import pathlib

import pytest

from server import BINARY, Server

VARIABLE = b"GLIBC_TUNABLES"
is_linked_with_glibc = b"ld-linux" in BINARY.read_bytes()[:4096]


def environment(server):
    text = pathlib.Path(f"/proc/{server.process.pid}/environ").read_bytes()
    return dict(variable.split(b"=", 1) for variable in text.split(b"\0") if variable)


@pytest.mark.skipif(not is_linked_with_glibc, reason="another C library gives memory back by itself")
@pytest.mark.parametrize("given, expected", [
    ({}, b"glibc.malloc.arena_max=2"),
    ({"GLIBC_TUNABLES": "glibc.malloc.perturb=1"}, b"glibc.malloc.perturb=1"),
], ids=["by default", "as the user sets it"])
def test_freed_memory_is_given_back(given, expected):
    with Server(environment=given) as server:
        assert environment(server)[VARIABLE].startswith(expected)
