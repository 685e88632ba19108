"""--verify-signatures with real clients: what boto3 signs is accepted, and what was changed is not."""

import io
import re
import zlib
from base64 import b64encode
from hashlib import sha256

import pytest
import requests
from botocore.auth import S3SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from botocore.exceptions import ClientError

from clients import boto3_client

KEY, SECRET = "111122223333", "s3cr+t/Key"
STRANGE = "ä b/+&=;,@!()*'~$:"
LARGE = b"x" * 300_000


@pytest.fixture(params=["memory", "disk"])
def verifying(request, server_with, tmp_path):
    directory = ["--data-dir", str(tmp_path)] if request.param == "disk" else []
    endpoint = server_with("--verify-signatures", "--credentials", f"{KEY}:{SECRET}", *directory)
    client(endpoint).create_bucket(Bucket="orders")
    return endpoint


def client(endpoint, service="s3", secret=SECRET, **config):
    return boto3_client(service, endpoint, KEY, secret=secret, **config)


def code_of(call, **arguments):
    with pytest.raises(ClientError) as caught:
        call(**arguments)
    return caught.value.response["Error"]["Code"]


@pytest.mark.parametrize("signs_payload", [True, False, None])
def test_what_is_signed_is_accepted(verifying, signs_payload):
    s3 = client(verifying, s3={"addressing_style": "path", "payload_signing_enabled": signs_payload})
    for key in ["k", STRANGE]:
        s3.put_object(Bucket="orders", Key=key, Body=LARGE, ContentType="text/x; a=b  c", Metadata={"m": "a  b"})
        assert s3.get_object(Bucket="orders", Key=key)["Body"].read() == LARGE
    s3.put_object(Bucket="orders", Key="stream", Body=io.BytesIO(LARGE), ChecksumAlgorithm="SHA256")
    s3.copy_object(Bucket="orders", Key="copy", CopySource={"Bucket": "orders", "Key": "k"})
    s3.upload_fileobj(io.BytesIO(b"y" * (9 << 20)), "orders", "large")
    s3.delete_objects(Bucket="orders", Delete={"Objects": [{"Key": "copy"}]})
    listed = s3.list_objects_v2(Bucket="orders", Prefix="ä b/+", Delimiter="/")
    assert [content["Key"] for content in listed["Contents"]] == [STRANGE]


def test_wrong_secrets_and_old_signatures_are_refused(verifying):
    assert code_of(client(verifying, secret="wrong").list_buckets) == "SignatureDoesNotMatch"
    assert code_of(client(verifying, signature_version="s3").list_buckets) == "InvalidRequest"
    old = client(verifying, signature_version="s3").generate_presigned_url("get_object", Params={"Bucket": "orders", "Key": "k"})
    assert requests.get(old).status_code == 400


def test_presigned_urls(verifying):
    s3 = client(verifying, signature_version="s3v4")
    url = s3.generate_presigned_url("put_object", Params={"Bucket": "orders", "Key": STRANGE, "ContentType": "a/b"})
    assert requests.put(url, data=b"body", headers={"Content-Type": "a/b"}).status_code == 200
    assert requests.put(url, data=b"body", headers={"Content-Type": "a/c"}).status_code == 403
    url = s3.generate_presigned_url("get_object", Params={"Bucket": "orders", "Key": STRANGE}, ExpiresIn=600)
    assert requests.get(url).content == b"body"
    assert requests.get(url.replace("Expires=600", "Expires=601")).status_code == 403
    requests.put(f"{verifying}/_b2bi/clock", json={"advanceMs": 601_000})
    assert requests.get(url).status_code == 403


def test_a_presigned_call_of_sts(verifying):
    def presigned(secret):
        sts = client(verifying, "sts", secret=secret)
        return sts.generate_presigned_url("get_caller_identity", ExpiresIn=60, HttpMethod="GET")

    reply = requests.get(presigned(SECRET))
    assert (reply.status_code, KEY in reply.text) == (200, True)
    reply = requests.get(presigned("wrong"))
    assert (reply.status_code, "SignatureDoesNotMatch" in reply.text) == (403, True)


class TestForms:
    @staticmethod
    def post(endpoint, changes, content=b"12345", secret=SECRET):
        s3 = client(endpoint, secret=secret, signature_version="s3v4")
        conditions = [{"acl": "private"}, ["content-length-range", 1, 10]]
        form = s3.generate_presigned_post("orders", "up/${filename}", Fields={"acl": "private"}, Conditions=conditions)
        fields = {name: value for name, value in (form["fields"] | changes).items() if value is not None}
        reply = requests.post(form["url"], data=fields, files={"file": ("n.edi", content)})
        return reply.status_code, *re.findall("<Code>(.*?)</Code>", reply.text)

    def test_a_signed_form_is_accepted(self, verifying):
        assert self.post(verifying, {}) == (204,)
        assert client(verifying).get_object(Bucket="orders", Key="up/n.edi")["Body"].read() == b"12345"

    @pytest.mark.parametrize("changes, code", [
        ({"key": "other"}, "AccessDenied"), ({"acl": "public-read"}, "AccessDenied"),
        ({"x-amz-meta-a": "1"}, "AccessDenied"), ({"x-amz-signature": None}, "AccessDenied"),
        ({"x-amz-date": None}, "AccessDenied"), ({"x-amz-date": "20010101T000000Z"}, "AccessDenied"),
        ({"x-amz-signature": "0" * 64}, "SignatureDoesNotMatch"), ({"policy": "e30="}, "SignatureDoesNotMatch"),
        ({"x-amz-credential": "other/20260101/us-east-1/s3/aws4_request"}, "AccessDenied"),
    ])
    def test_changed_forms_are_refused(self, verifying, changes, code):
        assert self.post(verifying, changes) == (403, code)

    def test_the_length_is_checked(self, verifying):
        assert self.post(verifying, {}, content=b"1" * 11) == (400, "EntityTooLarge")
        assert self.post(verifying, {}, content=b"") == (400, "EntityTooSmall")

    def test_policies_hold_and_expire_where_nothing_is_checked(self, server_with):
        endpoint = server_with()
        client(endpoint).create_bucket(Bucket="orders")
        assert self.post(endpoint, {}) == (204,)
        assert self.post(endpoint, {"key": "other"}) == (403, "AccessDenied")
        requests.put(f"{endpoint}/_b2bi/clock", json={"setTo": "2016-01-01T00:00:00Z"})
        assert self.post(endpoint, {}) == (204,)
        requests.put(f"{endpoint}/_b2bi/clock", json={"setTo": "2999-01-01T00:00:00Z"})
        assert self.post(endpoint, {}) == (403, "AccessDenied")


