"""Multipart, checksums, presigned requests and accounts of the embedded S3, through boto3 and the CLI."""

import base64
import hashlib
import io
import os
import subprocess
import time
import urllib.parse

import pytest
import requests
from boto3.s3.transfer import TransferConfig
from botocore.exceptions import ClientError

from clients import authorization
from s3_helpers import ACCOUNT, OTHER_ACCOUNT, crc32, fails, keys, prefixes, read, s3_client

MIB = 1 << 20

# Multipart uploads


def test_multipart_by_transfer(s3, bucket):
    body = os.urandom(18 * MIB)
    s3.upload_fileobj(io.BytesIO(body), bucket, "big", Config=TransferConfig(multipart_chunksize=8 * MIB))
    parts = [body[start:start + 8 * MIB] for start in range(0, len(body), 8 * MIB)]
    etag = hashlib.md5(b"".join(hashlib.md5(part).digest() for part in parts)).hexdigest()
    head = s3.head_object(Bucket=bucket, Key="big")
    assert (head["ETag"], head["ContentLength"]) == (f'"{etag}-3"', len(body))
    target = io.BytesIO()
    s3.download_fileobj(bucket, "big", target)
    assert target.getvalue() == body
    assert read(s3, bucket, "big", Range=f"bytes={8 * MIB - 3}-{8 * MIB + 2}") == body[8 * MIB - 3:8 * MIB + 3]
    part = s3.get_object(Bucket=bucket, Key="big", PartNumber=2)
    assert (part["Body"].read() == parts[1], part["PartsCount"]) == (True, 3)
    fails("InvalidPartNumber", 416, s3.get_object, Bucket=bucket, Key="big", PartNumber=4)
    attributes = s3.get_object_attributes(
        Bucket=bucket, Key="big", ObjectAttributes=["ETag", "ObjectSize", "ObjectParts", "StorageClass", "Checksum"])
    # S3 leaves the quotes out here; the library behind the server writes them.
    assert attributes["ETag"].strip('"') == f"{etag}-3"
    assert (attributes["ObjectSize"], attributes["StorageClass"]) == (len(body), "STANDARD")
    assert attributes["ObjectParts"]["TotalPartsCount"] == 3
    assert [part["Size"] for part in attributes["ObjectParts"]["Parts"]] == [8 * MIB, 8 * MIB, 2 * MIB]
    copied = s3.copy_object(Bucket=bucket, Key="one", CopySource={"Bucket": bucket, "Key": "big"})
    assert copied["CopyObjectResult"]["ETag"] == f'"{hashlib.md5(body).hexdigest()}"'


def test_multipart_by_hand(s3, bucket):
    here = {"Bucket": bucket, "Key": "k"}
    upload = s3.create_multipart_upload(ContentType="text/x", Metadata={"m": "1"}, Tagging="t=1", **here)["UploadId"]
    this = {"UploadId": upload, **here}
    first, second = b"a" * (5 * MIB), b"b" * 10
    tags = [s3.upload_part(PartNumber=number, Body=body, **this)["ETag"] for number, body in [(1, first), (3, second), (2, b"c")]]
    listed = s3.list_parts(MaxParts=2, **this)
    assert [(part["PartNumber"], part["Size"]) for part in listed["Parts"]] == [(1, 5 * MIB), (2, 1)]
    assert (listed["IsTruncated"], listed["NextPartNumberMarker"]) == (True, 2)
    assert [part["PartNumber"] for part in s3.list_parts(PartNumberMarker=2, **this)["Parts"]] == [3]
    assert [item["UploadId"] for item in s3.list_multipart_uploads(Bucket=bucket)["Uploads"]] == [upload]
    fails("404", 404, s3.head_object, **here)

    def complete(*parts, **arguments):
        named = [{"PartNumber": number, "ETag": tag} for number, tag in parts]
        return s3.complete_multipart_upload(MultipartUpload={"Parts": named}, **arguments, **this)

    for code, parts in [
        ("InvalidPartOrder", [(3, tags[1]), (1, tags[0])]), ("InvalidPart", [(1, tags[1])]), ("InvalidPart", [(4, tags[1])]),
        ("EntityTooSmall", [(2, tags[2]), (3, tags[1])]),
    ]:
        with pytest.raises(ClientError) as caught:
            complete(*parts)
        assert caught.value.response["Error"]["Code"] == code
    done = complete((1, tags[0]), (3, tags[1]), IfNoneMatch="*")
    assert done["ETag"].endswith('-2"')
    head = s3.head_object(**here)
    assert (head["ContentLength"], head["ContentType"], head["Metadata"]) == (5 * MIB + 10, "text/x", {"m": "1"})
    assert s3.get_object_tagging(**here)["TagSet"] == [{"Key": "t", "Value": "1"}]
    assert "Uploads" not in s3.list_multipart_uploads(Bucket=bucket)
    fails("NoSuchUpload", 404, s3.upload_part, PartNumber=1, Body=b"", **this)


