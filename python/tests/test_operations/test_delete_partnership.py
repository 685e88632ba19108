"""DeletePartnership deletes a partnership, for good."""

from blocks import LIST, NULL, NUMBER, Apart, Gone, Serialisation, Validation, id_cases
from examples import MISSING

OPERATION = "DeletePartnership"


class TestSerialisation(Serialisation):
    cases = [("partnershipId", NUMBER, "String"), ("partnershipId", LIST, "String")]


class TestValidation(Validation):
    cases = [("partnershipId", MISSING, NULL), ("partnershipId", None, NULL), *id_cases("partnershipId")]


class TestBehaviour(Apart, Gone):
    names, get = "partnershipId", "GetPartnership"

    def test_profile_and_capability_are_free_again(self, world):
        world.call(OPERATION)
        world.call("DeleteProfile"), world.call("DeleteCapability")
        assert world.b2bi.list_profiles()["profiles"] == world.b2bi.list_capabilities()["capabilities"] == []
