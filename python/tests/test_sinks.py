"""Sinks: events and log records that go to files, webhooks, EventBridge and CloudWatch Logs of themselves."""

import datetime
import http.server
import ipaddress
import json
import re
import socket
import ssl
import subprocess
import threading

import pytest
import requests
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

import edi
from clients import boto3_client, checked_client
from pipeline import Pipeline, until
from server import BINARY, Server, foreign_environment
from world import World

PROFILE_STATES = 6


class Ear(http.server.ThreadingHTTPServer):
    """A server that keeps what it is sent; it answers from a list, and when that is empty as usual."""

    def __init__(self, usual=(204, b"")):
        super().__init__(("127.0.0.1", 0), Listener)
        self.received, self.answers, self.usual = [], [], usual
        self.url = f"http://127.0.0.1:{self.server_port}"
        threading.Thread(target=self.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()

    def bodies(self, count):
        """What was received, as soon as it is so much."""
        return until(lambda: [json.loads(body) for _, _, body in list(self.received)], lambda value: len(value) >= count)


class Listener(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.received.append((self.path, {name.lower(): value for name, value in self.headers.items()}, body))
        status, reply = self.server.answers.pop(0) if self.server.answers else self.server.usual
        self.send_response(status)
        self.send_header("Content-Length", str(len(reply)))
        self.end_headers()
        self.wfile.write(reply)

    def log_message(self, *_):
        pass


@pytest.fixture
def ear():
    with Ear() as ear:
        yield ear
        ear.shutdown()


@pytest.fixture(scope="module")
def moto():
    """The URL of a moto server."""
    server = pytest.importorskip("moto.server").ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()


@pytest.fixture
def pipeline(world_with):
    """A pipeline on a server with flags of its own."""

    def start(*flags):
        world = world_with(*flags)
        return Pipeline(world, world.b2bi.meta.endpoint_url)

    return start


def free_port():
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return free.getsockname()[1]


def listed(item):
    return [entry["event"] for entry in item.told("events")]


def dead(item, count=1, what="events"):
    """The dead letters, when there are so many."""
    def look():
        reply = requests.get(f"{item.endpoint}/_b2bi/{what}/dead")
        assert reply.status_code == 200, reply.text
        return reply.json()

    return until(look, lambda found: len(found["dead"]) >= count)


def tally(item, sink, what="events"):
    [found] = requests.get(f"{item.endpoint}/_b2bi/{what}/dead", params={"sink": sink}).json()["sinks"]
    return found


class TestWebhook:
    def test_every_event_arrives_as_eventbridge_carries_it(self, pipeline, ear):
        flow = pipeline("--events-webhook", f"{ear.url}/hook?key=secret")
        flow.drop(edi.order())
        assert ear.bodies(3) == listed(flow)
        path, headers, _ = ear.received[0]
        assert (path, headers["content-type"]) == ("/hook?key=secret", "application/json")
        assert re.fullmatch(r"b2bi-local/[\d.]+", headers["user-agent"])
        found = until(lambda: tally(flow, "webhook*"), lambda found: found["sent"] == 3)
        assert found == {"sink": f"webhook {ear.url}/hook", "waiting": 0, "sent": 3, "failedAttempts": 0, "givenUp": 0}

    def test_one_that_fails_is_tried_again_and_holds_up_no_other(self, pipeline, ear):
        ear.answers = [(500, b"busy"), (429, b"")]
        flow = pipeline("--events-webhook", ear.url)
        flow.drop(edi.order())
        first, second, third, *again = ear.bodies(5)
        assert [first, second, third] == listed(flow)
        assert sorted(again, key=json.dumps) == sorted([first, second], key=json.dumps)
        found = until(lambda: tally(flow, "*"), lambda found: found["sent"] == 3)
        assert (found["failedAttempts"], found["givenUp"]) == (2, 0)

    def test_pauses_are_those_of_the_clock(self, pipeline, ear):
        ear.answers = [(500, b"")]
        flow = pipeline("--events-webhook", ear.url, "--clock", "manual")
        flow.drop(edi.order())
        assert len(ear.bodies(3)) == 3 and tally(flow, "*")["waiting"] == 1
        requests.put(f"{flow.endpoint}/_b2bi/clock", json={"advanceMs": 250}).raise_for_status()
        assert ear.bodies(4)[3] == ear.bodies(4)[0]

    def test_one_that_never_recovers_is_a_dead_letter_until_it_is_sent_again(self, pipeline, ear):
        ear.usual = (503, b"down for today")
        flow = pipeline("--events-webhook", ear.url, "--sink-attempts", "2")
        flow.drop(edi.order())
        letters = dead(flow, 3)["dead"]
        assert [letter["event"] for letter in letters] == listed(flow)
        assert {(letter["sink"], letter["attempts"], letter["lastError"]) for letter in letters} == {
            (f"webhook {ear.url}/", 2, "the reply was 503 Service Unavailable: down for today")}
        assert all(letter["failedAt"] >= letter["event"]["time"] for letter in letters)
        ear.usual = (204, b"")
        assert requests.post(f"{flow.endpoint}/_b2bi/events/dead").json() == {"retried": 3}
        assert ear.bodies(9)[6:] == listed(flow)
        found = until(lambda: tally(flow, "*"), lambda found: found["sent"] == 3)
        assert (found["waiting"], found["givenUp"], dead(flow, 0)["dead"]) == (0, 3, [])

    def test_it_may_be_reached_by_tls(self, server_with, ear, account, tmp_path):
        certificate, key = certify(tmp_path)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate, key)
        ear.socket = context.wrap_socket(ear.socket, server_side=True)
        endpoint = server_with("--events-webhook", ear.url.replace("http:", "https:"), SSL_CERT_FILE=str(certificate))
        item = Pipeline(World(checked_client(endpoint, account), boto3_client("s3", endpoint, account)), endpoint)
        item.drop(edi.order())
        assert ear.bodies(3) == listed(item)

    def test_what_the_other_side_refuses_is_not_tried_again(self, pipeline, ear):
        ear.answers = [(400, b"what?")]
        flow = pipeline("--events-webhook", ear.url)
        flow.drop(edi.order())
        [letter] = dead(flow)["dead"]
        assert (letter["attempts"], letter["lastError"]) == (1, "the reply was 400 Bad Request: what?")
        assert len(ear.bodies(3)) == 3

    def test_nobody_there(self, pipeline):
        flow = pipeline("--events-webhook", f"http://127.0.0.1:{free_port()}", "--sink-attempts", "1")
        flow.drop(edi.order())
        assert "refused" in dead(flow, 3)["dead"][0]["lastError"]
        assert requests.delete(f"{flow.endpoint}/_b2bi/events/dead?sink=file*").json() == {"cleared": 0}
        assert requests.delete(f"{flow.endpoint}/_b2bi/events/dead").json() == {"cleared": 3}
        assert dead(flow, 0)["dead"] == []

    def test_a_server_that_stops_sends_what_is_left(self, ear, account):
        ear.answers = [(500, b""), (500, b"")]
        with Server("--events-webhook", ear.url, "--clock", "manual") as server:
            item = Pipeline(World(checked_client(server.endpoint, account), boto3_client("s3", server.endpoint, account)), server.endpoint)
            item.drop(edi.order())
            events = listed(item)
            ear.bodies(3)
        assert ear.bodies(5)[3:] == events[:2]


def certify(folder):
    """A certificate of this machine, and its key."""
    x509 = pytest.importorskip("cryptography.x509")
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec

    key, now = ec.generate_private_key(ec.SECP256R1()), datetime.datetime.now(datetime.timezone.utc)
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "ear")])
    alternative = x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))])
    certificate = (
        x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
        .serial_number(x509.random_serial_number()).not_valid_before(now - datetime.timedelta(hours=1))
        .not_valid_after(now + datetime.timedelta(hours=1)).add_extension(alternative, critical=False)
        .sign(key, hashes.SHA256())
    )  # fmt: skip
    files = folder / "certificate.pem", folder / "key.pem"
    files[0].write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    files[1].write_bytes(key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()))
    return files


