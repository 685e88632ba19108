"""Faults on demand: rules from the admin route, a flag, the environment and a file, as a client meets them."""

import concurrent.futures
import time

import pytest
from botocore.exceptions import ClientError

import replies
from clients import CONNECTIONS, boto3_client, headers_for, send
from examples import made_up

CODES = sorted(replies.STATUSES)
FAULTS = "/_b2bi/faults"


class Faults:
    """The fault rules of a server."""

    def __init__(self, endpoint):
        self.endpoint = endpoint

    def admin(self, method, status=200, query="", **body):
        reply = CONNECTIONS.request(method, self.endpoint + FAULTS + query, **body)
        assert (reply.status_code, reply.headers["Content-Type"]) == (status, "application/json"), reply.text
        return reply.json()

    def add(self, *rules):
        return self.admin("POST", json=list(rules))

    @property
    def rules(self):
        return self.admin("GET")["rules"]

    def outcomes(self, count, account="test", operation="ListProfiles"):
        """The code of each of so many calls, or `ok`."""
        return [self.outcome(account, operation) for _ in range(count)]

    def outcome(self, account="test", operation="ListProfiles"):
        reply = CONNECTIONS.post(self.endpoint, data=b"{}", headers=headers_for(operation, account))
        return reply.headers.get("x-amzn-ErrorType", "ok")


@pytest.fixture
def faults(server_with):
    return Faults(server_with("--seed", "7"))


def error(code, **members):
    return {"code": code, **members}


class TestRules:
    def test_rules_are_added_listed_replaced_and_taken_away(self, faults):
        assert faults.rules == []
        first = faults.add({"id": "one", "operation": "Get*", "error": error("ConflictException")})
        assert [rule["id"] for rule in first["rules"]] == ["one"]
        faults.admin("POST", json={"operation": "List*", "latency": {"fixedMs": 1}})
        assert [rule["operation"] for rule in faults.rules] == ["Get*", "List*"]
        faults.admin("DELETE", query="?id=one")
        assert [rule["operation"] for rule in faults.rules] == ["List*"]
        replaced = faults.admin("PUT", json=[{"id": "two", "error": error("AccessDeniedException")}])
        assert [rule["id"] for rule in replaced["rules"]] == ["two"]
        assert faults.admin("DELETE")["rules"] == faults.rules == []
        assert faults.outcome() == "ok"

    def test_counters_tell_what_a_rule_has_done(self, faults):
        faults.add({"operation": "ListProfiles", "times": 2, "error": error("ConflictException")})
        faults.outcomes(3), faults.outcomes(1, operation="ListTransformers")
        [rule] = faults.rules
        assert {name: rule[name] for name in ["matched", "fired", "remaining", "completed"]} == {
            "matched": 3, "fired": 2, "remaining": 0, "completed": True,
        }

    @pytest.mark.parametrize("body, words", [
        ([{"operatoin": "Get*"}], "operatoin"), ([{"probability": 1.5}], "probability"), ([{"nth": 0}], "nth"),
        ([{"error": {"code": "ConflictException"}, "http": {}}], "at most one"), ("CreateProfile=nonsense", "nonsense"),
        ([7], "table"),
    ])
    def test_what_makes_no_sense_is_refused_and_arms_nothing(self, faults, body, words):
        assert words in faults.admin("POST", 400, json=body)["error"]
        assert faults.rules == []

    def test_a_body_that_is_no_json_is_refused(self, faults):
        assert "JSON" in faults.admin("POST", 400, data=b"{")["error"]

    def test_an_id_is_given_once(self, faults):
        faults.add({"id": "one"})
        assert "one" in faults.admin("POST", 409, json=[{"id": "one"}])["error"]
        assert "two" in faults.admin("DELETE", 404, query="?id=two")["error"]

    def test_errors_outside_the_model_are_warned_of_and_sent(self, faults):
        told = faults.add({"error": error("MaintenanceException", statusCode=418)})
        assert ["MaintenanceException" in warning for warning in told["warnings"]] == [True]
        reply = CONNECTIONS.post(faults.endpoint, data=b"{}", headers=headers_for("ListProfiles"))
        assert (reply.status_code, reply.json()["__type"]) == (418, "MaintenanceException")

    def test_the_admin_route_is_never_faulted(self, faults):
        faults.add({})
        assert (len(faults.rules), faults.outcome()) == (1, "ServiceUnavailable")
        assert CONNECTIONS.get(faults.endpoint + "/_b2bi/health").json()["status"] == "ready"


