"""CloudWatch Logs, as far as it can be read: the records that pipelines leave."""

import json

import pytest
from botocore.exceptions import ClientError

import edi
from clients import boto3_client
from pipeline import Pipeline, until

STATES = ["Capability Match", "File Transform", "Acknowledgement", "Acknowledgement", "File Transform", "File Deliver"]
DEFAULT, TRANSFORMERS = "/aws/vendedlogs/b2bi/default", "/aws/vendedlogs/b2bi/transformers"


@pytest.fixture
def logs(endpoint, account):
    return boto3_client("logs", endpoint, account)


@pytest.fixture
def pipeline(world, endpoint):
    """A pipeline through which one file has gone."""
    pipeline = Pipeline(world, endpoint)
    pipeline.drop(edi.order())
    pipeline.logs(len(STATES), group=pipeline.profile["logGroupName"])
    return pipeline


@pytest.fixture
def group(pipeline):
    return pipeline.profile["logGroupName"]


def refused(call, **members):
    with pytest.raises(ClientError) as caught:
        call(**members)
    error = caught.value.response["Error"]
    return error["Code"], error["Message"]


class TestDescribeLogGroups:
    def test_an_account_without_resources_has_none(self, logs):
        assert logs.describe_log_groups()["logGroups"] == []

    def test_resources_bring_their_groups(self, logs, pipeline, group, account):
        groups = {log_group["logGroupName"]: log_group for log_group in logs.describe_log_groups()["logGroups"]}
        assert list(groups) == sorted([DEFAULT, TRANSFORMERS, group])
        assert groups[group]["arn"] == f"arn:aws:logs:us-east-1:{account}:log-group:{group}:*"
        assert groups[group]["storedBytes"] > 0 == groups[DEFAULT]["storedBytes"]

    def test_prefixes_and_patterns_choose(self, logs, pipeline, group):
        def names(**members):
            return [log_group["logGroupName"] for log_group in logs.describe_log_groups(**members)["logGroups"]]

        assert names(logGroupNamePrefix="/aws/vendedlogs/b2bi/profile/") == [group]
        assert names(logGroupNamePattern="transf") == [TRANSFORMERS]
        assert names(logGroupNamePrefix="transf") == []

    def test_pages_hold_them_all(self, logs, pipeline, group):
        pages = logs.get_paginator("describe_log_groups").paginate(PaginationConfig={"PageSize": 1})
        names = [log_group["logGroupName"] for page in pages for log_group in page["logGroups"]]
        assert names == sorted([DEFAULT, TRANSFORMERS, group])

    def test_another_region_has_none(self, endpoint, account, pipeline):
        assert boto3_client("logs", endpoint, account, "eu-west-1").describe_log_groups()["logGroups"] == []


class TestDescribeLogStreams:
    def test_a_stream_tells_its_first_and_last_event(self, logs, pipeline, group):
        [stream] = logs.describe_log_streams(logGroupName=group)["logStreams"]
        assert stream["logStreamName"] == pipeline.partner
        assert stream["firstEventTimestamp"] <= stream["lastEventTimestamp"]
        named = logs.describe_log_streams(logGroupName=group, logStreamNamePrefix="tp-x")["logStreams"]
        assert named == []

    def test_a_group_that_is_not_there_is_not_found(self, logs):
        assert refused(logs.describe_log_streams, logGroupName="/none") == (
            "ResourceNotFoundException", "The specified log group does not exist.")


