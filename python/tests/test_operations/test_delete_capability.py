"""DeleteCapability deletes a capability that nothing uses, for good."""

from blocks import LIST, NULL, NUMBER, Apart, Gone, Serialisation, Validation, id_cases, refused
from examples import MISSING

OPERATION = "DeleteCapability"


class TestSerialisation(Serialisation):
    cases = [("capabilityId", NUMBER, "String"), ("capabilityId", LIST, "String")]


class TestValidation(Validation):
    cases = [("capabilityId", MISSING, NULL), ("capabilityId", None, NULL), *id_cases("capabilityId")]


class TestBehaviour(Apart, Gone):
    names, get = "capabilityId", "GetCapability"

    def test_a_capability_in_use_stays_until_its_partnerships_are_gone(self, world):
        partnership = world.partnershipId
        refused("ConflictException", partnership, world.call, operation=OPERATION)
        world.b2bi.update_partnership(partnershipId=partnership, capabilities=[])
        world.call(OPERATION)