class TestErrors:
    @pytest.mark.parametrize("code", CODES)
    def test_a_modelled_error_has_all_its_members(self, faults, code):
        faults.add({"id": "it", "error": error(code)})
        reply = send(faults.endpoint, "CreateProfile", made_up("CreateProfile"))
        assert (reply.headers["x-amzn-ErrorType"], reply.headers["x-b2bi-fault-id"]) == (code, "it")

    @pytest.mark.parametrize("code", CODES)
    def test_boto3_raises_it_by_name(self, faults, code):
        faults.add({"error": error(code, message="made to fail")})
        client = boto3_client("b2bi", faults.endpoint, "test")
        with pytest.raises(getattr(client.exceptions, code)) as caught:
            client.create_profile(name="n", businessName="b", phone="5555555", logging="DISABLED")
        response = caught.value.response
        status = response["ResponseMetadata"]["HTTPStatusCode"]
        assert (response["Error"]["Message"], status) == ("made to fail", replies.STATUSES[code])

    def test_the_advice_to_wait_is_in_body_and_header(self, faults):
        faults.add({"error": error("ThrottlingException", retryAfterSeconds=3, retryAfterMs=2500)})
        reply = send(faults.endpoint, "ListProfiles", {})
        assert (reply.json()["retryAfterSeconds"], reply.headers["x-amz-retry-after"]) == (3, "2500")

    def test_members_status_and_headers_can_be_set(self, faults):
        members = {"resourceId": "r", "resourceType": "profile", "serviceCode": "b2bi", "quotaCode": "L-1"}
        headers = {"x-mine": "yes"}
        faults.add({"error": error("ServiceQuotaExceededException", statusCode=418, fields=members, headers=headers)})
        reply = CONNECTIONS.post(faults.endpoint, data=b"{}", headers=headers_for("CreateProfile"))
        assert (reply.status_code, reply.headers["x-mine"], members.items() <= reply.json().items()) == (418, "yes", True)

    def test_a_raw_reply_is_sent_as_it_is(self, faults):
        page = "<html>Service Unavailable</html>"
        faults.add({"http": {"statusCode": 503, "body": page, "headers": {"content-type": "text/html"}}})
        reply = CONNECTIONS.post(faults.endpoint, data=b"{}", headers=headers_for("ListProfiles"))
        assert (reply.status_code, reply.text, reply.headers["content-type"]) == (503, page, "text/html")

    def test_a_malformed_body_can_be_throttled(self, faults):
        faults.add({"operation": "ListProfiles", "error": error("ThrottlingException")})
        reply = CONNECTIONS.post(faults.endpoint, data=b"{", headers=headers_for("ListProfiles"))
        assert reply.headers["x-amzn-ErrorType"] == "ThrottlingException"


class TestFiring:
    CONFLICT = error("ConflictException")

    @pytest.mark.parametrize("fire, expected", [
        ({"times": 2}, "xx..."), ({"nth": 3}, "..x.."), ({"nth": "2..3"}, ".xx.."), ({"nth": "every 2"}, ".x.x."),
        ({"probability": 0}, "....."), ({"probability": 1}, "xxxxx"), ({"enabled": False}, "....."),
        ({"nth": "2..", "times": 2}, ".xx.."),
    ])
    def test_counts(self, faults, fire, expected):
        faults.add({"error": self.CONFLICT, **fire})
        assert "".join(".x"[outcome != "ok"] for outcome in faults.outcomes(5)) == expected

    def test_a_seed_repeats_its_draws(self, server_with):
        draws = [self.draws(Faults(server_with("--seed", seed))) for seed in ["7", "7", "8"]]
        assert draws[0] == draws[1] != draws[2]
        assert 15 < draws[0].count("ok") < 45

    def draws(self, faults):
        faults.add({"id": "half", "probability": 0.5, "error": self.CONFLICT})
        return faults.outcomes(60)

    def test_another_rule_does_not_change_the_draws(self, server_with):
        alone, beside = (Faults(server_with("--seed", "7")) for _ in range(2))
        beside.add({"operation": "ListTransformers", "probability": 0.3, "error": error("AccessDeniedException")})
        assert self.draws(alone) == self.draws(beside)

    @pytest.mark.parametrize("match, expected", [
        ({"operation": "ListProfiles"}, "x.x."), ({"operation": "List*"}, "xxxx"),
        ({"operation": ["Get*", "*Transformers"]}, ".x.x"),
        ({"account": "111122223333"}, "xx.."), ({"account": "1111*", "operation": "ListProfiles"}, "x..."),
        ({"region": "us-east-1"}, "xxxx"), ({"region": "eu-*"}, "...."),
        ({"service": "b2bi"}, "xxxx"), ({"service": "sts"}, "...."),
        ({"accessKey": "111122223333"}, "xx.."),
    ])
    def test_a_rule_is_about_what_it_matches(self, faults, match, expected):
        faults.add({"error": self.CONFLICT, **match})
        found = [
            faults.outcome(account, operation)
            for account in ["111122223333", "444455556666"] for operation in ["ListProfiles", "ListTransformers"]
        ]
        assert "".join(".x"[item != "ok"] for item in found) == expected

    def test_accounts_can_be_counted_apart(self, faults):
        faults.add({"times": 1, "per": ["account"], "error": self.CONFLICT})
        found = [faults.outcomes(2, account) for account in ["111122223333", "444455556666"]]
        assert found == [["ConflictException", "ok"]] * 2

    def test_a_resource_can_be_picked(self, faults):
        faults.add({"resource": "p-bad*", "error": error("AccessDeniedException")})
        codes = [
            send(faults.endpoint, "GetProfile", {"profileId": id}).headers["x-amzn-ErrorType"] for id in ["p-bad1", "p-good"]
        ]
        assert codes == ["AccessDeniedException", "ResourceNotFoundException"]

    def test_a_member_of_the_body_can_be_picked(self, faults):
        faults.add({"body": {"/maxResults": "7"}, "error": error("AccessDeniedException")})
        codes = [send(faults.endpoint, "ListProfiles", body).headers.get("x-amzn-ErrorType") for body in [{"maxResults": 7}, {"maxResults": 8}, {}]]
        assert codes == ["AccessDeniedException", None, None]

    def test_the_first_rule_with_an_outcome_wins(self, faults):
        faults.add({"times": 1, "error": self.CONFLICT}, {"error": error("AccessDeniedException")})
        assert faults.outcomes(2) == ["ConflictException", "AccessDeniedException"]

    def test_counts_are_exact_under_load(self, faults):
        faults.add({"times": 20, "error": self.CONFLICT})
        with concurrent.futures.ThreadPoolExecutor(8) as pool:
            found = list(pool.map(lambda _: faults.outcome(), range(100)))
        assert found.count("ConflictException") == 20

    def test_steps_follow_each_other(self, faults):
        faults.add({"steps": ["2*error(ThrottlingException)", "ok", "error(ConflictException)"]})
        assert faults.outcomes(5) == ["ThrottlingException"] * 2 + ["ok", "ConflictException", "ok"]


