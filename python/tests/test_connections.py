"""Connections that end too soon and replies that are damaged, over a raw socket and as boto3 meets them."""

import socket
import time
import urllib.parse

import pytest
from botocore import exceptions

from clients import CONNECTIONS, boto3_client, headers_for
from examples import made_up

BODY = '{"profiles":[]}'
FIN, RST, OPEN = "FIN", "RST", "OPEN"
FAST = {"read_timeout": 1}


class Faulty:
    """A server with a fault rule."""

    def __init__(self, endpoint):
        self.endpoint = endpoint

    def admin(self, method, path, **body):
        reply = CONNECTIONS.request(method, f"{self.endpoint}/_b2bi/{path}", **body)
        assert reply.status_code == 200, reply.text
        return reply.json()

    def fault(self, rule):
        self.admin("POST", "faults", json=rule)
        return self

    def journal(self):
        return [(entry["executed"], entry["status"]) for entry in self.admin("GET", "journal")["entries"]]

    def exchange(self, operation="ListProfiles", body=b"{}", max_wait=5):
        """What a raw socket gets for a call, and how the connection ends."""
        url = urllib.parse.urlsplit(self.endpoint)
        lines = [f"{name}: {value}" for name, value in headers_for(operation).items()]
        head = "\r\n".join(["POST / HTTP/1.1", f"Host: {url.netloc}", f"Content-Length: {len(body)}", *lines, "", ""])
        with socket.create_connection((url.hostname, url.port), max_wait) as connection:
            connection.sendall(head.encode() + body)
            return received(connection)

    def client(self, mode, **config):
        retries = {"mode": mode, "total_max_attempts": 3}
        return boto3_client("b2bi", self.endpoint, "111122223333", retries=retries, **FAST, **config)


def received(connection):
    data = b""
    while True:
        try:
            piece = connection.recv(65536)
        except ConnectionResetError:
            return data, RST
        except TimeoutError:
            return data, OPEN
        if not piece:
            return data, FIN
        data += piece


@pytest.fixture
def faulty(server_with):
    return Faulty(server_with("--seed", "7"))


def connection(kind, **members):
    return {"connection": {"kind": kind, **members}}


def response(**members):
    return {"response": members}


