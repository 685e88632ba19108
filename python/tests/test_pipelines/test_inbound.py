"""X12 that lands in a partner's folder comes out as a document, acknowledged, reported and announced."""

import json
import re

import pytest
import requests

import edi
from pipeline import SPLIT, TIMESTAMP, Pipeline, segments, until
from world import INBOUND_ORDERS, ORDERS

NUMBERS = "{ 'numbers': [**.BEG_03] }"
QUIET = {"inboundEdi": {"x12": {"acknowledgmentOptions": {
    "functionalAcknowledgment": "DO_NOT_GENERATE", "technicalAcknowledgment": "DO_NOT_GENERATE",
}}}}
# PO103 has no such code, and REF02 is too long.
WRONG = edi.interchange([
    ["BEG", "00", "SA", "PO-77", "", "20260301"], ["REF", "DP", "x" * 51], ["PO1", "1", "4", "QQ", "12.50"], ["CTT", "1"],
])


def acknowledging(functional="GENERATE_ALL_SEGMENTS", technical="GENERATE_ALL_SEGMENTS"):
    return {"inboundEdi": {"x12": {"acknowledgmentOptions": {
        "functionalAcknowledgment": functional, "technicalAcknowledgment": technical,
    }}}}


@pytest.fixture
def pipeline(world, endpoint):
    return lambda **changes: Pipeline(world, endpoint, **changes)


class TestTransformation:
    def test_a_partner_has_a_folder(self, pipeline):
        flow = pipeline()
        assert flow.input in flow.keys("input/")
        assert flow.told("jobs") == []

    def test_a_file_comes_out_as_the_document(self, pipeline, world):
        flow = pipeline()
        detail = flow.drop(edi.order())
        where = {"bucketName": world.bucket, "key": f"{flow.input}order.edi"}
        tested = world.b2bi.test_parsing(inputFile=where, fileFormat="JSON", ediType=ORDERS)["parsedFileContent"]
        assert flow.document(detail) == tested
        key = detail["output-file-s3-attributes"]["object-key"]
        assert re.fullmatch(rf"{flow.output}order\.edi\.{TIMESTAMP}\.json", key)
        assert f".{detail['start-timestamp']}." in key

    @pytest.mark.parametrize("transformer, expected", [
        ({"ediType": ORDERS, "fileFormat": "XML"}, '<element Id="BEG03">PO-77</element>'),
        ({"ediType": ORDERS, "fileFormat": "JSON", "mappingTemplate": NUMBERS}, '"numbers"'),
        ({"inputConversion": INBOUND_ORDERS, "mapping": {"templateLanguage": "JSONATA", "template": NUMBERS}}, '"PO-77"'),
    ], ids=["XML", "legacy mapping", "mapping"])
    def test_the_transformer_tells_what_comes_out(self, pipeline, transformer, expected):
        flow = pipeline(**transformer)
        assert expected in flow.document(flow.drop(edi.order()))

    @pytest.mark.parametrize("flags, member, is_bare", [
        ([], "mappingTemplate", False), (["--legacy-root", "interchange"], "mappingTemplate", True),
        (["--legacy-root", "interchange"], "mapping", False),
    ])
    def test_legacy_templates_read_the_interchange_if_the_server_is_told(self, world_with, flags, member, is_bare):
        world = world_with(*flags)
        keys = "{ 'keys': $keys($) }"
        transformer = {"ediType": ORDERS, "fileFormat": "JSON", "mappingTemplate": keys}
        if member == "mapping":
            transformer = {"inputConversion": INBOUND_ORDERS, "mapping": {"templateLanguage": "JSONATA", "template": keys}}
        flow = Pipeline(world, world.b2bi.meta.endpoint_url, options=QUIET, **transformer)
        found = json.loads(flow.document(flow.drop(edi.order())))["keys"]
        assert ("functional_groups" in found, found == "interchanges") == (is_bare, not is_bare), found

    @pytest.mark.parametrize("way", ["copy", "parts", pytest.param("presigned", marks=pytest.mark.embedded)])
    def test_however_the_file_gets_there(self, pipeline, world, way):
        flow = pipeline(options=QUIET)
        key = {"Bucket": world.bucket, "Key": f"{flow.input}order.edi"}
        if way == "copy":
            world.put(edi.order(), "elsewhere.edi")
            world.s3.copy_object(CopySource={"Bucket": world.bucket, "Key": "elsewhere.edi"}, **key)
        elif way == "parts":
            upload = {**key, "UploadId": world.s3.create_multipart_upload(**key)["UploadId"]}
            part = world.s3.upload_part(PartNumber=1, Body=edi.order(), **upload)
            parts = {"Parts": [{"PartNumber": 1, "ETag": part["ETag"]}]}
            world.s3.complete_multipart_upload(MultipartUpload=parts, **upload)
        else:
            url = world.s3.generate_presigned_url("put_object", Params=key)
            assert requests.put(url, data=edi.order()).status_code == 200
        [event] = flow.events("Transformation*")
        assert json.loads(flow.document(event["detail"]))["interchanges"]

    def test_two_partners_have_a_file_each(self, pipeline):
        one, other = pipeline(options=QUIET), pipeline(options=QUIET)
        for item in [one, other]:
            item.drop(edi.order())
        assert len(one.keys()) == len(other.keys()) == 1

    def test_jobs_are_seen_from_outside(self, pipeline, world):
        flow = pipeline()
        detail = flow.drop(edi.order())
        [job] = until(lambda: flow.jobs(state="succeeded"), bool)
        assert job["outputFiles"] == [{"bucketName": world.bucket, "key": detail["output-file-s3-attributes"]["object-key"]}]
        assert (job["capabilityId"], job["inputFile"]) == (
            flow.capability["capabilityId"], f"s3://{world.bucket}/{flow.input}order.edi")


