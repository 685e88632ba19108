"""TestMapping evaluates JSONata over JSON and XSLT over XML, under limits, and says what is wrong with either."""

import concurrent.futures
import json
import re

import pytest

from blocks import LIST, NULL, NUMBER, Serialisation, Validation, at_most, one_of, refused
from examples import MISSING
from server import REPOSITORY, samples

OPERATION = "TestMapping"
TEMPLATES = REPOSITORY / "fixtures/mapping"
DOCUMENTS = REPOSITORY / "fixtures/x12/documents"
SAMPLES = samples("aws-835-outbound")


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

    @pytest.mark.skipif(not SAMPLES.exists(), reason="wants the folder that B2BI_LOCAL_SAMPLES names")
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
        ('{\n  "a" 1\n}', 'S0202: Expected ":" after "a", found "1". Put a colon between the name and the value (line 2, column 7)'),
        ("", "S0207: The template is empty"), ("'a' - 1", "T2001"), ("$error('no ship-to')", "no ship-to"),
    ])
    def test_a_wrong_template_is_refused_with_the_place_and_the_reason(self, mapped, template, words):
        refused("ValidationException", words, mapped, template=template)

    def test_an_input_that_is_not_json_is_refused(self, mapped):
        refused("ValidationException", "not JSON: expected value at line 1 column 1", mapped, template="$", content="x")

    @pytest.mark.parametrize("template", [
        "($f := function($n) { $f($n + 1) }; $f(0))", "($f := function($n) { 1 + $f($n + 1) }; $f(0))", "[1..1e8]",
        "$reduce([1..60], function($s, $n) { $s & $s }, 'x')", "$pad('x', 1e9)", "$formatInteger(1e300, 'I')",
        "$fromMillis(1, '[\u00e9]')", "$toMillis('12', '[\u00e9]')", "$fromMillis(1, '[Y,1000000000]')",
        "$fromMillis(1, '[Y,*-9999999999]')", "(" * 100_000, "$eval($pad('', 200000, '['))",
    ])
    def test_a_hostile_template_is_refused(self, world_with, template):
        world = world_with("--mapping-seconds", "1", "--mapping-output-bytes", "1000000")
        refused("ValidationException", "The mapping template failed", mapping(world), template=template)
        assert json.loads(mapping(world)("1 + 1")) == "2"

    @pytest.mark.parametrize("template", [
        "($f := function($n) { $f($n + 1) }; $f(0))",
        "$map([1..1e6], function($n) { $map([1..1e6], function($m) { $n * $m }) })",
        r"$map([1..1e6], function($n) { $contains($$, /^(?:(a|aa)(?=.))*$/) })",
    ])
    def test_others_are_served_meanwhile(self, world_with, template):
        world = world_with("--mapping-seconds", "2")
        with concurrent.futures.ThreadPoolExecutor() as pool:
            bombs = [pool.submit(refused, "ValidationException", "The mapping template failed", mapping(world),
                                 template=template, content='"aaaaaaaa"') for _ in range(2)]
            served = 0
            while not all(bomb.done() for bomb in bombs):
                assert json.loads(mapping(world)("1 + 1")) == "2"
                world.b2bi.list_profiles()
                served += 1
            for bomb in bombs:
                bomb.result()
        assert served > 3

    def test_a_format_must_be_used(self, mapped):
        refused("ValidationException", "NOT_USED", mapped, template="$", fileFormat="NOT_USED")


def stylesheet(content, version="1.0"):
    return f"""<xsl:stylesheet version="{version}" xmlns:xsl="http://www.w3.org/1999/XSL/Transform">
<xsl:output omit-xml-declaration="yes"/>
<xsl:template match="/" name="root">{content}</xsl:template></xsl:stylesheet>"""


@pytest.fixture
def transformed(mapped):
    """Maps an XML content by XSLT."""
    return lambda template, content="<a><b>1</b></a>": mapped(template, content, fileFormat="XML")


# Each evaluation is two of the same, as deep as libxslt goes.
DYNAMIC = stylesheet(
    """<xsl:variable name="e" select="'d:evaluate($e) + d:evaluate($e)'"/><xsl:value-of select="d:evaluate($e)"/>"""
).replace("<xsl:template", '<xsl:template xmlns:d="http://exslt.org/dynamic"')
BOMB = stylesheet('<xsl:value-of select="count(//*[count(//*[count(//*) > 1]) > 1])"/>')
MANY = "<a>" + "<b/>" * 3000 + "</a>"
FOR_NEWER = "for XSLT 2.0 and 3.0 a processor can be plugged in by --xslt-command"


