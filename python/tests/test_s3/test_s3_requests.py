"""What surrounds an S3 operation: web pages, regions, checksums, forms, and `Expect`."""

import base64
import hashlib
import socket
import uuid
from urllib.parse import urlsplit

import boto3
import pytest
import requests

from clients import authorization
from s3_helpers import ACCOUNT, fails, read, s3_client

PAGE = "http://localhost:3000"


def ask(url, method="PUT", headers="content-type", origin=PAGE):
    asked = {"Origin": origin, "Access-Control-Request-Method": method, "Access-Control-Request-Headers": headers}
    return requests.options(url, headers=asked)


def presigned(s3, bucket, operation="put_object"):
    return s3.generate_presigned_url(operation, Params={"Bucket": bucket, "Key": "k"})


def test_a_page_may_use_a_bucket_without_rules(s3, bucket):
    s3.put_object(Bucket=bucket, Key="k", Body=b"x")
    reply = ask(presigned(s3, bucket))
    assert (reply.status_code, reply.headers["Access-Control-Allow-Origin"]) == (200, "*")
    assert reply.headers["Access-Control-Allow-Headers"] == "content-type"
    url = presigned(s3, bucket, "get_object")
    for url, status in [(url, 200), (url.replace("/k?", "/none?"), 404)]:
        reply = requests.get(url, headers={"Origin": PAGE})
        assert (reply.status_code, reply.headers["Access-Control-Allow-Origin"]) == (status, "*")
        assert "ETag" in reply.headers["Access-Control-Expose-Headers"]


def test_the_rules_of_a_bucket_are_obeyed(s3, bucket):
    rule = {"AllowedMethods": ["PUT"], "AllowedOrigins": ["http://localhost:*"], "AllowedHeaders": ["x-amz-*"],
            "ExposeHeaders": ["ETag"], "MaxAgeSeconds": 30}
    s3.put_bucket_cors(Bucket=bucket, CORSConfiguration={"CORSRules": [rule]})
    url = presigned(s3, bucket)
    reply = ask(url, headers="X-Amz-Date")
    assert reply.status_code == 200
    assert {name: reply.headers[f"Access-Control-{name}"] for name in
            ["Allow-Origin", "Allow-Methods", "Allow-Headers", "Allow-Credentials", "Expose-Headers", "Max-Age"]} == {
        "Allow-Origin": PAGE, "Allow-Methods": "PUT", "Allow-Headers": "x-amz-date", "Allow-Credentials": "true",
        "Expose-Headers": "ETag", "Max-Age": "30"}
    for asked in [{"headers": "content-type"}, {"method": "DELETE"}, {"origin": "http://127.0.0.1:3000", "headers": ""}]:
        reply = ask(url, **asked)
        assert (reply.status_code, "AccessForbidden" in reply.text) == (403, True), asked
        assert "Access-Control-Allow-Origin" not in reply.headers
    reply = requests.put(url, data=b"x", headers={"Origin": PAGE})
    assert (reply.status_code, reply.headers["Access-Control-Allow-Origin"]) == (200, PAGE)
    reply = requests.get(presigned(s3, bucket, "get_object"), headers={"Origin": PAGE})
    assert (reply.status_code, "Access-Control-Allow-Origin" in reply.headers) == (200, False)


def test_preflights_that_ask_for_nothing(s3, bucket, endpoint):
    assert requests.options(f"{endpoint}/{bucket}/k").status_code == 400
    assert requests.options(f"{endpoint}/{bucket}/k", headers={"Origin": PAGE}).status_code == 400
    assert ask(f"{endpoint}/no-such-bucket/k").status_code == 403


def test_the_host_of_a_request_may_name_the_bucket_of_a_preflight(s3, bucket, endpoint):
    port = urlsplit(endpoint).port
    reply = requests.options(f"{endpoint}/", headers={
        "Host": f"{bucket}.localhost:{port}", "Origin": PAGE, "Access-Control-Request-Method": "GET"})
    assert (reply.status_code, reply.headers["Access-Control-Allow-Methods"]) == (200, "GET, HEAD, PUT, POST, DELETE")


def test_pages_of_others_stay_out(s3, bucket):
    rule = {"AllowedMethods": ["PUT"], "AllowedOrigins": ["*"]}
    s3.put_bucket_cors(Bucket=bucket, CORSConfiguration={"CORSRules": [rule]})
    assert ask(presigned(s3, bucket), headers="", origin="https://example.com").status_code == 403


def regional(endpoint, region):
    return boto3.session.Session().client(
        "s3", endpoint_url=endpoint, region_name=region, aws_access_key_id=ACCOUNT, aws_secret_access_key="any")


@pytest.mark.parametrize("region, constraint, code", [
    ("eu-west-1", None, "IllegalLocationConstraintException"),
    ("eu-west-1", "us-west-2", "IllegalLocationConstraintException"),
    ("us-east-1", "us-east-1", "InvalidLocationConstraint"),
    ("us-east-1", "nowhere", "InvalidLocationConstraint"),
])
def test_buckets_are_made_where_the_endpoint_is(endpoint, region, constraint, code):
    there = {"CreateBucketConfiguration": {"LocationConstraint": constraint}} if constraint else {}
    fails(code, 400, regional(endpoint, region).create_bucket, Bucket=f"b-{uuid.uuid4().hex}", **there)


