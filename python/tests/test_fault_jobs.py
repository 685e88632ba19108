"""Faults at the stages of transformer jobs, and what a client sees of them."""

import pytest
from botocore.exceptions import ClientError

import edi
from clients import CONNECTIONS, boto3_client, checked_client
from fault_calls import STAGES
from pipeline import SPLIT, Pipeline, until
from world import INBOUND_ORDERS, World

ACCOUNT = "111122223333"


class Jobs:
    """A world on a server whose time stands still."""

    def __init__(self, endpoint):
        self.endpoint = endpoint
        self.world = World(checked_client(endpoint, ACCOUNT), boto3_client("s3", endpoint, ACCOUNT))

    def admin(self, method, path, body=None):
        reply = CONNECTIONS.request(method, f"{self.endpoint}/_b2bi/{path}", json=body)
        assert reply.status_code == 200, reply.text
        return reply.json()

    def arm(self, **rule):
        self.admin("PUT", "faults", [rule])

    def start(self):
        return self.world.start(self.world.put(edi.order()))

    def ended(self, job=None):
        return self.world.ended(job or self.start())

    def status(self, job):
        return self.world.b2bi.get_transformer_job(**job)["status"]

    def outputs(self, acknowledgments=False):
        """What the jobs have written, or acknowledged."""
        listed = self.world.s3.list_objects_v2(Bucket=self.world.bucket, Prefix="out/")
        keys = [content["Key"] for content in listed.get("Contents", [])]
        return [key for key in keys if key.startswith("out/ACK/") == acknowledgments]

    def settled(self, sleeping):
        """Waits until as many sleep on the clock."""
        while self.admin("GET", "clock")["sleeping"] != sleeping:
            pass


@pytest.fixture
def jobs(server_with):
    return Jobs(server_with("--clock", "manual"))


@pytest.mark.parametrize("stage", [stage for stage in STAGES if stage != "acknowledge"])
def test_a_job_fails_at_any_stage_with_the_message_of_the_rule(jobs, stage):
    jobs.arm(operation="StartTransformerJob", job={"stage": stage, "outcome": "fail", "message": f"No {stage}"})
    done = jobs.ended()
    assert (done["status"], done["message"]) == ("failed", f"No {stage}")
    assert len(jobs.outputs()) == (stage == "finish")


@pytest.mark.parametrize("match, hit", [
    ({"resource": "tr-*"}, True), ({"resource": "ca-*"}, False), ({"body": {"/inputFile/key": "in/*"}}, True),
    ({"body": {"/inputFile/key": "other"}}, False), ({"account": ACCOUNT, "region": "us-*"}, True),
    ({"account": "999999999999"}, False),
])
def test_a_rule_is_about_the_jobs_that_it_names(jobs, match, hit):
    jobs.arm(job={"stage": "map", "outcome": "fail"}, **match)
    assert jobs.ended()["status"] == ("failed" if hit else "succeeded")
    [rule] = jobs.admin("GET", "faults")["rules"]
    assert rule["fired"] == int(hit)


def test_only_so_many_jobs_are_hit(jobs):
    jobs.arm(times=1, job={"stage": "fetchInput", "outcome": "fail", "message": "The specified key does not exist"})
    assert [jobs.ended()["status"] for _ in range(3)] == ["failed", "succeeded", "succeeded"]


def test_a_job_that_stalls_never_ends(jobs):
    jobs.arm(times=1, job={"stage": "map", "outcome": "stall"})
    stuck = jobs.start()
    while jobs.admin("GET", "faults")["rules"][0]["fired"] == 0:
        pass
    assert jobs.ended()["status"] == "succeeded"
    jobs.admin("PUT", "clock", {"advanceMs": 86_400_000})
    assert jobs.status(stuck) == "running"


@pytest.mark.parametrize("outcome, status", [("delay", "succeeded"), ("fail", "failed")])
def test_a_job_waits_for_the_clock(jobs, outcome, status):
    jobs.arm(job={"stage": "writeOutput", "outcome": outcome, "holdMs": 60_000})
    job = jobs.start()
    jobs.settled(sleeping=1)
    jobs.admin("PUT", "clock", {"advanceMs": 59_999})
    assert jobs.status(job) == "running"
    jobs.admin("PUT", "clock", {"advanceMs": 1})
    assert jobs.ended(job)["status"] == status


