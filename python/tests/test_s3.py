"""The embedded S3, through boto3 and the aws CLI.

Every test makes buckets of its own.
"""

import base64
import datetime
import hashlib
import io
import os
import subprocess
import time
import urllib.parse
import uuid

import pytest
import requests
from boto3.s3.transfer import TransferConfig
from botocore.exceptions import ClientError

from clients import authorization
from s3_helpers import ACCOUNT, OTHER_ACCOUNT, crc32, s3_client

MIB = 1 << 20
ODD_KEYS = ["a b/c+d.txt", "ümläut/日本語 😀.edi", "100%/ö&ä=?#.x", "(paren)/'quote'/~tilde", "dot/../dots", "tab\tand\nline", "//double//"]


@pytest.fixture
def s3(endpoint):
    return s3_client(endpoint)


@pytest.fixture
def bucket(s3):
    name = f"test-{uuid.uuid4().hex[:12]}"
    s3.create_bucket(Bucket=name)
    return name


def fails(code, status, call, **arguments):
    """Makes the call, and checks the error it must end in."""
    with pytest.raises(ClientError) as caught:
        call(**arguments)
    response = caught.value.response
    assert (response["Error"]["Code"], response["ResponseMetadata"]["HTTPStatusCode"]) == (code, status)
    assert response["ResponseMetadata"]["HTTPHeaders"]["x-amz-request-id"]
    return response


def read(s3, bucket, key, **arguments):
    return s3.get_object(Bucket=bucket, Key=key, **arguments)["Body"].read()


def keys(response):
    return [item["Key"] for item in response.get("Contents", [])]


def prefixes(response):
    return [item["Prefix"] for item in response.get("CommonPrefixes", [])]


# Buckets


def test_bucket_life(s3):
    name = f"life-{uuid.uuid4().hex[:8]}"
    fails("404", 404, s3.head_bucket, Bucket=name)
    s3.create_bucket(Bucket=name)
    s3.create_bucket(Bucket=name)
    assert s3.head_bucket(Bucket=name)["BucketRegion"] == "us-east-1"
    assert s3.get_bucket_location(Bucket=name)["LocationConstraint"] is None
    assert name in [bucket["Name"] for bucket in s3.list_buckets()["Buckets"]]
    s3.put_object(Bucket=name, Key="k", Body=b"")
    fails("BucketNotEmpty", 409, s3.delete_bucket, Bucket=name)
    s3.delete_object(Bucket=name, Key="k")
    s3.delete_bucket(Bucket=name)
    fails("NoSuchBucket", 404, s3.delete_bucket, Bucket=name)


def test_bucket_elsewhere(s3):
    name = f"west-{uuid.uuid4().hex[:8]}"
    there = {"LocationConstraint": "eu-west-1"}
    s3.create_bucket(Bucket=name, CreateBucketConfiguration=there)
    assert s3.get_bucket_location(Bucket=name)["LocationConstraint"] == "eu-west-1"
    fails("BucketAlreadyOwnedByYou", 409, s3.create_bucket, Bucket=name, CreateBucketConfiguration=there)


def test_bucket_names(endpoint):
    for name in ["AB", "no_underscore", "a..b", "x" * 64]:
        response = requests.put(f"{endpoint}/{name}")
        assert (response.status_code, "<Code>InvalidBucketName</Code>" in response.text) == (400, True), name


def test_list_buckets_by_page(s3):
    prefix = f"page-{uuid.uuid4().hex[:6]}"
    names = [f"{prefix}-{number}" for number in range(5)]
    for name in names:
        s3.create_bucket(Bucket=name)
    pages = list(s3.get_paginator("list_buckets").paginate(Prefix=prefix, PaginationConfig={"PageSize": 2}))
    assert [[bucket["Name"] for bucket in page["Buckets"]] for page in pages] == [names[:2], names[2:4], names[4:]]


def test_bucket_configuration(s3, bucket):
    fails("NoSuchBucketPolicy", 404, s3.get_bucket_policy, Bucket=bucket)
    s3.put_bucket_policy(Bucket=bucket, Policy='{"Version":"2012-10-17","Statement":[]}')
    assert s3.get_bucket_policy(Bucket=bucket)["Policy"] == '{"Version":"2012-10-17","Statement":[]}'
    s3.delete_bucket_policy(Bucket=bucket)
    s3.put_bucket_notification_configuration(Bucket=bucket, NotificationConfiguration={"EventBridgeConfiguration": {}})
    assert s3.get_bucket_notification_configuration(Bucket=bucket)["EventBridgeConfiguration"] == {}
    assert "Status" not in s3.get_bucket_versioning(Bucket=bucket)


