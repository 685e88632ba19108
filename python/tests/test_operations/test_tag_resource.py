"""TagResource adds tags to a resource; a key that is there gets the new value."""

import pytest

from blocks import (
    ARN_CASES, LIST, NULL, NUMBER, ByArn, Serialisation, Validation, refused, tag_cases, tag_types,
)
from examples import MISSING

OPERATION = "TagResource"


class TestSerialisation(Serialisation):
    cases = [("ResourceARN", NUMBER, "String"), ("ResourceARN", LIST, "String"), *tag_types("Tags")]


class TestValidation(Validation):
    cases = [("ResourceARN", MISSING, NULL), *ARN_CASES, ("Tags", MISSING, NULL), *tag_cases("Tags")]

    def test_everything_required_is_named_at_once(self, endpoint):
        self.all_missing(endpoint, "resourceARN", "tags")


class TestBehaviour(ByArn):
    def test_tags_are_merged(self, world):
        world.tag(colour="blue", size="")
        world.tag(colour="green", sampleKey="new")
        assert world.tags == {"sampleKey": "new", "colour": "green", "size": ""}

    def test_two_hundred_are_enough(self, world):
        world.tag(**{f"key{number}": "" for number in range(199)})
        assert len(world.tags) == 200
        refused("ValidationException", "200", world.tag, another="")
        world.tag(key0="changed")
        assert (len(world.tags), world.tags["key0"]) == (200, "changed")

    @pytest.mark.parametrize("keys", [["aws:x"], ["fine", "AWS:x"], ["twice", "other", "twice"]])
    def test_reserved_and_repeated_keys_change_nothing(self, world, keys):
        request = {"Tags": [{"Key": key, "Value": ""} for key in keys]}
        refused("ValidationException", keys[-1], world.call, operation=OPERATION, **request)
        assert world.tags == {"sampleKey": "sampleValue"}

    def test_keys_that_differ_in_case_are_two(self, world):
        world.tag(SAMPLEKEY="other")
        assert world.tags == {"sampleKey": "sampleValue", "SAMPLEKEY": "other"}