class TestGetLogEvents:
    def test_events_are_the_records_in_order(self, logs, pipeline, group):
        reply = logs.get_log_events(logGroupName=group, logStreamName=pipeline.partner)
        messages = [json.loads(event["message"]) for event in reply["events"]]
        assert [message["state"] for message in messages] == STATES
        assert all(event["ingestionTime"] == event["timestamp"] for event in reply["events"])

    def test_tokens_go_forward_to_the_end_and_stay(self, logs, pipeline, group):
        named = {"logGroupName": group, "logStreamName": pipeline.partner, "limit": 4}
        reply = logs.get_log_events(**named, startFromHead=True)
        seen = len(reply["events"])
        reply = logs.get_log_events(**named, nextToken=reply["nextForwardToken"])
        assert (seen, len(reply["events"])) == (4, 2)
        end = reply["nextForwardToken"]
        reply = logs.get_log_events(**named, nextToken=end)
        assert (reply["events"], reply["nextForwardToken"]) == ([], end)

    def test_without_a_token_the_latest_come_and_lead_back(self, logs, pipeline, group):
        named = {"logGroupName": group, "logStreamName": pipeline.partner, "limit": 2}
        reply = logs.get_log_events(**named)
        assert [json.loads(event["message"])["state"] for event in reply["events"]] == STATES[-2:]
        reply = logs.get_log_events(**named, nextToken=reply["nextBackwardToken"])
        assert [json.loads(event["message"])["state"] for event in reply["events"]] == STATES[2:4]

    def test_times_choose(self, logs, pipeline, group):
        named = {"logGroupName": group, "logStreamName": pipeline.partner}
        first = logs.get_log_events(**named, startFromHead=True)["events"][0]["timestamp"]
        assert logs.get_log_events(**named, endTime=first)["events"] == []
        assert len(logs.get_log_events(**named, startTime=first)["events"]) == len(STATES)

    def test_what_is_not_there_is_not_found(self, logs, group):
        assert refused(logs.get_log_events, logGroupName=group, logStreamName="none") == (
            "ResourceNotFoundException", "The specified log stream does not exist.")

    def test_a_token_that_is_none_is_refused(self, logs, pipeline, group):
        named = {"logGroupName": group, "logStreamName": pipeline.partner}
        assert refused(logs.get_log_events, **named, nextToken="x")[0] == "InvalidParameterException"


class TestFilterLogEvents:
    @pytest.mark.parametrize("pattern, count", [
        ("", len(STATES)), ("Acknowledgement", 2), ('"File Deliver"', 1), ("Transform -progress", 1),
        ('{ $.state = "File*" }', 3), ('{ $.state = "File*" && $.status = "Complete" }', 2),
        ("?Match ?Deliver", 2), ("nothing", 0),
    ])
    def test_patterns_choose(self, logs, pipeline, group, pattern, count):
        events = logs.filter_log_events(logGroupName=group, filterPattern=pattern)["events"]
        assert len(events) == count
        assert {event["logStreamName"] for event in events} <= {pipeline.partner}
        assert len({event["eventId"] for event in events}) == count

    def test_pages_hold_them_all(self, logs, pipeline, group):
        paginator = logs.get_paginator("filter_log_events")
        pages = paginator.paginate(logGroupName=group, PaginationConfig={"PageSize": 4})
        assert [len(page["events"]) for page in pages] == [4, 2]

    def test_a_pattern_that_is_not_understood_is_refused(self, logs, group):
        code, message = refused(logs.filter_log_events, logGroupName=group, filterPattern="{ $.a")
        assert (code, "Invalid filter pattern" in message) == ("InvalidParameterException", True)

    def test_jobs_of_ones_own_are_in_the_group_of_transformers(self, logs, world):
        job = world.start(world.put(edi.order()))
        assert world.ended(job)["status"] == "succeeded"
        events = until(
            lambda: logs.filter_log_events(logGroupName=TRANSFORMERS, filterPattern='"File Deliver"')["events"], len)
        assert json.loads(events[0]["message"])["jobId"] == job["transformerJobId"]


class TestProtocol:
    def test_operations_that_write_are_not_there(self, logs):
        assert refused(logs.create_log_group, logGroupName="mine")[0] == "UnknownOperationException"

    def test_a_limit_that_is_none_is_refused(self, logs):
        code, message = refused(logs.describe_log_groups, limit=51)
        assert (code, "limit" in message) == ("InvalidParameterException", True)
