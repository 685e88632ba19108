"""GenerateMapping is not here yet: it checks its input, and says that it is missing."""

from blocks import (
    LIST, NULL, NUMBER, NotYet, Serialisation, Validation, at_most, one_of,
)
from examples import MISSING

OPERATION = "GenerateMapping"


class TestSerialisation(Serialisation):
    cases = [
        ("inputFileContent", NUMBER, "String"),
        ("outputFileContent", LIST, "String"),
        ("mappingType", NUMBER, "String"),
    ]


class TestValidation(Validation):
    cases = [
        ("inputFileContent", "x" * 5_000_001, at_most(5_000_000)),
        ("outputFileContent", MISSING, NULL),
        ("mappingType", "jsonata", one_of("JSONATA", "XSLT")),
    ]

    def test_everything_required_is_named_at_once(self, endpoint):
        self.all_missing(endpoint, "inputFileContent", "outputFileContent", "mappingType")


class TestBehaviour(NotYet):
    """Not yet."""
