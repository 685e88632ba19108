"""A reset leaves a server as it was after its start: everything that the state routes show is compared."""

import re
import time

import pytest

from clients import CONNECTIONS, boto3_client

ACCOUNT = "111122223333"
SHOWN = [
    "faults", "effects", "scenarios", "seed", "recording", "clock", "journal", "events", "events/dead", "jobs", "logs", "logs/dead",
    "state?objects=true", "metrics",
]
PROFILE = {"name": "n", "businessName": "b", "phone": "5555555", "logging": "DISABLED"}


def shown(endpoint):
    """What every state route shows, gauges of the present aside."""
    texts = {path: CONNECTIONS.get(f"{endpoint}/_b2bi/{path}").text for path in SHOWN}
    texts["metrics"] = re.sub(r"(?m)^b2bi_local_(connections|event_followers|history|process)\S* .*$", "", texts["metrics"])
    return texts


def do_everything(endpoint):
    own = lambda method, path, **body: CONNECTIONS.request(method, f"{endpoint}/_b2bi/{path}", **body).raise_for_status()  # noqa: E731
    own("PUT", "clock", json={"advanceMs": 500, "skewMs": 3})
    b2bi, s3 = (boto3_client(name, endpoint, ACCOUNT, attempts=1) for name in ("b2bi", "s3"))
    own("PUT", "faults", json={"seed": 9, "rules": [
        {"id": "stale", "operation": "GetProfile", "stale": {"forMs": 60_000}},
        {"id": "move", "operation": "ListProfiles", "scenario": {"name": "s", "then": "down"}, "latency": {"fixedMs": 0}},
        {"id": "stuck", "job": {"stage": "parse", "outcome": "stall"}, "nth": 2},
    ]})
    own("POST", "effects", json={"latency": 0})
    own("PUT", "scenarios/t", json={"state": "x"})
    b2bi.create_profile(clientToken="once", **PROFILE), b2bi.list_profiles()
    s3.create_bucket(Bucket="files"), s3.put_object(Bucket="files", Key="in", Body=b"no EDI")
    made = b2bi.create_transformer(name="t", inputConversion={"fromFormat": "X12", "formatOptions": {"x12": {
        "transactionSet": "X12_850", "version": "VERSION_4010"}}})["transformerId"]
    b2bi.update_transformer(transformerId=made, status="active")
    place = {"bucketName": "files", "key": "in"}
    for _ in range(2):
        b2bi.start_transformer_job(inputFile=place, outputLocation={"bucketName": "files", "key": "out"}, transformerId=made)
    for _ in range(500):
        if CONNECTIONS.get(f"{endpoint}/_b2bi/events").json()["events"]:
            break
        time.sleep(0.01)


@pytest.mark.parametrize("route", ["/_b2bi/reset", "/moto-api/reset"])
def test_nothing_is_left(server_with, route):
    endpoint = server_with("--seed", "7", "--clock", "manual", "--clock-start", "2026-01-01T00:00:00Z",
                           "--faults", "CreateCapability=error(ThrottlingException)")
    before = shown(endpoint)
    do_everything(endpoint)
    changed = shown(endpoint)
    assert [path for path in SHOWN if changed[path] == before[path]] == ["effects", "events/dead", "logs/dead"]
    CONNECTIONS.post(f"{endpoint}/_b2bi/snapshots/kept").raise_for_status()
    CONNECTIONS.post(endpoint + route).raise_for_status()
    after = shown(endpoint)
    assert {path: after[path] for path in SHOWN if after[path] != before[path]} == {}
    [kept] = CONNECTIONS.get(f"{endpoint}/_b2bi/snapshots").json()["snapshots"]
    assert kept["name"] == "kept"