CHUNKS = [b"a" * 70_000, b"b" * 9_000, "\u00e9\r\n0;".encode()]
TRAILER = "x-amz-checksum-crc32"


class SignedUpload:
    """An `aws-chunked` upload whose chunks and trailer are signed, one signature resting on the other, by botocore's signer."""

    def __init__(self, endpoint, chunks, secret=SECRET, trailer=None):
        kind = "STREAMING-AWS4-HMAC-SHA256-PAYLOAD" + ("-TRAILER" if trailer else "")
        headers = {"Content-Encoding": "aws-chunked", "x-amz-decoded-content-length": str(sum(map(len, chunks)))}
        if trailer:
            headers["x-amz-trailer"] = TRAILER
        self.request = AWSRequest("PUT", f"{endpoint}/orders/chunked", headers=headers)
        self.auth = S3SigV4Auth(Credentials(KEY, secret), "s3", "us-east-1")
        self.auth.payload = lambda request: kind
        self.auth.add_auth(self.request)
        self.last = re.search("Signature=([0-9a-f]{64})", self.request.headers["Authorization"])[1]
        self.body = b"".join(map(self.chunk, [*chunks, b""]))
        self.body += self.trailer(trailer) if trailer else b"\r\n"

    def sign(self, kind, *parts):
        time = self.request.context["timestamp"]
        parts = [f"AWS4-HMAC-SHA256-{kind}", time, f"{time[:8]}/us-east-1/s3/aws4_request", self.last, *parts]
        self.last = self.auth.signature("\n".join(parts), self.request)
        return self.last.encode()

    def chunk(self, data):
        signature = self.sign("PAYLOAD", sha256(b"").hexdigest(), sha256(data).hexdigest())
        return b"%x;chunk-signature=%b\r\n%b" % (len(data), signature, data + b"\r\n" if data else b"")

    def trailer(self, value):
        line = f"{TRAILER}:{value}".encode()
        return b"%b\r\nx-amz-trailer-signature:%b\r\n\r\n" % (line, self.sign("TRAILER", sha256(line + b"\n").hexdigest()))

    def send(self, old=b"", new=b""):
        """The status and the code of the answer, after bytes of the body were replaced."""
        assert old in self.body
        reply = requests.put(self.request.url, data=self.body.replace(old, new, 1), headers=dict(self.request.headers.items()))
        return reply.status_code, *re.findall("<Code>(.*?)</Code>", reply.text)


def crc32(chunks):
    return b64encode(zlib.crc32(b"".join(chunks)).to_bytes(4, "big")).decode()


@pytest.mark.parametrize("trailer", [None, crc32(CHUNKS)], ids=["plain", "trailer"])
class TestSignedChunks:
    def test_chunks_arrive_as_they_were(self, verifying, trailer):
        for chunks in [CHUNKS, CHUNKS[:1], []]:
            assert SignedUpload(verifying, chunks, trailer=trailer and crc32(chunks)).send() == (200,)
            assert client(verifying).get_object(Bucket="orders", Key="chunked")["Body"].read() == b"".join(chunks)

    def test_changed_chunks_are_refused(self, verifying, trailer):
        for old, new in [(b"aaa", b"aba"), (b"bbb", b"bcb"), (b"chunk-signature=", b"chunk-signature=0")]:
            assert SignedUpload(verifying, CHUNKS, trailer=trailer).send(old, new)[0] in (400, 403)
        assert SignedUpload(verifying, CHUNKS, secret="wrong", trailer=trailer).send() == (403, "SignatureDoesNotMatch")
        with pytest.raises(ClientError):
            client(verifying).get_object(Bucket="orders", Key="chunked")


def test_a_changed_trailer_is_refused(verifying):
    upload = SignedUpload(verifying, CHUNKS, trailer=crc32(CHUNKS))
    assert upload.send(crc32(CHUNKS).encode(), crc32([b"other"]).encode())[0] in (400, 403)
    assert SignedUpload(verifying, CHUNKS, trailer=crc32([b"other"])).send()[0] == 400
    assert upload.send(b"x-amz-trailer-signature:", b"x-amz-trailer-signature:0")[0] in (400, 403)
