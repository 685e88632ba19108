"""UntagResource takes tags away; keys that are not there are no error."""

from blocks import (
    ARN_CASES, LIST, NULL, NUMBER, TEXT, ByArn, Serialisation, Validation, at_least, at_most, each_of,
)
from examples import MISSING

OPERATION = "UntagResource"
KEYS = each_of(at_most(128), at_least(1))


class TestSerialisation(Serialisation):
    cases = [
        ("ResourceARN", NUMBER, "String"), ("ResourceARN", LIST, "String"), ("TagKeys", TEXT, "List"),
        ("TagKeys.0", NUMBER, "String"),
    ]


class TestValidation(Validation):
    cases = [
        ("ResourceARN", MISSING, NULL), *ARN_CASES, ("TagKeys", MISSING, NULL), ("TagKeys", ["k"] * 201, at_most(200)),
        ("TagKeys", [""], KEYS), ("TagKeys", ["k" * 129], KEYS),
    ]

    def test_everything_required_is_named_at_once(self, endpoint):
        self.all_missing(endpoint, "resourceARN", "tagKeys")


class TestBehaviour(ByArn):
    def test_the_named_keys_go(self, world):
        world.tag(colour="blue", size="L")
        world.call(OPERATION, TagKeys=["colour", "sampleKey", "never there"])
        assert world.tags == {"size": "L"}
        world.call(OPERATION, TagKeys=["colour"])
        assert world.tags == {"size": "L"}

    def test_keys_count_by_their_case(self, world):
        world.call(OPERATION, TagKeys=["SAMPLEKEY"])
        assert world.tags == {"sampleKey": "sampleValue"}