# Objects


def test_object_life(s3, bucket):
    before = datetime.datetime.now(datetime.timezone.utc).replace(microsecond=0)
    put = s3.put_object(Bucket=bucket, Key="k", Body=b"hello", ContentType="text/plain")
    etag = f'"{hashlib.md5(b"hello").hexdigest()}"'
    assert put["ETag"] == etag
    head = s3.head_object(Bucket=bucket, Key="k")
    assert (head["ContentLength"], head["ETag"], head["ContentType"]) == (5, etag, "text/plain")
    assert before <= head["LastModified"] <= before + datetime.timedelta(seconds=30)
    get = s3.get_object(Bucket=bucket, Key="k")
    assert (get["Body"].read(), get["ETag"], get["AcceptRanges"]) == (b"hello", etag, "bytes")
    s3.put_object(Bucket=bucket, Key="k", Body=b"again")
    assert read(s3, bucket, "k") == b"again"
    assert s3.head_object(Bucket=bucket, Key="k")["ContentType"] == "binary/octet-stream"
    s3.delete_object(Bucket=bucket, Key="k")
    s3.delete_object(Bucket=bucket, Key="k")
    fails("404", 404, s3.head_object, Bucket=bucket, Key="k")


def test_errors(s3, bucket, endpoint):
    error = fails("NoSuchKey", 404, s3.get_object, Bucket=bucket, Key="none")["Error"]
    assert error["Message"] == "The specified key does not exist."
    fails("NoSuchBucket", 404, s3.put_object, Bucket="not-there-at-all", Key="k", Body=b"x")
    fails("NoSuchBucket", 404, s3.list_objects_v2, Bucket="not-there-at-all")
    fails("NotImplemented", 501, s3.get_bucket_website, Bucket=bucket)
    fails("KeyTooLongError", 400, s3.put_object, Bucket=bucket, Key="k" * 1025, Body=b"")
    text = requests.get(f"{endpoint}/{bucket}/none", headers={"Authorization": authorization(ACCOUNT, service="s3")}).text
    for member in ["<Code>NoSuchKey</Code>", f"<Resource>/{bucket}/none</Resource>", "<RequestId>", "<HostId>"]:
        assert member in text


def test_expected_owner(s3, bucket):
    s3.list_objects_v2(Bucket=bucket, ExpectedBucketOwner=ACCOUNT)
    fails("AccessDenied", 403, s3.list_objects_v2, Bucket=bucket, ExpectedBucketOwner=OTHER_ACCOUNT)


def test_headers_and_metadata(s3, bucket):
    given = {
        "CacheControl": "no-cache", "ContentDisposition": 'attachment; filename="a b.edi"', "ContentEncoding": "gzip",
        "ContentLanguage": "de", "ContentType": "application/edi-x12", "Metadata": {"colour": "blue", "n": "1"},
        "StorageClass": "STANDARD_IA",
    }
    s3.put_object(Bucket=bucket, Key="k", Body=b"x", Expires=datetime.datetime(2030, 1, 2), **given)
    for told in [s3.head_object(Bucket=bucket, Key="k"), s3.get_object(Bucket=bucket, Key="k")]:
        assert {name: told[name] for name in given} == given
        assert told["ExpiresString"] == "Wed, 02 Jan 2030 00:00:00 GMT"
    overridden = s3.get_object(Bucket=bucket, Key="k", ResponseContentType="text/x", ResponseCacheControl="private")
    assert (overridden["ContentType"], overridden["CacheControl"]) == ("text/x", "private")
    fails("MetadataTooLarge", 400, s3.put_object, Bucket=bucket, Key="k", Body=b"", Metadata={"a": "b" * 2048})


