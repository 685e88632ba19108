"""Requests that mean no good: each is refused, and the server goes on unharmed."""

import socket
import time
import uuid

import pytest
import requests

from clients import CONNECTIONS, authorization, boto3_client, send

EVIL = "https://evil.example"
SHORT = ["--header-timeout-seconds", "1", "--idle-timeout-seconds", "1", "--max-body-bytes", "20000", "--max-header-bytes", "8192"]
OWN = ["/_b2bi/faults", "/_b2bi/seed", "/_b2bi/journal", "/_b2bi/config", "/_b2bi/metrics", "/_localstack/chaos/faults"]


def address(endpoint):
    host, port = endpoint.split("//")[1].split(":")
    return host, int(port)


def raw(endpoint, *pieces, pause=0.0, max_wait=10):
    """Sends bytes; returns what comes back before the connection ends."""
    with socket.create_connection(address(endpoint), timeout=max_wait) as client:
        try:
            for piece in pieces:
                client.sendall(piece)
                time.sleep(pause)
        except OSError:
            pass
        answer = b""
        try:
            while piece := client.recv(65536):
                answer += piece
        except ConnectionResetError:
            pass
        return answer


def head(line="POST / HTTP/1.1", **headers):
    lines = [line, "Host: localhost", *(f"{name.replace('_', '-')}: {value}" for name, value in headers.items())]
    return "\r\n".join([*lines, "", ""]).encode()


@pytest.fixture(scope="module")
def short(request):
    """A server with short timeouts."""
    from server import Server

    with Server(*SHORT) as server:
        yield server.endpoint
        # After everything that was done to it.
        assert send(server.endpoint, "ListProfiles", {}).json() == {"profiles": []}
        assert CONNECTIONS.get(f"{server.endpoint}/_b2bi/faults").json()["rules"] == []


MALFORMED = [
    b"\x00" * 100 + b"\r\n\r\n",
    b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + b"\x00" * 50,
    b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    b"GET\r\n\r\n",
    b"GET / HTTP/9.9\r\n\r\n",
    b"GET  /  HTTP/1.1\r\n\r\n",
    b"GET /a b HTTP/1.1\r\nHost: x\r\n\r\n",
    b"GET /\xff\xfe HTTP/1.1\r\nHost: x\r\n\r\n",
    b"G\x01T / HTTP/1.1\r\nHost: x\r\n\r\n",
    b"GET / HTTP/1.1\r\nHost x\r\n\r\n",
    b"GET / HTTP/1.1\r\n: x\r\n\r\n",
    b"GET / HTTP/1.1\r\nHo st: x\r\n\r\n",
    b"GET / HTTP/1.1\r\nX: a\x00b\r\n\r\n",
    b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n",
    b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1e3\r\n\r\n",
    b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 99999999999999999999999\r\n\r\n",
    b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab",
    b"POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: gzip\r\n\r\n",
    b"POST / HTTP/1.1\r\nHost: x\r\nX-Amz-Target: B2BI.ListProfiles\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
    b"POST / HTTP/1.1\r\nHost: x\r\nX-Amz-Target: B2BI.ListProfiles\r\nTransfer-Encoding: chunked\r\n\r\nfffffffffffffffff\r\n",
    b"POST / HTTP/1.1\r\nHost: x\r\nX-Amz-Target: B2BI.ListProfiles\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nabc\r\n",
    b"DELETE /_b2bi/faults?id=%00 HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n",
    b"POST /_b2bi/faults HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Length: 4\r\n\r\n\xff\xfe{}",
    b"PUT /_b2bi/seed HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Length: 11\r\n\r\n{\"seed\":-1}",
]  # fmt: skip