class TestLatency:
    def timed(self, faults, **rule):
        faults.add(rule)
        started = time.monotonic()
        code = faults.outcome()
        return code, time.monotonic() - started

    def test_a_reply_is_held_up_and_then_as_usual(self, faults):
        code, seconds = self.timed(faults, latency={"fixedMs": 300})
        assert (code, 0.3 <= seconds < 3) == ("ok", True)

    def test_an_error_can_be_slow_too(self, faults):
        code, seconds = self.timed(faults, latency={"uniformMs": [200, 250]}, error=error("ConflictException"))
        assert (code, 0.2 <= seconds < 3) == ("ConflictException", True)

    def test_a_slow_request_holds_up_no_other(self, faults):
        faults.add({"operation": "ListProfiles", "latency": {"fixedMs": 500}})
        with concurrent.futures.ThreadPoolExecutor(1) as pool:
            slow = pool.submit(faults.outcome)
            started = time.monotonic()
            assert faults.outcome(operation="ListTransformers") == "ok"
            assert time.monotonic() - started < 0.4
            assert slow.result() == "ok"


class TestCommitted:
    """Outcomes after the handler, when what was asked for has happened."""

    MADE = {**made_up("CreateProfile"), "clientToken": "once"}

    def profiles(self, faults):
        return len(send(faults.endpoint, "ListProfiles", {}).json()["profiles"])

    @pytest.mark.parametrize("when, expected", [("before", 0), ("after", 1)])
    def test_the_reply_is_lost_but_not_the_profile(self, faults, when, expected):
        faults.add({"operation": "CreateProfile", "when": when, "error": error("InternalServerException")})
        reply = send(faults.endpoint, "CreateProfile", self.MADE)
        assert (reply.status_code, self.profiles(faults)) == (500, expected)

    def test_a_retry_after_a_lost_reply_makes_no_second_profile(self, faults):
        faults.add({"operation": "CreateProfile", "when": "after", "times": 1, "error": error("InternalServerException")})
        client = boto3_client("b2bi", faults.endpoint, "test", attempts=3)
        made = client.create_profile(name="n", businessName="b", phone="5555555", logging="DISABLED")
        assert (made["ResponseMetadata"]["RetryAttempts"], self.profiles(faults)) == (1, 1)

    def test_a_request_can_be_carried_out_twice(self, faults):
        faults.add({"operation": "DeleteProfile", "when": "twice"})
        made = send(faults.endpoint, "CreateProfile", self.MADE).json()
        reply = send(faults.endpoint, "DeleteProfile", {"profileId": made["profileId"]})
        assert (reply.headers["x-amzn-ErrorType"], self.profiles(faults)) == ("ResourceNotFoundException", 0)


