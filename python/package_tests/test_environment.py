"""A client that the code under test makes comes to the server, or goes nowhere."""

import http.server
import threading

import pytest

CLIENT = """
import boto3
from botocore.config import Config

def ask(service, operation, **arguments):
    config = Config(retries={"total_max_attempts": 1}, s3={"addressing_style": "path"})
    return getattr(boto3.client(service, config=config), operation)(**arguments)
"""

TESTS = """
import os
import boto3
import pytest
from botocore.exceptions import ClientError, EndpointConnectionError
from client import ask
"""


@pytest.fixture
def run(pytester, monkeypatch):
    """Runs tests with this configuration; so many must pass."""

    def run(tests, passed, *settings):
        for name in ("B2BI_LOCAL_ENDPOINT", "AWS_ACCESS_KEY_ID", "AWS_REGION", "AWS_DEFAULT_REGION"):
            monkeypatch.delenv(name, raising=False)
        pytester.makeini("\n".join(["[pytest]", *settings]))
        pytester.makepyfile(client=CLIENT, test_it=TESTS + tests)
        pytester.runpytest_subprocess("-p", "b2bi_local.plugin").assert_outcomes(passed=passed)

    return run


@pytest.mark.parametrize("fixture", ["b2bi", "s3", "b2bi_faults", "b2bi_events", "b2bi_clock", "b2bi_local"])
def test_every_fixture_keeps_clients_here(run, fixture):
    run(
        f"""
@pytest.fixture
def made_first():
    return boto3.client("b2bi")

def test_it(made_first, {fixture}, b2bi_account):
    assert made_first.list_profiles()["profiles"] == []
    assert ask("b2bi", "list_profiles")["profiles"] == []
    assert ask("s3", "list_buckets")["Buckets"] == []
    assert ask("sts", "get_caller_identity")["Account"] == b2bi_account
    with pytest.raises(ClientError):
        ask("sqs", "list_queues")
    assert boto3.client("sqs").meta.endpoint_url == os.environ["AWS_ENDPOINT_URL"]

def test_it_is_put_back():
    assert "AWS_ENDPOINT_URL" not in os.environ and "AWS_ACCESS_KEY_ID" not in os.environ
""",
        2,
    )


def test_a_client_of_a_module_or_another_test_goes_nowhere(run):
    run(
        """
made_at_import = boto3.client("b2bi", config=boto3.session.Config(retries={"total_max_attempts": 1}))

def test_at_import(b2bi):
    with pytest.raises(EndpointConnectionError, match="client-made-outside-a-b2bi-local-test"):
        made_at_import.list_profiles()

def test_without_a_fixture():
    with pytest.raises(EndpointConnectionError, match="client-made-outside-a-b2bi-local-test"):
        ask("sqs", "list_queues")
""",
        2,
        "b2bi_local_environment = true",
    )


REFUSED = """
from b2bi_local import AwsRequestError
made_at_import = boto3.client("sqs", region_name="eu-west-1", aws_access_key_id="a", aws_secret_access_key="b")

def test_refused():
    os.environ.update(AWS_ACCESS_KEY_ID="a", AWS_SECRET_ACCESS_KEY="b", AWS_DEFAULT_REGION="us-east-1")
    with pytest.raises(AwsRequestError, match="sqs.eu-west-1.amazonaws.com.*b2bi_local_environment"):
        made_at_import.list_queues()
    with pytest.raises(AwsRequestError):
        ask("s3", "list_buckets")
"""


def test_no_request_reaches_aws_by_default(run):
    run(REFUSED + "def test_with(b2bi):\n    pass\n", 2)
    dynamic = """
def test_asks_as_it_runs(request):
    request.getfixturevalue("b2bi")
    with pytest.raises(AwsRequestError):
        made_at_import.list_queues()
"""
    run(REFUSED.partition("def test_refused")[0] + dynamic, 1)


def test_no_request_reaches_aws_where_no_test_uses_a_fixture(run):
    run(REFUSED, 1)


def test_moto_answers_in_tests_without_our_fixtures(run):
    run(
        """
import moto

@moto.mock_aws
def test_moto():
    os.environ["AWS_DEFAULT_REGION"] = "us-east-1"
    assert ask("sqs", "list_queues").get("QueueUrls", []) == []

def test_ours(b2bi):
    pass
""",
        2,
    )


def test_it_can_be_left_to_one_fixture(run):
    run(
        """
def test_nothing(b2bi):
    from botocore.httpsession import URLLib3Session
    assert "AWS_ACCESS_KEY_ID" not in os.environ
    assert URLLib3Session.send.__name__ == "send"

def test_asked_for(b2bi_environment):
    assert ask("b2bi", "list_profiles")["profiles"] == []
""",
        2,
        "b2bi_local_environment = false",
    )


def test_moto_has_the_services_that_are_left_to_it(run):
    run(
        """
import moto

@moto.mock_aws
def test_both(b2bi):
    sqs = boto3.client("sqs")
    sqs.create_queue(QueueName="orders")
    assert len(sqs.list_queues()["QueueUrls"]) == 1
    assert ask("b2bi", "list_profiles")["profiles"] == []
""",
        1,
        "b2bi_local_services = b2bi s3",
    )


def test_a_scope_that_there_is_not(pytester):
    pytester.makeini("[pytest]\nb2bi_local_environment = yes")
    pytester.makepyfile("def test_it(): pass")
    result = pytester.runpytest_subprocess("-p", "b2bi_local.plugin")
    assert "must be tests, true or false" in result.stderr.str() + result.stdout.str()


class Proxy(http.server.BaseHTTPRequestHandler):
    """Answers every request with 502: a proxy that cannot reach this machine's loopback."""

    def do_GET(self):
        self.send_error(502)

    do_POST = do_PUT = do_GET

    def log_message(self, *_):
        pass


@pytest.mark.parametrize("no_proxy", [None, "example.com", "*"])
def test_a_proxy_is_not_asked(run, monkeypatch, no_proxy):
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Proxy) as proxy:
        threading.Thread(target=proxy.serve_forever, daemon=True).start()
        for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY"):
            monkeypatch.setenv(name, f"http://127.0.0.1:{proxy.server_port}")
        if no_proxy:
            monkeypatch.setenv("NO_PROXY", no_proxy)
        run(
            """
def test_both(b2bi, s3, b2bi_faults, b2bi_events):
    assert b2bi.list_profiles()["profiles"] == []
    assert s3.list_buckets()["Buckets"] == []
    assert ask("b2bi", "list_profiles")["profiles"] == []
    assert ask("s3", "list_buckets")["Buckets"] == []
""",
            1,
        )
        proxy.shutdown()
