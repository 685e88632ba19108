"""StartTransformerJob sets a job going that writes the document beside others, under AWS's naming."""

import json
import re

import pytest

import edi
from blocks import (
    LIST, NULL, NUMBER, TEXT, UNKNOWN_ID, Apart, Serialisation, Tokens, Validation, id_cases, location_cases,
    location_types, missing, refused,
)
from examples import MISSING
from world import INBOUND_ORDERS, LEGACY, ORDERS, OUTBOUND

OPERATION = "StartTransformerJob"
NUMBERS = "{ 'numbers': [**.BEG_03] }"
NUMBERS_XSLT = """<xsl:stylesheet version="1.0" xmlns:xsl="http://www.w3.org/1999/XSL/Transform">
<xsl:output omit-xml-declaration="yes"/>
<xsl:template match="/"><numbers>
  <xsl:for-each select="//element[@Id='BEG03']"><number><xsl:value-of select="."/></number></xsl:for-each>
</numbers></xsl:template></xsl:stylesheet>"""
TIMESTAMP = r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z"


class TestSerialisation(Serialisation):
    cases = [
        ("transformerId", NUMBER, "String"), *location_types("inputFile"), *location_types("outputLocation"),
        ("clientToken", LIST, "String"), ("inputFile", LIST, "Structure"), ("transformerId", LIST, "String"),
        ("outputLocation", NUMBER, "Structure"), ("inputFile", TEXT, "Structure"),
    ]


class TestValidation(Validation):
    cases = [
        *id_cases("transformerId"), *location_cases("inputFile"), *location_cases("outputLocation"),
        ("inputFile", MISSING, NULL), ("outputLocation", MISSING, NULL), ("transformerId", MISSING, NULL),
    ]

    def test_everything_required_is_named_at_once(self, endpoint):
        self.all_missing(endpoint, "inputFile", "outputLocation", "transformerId")

    @pytest.mark.parametrize("location", ["inputFile", "outputLocation"])
    @pytest.mark.parametrize("member", ["bucketName", "key"])
    def test_locations_must_be_whole(self, world, location, member):
        request = world.request(OPERATION)
        del request[location][member]
        refused("ValidationException", f"'{location}.{member}'", world.b2bi.start_transformer_job, **request)


class TestTokens(Tokens):
    other = {"outputLocation": {"bucketName": "another", "key": ""}}

    def spoilt(self, request):
        return {**request, "inputFile": {**request["inputFile"], "key": "none"}}


class TestApart(Apart):
    names = "transformerId"


