"""GetProfile tells all of a profile, to its own account and region."""

from blocks import LIST, NULL, NUMBER, Apart, Serialisation, Validation, id_cases, told
from examples import MISSING

OPERATION = "GetProfile"


class TestSerialisation(Serialisation):
    cases = [("profileId", NUMBER, "String"), ("profileId", LIST, "String")]


class TestValidation(Validation):
    cases = [("profileId", MISSING, NULL), ("profileId", None, NULL), *id_cases("profileId")]


class TestBehaviour(Apart):
    names = "profileId"

    def test_it_tells_what_creation_told(self, world):
        assert told(world.call(OPERATION)) == told(world.profile)
