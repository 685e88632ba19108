"""Fault rules act on S3 as on every other service, and its requests are in the journal."""

import pytest
import requests
from botocore.exceptions import ClientError

from clients import CONNECTIONS, boto3_client

ACCOUNT = "111122223333"
AUTH = {"Authorization": f"AWS4-HMAC-SHA256 Credential={ACCOUNT}/20260101/us-east-1/s3/aws4_request, SignedHeaders=host, Signature=0"}


class Faulty:
    def __init__(self, endpoint):
        self.endpoint = endpoint
        self.s3 = boto3_client("s3", endpoint, ACCOUNT)
        self.s3.create_bucket(Bucket="files")
        self.s3.put_object(Bucket="files", Key="in/a.edi", Body=b"0123456789")
        self.own("DELETE", "journal")

    def own(self, method, path, status=200, **body):
        reply = CONNECTIONS.request(method, f"{self.endpoint}/_b2bi/{path}", **body)
        assert reply.status_code == status, reply.text
        return reply

    def arm(self, *rules):
        self.own("PUT", "faults", json=list(rules))

    def ask(self, method, path="/files/in/a.edi", data=None, **headers):
        return requests.request(method, self.endpoint + path, data=data, headers={**AUTH, **headers}, timeout=10)

    def entries(self, query=""):
        found = self.own("GET", f"journal?service=s3{query}").json()["entries"]
        return [(item["operation"], item["executed"], item["status"], item["error"]) for item in found]


@pytest.fixture
def faulty(server_with):
    return Faulty(server_with())


def error(code, **more):
    return {"error": {"code": code, **more}}


@pytest.mark.parametrize("method, path, rule, status, code", [
    ("GET", "/files/in/a.edi", {"operation": "GetObject", **error("NoSuchKey")}, 404, "NoSuchKey"),
    ("GET", "/files/in/a.edi", error("SlowDown"), 503, "SlowDown"),
    ("GET", "/files/in/a.edi", error("ThrottlingException"), 503, "SlowDown"),
    ("GET", "/files/in/a.edi", error("InternalServerException"), 500, "InternalError"),
    ("GET", "/files/in/a.edi", error("Mine", statusCode=418, message="a & b"), 418, "Mine"),
    ("GET", "/files/in/a.edi", {"service": "s3"}, 503, "ServiceUnavailable"),
    ("GET", "/files/in/a.edi", {"throttle": {"ratePerSecond": 0.001, "burst": 1}, "times": 1, "nth": 1}, 200, None),
    ("GET", "/files?list-type=2", {"operation": "ListObjectsV2"}, 503, "ServiceUnavailable"),
    ("GET", "/", {"operation": "ListBuckets"}, 503, "ServiceUnavailable"),
    ("GET", "/files/in/a.edi", {"resource": "files/in/*"}, 503, "ServiceUnavailable"),
    ("GET", "/files/in/a.edi", {"resource": "arn:aws:s3:::files/*"}, 503, "ServiceUnavailable"),
    ("GET", "/files/in/a.edi", {"resource": "files"}, 503, "ServiceUnavailable"),
    ("GET", "/files/in/a.edi", {"resource": "other/*"}, 200, None),
    ("GET", "/files/in/a.edi", {"account": "999999999999"}, 200, None),
    ("GET", "/files/in/a.edi", {"region": "eu-*"}, 200, None),
    ("GET", "/files/in/a.edi", {"header": {"x-tenant": "blue"}}, 503, "ServiceUnavailable"),
    ("GET", "/files/in/a.edi", {"attempt": 2}, 503, "ServiceUnavailable"),
    ("GET", "/files/none", {"result": "NoSuchKey", "when": "after", **error("SlowDown")}, 503, "SlowDown"),
    ("GET", "/files/none", {"result": "404", "when": "after", **error("SlowDown")}, 503, "SlowDown"),
    ("GET", "/files/none", {"result": "success", "when": "after", **error("SlowDown")}, 404, "NoSuchKey"),
    ("GET", "/files/in/a.edi", {"operation": "GetProfile"}, 200, None),
])
def test_errors_are_those_of_s3(faulty, method, path, rule, status, code):
    faulty.arm({"id": "it", **rule})
    reply = faulty.ask(method, path, **{"x-tenant": "blue", "amz-sdk-request": "attempt=2; max=3"})
    assert reply.status_code == status, reply.text
    acts = code is not None and code != "NoSuchKey" or rule.get("operation") == "GetObject"
    assert reply.headers.get("x-b2bi-fault-id") == ("it" if acts else None)
    if code:
        assert f"<Code>{code}</Code>" in reply.text and "<RequestId>" in reply.text
        subject = f"<Key>{path.removeprefix('/files/')}</Key>" if code == "NoSuchKey" else f"<Resource>{path.partition('?')[0]}</Resource>"
        assert subject in reply.text
    assert faulty.entries()[-1][2:] == (status, code)


def test_throttling_is_slow_down(faulty):
    faulty.arm({"service": "s3", "throttle": {"ratePerSecond": 0.001, "burst": 1}})
    assert faulty.ask("GET").status_code == 200
    reply = faulty.ask("GET")
    assert (reply.status_code, "<Code>SlowDown</Code>" in reply.text) == (503, True)


