"""`--upstream`: what is not served here is passed to another emulator; here that is a small server."""

import http.server
import socket
import threading

import boto3
import pytest
import requests
from botocore.config import Config
from botocore.exceptions import ClientError

from clients import CONNECTIONS, authorization, boto3_client, send

PIECE = b"x" * 65536


class Echo(http.server.BaseHTTPRequestHandler):
    """Answers with what it was sent; `/endless` streams, `/abrupt` breaks off, `/slow` waits to be told."""

    protocol_version = "HTTP/1.1"
    may_go_on = threading.Event()

    def do_POST(self):
        if self.headers.get("Transfer-Encoding") == "chunked":
            body = b""
            while size := int(self.rfile.readline(), 16):
                body += self.rfile.read(size)
                self.rfile.readline()
            self.rfile.readline()
        else:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        self.reply(body)

    def do_GET(self):
        if self.path.startswith("/_slow"):
            self.begin(2)
            self.wfile.write(b"a")
            self.wfile.flush()
            assert self.may_go_on.wait(30)
            self.wfile.write(b"b")
        elif self.path.startswith("/_abrupt"):
            self.begin(1000)
            self.wfile.write(b"a")
            self.close_connection = True
        else:
            self.reply(b"")

    do_PUT = do_POST

    def begin(self, length):
        self.send_response(200)
        self.send_header("Content-Length", str(length))
        self.end_headers()

    def reply(self, body):
        self.send_response(418 if "teapot" in self.path else 200)
        seen = {name.lower(): value for name, value in self.headers.items()}
        for name in ["host", "connection", "expect", "x-kept", "x-dropped", "x-b2bi-local-passed"]:
            self.send_header(f"seen-{name}", seen.get(name, "none"))
        self.send_header("seen-path", f"{self.command} {self.path}")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


@pytest.fixture(scope="module")
def echo():
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Echo)
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


@pytest.fixture
def front(server_with, echo):
    return server_with("--upstream", echo)


def signed(service):
    return {"Authorization": authorization(service=service)}


class TestWhatIsPassed:
    def test_services_that_are_not_here(self, front):
        reply = CONNECTIONS.post(f"{front}/queue?x=%2F", data=b"body", headers=signed("sqs"))
        assert (reply.content, reply.headers["seen-path"]) == (b"body", "POST /queue?x=%2F")

    def test_targets_that_nobody_has(self, front):
        headers = {"X-Amz-Target": "DynamoDB_20120810.GetItem", **signed("dynamodb")}
        assert CONNECTIONS.post(front, data=b"{}", headers=headers).content == b"{}"

    def test_actions_that_sts_has_not(self, front):
        form = {"Action": "AssumeRoot", "Version": "2011-06-15"}
        reply = CONNECTIONS.post(front, data=form, headers=signed("sts"))
        assert reply.text == "Action=AssumeRoot&Version=2011-06-15"

    def test_an_emulators_own_routes(self, front):
        for path in ["/moto-api/data.json", "/_aws/sqs/messages"]:
            assert CONNECTIONS.get(front + path).headers["seen-path"] == f"GET {path}"

    def test_our_services_stay(self, front):
        assert send(front, "ListProfiles", {}).json() == {"profiles": []}
        assert boto3_client("s3", front, "111122223333").list_buckets()["Buckets"] == []
        assert boto3_client("sts", front, "111122223333").get_caller_identity()["Account"] == "111122223333"
        reply = CONNECTIONS.post(front, data=b"{}", headers={"X-Amz-Target": "B2BI.Nothing", **signed("b2bi")})
        assert reply.headers["x-amzn-ErrorType"] == "UnknownOperationException"

    def test_what_the_setting_names_goes_too(self, server_with, echo):
        front = server_with("--upstream", echo, "--upstream-services", "s3,sts")
        assert CONNECTIONS.put(f"{front}/bucket", headers=signed("s3")).headers["seen-path"] == "PUT /bucket"
        form = {"Action": "GetCallerIdentity"}
        assert CONNECTIONS.post(front, data=form, headers=signed("sts")).text == "Action=GetCallerIdentity"


