"""TestParsing reads an X12 file from S3 as JSON or XML, whatever its delimiters, and tells what is wrong with it."""

import json
import xml.etree.ElementTree

import pytest

import edi
from blocks import (
    LIST, NULL, NUMBER, TEXT, Serialisation, Validation, edi_cases, exactly_one, location_cases, location_types, missing,
    one_of, refused,
)
from examples import MISSING, changed, made_up
from server import REPOSITORY, samples
from world import ORDERS

OPERATION = "TestParsing"
DOCUMENTS = REPOSITORY / "fixtures/x12/documents"
SAMPLE = samples("engine/850-4010.edi")
SPLIT = {"advancedOptions": {"x12": {"splitOptions": {"splitBy": "TRANSACTION"}}}}
FORMS = {
    "newline after the terminator": {}, "one line": {"line_end": ""}, "dos": {"line_end": "\r\n"},
    "pipes": {"element": "|", "component": "^"}, "newline as the terminator": {"terminator": "\n", "line_end": ""},
    "control characters": {"element": "\x1d", "component": "\x1f", "terminator": "\x1c", "line_end": ""},
    "carriage return": {"terminator": "'", "line_end": "\r"},
}


@pytest.fixture
def parse(world):
    """Parses a file; as 850 of 4010 into JSON, unless told otherwise."""

    def parse(body, **changes):
        request = {"fileFormat": "JSON", "ediType": ORDERS, **changes}
        return world.b2bi.test_parsing(inputFile=world.put(body), **request)

    return parse


def validating(rule):
    """The options that add a rule of one's own."""
    return {"advancedOptions": {"x12": {"validationOptions": {"validationRules": [rule]}}}}


class TestSerialisation(Serialisation):
    cases = [
        *location_types("inputFile"), ("fileFormat", NUMBER, "String"), ("ediType", TEXT, "Structure"),
        ("ediType.x12Details.transactionSet", LIST, "String"), ("advancedOptions.x12", TEXT, "Structure"),
    ]


class TestValidation(Validation):
    cases = [
        ("inputFile", MISSING, NULL), *location_cases("inputFile"), ("inputFile.bucketName", MISSING, NULL),
        ("inputFile.key", MISSING, NULL), ("fileFormat", "CSV", one_of("XML", "JSON", "NOT_USED")),
        ("ediType", {}, exactly_one("x12Details")), *edi_cases("ediType.x12Details"),
        ("advancedOptions.x12.splitOptions", {}, NULL, ".splitBy"),
    ]

    def test_everything_required_is_named_at_once(self, endpoint):
        self.all_missing(endpoint, "inputFile", "fileFormat", "ediType")

    def test_a_transaction_set_is_one_of_the_models(self, endpoint):
        message = self.refusal(endpoint, changed(made_up(OPERATION), "ediType.x12Details.transactionSet", "X12_999999"))
        assert "'X12_999999' at 'ediType.x12Details.transactionSet'" in message and "X12_850, " in message


