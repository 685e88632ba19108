"""What pipelines tell: events with every documented detail, records in the documented log groups."""

import re

import pytest
import requests

import edi
from pipeline import TIMESTAMP, Pipeline, until

STATES = ["Capability Match", "File Transform", "Acknowledgement", "Acknowledgement", "File Transform", "File Deliver"]


@pytest.fixture
def pipeline(world, endpoint):
    return lambda **changes: Pipeline(world, endpoint, **changes)


class TestEvents:
    def test_an_event_is_as_eventbridge_carries_it(self, pipeline, world, account):
        flow = pipeline()
        flow.put(edi.order())
        [event] = flow.events("Transformation Completed")
        arns = [flow.profile["profileArn"], flow.capability["capabilityArn"], flow.partnership["partnershipArn"]]
        assert event["resources"][0].endswith(flow.transformer) and event["resources"][1:] == arns
        assert re.fullmatch("[0-9a-f-]{36}", event["id"]) and re.fullmatch(TIMESTAMP, event["time"])
        told = {name: event[name] for name in ["version", "detail-type", "source", "account", "region"]}
        assert told == {"version": "0", "detail-type": "Transformation Completed", "source": "aws.b2bi",
                        "account": account, "region": "us-east-1"}
        detail = event["detail"]
        assert detail["input-file-s3-attributes"] == {
            "bucket": world.bucket, "object-key": f"{flow.input}order.edi", "object-size-bytes": len(edi.order())}
        assert (detail["trading-partner-id"], detail["x12-transaction-set"], detail["x12-version"]) == (
            flow.partner, "X12_850", "VERSION_4010")
        assert (detail["ack-generation-status"], detail["ack-error-code-detected"]) == ("COMPLETED", False)
        assert "transformer-job-id" not in detail and "input-format" not in detail
        assert detail["start-timestamp"] <= detail["end-timestamp"]

    def test_a_job_of_ones_own_names_itself(self, world, endpoint, account):
        job = world.start(world.put(edi.order()))
        assert world.ended(job)["status"] == "succeeded"
        query = {"account": account, "jobId": job["transformerJobId"]}
        events = requests.get(f"{endpoint}/_b2bi/events", params=query).json()["events"]
        kinds = [event["event"]["detail-type"] for event in events]
        assert kinds == ["Acknowledgement Completed", "Acknowledgement Completed", "Transformation Completed"]
        detail = events[-1]["event"]["detail"]
        assert detail["transformer-job-id"] == job["transformerJobId"]
        assert "trading-partner-id" not in detail
        assert len(events[-1]["event"]["resources"]) == 1
        acknowledgement = events[0]["event"]["detail"]["ack-file-s3-attributes"]["object-key"]
        assert re.fullmatch(rf"out/ACK/order\.edi\.{TIMESTAMP}\.997", acknowledgement)

    def test_the_list_goes_on_from_a_number(self, pipeline):
        flow = pipeline()
        flow.drop(edi.order())
        first, *rest = flow.told("events")
        assert flow.told("events", since=first["number"]) == rest
        assert flow.told("events", limit=1) == [first]
        assert flow.told("events", region="eu-west-1") == []

    @pytest.mark.parametrize("what", ["events", "logs", "jobs"])
    def test_unknown_filters_are_refused(self, endpoint, what):
        reply = requests.get(f"{endpoint}/_b2bi/{what}?colour=red")
        assert (reply.status_code, "colour" in reply.json()["error"]) == (400, True)


class TestLogs:
    def states(self, records):
        return [record["message"]["state"] for record in records]

    def test_a_profile_that_logs_has_records_of_each_state(self, pipeline):
        flow = pipeline()
        flow.drop(edi.order())
        records = flow.logs(len(STATES), group=flow.profile["logGroupName"])
        assert self.states(records) == STATES
        assert {record["stream"] for record in records} == {flow.partner}
        assert [record["message"]["status"] for record in records] == [
            "Complete", "In progress", "Complete", "Complete", "Complete", "Complete"]

    def test_a_profile_that_does_not_log_has_none(self, pipeline):
        flow = pipeline(logging="DISABLED")
        flow.drop(edi.order())
        assert flow.told("logs") == []

    def test_a_failure_says_why(self, pipeline):
        flow = pipeline()
        detail = flow.drop(b"no interchange")
        last = until(lambda: flow.told("logs"), lambda found: found[-1]["message"]["status"] == "Failed")[-1]
        assert last["message"]["eventNotes"] == detail["failure-message"]

    def test_validation_errors_are_shown_in_part(self, pipeline):
        flow = pipeline()
        lines = [["PO1", "1", "4", "QQ", "12.50"]] * 6
        detail = flow.drop(edi.interchange([["BEG", "00", "SA", "PO-77", "", "20260301"], *lines]))
        notes = [record["message"].get("eventNotes", "") for record in flow.logs(7)]
        [shown] = [note for note in notes if note.startswith("Validation report has been generated and written to s3://")]
        assert detail["validation-report-s3-location"]["object-key"] in shown
        assert "First 5 validation errors: [Segment PO1 at position 3: " in shown
        assert (shown.count("Segment PO1"), shown.endswith("Total errors: 6")) == (5, True)

    @pytest.mark.embedded
    def test_a_file_of_nobody_is_in_the_default_group(self, pipeline, world):
        flow = pipeline()
        world.put(edi.order(), "input/tp-somebody/order.edi")
        world.put(edi.order(), "not-watched/order.edi")
        [record] = flow.logs(group="/aws/vendedlogs/b2bi/default")
        assert (record["message"]["state"], record["message"]["status"]) == ("Capability Match", "Failed")
        assert record["message"]["inputFile"].endswith("/input/tp-somebody/order.edi")

    def test_jobs_of_ones_own_are_in_the_group_of_transformers(self, world, endpoint, account):
        world.finished(world.put(edi.order()))
        query = {"account": account, "group": "/aws/vendedlogs/b2bi/transformers"}
        records = requests.get(f"{endpoint}/_b2bi/logs", params=query).json()["records"]
        assert self.states(records) == STATES[1:]
