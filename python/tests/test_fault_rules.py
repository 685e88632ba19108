"""Rules one by one: counters, results, scenarios, warnings, recordings, and setting it all back."""

import json
import threading

import pytest

from clients import CONNECTIONS, boto3_client, headers_for

START = "2026-01-01T00:00:00Z"
PROFILE = {"name": "n", "businessName": "b", "phone": "5555555", "logging": "DISABLED"}
ERROR = {"error": {"code": "InternalServerException"}}


class Server:
    def __init__(self, endpoint):
        self.endpoint = endpoint

    def admin(self, method, path, status=200, **body):
        reply = CONNECTIONS.request(method, f"{self.endpoint}/_b2bi/{path}", **body)
        assert reply.status_code == status, reply.text
        return reply.json()

    def arm(self, *rules):
        return self.admin("PUT", "faults", json=rules)

    def outcome(self, operation="ListProfiles", account="111122223333", body=None, **headers):
        """The error's type, or `ok`."""
        headers = {**headers_for(operation, account), **headers}
        reply = CONNECTIONS.post(self.endpoint, data=json.dumps(body or {}), headers=headers)
        return reply.headers.get("x-amzn-ErrorType", "ok" if reply.status_code == 200 else str(reply.status_code))

    def outcomes(self, count, **call):
        return [self.outcome(**call) for _ in range(count)]


@pytest.fixture
def server(server_with):
    return Server(server_with("--clock", "manual", "--clock-start", START, "--seed", "7"))


def test_a_rule_is_read_put_and_taken_away_by_its_id(server):
    put = server.admin("PUT", "faults/a.b", json={"operation": "List*", "nth": 2, **ERROR})
    assert put == {
        "id": "a.b", "operation": "List*", "nth": 2, **ERROR, "matched": 0, "fired": 0, "passed": 0, "remaining": 1,
        "completed": False, "lastFiredAt": None,
    }
    server.admin("PUT", "clock", json={"advanceMs": 1500})
    assert server.outcomes(3) == ["ok", "InternalServerException", "ok"]
    found = server.admin("GET", "faults/a%2Eb")
    counters = [found[key] for key in ("matched", "fired", "passed", "remaining", "completed", "lastFiredAt")]
    assert counters == [3, 1, 2, 0, True, "2026-01-01T00:00:01.500Z"]
    assert server.admin("PUT", "faults/a.b", json={"latency": {"fixedMs": 1}})["matched"] == 0
    assert [rule["id"] for rule in server.admin("DELETE", "faults/a.b")["rules"]] == []
    for method, body in [("GET", None), ("DELETE", None)]:
        assert server.admin(method, "faults/a.b", status=404, json=body) == {"error": "There is no rule a.b"}


def test_a_rule_that_is_put_keeps_its_place(server):
    server.arm({"id": "first", **ERROR}, {"id": "second", "error": {"code": "ConflictException"}})
    server.admin("PUT", "faults/first", json={"id": "first", "error": {"code": "AccessDeniedException"}})
    assert server.outcome() == "AccessDeniedException"
    assert "not that of the path" in server.admin("PUT", "faults/first", status=400, json={"id": "x"})["error"]
    assert server.admin("PUT", "faults/first", status=400, json=[ERROR, ERROR]) == {"error": "Send one rule"}


def test_rules_are_removed_by_what_they_say(server):
    server.arm({"id": "a", **ERROR}, {"operation": "Get*", **ERROR})
    left = server.admin("DELETE", "faults", json=[{"operation": "Get*", **ERROR}])["rules"]
    assert [item["id"] for item in left] == ["a"]
    assert server.admin("PATCH", "faults", json=[{"id": "b", **ERROR}])["rules"][1]["id"] == "b"
    assert server.admin("DELETE", "faults")["rules"] == []


def test_every_request_can_be_held_up(server):
    assert server.admin("POST", "effects", json={"latency": 0}) == {"latency": 0}
    assert server.admin("GET", "effects") == {"latency": 0}


@pytest.mark.parametrize("result, expected", [
    ("success", ["ok", "InternalServerException"]),
    ("ResourceNotFoundException", ["InternalServerException", "ok"]),
    (["404", "409"], ["InternalServerException", "ok"]),
    ("error", ["InternalServerException", "ok"]),
])
def test_what_the_handler_answered_can_be_matched(server, result, expected):
    server.arm({"result": result, "when": "after", **ERROR})
    found = [server.outcome("GetProfile", body={"profileId": "p-1"}), server.outcome("CreateProfile", body=PROFILE)]
    assert found == [value if value != "ok" else other for value, other in zip(expected, ["ResourceNotFoundException", "ok"])]
    entries = server.admin("GET", "journal")["entries"]
    assert [(entry["executed"], len(entry["faults"])) for entry in entries] == [(1, int(item != "ok")) for item in expected]


