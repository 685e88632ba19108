"""ListProfiles lists an account's profiles in pages."""

from blocks import NUMBER, TEXT, Pages, Serialisation, Validation, list_cases

OPERATION = "ListProfiles"


class TestSerialisation(Serialisation):
    cases = [("maxResults", TEXT, "Integer"), ("maxResults", 1.5, "Integer"), ("nextToken", NUMBER, "String")]


class TestValidation(Validation):
    cases = list_cases()


class TestBehaviour(Pages):
    member, id, create, delete = "profiles", "profileId", "CreateProfile", "DeleteProfile"

    def test_an_item_is_a_summary(self, world):
        [item] = [world.profile] and world.b2bi.list_profiles()["profiles"]
        members = ["profileId", "name", "businessName", "logging", "logGroupName", "createdAt"]
        assert item == {name: world.profile[name] for name in members}
