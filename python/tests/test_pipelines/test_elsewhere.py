"""Objects in an S3 elsewhere: requests are passed on, files are noticed, and what goes wrong there is told here."""

import contextlib
import http.server
import json
import ssl
import subprocess
import threading
import uuid

import boto3
import pytest
import requests
from botocore.exceptions import ClientError

import edi
from clients import boto3_client, checked_client
from homes import POLL, Moto, address
from pipeline import Pipeline, segments, until
from server import BINARY, Server
from world import World, told

QUIET = {"inboundEdi": {"x12": {"acknowledgmentOptions": {
    "functionalAcknowledgment": "DO_NOT_GENERATE", "technicalAcknowledgment": "DO_NOT_GENERATE",
}}}}


@pytest.fixture(scope="module")
def moto(tmp_path_factory):
    with Moto.started(tmp_path_factory.mktemp("moto")) as moto:
        yield moto


@pytest.fixture
def start(server_with, moto, account):
    """A pipeline on a server whose objects are in moto."""

    def start(*flags, **changes):
        endpoint = server_with("--s3-endpoint", moto.url, *flags)
        world = World(checked_client(endpoint, account), moto.itself())
        return Pipeline(world, endpoint, **{"options": QUIET, **changes})

    return start


def notify(flow, body):
    data = body if isinstance(body, (str, bytes)) else json.dumps(body)
    return requests.post(f"{flow.endpoint}/_b2bi/s3-events", data=data)


def record(flow, name="order.edi", sequencer=None, kind="ObjectCreated:Put"):
    """A notification in S3's own form."""
    found = {"key": (flow.input + name).replace(" ", "+")}
    found.update({"sequencer": sequencer} if sequencer else {})
    return {"Records": [{"eventName": kind, "s3": {"bucket": {"name": flow.world.bucket}, "object": found}}]}


def bridged(flow, name="order.edi"):
    """The same from EventBridge."""
    return {
        "version": "0", "id": str(uuid.uuid4()), "detail-type": "Object Created", "source": "aws.s3",
        "detail": {"bucket": {"name": flow.world.bucket}, "object": {"key": flow.input + name, "size": 1, "etag": "unknown"}},
    }


class TestPassing:
    def test_who_asks_here_sees_the_objects_there(self, start, moto, account):
        item = start()
        here = boto3_client("s3", item.endpoint, account)
        bucket = item.world.bucket
        here.put_object(Bucket=bucket, Key="a b/ü+", Body=b"x" * 100_000)
        assert moto.itself().get_object(Bucket=bucket, Key="a b/ü+")["Body"].read() == b"x" * 100_000
        assert item.input in [each["Key"] for each in here.list_objects_v2(Bucket=bucket)["Contents"]]
        with pytest.raises(ClientError, match="NoSuchKey"):
            here.get_object(Bucket=bucket, Key="none")

    def test_a_reset_leaves_them_alone(self, start):
        item = start()
        assert requests.post(f"{item.endpoint}/_b2bi/reset").status_code == 200
        assert item.input in item.keys("input/")
        assert item.world.b2bi.list_profiles()["profiles"] == []

    def test_upstream_services_bring_them_along(self, server_with, moto, account):
        endpoint = server_with("--upstream", moto.url, "--upstream-services", "s3", *POLL)
        item = Pipeline(World(checked_client(endpoint, account), boto3_client("s3", endpoint, account)), endpoint)
        item.document(item.drop(edi.order()))
        assert moto.itself().list_objects_v2(Bucket=item.world.bucket, Prefix=item.output)["KeyCount"] == 3

    def test_initial_objects_are_made_there(self, server_with, moto, tmp_path):
        bucket = f"seeded-{uuid.uuid4().hex[:12]}"
        (tmp_path / "seed.yaml").write_text(f"buckets:\n  {bucket}:\n    objects:\n      in/a.edi: ISA\n")
        server_with("--s3-endpoint", moto.url, "--init", str(tmp_path))
        assert moto.itself().get_object(Bucket=bucket, Key="in/a.edi")["Body"].read() == b"ISA"


