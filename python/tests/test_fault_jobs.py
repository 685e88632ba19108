"""Faults at the stages of transformer jobs, and what a client sees of them."""

import pytest
from botocore.exceptions import ClientError

import edi
from clients import CONNECTIONS, boto3_client, checked_client
from world import World

ACCOUNT = "111122223333"
STAGES = ["accept", "fetchInput", "parse", "validate", "map", "writeOutput", "finish"]


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
        keys = [it["Key"] for it in listed.get("Contents", [])]
        return [it for it in keys if it.startswith("out/ACK/") == acknowledgments]

    def settled(self, sleeping):
        """Waits until as many sleep on the clock."""
        while self.admin("GET", "clock")["sleeping"] != sleeping:
            pass


@pytest.fixture
def jobs(server_with):
    return Jobs(server_with("--clock", "manual"))


@pytest.mark.parametrize("stage", STAGES)
def test_a_job_fails_at_any_stage_with_the_message_of_the_rule(jobs, stage):
    jobs.arm(operation="StartTransformerJob", job={"stage": stage, "outcome": "fail", "message": f"No {stage}"})
    done = jobs.ended()
    assert (done["status"], done["message"]) == ("failed", f"No {stage}")
    assert len(jobs.outputs()) == (stage == "finish")


@pytest.mark.parametrize("match, hit", [
    ({"resource": "tr-*"}, True), ({"resource": "ca-*"}, False), ({"body": {"/inputFile/key": "in/*"}}, True),
    ({"body": {"/inputFile/key": "other"}}, False), ({"account": ACCOUNT, "region": "us-*"}, True),
    ({"account": "x"}, False), ({"operation": "GetTransformerJob"}, False),
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
