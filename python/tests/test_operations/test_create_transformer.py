"""CreateTransformer makes an inactive transformer, in the new style or in the legacy one."""

import pytest

from blocks import (
    LIST, NULL, NUMBER, STRUCTURE, TEXT, Made, Quota, Serialisation, Tokens, Validation, at_least, at_most,
    edi_cases, exactly_one, one_of, pattern, refused, tag_cases, tag_types, told,
)
from examples import MISSING
from world import LEGACY, NEW, ORDERS, OUTBOUND

OPERATION = "CreateTransformer"
RULES = "inputConversion.advancedOptions.x12.validationOptions.validationRules"
LENGTHS = {"elementLengthValidationRule": {"elementId": "0019", "minLength": 1, "maxLength": 1_000_001}}
CODES = {"codeListValidationRule": {"elementId": "0019"}}
REQUIRED = {"elementRequirementValidationRule": {"elementPosition": "BEG-03", "requirement": "OPTIONAL"}}
KINDS = ["codeListValidationRule", "elementLengthValidationRule", "elementRequirementValidationRule"]



class TestSerialisation(Serialisation):
    cases = [
        ("name", NUMBER, "String"), ("fileFormat", LIST, "String"), ("mappingTemplate", NUMBER, "String"),
        ("ediType", TEXT, "Structure"), ("ediType.x12Details.version", NUMBER, "String"),
        ("sampleDocument", STRUCTURE, "String"), ("inputConversion", LIST, "Structure"),
        ("mapping.template", NUMBER, "String"), ("outputConversion", TEXT, "Structure"),
        ("sampleDocuments.keys", TEXT, "List"), ("sampleDocuments.keys.0.input", NUMBER, "String"),
        (RULES, TEXT, "List"), (f"{RULES}.0.elementLengthValidationRule.minLength", TEXT, "Integer"),
        (f"{RULES}.0.codeListValidationRule.codesToAdd.0", NUMBER, "String"), *tag_types(),
    ]


class TestValidation(Validation):
    cases = [
        ("name", MISSING, NULL), ("name", "", at_least(1)), ("name", "n" * 255, at_most(254)),
        ("name", "two words", pattern("[a-zA-Z0-9_-]{1,512}")),
        ("fileFormat", "json", one_of("XML", "JSON", "NOT_USED")), ("mappingTemplate", "x" * 350_001, at_most(350_000)),
        ("ediType", {}, exactly_one("x12Details")), *edi_cases("ediType.x12Details"),
        ("sampleDocument", "s" * 1025, at_most(1024)),
        ("inputConversion", {}, NULL, ".fromFormat"), ("inputConversion.fromFormat", "CSV", one_of("X12")),
        ("inputConversion.formatOptions", {}, exactly_one("x12")), *edi_cases("inputConversion.formatOptions.x12"),
        ("inputConversion.advancedOptions", {"x12": {"splitOptions": {}}}, NULL, ".x12.splitOptions.splitBy"),
        ("outputConversion", {}, NULL, ".toFormat"), ("mapping", {"template": "$"}, NULL, ".templateLanguage"),
        ("mapping.templateLanguage", "DATAWEAVE", one_of("XSLT", "JSONATA")),
        ("sampleDocuments.keys", MISSING, NULL), ("sampleDocuments.bucketName", "ab", at_least(3)),
        ("sampleDocuments.keys.0.output", "k" * 1025, at_most(1024)),
        (f"{RULES}.0", {**CODES, **REQUIRED}, exactly_one(*KINDS)),
        (f"{RULES}.0", LENGTHS, "Member must have value less than or equal to 1000000",
         ".elementLengthValidationRule.maxLength"),
        *tag_cases(),
    ]

    def test_everything_required_is_named_at_once(self, endpoint):
        self.all_missing(endpoint, "name")


class TestMade(Made):
    noun, prefix = "transformer", "tr-"


class TestTokens(Tokens):
    other = {"name": "another"}


class TestQuota(Quota):
    noun, plural, code = "transformer", "transformers", "L-B2B10002"


class TestBehaviour:
    @pytest.mark.parametrize("members", [LEGACY, NEW, {"outputConversion": OUTBOUND}, {}],
                             ids=["legacy", "new", "outbound", "bare"])
    def test_it_is_inactive_and_tells_the_style_it_was_given(self, b2bi, members):
        made = b2bi.create_transformer(name="orders", **members)
        own = {"transformerId", "transformerArn", "name", "status", "createdAt"}
        assert (made["status"], made["name"]) == ("inactive", "orders")
        assert {name: value for name, value in told(made).items() if name not in own} == members
        assert told(b2bi.get_transformer(transformerId=made["transformerId"])) == told(made)

    def test_the_new_style_may_say_that_the_legacy_format_is_not_used(self, b2bi):
        assert b2bi.create_transformer(name="orders", fileFormat="NOT_USED", **NEW)["fileFormat"] == "NOT_USED"

    @pytest.mark.parametrize("members", [
        {**LEGACY, **NEW}, {"ediType": ORDERS, "mapping": NEW["mapping"]}, {**NEW, "outputConversion": OUTBOUND},
    ], ids=["both styles", "a little of both", "in and out"])
    def test_what_excludes_each_other_is_refused(self, b2bi, members):
        refused("ValidationException", "cannot be combined", b2bi.create_transformer, name="orders", **members)
        assert b2bi.list_transformers()["transformers"] == []
