"""Every operation meets inputs made from the model's constraints: valid ones, and ones just outside of them.

A valid one is executed or refused by an error of the operation that is not about its form; one with a single
thing wrong is refused by an error that names the place. Nothing is ever a server error.
"""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import inputs
import replies
from clients import send

OPERATIONS = sorted(replies.MODEL.operation_names)
LARGE = 100_000
FORM = "failed to satisfy constraint"
BOUNDED = settings(
    derandomize=True, database=None, deadline=None, max_examples=25,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow, HealthCheck.filter_too_much],
)


def message(reply):
    body = reply.json()
    return body.get("message", body.get("Message"))


def check_named(reply, slip):
    """The request is refused for the slip, and the message says where it is."""
    assert (reply.status_code, reply.headers["x-amzn-ErrorType"]) == (400, slip.code)
    assert f"at '{slip.named}'" in message(reply)
    if slip.code == "ValidationException":
        assert FORM in message(reply)


@pytest.mark.parametrize("operation", OPERATIONS)
def test_a_valid_input_is_never_refused_for_its_form(endpoint, account, operation):
    @BOUNDED
    @given(request=inputs.valid(replies.MODEL.operation_model(operation).input_shape))
    def check(request):
        reply = send(endpoint, operation, request, account)
        assert reply.status_code < 500
        if reply.status_code != 200:
            assert reply.headers["x-amzn-ErrorType"] != "SerializationException"
            assert FORM not in message(reply)

    check()


@pytest.mark.parametrize("operation", OPERATIONS)
def test_every_single_slip_is_named(endpoint, account, operation):
    checked = 0
    for request, slip in inputs.requests_with_slips(operation):
        check_named(send(endpoint, operation, request, account), slip)
        checked += 1
    assert checked >= 5


@pytest.mark.parametrize("operation", OPERATIONS)
def test_a_slip_among_much_else_is_named(endpoint, account, operation):
    """The slip is put into a valid input of any size, at a place that this has."""
    slips = [slip for _, slip in inputs.requests_with_slips(operation) if not is_large(slip.value)]

    @BOUNDED
    @given(request=inputs.valid(replies.MODEL.operation_model(operation).input_shape), slip=st.sampled_from(slips))
    def check(request, slip):
        if has(request, slip.place):
            check_named(send(endpoint, operation, inputs.changed(request, slip.place, slip.value), account), slip)

    check()


@pytest.mark.parametrize("operation", OPERATIONS)
def test_any_json_is_answered(endpoint, account, operation):
    """Even what has nothing to do with the input has an answer, and that is no server error."""
    names = list(replies.MODEL.operation_model(operation).input_shape.members)
    leaves = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=20)
    anything = st.recursive(leaves, nested, max_leaves=8)
    members = st.dictionaries(st.sampled_from(names), anything, max_size=4) if names else st.just({})

    @BOUNDED
    @given(body=anything | members)
    def check(body):
        assert send(endpoint, operation, body, account).status_code < 500

    check()


def nested(values):
    return st.lists(values, max_size=3) | st.dictionaries(st.text(max_size=8), values, max_size=3)


def is_large(value):
    return isinstance(value, str) and len(value) > LARGE


def has(value, place):
    """Whether there is something at the place."""
    for name in place.split("."):
        name = int(name) if name.isdigit() else name
        present = name < len(value) if isinstance(value, list) else name in value
        if not present:
            return False
        value = value[name]
    return True
