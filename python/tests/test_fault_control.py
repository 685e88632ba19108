"""Ways to control faults: a request's own header, LocalStack's routes, presets, the seed, explanations."""

import pytest

from clients import CONNECTIONS, boto3_client, headers_for

CONFLICT = {"code": "ConflictException"}
UNAVAILABLE = {"code": "ServiceUnavailable", "statusCode": 503}


class Control:
    def __init__(self, endpoint):
        self.endpoint = endpoint

    def admin(self, method, path, status=200, **body):
        reply = CONNECTIONS.request(method, self.endpoint + path, **body)
        assert (reply.status_code, reply.headers["Content-Type"]) == (status, "application/json"), reply.text
        return reply.json()

    def own(self, method, path, status=200, **body):
        return self.admin(method, f"/_b2bi/{path}", status, **body)

    def chaos(self, method, *rules, status=200):
        return self.admin(method, "/_localstack/chaos/faults", status, **({"json": list(rules)} if method != "GET" else {}))

    def call(self, operation="ListProfiles", **headers):
        return CONNECTIONS.post(self.endpoint, data=b"{}", headers={**headers_for(operation), **headers})

    def outcome(self, operation="ListProfiles", **headers):
        return self.call(operation, **headers).headers.get("x-amzn-ErrorType", "ok")


@pytest.fixture
def control(server_with):
    return Control(server_with("--seed", "7"))


class TestHeader:
    def test_a_request_can_bring_its_own_fault(self, control):
        mock = {"x-mock-fault": "error(ThrottlingException,retryAfter=2s)"}
        reply = control.call(**mock)
        assert reply.headers["x-amzn-ErrorType"] == "ThrottlingException"
        assert (reply.headers["x-amz-retry-after"], reply.headers["x-b2bi-fault-id"]) == ("2000", "x-mock-fault")
        assert control.outcome() == "ok"

    def test_the_attempt_takes_its_turn(self, control):
        mock = {"x-mock-fault": "2*error(ThrottlingException)->http(500)->off"}
        found = [control.call(**mock, **{"amz-sdk-request": f"attempt={attempt}; max=9"}).status_code for attempt in range(1, 6)]
        assert found == [429, 429, 500, 200, 200]

    def test_boto3_gets_through_the_chain(self, control):
        client = boto3_client("b2bi", control.endpoint, "test", retries={"mode": "standard", "total_max_attempts": 4})
        add = lambda request, **_: request.headers.add_header("x-mock-fault", "error(ThrottlingException)->after reset")  # noqa: E731
        client.meta.events.register("before-sign.b2bi.ListProfiles", add)
        assert client.list_profiles()["ResponseMetadata"]["RetryAttempts"] == 2
        [call] = control.own("GET", "journal?group=invocation")["calls"]
        assert [(entry["executed"], entry["status"]) for entry in call["entries"]] == [(0, 429), (1, None), (1, 200)]

    def test_it_stands_in_the_place_of_the_rules(self, control):
        control.own("POST", "faults", json={"error": CONFLICT})
        assert (control.outcome(**{"x-mock-fault": "ok"}), control.outcome()) == ("ok", "ConflictException")
        assert control.own("GET", "faults")["rules"][0]["matched"] == 1

    def test_what_cannot_be_read_is_told(self, control):
        reply = control.call(**{"x-mock-fault": "erorr(X)"})
        assert (reply.status_code, reply.headers["x-amzn-ErrorType"]) == (400, "InvalidMockFaultException")
        assert "did you mean `error`" in reply.json()["message"]

    def test_it_can_be_switched_off(self, server_with):
        control = Control(server_with("--fault-header=false"))
        assert control.outcome(**{"x-mock-fault": "reset"}) == "ok"
        control.own("POST", "faults", json={"error": CONFLICT})
        assert control.outcome(**{"x-mock-fault": "ok"}) == "ConflictException"

    def test_own_routes_do_not_honour_it(self, control):
        assert control.own("GET", "health", headers={"x-mock-fault": "reset"})["status"] == "ready"


