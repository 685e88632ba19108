"""Our copies of the schemas of AWS::B2BI, and our templates, before cfn-lint, whose schemas are those of AWS."""

import json
from pathlib import Path

import pytest
from cfnlint.api import ManualArgs, lint
from cfnlint.schema import PROVIDER_SCHEMA_MANAGER

REPOSITORY = Path(__file__).parents[2]
NAMES = ["Profile", "Transformer", "Capability", "Partnership"]
TEMPLATES = sorted(REPOSITORY.glob("fixtures/templates/*.yaml"))


def without_prose(schema):
    """A schema without what no handler looks at, and lists of names in one order."""
    if isinstance(schema, dict):
        left = {key: without_prose(value) for key, value in schema.items() if not is_prose(key, value)}
        return {key: value for key, value in left.items() if value != [] or key != "createOnlyProperties"}
    if isinstance(schema, list):
        return sorted((without_prose(item) for item in schema), key=str)
    return schema


def is_prose(key, value):
    # `description` and `format` are properties of resources too: then their values are schemas.
    return key in {"handlers", "permissions"} or (key in {"description", "format"} and isinstance(value, str))


@pytest.mark.parametrize("name", NAMES)
def test_schemas_are_those_of_aws(name):
    theirs = PROVIDER_SCHEMA_MANAGER.get_resource_schema("us-east-1", f"AWS::B2BI::{name}").schema
    ours = json.loads((REPOSITORY / f"crates/registry/schemas/b2bi_{name.lower()}.json").read_text())
    assert without_prose(ours) == without_prose(theirs)


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.stem)
def test_templates_are_in_order(path):
    found = lint(path.read_text(), config=ManualArgs(regions=["us-east-1"]))
    errors = [f"{match.rule.id} {match.message} (line {match.linenumber})" for match in found]
    assert [error for error in errors if error.startswith("E")] == []