def test_locations(endpoint, s3, bucket):
    name = f"b-{uuid.uuid4().hex}"
    made = regional(endpoint, "eu-west-1").create_bucket(Bucket=name, CreateBucketConfiguration={"LocationConstraint": "EU"})
    assert made["Location"].startswith("http://")
    assert s3.head_bucket(Bucket=name)["BucketRegion"] == "eu-west-1"
    upload = s3.create_multipart_upload(Bucket=bucket, Key="a b/c")["UploadId"]
    part = s3.upload_part(Bucket=bucket, Key="a b/c", UploadId=upload, PartNumber=1, Body=b"x")
    done = s3.complete_multipart_upload(Bucket=bucket, Key="a b/c", UploadId=upload, MultipartUpload={
        "Parts": [{"PartNumber": 1, "ETag": part["ETag"]}]})
    assert done["Location"] == f"{endpoint}/{bucket}/a%20b/c"


@pytest.mark.parametrize("algorithm", ["sha512", "md5", "xxhash64", "xxhash3", "xxhash128"])
def test_checksums_that_are_not_compared_are_refused(endpoint, s3, bucket, algorithm):
    url = f"{endpoint}/{bucket}/k"
    right = base64.b64encode(hashlib.sha512(b"data").digest()).decode()
    signed = {"Authorization": authorization(ACCOUNT, service="s3")}
    chunked = "4\r\ndata\r\n0\r\nx-amz-checksum-" + algorithm + ":" + right + "\r\n\r\n"
    streaming = {"x-amz-content-sha256": "STREAMING-UNSIGNED-PAYLOAD-TRAILER", "Content-Encoding": "aws-chunked",
                 "x-amz-decoded-content-length": "4"}
    for headers, body in [
        ({f"x-amz-checksum-{algorithm}": right}, b"data"),
        ({"x-amz-sdk-checksum-algorithm": algorithm.upper()}, b"data"),
        ({**streaming, "x-amz-trailer": f"x-amz-checksum-{algorithm}"}, chunked),
        (streaming, chunked),
    ]:
        reply = requests.put(url, data=body, headers={**signed, **headers})
        assert (reply.status_code, "NotImplemented" in reply.text) == (501, True), headers
    reply = requests.post(f"{endpoint}/{bucket}", headers=signed, files={
        "key": (None, "k"), f"x-amz-checksum-{algorithm}": (None, right), "file": b"data"})
    assert reply.status_code == 501
    fails("NoSuchKey", 404, s3.get_object, Bucket=bucket, Key="k")


def test_forms_as_sdks_for_javascript_write_them(endpoint, bucket):
    s3 = s3_client(endpoint, signature_version="s3v4")
    post = s3.generate_presigned_post(bucket, "a b", Fields={"success_action_status": "201"}, Conditions=[
        ["content-length-range", 1, 10], {"success_action_status": "201"}])
    fields = {name.title() if name.startswith("x-amz-") or name == "policy" else name: value
              for name, value in post["fields"].items()}
    reply = requests.post(post["url"], data=fields, files={"file": b"hello"})
    url = f"{endpoint}/{bucket}/a%20b"
    assert (reply.status_code, reply.headers["Location"], f"<Location>{url}</Location>" in reply.text) == (201, url, True)
    assert read(s3, bucket, "a b") == b"hello"
    for broken, file, code in [({"key": "other"}, b"x", "AccessDenied"), ({}, b"x" * (4 << 20), "EntityTooLarge")]:
        reply = requests.post(post["url"], data={**fields, **broken}, files={"file": file})
        assert (reply.status_code, code in reply.text) == (403 if code == "AccessDenied" else 400, True)


def test_refused_uploads_are_read_to_their_end(endpoint, bucket):
    headers = {"Authorization": authorization(ACCOUNT, service="s3"), "x-amz-checksum-sha512": "v"}
    assert requests.put(f"{endpoint}/{bucket}/k", data=b"x" * (8 << 20), headers=headers).status_code == 501


def test_empty_bodies_that_expect_to_be_told_are(endpoint, bucket):
    address = urlsplit(endpoint)
    head = (f"PUT /{bucket}/empty HTTP/1.1\r\nHost: x\r\nAuthorization: {authorization(ACCOUNT, service='s3')}\r\n"
            "Expect: 100-continue\r\nContent-Length: 0\r\n\r\n").encode()
    with socket.create_connection((address.hostname, address.port), timeout=10) as connection:
        replies = connection.makefile("rb")
        for _ in range(2):
            connection.sendall(head)
            assert replies.readline() == b"HTTP/1.1 100 Continue\r\n"
            assert replies.readline() == b"\r\n"
            assert replies.readline() == b"HTTP/1.1 200 OK\r\n"
            while (line := replies.readline()) != b"\r\n":
                assert line
        connection.sendall(head.replace(b"Expect: 100-continue\r\n", b""))
        assert replies.readline() == b"HTTP/1.1 200 OK\r\n"
