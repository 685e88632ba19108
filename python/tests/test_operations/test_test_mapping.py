"""TestMapping is not here yet: it checks its input, and says that it is missing."""

from blocks import (
    LIST, NULL, NUMBER, NotYet, Serialisation, Validation, at_most, one_of,
)
from examples import MISSING

OPERATION = "TestMapping"


class TestSerialisation(Serialisation):
    cases = [
        ("inputFileContent", NUMBER, "String"),
        ("mappingTemplate", LIST, "String"),
        ("fileFormat", NUMBER, "String"),
    ]


class TestValidation(Validation):
    cases = [
        ("inputFileContent", "x" * 5_000_001, at_most(5_000_000)),
        ("mappingTemplate", "x" * 350_001, at_most(350_000)),
        ("fileFormat", MISSING, NULL),
        ("fileFormat", "CSV", one_of("XML", "JSON", "NOT_USED")),
    ]

    def test_everything_required_is_named_at_once(self, endpoint):
        self.all_missing(endpoint, "inputFileContent", "mappingTemplate", "fileFormat")


class TestBehaviour(NotYet):
    """Not yet."""