class TestTls:
    @pytest.fixture
    def secure(self, tmp_path):
        """moto behind TLS, and the file of certificates with which it is trusted."""
        certificate, key = tmp_path / "certificate.pem", tmp_path / "key.pem"
        subprocess.run([
            "openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2",
            "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost", "-addext", "basicConstraints=critical,CA:FALSE",
            "-keyout", key, "-out", certificate,
        ], check=True, capture_output=True)  # fmt: skip
        command = [*Moto.command(None)[:-1], Moto.command(None)[-1].replace(
            "'-p', '0'", f"'-p', '0', '--ssl', '--ssl-cert', '{certificate}', '--ssl-key', '{key}'")]
        with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as process:
            try:
                port = address(process).rsplit(":", 1)[1]
                yield f"https://localhost:{port}", str(certificate)
            finally:
                process.terminate()

    def test_the_way_there_may_be_secure(self, server_with, secure, account):
        url, certificate = secure
        endpoint = server_with("--s3-endpoint", url, *POLL, SSL_CERT_FILE=certificate)
        s3 = boto3.client("s3", endpoint_url=url, verify=certificate, region_name="us-east-1", aws_access_key_id="a",
                          aws_secret_access_key="b")  # fmt: skip
        item = Pipeline(World(checked_client(endpoint, account), s3), endpoint, options=QUIET)
        assert json.loads(item.document(item.drop(edi.order())))["interchanges"]
        # Signatures are for the name of the server that they are sent to, so these cannot be passed on.
        with pytest.raises(ClientError, match=f"objects are in the S3 at {url}") as caught:
            boto3_client("s3", endpoint, account).list_buckets()
        assert caught.value.response["ResponseMetadata"]["HTTPStatusCode"] == 501

    def test_a_certificate_that_nobody_vouches_for_is_refused(self, server_with, secure, account):
        url, _ = secure
        import certifi

        endpoint = server_with("--s3-endpoint", url, SSL_CERT_FILE=certifi.where())
        world = World(checked_client(endpoint, account), None)
        world.bucket = "orders"
        with pytest.raises(ClientError, match="does not answer: invalid peer certificate"):
            world.start({"bucketName": "orders", "key": "a.edi"})