class TestFile:
    def test_a_line_for_each_event_after_those_that_are_there(self, pipeline, tmp_path):
        one, other = tmp_path / "one.jsonl", tmp_path / "other.jsonl"
        one.write_text("{}\n")
        flow = pipeline("--events-file", str(one), "--events-file", str(other))
        flow.drop(edi.order())
        until(lambda: other.read_text(), lambda text: text.count("\n") == 3)
        assert [json.loads(line) for line in other.read_text().splitlines()] == listed(flow)
        assert until(one.read_text, lambda text: text.count("\n") == 4) == "{}\n" + other.read_text()

    def test_a_disk_that_fails_is_tried_again(self, pipeline, tmp_path):
        folder = tmp_path / "folder"
        folder.mkdir()
        flow = pipeline("--events-file", str(folder / "events"))
        (folder / "events").unlink()
        folder.rmdir()
        flow.drop(edi.order())
        until(lambda: tally(flow, "file*"), lambda found: found["failedAttempts"] >= 3)
        folder.mkdir()
        until(lambda: tally(flow, "file*"), lambda found: found["sent"] == 3)
        lines = (folder / "events").read_text().splitlines()
        assert sorted(json.loads(line)["id"] for line in lines) == sorted(event["id"] for event in listed(flow))


class Bus:
    """The default bus of moto, and a queue that gets what our service puts on it."""

    def __init__(self, moto, account, region):
        self.sqs = boto3_client("sqs", moto, account, region)
        self.queue = self.sqs.create_queue(QueueName="events")["QueueUrl"]
        arn = f"arn:aws:sqs:{region}:{account}:events"
        events = boto3_client("events", moto, account, region)
        events.put_rule(Name="ours", EventPattern=json.dumps({"source": ["aws.b2bi"]}))
        events.put_targets(Rule="ours", Targets=[{"Id": "queue", "Arn": arn}])

    def events(self, count):
        found = []
        def look():
            messages = self.sqs.receive_message(QueueUrl=self.queue, MaxNumberOfMessages=10).get("Messages", [])
            found.extend(json.loads(message["Body"]) for message in messages)
            return found

        return until(look, lambda value: len(value) >= count)