def test_a_request_with_its_own_fault_is_not_asked_for_its_result(server):
    server.arm({"result": "*", "when": "after", **ERROR})
    assert server.outcome(**{"x-mock-fault": "ok"}) == "ok"


def test_a_scenario_is_moved_on_by_rules_and_by_hand(server):
    server.arm(
        {"operation": "CreateProfile", "scenario": {"name": "outage", "in": "start", "then": "down"}},
        {"operation": "List*", "scenario": {"name": "outage", "in": "down"}, "http": {"statusCode": 503}},
    )
    assert server.admin("GET", "scenarios") == {"scenarios": {"outage": "start"}}
    assert server.outcome() == "ok"
    assert server.outcome("CreateProfile", body=PROFILE) == "ok"
    assert server.outcome() == "503"
    assert server.admin("GET", "scenarios/outage") == {"name": "outage", "state": "down"}
    assert server.admin("PUT", "scenarios/outage", json={"state": "over"})["state"] == "over"
    assert server.outcome() == "ok"
    server.admin("PUT", "scenarios/outage", status=400, json={})
    server.admin("GET", "scenarios/other", status=404)


@pytest.mark.parametrize("rule, expected", [
    ({"operation": "UntagResource", "error": {"code": "ThrottlingException"}}, "declared by UntagResource: SDKs raise"),
    ({"error": {"code": "ThrottlingException"}}, "CreateStarterMappingTemplate, ListTagsForResource, UntagResource"),
    ({"operation": ["Get*", "UntagResource"], "steps": "error(ThrottlingException)"}, "declared by UntagResource:"),
    ({"throttle": {"ratePerSecond": 1, "burst": 1}, "operation": "List*"}, "declared by ListTagsForResource:"),
    ({"operation": "CreateProfile", "error": {"code": "Oops", "statusCode": 400}}, "Oops is not an error of the service model"),
    ({"operation": "CreateProfile", "error": {"code": "ConflictException"}}, None),
    ({"service": "sts", "error": {"code": "ConflictException"}}, None),
    ({"probability": 0, "http": {"statusCode": 503}}, "probability is 0, so the rule never acts"),
    ({"operation": "GetProfile", "body": {"/profileid": "p-*"}}, "no request of GetProfile has a value at /profileid"),
    ({"service": "b2bi", "body": {"/tags": "*"}}, "no request of b2bi has a value at /tags"),
    ({"operation": "CreateProfile", "body": {"/tags/0/Key": "a"}}, None),
    ({"operation": "CreateProfile", "body": {"/tags/0/key": "a"}}, "has a value at /tags/0/key"),
    ({"operation": ["CreateProfile", "GetLogEvents"], "body": {"/logGroupName": "a"}}, None),
    ({"operation": "ListProfiles", "resource": "p-*"}, "no request of ListProfiles names a resource"),
    ({"operation": ["ListProfiles", "GetProfile"], "resource": "p-*"}, None),
    ({"operation": "ListProfiles", "result": "ConflictException", "when": "after"}, "ListProfiles never answers ConflictException"),
    ({"operation": "ListProfiles", "result": ["ConflictException", "success"], "when": "after"}, None),
    ({"operation": "Start*", "resource": "tr-*", "job": {"stage": "parse", "outcome": "fail"}}, None),
])
def test_errors_that_an_operation_does_not_declare_are_warned_of(server, rule, expected):
    warnings = server.arm(rule)["warnings"]
    assert len(warnings) == (expected is not None)
    assert expected is None or expected in warnings[0]


def test_a_recorded_run_is_replayed(server):
    def run(order):
        """What becomes of 20 calls of each account."""
        found = {account: [] for account in "abc"}
        for account in order:
            found[account].append(server.outcome(account=account * 12))
        return found

    server.arm({"id": "chance", "per": ["accessKey"], "probability": 0.4, **ERROR})
    recorded = run("abc" * 20)
    recording = CONNECTIONS.get(f"{server.endpoint}/_b2bi/recording").text
    lines = [json.loads(line) for line in recording.splitlines()]
    assert (lines[0]["seed"], lines[0]["rules"][0]["id"]) == (7, "chance")
    assert len(lines) - 1 == sum(item != "ok" for found in recorded.values() for item in found) > 10
    server.admin("PUT", "seed", json={"seed": 8})
    assert run("abc" * 20) != recorded
    assert server.admin("POST", "replay", data=recording)["replaying"] is True
    assert run("a" * 20 + "c" * 20 + "b" * 20) == recorded
    assert server.admin("DELETE", "faults")["replaying"] is False
    assert "line 1" in server.admin("POST", "replay", status=400, data="{}")["error"]


