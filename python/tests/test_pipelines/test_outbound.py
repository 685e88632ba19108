"""A document that lands in a partner's folder comes out as X12 in the partner's envelope."""

import json
import re

import pytest

import edi
from pipeline import TIMESTAMP, Pipeline, segments
from world import OPTIONS, OUTBOUND, changed_options

DOCUMENT = edi.DOCUMENT
ORDER = {"order": "PO-77"}
TEMPLATE = json.dumps(DOCUMENT).replace('"PO-77"', "order")
XML = """<ediroot><interchange Standard="ANSI X.12" Date="260301" Time="0930" Version="00401" Control="000000077">
<sender><address Id="US" Qual="ZZ"/></sender><receiver><address Id="THEM" Qual="ZZ"/></receiver>
<group GroupType="PO" ApplSender="US" ApplReceiver="THEM" Date="20260301" Time="0930" Control="77" StandardCode="X" StandardVersion="004010">
<transaction DocType="850" Control="0001"><segment Id="BEG"><element Id="BEG01">00</element><element Id="BEG02">SA</element>
<element Id="BEG03">PO-77</element><element Id="BEG05">20260301</element></segment>
<loop Id="PO1-8000"><segment Id="PO1"><element Id="PO101">1</element></segment></loop></transaction></group></interchange></ediroot>"""


@pytest.fixture
def pipeline(world, endpoint):
    def make(**changes):
        return Pipeline(world, endpoint, "OUTBOUND", **{"outputConversion": OUTBOUND, **changes})

    return make


class TestTransformation:
    def test_a_document_comes_out_as_x12(self, pipeline):
        flow = pipeline()
        assert flow.input in flow.keys("input/")
        detail = flow.drop(json.dumps(DOCUMENT), "order.json")
        assert re.fullmatch(rf"{flow.output}order\.json\.{TIMESTAMP}\.edi", detail["output-file-s3-attributes"]["object-key"])
        x12 = flow.document(detail)
        expected = [["BEG", "00", "SA", "PO-77", "", "20260301"], ["SE", "9", "0001"], ["GE", "1", "1"], ["IEA", "1", "000000001"]]
        assert segments(x12, "BEG", "SE", "GE", "IEA") == expected
        assert (detail["input-format"], detail["output-format"], detail["validation-status"]) == ("JSON", "X12", "SUCCEEDED")
        assert "ack-generation-status" not in detail
        assert len(flow.keys()) == 1

    def test_dates_that_the_document_lacks_are_the_present(self, pipeline):
        flow = pipeline()
        detail = flow.drop(json.dumps(DOCUMENT))
        x12, day = flow.document(detail), detail["start-timestamp"][:10].replace("-", "")
        [isa], [gs] = segments(x12, "ISA"), segments(x12, "GS")
        assert (isa[9], gs[4]) == (day[2:], day)
        assert re.fullmatch(r"\d{4}", isa[10]) and re.fullmatch(r"\d{4}", gs[5])

    def test_a_document_is_mapped_first(self, pipeline):
        flow = pipeline(mapping={"templateLanguage": "JSONATA", "template": TEMPLATE})
        assert segments(flow.document(flow.drop(json.dumps(ORDER))), "BEG")[0][3] == "PO-77"

    def test_xml_is_read_too(self, pipeline):
        flow = pipeline()
        detail = flow.drop(XML, "order.xml")
        assert segments(flow.document(detail), "BEG")[0][3] == "PO-77"
        assert detail["input-format"] == "XML"

    def test_the_partnership_has_the_last_word_on_the_envelope(self, pipeline):
        flow = pipeline(options=OPTIONS)
        detail = flow.drop(json.dumps(DOCUMENT))
        text = flow.document(detail)
        lines = text.split("\r\n")
        assert all(len(line) == 80 for line in lines[:-1]) and len(lines) > 2
        x12 = text.replace("\r\n", "")
        [isa], [gs], [st] = segments(x12, "ISA"), segments(x12, "GS"), segments(x12, "ST")
        assert isa[5:9] == ["ZZ", "BLUEBIKES      ", "01", "NORTHMILL      "]
        assert (isa[11], isa[13], isa[14], isa[15], isa[16]) == ("U", "000000001", "0", "T", ">")
        assert (gs[2], gs[3], len(gs[5]), gs[6], gs[7]) == ("BLUE", "NORTH", 8, "999999999", "X")
        assert st[2] == "0007"
        assert detail["validation-status"] == "NOT_ATTEMPTED"

    def test_validation_is_reported_and_does_not_keep_the_file_back(self, pipeline):
        flow = pipeline()
        wrong = json.dumps(DOCUMENT).replace('"PO1_03": "EA"', '"PO1_03": "QQ"')
        detail = flow.drop(wrong)
        assert detail["validation-status"] == "FAILED"
        assert "not in the set of valid codes" in flow.read(detail["validation-report-s3-location"]["object-key"])
        assert "QQ" in flow.document(detail)


