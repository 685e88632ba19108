"""Notifications of buckets: delivered to queues, topics, functions and EventBridge, or dead letters."""

import json
import urllib.parse

import pytest
import requests

from clients import boto3_client
from pipeline import until
from test_sinks import Ear

ACCOUNT, REGION = "444455556666", "us-east-1"
KEY = "in/a b+é.edi"
CREATED = {"Events": ["s3:ObjectCreated:*", "s3:ObjectRemoved:*", "s3:ObjectTagging:*"]}


@pytest.fixture(scope="module")
def moto():
    server = pytest.importorskip("moto.server").ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    yield "http://{}:{}".format(*server.get_host_and_port())
    server.stop()


class Stack:
    """A bucket and a queue, made through one port; `key` is whose access key the client has."""

    def __init__(self, endpoint, key=ACCOUNT):
        self.endpoint = endpoint
        self.s3, self.sqs, self.sns, self.events = (
            boto3_client(service, endpoint, key, REGION) for service in ("s3", "sqs", "sns", "events")
        )
        self.s3.create_bucket(Bucket="orders")

    def queue(self, name):
        url = self.sqs.create_queue(QueueName=name)["QueueUrl"]
        attributes = self.sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]
        return url, attributes["QueueArn"]

    def messages(self, url, count):
        """So many messages of a queue, as soon as they are there."""
        found = []

        def look():
            reply = self.sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10)
            found.extend(json.loads(message["Body"]) for message in reply.get("Messages", []))
            return found

        return until(look, lambda value: len(value) >= count)

    def notify(self, **configuration):
        self.s3.put_bucket_notification_configuration(Bucket="orders", NotificationConfiguration=configuration)

    def dead(self, count):
        route = f"{self.endpoint}/_b2bi/s3-notifications/dead"
        return until(lambda: requests.get(route).json()["dead"], lambda value: len(value) >= count)


@pytest.fixture
def stack(server_with, moto):
    requests.post(f"{moto}/moto-api/reset")
    return Stack(server_with("--upstream", moto))


def test_a_queue_gets_what_happens_to_objects(stack):
    url, arn = stack.queue("told")
    stack.notify(QueueConfigurations=[{"Id": "q", "QueueArn": arn, **CREATED}])
    stack.s3.put_object(Bucket="orders", Key=KEY, Body=b"ISA")
    stack.s3.copy_object(Bucket="orders", Key="c", CopySource={"Bucket": "orders", "Key": KEY})
    stack.s3.put_object_tagging(Bucket="orders", Key="c", Tagging={"TagSet": [{"Key": "a", "Value": "b"}]})
    stack.s3.delete_object(Bucket="orders", Key="c")
    test, *messages = stack.messages(url, 5)
    assert (test["Event"], test["Bucket"]) == ("s3:TestEvent", "orders")
    records = [message["Records"][0] for message in messages]
    assert [record["eventName"] for record in records] == [
        "ObjectCreated:Put", "ObjectCreated:Copy", "ObjectTagging:Put", "ObjectRemoved:Delete"]
    first = records[0]
    told = first["s3"]["object"]
    assert urllib.parse.unquote_plus(told["key"]) == KEY
    assert (told["size"], first["awsRegion"], first["userIdentity"]["principalId"]) == (3, REGION, ACCOUNT)
    assert first["s3"]["configurationId"] == "q"
    sequencers = [record["s3"]["object"]["sequencer"] for record in records]
    assert sequencers == sorted(set(sequencers))


def test_filters_and_versions(stack):
    url, arn = stack.queue("few")
    rules = [{"Name": "prefix", "Value": "in/"}, {"Name": "suffix", "Value": ".edi"}]
    stack.s3.put_bucket_versioning(Bucket="orders", VersioningConfiguration={"Status": "Enabled"})
    stack.notify(QueueConfigurations=[{"QueueArn": arn, **CREATED, "Filter": {"Key": {"FilterRules": rules}}}])
    stack.s3.put_object(Bucket="orders", Key="in/a.txt", Body=b"")
    version = stack.s3.put_object(Bucket="orders", Key="in/a.edi", Body=b"")["VersionId"]
    marker = stack.s3.delete_object(Bucket="orders", Key="in/a.edi")["VersionId"]
    _, *messages = stack.messages(url, 3)
    told = [(record["eventName"], record["s3"]["object"]["versionId"])
            for message in messages for record in message["Records"]]
    assert told == [("ObjectCreated:Put", version), ("ObjectRemoved:DeleteMarkerCreated", marker)]


