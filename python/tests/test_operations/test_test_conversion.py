"""TestConversion is not here yet: it checks its input, and says that it is missing."""

from blocks import (
    LIST, NULL, NUMBER, TEXT, NotYet, Serialisation, Validation, at_least, exactly_one, location_cases, one_of,
)
from examples import MISSING

OPERATION = "TestConversion"


class TestSerialisation(Serialisation):
    cases = [
        ("source", TEXT, "Structure"),
        ("source.inputFile.fileContent", NUMBER, "String"),
        ("target.formatDetails", LIST, "Structure"),
        ("target.advancedOptions.x12", TEXT, "Structure"),
    ]


class TestValidation(Validation):
    cases = [
        ("source.inputFile.fileContent", "", at_least(1)),
        ("source.fileFormat", "CSV", one_of("JSON", "XML")),
        ("target.fileFormat", MISSING, NULL),
        ("target.fileFormat", "EDIFACT", one_of("X12")),
        ("target.formatDetails", {}, exactly_one("x12")),
        *location_cases("target.outputSampleFile.fileLocation"),
    ]

    def test_everything_required_is_named_at_once(self, endpoint):
        self.all_missing(endpoint, "source", "target")


class TestBehaviour(NotYet):
    """Not yet."""
