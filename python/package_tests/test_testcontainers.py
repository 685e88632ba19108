"""`B2biLocalContainer`, with a docker client whose containers are processes; scripts/test-docker has an engine."""

import os
import pathlib
import shutil
import subprocess
import sys

import pytest
from b2bi_local import Events, Faults, ServerError, mock_b2bi

pytest.importorskip("testcontainers.core.wait_strategies")
import boto3  # noqa: E402
import fake_docker  # noqa: E402
from b2bi_local.testcontainers import B2biLocalContainer  # noqa: E402
from testcontainers.core.container import DockerContainer  # noqa: E402
from testcontainers.core.waiting_utils import WaitStrategy  # noqa: E402

SAMPLE = pathlib.Path(__file__).resolve().parents[2] / "fixtures" / "sample-containers"
SAMPLE_TESTS = 3
ACCOUNT = "111122223333"
PROFILE = {"name": "p", "businessName": "b", "phone": "5555555555", "logging": "DISABLED"}


@pytest.fixture(autouse=True, scope="module")
def engine():
    with pytest.MonkeyPatch.context() as patch:
        fake_docker.install(patch)
        yield


@pytest.fixture(scope="module")
def container(engine):
    with B2biLocalContainer() as container:
        yield container


def docker(container):
    return container.get_wrapped_container()


class TestContract:
    def test_it_is_a_container_of_testcontainers(self, container):
        assert isinstance(container, DockerContainer)
        assert isinstance(container._wait_strategy, WaitStrategy)

    def test_what_docker_is_asked_for(self, container):
        asked = docker(container)
        assert (asked.image, asked.ports) == ("b2bi-local", ["4577"])
        assert asked.environment == {"B2BI_LOCAL_ADMIN_TOKEN": container.token}

    def test_another_image(self, monkeypatch):
        assert B2biLocalContainer("registry.example/b2bi-local:1").image == "registry.example/b2bi-local:1"
        monkeypatch.setenv("B2BI_LOCAL_IMAGE", "mine")
        assert B2biLocalContainer().image == "mine"

    def test_it_is_chained_as_others_are(self):
        container = B2biLocalContainer().with_flags("--quota-profiles=0").with_env("B2BI_LOCAL_REGION", "eu-west-1")
        with container.with_name("edi") as started:
            assert started is container and docker(container).others["name"] == "edi"
            b2bi = container.get_client("b2bi", ACCOUNT)
            with pytest.raises(b2bi.exceptions.ServiceQuotaExceededException):
                b2bi.create_profile(**PROFILE)
            assert '"eu-west-1"' in str(container.server.admin.get("config")).replace("'", '"')
        assert docker(container).removed == (True, True)

    def test_tokens_differ(self):
        assert B2biLocalContainer().token != B2biLocalContainer().token


class TestUse:
    def test_it_answers_at_once(self, container):
        assert container.server.admin.get("health")["status"] == "ready"
        assert container.server.admin.get("clock")["mode"] == "real"

    def test_clients_faults_and_events(self, container):
        b2bi = container.get_client("b2bi", ACCOUNT, "eu-west-1", retries={"total_max_attempts": 1})
        with Faults(container.server, ACCOUNT).add("CreateProfile", error="ConflictException", times=1):
            with pytest.raises(b2bi.exceptions.ConflictException):
                b2bi.create_profile(**PROFILE)
        assert b2bi.create_profile(**PROFILE)["profileArn"].startswith(f"arn:aws:b2bi:eu-west-1:{ACCOUNT}:")
        assert Events(container.server, ACCOUNT).all() == []

    def test_mock_b2bi_takes_it(self, container):
        with mock_b2bi(account="444455556666", server=container.server):
            assert boto3.client("b2bi").list_profiles()["profiles"] == []

    def test_a_proxy_of_the_environment_is_not_asked(self, monkeypatch):
        for name in ("HTTP_PROXY", "http_proxy"):
            monkeypatch.setenv(name, "http://127.0.0.1:9")
        with B2biLocalContainer() as container:
            assert container.get_client("b2bi", ACCOUNT).list_profiles()["profiles"] == []


class TestWaiting:
    def test_a_container_that_ends_says_why(self):
        container = B2biLocalContainer().with_flags("--no-such-flag")
        with pytest.raises(ServerError, match="--no-such-flag"):
            container.start()
        container.stop()

    def test_a_server_that_never_answers(self, monkeypatch):
        container = B2biLocalContainer()
        container._wait_strategy.with_startup_timeout(0)
        monkeypatch.setattr(fake_docker.Container, "port", lambda _: 9)
        with pytest.raises(TimeoutError, match="does not answer"):
            container.start()
        container.stop()


def test_without_the_library_the_message_says_what_to_install():
    program = "import sys; sys.modules['testcontainers'] = None; import b2bi_local.testcontainers"
    run = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert run.returncode == 1
    assert "pip install 'pytest-b2bi-local[testcontainers]'" in run.stderr.splitlines()[-1]


@pytest.fixture
def sample(pytester, monkeypatch):
    """Runs the tests of the sample project; returns their outcomes."""
    monkeypatch.delenv("B2BI_LOCAL_ENDPOINT", raising=False)
    folder = pytester.path / "sample-containers"
    shutil.copytree(SAMPLE, folder, ignore=shutil.ignore_patterns("__pycache__"))
    os.chdir(folder)

    def run(*arguments):
        return pytester.runpytest_subprocess("-p", "b2bi_local.plugin", "-p", "no:cacheprovider", "-rs", *arguments)

    return run


def test_the_sample(sample, monkeypatch):
    monkeypatch.setenv("PYTHONPATH", os.path.dirname(__file__), prepend=os.pathsep)
    sample("-p", "fake_docker").assert_outcomes(passed=SAMPLE_TESTS)


def test_the_sample_without_an_engine(sample, monkeypatch):
    monkeypatch.setenv("DOCKER_HOST", "tcp://127.0.0.1:9")
    result = sample()
    result.assert_outcomes(skipped=SAMPLE_TESTS)
    result.stdout.fnmatch_lines(["*no container engine answers*"])