def test_a_head_has_no_body(faulty):
    faulty.arm({"operation": "HeadObject", **error("SlowDown")})
    reply = faulty.ask("HEAD")
    assert (reply.status_code, reply.content) == (503, b"")


@pytest.mark.parametrize("when, executed, found", [("before", 0, False), ("after", 1, True), ("twice", 2, True)])
def test_the_work_is_done_or_not(faulty, when, executed, found):
    faulty.arm({"operation": "PutObject", "times": 1, "when": when, **error("InternalError")})
    assert faulty.ask("PUT", "/files/new", b"x" * 100_000).status_code == 500
    assert faulty.entries() == [("PutObject", executed, 500, "InternalError")]
    assert (faulty.ask("GET", "/files/new").status_code == 200) == found
    faulty.own("POST", "verify", json={"service": "s3", "operation": "PutObject", "executed": executed, "count": 1})


def test_boto3_gets_through(faulty):
    faulty.arm({"operation": "GetObject", "steps": "error(SlowDown)->reset->ok"})
    got = boto3_client("s3", faulty.endpoint, ACCOUNT, attempts=3).get_object(Bucket="files", Key="in/a.edi")
    assert (got["Body"].read(), got["ResponseMetadata"]["RetryAttempts"]) == (b"0123456789", 2)
    assert faulty.entries() == [("GetObject", 0, 503, "SlowDown"), ("GetObject", 0, None, None), ("GetObject", 1, 200, None)]


@pytest.mark.parametrize("rule", [
    {"connection": {"kind": "reset"}}, {"connection": {"kind": "close", "at": "body"}},
    {"response": {"truncate": {"percent": 50}, "finish": "reset"}}, {"response": {"chunked": "badSize"}},
])
def test_connections_end(faulty, rule):
    faulty.arm({"operation": "GetObject", **rule})
    with pytest.raises(requests.RequestException):
        faulty.ask("GET").content  # noqa: B018
    faulty.arm()
    assert faulty.ask("GET").content == b"0123456789"


@pytest.mark.parametrize("damage, method, body, header", [
    ({"headers": {"x-odd": "1"}}, "GET", b"0123456789", "1"), ({"replaceBody": "else"}, "GET", b"else", None),
    ({"drip": {"bytes": 4, "everyMs": 1}}, "GET", b"0123456789", None), ({"truncate": {"bytes": 0}}, "HEAD", b"", None),
])
def test_replies_are_changed(faulty, damage, method, body, header):
    faulty.arm({"operation": "*Object", "response": damage})
    reply = faulty.ask(method)
    assert (reply.content, reply.headers.get("x-odd")) == (body, header)
    if method == "HEAD":
        assert reply.headers["Content-Length"] == "10"


def test_an_object_that_memory_has_no_room_for_is_told(server_with):
    faulty = Faulty(server_with("--max-body-bytes", "100000"))
    faulty.s3.put_object(Bucket="files", Key="large", Body=b"a" * 200_000)
    faulty.arm({"operation": "GetObject", "response": {"truncate": {"percent": 50}}})
    assert "--max-body-bytes" in faulty.ask("GET", "/files/large").text
    faulty.arm({"operation": "GetObject", "response": {"headers": {"x-odd": "1"}}})
    assert len(faulty.ask("GET", "/files/large").content) == 200_000


def test_a_request_brings_its_own_fault(faulty):
    assert faulty.ask("GET", **{"x-mock-fault": "http(503)"}).status_code == 503
    reply = faulty.ask("GET", **{"x-mock-fault": "error(SlowDwon)"})
    assert (reply.status_code, "`SlowDown`" in reply.text) == (400, True)


@pytest.mark.parametrize("path", ["/_localstack/chaos/faults", "/_b2bi/faults"])
def test_every_route_reaches_it(faulty, path):
    rule = {"service": "s3", "operation": "PutObject"}
    assert CONNECTIONS.post(faulty.endpoint + path, json=[rule]).status_code == 200
    with pytest.raises(ClientError) as raised:
        boto3_client("s3", faulty.endpoint, ACCOUNT, attempts=1).put_object(Bucket="files", Key="k", Body=b"x")
    assert raised.value.response["Error"]["Code"] == "ServiceUnavailable"


def test_a_rule_for_new_connections_reaches_a_client_that_keeps_its_own(faulty):
    one = boto3_client("s3", faulty.endpoint, ACCOUNT, attempts=1)
    one.list_buckets()
    faulty.arm({"connection": {"kind": "reset", "at": "accept"}})
    with pytest.raises(Exception, match="Connection"):
        one.list_buckets()


def test_metrics_say_faulted_where_a_fault_acted(faulty):
    faulty.arm({"operation": "GetObject", "result": "error", "when": "after", **error("SlowDown")})
    faulty.ask("GET"), faulty.ask("GET", "/files/none")
    text = faulty.own("GET", "metrics").text
    labels = 'b2bi_local_requests_total{service="s3",operation="GetObject"'
    assert f'{labels},faulted="false",status="200"}} 1' in text
    assert f'{labels},faulted="true",status="503"}} 1' in text
