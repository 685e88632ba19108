"""GetTransformerJob tells how far a job is: running, then succeeded with its output or failed with the reason."""

import pytest
from botocore.exceptions import WaiterError

import edi
from blocks import (
    LIST, NULL, NUMBER, Apart, Serialisation, Validation, at_least, at_most, id_cases, missing, pattern, told,
)
from examples import MISSING
from server import REPOSITORY
from world import MAX_WAIT

OPERATION = "GetTransformerJob"
DOCUMENTS = REPOSITORY / "fixtures/x12/documents"
NO_JOB = "tj-0000000000000000000000"


class TestSerialisation(Serialisation):
    cases = [
        ("transformerJobId", NUMBER, "String"), ("transformerJobId", LIST, "String"),
        ("transformerId", NUMBER, "String"), ("transformerId", LIST, "String"),
    ]


class TestValidation(Validation):
    cases = [
        ("transformerJobId", MISSING, NULL), ("transformerJobId", "tj-short", at_least(25)),
        ("transformerJobId", "t" * 26, at_most(25)), ("transformerJobId", "tj " + "0" * 22, pattern("[a-zA-Z0-9_-]+")),
        ("transformerId", MISSING, NULL), *id_cases("transformerId"),
    ]

    def test_everything_required_is_named_at_once(self, endpoint):
        self.all_missing(endpoint, "transformerJobId", "transformerId")


class TestApart(Apart):
    names = "transformerJobId"

    def test_an_unknown_id_is_not_found(self, world):
        missing(NO_JOB, world.b2bi, OPERATION, world.request(OPERATION, transformerJobId=NO_JOB))


class TestBehaviour:
    def test_the_waiter_ends_on_success(self, world):
        job = world.start(world.put(edi.order()))
        world.b2bi.get_waiter("transformer_job_succeeded").wait(**job, WaiterConfig=MAX_WAIT)
        done = world.b2bi.get_transformer_job(**job)
        assert (done["status"], done["message"]) == ("succeeded", "Transformed, writing output")
        assert len(done["outputFiles"]) == 1
        assert told(world.b2bi.get_transformer_job(**job)) == told(done)

    @pytest.mark.parametrize("name", ["not-x12", "cut-off"])
    def test_the_waiter_ends_on_failure_and_the_message_tells_why(self, world, name):
        job = world.start(world.put((DOCUMENTS / f"{name}.edi").read_bytes()))
        with pytest.raises(WaiterError, match="terminal failure state"):
            world.b2bi.get_waiter("transformer_job_succeeded").wait(**job, WaiterConfig=MAX_WAIT)
        failed = told(world.b2bi.get_transformer_job(**job))
        problem = (DOCUMENTS / f"{name}.problems").read_text().splitlines()[0]
        assert (failed.pop("message").startswith(problem), failed) == (True, {"status": "failed"})
        written = world.s3.list_objects_v2(Bucket=world.bucket, Prefix="out/").get("Contents", [])
        assert [item["Key"] for item in written if not item["Key"].startswith("out/ACK/")] == []

    def test_a_job_fails_when_its_output_has_no_place(self, world):
        request = {"outputLocation": {"bucketName": "not-a-bucket-of-mine", "key": "out/"}, "transformerId": world.orders}
        made = world.call("StartTransformerJob", inputFile=world.put(edi.order()), **request)
        job = world.ended({"transformerId": world.orders, **{"transformerJobId": made["transformerJobId"]}})
        assert (job["status"], "not-a-bucket-of-mine" in job["message"]) == ("failed", True)

    def test_a_file_of_another_set_fails(self, world):
        job = world.finished(world.put(edi.FREIGHT_BILL))
        assert (job["status"], "110" in job["message"], "X12_850" in job["message"]) == ("failed", True, True)

    def test_a_job_is_of_its_own_transformer(self, world):
        request = {"transformerJobId": world.transformerJobId, "transformerId": world.transformerId}
        missing(world.transformerJobId, world.b2bi, OPERATION, request)