class TestHow:
    def test_headers_of_the_connection_stay_behind(self, front):
        headers = {"Connection": "keep-alive, X-Dropped", "X-Dropped": "1", "X-Kept": "1", "Expect": "100-continue"}
        seen = requests.post(front, data=b"a", headers={**headers, **signed("sqs")}).headers
        assert [seen[f"seen-{name}"] for name in ["x-kept", "x-dropped", "expect"]] == ["1", "none", "none"]

    def test_the_host_stays(self, front):
        assert CONNECTIONS.get(front, headers={"Host": "queue.example", **signed("sqs")}).headers["seen-host"] == "queue.example"

    def test_statuses_stay(self, front):
        assert CONNECTIONS.post(f"{front}/teapot", headers=signed("sqs")).status_code == 418

    def test_a_reply_is_passed_as_it_comes(self, front):
        Echo.may_go_on.clear()
        with requests.get(f"{front}/_slow", stream=True) as reply:
            body = reply.iter_content(1)
            assert next(body) == b"a"
            Echo.may_go_on.set()
            assert next(body) == b"b"

    def test_a_body_longer_than_what_is_held_here(self, server_with, echo):
        front = server_with("--upstream", echo, "--max-body-bytes", "1000")
        reply = CONNECTIONS.post(front, data=(PIECE for _ in range(64)), headers=signed("sqs"))
        assert len(reply.content) == 64 * len(PIECE)

    def test_a_reply_that_breaks_off_breaks_off_here(self, front):
        with pytest.raises(requests.exceptions.ChunkedEncodingError):
            requests.get(f"{front}/_abrupt").content  # noqa: B018


class TestErrors:
    @pytest.fixture
    def gone(self, server_with):
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.url = f"http://127.0.0.1:{free.getsockname()[1]}"
        return server_with("--upstream", self.url)

    @pytest.mark.parametrize("service, operation", [("sqs", "list_queues"), ("sns", "list_topics"), ("lambda", "list_functions")])
    def test_boto3_hears_which_upstream_does_not_answer(self, gone, service, operation):
        client = boto3.client(service, endpoint_url=gone, region_name="us-east-1", aws_access_key_id="a",
                              aws_secret_access_key="b", config=Config(retries={"total_max_attempts": 1}))  # fmt: skip
        with pytest.raises(ClientError) as caught:
            getattr(client, operation)()
        told = caught.value.response
        assert told["ResponseMetadata"]["HTTPStatusCode"] == 502
        assert told["Error"]["Code"] == "UpstreamUnavailableException" or service == "lambda"
        assert self.url in str(caught.value) and "refused" in str(caught.value)

    def test_ours_answers_all_the_same(self, gone):
        assert send(gone, "ListProfiles", {}).json() == {"profiles": []}

    def test_a_loop_is_found_out(self, server_with):
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        front = server_with("--listen", f"127.0.0.1:{port}", "--upstream", f"http://127.0.0.1:{port}")
        reply = CONNECTIONS.post(front, headers=signed("sqs"))
        assert reply.status_code == 502 and "leads back" in reply.text

    @pytest.mark.parametrize("flags, told", [
        (["--upstream", "https://127.0.0.1"], "must be http://HOST:PORT"),
        (["--upstream", "127.0.0.1:5000"], "must be http://HOST:PORT"),
        (["--upstream", "http://127.0.0.1:5000/path"], "must be http://HOST:PORT"),
        (["--upstream-services", "s3"], "needs --upstream"),
        (["--upstream", "http://127.0.0.1:1", "--upstream-services", "b2bi"], "cannot contain b2bi"),
    ])  # fmt: skip
    def test_settings_that_make_no_sense(self, flags, told):
        import subprocess

        from server import BINARY

        run = subprocess.run([BINARY, *flags], capture_output=True, text=True, timeout=30)
        assert run.returncode == 1 and told in run.stderr
