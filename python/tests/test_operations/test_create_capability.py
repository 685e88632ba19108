"""CreateCapability makes a capability on an active transformer, up to the quota."""

import pytest

from blocks import (
    LIST, NULL, NUMBER, STRUCTURE, TEXT, UNKNOWN_ID, Made, Quota, Serialisation, Tokens, Validation, at_least, at_most,
    edi_cases, exactly_one, id_cases, location_cases, location_types, missing, one_of, refused, tag_cases, tag_types,
    told,
)
from examples import MISSING, changed

OPERATION = "CreateCapability"
EDI = "configuration.edi"
DOCUMENT = {"bucketName": "bucket", "key": "k"}


class TestSerialisation(Serialisation):
    cases = [
        ("name", NUMBER, "String"), ("type", LIST, "String"), ("configuration", TEXT, "Structure"),
        ("configuration.edi", LIST, "Structure"), (f"{EDI}.transformerId", NUMBER, "String"),
        (f"{EDI}.type", TEXT, "Structure"), (f"{EDI}.capabilityDirection", NUMBER, "String"),
        *location_types(f"{EDI}.inputLocation"), ("instructionsDocuments", STRUCTURE, "List"),
        *location_types("instructionsDocuments.0"), ("clientToken", NUMBER, "String"), *tag_types(),
    ]


class TestValidation(Validation):
    cases = [
        ("name", MISSING, NULL), ("name", "", at_least(1)), ("name", "n" * 255, at_most(254)),
        ("type", MISSING, NULL), ("type", "EDI", one_of("edi")), ("configuration", MISSING, NULL),
        ("configuration", {}, exactly_one("edi")), (f"{EDI}.type", MISSING, NULL),
        (f"{EDI}.type", {}, exactly_one("x12Details")), *edi_cases(f"{EDI}.type.x12Details"),
        (f"{EDI}.inputLocation", MISSING, NULL), (f"{EDI}.outputLocation", MISSING, NULL),
        *location_cases(f"{EDI}.outputLocation"), (f"{EDI}.transformerId", MISSING, NULL),
        *id_cases(f"{EDI}.transformerId"), (f"{EDI}.capabilityDirection", "BOTH", one_of("INBOUND", "OUTBOUND")),
        ("instructionsDocuments", [DOCUMENT] * 6, at_most(5)), *location_cases("instructionsDocuments.0"), *tag_cases(),
    ]

    def test_everything_required_is_named_at_once(self, endpoint):
        self.all_missing(endpoint, "name", "type", "configuration")


class TestMade(Made):
    noun, prefix = "capability", "ca-"


class TestTokens(Tokens):
    other = {"name": "another"}


class TestQuota(Quota):
    noun, plural, code = "capability", "capabilities", "L-B2B10003"


class TestBehaviour:
    def test_the_reply_has_what_was_given(self, world):
        given = world.request(OPERATION)
        made = told(world.call(OPERATION))
        assert made == {
            **{name: given[name] for name in ["name", "type", "configuration", "instructionsDocuments"]},
            **{name: made[name] for name in ["capabilityId", "capabilityArn", "createdAt"]},
        }

    @pytest.mark.parametrize("direction", ["INBOUND", "OUTBOUND"])
    def test_the_direction_is_kept(self, world, direction):
        request = changed(world.request(OPERATION), f"{EDI}.capabilityDirection", direction)
        made = world.b2bi.create_capability(**request)
        assert made["configuration"] == request["configuration"]

    def test_the_transformer_must_be_active(self, world):
        request = changed(world.request(OPERATION), f"{EDI}.transformerId", world.transformerId)
        refused("ValidationException", "Transformer status must be 'active'", world.b2bi.create_capability, **request)
        assert world.b2bi.list_capabilities()["capabilities"] == []

    def test_the_transformer_must_be_there(self, world, client_for, other_account):
        request = world.request(OPERATION)
        missing(world.activeTransformerId, client_for(other_account), OPERATION, request)
        missing(UNKNOWN_ID, world.b2bi, OPERATION, changed(request, f"{EDI}.transformerId", UNKNOWN_ID))

    @pytest.mark.parametrize("input, output, taken", [
        ("in/", "out/", True), ("in", "in-too", True), ("in/", "in/out/", False), ("in", "in/", False), ("", "out/", False),
    ])
    def test_the_output_is_not_within_the_input(self, world, input, output, taken):
        request = changed(world.request(OPERATION), f"{EDI}.inputLocation.key", input)
        request = changed(request, f"{EDI}.outputLocation.key", output)
        if taken:
            assert world.b2bi.create_capability(**request)["capabilityId"]
        else:
            refused("ValidationException", "must not be within", world.b2bi.create_capability, **request)

    def test_instructions_are_optional_and_an_empty_list_stays_one(self, world):
        request = world.request(OPERATION)
        del request["instructionsDocuments"]
        assert "instructionsDocuments" not in world.b2bi.create_capability(**request)
        assert world.call(OPERATION, instructionsDocuments=[])["instructionsDocuments"] == []
