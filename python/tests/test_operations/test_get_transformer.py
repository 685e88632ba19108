"""GetTransformer tells all of a transformer, to its own account and region."""

from blocks import LIST, NULL, NUMBER, Apart, Serialisation, Validation, id_cases, told
from examples import MISSING

OPERATION = "GetTransformer"


class TestSerialisation(Serialisation):
    cases = [("transformerId", NUMBER, "String"), ("transformerId", LIST, "String")]


class TestValidation(Validation):
    cases = [("transformerId", MISSING, NULL), ("transformerId", None, NULL), *id_cases("transformerId")]


class TestBehaviour(Apart):
    names = "transformerId"

    def test_it_tells_what_creation_told(self, world):
        made = world.call("CreateTransformer")
        assert told(world.b2bi.get_transformer(transformerId=made["transformerId"])) == told(made)
