"""TestConversion writes a service-defined document as X12, in the form of a sample, and validates it."""

import json
import re

import pytest

import edi
from blocks import (
    LIST, NULL, NUMBER, TEXT, Serialisation, Validation, at_least, exactly_one, location_cases, one_of, refused,
)
from examples import MISSING
from server import samples
from world import ORDERS

OPERATION = "TestConversion"
PAYMENT = samples("aws-835-outbound")
DAY = re.compile(r"(?<=98765\*)\d{8}")
FORMATS = ["JSON", "XML"]
FORMS = {
    "lines": {}, "one line": {"line_end": ""}, "dos": {"line_end": "\r\n"}, "old mac": {"line_end": "\r"},
    "pipes": {"element": "|", "component": "^"}, "newline as the terminator": {"terminator": "\n", "line_end": ""},
}


@pytest.fixture
def convert(world):
    """Converts a document; of 850 in 4010, unless told otherwise."""

    def convert(content, format="JSON", **target):
        target = {"fileFormat": "X12", "formatDetails": {"x12": ORDERS["x12Details"]}, **target}
        target = {name: value for name, value in target.items() if value is not None}
        source = {"fileFormat": format, "inputFile": {"fileContent": content}}
        return world.b2bi.test_conversion(source=source, target=target)

    return convert


def document(segments=edi.ORDER_SEGMENTS, isa=None):
    """The document of the purchase order, or of other segments in its envelope."""
    names = [
        "AuthorizationQualifier", "AuthorizationInformation", "SecurityQualifier", "SecurityInformation", "SenderQualifier",
        "SenderId", "ReceiverQualifier", "ReceiverId", "Date", "Time", "StandardsId", "Version", "InterchangeControlNumber",
        "AcknowledgmentRequested", "TestIndicator",
    ]
    interchange = {f"ISA_{at:02}_{name}": value for at, (name, value) in enumerate(zip(names, edi.HEADER[1:]), 1)}
    group = {
        "GS_01_FunctionalIdentifierCode": "PO", "GS_02_ApplicationSenderCode": "BLUEBIKES",
        "GS_03_ApplicationReceiverCode": "NORTHMILL", "GS_04_Date": "20260301", "GS_05_Time": "0930",
        "GS_06_GroupControlNumber": "1", "GS_07_ResponsibleAgencyCode": "X", "GS_08_Version": "004010",
    }
    transaction = {
        "ST_01_TransactionSetIdentifierCode": "850", "ST_02_TransactionSetControlNumber": "0001", "segments": segments,
    }
    groups = [{**group, "transactions": [transaction]}]
    return json.dumps({"interchanges": [{**interchange, **(isa or {}), "functional_groups": groups}]})


class TestSerialisation(Serialisation):
    cases = [
        ("source", TEXT, "Structure"),
        ("source.inputFile.fileContent", NUMBER, "String"),
        ("target.formatDetails", LIST, "Structure"),
        ("target.advancedOptions.x12", TEXT, "Structure"),
    ]


class TestValidation(Validation):
    cases = [
        ("source.inputFile.fileContent", "", at_least(1)),
        ("source.fileFormat", "CSV", one_of("JSON", "XML")),
        ("target.fileFormat", MISSING, NULL),
        ("target.fileFormat", "EDIFACT", one_of("X12")),
        ("target.formatDetails", {}, exactly_one("x12")),
        *location_cases("target.outputSampleFile.fileLocation"),
    ]

    def test_everything_required_is_named_at_once(self, endpoint):
        self.all_missing(endpoint, "source", "target")