@pytest.mark.parametrize("key", ODD_KEYS)
def test_odd_keys(s3, bucket, key):
    s3.put_object(Bucket=bucket, Key=key, Body=key.encode())
    assert read(s3, bucket, key) == key.encode()
    assert keys(s3.list_objects_v2(Bucket=bucket)) == [key]
    assert keys(s3.list_objects(Bucket=bucket, Prefix=key[:2])) == [key]
    s3.copy_object(Bucket=bucket, Key=key + "2", CopySource={"Bucket": bucket, "Key": key})
    url = s3.generate_presigned_url("get_object", Params={"Bucket": bucket, "Key": key + "2"})
    # requests resolves dots in a path before it sends it.
    assert ".." in key or requests.get(url).content == key.encode()
    deleted = s3.delete_objects(Bucket=bucket, Delete={"Objects": [{"Key": key}, {"Key": key + "2"}]})["Deleted"]
    assert sorted(item["Key"] for item in deleted) == [key, key + "2"]


def test_ranges(s3, bucket):
    s3.put_object(Bucket=bucket, Key="k", Body=b"0123456789")
    for header, body, told in [
        ("bytes=0-0", b"0", "bytes 0-0/10"), ("bytes=3-5", b"345", "bytes 3-5/10"), ("bytes=7-", b"789", "bytes 7-9/10"),
        ("bytes=-4", b"6789", "bytes 6-9/10"), ("bytes=5-99", b"56789", "bytes 5-9/10"), ("bytes=-99", b"0123456789", "bytes 0-9/10"),
    ]:
        got = s3.get_object(Bucket=bucket, Key="k", Range=header)
        assert (got["Body"].read(), got["ContentRange"], got["ContentLength"]) == (body, told, len(body))
        assert got["ResponseMetadata"]["HTTPStatusCode"] == 206
    assert s3.head_object(Bucket=bucket, Key="k", Range="bytes=1-2")["ContentRange"] == "bytes 1-2/10"
    fails("InvalidRange", 416, s3.get_object, Bucket=bucket, Key="k", Range="bytes=10-")
    assert read(s3, bucket, "k", Range="bytes=0-1,3-4") == b"0123456789"


def test_streamed_and_empty_bodies(s3, bucket):
    s3.put_object(Bucket=bucket, Key="empty")
    assert read(s3, bucket, "empty") == b""
    body = os.urandom(3 * MIB)
    s3.upload_fileobj(io.BytesIO(body), bucket, "streamed")
    assert read(s3, bucket, "streamed") == body
    target = io.BytesIO()
    s3.download_fileobj(bucket, "streamed", target)
    assert target.getvalue() == body


def test_delete_many(s3, bucket):
    for number in range(5):
        s3.put_object(Bucket=bucket, Key=f"k{number}", Body=b"x")
    wanted = {"Objects": [{"Key": "k0"}, {"Key": "k1"}, {"Key": "none"}]}
    assert len(s3.delete_objects(Bucket=bucket, Delete=wanted)["Deleted"]) == 3
    assert "Deleted" not in s3.delete_objects(Bucket=bucket, Delete={"Objects": [{"Key": "k2"}], "Quiet": True})
    assert keys(s3.list_objects_v2(Bucket=bucket)) == ["k3", "k4"]
    mixed = {"Objects": [{"Key": "k3", "ETag": "wrong"}, {"Key": "k4", "ETag": hashlib.md5(b"x").hexdigest()}]}
    answer = s3.delete_objects(Bucket=bucket, Delete=mixed)
    assert [error["Code"] for error in answer["Errors"]] == ["PreconditionFailed"]
    assert [item["Key"] for item in answer["Deleted"]] == ["k4"]
    fails("MalformedXML", 400, s3.delete_objects, Bucket=bucket, Delete={"Objects": [{"Key": "k"}] * 1001})


