"""GetPartnership tells all of a partnership, to its own account and region."""

from blocks import LIST, NULL, NUMBER, Apart, Serialisation, Validation, id_cases, told
from examples import MISSING

OPERATION = "GetPartnership"


class TestSerialisation(Serialisation):
    cases = [("partnershipId", NUMBER, "String"), ("partnershipId", LIST, "String")]


class TestValidation(Validation):
    cases = [("partnershipId", MISSING, NULL), ("partnershipId", None, NULL), *id_cases("partnershipId")]


class TestBehaviour(Apart):
    names = "partnershipId"

    def test_it_tells_what_creation_told(self, world):
        made = world.call("CreatePartnership")
        assert told(world.b2bi.get_partnership(partnershipId=made["partnershipId"])) == told(made)