class TestXslt:
    def test_the_reply_is_the_output_itself(self, transformed):
        assert transformed(stylesheet('<o n="{/a/b + 1}">\u00e9</o>')) == '<o n="2">\u00e9</o>\n'

    def test_the_document_of_a_file_is_mapped(self, world, transformed):
        order = world.put((DOCUMENTS / "purchase-order.edi").read_bytes())
        parsed = world.b2bi.test_parsing(
            inputFile=order, fileFormat="XML",
            ediType={"x12Details": {"transactionSet": "X12_850", "version": "VERSION_4010"}},
        )["parsedFileContent"]
        template = stylesheet(
            """<order><xsl:for-each select="//segment[@Id='PO1']">"""
            """<line sku="{element[@Id='PO107']}"/></xsl:for-each></order>"""
        )
        assert transformed(template, parsed) == '<order><line sku="CHAIN-9"/><line sku="BELL"/></order>\n'

    def test_the_present_is_the_servers(self, transformed):
        template = stylesheet('<xsl:value-of select="d:date-time()" xmlns:d="http://exslt.org/dates-and-times"/>')
        assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ\n?", transformed(template))

    @pytest.mark.parametrize("template, words", [
        (stylesheet("<a>"), "The template is not XML: Opening and ending tag mismatch: a line 3 and xsl:template (line 3, column"),
        (stylesheet('\n<xsl:value-of select="b["/>'), "could not compile select expression 'b[': Invalid expression (line 4)"),
        (stylesheet('<xsl:call-template name="x"/>'), "The called template 'x' was not found (line 3)"),
        (stylesheet('<xsl:message terminate="yes">no ship-to</xsl:message>'), "The mapping template failed: no ship-to"),
        (stylesheet("", "2.0"), f"The template is in XSLT 2.0, and 1.0 is built in; {FOR_NEWER}"),
        (stylesheet('<xsl:value-of select="lower-case(a)"/>'), f"XSLT 1.0 has no function lower-case(); {FOR_NEWER} (line 3)"),
        ("<a/>", "document is not a stylesheet; declare xmlns:xsl"), ("", "The template is not XML: it is empty"),
    ])
    def test_a_wrong_template_is_refused_with_the_place_and_the_reason(self, transformed, template, words):
        refused("ValidationException", words, transformed, template=template)

    def test_an_input_that_is_not_xml_is_refused(self, transformed):
        words = "The input is not XML: Start tag expected, '<' not found at line 1 column 1"
        refused("ValidationException", words, transformed, template=stylesheet(""), content="{}")

    @pytest.mark.parametrize("template, content, words", [
        (stylesheet("""<xsl:copy-of select="document('/etc/passwd')"/>"""), "<a/>", "/etc/passwd is refused"),
        (stylesheet(""), '<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><a>&x;</a>', "file:///etc/passwd is refused"),
        (stylesheet("").replace("<xsl:output", '<xsl:import href="/x"/><xsl:output'), "<a/>", "/x is refused"),
        (stylesheet('<xsl:call-template name="root"/>'), "<a/>", "Templates call each other too deeply"),
        (BOMB, MANY, "It took longer than 1000 ms"), (DYNAMIC, "<a/>", "It took longer than 1000 ms"),
        (stylesheet('<xsl:param name="s" select="1111"/><xsl:call-template name="root">'
                    '<xsl:with-param name="s" select="concat($s, $s)"/></xsl:call-template>'),
         "<a/>", "It took more than 67108864 bytes of memory"),
    ])
    def test_a_hostile_template_is_refused(self, world_with, template, content, words):
        world = world_with("--mapping-seconds", "1", "--xslt-memory-bytes", str(64 << 20))
        refused("ValidationException", words, mapping(world), template=template, content=content, fileFormat="XML")
        assert mapping(world)(stylesheet("<ok/>"), "<a/>", "XML") == "<ok/>\n"

    @pytest.mark.parametrize("template, content", [(BOMB, MANY), (DYNAMIC, "<a/>")])
    def test_others_are_served_meanwhile(self, world_with, template, content):
        world = world_with("--mapping-seconds", "2")
        with concurrent.futures.ThreadPoolExecutor() as pool:
            bombs = [pool.submit(refused, "ValidationException", "longer than 2000 ms", mapping(world), template=template,
                                 content=content, fileFormat="XML") for _ in range(2)]
            served = 0
            while not all(bomb.done() for bomb in bombs):
                assert mapping(world)(stylesheet("<ok/>"), "<a/>", "XML") == "<ok/>\n"
                world.b2bi.list_profiles()
                served += 1
            for bomb in bombs:
                bomb.result()
        assert served > 3

    def test_a_command_carries_out_what_is_newer(self, world_with):
        mapped = mapping(world_with("--xslt-command", "cat {template}"))
        assert mapped(stylesheet("", "3.0"), "<a/>", "XML") == stylesheet("", "3.0")
        assert mapped(stylesheet("<ok/>"), "<a/>", "XML") == "<ok/>\n"