class TestClients:
    @pytest.mark.parametrize("mode", ["legacy", "standard", "adaptive"])
    def test_boto3_retries_through_a_throttle(self, faults, mode):
        faults.add({"operation": "ListProfiles", "times": 2, "error": error("ThrottlingException")})
        client = boto3_client("b2bi", faults.endpoint, "test", retries={"mode": mode, "total_max_attempts": 4})
        reply = client.list_profiles()
        assert (reply["profiles"], reply["ResponseMetadata"]["RetryAttempts"]) == ([], 2)
        assert faults.rules[0]["completed"]

    @pytest.mark.parametrize("code, attempts", [
        ("ThrottlingException", 3), ("InternalServerException", 3), ("ValidationException", 1), ("ConflictException", 1),
        ("AccessDeniedException", 1), ("ServiceQuotaExceededException", 1),
    ])
    def test_boto3_retries_what_the_model_calls_retryable(self, faults, code, attempts):
        faults.add({"operation": "CreateProfile", "error": error(code)})
        client = boto3_client("b2bi", faults.endpoint, "test", retries={"mode": "standard", "total_max_attempts": 3})
        with pytest.raises(ClientError):
            client.create_profile(name="n", businessName="b", phone="5555555", logging="DISABLED")
        assert faults.rules[0]["matched"] == attempts

    def test_an_attempt_can_be_picked(self, faults):
        faults.add({"attempt": 1, "error": error("ThrottlingException")})
        client = boto3_client("b2bi", faults.endpoint, "test", retries={"mode": "standard", "total_max_attempts": 3})
        assert [client.list_profiles()["ResponseMetadata"]["RetryAttempts"] for _ in range(2)] == [1, 1]

    def test_an_application_can_be_picked(self, faults):
        faults.add({"appId": "orders-*", "error": error("AccessDeniedException")})
        picked, other = (boto3_client("b2bi", faults.endpoint, "test", user_agent_appid=id) for id in ["orders-7", "bills"])
        assert other.list_profiles()["profiles"] == []
        with pytest.raises(picked.exceptions.AccessDeniedException):
            picked.list_profiles()

    def test_boto3_meets_faults_only_in_the_account_they_are_for(self, faults):
        faults.add({"account": "111122223333", "error": error("AccessDeniedException")})
        assert boto3_client("b2bi", faults.endpoint, "444455556666").list_profiles()["profiles"] == []
        with pytest.raises(ClientError, match="AccessDeniedException"):
            boto3_client("b2bi", faults.endpoint, "111122223333").list_profiles()


class TestSources:
    LANGUAGE = "ListProfiles=2*error(ThrottlingException)->off; ListTrans*=error(ConflictException)"
    PROFILES = ["ThrottlingException"] * 2 + ["ok"]

    def check(self, endpoint):
        faults = Faults(endpoint)
        assert faults.outcomes(3) == self.PROFILES
        assert faults.outcomes(2, operation="ListTransformers")[0] == "ConflictException"

    def test_the_flag(self, server_with):
        self.check(server_with("--faults", self.LANGUAGE))

    def test_the_environment(self, server_with):
        self.check(server_with(B2BI_LOCAL_FAULTS=self.LANGUAGE))

    def test_the_flag_counts_more_than_the_environment(self, server_with):
        self.check(server_with("--faults", self.LANGUAGE, B2BI_LOCAL_FAULTS="ListProfiles=error(ConflictException)"))

    def test_the_admin_route_speaks_the_language(self, faults):
        faults.admin("POST", json=self.LANGUAGE)
        self.check(faults.endpoint)

    def test_the_file(self, server_with, tmp_path):
        file = tmp_path / "b2bi-local.toml"
        file.write_text("""
            seed = 42
            strict = true

            [[rules]]
            id = "throttled"
            operation = "ListProfiles"
            times = 2
            error = { code = "ThrottlingException", retryAfterSeconds = 1 }

            [[rules]]
            operation = ["ListTrans*", "ListCap*"]
            error = { code = "ConflictException" }
        """)
        endpoint = server_with("--config", str(file))
        assert Faults(endpoint).admin("GET")["seed"] == 42
        self.check(endpoint)

    def test_the_rules_of_the_file_come_first(self, server_with, tmp_path):
        file = tmp_path / "b2bi-local.toml"
        file.write_text('[[rules]]\ntimes = 1\nerror = { code = "ConflictException" }\n')
        faults = Faults(server_with("--config", str(file), "--faults", "List*=error(AccessDeniedException)"))
        assert faults.outcomes(2) == ["ConflictException", "AccessDeniedException"]
