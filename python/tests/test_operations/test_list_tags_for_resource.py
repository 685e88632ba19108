"""ListTagsForResource tells a resource's tags in the order in which they were given."""

from blocks import ARN_CASES, LIST, NULL, NUMBER, ByArn, Serialisation, Validation
from examples import MISSING

OPERATION = "ListTagsForResource"


class TestSerialisation(Serialisation):
    cases = [("ResourceARN", NUMBER, "String"), ("ResourceARN", LIST, "String")]


class TestValidation(Validation):
    cases = [("ResourceARN", MISSING, NULL), *ARN_CASES]


class TestBehaviour(ByArn):
    def test_the_order_stays(self, world):
        world.tag(zebra="1", apple="2", sampleKey="3")
        tags = world.call(OPERATION)["Tags"]
        assert [(tag["Key"], tag["Value"]) for tag in tags] == [("sampleKey", "3"), ("zebra", "1"), ("apple", "2")]

    def test_no_tags_are_an_empty_list(self, world):
        world.call("UntagResource")
        assert world.call(OPERATION)["Tags"] == []