class TestEventBridge:
    # moto keeps accounts apart by a header, which its own clients must send as we do.
    ACCOUNT = "123456789012"

    @pytest.mark.parametrize("region", ["us-east-1", "eu-west-1"])
    def test_events_arrive_at_moto_with_every_detail(self, server_with, moto, region):
        bus = Bus(moto, self.ACCOUNT, region)
        endpoint = server_with("--events-eventbridge", moto)
        item = Pipeline(World(checked_client(endpoint, self.ACCOUNT, region), boto3_client("s3", endpoint, self.ACCOUNT, region)), endpoint)
        lines = [["PO1", "1", "4", "QQ", "12.50"]]
        item.drop(edi.interchange([["BEG", "00", "SA", "PO-77", "", "20260301"], *lines], sets=2))
        expected = item.events("*", count=3)
        arrived = bus.events(len(expected))
        # What moto's targets get of an event.
        told = ["detail-type", "source", "region", "resources", "detail"]
        assert [{name: event[name] for name in told} for event in arrived] == [
            {name: event[name] for name in told} for event in expected]
        assert {event["region"] for event in arrived} == {region}
        found = until(lambda: tally(item, "eventbridge*"), lambda found: found["sent"] == len(expected))
        assert found["failedAttempts"] == 0

    def test_other_accounts_are_other_buses(self, server_with, moto, account):
        bus = Bus(moto, self.ACCOUNT, "us-west-2")
        endpoint = server_with("--events-eventbridge", moto)
        worlds = [World(checked_client(endpoint, item, "us-west-2"), boto3_client("s3", endpoint, item, "us-west-2")) for item in [account, self.ACCOUNT]]
        for world in worlds:
            world.finished(world.put(edi.order()))
        assert {event["resources"][0].split(":")[4] for event in bus.events(3)} == {self.ACCOUNT}

    def test_each_entry_succeeds_or_fails_by_itself(self, pipeline, ear):
        def answer(*codes):
            entries = [{"ErrorCode": code, "ErrorMessage": "m"} if code else {"EventId": "1"} for code in codes]
            return 200, json.dumps({"FailedEntryCount": sum(map(bool, codes)), "Entries": entries}).encode()

        ear.usual = (400, b'{"__type": "ThrottlingException"}')
        flow = pipeline("--events-eventbridge", ear.url, "--clock", "manual")
        flow.drop(edi.order())
        until(lambda: tally(flow, "*"), lambda found: found["failedAttempts"] == 3)
        ear.usual = answer("InternalFailure", "MalformedDetail", None)
        requests.put(f"{flow.endpoint}/_b2bi/clock", json={"advanceMs": 250}).raise_for_status()
        [letter] = dead(flow)["dead"]
        assert (letter["event"], letter["attempts"], letter["lastError"]) == (listed(flow)[1], 2, "MalformedDetail: m")
        found = tally(flow, "*")
        assert (found["sent"], found["waiting"], found["failedAttempts"]) == (1, 1, 5)

    def test_a_call_is_as_the_sdk_makes_it(self, pipeline, ear):
        flow = pipeline("--events-eventbridge", ear.url)
        detail = flow.drop(edi.order())
        bodies = until(lambda: [json.loads(body) for _, _, body in list(ear.received)], len)
        entries = [entry for body in bodies for entry in body["Entries"]]
        assert all(isinstance(entry["Time"], int) and set(entry) == {"Time", "Source", "Resources", "DetailType", "Detail"} for entry in entries)
        assert detail["trading-partner-id"] in entries[0]["Detail"]
        _, headers, body = ear.received[0]
        assert (headers["x-amz-target"], headers["content-type"]) == ("AWSEvents.PutEvents", "application/x-amz-json-1.1")
        assert headers["authorization"].endswith(signature(ear.url, headers, body, flow.account, "events"))


    def test_where_keys_are_checked_it_is_as_whoever_has_one(self, pipeline, ear):
        flow = pipeline("--events-eventbridge", ear.url, "--sink-credentials", "AKIAOURS:hush:token", "--events-source", "ours")
        flow.drop(edi.order())
        [first, *_] = ear.bodies(1)
        assert {entry["Source"] for entry in first["Entries"]} == {"ours"}
        _, headers, body = ear.received[0]
        assert (headers["x-amz-security-token"], "x-moto-account-id" in headers) == ("token", False)
        assert "Credential=AKIAOURS/" in headers["authorization"]
        assert headers["authorization"].endswith(signature(ear.url, headers, body, "AKIAOURS", "events", "hush"))
        assert "hush" not in requests.get(f"{flow.endpoint}/_b2bi/config").text


