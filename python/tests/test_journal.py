"""The journal of requests and what can be verified with it."""

import time

import pytest
import requests

from clients import CONNECTIONS, boto3_client, headers_for, send
from examples import made_up

SECRET = {**made_up("CreateProfile"), "email": "secret@example.com", "phone": "5550009999"}


class Journal:
    """A server, its journal, and its fault rules."""

    def __init__(self, endpoint):
        self.endpoint = endpoint

    def admin(self, method, path, status=200, **body):
        reply = CONNECTIONS.request(method, f"{self.endpoint}/_b2bi/{path}", **body)
        assert reply.status_code == status, reply.text
        return reply.json()

    def fault(self, **rule):
        self.admin("POST", "faults", json=rule)

    def entries(self, query=""):
        return self.admin("GET", f"journal?{query}")["entries"]

    def calls(self, query=""):
        return self.admin("GET", f"journal?group=invocation&{query}")["calls"]

    def client(self, account="111122223333", **config):
        return boto3_client("b2bi", self.endpoint, account, **config)


@pytest.fixture
def journal(server_with):
    return Journal(server_with("--seed", "7"))


class TestEntries:
    def test_a_request_is_kept_with_who_what_and_how(self, journal):
        journal.client(user_agent_appid="orders-1").list_profiles()
        [entry] = journal.entries()
        expected = {
            "number": 1, "account": "111122223333", "region": "us-east-1", "service": "b2bi", "operation": "ListProfiles",
            "accessKey": "1111…3333", "appId": "orders-1", "attempt": 1, "faults": [], "executed": 1, "status": 200,
            "error": None, "requestBytes": 2, "responseBytes": len('{"profiles":[]}'),
        }
        assert {name: entry[name] for name in expected} == expected
        assert entry["time"].endswith("Z") and entry["durationMicros"] > 0 and len(entry["invocationId"]) == 36

    def test_so_many_are_told_and_the_next_from_there(self, journal):
        for _ in range(3):
            send(journal.endpoint, "ListProfiles", {})
        numbers = lambda query: [entry["number"] for entry in journal.entries(query)]  # noqa: E731
        assert (numbers("limit=2"), numbers("limit=2&since=2"), numbers("limit=0")) == ([1, 2], [3], [])
        assert "limit" in journal.admin("GET", "journal?limit=x", 400)["error"]

    def test_the_request_id_is_that_of_the_reply(self, journal):
        reply = send(journal.endpoint, "ListProfiles", {})
        assert journal.entries()[0]["requestId"] == reply.headers["x-amzn-requestid"]

    def test_neither_members_nor_keys_nor_signatures_are_kept(self, journal):
        journal.client("AKIAIOSFODNN7EXAMPLE").create_profile(**SECRET)
        text = CONNECTIONS.get(f"{journal.endpoint}/_b2bi/journal").text
        for word in ["secret@example.com", "5550009999", "AKIAIOSFODNN7EXAMPLE", SECRET["name"], SECRET["businessName"], "Signature"]:
            assert word not in text

    def test_errors_before_and_after_routing_are_kept(self, journal):
        send(journal.endpoint, "GetProfile", {"profileId": "p-1"})
        send(journal.endpoint, "GetProfile", {})
        CONNECTIONS.post(journal.endpoint, data=b"{}", headers=headers_for("Nonsense"))
        found = [(entry["operation"], entry["executed"], entry["status"], entry["error"]) for entry in journal.entries()]
        assert found == [
            ("GetProfile", 1, 404, "ResourceNotFoundException"), ("GetProfile", 0, 400, "ValidationException"),
            ("", 0, 404, "UnknownOperationException"),
        ]

    def test_own_routes_are_not_kept_and_objects_are(self, journal):
        CONNECTIONS.get(f"{journal.endpoint}/_b2bi/health")
        CONNECTIONS.get(f"{journal.endpoint}/bucket/key")
        assert [(entry["service"], entry["operation"], entry["status"]) for entry in journal.entries()] == [("s3", "GetObject", 404)]

    def test_faults_are_kept_with_their_draws(self, journal):
        journal.fault(id="half", probability=0.5, error={"code": "AccessDeniedException"})
        for _ in range(20):
            send(journal.endpoint, "ListProfiles", {})
        failed = journal.entries("rule=half")
        assert 0 < len(failed) < 20
        assert {(item["executed"], item["error"]) for item in failed} == {(0, "AccessDeniedException")}
        assert all(item["faults"][0]["rule"] == "half" and item["faults"][0]["draw"] < 0.5 for item in failed)
        assert failed[0]["faults"][0]["ordinal"] == failed[0]["number"]

    @pytest.mark.parametrize("when, executed", [("before", 0), ("after", 1), ("twice", 2)])
    def test_it_is_told_how_often_a_request_was_carried_out(self, journal, when, executed):
        journal.fault(when=when, error={"code": "InternalServerException"})
        send(journal.endpoint, "ListProfiles", {})
        assert [(entry["executed"], entry["status"]) for entry in journal.entries()] == [(executed, 500)]

    def test_a_request_whose_client_went_away_is_carried_out(self, journal):
        """A client that closes may have closed its own half only, so its request goes on; its reply reaches nobody."""
        journal.fault(latency={"fixedMs": 1000})
        with pytest.raises(requests.ReadTimeout):
            requests.post(journal.endpoint, data=b"{}", headers=headers_for("ListProfiles"), timeout=0.3)
        deadline = time.monotonic() + 30
        # The entry is there when the reply is made; that nobody got it is known a moment later.
        while [(entry["executed"], entry["status"]) for entry in journal.entries("operation=ListProfiles")] != [(1, None)]:
            assert time.monotonic() < deadline