def test_two_runs_with_one_seed_decide_alike_however_they_are_interleaved(server):
    def run(concurrently):
        server.arm({"id": "chance", "per": ["appId"], "probability": 0.4, **ERROR})
        found = {}

        def calls(app):
            found[app] = server.outcomes(20, **{"User-Agent": f"Boto3/1 app/{app}"})

        threads = [threading.Thread(target=calls, args=(app,)) for app in ("a", "b", "c")]
        for thread in threads:
            thread.start()
            if not concurrently:
                thread.join()
        for thread in threads:
            thread.join()
        return found

    first = run(concurrently=False)
    assert run(concurrently=True) == first and len({tuple(item) for item in first.values()}) == 3


def test_verify_tells_which_rules_are_not_completed(server):
    server.arm({"id": "once", "times": 1, **ERROR}, {"id": "always", "operation": "Get*", **ERROR})
    server.outcome()
    differences = server.admin("POST", "verify", status=422, json={"rules": "all-completed"})["differences"]
    assert [rule["id"] for rule in differences[0]["rules"]] == ["always"]
    server.admin("DELETE", "faults/always")
    verified = [{"rules": "all-completed"}, {"where": {"operation": "List*", "fired": "once"}, "exactly": 1}]
    assert server.admin("POST", "verify", json=verified) == {"verified": 2, "differences": []}
    server.admin("POST", "verify", status=400, json={"rules": "some"})


def test_one_request_is_found_by_its_number(server):
    server.outcome("GetProfile", body={"profileId": "p-1"})
    [entry] = server.admin("GET", "requests")["entries"]
    assert server.admin("GET", f"journal/{entry['number']}") == entry
    server.admin("GET", "requests/99", status=404)
    server.admin("GET", "requests/x", status=404)


def test_parts_are_set_back(server):
    server.arm({"id": "once", "times": 1, **ERROR})
    server.admin("PUT", "clock", json={"advanceMs": 5, "skewMs": 7, "mode": "real"})
    assert server.outcomes(2) == ["InternalServerException", "ok"]
    assert server.admin("POST", "reset?what=counters") == {"reset": ["counters"]}
    assert server.outcomes(2) == ["InternalServerException", "ok"]
    assert server.admin("POST", "reset?what=faults") == {"reset": ["faults"]}
    assert server.outcome() == "ok"
    assert len(server.admin("GET", "journal")["entries"]) == 5
    assert server.admin("POST", "reset?what=requests,clock") == {"reset": ["requests", "clock"]}
    assert server.admin("GET", "journal")["entries"] == []
    clock = server.admin("GET", "clock")
    assert (clock["mode"], clock["now"], clock["skewMs"]) == ("manual", "2026-01-01T00:00:00.000Z", 0)
    server.admin("POST", "reset", status=200)
    assert server.outcome() == "ok"
    assert "what=" in server.admin("POST", "reset?what=everything", status=400)["error"]


def test_the_servers_own_routes_are_never_faulted(server):
    server.arm({"connection": {"kind": "reset", "at": "accept"}}, {"http": {"statusCode": 503}})
    for method, path in [("GET", "faults"), ("GET", "clock"), ("GET", "recording"), ("GET", "scenarios")]:
        assert CONNECTIONS.request(method, f"{server.endpoint}/_b2bi/{path}").status_code == 200
    assert server.arm()["rules"] == []


def test_reads_lag_behind_while_a_stale_rule_is_set(server):
    client = boto3_client("b2bi", server.endpoint, "111122223333")
    server.arm({"operation": ["Get*", "List*"], "stale": {"forMs": 2000}})
    profile = client.create_profile(**PROFILE)["profileId"]
    assert server.outcome("GetProfile", body={"profileId": profile}) == "ResourceNotFoundException"
    server.admin("PUT", "clock", json={"advanceMs": 2000})
    assert client.get_profile(profileId=profile)["name"] == "n"
    client.update_profile(profileId=profile, name="m")
    assert client.get_profile(profileId=profile)["name"] == "n"
    server.admin("PUT", "clock", json={"advanceMs": 2000})
    client.delete_profile(profileId=profile)
    assert [profile["name"] for profile in client.list_profiles()["profiles"]] == ["m"]
    assert server.outcome("DeleteProfile", body={"profileId": profile}) == "ResourceNotFoundException"
    server.arm()
    assert client.list_profiles()["profiles"] == []
