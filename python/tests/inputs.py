"""Inputs told from botocore's copy of the service model: valid ones, and ones with a single thing wrong."""

import dataclasses
import functools
import re

from hypothesis import strategies as st

from examples import MISSING, changed, shown
from replies import MODEL

# A location in S3 needs both of its members wherever it is read, though the model demands neither.
NEEDED = {"S3Location": ["bucketName", "key"]}
TEXT = st.characters(min_codepoint=0x20, max_codepoint=0x24F, exclude_characters="\x7f")
WRONG_TYPES = {
    "string": [7, 1.5, True, [], {}], "integer": ["7", 1.5, 2**31, True, [], {}], "boolean": ["true", 1, [], {}],
    "list": ["x", 7, {}], "structure": ["x", 7, []],
}


@dataclasses.dataclass(frozen=True)
class Slip:
    """One thing wrong with an input: what is put at a place, and the place that the server must name."""

    place: str
    value: object
    named: str
    code: str = "ValidationException"

    def __repr__(self):
        return f"{self.place}={self.value!r:.40}"


def valid(shape):
    """All values that the model allows, of moderate size."""
    kind = shape.type_name
    if kind == "structure":
        return union(shape) if shape.metadata.get("union") else structure(shape)
    if kind == "list":
        low = shape.metadata.get("min", 0)
        return st.lists(valid(shape.member), min_size=low, max_size=min(low + 3, shape.metadata.get("max", 3)))
    if kind == "integer":
        return st.integers(shape.metadata.get("min", -(2**31)), shape.metadata.get("max", 2**31 - 1))
    return st.booleans() if kind == "boolean" else text(shape.metadata)


def structure(shape):
    needed = {*shape.required_members, *NEEDED.get(shape.name, [])}
    members = {name: valid(member) for name, member in shape.members.items()}
    return st.fixed_dictionaries(
        {name: value for name, value in members.items() if name in needed},
        optional={name: value for name, value in members.items() if name not in needed},
    )


def union(shape):
    return st.one_of([st.fixed_dictionaries({name: valid(member)}) for name, member in shape.members.items()])


def text(constraints):
    """Strings of an enum, of a pattern, or of a length that is mostly small and now and then at a limit."""
    if "enum" in constraints:
        return st.sampled_from(constraints["enum"])
    low, high = constraints.get("min", 0), constraints.get("max", 300)
    if "pattern" in constraints:
        pattern = re.compile(bounded(constraints["pattern"], low, high), re.ASCII)
        drawn = st.from_regex(pattern, fullmatch=True, alphabet=st.characters(codec="ascii"))
        return drawn.filter(lambda value: low <= len(value) <= high)
    short = st.text(TEXT, min_size=low, max_size=min(high, low + 20))
    return st.one_of(short, st.just("x" * min(high, 3000)), st.just("x" * low))


def bounded(pattern, low, high):
    """A pattern of one repeated class with the lengths written into it, so that few draws are lost."""
    repeated = re.fullmatch(r"(\[[^\[\]]*\])(?:[*+]|\{1,512\})", pattern)
    return f"{repeated[1]}{{{low},{min(high, low + 30)}}}" if repeated else pattern


def smallest(shape):
    """A value that the model allows, with no more than it needs."""
    kind, rules = shape.type_name, shape.metadata
    if kind == "structure":
        names = [*shape.required_members, *NEEDED.get(shape.name, [])] or list(shape.members)[: bool(rules.get("union"))]
        return {name: smallest(shape.members[name]) for name in names}
    if kind == "list":
        return [smallest(shape.member) for _ in range(rules.get("min", 0))]
    if kind == "integer":
        return rules.get("min", 0)
    return False if kind == "boolean" else smallest_text(rules)