class TestRing:
    def test_the_oldest_makes_room(self, server_with):
        journal = Journal(server_with("--journal-size", "3"))
        for _ in range(5):
            send(journal.endpoint, "ListProfiles", {})
        assert [entry["number"] for entry in journal.entries()] == [3, 4, 5]

    def test_size_0_keeps_nothing_and_verifies_nothing(self, server_with):
        journal = Journal(server_with("--journal-size", "0"))
        send(journal.endpoint, "ListProfiles", {})
        assert journal.admin("GET", "journal") == {"size": 0, "latest": 0, "entries": []}
        assert "journal-size" in journal.admin("POST", "verify", 409, json={"count": 0})["error"]

    def test_it_can_be_cleared_and_the_numbers_go_on(self, journal):
        send(journal.endpoint, "ListProfiles", {})
        assert journal.admin("DELETE", "journal") == {"cleared": 1}
        assert journal.entries() == []
        send(journal.endpoint, "ListProfiles", {})
        assert [entry["number"] for entry in journal.entries()] == [2]


class TestFilters:
    @pytest.fixture
    def filled(self, journal):
        journal.fault(id="slow", operation="ListProfiles", account="111122223333", latency={"fixedMs": 1})
        for account in ["111122223333", "444455556666"]:
            send(journal.endpoint, "ListProfiles", {}, account)
            send(journal.endpoint, "GetProfile", {"profileId": "p-1"}, account)
        return journal

    @pytest.mark.parametrize("query, expected", [
        ("", [1, 2, 3, 4]), ("account=111122223333", [1, 2]), ("operation=List*", [1, 3]), ("status=4*", [2, 4]),
        ("error=ResourceNotFoundException&since=2", [4]), ("rule=slow", [1]), ("executed=1", [1, 2, 3, 4]), ("executed=false", []),
        ("account=4444*&operation=GetProfile", [4]), ("invocation=x", []),
    ])
    def test_entries_are_found(self, filled, query, expected):
        assert [entry["number"] for entry in filled.entries(query)] == expected

    @pytest.mark.parametrize("query", ["operatoin=x", "since=now", "group=account", "executed=maybe"])
    def test_what_makes_no_sense_is_refused(self, journal, query):
        assert journal.admin("GET", f"journal?{query}", 400)["error"]


class TestCalls:
    def test_the_attempts_of_a_call_are_together(self, journal):
        journal.fault(operation="CreateProfile", when="after", times=1, error={"code": "InternalServerException"})
        client = journal.client(attempts=3)
        client.list_profiles()
        client.create_profile(**SECRET)
        found = [(call["operation"], call["attempts"], call["executed"], call["status"]) for call in journal.calls()]
        assert found == [("ListProfiles", 1, 1, 200), ("CreateProfile", 2, 2, 200)]
        [call] = journal.calls("operation=CreateProfile")
        assert [(entry["attempt"], entry["status"]) for entry in call["entries"]] == [(1, 500), (2, 200)]

    def test_requests_without_an_invocation_stand_alone(self, journal):
        send(journal.endpoint, "ListProfiles", {}), send(journal.endpoint, "ListProfiles", {})
        assert [call["attempts"] for call in journal.calls()] == [1, 1]


class TestVerify:
    @pytest.mark.parametrize("expectation, met", [
        ({"operation": "ListProfiles", "count": 2}, True), ({"operation": "ListProfiles", "count": 1}, False),
        ({"operation": "ListProfiles"}, True), ({"operation": "GetProfile"}, False), ({"operation": "Get*", "count": 0}, True),
        ({"operation": "List*", "atLeast": 2, "atMost": 2, "executed": True, "status": 200}, True),
        ({"account": "123456789012", "atMost": 1}, False), ({"executed": False, "count": 0}, True),
    ])
    def test_expectations_are_met_or_not(self, journal, expectation, met):
        send(journal.endpoint, "ListProfiles", {}), send(journal.endpoint, "ListProfiles", {})
        told = journal.admin("POST", "verify", 200 if met else 422, json=expectation)
        assert told["verified"] == met
        assert [difference["expected"] for difference in told["differences"]] == [expectation][met:]

    def test_what_differs_is_told_with_its_entries(self, journal):
        send(journal.endpoint, "ListProfiles", {})
        expectations = [{"operation": "ListProfiles", "count": 1}, {"operation": "List*", "count": 0}]
        told = journal.admin("POST", "verify", 422, json=expectations)
        assert told["verified"] == 1
        [difference] = told["differences"]
        assert (difference["expected"], difference["found"]) == (expectations[1], 1)
        assert [entry["operation"] for entry in difference["entries"]] == ["ListProfiles"]

    @pytest.mark.parametrize("body", [{"json": 7}, {"json": {"operatoin": "x"}}, {"json": {"count": "x"}}, {"data": b"{"}])
    def test_what_makes_no_sense_is_refused(self, journal, body):
        assert journal.admin("POST", "verify", 400, **body)["error"]
