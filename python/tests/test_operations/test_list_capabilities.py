"""ListCapabilities lists an account's capabilities in pages."""

from blocks import NUMBER, TEXT, Pages, Serialisation, Validation, list_cases

OPERATION = "ListCapabilities"


class TestSerialisation(Serialisation):
    cases = [("maxResults", TEXT, "Integer"), ("maxResults", 1.5, "Integer"), ("nextToken", NUMBER, "String")]


class TestValidation(Validation):
    cases = list_cases()


class TestBehaviour(Pages):
    member, id, create, delete = "capabilities", "capabilityId", "CreateCapability", "DeleteCapability"

    def test_an_item_is_a_summary(self, world):
        made = world.call("CreateCapability")
        [item] = world.b2bi.list_capabilities()["capabilities"]
        assert item == {name: made[name] for name in ["capabilityId", "name", "type", "createdAt"]}