class TestControlNumbers:
    def numbers(self, flow, detail):
        x12 = flow.document(detail)
        return int(segments(x12, "ISA")[0][13]), int(segments(x12, "GS")[0][6]), segments(x12, "ST")[0][2]

    def test_they_count_for_the_pair(self, pipeline):
        flow = pipeline()
        found = [self.numbers(flow, flow.drop(json.dumps(DOCUMENT), f"{name}.json")) for name in "abc"]
        assert found == [(1, 1, "0001"), (2, 2, "0001"), (3, 3, "0001")]
        other = json.dumps(DOCUMENT).replace('"THEM"', '"OTHERS"')
        assert self.numbers(flow, flow.drop(other, "d.json")) == (1, 1, "0001")

    def test_they_go_on_where_the_options_say(self, pipeline):
        flow = pipeline(options=changed_options(wrapOptions=None))
        found = [self.numbers(flow, flow.drop(json.dumps(DOCUMENT), f"{name}.json")) for name in "ab"]
        # After the greatest number comes the first.
        assert found == [(1, 999999999, "0007"), (2, 1, "0007")]

    def test_documents_and_acknowledgements_share_them(self, pipeline, world, endpoint):
        flow = pipeline()
        to_them = json.dumps(DOCUMENT).replace('"US"', '"NORTHMILL"').replace('"THEM"', '"BLUEBIKES"')
        assert self.numbers(flow, flow.drop(to_them, "a.json"))[0] == 1
        inbound = Pipeline(world, endpoint)
        inbound.drop(edi.order())
        isa = [segments(text, "ISA")[0][13] for text in inbound.acknowledgements().values()]
        assert sorted(isa) == ["000000002", "000000003"]
        assert self.numbers(flow, flow.drop(to_them, "b.json"))[0] == 4

    def test_a_file_that_fails_takes_none(self, pipeline):
        flow = pipeline()
        assert "failure-message" in flow.drop("{}", "a.json")
        assert self.numbers(flow, flow.drop(json.dumps(DOCUMENT), "b.json"))[:2] == (1, 1)


class TestFailure:
    @pytest.mark.parametrize("body, code, message", [
        ("{}", "CONVERSION_FAILED", "interchanges is missing"), ("neither", "CONVERSION_FAILED", "not JSON at byte 0"),
        (b"\xff\xfe", "FETCH_INPUT_FAILED", "not UTF-8"),
        (json.dumps(DOCUMENT).replace('"850"', '"810"'), "CONVERSION_FAILED", "transaction set 810"),
    ])
    def test_documents_that_are_not_taken(self, pipeline, body, code, message):
        flow = pipeline()
        detail = flow.drop(body)
        assert (detail["failure-code"], message in detail["failure-message"]) == (code, True), detail
        assert flow.keys() == []