def test_multipart_abort_and_lists(s3, bucket):
    made = [(key, s3.create_multipart_upload(Bucket=bucket, Key=key)["UploadId"]) for key in ["a/1", "a/2", "b", "b"]]
    listed = []
    for page in s3.get_paginator("list_multipart_uploads").paginate(Bucket=bucket, PaginationConfig={"PageSize": 1}):
        listed += [(item["Key"], item["UploadId"]) for item in page["Uploads"]]
    assert listed == sorted(made)
    folders = s3.list_multipart_uploads(Bucket=bucket, Delimiter="/")
    assert (prefixes(folders), [item["Key"] for item in folders["Uploads"]]) == (["a/"], ["b", "b"])
    for key, upload in made:
        s3.abort_multipart_upload(Bucket=bucket, Key=key, UploadId=upload)
    assert "Uploads" not in s3.list_multipart_uploads(Bucket=bucket)
    fails("NoSuchUpload", 404, s3.abort_multipart_upload, Bucket=bucket, Key="b", UploadId=made[2][1])
    upload = s3.create_multipart_upload(Bucket=bucket, Key="k")["UploadId"]
    fails("InvalidArgument", 400, s3.upload_part, Bucket=bucket, Key="k", UploadId=upload, PartNumber=10001, Body=b"")


def test_part_copy(s3, bucket):
    body = os.urandom(6 * MIB)
    s3.put_object(Bucket=bucket, Key="source", Body=body)
    source = {"Bucket": bucket, "Key": "source"}
    upload = s3.create_multipart_upload(Bucket=bucket, Key="k")["UploadId"]
    this = {"Bucket": bucket, "Key": "k", "UploadId": upload, "CopySource": source}
    ranges = [f"bytes=0-{5 * MIB - 1}", f"bytes={5 * MIB}-{6 * MIB - 1}"]
    tags = [s3.upload_part_copy(PartNumber=number + 1, CopySourceRange=part, **this)["CopyPartResult"]["ETag"]
            for number, part in enumerate(ranges)]
    fails("InvalidArgument", 400, s3.upload_part_copy, PartNumber=3, CopySourceRange=f"bytes=0-{7 * MIB}", **this)
    parts = [{"PartNumber": number + 1, "ETag": tag} for number, tag in enumerate(tags)]
    s3.complete_multipart_upload(Bucket=bucket, Key="k", UploadId=upload, MultipartUpload={"Parts": parts})
    assert read(s3, bucket, "k") == body


# Checksums


@pytest.mark.parametrize("algorithm", ["CRC32", "SHA1", "SHA256"])
def test_checksums(s3, bucket, algorithm):
    put = s3.put_object(Bucket=bucket, Key="k", Body=b"hello", ChecksumAlgorithm=algorithm)
    member = f"Checksum{algorithm}"
    expected = {
        "CRC32": crc32(b"hello"),
        "SHA1": base64.b64encode(hashlib.sha1(b"hello").digest()).decode(),
        "SHA256": base64.b64encode(hashlib.sha256(b"hello").digest()).decode(),
    }[algorithm]
    assert (put[member], put["ChecksumType"]) == (expected, "FULL_OBJECT")
    assert s3.head_object(Bucket=bucket, Key="k", ChecksumMode="ENABLED")[member] == expected
    assert member not in s3.get_object(Bucket=bucket, Key="k", Range="bytes=1-2")
    attributes = s3.get_object_attributes(Bucket=bucket, Key="k", ObjectAttributes=["Checksum", "ObjectParts"])
    assert attributes["Checksum"] == {member: expected, "ChecksumType": "FULL_OBJECT"}
    assert "ObjectParts" not in attributes
    fails("BadDigest", 400, s3.put_object, Bucket=bucket, Key="bad", Body=b"hello!", **{member: expected})
    fails("InvalidRequest", 400, s3.put_object, Bucket=bucket, Key="bad", Body=b"hello", **{member: "AAA"})
    fails("404", 404, s3.head_object, Bucket=bucket, Key="bad")