class TestRoutes:
    """How rules come and go: tests that share a server must not take each other's rules away."""

    def ids(self, control):
        return [rule["id"] for rule in control.own("GET", "faults")["rules"]]

    @pytest.mark.parametrize("method, ids", [("POST", ["mine", "theirs"]), ("PATCH", ["mine", "theirs"]), ("PUT", ["theirs"])])
    def test_posted_rules_are_added_and_put_ones_replace(self, control, method, ids):
        control.own("POST", "faults", json={"id": "mine", "times": 1})
        control.own(method, "faults", json={"id": "theirs", "times": 1})
        assert self.ids(control) == ids

    @pytest.mark.parametrize("method", ["POST", "PATCH", "PUT"])
    def test_rules_that_cannot_be_read_change_nothing(self, control, method):
        control.own("POST", "faults", json={"id": "mine", "times": 1})
        assert "nearest valid one is `times`" in control.own(method, "faults", 400, json=[{"id": "a"}, {"tmies": 1}])["error"]
        assert self.ids(control) == ["mine"]

    def test_rules_are_taken_away_by_id_by_likeness_and_all_at_once(self, control):
        control.own("POST", "faults", json=[{"id": name, "operation": f"{name}*"} for name in ["List", "Get", "Create", "Delete"]])
        control.own("DELETE", "faults?id=Get")
        control.own("DELETE", "faults/Create")
        control.own("DELETE", "faults", json=[{"operation": "List*"}])
        assert self.ids(control) == ["Delete"]
        control.own("DELETE", "faults")
        assert self.ids(control) == []


class TestLocalStack:
    """The contract of LocalStack's chaos API."""

    ONE = {"region": "us-east-1", "service": "b2bi", "operation": "ListProfiles", "error": {"code": "Oops", "statusCode": 418}}

    def test_rules_are_listed_replaced_added_and_removed(self, control):
        other = {"service": "sts", "error": UNAVAILABLE}
        assert control.chaos("GET") == []
        assert control.chaos("POST", self.ONE) == [self.ONE]
        assert control.chaos("PATCH", {"service": "sts"}) == control.chaos("GET") == [self.ONE, other]
        assert control.chaos("DELETE", self.ONE) == [other]
        assert control.chaos("POST") == []

    def test_the_first_rule_that_fits_wins(self, control):
        control.chaos("POST", self.ONE, {})
        assert [control.call(name).status_code for name in ["ListProfiles", "ListTransformers"]] == [418, 503]
        assert control.outcome() == "Oops"

    @pytest.mark.parametrize("rule, code, status", [
        ({}, "ServiceUnavailable", 503), ({"error": {"statusCode": 404}}, "ServiceUnavailable", 404),
        ({"error": {"code": "ThrottlingException"}}, "ThrottlingException", 503), ({"probability": 0}, "ok", 200),
        ({"region": "eu-west-1"}, "ok", 200), ({"description": "d", "probability": 1}, "ServiceUnavailable", 503),
    ])
    def test_defaults(self, control, rule, code, status):
        control.chaos("POST", rule)
        reply = control.call()
        assert (reply.headers.get("x-amzn-ErrorType", "ok"), reply.status_code) == (code, status)

    @pytest.mark.parametrize("rule", [
        {"account": "1"}, {"error": {"message": "x"}}, {"operation": "Get*"}, {"region": ""}, {"service": "a b"}, {"probability": 2},
        {"error": {"statusCode": 399}}, {"error": {"statusCode": 600}}, {"error": {"code": "a-b"}}, {"error": []},
        {"description": "x" * 8193}, 7,
    ])
    def test_what_is_not_in_the_schema_is_refused_and_changes_nothing(self, control, rule):
        control.chaos("POST", self.ONE)
        for method in ["POST", "PATCH", "DELETE"]:
            assert control.chaos(method, rule, status=400)["error"]
        assert control.chaos("GET") == [self.ONE]

    def test_a_rule_stands_once(self, control):
        assert "twice" in control.chaos("POST", {}, {}, status=400)["error"]

    def test_native_rules_are_the_same_rules(self, control):
        control.chaos("POST", self.ONE)
        assert [rule["operation"] for rule in control.own("GET", "faults")["rules"]] == ["ListProfiles"]

    def test_latency(self, control):
        effects = "/_localstack/chaos/effects"
        assert control.admin("GET", effects) == {"latency": 0}
        assert control.admin("POST", effects, json={"latency": 300}) == control.admin("GET", effects) == {"latency": 300}
        reply = control.call()
        assert (reply.status_code, reply.elapsed.total_seconds() >= 0.3, "x-b2bi-fault-id" in reply.headers) == (200, True, False)
        control.chaos("POST")
        assert control.call().elapsed.total_seconds() >= 0.3
        control.admin("POST", effects, json={"latency": 0})
        assert control.call().elapsed.total_seconds() < 0.3

    @pytest.mark.parametrize("body", [{}, {"latency": -1}, {"latency": "1"}, {"latency": 1, "jitter": 1}, []])
    def test_latencies_that_make_no_sense_are_refused(self, control, body):
        assert control.admin("POST", "/_localstack/chaos/effects", 400, json=body)["error"]

    def test_other_routes_and_methods_are_refused(self, control):
        control.admin("GET", "/_localstack/chaos/nothing", 404)
        control.admin("PUT", "/_localstack/chaos/faults", 405)


