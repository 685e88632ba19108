"""The fixtures of faults, each met by boto3 in every retry mode: attempts, result, and what was executed."""

import json
import pathlib
import time

import botocore
import pytest

from clients import CONNECTIONS
from fault_calls import CALLS, Caller, code_of

FOLDER = pathlib.Path(__file__).resolve().parents[2] / "fixtures/faults"
FIXTURES = json.loads((FOLDER / "outcomes.json").read_text())
MEASURED = json.loads((FOLDER / "measured.json").read_text())
ATTEMPTS = {"legacy": 5, "standard": 3, "adaptive": 3}
LINE = ".".join(botocore.__version__.split(".")[:2])


@pytest.fixture(autouse=True)
def impatient(monkeypatch):
    """Leaves out the pauses between attempts; how long they are is the SDK's business."""
    monkeypatch.setattr(time, "sleep", lambda _: None)


def result(caller, call):
    """What the call tells, a reply as JSON, `ok` for nothing, the error's code, or the exception's name."""
    found = code_of(CALLS[call], caller)
    return found if isinstance(found, str) else "ok" if found is None else json.dumps(found)


def expected(fixture, mode):
    outcomes, mode = fixture["outcomes"], "standard" if mode == "adaptive" else mode
    return outcomes.get(f"{mode} {LINE}", outcomes[mode])


def test_every_fixture_has_its_outcomes():
    assert {file.stem for file in FOLDER.glob("*.toml")} == set(FIXTURES)


@pytest.mark.parametrize("name", MEASURED)
def test_what_differs_from_plain_sockets_is_explained(name):
    measured, outcomes = MEASURED[name], FIXTURES[name]["outcomes"]
    lines = [(mode, f"{mode} {line}") for mode in ("legacy", "standard") for line in ("1.43", "1.44")]
    same = all(measured.get(lined, measured[mode]) == outcomes.get(lined, outcomes[mode])[:2] for mode, lined in lines)
    assert same != ("why" in measured)


@pytest.mark.parametrize("mode", ATTEMPTS)
@pytest.mark.parametrize("name", FIXTURES)
def test_boto3(server_with, name, mode):
    fixture = FIXTURES[name]
    endpoint = server_with("--config", str(FOLDER / f"{name}.toml"))
    retries = {"mode": mode, "total_max_attempts": ATTEMPTS[mode]}
    caller = Caller(endpoint, retries, max_wait=fixture.get("max_wait", 0.5))
    found = [result(caller, fixture["call"]) for _ in range(fixture.get("times", 1))][-1]
    counted = {"operation": fixture["counted"]} if "counted" in fixture else {}
    entries = CONNECTIONS.get(f"{endpoint}/_b2bi/journal", params=counted).json()["entries"]
    assert [len(entries), found, sum(entry["executed"] for entry in entries)] == expected(fixture, mode)