def signature(url, headers, body, key, service, secret="test"):
    """The end of the header that botocore would have made."""
    [names] = re.findall("SignedHeaders=([^,]+)", headers["authorization"])
    request = AWSRequest("POST", f"{url}/", headers={name: headers[name] for name in names.split(";")}, data=body)
    request.context["timestamp"] = headers["x-amz-date"]
    auth = SigV4Auth(Credentials(key, secret), service, "us-east-1")
    return "Signature=" + auth.signature(auth.string_to_sign(request, auth.canonical_request(request)), request)


class TestLogs:
    ACCOUNT = "123456789012"

    @pytest.fixture
    def pipeline(self, server_with, moto):
        endpoint = server_with("--logs-endpoint", moto)
        return Pipeline(World(checked_client(endpoint, self.ACCOUNT), boto3_client("s3", endpoint, self.ACCOUNT)), endpoint)

    def events(self, item, moto, count):
        logs = boto3_client("logs", moto, self.ACCOUNT)
        group, stream = item.profile["logGroupName"], item.partner
        until(lambda: tally(item, "logs*", "logs"), lambda found: found["sent"] >= count)
        return logs.get_log_events(logGroupName=group, logStreamName=stream, startFromHead=True)["events"]

    def test_records_arrive_at_moto(self, pipeline, moto):
        pipeline.drop(edi.order())
        records = pipeline.logs(PROFILE_STATES, group=pipeline.profile["logGroupName"])
        events = self.events(pipeline, moto, PROFILE_STATES)
        assert [json.loads(event["message"]) for event in events] == [record["message"] for record in records]

    def test_an_endpoint_that_forgets_gets_its_groups_again(self, pipeline, moto):
        pipeline.drop(edi.order())
        self.events(pipeline, moto, PROFILE_STATES)
        requests.post(f"{moto}/moto-api/reset").raise_for_status()
        pipeline.drop(edi.order(), "second.edi")
        assert len(self.events(pipeline, moto, 2 * PROFILE_STATES)) == PROFILE_STATES

    def test_records_that_nobody_takes_are_dead_letters(self, server_with, ear, account):
        ear.usual = (400, b'{"__type": "AccessDeniedException", "message": "not yours"}')
        endpoint = server_with("--logs-endpoint", ear.url)
        item = Pipeline(World(checked_client(endpoint, account), boto3_client("s3", endpoint, account)), endpoint)
        item.drop(edi.order())
        letters = dead(item, PROFILE_STATES, "logs")["dead"]
        assert [letter["record"]["group"] for letter in letters] == [item.profile["logGroupName"]] * PROFILE_STATES
        assert "AccessDeniedException" in letters[0]["lastError"]
        ear.usual = (200, b"{}")
        assert requests.post(f"{endpoint}/_b2bi/logs/dead").json() == {"retried": PROFILE_STATES}
        until(lambda: tally(item, "*", "logs"), lambda found: found["sent"] == PROFILE_STATES)


