"""ListTransformers lists an account's transformers in pages."""

from blocks import NUMBER, TEXT, Pages, Serialisation, Validation, list_cases, told

OPERATION = "ListTransformers"


class TestSerialisation(Serialisation):
    cases = [("maxResults", TEXT, "Integer"), ("maxResults", 1.5, "Integer"), ("nextToken", NUMBER, "String")]


class TestValidation(Validation):
    cases = list_cases()


class TestBehaviour(Pages):
    member, id, create, delete = "transformers", "transformerId", "CreateTransformer", "DeleteTransformer"

    def test_an_item_tells_all_but_the_arn(self, world):
        made = world.call("CreateTransformer")
        [item] = world.b2bi.list_transformers()["transformers"]
        assert item == {name: value for name, value in told(made).items() if name != "transformerArn"}