def test_a_topic_and_a_rule_of_eventbridge_get_them(stack):
    by_topic, topic_queue = stack.queue("topic")
    topic = stack.sns.create_topic(Name="told")["TopicArn"]
    stack.sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=topic_queue)
    by_rule, rule_queue = stack.queue("rule")
    stack.events.put_rule(Name="s3", EventPattern=json.dumps({"source": ["aws.s3"]}))
    stack.events.put_targets(Rule="s3", Targets=[{"Id": "q", "Arn": rule_queue}])
    stack.notify(TopicConfigurations=[{"TopicArn": topic, **CREATED}], EventBridgeConfiguration={})
    stack.s3.put_object(Bucket="orders", Key=KEY, Body=b"ISA")
    test, told = (json.loads(message["Message"]) for message in stack.messages(by_topic, 2))
    assert (test["Event"], told["Records"][0]["eventName"]) == ("s3:TestEvent", "ObjectCreated:Put")
    [event] = stack.messages(by_rule, 1)
    assert (event["detail-type"], event["region"]) == ("Object Created", REGION)
    detail = event["detail"]
    assert (detail["bucket"]["name"], detail["object"]["key"], detail["reason"]) == ("orders", KEY, "PutObject")
    assert event["resources"] == ["arn:aws:s3:::orders"]


def test_keys_that_are_no_accounts_lead_to_one_account(server_with, moto):
    requests.post(f"{moto}/moto-api/reset")
    stack = Stack(server_with("--upstream", moto, "--account", "777788889999"), key="AKIDEXAMPLE")
    url, arn = stack.queue("told")
    assert arn.split(":")[4] == "777788889999"
    stack.notify(QueueConfigurations=[{"QueueArn": arn, **CREATED}])
    assert stack.messages(url, 1)


def test_a_function_is_invoked_as_an_event(server_with):
    with Ear((202, b"")) as ear:
        stack = Stack(server_with("--s3-notifications-endpoint", ear.url))
        arn = f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:told"
        stack.notify(LambdaFunctionConfigurations=[{"LambdaFunctionArn": arn, **CREATED}])
        stack.s3.put_object(Bucket="orders", Key="k", Body=b"")
        [body] = ear.bodies(1)
        path, headers, _ = ear.received[0]
    assert body["Records"][0]["eventName"] == "ObjectCreated:Put"
    assert urllib.parse.unquote(path) == f"/2015-03-31/functions/{arn}/invocations"
    assert (headers["x-amz-invocation-type"], headers["x-moto-account-id"]) == ("Event", ACCOUNT)


def test_webhooks_get_the_events_of_eventbridge(server_with):
    with Ear() as ear:
        stack = Stack(server_with("--events-webhook", ear.url))
        stack.notify(EventBridgeConfiguration={})
        stack.s3.put_object(Bucket="orders", Key="k", Body=b"")
        stack.s3.delete_object(Bucket="orders", Key="k")
        created, deleted = ear.bodies(2)
    assert [created["detail-type"], deleted["detail-type"]] == ["Object Created", "Object Deleted"]
    assert (created["source"], deleted["detail"]["deletion-type"]) == ("aws.s3", "Permanently Deleted")


def test_what_cannot_be_delivered_is_a_dead_letter(stack):
    stack.notify(QueueConfigurations=[{"QueueArn": f"arn:aws:sqs:{REGION}:{ACCOUNT}:none", **CREATED}])
    [letter] = stack.dead(1)
    assert "NonExistentQueue" in letter["lastError"] or "QueueDoesNotExist" in letter["lastError"]
    assert letter["notification"]["message"]["Event"] == "s3:TestEvent"


def test_without_an_endpoint_a_configuration_warns_and_each_event_is_a_dead_letter(server_with):
    stack = Stack(server_with())
    stack.notify(QueueConfigurations=[{"QueueArn": f"arn:aws:sqs:{REGION}:{ACCOUNT}:told", **CREATED}])
    stack.s3.put_object(Bucket="orders", Key="k", Body=b"")
    [letter] = stack.dead(1)
    assert "--s3-notifications-endpoint" in letter["lastError"]
    route = f"{stack.endpoint}/_b2bi/s3-notifications/dead"
    assert requests.post(route).json() == {"retried": 1}
    assert stack.dead(1)
    assert requests.delete(route).json() == {"cleared": 1}
