"""LocalStack's chaos API by its published schema: what it allows is taken, what it does not is refused, replies fit."""

import json
import pathlib

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from clients import CONNECTIONS

CONTRACT = json.loads((pathlib.Path(__file__).resolve().parents[2] / "fixtures/localstack/chaos.json").read_text())
ROUTES = CONTRACT["routes"]
# Values inside and outside the schema, for each key that it has and one that it has not.
VALUES = {
    "region": ["us-east-1", "EU-9", "", "us east", "*", 7], "service": ["b2bi", "cognito-idp", "a_b", "", "s3*", None],
    "operation": ["ListProfiles", "Put", "Get*", "List2", "", []], "probability": [0, 0.5, 1, 1.0, -0.1, 1.1, "1", True],
    "description": ["", "why", "é" * 8192, "x" * 8193, 7],
    "error": [
        {}, {"statusCode": 400}, {"statusCode": 599, "code": "Oops9"}, {"code": "A"}, {"statusCode": 399}, {"statusCode": 600},
        {"statusCode": "503"}, {"statusCode": 503.5}, {"code": "A-B"}, {"code": ""}, {"message": "x"}, [], "Oops",
    ],
    "account": ["111122223333"],
}
RULE = st.fixed_dictionaries({}, optional={key: st.sampled_from(values) for key, values in VALUES.items()})
LATENCIES = [
    {"latency": 0}, {"latency": 250}, {"latency": -1}, {"latency": 0.5}, {"latency": "1"}, {"latency": None}, {"latency": True}, {},
    {"latency": 1, "jitter": 1}, [], [{"latency": 1}], 5, None,
]
SHAPES = [[], [{}], [{}, {"service": "sts"}], [{}, {}], {}, {"rules": []}, [[]], [7], "x", None]


def validator(name):
    return Draft202012Validator({"$ref": f"#/schemas/{name}", "schemas": CONTRACT["schemas"]})


def send(endpoint, route, body=None):
    """Sends a request to a route; its reply is what the schema says, or says what is wrong."""
    reply = CONNECTIONS.request(route["method"], endpoint + route["path"], json=body)
    assert reply.headers["Content-Type"] == "application/json"
    if reply.status_code == 200:
        validator(route["reply"]).validate(reply.json())
    else:
        assert reply.json()["error"]
    return reply


def names_nothing(rule):
    """A rule of the schema that names what the server does not have, and so could never act."""
    error = rule.get("error", {})
    return (
        rule.get("region") == "EU-9" or rule.get("service") in ("cognito-idp", "a_b") or rule.get("operation") == "Put"
        or "code" in error and "statusCode" not in error
    )


def check(endpoint, route, body):
    fits = validator(route["request"]).is_valid(body)
    if fits and route["request"] == "faults" and route["method"] != "DELETE":
        fits = not any(names_nothing(rule) for rule in body)
    assert send(endpoint, route, body).status_code == (200 if fits else 400), (route, body)


def routes(name):
    return pytest.mark.parametrize("route", [route for route in ROUTES if route.get("request") == name], ids=lambda value: value["method"])


@pytest.fixture(scope="module")
def chaotic(tmp_path_factory):
    """A server of this module's own: its rules and its latency are everybody's."""
    from server import Server

    with Server() as server:
        yield server.endpoint


@routes("faults")
@pytest.mark.parametrize("body", SHAPES, ids=str)
def test_lists_of_rules(chaotic, route, body):
    check(chaotic, route, body)


@routes("faults")
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rule=RULE)
def test_rules(chaotic, route, rule):
    check(chaotic, route, [rule])


@routes("effects")
@pytest.mark.parametrize("body", LATENCIES, ids=str)
def test_effects(chaotic, route, body):
    check(chaotic, route, body)
    send(chaotic, route, {"latency": 0})


@pytest.mark.parametrize("key, value", [(key, value) for key, values in VALUES.items() for value in values], ids=lambda value: str(value)[:20])
def test_each_value_alone(chaotic, key, value):
    check(chaotic, ROUTES[1], [{key: value}])


def test_what_the_requests_do(chaotic):
    get, post, patch, delete = ROUTES[:4]
    told = lambda route, *rules: send(chaotic, route, list(rules) if route is not get else None).json()  # noqa: E731
    one, two, three = ({"service": name, "error": {"code": "Oops", "statusCode": 500}} for name in ("sts", "logs", "s3"))
    assert told(post, one) == told(get) == [one]
    assert told(post, two) == told(get) == [two]
    assert told(patch, one, two) == told(get) == [two, one]
    assert told(delete, two, three) == told(get) == [one]
    assert told(post) == told(get) == []


def test_rules_that_the_schema_has_no_words_for_are_not_told(chaotic):
    get, post = ROUTES[:2]
    native = [
        {"operation": "Get*", "account": "000000000000", "steps": ["ok"]}, {"service": "s3", "error": {"code": "Oops", "statusCode": 500}},
        {"id": "again", "service": "s3", "error": {"code": "Oops", "statusCode": 500}},
    ]
    assert CONNECTIONS.put(f"{chaotic}/_b2bi/faults", json=native).status_code == 200
    assert send(chaotic, get).json() == [native[1]]
    assert send(chaotic, post, []).json() == []
    assert CONNECTIONS.get(f"{chaotic}/_b2bi/faults").json()["rules"] == []


def test_methods_that_there_are_not(chaotic):
    known = {(route["method"], route["path"]) for route in ROUTES}
    for path in {path for _, path in known}:
        for method in {"GET", "POST", "PUT", "PATCH", "DELETE"} - {value for value, at in known if at == path}:
            assert CONNECTIONS.request(method, chaotic + path, json=[]).status_code == 405
