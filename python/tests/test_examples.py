"""The requests of the service model's examples are valid: the service executes each of them."""

import json

import pytest

import replies
from blocks import refused
from examples import EXAMPLES, MADE_UP, filled
from server import samples
from world import call

MODELS = samples("model-examples.json")
NAMES = {"capabilities": "capabilityId", "ResourceARN": "resourceArn", "bucketName": "bucket"}
# Examples with a text that stands for a file and is none, and what is said of it.
STAND_INS = {
    "TestMapping": "The input is not JSON", "TestConversion": "not JSON at byte 0",
    "GenerateMapping": "the input is not JSON",
}
ON_ACTIVE_TRANSFORMERS = ["CreateCapability", "UpdateCapability", "StartTransformerJob", "GetTransformerJob"]


def models_examples():
    """Each example of the model as (operation, request), where the file lies beside the checkout."""
    if not MODELS.exists():
        return []
    return [(name, example["input"]) for name, examples in json.loads(MODELS.read_text()).items() for example in examples]


def with_placeholders(operation, value, name=None):
    """The model's request with placeholders for what has to exist."""
    if isinstance(value, dict):
        return {member: with_placeholders(operation, item, member) for member, item in value.items()}
    if isinstance(value, list):
        return [with_placeholders(operation, item, name) for item in value]
    name = NAMES.get(name, name)
    if name == "transformerId" and operation in ON_ACTIVE_TRANSFORMERS:
        name = "activeTransformerId"
    return f"{{{name}}}" if name in MADE_UP else value


def members(value, path=""):
    """The path of every member."""
    if isinstance(value, list):
        return {deeper for element in value for deeper in members(element, f"{path}.0")}
    if not isinstance(value, dict):
        return {path}
    return {deeper for name, member in value.items() for deeper in members(member, f"{path}.{name}")}


def accepted(world, operation, example):
    """Calls the operation; its reply is checked as it comes in."""
    request = filled(example, lambda name: world.value(name, operation))
    assert call(world.b2bi, operation, request)["ResponseMetadata"]["HTTPStatusCode"] == 200


def test_every_operation_has_an_example():
    assert sorted(EXAMPLES) == sorted(replies.MODEL.operation_names)


@pytest.mark.parametrize("operation", EXAMPLES)
def test_our_example_is_accepted(world, operation):
    accepted(world, operation, EXAMPLES[operation])


@pytest.mark.parametrize("operation, example", models_examples(), ids=lambda value: value if isinstance(value, str) else "")
def test_the_models_example_is_accepted(world, operation, example):
    request = with_placeholders(operation, example)
    if operation in STAND_INS:
        refused("ValidationException", STAND_INS[operation], accepted, world=world, operation=operation, example=request)
    else:
        accepted(world, operation, request)


@pytest.mark.parametrize("operation, example", models_examples(), ids=lambda value: value if isinstance(value, str) else "")
def test_our_example_covers_the_models(operation, example):
    assert members(EXAMPLES[operation]) == members(example)