def test_copy(s3, bucket):
    s3.put_object(Bucket=bucket, Key="a", Body=b"abc", ContentType="text/a", Metadata={"m": "1"}, Tagging="t=1")
    source = {"Bucket": bucket, "Key": "a"}
    copied = s3.copy_object(Bucket=bucket, Key="b", CopySource=source)["CopyObjectResult"]
    assert copied["ETag"] == s3.head_object(Bucket=bucket, Key="a")["ETag"]
    assert s3.head_object(Bucket=bucket, Key="b")["Metadata"] == {"m": "1"}
    assert s3.get_object_tagging(Bucket=bucket, Key="b")["TagSet"] == [{"Key": "t", "Value": "1"}]
    s3.copy_object(Bucket=bucket, Key="c", CopySource=source, MetadataDirective="REPLACE", ContentType="text/c",
                   Metadata={"n": "2"}, TaggingDirective="REPLACE", Tagging="")
    head = s3.head_object(Bucket=bucket, Key="c")
    assert (head["ContentType"], head["Metadata"]) == ("text/c", {"n": "2"})
    assert s3.get_object_tagging(Bucket=bucket, Key="c")["TagSet"] == []
    fails("InvalidRequest", 400, s3.copy_object, Bucket=bucket, Key="a", CopySource=source)
    s3.copy_object(Bucket=bucket, Key="a", CopySource=source, MetadataDirective="REPLACE", Metadata={"x": "y"})
    fails("NoSuchKey", 404, s3.copy_object, Bucket=bucket, Key="d", CopySource={"Bucket": bucket, "Key": "none"})
    etag = copied["ETag"]
    s3.copy_object(Bucket=bucket, Key="e", CopySource=source, CopySourceIfMatch=etag)
    fails("PreconditionFailed", 412, s3.copy_object, Bucket=bucket, Key="e", CopySource=source, CopySourceIfMatch='"x"')
    fails("PreconditionFailed", 412, s3.copy_object, Bucket=bucket, Key="e", CopySource=source, CopySourceIfNoneMatch=etag)


def test_tagging(s3, bucket):
    s3.put_object(Bucket=bucket, Key="k", Body=b"x", Tagging="a=1&b+c=%C3%A9")
    assert s3.get_object_tagging(Bucket=bucket, Key="k")["TagSet"] == [{"Key": "a", "Value": "1"}, {"Key": "b c", "Value": "é"}]
    assert s3.get_object(Bucket=bucket, Key="k")["TagCount"] == 2
    etag = s3.head_object(Bucket=bucket, Key="k")["ETag"]
    s3.put_object_tagging(Bucket=bucket, Key="k", Tagging={"TagSet": [{"Key": "z", "Value": ""}]})
    assert s3.get_object_tagging(Bucket=bucket, Key="k")["TagSet"] == [{"Key": "z", "Value": ""}]
    assert s3.head_object(Bucket=bucket, Key="k")["ETag"] == etag
    s3.delete_object_tagging(Bucket=bucket, Key="k")
    assert s3.get_object_tagging(Bucket=bucket, Key="k")["TagSet"] == []
    many = [{"Key": str(number), "Value": ""} for number in range(11)]
    fails("InvalidTag", 400, s3.put_object_tagging, Bucket=bucket, Key="k", Tagging={"TagSet": many})
    fails("InvalidTag", 400, s3.put_object_tagging, Bucket=bucket, Key="k", Tagging={"TagSet": many[:1] * 2})
    fails("NoSuchKey", 404, s3.get_object_tagging, Bucket=bucket, Key="none")


# Conditions


def test_conditional_reads(s3, bucket):
    s3.put_object(Bucket=bucket, Key="k", Body=b"x")
    head = s3.head_object(Bucket=bucket, Key="k")
    etag, changed = head["ETag"], head["LastModified"]
    earlier, here = changed - datetime.timedelta(hours=1), {"Bucket": bucket, "Key": "k"}
    for call, failed in [(s3.get_object, "PreconditionFailed"), (s3.head_object, "412")]:
        call(IfMatch=etag, **here)
        call(IfNoneMatch='"other"', **here)
        call(IfModifiedSince=earlier, **here)
        call(IfUnmodifiedSince=changed, **here)
        call(IfMatch=etag, IfUnmodifiedSince=earlier, **here)
        fails(failed, 412, call, IfMatch='"other"', **here)
        fails(failed, 412, call, IfUnmodifiedSince=earlier, **here)
        fails("304", 304, call, IfNoneMatch=etag, **here)
        fails("304", 304, call, IfModifiedSince=changed, **here)


def test_conditional_writes(s3, bucket):
    here = {"Bucket": bucket, "Key": "k"}
    fails("NoSuchKey", 404, s3.put_object, Body=b"x", IfMatch='"none"', **here)
    etag = s3.put_object(Body=b"x", IfNoneMatch="*", **here)["ETag"]
    fails("PreconditionFailed", 412, s3.put_object, Body=b"y", IfNoneMatch="*", **here)
    fails("PreconditionFailed", 412, s3.put_object, Body=b"y", IfMatch='"other"', **here)
    etag = s3.put_object(Body=b"y", IfMatch=etag, **here)["ETag"]
    assert read(s3, bucket, "k") == b"y"
    fails("PreconditionFailed", 412, s3.delete_object, IfMatch='"other"', **here)
    s3.delete_object(IfMatch=etag, **here)
    fails("404", 404, s3.head_object, **here)