class TestMalformed:
    @pytest.mark.parametrize("bytes", MALFORMED, ids=range(len(MALFORMED)))
    def test_it_is_refused_or_hung_up_on(self, short, bytes):
        answer = raw(short, bytes)
        assert answer == b"" or answer.split(b" ")[1][:1] == b"4", answer

    @pytest.mark.parametrize("body", [b"[" * 9000, b'{"a":' * 3000, b'{"name":"' + b"\\ud800" * 2000 + b'"}', b"1" * 9000, b"\x00"])
    def test_bodies_that_are_no_inputs(self, short, body):
        headers = {"Authorization": authorization(), "X-Amz-Target": "B2BI.CreateProfile"}
        assert CONNECTIONS.post(short, data=body, headers=headers).status_code == 400


class TestTooMuch:
    @pytest.mark.parametrize("request_, status", [
        (head(x="a" * 9000), b"431"),
        (head(**{f"x{number}": "a" for number in range(101)}), b"431"),
        (head(f"GET /{'a' * 70000} HTTP/1.1"), b"414"),
        (head(f"GET /{'a' * 9000} HTTP/1.1"), b"431"),
        (head(x_amz_target="B2BI.ListProfiles", content_length=10**9), b"403"),
    ])  # fmt: skip
    def test_heads(self, short, request_, status):
        answer = raw(short, request_, b"a" * 200000)
        assert answer == b"" or answer.split(b" ")[1] in (status, b"431", b"413", b"408"), answer

    @pytest.mark.parametrize("path", ["/", "/_b2bi/faults", "/_localstack/chaos/faults"])
    def test_bodies(self, short, path):
        headers = {"Authorization": authorization(), "X-Amz-Target": "B2BI.ListProfiles"}
        reply = requests.post(short + path, data=b" " * 20001, headers=headers)
        assert reply.status_code == 413 and "20000 bytes" in reply.text

    def test_a_body_of_pieces_without_end(self, short):
        pieces = (b" " * 1000 for _ in range(10**6))
        headers = {"Authorization": authorization(), "X-Amz-Target": "B2BI.ListProfiles"}
        try:
            assert requests.post(short, data=pieces, headers=headers).status_code == 413
        except requests.exceptions.ConnectionError:
            pass  # The server hung up while more was coming.

    def test_connections(self, server_with):
        endpoint = server_with("--max-connections", "3")
        seats = [socket.create_connection(address(endpoint)) for _ in range(3)]
        for seat in seats:
            seat.sendall(head("GET /_b2bi/health HTTP/1.1"))
            assert seat.recv(12) == b"HTTP/1.1 200"
        for _ in range(20):
            answer = raw(endpoint)
            assert answer.startswith(b"HTTP/1.1 503") and answer.endswith(b'in use"}'), answer
        seats.pop().close()
        deadline = time.monotonic() + 10
        while requests.get(f"{endpoint}/_b2bi/health").status_code != 200:
            assert time.monotonic() < deadline
        for seat in seats:
            seat.close()