class TestAcknowledgement:
    def test_all_are_made_where_nobody_says_otherwise(self, pipeline):
        flow = pipeline()
        assert flow.drop(edi.order())["ack-generation-status"] == "COMPLETED"
        made = flow.acknowledgements()
        assert sorted(made) == ["997", "TA1"]
        [isa] = segments(made["997"], "ISA")
        # Sender and receiver change places.
        assert (isa[6].strip(), isa[8].strip()) == ("NORTHMILL", "BLUEBIKES")
        assert segments(made["997"], "AK1", "AK2", "AK5", "AK9") == [
            ["AK1", "PO", "1"], ["AK2", "850", "0001"], ["AK5", "A"], ["AK9", "A", "1", "1", "1"]]
        assert segments(made["TA1"], "TA1") == [["TA1", "000000001", "260301", "0930", "A", "000"]]

    @pytest.mark.parametrize("functional, technical, expected", [
        ("DO_NOT_GENERATE", "DO_NOT_GENERATE", []), ("GENERATE_ALL_SEGMENTS", "DO_NOT_GENERATE", ["997"]),
        ("DO_NOT_GENERATE", "GENERATE_ALL_SEGMENTS", ["TA1"]),
        ("GENERATE_WITHOUT_TRANSACTION_SET_RESPONSE_LOOP", "DO_NOT_GENERATE", ["997"]),
    ])
    def test_the_partnership_chooses(self, pipeline, functional, technical, expected):
        flow = pipeline(options=acknowledging(functional, technical))
        detail = flow.drop(edi.order())
        made = flow.acknowledgements()
        assert sorted(made) == expected
        assert ("ack-generation-status" in detail) == bool(expected)
        if "997" in made:
            assert bool(segments(made["997"], "AK2")) == (functional == "GENERATE_ALL_SEGMENTS")

    def test_numbers_are_shared_by_all_acknowledgements_to_a_partner(self, pipeline):
        flow = pipeline()
        for name in ["a.edi", "b.edi", "c.edi"]:
            flow.drop(edi.order(), name)
        isa = [segments(flow.read(key), "ISA")[0][13] for key in flow.keys(f"{flow.output}ACK/")]
        assert sorted(isa) == [f"{number:09}" for number in range(1, 7)]
        groups = [segments(flow.read(key), "GS")[0][6] for key in flow.keys(f"{flow.output}ACK/") if key.endswith(".997")]
        assert sorted(int(number) for number in groups) == [1, 2, 3]

    def test_events_tell_of_each(self, pipeline, world):
        flow = pipeline()
        flow.drop(WRONG)
        details = {event["detail"]["ack-x12-type"]: event["detail"] for event in flow.events("Acknowledgement Completed", 2)}
        assert sorted(details) == ["TA1", "X12_997"]
        functional = details["X12_997"]
        assert functional["ack-file-s3-attributes"]["object-key"].endswith(".997")
        for detail in details.values():
            assert detail["trading-partner-id"].startswith("tp-") and detail["transformer-job-id"].startswith("tj-"), detail
        assert (functional["ack-error-code-detected"], details["TA1"]["ack-error-code-detected"]) == (True, False)
        assert (functional["ack-x12-version"], functional["input-x12-transaction-set"], functional["input-x12-version"]) == (
            "VERSION_4010", "X12_850", "VERSION_4010")

    def test_a_guides_transaction_is_answered_with_a_999(self, pipeline):
        x12 = {"transactionSet": "X12_270_X279", "version": "VERSION_5010_HIPAA"}
        flow = pipeline(inputConversion={"fromFormat": "X12", "formatOptions": {"x12": x12}})
        file = edi.order().replace(b"ST*850*0001", b"ST*270*0001*005010X279A1").replace(b"004010", b"005010X279A1")
        file = file.replace(b"GS*PO", b"GS*HS").replace(b"*U*00401*", b"*^*00501*")
        flow.drop(file)
        assert sorted(flow.acknowledgements()) == ["999x231", "TA1"]