def test_checksums_unasked(endpoint, bucket):
    s3 = s3_client(endpoint, request_checksum_calculation="when_required")
    put = s3.put_object(Bucket=bucket, Key="k", Body=b"123456789")
    assert put["ChecksumCRC64NVME"] == base64.b64encode(bytes.fromhex("ae8b14860a799888")).decode()
    assert "ChecksumCRC64NVME" not in s3.head_object(Bucket=bucket, Key="k")
    given = put["ChecksumCRC64NVME"]
    s3.put_object(Bucket=bucket, Key="k", Body=b"123456789", ChecksumCRC64NVME=given)
    fails("BadDigest", 400, s3.put_object, Bucket=bucket, Key="k", Body=b"12345678", ChecksumCRC64NVME=given)


def test_checksums_of_parts(s3, bucket):
    here = {"Bucket": bucket, "Key": "k"}
    bodies = [b"a" * (5 * MIB), b"b"]
    for kind, algorithm in [("COMPOSITE", "SHA256"), ("COMPOSITE", "CRC32"), ("FULL_OBJECT", "CRC32")]:
        made = s3.create_multipart_upload(ChecksumAlgorithm=algorithm, ChecksumType=kind, **here)
        assert (made["ChecksumAlgorithm"], made["ChecksumType"]) == (algorithm, kind)
        member, this = f"Checksum{algorithm}", {"UploadId": made["UploadId"], **here}
        parts = []
        for number, body in enumerate(bodies, 1):
            part = s3.upload_part(PartNumber=number, Body=body, ChecksumAlgorithm=algorithm, **this)
            parts.append({"PartNumber": number, "ETag": part["ETag"], member: part[member]})
        done = s3.complete_multipart_upload(MultipartUpload={"Parts": parts}, ChecksumType=kind, **this)
        raw = b"".join(base64.b64decode(part[member]) for part in parts)
        digest = base64.b64encode(hashlib.sha256(raw).digest()).decode() if algorithm == "SHA256" else crc32(raw)
        assert done[member] == (f"{digest}-2" if kind == "COMPOSITE" else crc32(b"".join(bodies)))
        assert done["ChecksumType"] == kind
        assert s3.get_object(ChecksumMode="ENABLED", **here)["Body"].read() == b"".join(bodies)
    upload = s3.create_multipart_upload(ChecksumAlgorithm="SHA256", **here)["UploadId"]
    fails("InvalidRequest", 400, s3.upload_part, PartNumber=1, Body=b"x", UploadId=upload, ChecksumCRC32=crc32(b"x"), **here)
    fails("InvalidRequest", 400, s3.create_multipart_upload, ChecksumAlgorithm="SHA1", ChecksumType="FULL_OBJECT", **here)


@pytest.mark.parametrize("kind, code", [("COMPOSITE", "InvalidRequest"), ("FULL_OBJECT", None)])
def test_parts_of_a_composite_upload_have_checksums(endpoint, bucket, kind, code):
    s3 = s3_client(endpoint, request_checksum_calculation="when_required")
    here = {"Bucket": bucket, "Key": "k"}
    upload = s3.create_multipart_upload(ChecksumAlgorithm="CRC32", ChecksumType=kind, **here)["UploadId"]
    part = {"PartNumber": 1, "Body": b"x", "UploadId": upload, **here}
    if code:
        message = fails(code, 400, s3.upload_part, **part)["Error"]["Message"]
        assert message == "Checksum Type mismatch occurred, expected checksum Type: crc32, actual checksum Type: null"
    else:
        s3.upload_part(**part)
    etag = s3.upload_part(ChecksumCRC32=crc32(b"x"), **part)["ETag"]
    bare = {"UploadId": upload, "MultipartUpload": {"Parts": [{"PartNumber": 1, "ETag": etag}]}, **here}
    if code:
        assert "It was missing for part 1" in fails(code, 400, s3.complete_multipart_upload, **bare)["Error"]["Message"]
        bare["MultipartUpload"]["Parts"][0]["ChecksumCRC32"] = crc32(b"x")
    s3.complete_multipart_upload(**bare)
    assert read(s3, bucket, "k") == b"x"


