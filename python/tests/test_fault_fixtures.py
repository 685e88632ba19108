"""The fixtures of faults, each met by boto3 in every retry mode: attempts, result, and what was carried out."""

import json
import pathlib
import time

import botocore
import pytest
from botocore.exceptions import ClientError

from clients import CONNECTIONS, boto3_client

FOLDER = pathlib.Path(__file__).resolve().parents[2] / "fixtures/faults"
FIXTURES = json.loads((FOLDER / "outcomes.json").read_text())
ATTEMPTS = {"legacy": 5, "standard": 3, "adaptive": 3}
LINE = ".".join(botocore.__version__.split(".")[:2])
PROFILE = {"name": "n", "businessName": "b", "phone": "5555555", "logging": "DISABLED"}


def delete_profile(client):
    return client.delete_profile(profileId=client.create_profile(**PROFILE)["profileId"])


CALLS = {
    "ListProfiles": lambda client: client.list_profiles(),
    "CreateProfile": lambda client: client.create_profile(**PROFILE),
    "DeleteProfile": delete_profile,
    "Pages": lambda client: list(client.get_paginator("list_profiles").paginate()),
}


@pytest.fixture(autouse=True)
def impatient(monkeypatch):
    """Leaves out the pauses between attempts; how long they are is the SDK's business."""
    monkeypatch.setattr(time, "sleep", lambda _: None)


def result(client, call):
    """The reply as JSON, `ok` for one with ids in it, the error's code, or the exception's name."""
    try:
        reply = CALLS[call](client)
    except ClientError as error:
        return error.response["Error"]["Code"]
    except Exception as error:  # noqa: BLE001
        return type(error).__name__
    reply.pop("ResponseMetadata")
    return json.dumps(reply) if call == "ListProfiles" else "ok"


def expected(fixture, mode):
    outcomes, mode = fixture["outcomes"], "standard" if mode == "adaptive" else mode
    return outcomes.get(f"{mode} {LINE}", outcomes[mode])


def test_every_fixture_has_its_outcomes():
    assert {file.stem for file in FOLDER.glob("*.toml")} == set(FIXTURES)


@pytest.mark.parametrize("mode", ATTEMPTS)
@pytest.mark.parametrize("name", FIXTURES)
def test_boto3(server_with, name, mode):
    fixture = FIXTURES[name]
    endpoint = server_with("--config", str(FOLDER / f"{name}.toml"))
    retries = {"mode": mode, "total_max_attempts": ATTEMPTS[mode]}
    client = boto3_client("b2bi", endpoint, "111122223333", retries=retries, read_timeout=0.5)
    found = [result(client, fixture["call"]) for _ in range(fixture.get("times", 1))][-1]
    entries = CONNECTIONS.get(f"{endpoint}/_b2bi/journal").json()["entries"]
    assert [len(entries), found, sum(it["executed"] for it in entries)] == expected(fixture, mode)
