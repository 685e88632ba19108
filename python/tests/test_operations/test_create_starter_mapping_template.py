"""CreateStarterMappingTemplate writes a template that makes a service-defined document, which is valid as it stands."""

import json

import pytest

import edi
from blocks import (
    LIST, NULL, NUMBER, Serialisation, Validation, edi_cases, exactly_one, location_cases, location_types, missing, one_of,
    refused,
)
from examples import MISSING
from world import ORDERS

OPERATION = "CreateStarterMappingTemplate"
LANGUAGES = {"JSONATA": "JSON", "XSLT": "XML"}
INPUTS = {"JSONATA": "{}", "XSLT": "<order/>"}
SETS = [
    ("X12_850", "VERSION_4010"), ("X12_810", "VERSION_4030"), ("X12_856", "VERSION_4060"), ("X12_837", "VERSION_5010"),
    ("X12_837_X222", "VERSION_5010_HIPAA"), ("X12_837_X223", "VERSION_5010_HIPAA"), ("X12_835_X221", "VERSION_5010_HIPAA"),
    ("X12_271_X279", "VERSION_5010_HIPAA"),
]


@pytest.fixture
def starter(world):
    """Makes a template; for 850 in 4010 in JSONata, unless told otherwise."""

    def starter(language="JSONATA", details=ORDERS["x12Details"], **location):
        request = {"mappingType": language, "templateDetails": {"x12": details}, **location}
        return world.b2bi.create_starter_mapping_template(**request)["mappingTemplate"]

    return starter


@pytest.fixture
def written(world):
    """Maps an input without data by a template and writes what comes out as X12: the reply of TestConversion."""

    def written(template, language, details):
        mapped = world.b2bi.test_mapping(
            inputFileContent=INPUTS[language], mappingTemplate=template, fileFormat=LANGUAGES[language],
        )["mappedFileContent"]
        content = json.loads(mapped) if language == "JSONATA" else mapped
        source = {"fileFormat": LANGUAGES[language], "inputFile": {"fileContent": content}}
        return world.b2bi.test_conversion(
            source=source, target={"fileFormat": "X12", "formatDetails": {"x12": details}},
        )

    return written


class TestSerialisation(Serialisation):
    cases = [
        ("mappingType", NUMBER, "String"),
        ("templateDetails", LIST, "Structure"),
        *location_types("outputSampleLocation"),
    ]


class TestValidation(Validation):
    cases = [
        ("mappingType", "DATAWEAVE", one_of("JSONATA", "XSLT")),
        ("templateDetails", {}, exactly_one("x12")),
        ("templateDetails", MISSING, NULL),
        *edi_cases("templateDetails.x12"),
        *location_cases("outputSampleLocation"),
    ]

    def test_everything_required_is_named_at_once(self, endpoint):
        self.all_missing(endpoint, "mappingType", "templateDetails")


class TestBehaviour:
    @pytest.mark.parametrize("language", LANGUAGES)
    @pytest.mark.parametrize("transaction_set, version", SETS)
    def test_what_a_template_writes_is_valid(self, starter, written, language, transaction_set, version):
        details = {"transactionSet": transaction_set, "version": version}
        template = starter(language, details)
        assert 1_000 < len(template) <= 350_000
        reply = written(template, language, details)
        assert "validationMessages" not in reply
        assert f"~\nST*{transaction_set.split('_')[1]}*0001" in reply["convertedFileContent"]

    def test_comments_tell_what_may_stand_where(self, starter):
        lines = [line.strip() for line in starter().splitlines()]
        assert "\"segments\" : [ { /* BEG: required, once */" in lines
        assert next(line for line in lines if line.startswith("\"BEG_01\"")).startswith("\"BEG_01\" : \"00\", /* required, code 00 01 ")
        assert "\"BEG_03\" : \"A\", /* required, text 1-22 */" in lines
        assert "/* \"BEG_04\" : \"A\", optional, text 1-30 */" in lines
        assert "\"BEG_05\" : \"20260301\" /* required, date CCYYMMDD */" in lines
        assert any("loop N1-4000: optional, up to 200" in line for line in lines)

    @pytest.mark.parametrize("language", LANGUAGES)
    def test_with_a_sample_its_values_are_in_place(self, world, starter, written, language):
        sample = world.put(edi.order())
        template = starter(language, outputSampleLocation=sample)
        reply = written(template, language, ORDERS["x12Details"])
        assert reply["convertedFileContent"].encode() == edi.order(component=":")

    def test_a_samples_template_is_laid_out_as_the_services(self, world, starter):
        template = starter(outputSampleLocation=world.put(edi.order()))
        assert template.startswith('{\n  "interchanges" : [ {\n    "ISA_01_AuthorizationQualifier" : "00",\n')
        loop = '        }, {\n          "N1-4000_loop" : [ {\n            "N1_01" : "BY",\n'
        assert loop in template and "/*" not in template
        parsed = world.b2bi.test_parsing(inputFile=world.put(edi.order()), fileFormat="JSON", ediType=ORDERS)
        assert json.loads(template) == json.loads(parsed["parsedFileContent"])

    def test_the_sample_must_be_of_the_named_set(self, world, starter):
        sample = world.put(edi.FREIGHT_BILL)
        error = refused("ValidationException", "110", starter, outputSampleLocation=sample)
        assert "X12_850" in error["Error"]["Message"]

    @pytest.mark.parametrize("body", [b"", b"{}", edi.order()[:300]])
    def test_the_sample_must_be_x12(self, world, starter, body):
        refused("ValidationException", "", starter, outputSampleLocation=world.put(body))

    def test_the_sample_must_be_there_and_not_too_large(self, world, starter):
        where = {"bucketName": world.bucket, "key": "none"}
        missing(f"s3://{world.bucket}/none", world.b2bi, OPERATION, world.request(OPERATION, outputSampleLocation=where))
        refused("ValidationException", "250001", starter, outputSampleLocation=world.put(b" " * 250_001))

    def test_a_sample_with_a_longer_template_than_allowed_is_refused(self, world, starter):
        sample = world.put(edi.order(sets=600))
        refused("ValidationException", "350000", starter, outputSampleLocation=sample)

    @pytest.mark.parametrize("details, words", [
        ({}, "transactionSet"), ({"transactionSet": "X12_850"}, "version"),
        ({"transactionSet": "X12_850", "version": "VERSION_5010_HIPAA"}, "has no transaction set X12_850"),
    ])
    def test_the_set_must_be_one_of_the_version(self, starter, details, words):
        refused("ValidationException", words, starter, details=details)
