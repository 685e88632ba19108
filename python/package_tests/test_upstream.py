"""One endpoint for a whole stack: b2bi-local in front of moto's server."""

import boto3
import pytest
from b2bi_local import Server

server = pytest.importorskip("moto.server")
HERE = {"region_name": "us-east-1", "aws_access_key_id": "123456789012", "aws_secret_access_key": "any"}


@pytest.fixture(scope="module")
def moto():
    moto = server.ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    moto.start()
    host, port = moto.get_host_and_port()
    yield f"http://{host}:{port}"
    moto.stop()


@pytest.fixture
def client(moto, monkeypatch):
    """Makes clients as an application does that knows one endpoint."""
    with Server("--upstream", moto) as front:
        monkeypatch.setenv("AWS_ENDPOINT_URL", front.endpoint)
        yield lambda service: boto3.client(service, **HERE)


def test_one_endpoint_serves_them_all(client):
    b2bi, s3, sqs, sts = [client(name) for name in ("b2bi", "s3", "sqs", "sts")]
    b2bi.create_profile(name="p", businessName="b", phone="5555555555", logging="DISABLED")
    s3.create_bucket(Bucket="orders")
    s3.put_object(Bucket="orders", Key="in/order.edi", Body=b"ISA")
    queue = sqs.create_queue(QueueName="orders")["QueueUrl"]
    sqs.send_message(QueueUrl=queue, MessageBody="an order came in")
    [message] = sqs.receive_message(QueueUrl=queue)["Messages"]
    assert message["Body"] == "an order came in"
    assert [profile["name"] for profile in b2bi.list_profiles()["profiles"]] == ["p"]
    assert s3.list_objects_v2(Bucket="orders")["KeyCount"] == 1
    assert sts.get_caller_identity()["Account"] == "123456789012"


def test_urls_of_the_upstream_lead_here(client):
    queue = client("sqs").create_queue(QueueName="orders")["QueueUrl"]
    assert queue.startswith(client("sqs").meta.endpoint_url)


def test_what_sts_has_not_here_is_motos(client):
    role = client("sts").assume_role(RoleArn="arn:aws:iam::123456789012:role/r", RoleSessionName="session")
    assert role["Credentials"]["AccessKeyId"].startswith("ASIA")


def test_motos_errors_stay_typed(client):
    sqs = client("sqs")
    with pytest.raises(sqs.exceptions.QueueDoesNotExist):
        sqs.get_queue_url(QueueName="nothing")


def test_a_body_of_some_size_goes_through(client):
    sqs = client("sqs")
    queue = sqs.create_queue(QueueName="long")["QueueUrl"]
    sqs.send_message(QueueUrl=queue, MessageBody="x" * 250_000)
    [message] = sqs.receive_message(QueueUrl=queue)["Messages"]
    assert len(message["Body"]) == 250_000
