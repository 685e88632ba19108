"""UpdatePartnership changes the name, capabilities and options of a partnership."""

from blocks import (
    ID_RULES, LIST, NULL, NUMBER, TEXT, UNKNOWN_ID, Serialisation, Updates, Validation, at_least, at_most, id_cases,
    missing,
)
from examples import MISSING
from world import OPTIONS

OPERATION = "UpdatePartnership"
COMMON = "capabilityOptions.outboundEdi.x12.common"


class TestSerialisation(Serialisation):
    cases = [
        ("partnershipId", NUMBER, "String"), ("name", LIST, "String"), ("capabilities", TEXT, "List"),
        ("capabilities.0", LIST, "String"), ("capabilityOptions", TEXT, "Structure"),
        (f"{COMMON}.controlNumbers.startingTransactionSetControlNumber", TEXT, "Integer"),
    ]


class TestValidation(Validation):
    cases = [
        ("partnershipId", MISSING, NULL), *id_cases("partnershipId"), ("name", "", at_least(1)),
        ("name", "n" * 255, at_most(254)), ("capabilities", ["c" * 65], ID_RULES),
        (f"{COMMON}.interchangeControlHeaders.senderId", "S" * 14, at_least(15)),
    ]

    def test_everything_required_is_named_at_once(self, endpoint):
        self.all_missing(endpoint, "partnershipId")


class TestBehaviour(Updates):
    names, get = "partnershipId", "GetPartnership"

    def test_options_and_capabilities_are_replaced(self, world):
        first = world.call(OPERATION, capabilities=[], capabilityOptions=OPTIONS)
        assert (first["capabilities"], first["capabilityOptions"]) == ([], OPTIONS)
        inbound = {"inboundEdi": OPTIONS["inboundEdi"]}
        second = world.call(OPERATION, capabilityOptions=inbound)
        assert (second["capabilities"], second["capabilityOptions"]) == ([world.capabilityId], inbound)

    def test_every_capability_must_be_there(self, world):
        missing(UNKNOWN_ID, world.b2bi, OPERATION, world.request(OPERATION, name="renamed", capabilities=[UNKNOWN_ID]))
        assert world.b2bi.get_partnership(partnershipId=world.partnershipId)["name"] == "b2bipartner"
