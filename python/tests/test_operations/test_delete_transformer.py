"""DeleteTransformer deletes a transformer that nothing uses, for good."""

from blocks import LIST, NULL, NUMBER, Apart, Gone, Serialisation, Validation, id_cases, missing, refused
from examples import MISSING

OPERATION = "DeleteTransformer"


class TestSerialisation(Serialisation):
    cases = [("transformerId", NUMBER, "String"), ("transformerId", LIST, "String")]


class TestValidation(Validation):
    cases = [("transformerId", MISSING, NULL), ("transformerId", None, NULL), *id_cases("transformerId")]


class TestBehaviour(Apart, Gone):
    names, get = "transformerId", "GetTransformer"

    def test_a_transformer_in_use_stays_until_its_capabilities_are_gone(self, world):
        capability = world.capabilityId
        request = {"transformerId": world.activeTransformerId}
        refused("ConflictException", capability, world.call, operation=OPERATION, **request)
        world.call("DeleteCapability")
        world.call(OPERATION, **request)

    def test_an_active_transformer_can_be_deleted(self, world):
        world.call(OPERATION, transformerId=world.activeTransformerId)
        missing(world.activeTransformerId, world.b2bi, "GetTransformer", {"transformerId": world.activeTransformerId})