def test_a_job_goes_on_when_it_was_polled_so_often(jobs):
    jobs.arm(job={"stage": "finish", "outcome": "delay", "polls": 3})
    job = jobs.start()
    assert [jobs.status(job) for _ in range(3)][:2] == ["running", "running"]
    assert jobs.ended(job)["status"] == "succeeded"


def test_a_job_succeeds_and_its_output_is_not_there(jobs):
    jobs.arm(job={"stage": "writeOutput", "outcome": "lose"})
    done = jobs.ended()
    assert (done["status"], jobs.outputs()) == ("succeeded", [])
    with pytest.raises(ClientError) as raised:
        jobs.world.output(done)
    assert raised.value.response["Error"]["Code"] == "NoSuchKey"


# A job writes a 997, a TA1 and its output, in this order; it does not fail for want of the first two.
@pytest.mark.parametrize("stage, objects, written", [
    ("writeOutput", 3, (2, 1)), ("writeOutput", "1..2", (2, 0)), ("acknowledge", 1, (1, 1)), ("acknowledge", 3, (0, 1)),
])
def test_objects_are_denied_one_by_one(jobs, stage, objects, written):
    fault = {"stage": stage, "outcome": "fail", "message": "Access Denied", "objects": objects, "keepPartial": True}
    jobs.arm(job=fault)
    done = jobs.ended()
    assert (len(jobs.outputs(acknowledgments=True)), len(jobs.outputs())) == written
    assert done["status"] == ("succeeded" if written[1] else "failed")
    assert written[1] or done["message"] == "Access Denied"


@pytest.mark.parametrize("stage, objects, at_first, at_last", [
    ("writeOutput", None, (2, 0), (2, 1)), ("acknowledge", None, (0, 1), (2, 1)), ("acknowledge", 1, (1, 1), (2, 1)),
])
def test_objects_come_late(jobs, stage, objects, at_first, at_last):
    jobs.arm(job={"stage": stage, "outcome": "late", "holdMs": 60_000, **({"objects": objects} if objects else {})})
    written = lambda: (len(jobs.outputs(acknowledgments=True)), len(jobs.outputs()))  # noqa: E731
    assert (jobs.ended()["status"], written()) == ("succeeded", at_first)
    jobs.settled(sum(at_last) - sum(at_first))
    jobs.admin("PUT", "clock", {"advanceMs": 60_000})
    until(written, lambda value: value == at_last)


@pytest.mark.parametrize("truncate, message", [
    ({"percent": 50}, "The file ends in the middle of segment"), ({"bytes": 0}, "The file is empty"),
    ({"bytes": 10_000}, None), ({"percent": 100}, None),
])
def test_a_job_sees_only_the_beginning_of_its_input(jobs, truncate, message):
    jobs.arm(times=1, job={"stage": "fetchInput", "outcome": "truncate", "truncate": truncate})
    done = jobs.ended()
    assert (done["status"], message or "") == ("failed" if message else "succeeded", message or "")
    assert message is None or done["message"].startswith(message)
    assert jobs.ended()["status"] == "succeeded"


def test_a_split_file_that_ends_early_fails_before_anything_is_written(server_with):
    world = World(checked_client(endpoint := server_with(), ACCOUNT), boto3_client("s3", endpoint, ACCOUNT))
    item = Pipeline(world, endpoint, inputConversion={**INBOUND_ORDERS, "advancedOptions": SPLIT})
    rule = {"times": 1, "job": {"stage": "fetchInput", "outcome": "truncate", "truncate": {"percent": 60}}}
    assert CONNECTIONS.post(f"{endpoint}/_b2bi/faults", json=rule).status_code == 200
    assert "in the middle of segment N4" in item.drop(edi.order(sets=3), "cut.edi")["failure-message"]
    item.put(edi.order(sets=3), "whole.edi")
    item.events("Transformation Completed", 3, of="whole.edi")