class TestPresets:
    @pytest.mark.parametrize("name", ["throttle-storm", "flaky", "brown-out", "lost-replies"])
    def test_each_is_listed_and_added(self, control, name):
        assert name in control.own("GET", "faults/presets")
        added = control.own("POST", f"faults/presets/{name}")
        assert all(rule["id"].startswith(name) for rule in added["rules"])
        # The storm is for every operation, and three of them do not declare ThrottlingException.
        assert [" is not declared by " in warning for warning in added["warnings"]] == [True] * (name == "throttle-storm")
        assert control.own("POST", f"faults/presets/{name}", 409)["error"]

    def test_there_is_no_other(self, control):
        assert "brown-out" in control.own("POST", "faults/presets/storm", 404)["error"]

    def test_a_storm_throttles(self, control):
        control.own("POST", "faults/presets/throttle-storm")
        assert [control.outcome() for _ in range(3)] == ["ok", "ThrottlingException", "ThrottlingException"]

    def test_lost_replies_are_made_good(self, control):
        control.own("POST", "faults/presets/lost-replies")
        client = boto3_client("b2bi", control.endpoint, "test", attempts=2)
        made = client.create_profile(name="n", businessName="b", phone="5555555", logging="DISABLED")
        assert [profile["profileId"] for profile in client.list_profiles()["profiles"]] == [made["profileId"]]
        expected = [{"operation": "CreateProfile", "count": 2, "executed": True}, {"rule": "lost-replies", "status": "none", "count": 1}]
        assert control.own("POST", "verify", json=expected)["verified"] == 2


class TestSeed:
    def draws(self, control):
        return [control.outcome() for _ in range(40)]

    def test_a_seed_is_set_and_repeats_its_draws(self, control):
        control.own("POST", "faults", json={"id": "half", "probability": 0.5, "error": CONFLICT})
        assert control.own("GET", "seed") == {"seed": 7}
        first = self.draws(control)
        other = control.own("PUT", "seed", json={"seed": 8}) and self.draws(control)
        again = control.own("PUT", "seed", json={"seed": 7}) and self.draws(control)
        assert first == again != other
        assert control.own("GET", "faults")["seed"] == 7

    @pytest.mark.parametrize("body", [{"json": {}}, {"json": {"seed": -1}}, {"data": b"{"}])
    def test_nonsense_is_refused(self, control, body):
        assert control.own("PUT", "seed", 400, **body)["error"]


class TestExplain:
    def test_near_misses_are_told(self, control):
        control.own("POST", "faults", json=[
            {"id": "fits", "operation": "List*"}, {"id": "other", "operation": "Get*"}, {"id": "later", "attempt": "2.."},
            {"id": "off", "enabled": False}, {"id": "mine", "account": "111122223333", "header": {"x-tenant": "blue"}},
            {"id": "door", "connection": {"kind": "close", "at": "accept"}},
        ])
        query = "operation=ListProfiles&attempt=1&account=111122223333&header:X-Tenant=green"
        told = control.own("GET", f"faults/explain?{query}")["rules"]
        expected = {"fits": None, "other": "operation", "later": "attempt", "off": "enabled", "mine": "header", "door": "connection"}
        assert {item["id"]: item["failed"] for item in told} == expected
        assert {item["id"] for item in told if item["matches"]} == {"fits"}
        assert [rule["matched"] for rule in control.own("GET", "faults")["rules"]] == [0] * 6

    def test_a_request_is_described_by_an_object_as_well(self, control):
        control.own("POST", "faults", json=[
            {"id": "fits", "body": {"/name": "orders-*"}, "header": {"x-tenant": "blue"}, "attempt": 2}, {"id": "other", "body": {"/name": "x"}},
        ])
        request = {"operation": "CreateProfile", "attempt": 2, "header": {"X-Tenant": "blue"}, "body": {"name": "orders-1"}}
        told = control.own("POST", "faults/explain", json=request)["rules"]
        assert {item["id"]: item["failed"] for item in told} == {"fits": None, "other": "body"}

    def test_what_is_unknown_is_refused(self, control):
        assert "operation" in control.own("GET", "faults/explain?operatoin=x", 400)["error"]
        for body in [{"operatoin": "x"}, {"operation": []}, {"header": {"a": []}}, [], "x"]:
            assert control.own("POST", "faults/explain", 400, json=body)["error"]


class TestFaultId:
    def test_it_can_be_left_out(self, server_with):
        control = Control(server_with("--fault-ids=false", "--faults", "ListProfiles=error(ThrottlingException)"))
        reply = control.call()
        assert (reply.status_code, "x-b2bi-fault-id" in reply.headers) == (429, False)
