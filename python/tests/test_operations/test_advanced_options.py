"""Splitting, and validation rules of one's own: in TestParsing, in transformers, and on the command line."""

import json
import subprocess

import pytest

import edi
from blocks import refused
from clients import boto3_client
from server import BINARY, REPOSITORY
from world import INBOUND_ORDERS, ORDERS, World

DOCUMENTS = REPOSITORY / "fixtures/x12/documents"
ORDER = (DOCUMENTS / "purchase-order.edi").read_text()
CLEAN = ORDER.replace("MSG*After the item~\n", "").replace("SE*13", "SE*12")


def mandatory(position):
    return {"elementRequirementValidationRule": {"elementPosition": position, "requirement": "MANDATORY"}}


def length(element, least, most):
    return {"elementLengthValidationRule": {"elementId": element, "minLength": least, "maxLength": most}}


def codes(element, **changes):
    return {"codeListValidationRule": {"elementId": element, **changes}}


def rules(*rules):
    return {"x12": {"validationOptions": {"validationRules": list(rules)}}}


def split(by):
    return {"x12": {"splitOptions": {"splitBy": by}}}


@pytest.fixture
def parse(world):
    def parse(body, options):
        return world.b2bi.test_parsing(
            inputFile=world.put(body.encode()), fileFormat="JSON", ediType=ORDERS, advancedOptions=options
        )

    return parse


class TestRules:
    @pytest.mark.parametrize(
        ("rule", "message"),
        [
            (mandatory("REF-03"), "Required data element REF-3 is missing."),
            (length("0324", 1, 4), "Data element BEG-3 with value |PO-77| is too long. Valid length range: 1..4"),
            (length("0324", 6, 9), "Data element BEG-3 with value |PO-77| is too short. Valid length range: 6..9"),
            (codes("0353", codesToRemove=["00"]), "Data element BEG-1 with value |00| is not in the set of valid codes"),
        ],
    )
    def test_a_rule_finds_what_the_standard_allows(self, parse, rule, message):
        assert "validationMessages" not in parse(CLEAN, rules())
        [told] = parse(CLEAN, rules(rule))["validationMessages"]
        assert told.startswith("Segment ") and told.endswith(message)

    def test_a_code_of_ones_own_is_valid(self, parse):
        strange = CLEAN.replace("BEG*00*SA", "BEG*00*ZX")
        [told] = parse(strange, rules())["validationMessages"]
        assert told.endswith("Data element BEG-2 with value |ZX| is not in the set of valid codes")
        assert "validationMessages" not in parse(strange, rules(codes("0092", codesToAdd=["ZX"])))

    @pytest.mark.parametrize(
        ("rule", "message"),
        [
            (mandatory("ISA-03"), "not allowed on ISA-03"),
            (mandatory("REF3"), "REF3 must be SEG-NN or SEG-NN-NN"),
            (mandatory("ZZZ-01"), "ZZZ-01 does not exist"),
            (length("324", 1, 4), "324 must be four digits"),
            (length("0324", 5, 4), "minimum <= maximum"),
            (length("0143", 1, 4), "not allowed on 0143"),
            (codes("0353"), "codes must be added or removed"),
            (codes("0353", codesToAdd=["00"]), "00 is already in the code list"),
            (codes("0324", codesToAdd=["00"]), "0324 is not of type ID"),
        ],
    )
    def test_a_rule_that_does_not_fit_is_refused(self, parse, world, rule, message):
        refused("ValidationException", message, parse, body=CLEAN, options=rules(rule))
        conversion = {**INBOUND_ORDERS, "advancedOptions": rules(rule)}
        create = world.b2bi.create_transformer
        refused("ValidationException", message, create, name="a", inputConversion=conversion)


class TestSplitting:
    def test_each_transaction_becomes_a_document(self, parse):
        both = edi.order(sets=2).decode()
        whole = parse(both, split("NONE"))
        assert "parsedSplitFileContents" not in whole
        parts = parse(both, split("TRANSACTION"))
        assert parts["parsedFileContent"] == whole["parsedFileContent"]
        numbers = [
            [transaction["ST_02_TransactionSetControlNumber"] for transaction in transactions(document)]
            for document in parts["parsedSplitFileContents"]
        ]
        assert numbers == [["0001"], ["0002"]]

    def test_too_many_are_refused(self, server_with, account):
        endpoint = server_with("--split-transactions", "1")
        world = World(boto3_client("b2bi", endpoint, account), boto3_client("s3", endpoint, account))
        refused(
            "ValidationException",
            "The file holds 2 transactions; at most 1 can be split",
            world.b2bi.test_parsing,
            inputFile=world.put(edi.order(sets=2)),
            fileFormat="JSON",
            ediType=ORDERS,
            advancedOptions=split("TRANSACTION"),
        )


def transactions(document):
    [interchange] = json.loads(document)["interchanges"]
    [group] = interchange["functional_groups"]
    return group["transactions"]


def test_the_command_line_prints_what_test_parsing_returns(parse):
    printed = subprocess.run([BINARY, "parse", "-"], input=ORDER, capture_output=True, text=True, check=True).stdout
    assert printed == parse(ORDER, rules())["parsedFileContent"] + "\n"