class TestJournal:
    """What the journal tells of jobs that faults befall."""

    FAULT = {"id": "denied", "job": {"stage": "writeOutput", "outcome": "fail", "message": "Access Denied"}}

    def entries(self, jobs, **query):
        return CONNECTIONS.get(f"{jobs.endpoint}/_b2bi/journal", params=query).json()["entries"]

    def test_a_fault_of_a_job_is_an_entry_of_its_own(self, jobs):
        jobs.arm(**self.FAULT)
        job = jobs.start()
        jobs.ended(job)
        [entry] = self.entries(jobs, kind="job")
        assert entry["job"] == {"id": job["transformerJobId"], "stage": "writeOutput", "outcome": "fail"}
        assert entry["faults"] == [{"rule": "denied", "ordinal": 1}]
        told = [entry[name] for name in ("account", "region", "service", "operation", "executed", "status")]
        assert told == [ACCOUNT, "us-east-1", "b2bi", "", 0, None]
        requests = self.entries(jobs, kind="request")
        assert {request["operation"] for request in requests} > {"StartTransformerJob", "GetTransformerJob"}
        assert not any("job" in request for request in requests)

    def test_entries_are_found_by_what_befell_the_job(self, jobs):
        jobs.arm(**self.FAULT)
        first, second = jobs.start(), jobs.start()
        jobs.ended(first), jobs.ended(second)
        for query, count in [
            ({"job": first["transformerJobId"]}, 1), ({"stage": "write*"}, 2), ({"outcome": "fail"}, 2), ({"stage": "map"}, 0),
            ({"outcome": "stall"}, 0), ({"rule": "denied"}, 2), ({"account": "000000000000", "kind": "job"}, 0),
        ]:
            assert len(self.entries(jobs, **query)) == count, query

    def test_they_are_verified_and_are_no_calls(self, jobs):
        jobs.arm(**self.FAULT)
        jobs.ended()
        expected = [{"kind": "job", "stage": "writeOutput", "outcome": "fail", "count": 1}, {"operation": "StartTransformerJob", "count": 1}]
        assert jobs.admin("POST", "verify", expected)["verified"] == 2
        wrong = CONNECTIONS.post(f"{jobs.endpoint}/_b2bi/verify", json={"kind": "job", "stage": "map"})
        assert (wrong.status_code, wrong.json()["differences"][0]["found"]) == (422, 0)
        calls = jobs.admin("GET", "journal?group=invocation")["calls"]
        assert all(call["operation"] for call in calls)

    def test_a_rule_of_latency_is_a_delay(self, jobs):
        jobs.arm(id="slow", latency={"fixedMs": 1000}, job={"stage": "parse", "outcome": "delay", "holdMs": 1})
        jobs.start()
        assert until(lambda: self.entries(jobs, kind="job"), bool)[0]["job"]["outcome"] == "delay"


def test_a_job_vanishes(jobs):
    jobs.arm(times=1, job={"stage": "parse", "outcome": "vanish"})
    job = jobs.start()
    while True:
        try:
            assert jobs.status(job) == "running"
        except ClientError as error:
            assert error.response["Error"]["Code"] == "ResourceNotFoundException"
            break
    assert jobs.ended()["status"] == "succeeded"


def test_a_job_is_unknown_for_a_while(jobs):
    jobs.arm(operation="GetTransformerJob", times=2, error={"code": "ResourceNotFoundException"})
    job = jobs.start()
    for _ in range(2):
        with pytest.raises(ClientError):
            jobs.status(job)
    assert jobs.ended(job)["status"] == "succeeded"


def test_latency_holds_a_stage_up_as_well(jobs):
    jobs.arm(latency={"fixedMs": 5000}, job={"stage": "accept", "outcome": "vanish"})
    job = jobs.start()
    jobs.settled(sleeping=1)
    assert jobs.status(job) == "running"
    jobs.admin("PUT", "clock", {"advanceMs": 5000})
    jobs.settled(sleeping=0)