class TestValidation:
    def test_errors_are_reported_and_the_document_is_written_all_the_same(self, pipeline, world):
        flow = pipeline()
        detail = flow.drop(WRONG)
        assert detail["validation-status"] == "FAILED"
        report = detail["validation-report-s3-location"]
        name = detail["output-file-s3-attributes"]["object-key"].rsplit("/", 1)[1]
        assert report == {"bucket": world.bucket, "object-key": f"{flow.output}VALIDATION_REPORT/{name}.validation-errors.txt"}
        text = flow.read(report["object-key"])
        assert "too long. Valid length range: 1..30" in text and text.endswith("errors detected\n")
        assert json.loads(flow.document(detail))["interchanges"]

    def test_where_all_is_well_there_is_no_report(self, pipeline):
        flow = pipeline()
        detail = flow.drop(edi.order())
        assert detail["validation-status"] == "SUCCEEDED"
        assert "validation-report-s3-location" not in detail
        assert flow.keys(f"{flow.output}VALIDATION_REPORT/") == []


class TestSplitting:
    SPLITTING = {"inputConversion": {**INBOUND_ORDERS, "advancedOptions": SPLIT}}

    def test_each_transaction_becomes_a_file(self, pipeline):
        flow = pipeline(**self.SPLITTING)
        flow.put(edi.order(sets=3))
        details = [event["detail"] for event in flow.events("Transformation Completed", 3)]
        assert [detail["split-attributes"] for detail in details] == [
            {"split-number": number, "total-split-count": 3, "split-is-valid": True} for number in [1, 2, 3]]
        numbers = [json.loads(flow.document(detail))["interchanges"][0]["functional_groups"][0]["transactions"] for detail in details]
        assert [[one["ST_02_TransactionSetControlNumber"] for one in each] for each in numbers] == [["0001"], ["0002"], ["0003"]]
        assert len({detail["output-file-s3-attributes"]["object-key"] for detail in details}) == 3
        # Once for the original file.
        assert sorted(flow.acknowledgements()) == ["997", "TA1"]
        assert len(segments(flow.acknowledgements()["997"], "AK2")) == 3

    def test_a_transaction_that_fails_leaves_the_others_alone(self, pipeline):
        template = "$exists(**[ST_02_TransactionSetControlNumber='0002']) ? $error('not this one') : {'ok': true}"
        flow = pipeline(**self.SPLITTING, mapping={"templateLanguage": "JSONATA", "template": template})
        flow.put(edi.order(sets=3))
        events = flow.events("Transformation*", 3)
        assert [event["detail-type"].split()[1] for event in events] == ["Completed", "Failed", "Completed"]
        assert "not this one" in events[1]["detail"]["failure-message"]
        [job] = until(lambda: flow.jobs(state="failed"), bool)
        assert job["message"].startswith("1 of 3 transactions failed")

    def test_wrong_envelopes_end_everything(self, pipeline):
        flow = pipeline(**self.SPLITTING)
        detail = flow.drop(edi.order(sets=3).replace(b"IEA*", b"NTE*"))
        assert "IEA" in detail["failure-message"]
        assert [key for key in flow.keys() if key.endswith(".json")] == []

    def test_there_may_not_be_too_many(self, world_with, server_with):
        world = world_with("--split-transactions", "2")
        item = Pipeline(world, world.b2bi.meta.endpoint_url, **self.SPLITTING)
        assert "at most 2 can be split" in item.drop(edi.order(sets=3))["failure-message"]
        assert item.keys() == []


