"""UpdateProfile changes a profile's name, business name, phone and email."""

import pytest

from blocks import (
    EMAIL, LIST, NULL, NUMBER, PHONE, TRUE, Serialisation, Updates, Validation, at_least, at_most, id_cases, told,
)
from examples import MISSING

OPERATION = "UpdateProfile"


class TestSerialisation(Serialisation):
    cases = [
        ("profileId", NUMBER, "String"), ("name", LIST, "String"), ("businessName", TRUE, "String"),
        ("phone", NUMBER, "String"), ("email", LIST, "String"),
    ]


class TestValidation(Validation):
    cases = [
        ("profileId", MISSING, NULL), *id_cases("profileId"), ("name", "", at_least(1)),
        ("businessName", "b" * 255, at_most(254)), ("phone", "not a phone", PHONE), ("email", "nobody", EMAIL),
    ]

    def test_everything_required_is_named_at_once(self, endpoint):
        self.all_missing(endpoint, "profileId")


class TestBehaviour(Updates):
    names, get = "profileId", "GetProfile"

    @pytest.mark.parametrize("member, value", [
        ("name", "renamed"), ("businessName", "Blue Bikes"), ("phone", "+49 30 1234567"), ("email", "new@example.com"),
    ])
    def test_every_member_can_change_alone(self, world, member, value):
        after = world.b2bi.update_profile(profileId=world.profileId, **{member: value})
        assert told(after) == {**told(world.profile), member: value, "modifiedAt": after["modifiedAt"]}
        assert after["modifiedAt"] >= after["createdAt"]
        assert told(world.b2bi.get_profile(profileId=world.profileId)) == told(after)

    def test_the_list_shows_the_change(self, world):
        after = world.call(OPERATION, name="renamed")
        [item] = world.b2bi.list_profiles()["profiles"]
        assert (item["name"], item["modifiedAt"]) == ("renamed", after["modifiedAt"])

    def test_an_absent_email_can_be_added(self, b2bi):
        made = b2bi.create_profile(name="n", businessName="b", phone="5555555", logging="DISABLED")
        assert b2bi.update_profile(profileId=made["profileId"], email="new@example.com")["email"] == "new@example.com"
