"""The server under test, and what a test has of its own there: an account, clients, a bucket."""

import contextlib
import os
import shutil
import uuid

import pytest

pytest.register_assert_rewrite("blocks", "replies")

import homes  # noqa: E402
from clients import checked_client  # noqa: E402
from server import BINARY, Server  # noqa: E402
from world import World  # noqa: E402


@pytest.fixture(scope="session")
def home(tmp_path_factory):
    """Where objects are: see homes.py."""
    with homes.home(tmp_path_factory.mktemp) as home:
        yield home


@pytest.fixture(scope="session")
def endpoint(home):
    """The URL of the server under test: the one in B2BI_LOCAL_ENDPOINT, or one for this session."""
    given = os.environ.get("B2BI_LOCAL_ENDPOINT")
    if given:
        yield given.rstrip("/")
        return
    with Server(*home.flags, *home.session_flags) as server:
        yield server.endpoint


@pytest.fixture
def server_with():
    """Starts a server with flags of its own, which ends with the test; returns its URL."""
    if not BINARY.exists():
        pytest.skip(f"wants the binary {BINARY}")
    with contextlib.ExitStack() as servers:
        yield lambda *flags, **environment: servers.enter_context(Server(*flags, environment=environment)).endpoint


@pytest.fixture
def account():
    """An account that no other test uses."""
    return new_account()


@pytest.fixture
def other_account():
    return new_account()


def new_account():
    return f"{uuid.uuid4().int % 10**12:012}"


@pytest.fixture
def client_for(endpoint):
    """Clients of the service by account and region."""
    return lambda account, *region, **config: checked_client(endpoint, account, *region, **config)


@pytest.fixture
def b2bi(client_for, account):
    return client_for(account)


@pytest.fixture
def s3(home, endpoint, account):
    return home.client(endpoint, account)


@pytest.fixture
def bucket(world):
    """A bucket of the account."""
    return world.bucket


@pytest.fixture
def world(b2bi, s3):
    """The account's resources, made as they are asked for."""
    return World(b2bi, s3)


@pytest.fixture
def world_with(server_with, home, account):
    """A world on a server with flags of its own, whose objects are where those of the session are."""

    def start(*flags, account=account):
        endpoint = server_with(*home.flags, *flags)
        return World(checked_client(endpoint, account), home.client(endpoint, account))

    return start


@pytest.fixture(scope="session")
def aws_cli():
    """The aws CLI: B2BI_LOCAL_AWS_CLI, or the one on the PATH."""
    found = os.environ.get("B2BI_LOCAL_AWS_CLI") or shutil.which("aws")
    if not found:
        pytest.skip("wants the aws CLI")
    return found


def pytest_configure(config):
    config.addinivalue_line("markers", "embedded: is about the S3 of the server itself, or tells of it what happens there")


def pytest_collection_modifyitems(items):
    """Leaves out what is about the embedded S3 where objects are elsewhere."""
    if homes.is_elsewhere():
        for item in items:
            if item.get_closest_marker("embedded"):
                item.add_marker(pytest.mark.skip(reason="is about the embedded S3"))


def pytest_generate_tests(metafunc):
    """Runs a block's test for each of the cases that its class lists."""
    if "case" in metafunc.fixturenames:
        cases = metafunc.cls.cases
        metafunc.parametrize("case", cases, ids=[f"{case[0]}-{number}" for number, case in enumerate(cases)])