class TestConnections:
    @pytest.mark.parametrize("rule, executed, data, end", [
        (connection("reset"), 0, "", RST), (connection("close"), 0, "", FIN), (connection("reset", at="accept"), None, "", RST),
        ({**connection("reset"), "when": "after"}, 1, "", RST), ({**connection("close"), "when": "twice"}, 2, "", FIN),
        (connection("close", afterBytes=10), 1, "HTTP/1.1 2", FIN), (connection("reset", holdMs=50), 0, "", RST),
    ])
    def test_it_ends_before_the_body(self, faulty, rule, executed, data, end):
        assert faulty.fault(rule).exchange() == (data.encode(), end)
        assert [value for value, _ in faulty.journal()] == ([] if executed is None else [executed])

    @pytest.mark.parametrize("rule, body, end", [
        (connection("reset", at="body", afterBytes=4), BODY[:4], RST), (connection("close", at="body"), BODY[:7], FIN),
        (connection("reset", at="end"), BODY, RST), (connection("close", at="end"), BODY, FIN),
    ])
    def test_it_ends_in_or_after_the_body(self, faulty, rule, body, end):
        data, found = faulty.fault(rule).exchange()
        head, _, found_body = data.partition(b"\r\n\r\n")
        assert (found_body.decode(), found) == (body, end)
        assert head.startswith(b"HTTP/1.1 200 OK\r\n") and b"content-length: 15" in head and b"x-b2bi-fault-id" in head
        assert faulty.journal() == [(1, 200)]

    # What is sent of the reply before a connection ends at each place: nothing, the head's start, half of the body, all.
    @pytest.mark.parametrize("kind", ["reset", "close", "stall", "garbage"])
    @pytest.mark.parametrize("at, sent", [("accept", ""), ("headers", ""), ("body", BODY[:7]), ("end", BODY)])
    def test_each_kind_at_each_place(self, faulty, kind, at, sent):
        hold = {"holdMs": 60_000} if kind == "stall" else {}
        data, end = faulty.fault(connection(kind, at=at, **hold)).exchange(max_wait=0.3 if kind == "stall" else 5)
        garbage = b"\x15\x03" if kind == "garbage" else b""
        head, garbled, _ = data.partition(garbage) if garbage else (data, b"", b"")
        assert (garbled, end) == (garbage, {"reset": RST, "stall": OPEN}.get(kind, FIN))
        assert head.decode().endswith(sent) and head.startswith(b"HTTP/1.1 200") == bool(sent)
        assert [value for value, _ in faulty.journal()] == {"accept": [], "headers": [0]}.get(at, [1])

    def test_garbage_is_no_http(self, faulty):
        data, end = faulty.fault(connection("garbage")).exchange()
        assert (b"HTTP" in data, len(data) > 20, end) == (False, True, FIN)

    def test_a_stall_lasts_until_the_client_goes_or_the_time_is_over(self, faulty):
        assert faulty.fault(connection("stall")).exchange(max_wait=0.3) == (b"", OPEN)
        faulty.admin("DELETE", "faults")
        started = time.monotonic()
        assert faulty.fault(connection("stall", holdMs=300)).exchange() == (b"", FIN)
        assert time.monotonic() - started >= 0.3

    def test_own_routes_are_spared_at_accept(self, faulty):
        faulty.fault(connection("close", at="accept"))
        assert faulty.exchange() == (b"", FIN)
        CONNECTIONS.close()
        assert faulty.admin("GET", "faults")["rules"][0]["matched"] == 1

    def test_steps_of_the_language_end_connections(self, faulty):
        faulty.fault("ListProfiles=reset->close(body)->2*truncate(20%,reset)->json(html)->off")
        found = [(data.partition(b"\r\n\r\n")[2].decode(), end) for data, end in (faulty.exchange() for _ in range(4))]
        assert found == [("", RST), (BODY[:7], FIN), (BODY[:3], RST), (BODY[:3], RST)]

    def test_the_server_stops_though_a_connection_stalls(self, faulty):
        url = urllib.parse.urlsplit(faulty.fault(connection("stall", at="accept")).endpoint)
        with socket.create_connection((url.hostname, url.port)) as held:
            held.sendall(b"POST / HTTP/1.1\r\n\r\n")


class TestDamage:
    @pytest.mark.parametrize("rule, header, body, end", [
        (response(truncate={"bytes": 4}), "content-length: 15", BODY[:4], FIN),
        (response(truncate={"percent": 50}, finish="reset"), "content-length: 15", BODY[:7], RST),
        (response(contentLength=4), "content-length: 4", BODY, FIN), (response(contentLength=99), "content-length: 99", BODY, FIN),
        (response(chunked="unterminated"), "transfer-encoding: chunked", f"f\r\n{BODY}\r\n", FIN),
        (response(drip={"bytes": 5, "everyMs": 20}), "content-length: 15", BODY, FIN),
    ])
    def test_replies_are_damaged_on_their_way(self, faulty, rule, header, body, end):
        data, found = faulty.fault(rule).exchange()
        head, _, found_body = data.partition(b"\r\n\r\n")
        assert (found_body.decode(), found) == (body, end)
        assert header in head.decode() and faulty.journal() == [(1, 200)]

    def test_a_drip_takes_its_time(self, faulty):
        started = time.monotonic()
        faulty.fault(response(drip={"bytes": 5, "everyMs": 100})).exchange()
        assert time.monotonic() - started >= 0.3

    @pytest.mark.parametrize("rule, body", [
        (response(drop=["/profiles"]), "{}"), (response(set={"/profiles": "x", "/more": [1]}), '{"profiles":"x","more":[1]}'),
        (response(replaceBody="null"), "null"), (response(replaceBody=""), ""),
    ])
    def test_bodies_are_changed_and_the_connection_goes_on(self, faulty, rule, body):
        faulty.fault(rule)
        replies = [CONNECTIONS.post(faulty.endpoint, data=b"{}", headers=headers_for("ListProfiles")) for _ in range(2)]
        assert [(reply.status_code, reply.text) for reply in replies] == [(200, body)] * 2

    def test_headers_are_put_in_the_place_of_others(self, faulty):
        faulty.fault(response(headers={"content-type": "text/html", "x-mine": "yes"}))
        reply = CONNECTIONS.post(faulty.endpoint, data=b"{}", headers=headers_for("ListProfiles"))
        assert (reply.headers["content-type"], reply.headers["x-mine"], reply.text) == ("text/html", "yes", BODY)


