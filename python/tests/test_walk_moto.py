"""A stack with moto behind this server: all is made through one port, and events reach the account whose they are."""

import json
import time

import pytest
import requests

import edi
from clients import boto3_client
from pipeline import Pipeline, until
from test_s3_notifications import CREATED, REGION, Stack, moto  # noqa: F401
from test_sinks import Ear
from world import World

ACCOUNTS = ["111122223333", "444455556666"]


class Tenant(Stack):
    """An account with a queue for each way that events may take, all of the same names in each account."""

    def __init__(self, endpoint, account):
        super().__init__(endpoint, account)
        self.account = account
        self.logs = boto3_client("logs", endpoint, account, REGION)
        queues = {name: self.queue(name) for name in ("direct", "topic", "rule", "b2bi")}
        self.urls = {name: url for name, (url, _) in queues.items()}
        self.arns = {name: arn for name, (_, arn) in queues.items()}

    def rule(self, name, source):
        self.events.put_rule(Name=name, EventPattern=json.dumps({"source": [source]}))
        self.events.put_targets(Rule=name, Targets=[{"Id": "q", "Arn": self.arns[name]}])

    def listen_to_s3(self):
        topic = self.sns.create_topic(Name="told")["TopicArn"]
        self.sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=self.arns["topic"])
        self.rule("rule", "aws.s3")
        self.notify(
            QueueConfigurations=[{"QueueArn": self.arns["direct"], **CREATED}],
            TopicConfigurations=[{"TopicArn": topic, **CREATED}], EventBridgeConfiguration={},
        )

    def left(self, name):
        """What else is in a queue, once all that was sent is known to have arrived."""
        return self.sqs.receive_message(QueueUrl=self.urls[name], MaxNumberOfMessages=10).get("Messages", [])


@pytest.fixture
def tenants(server_with, moto):  # noqa: F811
    requests.post(f"{moto}/moto-api/reset")
    with Ear() as ear:
        endpoint = server_with("--upstream", moto, "--events-webhook", ear.url)
        tenants = [Tenant(endpoint, account) for account in ACCOUNTS]
        for tenant in tenants:
            tenant.ear = ear
        yield tenants


def test_queues_belong_to_the_account_in_the_key(tenants):
    for tenant in tenants:
        assert {arn.split(":")[4] for arn in tenant.arns.values()} == {tenant.account}


def test_s3s_events_take_each_way_to_their_account(tenants):
    for tenant in tenants:
        tenant.listen_to_s3()
        tenant.s3.put_object(Bucket="orders", Key=tenant.account, Body=b"ISA")
    for tenant in tenants:
        test, told = tenant.messages(tenant.urls["direct"], 2)
        assert (test["Event"], key_of(told)) == ("s3:TestEvent", tenant.account)
        test, told = (json.loads(message["Message"]) for message in tenant.messages(tenant.urls["topic"], 2))
        assert (test["Event"], key_of(told)) == ("s3:TestEvent", tenant.account)
        [event] = tenant.messages(tenant.urls["rule"], 1)
        # moto leaves the account out of what it sends to queues.
        assert (event["detail"]["requester"], event["detail"]["object"]["key"]) == (tenant.account, tenant.account)
    for tenant in tenants:
        assert [tenant.left(name) for name in ("direct", "topic", "rule")] == [[], [], []]
    hooked = [event for event in tenants[0].ear.bodies(2) if event["source"] == "aws.s3"]
    assert sorted(event["account"] for event in hooked) == ACCOUNTS


def test_b2bis_events_reach_the_rules_of_their_account(tenants):
    made = {}
    for tenant in tenants:
        tenant.rule("b2bi", "aws.b2bi")
        world = World(boto3_client("b2bi", tenant.endpoint, tenant.account), tenant.s3)
        flow = Pipeline(world, tenant.endpoint)
        flow.drop(edi.order())
        made[tenant.account] = flow.partner
    for tenant in tenants:
        events = tenant.messages(tenant.urls["b2bi"], 3)
        assert {event["detail"]["trading-partner-id"] for event in events} == {made[tenant.account]}
        assert "Transformation Completed" in [event["detail-type"] for event in events]
    hooked = [event for event in tenants[0].ear.bodies(6) if event["source"] == "aws.b2bi"]
    assert {event["account"] for event in hooked} == set(ACCOUNTS)


def test_events_go_to_no_bus_where_that_is_asked(server_with, moto):  # noqa: F811
    requests.post(f"{moto}/moto-api/reset")
    with Ear() as ear:
        endpoint = server_with("--upstream", moto, "--events-webhook", ear.url, "--events-eventbridge", "none")
        tenant = Tenant(endpoint, ACCOUNTS[0])
        tenant.rule("b2bi", "aws.b2bi")
        flow = Pipeline(World(boto3_client("b2bi", endpoint, tenant.account), tenant.s3), endpoint)
        flow.drop(edi.order())
        assert len(ear.bodies(3)) >= 3
        sinks = requests.get(f"{endpoint}/_b2bi/events/dead").json()["sinks"]
        assert [sink["sink"] for sink in sinks] == [f"webhook {ear.url}/"]
        assert tenant.left("b2bi") == []


def test_log_groups_that_are_not_here_are_the_upstreams(tenants):
    first, second = tenants
    for tenant in tenants:
        tenant.logs.create_log_group(logGroupName="/own/app")
        tenant.logs.create_log_stream(logGroupName="/own/app", logStreamName="s")
    entry = {"timestamp": int(time.time() * 1000), "message": "hello"}
    first.logs.put_log_events(logGroupName="/own/app", logStreamName="s", logEvents=[entry])
    named = first.logs.describe_log_groups(logGroupNamePrefix="/own")["logGroups"]
    assert [(group["logGroupName"], group["arn"].split(":")[4]) for group in named] == [("/own/app", first.account)]
    read = lambda tenant: tenant.logs.get_log_events(logGroupName="/own/app", logStreamName="s", startFromHead=True)["events"]
    assert [len(read(tenant)) for tenant in (first, second)] == [1, 0]
    with pytest.raises(first.logs.exceptions.ResourceNotFoundException):
        first.logs.get_log_events(logGroupName="/none", logStreamName="s")


def test_groups_that_are_here_stay_here(tenants):
    tenant = tenants[0]
    world = World(boto3_client("b2bi", tenant.endpoint, tenant.account), tenant.s3)
    flow = Pipeline(world, tenant.endpoint)
    flow.drop(edi.order())
    group = flow.profile["logGroupName"]
    names = [found["logGroupName"] for found in tenant.logs.describe_log_groups(logGroupNamePrefix=group)["logGroups"]]
    assert names == [group]
    found = until(lambda: tenant.logs.filter_log_events(logGroupName=group)["events"], lambda events: events)
    assert found


def key_of(message):
    return message["Records"][0]["s3"]["object"]["key"]