def aws_chunked(endpoint, bucket, body, trailer):
    """Sends a body as boto3 does over https: in chunks, its checksum behind it."""
    coded = b"%x\r\n%s\r\n0\r\nx-amz-checksum-crc32:%s\r\n\r\n" % (len(body), body, trailer.encode())
    headers = {
        "Authorization": authorization(ACCOUNT, service="s3"),
        "x-amz-content-sha256": "STREAMING-UNSIGNED-PAYLOAD-TRAILER", "x-amz-decoded-content-length": str(len(body)),
        "x-amz-trailer": "x-amz-checksum-crc32", "Content-Encoding": "gzip,aws-chunked",
    }
    return requests.put(f"{endpoint}/{bucket}/chunked", data=coded, headers=headers)


def test_checksum_in_a_trailer(s3, bucket, endpoint):
    assert aws_chunked(endpoint, bucket, b"hello", crc32(b"hello")).headers["x-amz-checksum-crc32"] == crc32(b"hello")
    assert read(s3, bucket, "chunked") == b"hello"
    assert s3.head_object(Bucket=bucket, Key="chunked")["ContentEncoding"] == "gzip"
    refused = aws_chunked(endpoint, bucket, b"hello", crc32(b"other"))
    assert (refused.status_code, "<Code>BadDigest</Code>" in refused.text) == (400, True)


def test_content_md5(s3, bucket):
    right = base64.b64encode(hashlib.md5(b"x").digest()).decode()
    s3.put_object(Bucket=bucket, Key="k", Body=b"x", ContentMD5=right)
    fails("BadDigest", 400, s3.put_object, Bucket=bucket, Key="k", Body=b"y", ContentMD5=right)
    fails("InvalidDigest", 400, s3.put_object, Bucket=bucket, Key="k", Body=b"y", ContentMD5="abc")


# Presigned requests, credentials, hosts, accounts


@pytest.mark.parametrize("version", ["s3", "s3v4"])
def test_presigned(endpoint, bucket, version):
    s3 = s3_client(endpoint, signature_version=version)
    here = {"Bucket": bucket, "Key": "pre signed/é.edi"}
    put = s3.generate_presigned_url("put_object", Params=here)
    assert requests.put(put, data=b"body").status_code == 200
    assert requests.get(s3.generate_presigned_url("get_object", Params=here)).content == b"body"
    assert requests.head(s3.generate_presigned_url("head_object", Params=here)).headers["content-length"] == "4"
    expired = s3.generate_presigned_url("get_object", Params=here, ExpiresIn=1)
    time.sleep(2.1)
    refused = requests.get(expired)
    assert (refused.status_code, "Request has expired" in refused.text) == (403, True)


@pytest.mark.parametrize("version", ["s3", "s3v4"])
def test_presigned_uploads_with_headers(endpoint, bucket, version):
    """Version 2 of signatures, which boto3 uses with endpoints of others, has the headers in the query."""
    s3 = s3_client(endpoint, signature_version=version)
    body = b"body"
    digest = base64.b64encode(hashlib.md5(body).digest()).decode()
    headers = {"Content-Type": "text/x", "Content-MD5": digest, "x-amz-meta-a": "b"}
    given = {"ContentType": "text/x", "ContentMD5": digest, "Metadata": {"a": "b"}}
    url = s3.generate_presigned_url("put_object", Params={"Bucket": bucket, "Key": "k", **given})
    sent = headers if version == "s3v4" else {"Content-Type": "text/x"}
    assert requests.put(url, data=body, headers=sent).status_code == 200
    reply = s3.head_object(Bucket=bucket, Key="k")
    assert (reply["ContentType"], reply["Metadata"]) == ("text/x", {"a": "b"})