def smallest_text(rules):
    if "enum" in rules:
        return rules["enum"][0]
    for sample in ["", "a", "*", "a@b.c", "5555555"]:
        candidate = sample if len(sample) >= rules.get("min", 0) else sample * rules["min"]
        if len(candidate) <= rules.get("max", len(candidate)) and re.fullmatch(rules.get("pattern", ".*"), candidate):
            return candidate
    raise AssertionError(f"no sample for {rules}")


def requests_with_slips(operation):
    """For every member of an operation's input, small requests with everything that can be wrong with it."""
    shape = MODEL.operation_model(operation).input_shape
    for place, request in requests_with_each_member(shape):
        for slip in slips(shape, place):
            yield changed(request, slip.place, slip.value), slip


def slips(shape, place):
    """Everything that can be wrong at a place."""
    *way, last = place.split(".")
    parent = functools.reduce(inner, way, shape)
    member = inner(parent, last)
    named = shown(place)
    for value in WRONG_TYPES[member.type_name]:
        yield Slip(place, value, named, "SerializationException")
    if parent.type_name == "structure" and last in parent.required_members:
        yield Slip(place, MISSING, named)
        yield Slip(place, None, named)
    # The rules of plain elements are reported once, for their list.
    plain = parent.type_name == "list" and member.type_name == "string"
    for value in forbidden(member):
        yield Slip(place, value, shown(".".join(way)) if plain else named)


def inner(shape, name):
    return shape.member if shape.type_name == "list" else shape.members[name]


def forbidden(shape):
    """Values of the right type that the shape's constraints just forbid."""
    rules, kind = shape.metadata, shape.type_name
    if kind == "integer":
        yield from [rules["min"] - 1] if "min" in rules else []
        yield from [rules["max"] + 1] if "max" in rules else []
    elif kind == "list":
        yield from [[smallest(shape.member)] * (rules["min"] - 1)] if rules.get("min") else []
        yield from [[smallest(shape.member)] * (rules["max"] + 1)] if "max" in rules else []
    elif kind == "structure" and rules.get("union"):
        yield {}
        if len(shape.members) > 1:
            yield {name: smallest(member) for name, member in list(shape.members.items())[:2]}
    elif kind == "string":
        yield from forbidden_text(rules)


def forbidden_text(rules):
    if "enum" in rules:
        yield from ["", rules["enum"][0] + "x", rules["enum"][0].swapcase()]
    if rules.get("min"):
        yield smallest_text(rules)[: rules["min"] - 1]
    if "max" in rules:
        yield stretched(smallest_text(rules), rules["max"] + 1)
    if "pattern" in rules:
        sample = smallest_text({**rules, "min": max(rules.get("min", 1), 1)})
        yield from ["\n" + sample[1:], sample[:-1] + "ü", sample[:-1] + "\x00"]


def stretched(sample, length):
    return (sample or "x") + (sample or "x")[-1] * (length - len(sample or "x"))


def requests_with_each_member(shape):
    """The place of every member, and a small request that has it."""
    start = smallest(shape)
    for place in places(shape):
        request = start
        names = place.split(".")
        for depth in range(1, len(names) + 1):
            request = with_member(shape, request, names[:depth])
        yield place, request


def with_member(shape, request, names):
    """The request with the member at the end of the way, which it gets if it lacks it."""
    parent, value = shape, request
    for name in names[:-1]:
        parent, value = inner(parent, name), value[int(name) if name.isdigit() else name]
    place, last = ".".join(names), names[-1]
    if parent.metadata.get("union"):
        union_place = ".".join(names[:-1])
        return changed(request, union_place, {last: value.get(last, smallest(parent.members[last]))})
    present = int(last) < len(value) if isinstance(value, list) else last in value
    return request if present else changed(request, place, smallest(inner(parent, last)))


def places(shape, way=()):
    """The place of every member, outer ones first."""
    members = {"0": shape.member} if shape.type_name == "list" else getattr(shape, "members", {})
    for name, member in members.items():
        yield ".".join([*way, name])
        yield from places(member, (*way, name))
