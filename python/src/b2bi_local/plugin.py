"""The pytest fixtures."""

from __future__ import annotations

import types
from typing import TYPE_CHECKING, Any, Iterator, Sequence

import pytest

from . import guard
from .accounts import new_account
from .clock import Clock
from .environment import ALL, NOWHERE, environment
from .events import Events
from .existing import EndpointError, check_existing_server, existing_server
from .faults import Faults, describe
from .server import REGION, Running, Server

if TYPE_CHECKING:
    from mypy_boto3_b2bi import B2BIClient
    from mypy_boto3_s3 import S3Client

FLAGS = "b2bi_local_flags"
ENVIRONMENT = "b2bi_local_environment"
SERVICES = "b2bi_local_services"
UNFIRED = "b2bi_local_fail_unfired"
# The fixture that needs moto, which may not be installed.
MOCK_AWS = "b2bi_mock_aws"
# The longest pause of a waiter under `b2bi_no_pauses`.
WAITER_SECONDS = 0.05

_faults = pytest.StashKey[Faults]()
_patches = pytest.StashKey[pytest.MonkeyPatch]()


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addini(FLAGS, "flags of the b2bi-local server, such as --quotas=false", "args", [])
    parser.addini(
        ENVIRONMENT,
        "whose AWS clients are sent to the server: those of tests that use a fixture of b2bi-local, while "
        "other requests to AWS are refused (tests, the default); the same, and clients that are made "
        "elsewhere have no endpoint (true); only with b2bi_environment (false)",
        default="tests",
    )
    parser.addini(
        SERVICES, "the AWS services whose clients are kept here; all, or names such as b2bi s3", "args", [ALL]
    )
    parser.addini(UNFIRED, "fail a test that ends with a fault rule that never fired", "bool", False)
    parser.getgroup("b2bi-local").addoption(
        "--b2bi-fail-unfired",
        action="store_true",
        help="fail a test that ends with a fault rule of b2bi_faults that never fired",
    )


def pytest_configure(config: pytest.Config) -> None:
    # Both patches are applied before the modules under test are imported, which may create clients.
    if _scope(config) == "false":
        return
    patch = config.stash[_patches] = pytest.MonkeyPatch()
    guard.install(patch)
    if _scope(config) == "true":
        _apply(patch, environment(NOWHERE, new_account(), REGION, config.getini(SERVICES)))


def pytest_unconfigure(config: pytest.Config) -> None:
    if _patches in config.stash:
        config.stash[_patches].undo()


def pytest_sessionstart(session: pytest.Session) -> None:
    try:
        check_existing_server()
    except EndpointError as error:
        raise pytest.UsageError(str(error)) from None


@pytest.hookimpl(trylast=True)
def pytest_runtest_call(item: pytest.Item) -> None:
    """Runs after the test, if it passed."""
    __tracebackhide__ = True
    config = item.config
    if _faults in item.stash and (config.getini(UNFIRED) or config.getoption("b2bi_fail_unfired")):
        rules = [describe(rule) for rule in item.stash[_faults].unfired()]
        if rules:
            lines = "".join(f"\n  {rule}" for rule in rules)
            pytest.fail(f"fault rules that never fired:{lines}", pytrace=False)


@pytest.fixture(scope="session")
def b2bi_local_flags(pytestconfig: pytest.Config) -> Sequence[str]:
    """The server's flags: those of pytest's configuration. Override it for other ones."""
    flags: Sequence[str] = pytestconfig.getini(FLAGS)
    return flags


@pytest.fixture(scope="session")
def b2bi_local(b2bi_local_flags: Sequence[str], request: pytest.FixtureRequest) -> Iterator[Running]:
    """The server of this session, or the one at B2BI_LOCAL_ENDPOINT."""
    existing = existing_server()
    if existing:
        yield existing
        return
    with Server(*b2bi_local_flags, *_flags_for_moto(request.session, b2bi_local_flags)) as server:
        yield server


@pytest.fixture(autouse=True)
def _b2bi_local_environment(request: pytest.FixtureRequest) -> None:
    """Sends the clients of a test with a fixture of this package to the server, before its other fixtures run."""
    if _scope(request.config) != "false" and _is_ours(request.node):
        request.getfixturevalue("b2bi_environment")


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
    """A client of the service, on the test's own account."""
    client: B2BIClient = b2bi_local.client("b2bi", b2bi_account, b2bi_region)
    return client


