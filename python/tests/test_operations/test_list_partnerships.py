"""ListPartnerships lists an account's partnerships in pages, all or those of a profile."""

from blocks import (
    LIST, NUMBER, TEXT, UNKNOWN_ID, Pages, Serialisation, Validation, id_cases, list_cases, missing, refused,
)

OPERATION = "ListPartnerships"


class TestSerialisation(Serialisation):
    cases = [
        ("maxResults", TEXT, "Integer"), ("maxResults", 1.5, "Integer"), ("nextToken", NUMBER, "String"),
        ("profileId", LIST, "String"),
    ]


class TestValidation(Validation):
    cases = list_cases() + id_cases("profileId")


class TestBehaviour(Pages):
    member, id, create, delete = "partnerships", "partnershipId", "CreatePartnership", "DeletePartnership"

    def test_an_item_is_a_summary(self, world):
        made = world.call("CreatePartnership")
        [item] = world.b2bi.list_partnerships()["partnerships"]
        members = ["profileId", "partnershipId", "name", "capabilities", "tradingPartnerId", "createdAt"]
        assert item == {name: made[name] for name in members}

    def test_a_profile_has_its_own_pages(self, world):
        other = world.call("CreateProfile")["profileId"]
        mine = self.make(world, 2)
        theirs = [world.call("CreatePartnership", profileId=other)["partnershipId"] for _ in range(3)]
        mine += self.make(world, 1)
        first, token = self.page(world.b2bi, profileId=other, maxResults=2)
        assert (first, self.page(world.b2bi, profileId=other, nextToken=token)) == (theirs[:2], (theirs[2:], None))
        assert self.page(world.b2bi, profileId=world.profileId) == (mine, None)
        assert len(self.page(world.b2bi)[0]) == 6
        request = {"profileId": world.profileId, "nextToken": token}
        refused("ValidationException", "nextToken", world.b2bi.list_partnerships, **request)

    def test_an_unknown_profile_is_not_found(self, world):
        missing(UNKNOWN_ID, world.b2bi, OPERATION, {"profileId": UNKNOWN_ID})