class TestTooSlow:
    """Every one of these ends in two seconds or so, though the client would go on."""

    @pytest.mark.parametrize("pieces, status", [
        ([], b""),
        ([b"POST / HT"], b""),
        ([head()[:-2]], b""),
        ([head(x_amz_target="B2BI.ListProfiles", content_length=10, authorization="x"), b"{"], b"408"),
        ([head("PUT /_b2bi/seed HTTP/1.1", content_length=10), b"{"], b"408"),
    ])  # fmt: skip
    def test_silence(self, short, pieces, status):
        begun = time.monotonic()
        answer = raw(short, *pieces)
        assert time.monotonic() - begun < 5
        assert status in answer and b" 200 " not in answer, answer

    def test_a_drip(self, short):
        drip = [head(x_amz_target="B2BI.ListProfiles", content_length=1000), *[b" "] * 30]
        begun = time.monotonic()
        assert b" 408 " in raw(short, *drip, pause=0.1)
        assert time.monotonic() - begun < 8

    def test_a_slow_body_that_keeps_coming_is_read(self, short):
        """It takes two seconds in all, twice as long as its sender may be silent."""
        drip = [head(x_amz_target="B2BI.ListProfiles", content_length=20, authorization=authorization())]
        drip += [b" "] * 18 + [b"{}"]
        assert b" 200 " in raw(short, *drip, pause=0.1)

    def test_a_drip_of_headers(self, short):
        begun = time.monotonic()
        assert b" 200 " not in raw(short, b"POST / HTTP/1.1\r\n", *[b"X: y\r\n"] * 30, pause=0.1)
        assert time.monotonic() - begun < 8

    def test_an_upload_that_stops(self, short):
        put = head("PUT /some-bucket/key HTTP/1.1", content_length=1000, authorization=authorization(service="s3"))
        assert b" 200 " not in raw(short, put, b"a")

    def test_a_client_that_takes_nothing(self, server_with):
        endpoint = server_with("--idle-timeout-seconds", "1")
        s3 = boto3_client("s3", endpoint, "test")
        s3.create_bucket(Bucket="long")
        s3.put_object(Bucket="long", Key="long", Body=b"a" * 20_000_000)
        with socket.create_connection(address(endpoint)) as client:
            client.sendall(head("GET /long/long HTTP/1.1", authorization=authorization(service="s3")))
            s3.close()
            deadline = time.monotonic() + 10
            # One connection is the question's own.
            while "\nb2bi_local_connections 1\n" not in requests.get(f"{endpoint}/_b2bi/metrics").text:
                assert time.monotonic() < deadline, "the connection is still served"
                time.sleep(0.05)