class TestBehaviour:
    @pytest.mark.parametrize("form", FORMS.values(), ids=FORMS)
    def test_every_form_of_a_file_is_the_same_document(self, parse, form):
        reply = parse(edi.order(**form))
        [interchange] = json.loads(reply["parsedFileContent"])["interchanges"]
        [group] = interchange.pop("functional_groups")
        [transaction] = group.pop("transactions")
        assert (interchange["ISA_06_SenderId"], group["GS_08_Version"]) == ("BLUEBIKES      ", "004010")
        assert transaction == {
            "ST_01_TransactionSetIdentifierCode": "850", "ST_02_TransactionSetControlNumber": "0001",
            "segments": edi.ORDER_SEGMENTS,
        }
        assert "validationMessages" not in reply

    def test_every_transaction_set_is_read(self, parse):
        document = json.loads(parse(edi.order(sets=3))["parsedFileContent"])
        transactions = document["interchanges"][0]["functional_groups"][0]["transactions"]
        assert [transaction["ST_02_TransactionSetControlNumber"] for transaction in transactions] == ["0001", "0002", "0003"]

    def test_the_projects_own_document_is_met_to_the_letter(self, parse):
        content = parse((DOCUMENTS / "purchase-order.edi").read_bytes())["parsedFileContent"]
        assert content.strip() == (DOCUMENTS / "purchase-order.json").read_text().strip()

    @pytest.mark.skipif(not SAMPLE.exists(), reason="wants the folder that B2BI_LOCAL_SAMPLES names")
    def test_the_sample_is_met_to_the_letter(self, parse):
        content = parse(SAMPLE.read_bytes())["parsedFileContent"]
        assert content.strip() == SAMPLE.with_suffix(".json").read_text().strip()

    def test_xml_has_the_same_segments(self, parse):
        root = xml.etree.ElementTree.fromstring(parse(edi.order(), fileFormat="XML")["parsedFileContent"])
        assert root.tag == "ediroot"
        assert [item.get("Id") for item in root.iter("segment")] == ["BEG", "REF", "N1", "N4", "PO1", "PID", "CTT"]
        assert [item.get("Id") for item in root.iter("loop")] == ["N1-4000", "PO1-8000", "PID-8150", "CTT-9000"]
        assert root.find(".//segment[@Id='BEG']/element[@Id='BEG03']").text == "PO-77"

    def test_wrong_trailers_are_told_and_do_not_stop_it(self, parse):
        reply = parse((DOCUMENTS / "wrong-trailers.edi").read_bytes().removesuffix(b"trailing"))
        told = (DOCUMENTS / "wrong-trailers.problems").read_text().splitlines()
        envelope = [line for line in told if line.startswith(("Segment", "Control", "Trans", "Func"))]
        assert [line for line in reply["validationMessages"] if line in envelope] == envelope
        assert json.loads(reply["parsedFileContent"])["interchanges"]

    def test_a_transaction_without_its_trailer_is_told_and_does_not_stop_it(self, parse):
        reply = parse((DOCUMENTS / "no-se.edi").read_bytes())
        [told] = (DOCUMENTS / "no-se.problems").read_text().splitlines()
        assert reply["validationMessages"] == [told]
        assert json.loads(reply["parsedFileContent"]) == json.loads((DOCUMENTS / "no-se.json").read_text())

    def test_what_the_standard_forbids_is_told_and_does_not_stop_it(self, parse):
        reply = parse(edi.interchange([line for line in edi.ORDER if line[0] != "PO1"]))
        assert "PO1" in " ".join(reply["validationMessages"])
        assert json.loads(reply["parsedFileContent"])["interchanges"]

    @pytest.mark.parametrize("rule, words", [
        ({"elementLengthValidationRule": {"elementId": "0324", "minLength": 6, "maxLength": 9}}, "PO-77"),
        ({"codeListValidationRule": {"elementId": "0092", "codesToRemove": ["SA"]}}, "|SA|"),
        ({"elementRequirementValidationRule": {"elementPosition": "BEG-04", "requirement": "MANDATORY"}}, "BEG-4"),
    ], ids=lambda value: value if isinstance(value, str) else next(iter(value)))
    def test_rules_of_ones_own_are_applied(self, parse, rule, words):
        assert "validationMessages" not in parse(edi.order())
        [message] = parse(edi.order(), **validating(rule))["validationMessages"]
        assert words in message

    def test_rules_that_make_no_sense_are_refused(self, parse):
        rule = {"elementLengthValidationRule": {"elementId": "324", "minLength": 6, "maxLength": 9}}
        refused("ValidationException", "324", parse, body=edi.order(), **validating(rule))

    def test_each_transaction_can_be_a_document_of_its_own(self, parse):
        reply = parse(edi.order(sets=3), **SPLIT)
        documents = [json.loads(text)["interchanges"][0] for text in reply["parsedSplitFileContents"]]
        transactions = [document["functional_groups"][0]["transactions"] for document in documents]
        numbers = [[item["ST_02_TransactionSetControlNumber"] for item in one] for one in transactions]
        assert numbers == [["0001"], ["0002"], ["0003"]]
        assert {document["ISA_06_SenderId"] for document in documents} == {"BLUEBIKES      "}

    def test_a_file_is_whole_unless_asked_otherwise(self, parse):
        whole = {"advancedOptions": {"x12": {"splitOptions": {"splitBy": "NONE"}}}}
        for options in [{}, whole]:
            assert "parsedSplitFileContents" not in parse(edi.order(sets=2), **options)

    def test_a_hundred_transactions_can_be_split(self, parse):
        assert len(parse(edi.order(sets=100), **SPLIT)["parsedSplitFileContents"]) == 100
        refused("ValidationException", "101", parse, body=edi.order(sets=101), **SPLIT)

    @pytest.mark.parametrize("name", ["not-x12", "cut-off"])
    def test_what_cannot_be_read_is_refused(self, parse, name):
        [problem] = (DOCUMENTS / f"{name}.problems").read_text().splitlines()
        refused("ValidationException", problem, parse, body=(DOCUMENTS / f"{name}.edi").read_bytes())

    @pytest.mark.parametrize("details, words", [
        ({"transactionSet": "X12_810", "version": "VERSION_4010"}, ["850", "X12_810"]),
        ({"transactionSet": "X12_850", "version": "VERSION_5010"}, ["004010", "VERSION_5010"]),
    ])
    def test_the_file_must_be_of_the_named_set_and_version(self, parse, details, words):
        for word in words:
            refused("ValidationException", word, parse, body=edi.order(), ediType={"x12Details": details})

    @pytest.mark.parametrize("details", [{}, {"transactionSet": "X12_850"}, {"version": "VERSION_4010"}])
    def test_set_and_version_are_both_needed(self, parse, details):
        refused("ValidationException", "transactionSet", parse, body=edi.order(), ediType={"x12Details": details})

    def test_a_format_must_be_used(self, parse):
        refused("ValidationException", "NOT_USED", parse, body=edi.order(), fileFormat="NOT_USED")

    def test_the_file_must_be_there(self, world, client_for, other_account):
        where = {"bucketName": world.bucket, "key": "none"}
        missing(f"s3://{world.bucket}/none", world.b2bi, OPERATION, world.request(OPERATION, inputFile=where))
        missing("s3://", world.b2bi, OPERATION, world.request(OPERATION, inputFile={**where, "bucketName": "not-a-bucket"}))
        missing(world.bucket, client_for(other_account), OPERATION, world.request(OPERATION))

    def test_a_file_has_a_quarter_of_a_million_bytes_at_most(self, parse):
        whole = edi.order()
        assert parse(whole + b"\n" * (250_000 - len(whole)))["parsedFileContent"]
        refused("ValidationException", "250001", parse, body=whole + b"\n" * (250_001 - len(whole)))

    def test_the_limit_can_be_set(self, world_with):
        world = world_with("--test-parsing-bytes", "100")
        refused("ValidationException", "100", world.call, operation=OPERATION)