# Lists


@pytest.fixture
def tree(s3, bucket):
    for key in ["a.txt", "b/1", "b/2", "b/c/3", "d/", "d/4", "e.txt"]:
        s3.put_object(Bucket=bucket, Key=key, Body=key.encode())
    return bucket


def test_list_version_2(s3, tree):
    whole = s3.list_objects_v2(Bucket=tree)
    assert keys(whole) == ["a.txt", "b/1", "b/2", "b/c/3", "d/", "d/4", "e.txt"]
    assert (whole["KeyCount"], whole["IsTruncated"], whole["MaxKeys"], whole["Name"]) == (7, False, 1000, tree)
    first = whole["Contents"][0]
    assert (first["Size"], first["ETag"], first["StorageClass"]) == (5, f'"{hashlib.md5(b"a.txt").hexdigest()}"', "STANDARD")
    assert "Owner" not in first
    assert s3.list_objects_v2(Bucket=tree, FetchOwner=True)["Contents"][0]["Owner"]["ID"]
    folders = s3.list_objects_v2(Bucket=tree, Delimiter="/")
    assert (keys(folders), prefixes(folders), folders["KeyCount"]) == (["a.txt", "e.txt"], ["b/", "d/"], 4)
    inside = s3.list_objects_v2(Bucket=tree, Delimiter="/", Prefix="b/")
    assert (keys(inside), prefixes(inside)) == (["b/1", "b/2"], ["b/c/"])
    assert keys(s3.list_objects_v2(Bucket=tree, StartAfter="b/2")) == ["b/c/3", "d/", "d/4", "e.txt"]
    assert keys(s3.list_objects_v2(Bucket=tree, Prefix="zzz")) == []
    assert s3.list_objects_v2(Bucket=tree, MaxKeys=0)["IsTruncated"] is False
    fails("InvalidArgument", 400, s3.list_objects_v2, Bucket=tree, ContinuationToken="garbage!")


@pytest.mark.parametrize("operation", ["list_objects", "list_objects_v2"])
@pytest.mark.parametrize("size", [1, 2, 3, 7, 1000])
def test_list_by_page(s3, tree, operation, size):
    def walk(**arguments):
        pages = list(s3.get_paginator(operation).paginate(Bucket=tree, PaginationConfig={"PageSize": size}, **arguments))
        assert all(len(keys(page)) + len(prefixes(page)) <= size for page in pages)
        return sum(map(keys, pages), []), sum(map(prefixes, pages), [])

    assert walk() == (["a.txt", "b/1", "b/2", "b/c/3", "d/", "d/4", "e.txt"], [])
    assert walk(Delimiter="/") == (["a.txt", "e.txt"], ["b/", "d/"])
    assert walk(Delimiter="/", Prefix="b/") == (["b/1", "b/2"], ["b/c/"])


def test_list_version_1(s3, tree):
    page = s3.list_objects(Bucket=tree, Delimiter="/", MaxKeys=2)
    assert (keys(page), prefixes(page), page["NextMarker"], page["IsTruncated"]) == (["a.txt"], ["b/"], "b/", True)
    assert "NextMarker" not in s3.list_objects(Bucket=tree, MaxKeys=2)
    assert keys(s3.list_objects(Bucket=tree, Marker="d/")) == ["d/4", "e.txt"]


def test_pages_survive_changes(s3, tree):
    page = s3.list_objects_v2(Bucket=tree, MaxKeys=3)
    s3.delete_object(Bucket=tree, Key="b/2")
    s3.put_object(Bucket=tree, Key="b/11", Body=b"")
    rest = s3.list_objects_v2(Bucket=tree, ContinuationToken=page["NextContinuationToken"])
    assert keys(rest) == ["b/c/3", "d/", "d/4", "e.txt"]


def test_more_than_one_page_holds(s3, bucket):
    for number in range(1005):
        s3.put_object(Bucket=bucket, Key=f"{number:04}", Body=b"")
    page = s3.list_objects_v2(Bucket=bucket, MaxKeys=5000)
    assert (page["KeyCount"], page["MaxKeys"], page["IsTruncated"]) == (1000, 1000, True)
    assert size_of(s3, bucket) == 1005


def size_of(s3, bucket):
    return sum(page["KeyCount"] for page in s3.get_paginator("list_objects_v2").paginate(Bucket=bucket))


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