def test_presigned_post(endpoint, bucket):
    s3 = s3_client(endpoint, signature_version="s3v4")
    conditions = [["content-length-range", 1, 100], {"success_action_status": "201"}]
    post = s3.generate_presigned_post(bucket, "form/${filename}", Fields={"success_action_status": "201"}, Conditions=conditions)
    done = requests.post(post["url"], data=post["fields"], files={"file": ("order.edi", b"ISA*00")})
    assert (done.status_code, "<Key>form/order.edi</Key>" in done.text) == (201, True), done.text
    assert read(s3, bucket, "form/order.edi") == b"ISA*00"
    refused = requests.post(post["url"], data=post["fields"], files={"file": ("order.edi", b"x" * 101)})
    assert (refused.status_code, "EntityTooLarge" in refused.text) == (400, True)
    altered = requests.post(post["url"], data={**post["fields"], "acl": "public-read"}, files={"file": ("a", b"x")})
    assert altered.status_code == 403


def test_any_secret(endpoint, bucket):
    assert s3_client(endpoint, secret="quite another one").list_objects_v2(Bucket=bucket)["KeyCount"] == 0


def test_virtual_host(endpoint, s3, bucket):
    port = urllib.parse.urlsplit(endpoint).port
    s3.put_object(Bucket=bucket, Key="k/é", Body=b"x")
    for host in [f"{bucket}.localhost", f"{bucket}.s3.localhost", f"{bucket}.s3.us-east-1.amazonaws.com"]:
        headers = {"Host": f"{host}:{port}", "Authorization": authorization(ACCOUNT, service="s3")}
        assert requests.get(f"{endpoint}/k/%C3%A9", headers=headers).content == b"x"
        assert "<Key>k/é</Key>" in requests.get(f"{endpoint}/?list-type=2", headers=headers).content.decode()


def test_accounts_are_apart(endpoint, s3, bucket):
    other = s3_client(endpoint, OTHER_ACCOUNT)
    s3.put_object(Bucket=bucket, Key="k", Body=b"mine")
    fails("NoSuchBucket", 404, other.get_object, Bucket=bucket, Key="k")
    assert bucket not in [item["Name"] for item in other.list_buckets()["Buckets"]]
    other.create_bucket(Bucket=bucket)
    other.put_object(Bucket=bucket, Key="k", Body=b"theirs")
    assert (read(s3, bucket, "k"), read(other, bucket, "k")) == (b"mine", b"theirs")


def test_aws_cli(aws_cli, endpoint, s3, bucket, tmp_path):
    source, target = tmp_path / "source", tmp_path / "target"
    for name in ["one.edi", "folder/two.edi", "folder/deep/dreißig 3.edi"]:
        (source / name).parent.mkdir(parents=True, exist_ok=True)
        (source / name).write_bytes(os.urandom(10_000))
    (source / "big.bin").write_bytes(os.urandom(9 * MIB))
    environment = {
        **os.environ, "AWS_ACCESS_KEY_ID": ACCOUNT, "AWS_SECRET_ACCESS_KEY": "any", "AWS_DEFAULT_REGION": "us-east-1",
        "LC_ALL": "C.UTF-8",
    }

    def aws(*arguments):
        command = [aws_cli, "--endpoint-url", endpoint, "s3", *arguments]
        return subprocess.run(command, env=environment, check=True, capture_output=True, text=True).stdout

    aws("cp", "--recursive", str(source), f"s3://{bucket}/in")
    aws("cp", "--recursive", f"s3://{bucket}/in", str(target))
    for path in filter(lambda path: path.is_file(), source.rglob("*")):
        assert (target / path.relative_to(source)).read_bytes() == path.read_bytes()
    assert "in/folder/deep/dreißig 3.edi" in aws("ls", "--recursive", f"s3://{bucket}")
    aws("mv", f"s3://{bucket}/in/one.edi", f"s3://{bucket}/moved.edi")
    aws("sync", str(source), f"s3://{bucket}/in")
    assert len(keys(s3.list_objects_v2(Bucket=bucket))) == 5
    aws("rb", "--force", f"s3://{bucket}")
    fails("404", 404, s3.head_bucket, Bucket=bucket)