@pytest.fixture
def s3(b2bi_local: Running, b2bi_account: str, b2bi_region: str) -> S3Client:
    """A client of the S3 that the service reads and writes, on the test's account."""
    client: S3Client = b2bi_local.client("s3", b2bi_account, b2bi_region)
    return client


@pytest.fixture
def b2bi_environment(
    b2bi_local: Running,
    b2bi_account: str,
    b2bi_region: str,
    pytestconfig: pytest.Config,
    monkeypatch: pytest.MonkeyPatch,
) -> Running:
    """Sends clients that the code under test makes to the server, on the test's account.

    Tests that use another fixture of this package have it without asking, unless the ini option
    `b2bi_local_environment` is false.
    """
    services = pytestconfig.getini(SERVICES)
    _apply(monkeypatch, environment(b2bi_local.endpoint, b2bi_account, b2bi_region, services))
    monkeypatch.setattr("boto3.DEFAULT_SESSION", None)
    return b2bi_local


@pytest.fixture
def b2bi_mock_aws(
    b2bi_environment: Running, b2bi_account: str, b2bi_region: str
) -> Iterator[Running]:
    """moto for every service but b2bi and S3, on the test's account.

    Events, log records and notifications of the server arrive in moto, unless the server is the one at
    B2BI_LOCAL_ENDPOINT. It needs the extra `moto`.
    """
    from .moto import mock_aws

    with mock_aws(account=b2bi_account, region=b2bi_region, server=b2bi_environment):
        yield b2bi_environment


@pytest.fixture
def b2bi_no_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    """Removes boto3's pauses: retries follow at once, and waiters poll every 0.05 seconds."""
    import botocore.endpoint
    import botocore.waiter

    _replace_sleep(monkeypatch, botocore.endpoint, 0)
    _replace_sleep(monkeypatch, botocore.waiter, WAITER_SECONDS)


@pytest.fixture
def b2bi_faults(
    b2bi_local: Running, b2bi_account: str, b2bi_region: str, request: pytest.FixtureRequest
) -> Iterator[Faults]:
    """Faults for the test's account, removed after the test."""
    faults = Faults(b2bi_local, b2bi_account, b2bi_region)
    request.node.stash[_faults] = faults
    yield faults
    faults.clear()


@pytest.fixture
def b2bi_events(b2bi_local: Running, b2bi_account: str) -> Events:
    """The events about the test's account."""
    return Events(b2bi_local, b2bi_account)


@pytest.fixture
def b2bi_clock(b2bi_local: Running) -> Iterator[Clock]:
    """The server's clock; after the test it returns to the machine's time."""
    clock = Clock(b2bi_local)
    yield clock
    clock.reset()


def _flags_for_moto(session: pytest.Session, configured: Sequence[str]) -> list[str]:
    """Flags that point to moto, if a test of this session uses it."""
    if not any(MOCK_AWS in getattr(item, "fixturenames", ()) for item in session.items):
        return []
    from .moto.endpoint import flags

    return flags(configured)


def _is_ours(item: pytest.Item) -> bool:
    names = getattr(item, "fixturenames", ())
    return "b2bi_local" in names or "b2bi_account" in names


def _scope(config: pytest.Config) -> str:
    scope = str(config.getini(ENVIRONMENT)).lower()
    if scope not in ("tests", "true", "false"):
        raise pytest.UsageError(f"{ENVIRONMENT} is {scope!r}; it must be tests, true or false")
    return scope


def _apply(patch: pytest.MonkeyPatch, variables: dict[str, str | None]) -> None:
    for name, value in variables.items():
        if value is None:
            patch.delenv(name, raising=False)
        else:
            patch.setenv(name, value)


def _replace_sleep(patch: pytest.MonkeyPatch, module: Any, most: float) -> None:
    """Gives one module a `time` whose sleep lasts at most `most` seconds; other modules are not changed."""
    time = module.time
    copy = types.ModuleType("time")
    copy.__dict__.update(time.__dict__)
    copy.sleep = lambda seconds: time.sleep(min(seconds, most))  # type: ignore[attr-defined]
    patch.setattr(module, "time", copy)
