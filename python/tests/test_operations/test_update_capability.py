"""UpdateCapability changes the name, configuration and documents of a capability."""

from blocks import (
    LIST, NULL, NUMBER, TEXT, UNKNOWN_ID, Serialisation, Updates, Validation, at_least, at_most, edi_cases, exactly_one,
    id_cases, location_cases, location_types, missing, refused,
)
from examples import MISSING, changed

OPERATION = "UpdateCapability"
EDI = "configuration.edi"


class TestSerialisation(Serialisation):
    cases = [
        ("capabilityId", NUMBER, "String"), ("name", LIST, "String"), ("configuration", TEXT, "Structure"),
        ("instructionsDocuments", TEXT, "List"), *location_types(f"{EDI}.outputLocation"),
    ]


class TestValidation(Validation):
    cases = [
        ("capabilityId", MISSING, NULL), *id_cases("capabilityId"), ("name", "", at_least(1)),
        ("name", "n" * 255, at_most(254)), ("configuration", {}, exactly_one("edi")),
        (f"{EDI}.transformerId", MISSING, NULL), *edi_cases(f"{EDI}.type.x12Details"),
        *location_cases("instructionsDocuments.0"),
    ]

    def test_everything_required_is_named_at_once(self, endpoint):
        self.all_missing(endpoint, "capabilityId")


class TestBehaviour(Updates):
    names, get = "capabilityId", "GetCapability"

    def test_everything_can_change_at_once(self, world):
        request = changed(world.request(OPERATION, name="renamed", instructionsDocuments=[]), f"{EDI}.inputLocation.key", "new/")
        after = world.b2bi.update_capability(**request)
        assert {name: after[name] for name in request} == request

    def test_the_new_transformer_must_be_active_and_there(self, world):
        request = world.request(OPERATION, name="renamed")
        inactive = changed(request, f"{EDI}.transformerId", world.transformerId)
        refused("ValidationException", "Transformer status must be 'active'", world.b2bi.update_capability, **inactive)
        missing(UNKNOWN_ID, world.b2bi, OPERATION, changed(request, f"{EDI}.transformerId", UNKNOWN_ID))
        assert world.b2bi.get_capability(capabilityId=world.capabilityId)["name"] == "b2biexample"
