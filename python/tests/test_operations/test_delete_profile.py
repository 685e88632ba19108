"""DeleteProfile deletes a profile that nothing uses, for good."""

from blocks import LIST, NULL, NUMBER, Apart, Gone, Serialisation, Validation, id_cases, refused
from examples import MISSING

OPERATION = "DeleteProfile"


class TestSerialisation(Serialisation):
    cases = [("profileId", NUMBER, "String"), ("profileId", LIST, "String")]


class TestValidation(Validation):
    cases = [("profileId", MISSING, NULL), ("profileId", None, NULL), *id_cases("profileId")]


class TestBehaviour(Apart, Gone):
    names, get = "profileId", "GetProfile"

    def test_a_profile_in_use_stays_until_its_partnerships_are_gone(self, world):
        partnership = world.partnershipId
        refused("ConflictException", partnership, world.call, operation=OPERATION)
        world.call("DeletePartnership")
        world.call(OPERATION)
