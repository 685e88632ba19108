"""GetCapability tells all of a capability, to its own account and region."""

from blocks import LIST, NULL, NUMBER, Apart, Serialisation, Validation, id_cases, told
from examples import MISSING

OPERATION = "GetCapability"


class TestSerialisation(Serialisation):
    cases = [("capabilityId", NUMBER, "String"), ("capabilityId", LIST, "String")]


class TestValidation(Validation):
    cases = [("capabilityId", MISSING, NULL), ("capabilityId", None, NULL), *id_cases("capabilityId")]


class TestBehaviour(Apart):
    names = "capabilityId"

    def test_it_tells_what_creation_told(self, world):
        made = world.call("CreateCapability")
        assert told(world.b2bi.get_capability(capabilityId=made["capabilityId"])) == told(made)