class TestPages:
    """What a page can do that somebody looks at: it cannot hide its origin, nor the host it means."""

    @pytest.mark.parametrize("path", OWN)
    @pytest.mark.parametrize("headers", [
        {"Origin": EVIL},
        {"Origin": "null"},
        {"Origin": "http://localhost.evil.example"},
        {"Host": "evil.example:4577"},
        {"Host": "127.0.0.1.evil.example"},
        {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "no-cors"},
    ])  # fmt: skip
    def test_own_routes(self, short, path, headers):
        for method in ["GET", "POST", "PUT", "DELETE"]:
            reply = CONNECTIONS.request(method, short + path, headers={"Content-Type": "text/plain", **headers}, data="[]")
            assert reply.status_code == 403 and "error" in reply.json(), reply.text
            assert "Access-Control-Allow-Origin" not in reply.headers

    def test_the_api(self, short):
        headers = {"Authorization": authorization(), "X-Amz-Target": "B2BI.ListProfiles", "Origin": EVIL}
        reply = CONNECTIONS.post(short, data=b"{}", headers=headers)
        assert (reply.status_code, reply.headers["x-amzn-ErrorType"]) == (403, "AccessDeniedException")
        assert EVIL in reply.json()["message"] and "Access-Control-Allow-Origin" not in reply.headers

    def test_a_preflight(self, short):
        asked = {"Origin": EVIL, "Access-Control-Request-Method": "POST"}
        reply = CONNECTIONS.options(short, headers=asked)
        assert reply.status_code == 403 and "Access-Control-Allow-Origin" not in reply.headers

    def test_a_form_that_uploads(self, short):
        reply = CONNECTIONS.post(f"{short}/some-bucket", data={"key": "a"}, headers={"Origin": EVIL})
        assert reply.status_code == 403

    def test_origins_can_be_allowed(self, server_with):
        endpoint = server_with("--allowed-origins", "https://app.example")
        for origin, status in [("https://app.example", 200), ("https://app.example.evil.example", 403)]:
            assert requests.get(f"{endpoint}/_b2bi/faults", headers={"Origin": origin}).status_code == status

    def test_hosts_can_be_allowed(self, server_with):
        endpoint = server_with("--allowed-hosts", "emulator")
        assert requests.get(f"{endpoint}/_b2bi/faults", headers={"Host": "emulator:4577"}).status_code == 200

    def test_following_a_link_to_the_health_is_no_harm(self, short):
        headers = {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate"}
        assert CONNECTIONS.get(f"{short}/_b2bi/health", headers=headers).status_code == 200


class TestTokens:
    @pytest.mark.parametrize("path", OWN)
    def test_others_can_reach_it_so_a_token_is_needed(self, server_with, path):
        endpoint = server_with("--listen", "0.0.0.0:0").replace("0.0.0.0", "127.0.0.1")
        reply = requests.get(endpoint + path)
        assert reply.status_code == 403 and "--admin-token" in reply.json()["error"]
        assert requests.get(f"{endpoint}/_b2bi/health").status_code == 200
        assert requests.get(f"{endpoint}/_localstack/health").status_code == 200
        assert send(endpoint, "ListProfiles", {}).status_code == 200

    @pytest.mark.parametrize("listen", ["127.0.0.1:0", "0.0.0.0:0"])
    @pytest.mark.parametrize("given, status", [
        (None, 401), ("hush", 401), ("Bearer", 401), ("Bearer hus", 401), ("Bearer hushh", 401), ("Bearer hush", 200),
        ("Basic aHVzaDo=", 401),
    ])  # fmt: skip
    def test_the_token_is_asked_for(self, server_with, listen, given, status):
        endpoint = server_with("--listen", listen, "--admin-token", "hush").replace("0.0.0.0", "127.0.0.1")
        headers = {"Authorization": given} if given else {}
        assert requests.get(f"{endpoint}/_b2bi/faults", headers=headers).status_code == status


PATHS = [
    "/_b2bi/../_b2bi/faults", "/x/../_b2bi/faults", "/./_b2bi/faults", "//_b2bi/faults", "/_b2bi//faults", "/_B2BI/faults",
    "/%5fb2bi/faults", "/_b2bi%2ffaults", "/_b2bi/faults%00", "/_b2bi/faults/..", "/_b2bi/%2e%2e/etc/passwd",
    "/../../../../etc/passwd", "/..%2f..%2fetc%2fpasswd", "/some-bucket/../../etc/passwd", "/_b2bi/faults;x=1",
    "/_localstack/../_b2bi/faults", "/_b2bi\\faults", "/_b2bi/faults/presets/../../seed", "/_b2bi/presets/%252e",
    "http://evil.example/_b2bi/faults", "http://127.0.0.1:1/_b2bi/faults", "*", "evil.example:80", "?", "/%", "/%zz", "/_b2bi/faults?id=%ff",
]  # fmt: skip


class TestPaths:
    """No spelling of a path gets round the checks, or out of the server."""

    @pytest.mark.parametrize("path", PATHS)
    @pytest.mark.parametrize("method", ["GET", "DELETE"])
    def test_tricks(self, short, path, method):
        mark = uuid.uuid4().hex
        own = CONNECTIONS.post(f"{short}/_b2bi/faults", json=[{"id": mark, "operation": "TestMapping", "error": {"code": "ConflictException"}}])
        assert own.status_code == 200, own.text
        answer = raw(short, f"{method} {path} HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\n\r\n".encode("latin-1"))
        left = CONNECTIONS.get(f"{short}/_b2bi/faults").json()["rules"]
        assert CONNECTIONS.delete(f"{short}/_b2bi/faults?id={mark}").status_code == 200
        assert mark in [rule["id"] for rule in left]
        assert mark.encode() not in answer and b"root:" not in answer
        assert answer == b"" or answer.split(b" ")[1][:1] in b"4", answer

    @pytest.mark.parametrize("method", ["TRACE", "CONNECT", "OPTIONS", "PATCH", "BREW"])
    def test_methods(self, short, method):
        target = "evil.example:443" if method == "CONNECT" else "/"
        answer = raw(short, f"{method} {target} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n".encode())
        assert b"evil" not in answer and answer.split(b" ")[1][:1] in (b"4", b"5"), answer