class TestMetrics:
    def test_sinks_and_jobs_are_counted(self, pipeline, ear):
        flow = pipeline("--events-webhook", ear.url)
        flow.drop(edi.order())
        flow.drop(b"nonsense", "wrong.edi")
        until(lambda: tally(flow, "*"), lambda found: found["sent"] == 4)
        text = until(lambda: requests.get(f"{flow.endpoint}/_b2bi/metrics").text, lambda text: 'jobs{state="running"} 0' in text)
        sink = f'{{sink="webhook {ear.url}/"}}'
        for sample in [f"sink_sent_total{sink} 4", f"sink_dead_total{sink} 0", f"sink_failed_total{sink} 0", f"sink_waiting{sink} 0",
                       'jobs{state="queued"} 0', 'jobs_ended_total{state="succeeded"} 1', 'jobs_ended_total{state="failed"} 1']:  # fmt: skip
            assert f"\nb2bi_local_{sample}\n" in text, sample


class TestRefusals:
    @pytest.mark.parametrize("path, method, status", [
        ("events/dead?colour=red", "GET", 400), ("events/dead", "PUT", 405), ("logs/dead?since=1", "DELETE", 400),
    ])  # fmt: skip
    def test_requests_that_make_no_sense(self, endpoint, path, method, status):
        assert requests.request(method, f"{endpoint}/_b2bi/{path}").status_code == status

    @pytest.mark.parametrize("flags, told", [
        (["--events-webhook", "127.0.0.1:1/hook"], "or https://…, which 127.0.0.1:1/hook is not"),
        (["--events-webhook", "http://127.0.0.1:1", "--events-webhook", "http://a@b"], "which http://***@b is not"),
        (["--sink-credentials", "key"], "must be KEY:SECRET"),
        (["--logs-endpoint", "ftp://127.0.0.1"], "must be http://HOST:PORT/PATH"),
        (["--sink-attempts", "0"], "must be 1 or more"),
        (["--events-file", "/"], "events-file: / cannot be written to"),
    ])  # fmt: skip
    def test_settings_that_make_no_sense(self, flags, told):
        command = [BINARY, "--listen", "127.0.0.1:0", *flags]
        run = subprocess.run(command, capture_output=True, text=True, timeout=30, env=foreign_environment())
        assert run.returncode == 1 and told in run.stderr
