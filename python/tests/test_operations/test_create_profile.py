"""CreateProfile makes a profile with its own id, ARN, tags and log group, up to the quota."""

import pytest

from blocks import (
    EMAIL, LIST, NULL, NUMBER, PHONE, STRUCTURE, TRUE, Made, Quota, Serialisation, Tokens, Validation, at_least, at_most,
    one_of, tag_cases, tag_types,
)
from examples import MISSING, changed, made_up

OPERATION = "CreateProfile"


class TestSerialisation(Serialisation):
    cases = [
        ("name", NUMBER, "String"), ("name", LIST, "String"), ("businessName", STRUCTURE, "String"),
        ("phone", TRUE, "String"), ("email", 1.5, "String"), ("logging", TRUE, "String"),
        ("clientToken", NUMBER, "String"), *tag_types(),
    ]


class TestValidation(Validation):
    cases = [
        ("name", MISSING, NULL), ("name", None, NULL), ("name", "", at_least(1)), ("name", "n" * 255, at_most(254)),
        ("businessName", MISSING, NULL), ("businessName", "", at_least(1)), ("businessName", "ü" * 255, at_most(254)),
        ("phone", MISSING, NULL), ("phone", "5" * 23, at_most(22)), ("phone", "not a phone", PHONE),
        ("email", "e@" + "x" * 253, at_most(254)), ("email", "no email", EMAIL), ("email", "ü@example.com", EMAIL),
        ("logging", MISSING, NULL), ("logging", "enabled", one_of("ENABLED", "DISABLED")), *tag_cases(),
    ]

    def test_everything_required_is_named_at_once(self, endpoint):
        self.all_missing(endpoint, "name", "phone", "businessName", "logging")

    def test_one_value_can_break_two_rules(self, endpoint):
        message = self.refusal(endpoint, changed(made_up(OPERATION), "phone", "555"))
        assert message.startswith("2 validation errors detected: ")
        assert [rule in message for rule in [at_least(7), PHONE]] == [True, True]

    def test_sensitive_values_are_not_repeated(self, endpoint):
        request = {**made_up(OPERATION), "email": "secret at home", "phone": "secret number"}
        assert "secret" not in self.refusal(endpoint, request)


class TestMade(Made):
    noun, prefix = "profile", "p-"


class TestTokens(Tokens):
    other = {"name": "another"}


class TestQuota(Quota):
    noun, plural, code = "profile", "profiles", "L-B2B10001"


class TestBehaviour:
    def test_the_reply_has_what_was_given(self, world):
        given = {"name": "Depot Süd", "businessName": "Blue Bikes", "phone": "+49 30 1234567", "email": "a.b@c-d.de"}
        made = world.b2bi.create_profile(logging="ENABLED", **given)
        assert {name: made[name] for name in given} == given
        assert "modifiedAt" not in made and made["createdAt"]

    @pytest.mark.parametrize("logging, group", [("ENABLED", "/aws/vendedlogs/b2bi/profile/{}"), ("DISABLED", None)])
    def test_a_profile_that_logs_names_its_group(self, world, logging, group):
        made = world.call(OPERATION, logging=logging)
        assert (made["logging"], made.get("logGroupName")) == (logging, group and group.format(made["profileId"]))

    def test_optional_members_stay_absent(self, b2bi):
        made = b2bi.create_profile(name="n", businessName="b", phone="5555555", logging="DISABLED")
        assert not {"email", "logGroupName"} & set(made)
        assert b2bi.list_tags_for_resource(ResourceARN=made["profileArn"])["Tags"] == []

    def test_the_default_quota_is_five(self, world):
        for _ in range(5):
            world.call(OPERATION)
        with pytest.raises(world.b2bi.exceptions.ServiceQuotaExceededException):
            world.call(OPERATION)