class TestFailure:
    @pytest.mark.parametrize("body, code, message", [
        (b"no interchange", "VALIDATION_FAILED", "No supported EDI standard interchange begins with no "),
        (edi.FREIGHT_BILL, "VALIDATION_FAILED", "110"),
    ], ids=["garbage", "another set"])
    def test_files_that_are_not_taken(self, pipeline, body, code, message):
        flow = pipeline()
        detail = flow.drop(body)
        assert (message in detail["failure-message"], detail["failure-code"]) == (True, code), detail
        assert "output-file-s3-attributes" not in detail
        assert [key for key in flow.keys() if key.endswith(".json")] == []
        [job] = until(lambda: flow.jobs(state="failed"), bool)
        assert job["message"] == detail["failure-message"]

    def test_an_envelope_that_is_wrong_is_answered(self, pipeline):
        flow = pipeline()
        detail = flow.drop(edi.order().replace(b"IEA*1*000000001", b"IEA*1*000000002"))
        assert (detail["ack-generation-status"], detail["ack-error-code-detected"]) == ("COMPLETED", True)
        [answer] = segments(flow.acknowledgements()["TA1"], "TA1")
        assert answer[4:] == ["R", "001"]
        assert "Control number error in IEA" in detail["failure-message"]

    def test_a_trailer_of_a_group_that_is_wrong_fails_the_file(self, pipeline):
        detail = pipeline().drop(edi.order().replace(b"GE*1*1", b"GE*1*2"))
        assert "Control number error in GE" in detail["failure-message"]

    def test_a_trailer_of_a_transaction_that_is_wrong_does_not(self, pipeline):
        detail = pipeline().drop(edi.order().replace(b"\nSE*", b"\nSE*1"))
        assert detail["validation-status"] == "FAILED"

    @pytest.mark.parametrize("template", ["$error('no')", "$fromMillis(1, '[\u00e9]')", "$eval($pad('', 200000, '('))"])
    def test_a_template_that_fails(self, pipeline, template):
        mapping = {"templateLanguage": "JSONATA", "template": template}
        detail = pipeline(inputConversion=INBOUND_ORDERS, mapping=mapping).drop(edi.order())
        assert detail["failure-code"] == "MAPPING_FAILED"
        assert detail["failure-message"].startswith("The mapping template failed: ")
        assert detail["validation-status"] != "FAILED" and "validation-report-s3-location" not in detail

    def test_a_template_that_fails_does_not_lose_the_validation_report(self, pipeline):
        flow = pipeline(inputConversion=INBOUND_ORDERS, mapping={"templateLanguage": "JSONATA", "template": "$error('no')"})
        faulty = edi.interchange([line for line in edi.ORDER if line[0] != "PO1"])
        detail = flow.drop(faulty)
        assert (detail["failure-code"], detail["validation-status"]) == ("MAPPING_FAILED", "FAILED")
        report = flow.read(detail["validation-report-s3-location"]["object-key"])
        assert "PO1" in report

    def test_mixed_sets_in_a_file(self, pipeline):
        mixed = edi.order() + edi.FREIGHT_BILL
        assert "transaction set 110" in pipeline().drop(mixed)["failure-message"]

    def test_a_file_that_is_too_large(self, world_with):
        world = world_with("--job-bytes", "100")
        item = Pipeline(world, world.b2bi.meta.endpoint_url)
        detail = item.drop(edi.order())
        assert (detail["failure-code"], "the limit is 100" in detail["failure-message"]) == ("FETCH_INPUT_FAILED", True)

    def test_an_output_bucket_that_has_gone(self, pipeline, world, endpoint):
        flow = pipeline()
        configuration = flow.capability["configuration"]
        configuration["edi"]["outputLocation"]["bucketName"] = "gone-for-good"
        world.b2bi.update_capability(capabilityId=flow.capability["capabilityId"], configuration=configuration)
        detail = flow.drop(edi.order())
        assert (detail["failure-code"], detail["ack-generation-status"]) == ("WRITE_OUTPUT_FAILED", "FAILED")
        [failed, _] = flow.events("Acknowledgement Failed", 2)
        assert "s3://gone-for-good/" in failed["detail"]["failure-message"]
