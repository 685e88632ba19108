"""TestMapping evaluates a JSONata template over a JSON text, under limits, and says what is wrong with either."""

import json
import re

import pytest

from blocks import LIST, NULL, NUMBER, Serialisation, Validation, at_most, one_of, refused
from examples import MISSING
from server import REPOSITORY

OPERATION = "TestMapping"
TEMPLATES = REPOSITORY / "fixtures/mapping"
DOCUMENTS = REPOSITORY / "fixtures/x12/documents"
SAMPLES = REPOSITORY.parent / "shared/samples/aws-835-outbound"


def mapping(world):
    def mapping(template, content="{}", fileFormat="JSON"):
        reply = world.b2bi.test_mapping(inputFileContent=content, mappingTemplate=template, fileFormat=fileFormat)
        return reply["mappedFileContent"]

    return mapping


@pytest.fixture
def mapped(world):
    """Maps a content; the reply is as it came."""
    return mapping(world)


class TestSerialisation(Serialisation):
    cases = [
        ("inputFileContent", NUMBER, "String"),
        ("mappingTemplate", LIST, "String"),
        ("fileFormat", NUMBER, "String"),
    ]


class TestValidation(Validation):
    cases = [
        ("inputFileContent", "x" * 5_000_001, at_most(5_000_000)),
        ("mappingTemplate", "x" * 350_001, at_most(350_000)),
        ("fileFormat", MISSING, NULL),
        ("fileFormat", "CSV", one_of("XML", "JSON", "NOT_USED")),
    ]

    def test_everything_required_is_named_at_once(self, endpoint):
        self.all_missing(endpoint, "inputFileContent", "mappingTemplate", "fileFormat")


class TestBehaviour:
    def test_the_reply_is_a_literal_of_the_pretty_document(self, mapped):
        reply = mapped('{ "name": customer, "n": [1] }', '{"customer": "acme"}')
        assert json.loads(reply) == '{\n  "name": "acme",\n  "n": [\n    1\n  ]\n}'

    def test_the_reply_can_be_the_document_itself(self, world_with):
        mapped = mapping(world_with("--test-mapping-reply", "plain"))
        assert mapped('{ "name": customer }', '{"customer": "acme"}') == '{\n  "name": "acme"\n}'

    def test_the_projects_own_template_is_met_to_the_letter(self, mapped):
        template, document = (TEMPLATES / "purchase-order.jsonata").read_text(), DOCUMENTS / "purchase-order.json"
        assert json.loads(mapped(template, document.read_text())) == (TEMPLATES / "purchase-order.json").read_text().strip()

    @pytest.mark.skipif(not SAMPLES.exists(), reason="wants the samples beside the checkout")
    def test_a_template_in_use_is_evaluated(self, mapped):
        template = (SAMPLES / "835-outbound-mapping.jsonata").read_text()
        document = json.loads(json.loads(mapped(template, (SAMPLES / "835-input-data.json").read_text())))
        [interchange] = document["interchanges"]
        assert interchange["functional_groups"][0]["GS_08_Version"] == "005010X221A1"

    def test_nothing_is_null(self, mapped):
        assert json.loads(mapped("missing")) == "null"

    def test_the_present_is_the_servers(self, mapped):
        assert re.fullmatch(r'"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z"', json.loads(mapped("$now()")))

    def test_chance_follows_from_the_seed(self, world_with):
        first, second = (mapping(world_with("--seed", "7"))("$random()") for _ in range(2))
        assert first == second

    @pytest.mark.parametrize("template, words", [
        ('{\n  "a" 1\n}', "S0202: Expected Colon, got Number(1.0) (line 2, column 7)"),
        ("", "S0207: Unexpected end of expression"), ("'a' - 1", "T2001"), ("$error('no ship-to')", "no ship-to"),
    ])
    def test_a_wrong_template_is_refused_with_the_place_and_the_reason(self, mapped, template, words):
        refused("ValidationException", words, mapped, template=template)

    def test_an_input_that_is_not_json_is_refused(self, mapped):
        refused("ValidationException", "not JSON: expected value at line 1 column 1", mapped, template="$", content="x")

    @pytest.mark.parametrize("template", [
        "($f := function($n) { $f($n + 1) }; $f(0))", "($f := function($n) { 1 + $f($n + 1) }; $f(0))", "[1..1e8]",
        "$reduce([1..60], function($s, $n) { $s & $s }, 'x')", "$pad('x', 1e9)",
    ])
    def test_a_hostile_template_is_refused(self, world_with, template):
        world = world_with("--mapping-seconds", "1", "--mapping-output-bytes", "1000000")
        refused("ValidationException", "The mapping template failed", mapping(world), template=template)
        assert json.loads(mapping(world)("1 + 1")) == "2"

    def test_xslt_says_that_it_is_not_there(self, mapped):
        refused("ValidationException", "XSLT", mapped, template="<xsl:stylesheet/>", content="<a/>", fileFormat="XML")

    def test_a_format_must_be_used(self, mapped):
        refused("ValidationException", "NOT_USED", mapped, template="$", fileFormat="NOT_USED")