class TestBehaviour:
    def test_what_was_parsed_is_written_again(self, world, convert):
        for name in FORMATS:
            parsed = world.b2bi.test_parsing(inputFile=world.put(edi.order()), fileFormat=name, ediType=ORDERS)
            reply = convert(parsed["parsedFileContent"], name)
            assert reply["convertedFileContent"] == edi.order(component=":").decode()
            assert "validationMessages" not in reply

    @pytest.mark.parametrize("form", FORMS.values(), ids=FORMS)
    def test_the_sample_decides_the_form(self, world, convert, form):
        sample = world.put(edi.order(sets=2, **form))
        written = convert(document(), outputSampleFile={"fileLocation": sample})["convertedFileContent"]
        assert written == edi.order(**form).decode()

    def test_the_sample_can_be_of_another_set_and_wrapped(self, world, convert):
        one_line = edi.order(line_end="")
        lines = [one_line[at:at + 80] for at in range(0, len(one_line), 80)]
        sample = world.put(b"\r\n".join(lines))
        written = convert(document(), outputSampleFile={"fileLocation": sample})["convertedFileContent"]
        assert written.encode().rstrip() == b"\r\n".join(lines)
        sample = world.put(edi.FREIGHT_BILL)
        written = convert(document(), outputSampleFile={"fileLocation": sample})["convertedFileContent"]
        assert written.encode() == edi.order()

    def test_trailers_are_counted_and_control_numbers_are_the_documents(self, convert):
        written = convert(document(isa={"ISA_13_InterchangeControlNumber": "77"}))["convertedFileContent"]
        segments = [line.split("*") for line in written.split("~\n")]
        assert segments[0][13] == "000000077" and segments[-2] == ["IEA", "1", "000000077"]
        assert segments[-4:-2] == [["SE", "9", "0001"], ["GE", "1", "1"]]

    def test_what_the_standard_forbids_is_told_and_does_not_stop_it(self, convert):
        segments = [order_segment for order_segment in edi.ORDER_SEGMENTS if "BEG_01" not in order_segment]
        reply = convert(document([{"BEG_01": "00", "BEG_02": "??"}, *segments]))
        assert any("BEG-3" in validation_message for validation_message in reply["validationMessages"])
        assert any("|??|" in validation_message for validation_message in reply["validationMessages"])
        assert "BEG*00*??~" in reply["convertedFileContent"]

    def test_rules_of_ones_own_are_applied(self, convert):
        rule = {"elementRequirementValidationRule": {"elementPosition": "BEG-04", "requirement": "MANDATORY"}}
        options = {"advancedOptions": {"x12": {"validationOptions": {"validationRules": [rule]}}}}
        [message] = convert(document(), **options)["validationMessages"]
        assert "BEG-4" in message
        refused("ValidationException", "formatDetails", convert, content=document(), formatDetails=None, **options)
        rule["elementRequirementValidationRule"]["elementPosition"] = "ISA-04"
        refused("ValidationException", "ISA-04", convert, content=document(), **options)

    def test_data_never_holds_a_delimiter(self, convert):
        [beg, *rest] = edi.ORDER_SEGMENTS
        reply = convert(document([{**beg, "BEG_03": "P*O~:7"}, *rest]))
        assert "*P?O??7*" in reply["convertedFileContent"]

    @pytest.mark.parametrize("content, format, words", [
        ("no document", "JSON", "not JSON at byte 0"), ('{"interchanges": [', "JSON", "not JSON at byte 18"),
        ("{}", "JSON", "interchanges is missing"), ('{"interchanges": []}', "JSON", "no whole X12"),
        ('{"interchanges": [{}]}', "JSON", "interchanges[0]: functional_groups is missing"),
        ("<ediroot>", "XML", "not XML"), ("<order/>", "XML", "interchange is missing"),
        ("{}", "XML", "interchange is missing"), ("<ediroot/>", "JSON", "not JSON at byte 0"),
        ("[]", "JSON", "an object is expected"), ("7", "JSON", "an object is expected"), ("null", "JSON", "an object is expected"),
        ('{"interchanges": ["x"]}', "JSON", "interchanges[0]: an object is expected"),
        ("<ediroot/>", "JSON", "wants the fileFormat XML"), (' {"interchanges": []}', "XML", "wants the fileFormat JSON"),
        ('"{}"', "XML", "looks like a JSON string"), ("ISA*00*", "JSON", "it is X12 already"), ("ISA*00*", "XML", "it is X12 already"),
    ])
    def test_only_a_document_can_be_converted(self, convert, content, format, words):
        refused("ValidationException", words, convert, content=content, format=format)

    @pytest.mark.parametrize("content", [
        json.dumps(document()), " " + json.dumps(json.dumps(document())), json.dumps("<ediroot/>"), json.dumps('{"interchanges": ['),
        json.dumps({"interchanges": json.dumps([])}), json.dumps({"interchanges": ["{}"]}),
    ])
    def test_a_string_that_holds_the_document_must_be_parsed_first(self, convert, content):
        refused("ValidationException", "parse it as JSON first and send what the string holds", convert, content=content)

    def test_the_reply_of_test_mapping_is_named_and_its_content_is_converted(self, world, convert):
        mapped = world.b2bi.test_mapping(inputFileContent=document(), mappingTemplate="$", fileFormat="JSON")
        mapped.pop("ResponseMetadata")
        refused("ValidationException", "json.loads", convert, content=mapped["mappedFileContent"])
        refused("ValidationException", "its member mappedFileContent", convert, content=json.dumps(mapped))
        assert convert(json.loads(mapped["mappedFileContent"]))["convertedFileContent"].startswith("ISA*")

    @pytest.mark.parametrize("details, words", [
        ({"transactionSet": "X12_810", "version": "VERSION_4010"}, "X12_810"),
        ({"transactionSet": "X12_850", "version": "VERSION_5010"}, "VERSION_5010"),
        ({"transactionSet": "X12_850"}, "version"), ({}, "transactionSet"),
        ({"transactionSet": "X12_850", "version": "VERSION_5010_HIPAA"}, "has no transaction set X12_850"),
    ])
    def test_the_document_must_be_of_the_named_set_and_version(self, convert, details, words):
        refused("ValidationException", words, convert, content=document(), formatDetails={"x12": details})

    def test_without_a_named_set_any_will_do(self, convert):
        assert convert(document(), formatDetails=None)["convertedFileContent"].startswith("ISA*")

    def test_the_sample_must_be_there_and_x12(self, world, convert):
        sample = {"fileLocation": {"bucketName": world.bucket, "key": "none"}}
        refused("ResourceNotFoundException", f"s3://{world.bucket}/none", convert, content=document(), outputSampleFile=sample)
        for body in [b"", b"{}", edi.order()[:90]]:
            sample = {"fileLocation": world.put(body)}
            refused("ValidationException", "ISA", convert, content=document(), outputSampleFile=sample)
        for member in ["bucketName", "key"]:
            sample = {"fileLocation": {**world.put(b""), member: None}}
            sample["fileLocation"].pop(member)
            refused("ValidationException", member, convert, content=document(), outputSampleFile=sample)

    @pytest.mark.skipif(not PAYMENT.exists(), reason="wants the folder that B2BI_LOCAL_SAMPLES names")
    def test_the_real_payment_is_written_as_the_service_did(self, world, convert):
        """The whole road: the input is mapped, and what comes out is written as the sample is."""
        template = (PAYMENT / "835-outbound-mapping.jsonata").read_text()
        mapped = world.b2bi.test_mapping(
            inputFileContent=(PAYMENT / "835-input-data.json").read_text(), mappingTemplate=template, fileFormat="JSON",
        )
        sample = world.put((PAYMENT / "835-example.x12").read_bytes())
        details = {"x12": {"transactionSet": "X12_835_X221", "version": "VERSION_5010_HIPAA"}}
        content = json.loads(mapped["mappedFileContent"])
        reply = convert(content, outputSampleFile={"fileLocation": sample}, formatDetails=details)
        # The template puts in the day on which it runs.
        written, expected = reply["convertedFileContent"], (PAYMENT / "generated-835.x12").read_text()
        assert DAY.sub("|", written).split() == DAY.sub("|", expected).split()

    def test_five_million_characters_are_converted(self, convert):
        [beg, *rest] = edi.ORDER_SEGMENTS
        items = [rest[2]] * 22_000
        content = document([beg, *rest[:2], *items, rest[3]])
        assert 4_000_000 < len(content) < 5_000_000
        written = convert(content)["convertedFileContent"]
        assert written.count("PO1*1*4*EA*12.50**VN*CHAIN-9~") == 22_000