class TestBehaviour:
    def test_the_id_is_in_the_form_of_awss(self, world):
        assert re.fullmatch(r"tj-[A-Za-z0-9_-]{22}", world.call(OPERATION)["transformerJobId"])

    @pytest.mark.parametrize("folder, start", [("out/", "out/"), ("out", "out/"), ("a/b/", "a/b/"), ("", "")])
    def test_the_output_is_named_after_the_input(self, world, folder, start):
        job = world.finished(world.put(edi.order(), "in/deep/order.edi"), folder)
        [output] = job["outputFiles"]
        assert output["bucketName"] == world.bucket
        assert re.fullmatch(rf"{start}order\.edi\.{TIMESTAMP}\.json", output["key"])
        assert world.s3.head_object(Bucket=world.bucket, Key=output["key"])["ContentLength"] > 0

    def test_the_output_is_what_testing_shows(self, world):
        where = world.put(edi.order())
        tested = world.b2bi.test_parsing(inputFile=where, fileFormat="JSON", ediType=ORDERS)["parsedFileContent"]
        written = world.output(world.finished(where))
        assert (written["Body"].read().decode(), written["ContentType"]) == (tested, "application/json")

    @pytest.mark.parametrize("members, extension", [
        ({"ediType": ORDERS, "fileFormat": "JSON"}, "json"), ({"ediType": ORDERS, "fileFormat": "XML"}, "xml"),
        ({"ediType": ORDERS}, "json"), ({"inputConversion": INBOUND_ORDERS}, "json"),
        ({"inputConversion": INBOUND_ORDERS, "mapping": {"templateLanguage": "JSONATA"}}, "json"),
        ({"inputConversion": INBOUND_ORDERS, "mapping": {"templateLanguage": "XSLT", "template": ""}}, "xml"),
    ])
    def test_the_transformer_tells_the_format(self, world, members, extension):
        transformer = world.active(world.b2bi.create_transformer(name="orders", **members)["transformerId"])
        job = world.finished(world.put(edi.order()), transformer=transformer)
        assert job["outputFiles"][0]["key"].endswith(f".{extension}")
        text = world.output(job)["Body"].read()
        assert text.lstrip().startswith(b"<") if extension == "xml" else json.loads(text)["interchanges"]

    def test_the_transformer_must_be_active(self, world):
        request = {"transformerId": world.transformerId}
        refused("ValidationException", "Transformer status must be 'active'", world.call, operation=OPERATION, **request)

    def test_the_transformer_must_be_for_inbound_files(self, world):
        transformer = world.active(world.b2bi.create_transformer(name="out", outputConversion=OUTBOUND)["transformerId"])
        refused("ValidationException", transformer, world.call, operation=OPERATION, transformerId=transformer)

    def test_a_job_splits_no_files(self, world):
        conversion = {**INBOUND_ORDERS, "advancedOptions": {"x12": {"splitOptions": {"splitBy": "TRANSACTION"}}}}
        transformer = world.active(world.b2bi.create_transformer(name="split", inputConversion=conversion)["transformerId"])
        refused("ValidationException", "split", world.start, input=world.put(edi.order()), transformer=transformer)

    def test_the_input_must_be_there(self, world, other_account):
        for bucket, key in [(world.bucket, "none"), ("not-a-bucket-of-mine", "k")]:
            where = {"bucketName": bucket, "key": key}
            missing(f"s3://{bucket}/{key}", world.b2bi, OPERATION, world.request(OPERATION, inputFile=where))

    def test_the_input_may_not_be_too_large(self, world_with):
        world = world_with("--job-bytes", "100")
        refused("ValidationException", "100", world.call, operation=OPERATION)

    def test_two_jobs_write_two_files(self, world):
        where = world.put(edi.order(), "in/one.edi"), world.put(edi.order(), "in/two.edi")
        keys = {world.finished(item)["outputFiles"][0]["key"] for item in where}
        assert len(keys) == 2

    @pytest.mark.parametrize("members", [
        {**LEGACY, "mappingTemplate": NUMBERS},
        {"inputConversion": INBOUND_ORDERS, "mapping": {"templateLanguage": "JSONATA", "template": NUMBERS}},
    ], ids=["legacy", "new"])
    def test_the_document_is_mapped(self, world, members):
        transformer = world.active(world.b2bi.create_transformer(name="orders", **members)["transformerId"])
        written = world.output(world.finished(world.put(edi.order()), transformer=transformer))
        assert written["Body"].read().decode() == '{\n  "numbers": [\n    "PO-77"\n  ]\n}'

    @pytest.mark.parametrize("members", [
        {**LEGACY, "fileFormat": "XML", "mappingTemplate": NUMBERS_XSLT},
        {"inputConversion": INBOUND_ORDERS, "mapping": {"templateLanguage": "XSLT", "template": NUMBERS_XSLT}},
    ], ids=["legacy", "new"])
    def test_the_document_is_mapped_by_xslt(self, world, members):
        transformer = world.active(world.b2bi.create_transformer(name="orders", **members)["transformerId"])
        job = world.finished(world.put(edi.order()), transformer=transformer)
        assert job["outputFiles"][0]["key"].endswith(".xml")
        assert world.output(job)["Body"].read().decode() == "<numbers><number>PO-77</number></numbers>\n"

    @pytest.mark.parametrize("language, template, words", [
        ("JSONATA", "{ 'a' 1 }", "line 1, column 7"), ("JSONATA", "$error('no lines')", "no lines"), ("XSLT", "<x/>", "not a stylesheet; declare xmlns:xsl"),
    ])
    def test_a_mapping_that_fails_fails_the_job(self, world, language, template, words):
        members = {"inputConversion": INBOUND_ORDERS, "mapping": {"templateLanguage": language, "template": template}}
        transformer = world.active(world.b2bi.create_transformer(name="orders", **members)["transformerId"])
        job = world.finished(world.put(edi.order()), transformer=transformer)
        assert (job["status"], words in job["message"]) == ("failed", True), job

    def test_an_unknown_transformer_is_not_found(self, world):
        missing(UNKNOWN_ID, world.b2bi, OPERATION, world.request(OPERATION, transformerId=UNKNOWN_ID))
