"""GenerateMapping infers a template from an input and the output wanted of it, and measures it."""

import json

import pytest

from blocks import LIST, NULL, NUMBER, Serialisation, Validation, at_most, one_of, refused
from examples import MISSING
from server import REPOSITORY

OPERATION = "GenerateMapping"
TASKS = REPOSITORY / "fixtures/mapping/infer"


def side(task, name):
    """One side of a task, X12 as it is."""
    [file] = (TASKS / task).glob(f"{name}.*")
    return file.read_text()


@pytest.fixture
def generated(world):
    """The reply to two contents."""
    def generated(source, target, mappingType="JSONATA"):
        return world.b2bi.generate_mapping(
            inputFileContent=source, outputFileContent=target, mappingType=mappingType)

    return generated


class TestSerialisation(Serialisation):
    cases = [
        ("inputFileContent", NUMBER, "String"),
        ("outputFileContent", LIST, "String"),
        ("mappingType", NUMBER, "String"),
    ]


class TestValidation(Validation):
    cases = [
        ("inputFileContent", "x" * 5_000_001, at_most(5_000_000)),
        ("outputFileContent", MISSING, NULL),
        ("mappingType", "jsonata", one_of("JSONATA", "XSLT")),
    ]

    def test_everything_required_is_named_at_once(self, endpoint):
        self.all_missing(endpoint, "inputFileContent", "outputFileContent", "mappingType")


class TestBehaviour:
    def test_a_template_is_measured_and_maps(self, world, generated):
        reply = generated('{"customer": "acme", "lines": [{"n": 1}, {"n": 2}]}', '{"name": "acme", "all": [1, 2]}')
        assert reply["mappingAccuracy"] == 1
        mapped = world.b2bi.test_mapping(
            inputFileContent='{"customer": "globex", "lines": [{"n": 7}]}', mappingTemplate=reply["mappingTemplate"],
            fileFormat="JSON")
        assert json.loads(json.loads(mapped["mappedFileContent"])) == {"name": "globex", "all": [7]}

    def test_x12_becomes_a_customers_json(self, generated):
        reply = generated(side("03-parties-by-qualifier", "input"), side("03-parties-by-qualifier", "output"))
        assert reply["mappingAccuracy"] == 1
        assert 'N1_01 = "ST"' in reply["mappingTemplate"]

    def test_a_customers_json_becomes_x12(self, world, generated):
        reply = generated(side("16-json-to-order", "input"), side("16-json-to-order", "output"))
        assert reply["mappingAccuracy"] == 1
        mapped = world.b2bi.test_mapping(
            inputFileContent=side("16-json-to-order", "unseen-input"), mappingTemplate=reply["mappingTemplate"],
            fileFormat="JSON")
        converted = world.b2bi.test_conversion(
            source={"fileFormat": "JSON", "inputFile": {"fileContent": json.loads(mapped["mappedFileContent"])}},
            target={"fileFormat": "X12"})
        # A document does not say what separates components.
        wanted = side("16-json-to-order", "unseen-output").replace(">~", ":~")
        assert converted["convertedFileContent"].split() == wanted.split()

    def test_xslt_is_written_and_measured(self, generated):
        reply = generated(side("26-xslt-invoice", "input"), side("26-xslt-invoice", "output"), "XSLT")
        assert reply["mappingAccuracy"] == 1
        assert "<xsl:stylesheet" in reply["mappingTemplate"]

    def test_the_same_contents_give_the_same_template(self, generated):
        contents = side("13-payment-claims", "input"), side("13-payment-claims", "output")
        first, second = (generated(*contents)["mappingTemplate"] for _ in range(2))
        assert first == second

    def test_what_nothing_explains_is_a_constant_that_says_so(self, generated):
        reply = generated('{"a": 1}', '{"b": "unheard of"}')
        assert "constant: not found in the input" in reply["mappingTemplate"]
        assert reply["mappingAccuracy"] == 1

    @pytest.mark.parametrize("source, target, kind, words", [
        ("x", "{}", "JSONATA", "the input is not JSON"), ("{}", "", "JSONATA", "the output is not JSON"),
        ("{}", "<a/>", "XSLT", "the input is not XML"), ("<a/>", "{}", "XSLT", "the output is not XML"),
        ("ISA*00", "{}", "JSONATA", "The inputFileContent is not readable X12"),
        (r'"{\"a\": 1}"', "{}", "JSONATA", "inputFileContent is a JSON string that holds the content"),
        ("{}", r'"[]"', "JSONATA", "outputFileContent is a JSON string that holds the content"),
        ('"<a/>"', "<a/>", "XSLT", "parse it as JSON first"), ('"ISA*00*"', "{}", "JSONATA", "parse it as JSON first"),
    ])
    def test_a_content_of_the_wrong_kind_is_refused(self, generated, source, target, kind, words):
        refused("ValidationException", words, generated, source=source, target=target, mappingType=kind)
