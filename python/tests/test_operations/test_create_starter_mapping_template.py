"""CreateStarterMappingTemplate is not here yet: it checks its input, and says that it is missing."""

from blocks import (
    LIST, NULL, NUMBER, NotYet, Serialisation, Validation, edi_cases, exactly_one, location_cases, location_types, one_of,
)
from examples import MISSING

OPERATION = "CreateStarterMappingTemplate"


class TestSerialisation(Serialisation):
    cases = [
        ("mappingType", NUMBER, "String"),
        ("templateDetails", LIST, "Structure"),
        *location_types("outputSampleLocation"),
    ]


class TestValidation(Validation):
    cases = [
        ("mappingType", "DATAWEAVE", one_of("JSONATA", "XSLT")),
        ("templateDetails", {}, exactly_one("x12")),
        ("templateDetails", MISSING, NULL),
        *edi_cases("templateDetails.x12"),
        *location_cases("outputSampleLocation"),
    ]

    def test_everything_required_is_named_at_once(self, endpoint):
        self.all_missing(endpoint, "mappingType", "templateDetails")


class TestBehaviour(NotYet):
    """Not yet."""