CLOSED, TIMEOUT = exceptions.ConnectionClosedError, exceptions.ReadTimeoutError


@pytest.mark.parametrize("mode", ["legacy", "standard"])
class TestClients:
    """What boto3 1.44 makes of it; the measurements of the reference say the same."""

    @pytest.mark.parametrize("rule, raised, attempts, executed", [
        (connection("reset"), CLOSED, 3, 0), (connection("close"), CLOSED, 3, 0), (connection("garbage"), CLOSED, 3, 0),
        (connection("close", afterBytes=10), CLOSED, 3, 3), (connection("stall"), TIMEOUT, 3, 0),
        ({**connection("reset"), "when": "after"}, CLOSED, 3, 3), (connection("reset", at="body"), CLOSED, 3, 3),
        (connection("stall", at="body"), TIMEOUT, 3, 3), (response(truncate={"percent": 50}, finish="reset"), CLOSED, 3, 3),
        (response(chunked="badSize"), CLOSED, 3, 3), (response(chunked="unterminated"), CLOSED, 3, 3),
        (response(replaceBody="null"), AttributeError, 1, 1), (response(replaceBody="[]"), AttributeError, 1, 1),
    ])
    def test_exceptions_and_attempts(self, faulty, mode, rule, raised, attempts, executed):
        faulty.fault(rule)
        with pytest.raises(raised):
            faulty.client(mode).list_profiles()
        assert (len(faulty.journal()), sum(value for value, _ in faulty.journal())) == (attempts, executed)

    @pytest.mark.parametrize("rule, reply", [
        (response(contentLength=4), {}), (response(replaceBody="<html>"), {}), (response(replaceBody=""), {}),
        (response(drip={"bytes": 1, "everyMs": 50}), {"profiles": []}), (connection("close", at="end"), {"profiles": []}),
        (response(truncate={"percent": 50}), {}), (connection("close", at="body"), {}), (response(drop=["/profiles"]), {}),
        (response(set={"/nextToken": ""}), {"profiles": [], "nextToken": ""}),
    ])
    def test_what_boto3_takes_for_a_success(self, faulty, mode, rule, reply):
        found = faulty.fault(rule).client(mode).list_profiles()
        found.pop("ResponseMetadata")
        assert (found, faulty.journal()) == (reply, [(1, 200)])

    def test_a_lost_reply_is_made_good_by_the_next_attempt(self, faulty, mode):
        faulty.fault({"operation": "CreateProfile", "attempt": 1, "when": "after", **connection("reset")})
        made = faulty.client(mode).create_profile(**made_up("CreateProfile"))
        profiles = faulty.client(mode).list_profiles()["profiles"]
        assert ([profile["profileId"] for profile in profiles], made["ResponseMetadata"]["RetryAttempts"]) == ([made["profileId"]], 1)

    def test_refused_at_accept(self, faulty, mode):
        faulty.fault({"times": 2, **connection("reset", at="accept")})
        reply = faulty.client(mode).list_profiles()
        assert (reply["profiles"], reply["ResponseMetadata"]["RetryAttempts"]) == ([], 2)
