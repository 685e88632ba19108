"""UpdateTransformer changes an inactive transformer or activates it; there is no way back."""

import pytest

from blocks import (
    LIST, NULL, NUMBER, TEXT, Serialisation, Updates, Validation, at_least, at_most, edi_cases, exactly_one, id_cases,
    one_of, refused,
)
from examples import MISSING
from world import LEGACY, NEW, OUTBOUND

OPERATION = "UpdateTransformer"


class TestSerialisation(Serialisation):
    cases = [
        ("transformerId", NUMBER, "String"), ("name", LIST, "String"), ("status", NUMBER, "String"),
        ("inputConversion.formatOptions", TEXT, "Structure"), ("mapping", LIST, "Structure"),
        ("sampleDocuments.keys.0", NUMBER, "Structure"), ("ediType.x12Details", TEXT, "Structure"),
    ]


class TestValidation(Validation):
    cases = [
        ("transformerId", MISSING, NULL), *id_cases("transformerId"), ("name", "", at_least(1)),
        ("status", "ACTIVE", one_of("active", "inactive")), ("mapping", {}, NULL, ".templateLanguage"),
        ("mapping.template", "x" * 350_001, at_most(350_000)), ("ediType", {}, exactly_one("x12Details")),
        *edi_cases("inputConversion.formatOptions.x12"), ("outputConversion.toFormat", "XML", one_of("X12")),
    ]

    def test_everything_required_is_named_at_once(self, endpoint):
        self.all_missing(endpoint, "transformerId")


@pytest.fixture
def update(world):
    """Updates the inactive transformer of the example."""
    return lambda **members: world.b2bi.update_transformer(transformerId=world.transformerId, **members)


class TestBehaviour(Updates):
    names, get = "transformerId", "GetTransformer"

    def test_activation_is_one_way(self, world, update):
        assert update(status="active")["status"] == "active"
        for members in [{"status": "inactive"}, {"status": "active"}, {"name": "renamed"}, {}]:
            refused("ValidationException", "An active Transformer cannot be updated", update, **members)
        assert world.b2bi.get_transformer(transformerId=world.transformerId)["status"] == "active"

    def test_activation_may_repeat_what_is_there(self, update):
        """CloudFormation's handler sends the whole configuration with the new status."""
        update(**NEW)
        assert update(**NEW, status="active")["status"] == "active"

    def test_activation_with_a_change_is_refused_whole(self, world, update):
        refused("ValidationException", "changed and activated", update, name="renamed", status="active")
        told = world.b2bi.get_transformer(transformerId=world.transformerId)
        assert (told["name"], told["status"], "modifiedAt" in told) == ("transformX12", "inactive", False)

    def test_an_inactive_one_can_stay_so(self, update):
        assert update(status="inactive", name="renamed")["status"] == "inactive"

    @pytest.mark.parametrize("members", [{}, {"inputConversion": {"fromFormat": "X12"}}, {"ediType": {"x12Details": {}}}],
                             ids=["bare", "no options", "no set"])
    def test_what_does_not_name_its_set_and_version_stays_inactive(self, b2bi, members):
        made = b2bi.create_transformer(name="orders", **members)
        request = {"transformerId": made["transformerId"], "status": "active"}
        refused("ValidationException", "transactionSet and version", b2bi.update_transformer, **request)

    @pytest.mark.parametrize("members", [LEGACY, {"outputConversion": OUTBOUND}], ids=["legacy", "outbound"])
    def test_every_style_can_be_activated(self, b2bi, members):
        made = b2bi.create_transformer(name="orders", **members)
        told = b2bi.update_transformer(transformerId=made["transformerId"], status="active")
        assert (told["status"], members.items() <= told.items()) == ("active", True)

    def test_a_style_drives_the_other_out(self, update):
        legacy = update(**LEGACY)
        assert (LEGACY.items() <= legacy.items(), set(NEW) & set(legacy)) == (True, set())
        new = update(**NEW)
        assert (NEW.items() <= new.items(), set(LEGACY) & set(new)) == (True, set())

    @pytest.mark.parametrize("members", [{**LEGACY, **NEW}, {"outputConversion": OUTBOUND}], ids=["both styles", "in and out"])
    def test_what_excludes_each_other_is_refused(self, update, members):
        refused("ValidationException", "cannot be combined", update, **members)
