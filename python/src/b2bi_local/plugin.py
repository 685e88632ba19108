"""The pytest fixtures."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Iterator, Sequence

import pytest

from .accounts import new_account
from .clock import Clock
from .events import Events
from .faults import Faults
from .mock import SERVICES, environment
from .server import REGION, Running, Server

if TYPE_CHECKING:
    from mypy_boto3_b2bi import B2BIClient
    from mypy_boto3_s3 import S3Client

FLAGS = "b2bi_local_flags"


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addini(FLAGS, "flags of the b2bi-local server, such as --quotas=false", "args", [])


@pytest.fixture(scope="session")
def b2bi_local_flags(pytestconfig: pytest.Config) -> Sequence[str]:
    """The server's flags: those of pytest's configuration. Override it to say otherwise."""
    flags: Sequence[str] = pytestconfig.getini(FLAGS)
    return flags


@pytest.fixture(scope="session")
def b2bi_local(b2bi_local_flags: Sequence[str]) -> Iterator[Running]:
    """The server of this session, or the one that runs at B2BI_LOCAL_ENDPOINT."""
    given = os.environ.get("B2BI_LOCAL_ENDPOINT")
    if given:
        yield Running(given, os.environ.get("B2BI_LOCAL_ADMIN_TOKEN"))
        return
    with Server(*b2bi_local_flags) as server:
        yield server


@pytest.fixture
def b2bi_account() -> str:
    """An account that no other test uses."""
    return new_account()


@pytest.fixture
def b2bi_region() -> str:
    """The region of the test's clients. Override it for another one."""
    return REGION


@pytest.fixture
def b2bi(b2bi_local: Running, b2bi_account: str, b2bi_region: str) -> B2BIClient:
    """A client of the service, on an account of the test's own."""
    client: B2BIClient = b2bi_local.client("b2bi", b2bi_account, b2bi_region)
    return client


@pytest.fixture
def s3(b2bi_local: Running, b2bi_account: str, b2bi_region: str) -> S3Client:
    """A client of the S3 that the service reads and writes, on the test's account."""
    client: S3Client = b2bi_local.client("s3", b2bi_account, b2bi_region)
    return client


@pytest.fixture
def b2bi_environment(
    b2bi_local: Running, b2bi_account: str, b2bi_region: str, monkeypatch: pytest.MonkeyPatch
) -> Running:
    """Sends clients that the code under test makes to the server, on the test's account."""
    variables = environment(b2bi_local.endpoint, b2bi_account, b2bi_region, SERVICES)
    for name, value in variables.items():
        if value is None:
            monkeypatch.delenv(name, raising=False)
        else:
            monkeypatch.setenv(name, value)
    monkeypatch.setattr("boto3.DEFAULT_SESSION", None)
    return b2bi_local


@pytest.fixture
def b2bi_faults(b2bi_local: Running, b2bi_account: str, b2bi_region: str) -> Iterator[Faults]:
    """Faults for the test's account, which end with the test."""
    faults = Faults(b2bi_local, b2bi_account, b2bi_region)
    yield faults
    faults.clear()


@pytest.fixture
def b2bi_events(b2bi_local: Running, b2bi_account: str) -> Events:
    """The events about the test's account."""
    return Events(b2bi_local, b2bi_account)


@pytest.fixture
def b2bi_clock(b2bi_local: Running) -> Iterator[Clock]:
    """The server's clock; after the test it shows the machine's time again."""
    clock = Clock(b2bi_local)
    yield clock
    clock.reset()
