"""`mock_b2bi`: what it decorates, what it leaves behind, and moto beside it."""

import asyncio
import os

import boto3
import pytest
from b2bi_local import Server, ServerError, mock_b2bi

AWS = {name: value for name, value in os.environ.items() if name.startswith("AWS_")}
PROFILE = {"name": "p", "businessName": "b", "phone": "5555555555", "logging": "DISABLED"}


def profiles():
    return [profile["name"] for profile in boto3.client("b2bi").list_profiles()["profiles"]]


def environment():
    return {name: value for name, value in os.environ.items() if name.startswith("AWS_")}


@pytest.fixture(autouse=True)
def clean():
    session = boto3.DEFAULT_SESSION
    yield
    assert environment() == AWS
    assert boto3.DEFAULT_SESSION is session


@mock_b2bi
def test_a_function():
    boto3.client("b2bi").create_profile(**PROFILE)
    assert profiles() == ["p"]


@mock_b2bi()
def test_a_function_with_parentheses_begins_empty():
    assert profiles() == []


@mock_b2bi
@pytest.mark.parametrize("turn", [1, 2])
def test_arguments_are_handed_on(turn):
    assert turn in (1, 2)
    assert profiles() == []


def test_a_coroutine_function():
    @mock_b2bi
    async def names():
        await asyncio.sleep(0)
        return profiles()

    assert asyncio.run(names()) == []


@mock_b2bi(flags=["--quota-profiles=1"])
class TestClass:
    def test_a_class(self):
        boto3.client("b2bi").create_profile(**PROFILE)
        with pytest.raises(Exception, match="ServiceQuotaExceededException"):
            boto3.client("b2bi").create_profile(**PROFILE)

    def test_each_of_its_tests_begins_empty(self):
        assert profiles() == []


def test_it_can_be_entered_again_and_within_itself():
    mock = mock_b2bi()
    with mock as outer:
        boto3.client("b2bi").create_profile(**PROFILE)
        with mock as inner:
            assert inner.endpoint != outer.endpoint
            assert profiles() == []
        assert profiles() == ["p"]
    with mock:
        assert profiles() == []


def test_the_environment_is_put_back_when_the_test_fails(monkeypatch):
    monkeypatch.setenv("AWS_ENDPOINT_URL_B2BI", "http://elsewhere")
    monkeypatch.setenv("AWS_PROFILE", "production")
    before = environment()
    with pytest.raises(ZeroDivisionError), mock_b2bi():
        assert "AWS_PROFILE" not in os.environ
        raise ZeroDivisionError
    assert environment() == before
    monkeypatch.undo()


def test_nothing_is_left_when_the_server_does_not_start():
    with pytest.raises(ServerError, match="nonsense"), mock_b2bi(flags=["--nonsense"]):
        pass


def test_sts_can_be_sent_there_too():
    with mock_b2bi(account="444455556666", services=["b2bi", "sts"]):
        assert boto3.client("sts").get_caller_identity()["Account"] == "444455556666"


def test_a_server_that_runs_already():
    with Server() as server:
        for account in ["111122223333", "444455556666"]:
            with mock_b2bi(account=account, server=server) as used:
                assert used is server
                assert profiles() == []
                boto3.client("b2bi").create_profile(**PROFILE)


class TestMoto:
    """Other services are moto's, whichever of the two comes first."""

    def check(self):
        boto3.client("sqs").create_queue(QueueName="orders")
        boto3.client("s3").create_bucket(Bucket="orders")
        boto3.client("b2bi").create_profile(**PROFILE)
        [queue] = boto3.client("sqs").list_queues()["QueueUrls"]
        assert "123456789012" in queue
        assert [bucket["Name"] for bucket in boto3.client("s3").list_buckets()["Buckets"]] == ["orders"]
        assert profiles() == ["p"]
        assert boto3.client("sts").get_caller_identity()["Account"] == "123456789012"

    def test_moto_outside(self):
        moto = pytest.importorskip("moto")
        with moto.mock_aws(), mock_b2bi():
            self.check()

    def test_moto_inside(self):
        moto = pytest.importorskip("moto")
        with mock_b2bi(), moto.mock_aws():
            self.check()