class TestNotification:
    """Nobody looks for files here: they are told of."""

    SILENT = ["--s3-poll-ms", "0"]

    @pytest.mark.parametrize("form", [
        lambda value: record(value),
        lambda value: record(value, kind="s3:ObjectCreated:CompleteMultipartUpload"),
        lambda value: bridged(value),
        lambda value: [record(value)],
        lambda value: {"Messages": [{"Body": json.dumps(record(value))}]},
        lambda value: {"Records": [{"eventSource": "aws:sqs", "body": json.dumps(bridged(value))}]},
        lambda value: {"Type": "Notification", "Message": json.dumps(record(value))},
        lambda value: {"Body": json.dumps({"Type": "Notification", "Message": json.dumps(record(value))})},
    ], ids=["S3", "MinIO", "EventBridge", "list", "SQS", "SQS for a function", "SNS", "SNS through SQS"])
    def test_a_file_that_is_told_of_comes_out(self, start, form):
        item = start(*self.SILENT)
        item.put(edi.order())
        reply = notify(item, form(item))
        assert (reply.status_code, reply.json()["created"], len(reply.json()["jobs"])) == (200, 1, 1), reply.text
        [event] = item.events("Transformation Completed")
        # Size and tag are looked up, whatever was said.
        assert event["detail"]["input-file-s3-attributes"]["object-size-bytes"] == len(edi.order())

    def test_the_same_is_told_twice_and_done_once(self, start):
        item = start(*self.SILENT)
        item.put(edi.order())
        told = [len(notify(item, record(item, sequencer=each)).json()["jobs"]) for each in ["0A", "0A", "0B", "0A", "0B"]]
        assert told == [1, 0, 1, 0, 0]
        again = bridged(item)
        assert [len(notify(item, again).json()["jobs"]) for _ in range(2)] == [1, 0]
        # Where nothing tells two writings apart, each word counts.
        assert [len(notify(item, record(item)).json()["jobs"]) for _ in range(2)] == [1, 1]

    def test_only_what_is_watched_counts(self, start):
        item = start(*self.SILENT)
        for body, created, passed_over in [
            (record(item, kind="ObjectRemoved:Delete"), 0, 1), ({"Service": "Amazon S3", "Event": "s3:TestEvent"}, 0, 1),
            (record(item, name=""), 1, 0), (json.loads(json.dumps(record(item)).replace(item.input, "elsewhere/")), 1, 0),
        ]:
            assert notify(item, body).json() == {"created": created, "passedOver": passed_over, "jobs": []}

    def test_what_cannot_be_read_is_refused_with_a_word(self, start):
        item = start(*self.SILENT)
        for body, word in [("", "not JSON"), ({"hello": 1}, "not a notification"), ({"Message": "hello"}, "in the envelope")]:
            reply = notify(item, body)
            assert (reply.status_code, word in reply.json()["error"]) == (400, True), reply.text
        assert requests.get(f"{item.endpoint}/_b2bi/s3-events").status_code == 405

    def test_a_file_that_is_not_there_fails(self, start):
        item = start(*self.SILENT)
        notify(item, record(item))
        [event] = item.events("Transformation Failed")
        assert event["detail"]["failure-message"] == (
            f"Cannot use s3://{item.world.bucket}/{item.input}order.edi: The specified key does not exist.")

    def test_moto_tells_by_a_topic(self, start, moto):
        item = start(*self.SILENT)
        topics = boto3_client("sns", moto.url, "test")
        topic = topics.create_topic(Name=f"files-{uuid.uuid4().hex}")["TopicArn"]
        topics.subscribe(TopicArn=topic, Protocol="http", Endpoint=f"{item.endpoint}/_b2bi/s3-events")
        self.configure(item, TopicConfigurations=[{"TopicArn": topic, "Events": ["s3:ObjectCreated:*"]}])
        item.put(edi.order(), "an order.edi")
        assert item.events("Transformation Completed", of="an order.edi")

    def test_moto_tells_by_a_queue(self, start, moto):
        item = start(*self.SILENT)
        queues = boto3_client("sqs", moto.url, "test")
        queue = queues.create_queue(QueueName=f"files-{uuid.uuid4().hex}")["QueueUrl"]
        arn = queues.get_queue_attributes(QueueUrl=queue, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
        self.configure(item, QueueConfigurations=[{"QueueArn": arn, "Events": ["s3:ObjectCreated:*"]}])
        for name in ["a b.edi", "c+d.edi"]:
            item.put(edi.order(), name)
        received = []
        until(lambda: received.extend(queues.receive_message(QueueUrl=queue, MaxNumberOfMessages=10).get("Messages", []))
              or received, lambda value: len(value) >= 3)
        reply = notify(item, {"Messages": received}).json()
        # The first is S3's test.
        assert (reply["created"], reply["passedOver"], len(reply["jobs"])) == (2, 1, 2), reply
        assert len(item.events("Transformation Completed", 2)) == 2

    def configure(self, flow, **configuration):
        s3 = flow.world.s3
        s3.put_bucket_notification_configuration(Bucket=flow.world.bucket, NotificationConfiguration=configuration)


class TestLooking:
    def test_each_file_is_found_once(self, start):
        item = start(*POLL)
        for name in ["a.edi", "b.edi", "c d+é.edi"]:
            item.drop(edi.order(), name)
        assert len(item.jobs()) == len(item.keys()) == 3

    def test_another_file_of_the_same_name_is_another_file(self, start):
        item = start(*POLL)
        item.drop(edi.order())
        item.put(edi.order(sets=2))
        events = item.events("Transformation Completed", 2)
        assert len({each["detail"]["output-file-s3-attributes"]["object-key"] for each in events}) == 2

    def test_what_was_found_and_is_told_of_is_not_done_again(self, start):
        item = start(*POLL)
        item.drop(edi.order())
        assert notify(item, record(item, sequencer="01")).json()["jobs"] == []
        item.put(edi.order(sets=2))
        item.events("Transformation Completed", 2)

    def test_time_may_stand_still(self, start):
        for begin in ["2020-01-01T00:00:00Z", "2040-01-01T00:00:00Z"]:
            item = start(*POLL, "--clock", "manual", "--clock-start", begin)
            assert item.drop(edi.order())["start-timestamp"].startswith(begin[:10])

    def test_after_a_crash_nothing_is_lost_and_nothing_is_done_twice(self, moto, tmp_path, account):
        flags = ["--s3-endpoint", moto.url, *POLL, "--data-dir", str(tmp_path)]
        with Server(*flags) as server:
            item = Pipeline(World(checked_client(server.endpoint, account), moto.itself()), server.endpoint)
            item.drop(edi.order(), "before.edi")
            server.kill()
        item.put(edi.order(), "meanwhile.edi")
        with Server(*flags) as server:
            item.endpoint = server.endpoint
            item.events("Transformation Completed", of="meanwhile.edi")
            item.drop(edi.order(), "after.edi")
            assert sorted(each["inputFile"].rsplit("/", 1)[1] for each in item.jobs()) == ["after.edi", "before.edi", "meanwhile.edi"]
        acknowledgements = item.keys(f"{item.output}ACK/")
        numbers = sorted(int(segments(item.read(key), "ISA")[0][13]) for key in acknowledgements)
        assert numbers == list(range(1, 7))

    def test_long_files_go_and_come_in_pieces(self, start):
        item = start(*POLL)
        message = ["MSG", "x" * 264]
        detail = item.drop(edi.interchange([edi.ORDER[0], ["N9", "ZZ", "1"], *[message] * 34_000, ["CTT", "1"]]))
        assert detail.get("failure-message") is None, detail
        where = detail["output-file-s3-attributes"]
        head = item.world.s3.head_object(Bucket=item.world.bucket, Key=where["object-key"])
        assert head["ContentLength"] == where["object-size-bytes"] > 8 << 20
        # It was uploaded in parts.
        assert "-" in head["ETag"]


class Refusing(http.server.BaseHTTPRequestHandler):
    """An S3 that lets nobody in."""

    protocol_version = "HTTP/1.1"

    def do_GET(self):
        body = b"" if self.command == "HEAD" else b"<Error><Code>AccessDenied</Code><Message>Access Denied</Message></Error>"
        self.rfile.read(int(self.headers.get("Content-Length", 0)))
        self.send_response(403)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    do_HEAD = do_PUT = do_POST = do_DELETE = do_GET

    def log_message(self, *_):
        pass


class TestErrors:
    @pytest.fixture
    def refusing(self):
        server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Refusing)
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        server.server_close()

    def asked(self, endpoint, account):
        world = World(checked_client(endpoint, account), None)
        world.bucket = "orders"
        with pytest.raises(ClientError) as caught:
            world.start({"bucketName": "orders", "key": "in/a.edi"})
        return caught.value.response["Error"]

    def test_refused_access_is_told_in_the_words_of_the_service(self, server_with, refusing, account):
        error = self.asked(server_with("--s3-endpoint", refusing), account)
        assert (error["Code"], error["Message"]) == (
            "AccessDeniedException", "Access denied when getting object attributes from s3://orders/in/a.edi")

    def test_an_s3_that_does_not_answer_is_named(self, server_with, account):
        with Server() as gone:
            url = gone.endpoint
        endpoint = server_with("--s3-endpoint", url)
        error = self.asked(endpoint, account)
        assert error["Code"] == "InternalServerException"
        assert f"The S3 at {url} does not answer: Connection refused" in error["Message"]
        # A partnership is made all the same, as where a bucket is not there.
        world = World(checked_client(endpoint, account), None)
        assert requests.get(f"{endpoint}/_b2bi/health").status_code == 200
        assert told(world.b2bi.list_partnerships()) == {"partnerships": []}

    @pytest.mark.parametrize("flags, told", [
        (["--s3-endpoint", "minio:9000"], "must be http://HOST:PORT or https://HOST"),
        (["--s3-endpoint", "http://minio:9000/bucket"], "must be http://HOST:PORT or https://HOST"),
        (["--s3-endpoint", "http://minio", "--s3-access-key-id", "key"], "needs --s3-secret-access-key"),
        (["--s3-endpoint", "http://minio", "--s3-secret-access-key", "sesame"], "needs --s3-access-key-id"),
        (["--s3-endpoint", "http://minio", "--s3-addressing", "best"], "must be path or virtual"),
        (["--s3-endpoint", "http://minio", "--s3-poll-ms", "often"], "must be a whole number"),
        (["--s3-access-key-id", "key"], "needs --s3-endpoint"),
        (["--s3-secret-access-key", "sesame"], "needs --s3-endpoint"),
    ])  # fmt: skip
    def test_settings_that_make_no_sense(self, flags, told):
        run = subprocess.run([BINARY, "--listen", "127.0.0.1:0", *flags], capture_output=True, text=True, timeout=30)
        assert run.returncode == 1 and told in run.stderr
        assert "sesame" not in run.stderr
