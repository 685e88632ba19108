"""`--strict-aws`: what AWS wants of buckets is held to, in whole or by part."""

import json
import subprocess

import pytest
from botocore.exceptions import ClientError

import edi
from clients import boto3_client
from pipeline import Pipeline
from server import BINARY
from world import World

ACCOUNT = "444455556666"
EVENTS = {"EventBridgeConfiguration": {}}


def statement(effect="Allow", actions=("GetObject*", "PutObject"), **changes):
    return {
        "Effect": effect, "Principal": {"Service": "b2bi.amazonaws.com"},
        "Action": [f"s3:{action}" for action in actions], "Resource": "arn:aws:s3:::BUCKET/*",
        "Condition": {"StringEquals": {"aws:SourceAccount": ACCOUNT}}, **changes,
    }


@pytest.fixture
def pipeline(server_with):
    def start(*flags, events=True, policy=()):
        endpoint = server_with(*flags)
        world = World(boto3_client("b2bi", endpoint, ACCOUNT), boto3_client("s3", endpoint, ACCOUNT))
        if events:
            world.s3.put_bucket_notification_configuration(Bucket=world.bucket, NotificationConfiguration=EVENTS)
        if policy:
            document = json.dumps({"Version": "2012-10-17", "Statement": list(policy)})
            world.s3.put_bucket_policy(Bucket=world.bucket, Policy=document.replace("BUCKET", world.bucket))
        return Pipeline(world, endpoint)

    return start


def check(flow, reason):
    """A file is passed over, with a log record that says why, or is processed where there is no reason."""
    if reason is None:
        assert "output-file-s3-attributes" in flow.drop(edi.order())
        return
    flow.put(edi.order())
    [record] = flow.logs()
    message = record["message"]
    assert (message["state"], message["status"]) == ("Capability Match", "Failed")
    assert reason in message["eventNotes"]
    assert record["group"] == flow.profile["logGroupName"]
    assert flow.jobs() == []


DENIED = "does not allow b2bi.amazonaws.com to "


@pytest.mark.parametrize("policy, reason", [
    ([statement()], None),
    ([], f"{DENIED}s3:GetObject"),
    ([statement(actions=["GetObject"])], f"{DENIED}s3:GetObjectAttributes"),
    ([statement(actions=["GetObject*"])], f"{DENIED}s3:PutObject"),
    ([statement(Resource="arn:aws:s3:::BUCKET/input/*")], f"{DENIED}s3:PutObject on output/"),
    ([statement(Principal={"Service": "s3.amazonaws.com"})], f"{DENIED}s3:GetObject"),
    ([statement(Condition={"StringEquals": {"aws:SourceAccount": "111122223333"}})], f"{DENIED}s3:GetObject"),
    ([statement(Condition={"ArnLike": {"aws:SourceArn": f"arn:aws:b2bi:*:{ACCOUNT}:capability/*"}})], None),
    ([statement(Condition={"ArnLike": {"aws:SourceArn": "arn:aws:b2bi:*:*:transformer/*"}})], f"{DENIED}s3:GetObject"),
    ([statement(), statement("Deny", ["PutObject"], Principal="*", Condition={})], f"{DENIED}s3:PutObject"),
    ([statement(), statement("Deny", ["*"], Condition={"Bool": {"aws:SecureTransport": "false"}})], None),
])
def test_a_file_needs_a_policy_that_lets_the_service_in(pipeline, policy, reason):
    check(pipeline("--strict-aws", policy=policy), reason)


def test_a_file_needs_eventbridge(pipeline):
    flow = pipeline("--strict-aws", events=False, policy=[statement()])
    check(flow, "does not send its events to EventBridge")


@pytest.mark.parametrize("part, events, policy, reason", [
    ("event-bridge", True, [], None),
    ("event-bridge", False, [statement()], "EventBridge"),
    ("bucket-policy", False, [statement()], None),
    ("bucket-policy", True, [], DENIED),
    ("buckets", False, [], None),
    ("buckets,event-bridge", False, [], "EventBridge"),
])
def test_each_part_by_its_name(pipeline, part, events, policy, reason):
    check(pipeline("--strict-aws-parts", part, events=events, policy=policy), reason)


def test_nothing_is_held_to_by_itself(pipeline):
    check(pipeline(events=False), None)


def test_a_file_that_was_passed_over_is_processed_once_the_bucket_is_set_up(pipeline):
    flow = pipeline("--strict-aws-parts", "event-bridge", events=False)
    check(flow, "EventBridge")
    bucket = flow.world.bucket
    flow.world.s3.put_bucket_notification_configuration(Bucket=bucket, NotificationConfiguration=EVENTS)
    assert "output-file-s3-attributes" in flow.drop(edi.order(), "again.edi")


@pytest.mark.parametrize("flags, is_refused", [(["--strict-aws"], True), (["--strict-aws-parts", "buckets"], True), ([], False)])
def test_buckets_are_there_before_a_capability_or_a_partnership(server_with, flags, is_refused):
    endpoint = server_with(*flags)
    world = World(boto3_client("b2bi", endpoint, ACCOUNT), boto3_client("s3", endpoint, ACCOUNT))
    configuration = {"edi": {
        "capabilityDirection": "INBOUND", "transformerId": world.orders,
        "type": {"x12Details": {"transactionSet": "X12_850", "version": "VERSION_4010"}},
        "inputLocation": {"bucketName": world.bucket, "key": "in/"},
        "outputLocation": {"bucketName": "nowhere-at-all", "key": "out/"},
    }}
    create = lambda: world.b2bi.create_capability(name="orders", type="edi", configuration=configuration)
    if not is_refused:
        create()
        return
    with pytest.raises(ClientError, match="ValidationException.*nowhere-at-all does not exist"):
        create()
    world.s3.create_bucket(Bucket="nowhere-at-all")
    capability = create()["capabilityId"]
    partnership = {"profileId": world.profileId, "name": "p", "email": "a@b.example", "capabilities": [capability]}
    world.s3.delete_bucket(Bucket="nowhere-at-all")
    with pytest.raises(ClientError, match="ValidationException.*nowhere-at-all does not exist"):
        world.b2bi.create_partnership(**partnership)


@pytest.mark.parametrize("flags, problem", [
    (["--strict-aws-parts", "policy"], "the parts are event-bridge, bucket-policy, buckets"),
    (["--strict-aws", "--s3-endpoint", "http://127.0.0.1:1"], "looks at buckets of the embedded S3"),
])
def test_what_cannot_be_held_to_stops_the_start(flags, problem):
    ended = subprocess.run([BINARY, "serve", *flags], capture_output=True, text=True, timeout=20, check=False)
    assert ended.returncode != 0
    assert problem in ended.stderr
