"""Buckets, objects, conditions and lists of the embedded S3, through boto3."""

import datetime
import hashlib
import io
import json
import os
import uuid

import pytest
import requests
from botocore.exceptions import ClientError

from clients import authorization
from s3_helpers import ACCOUNT, OTHER_ACCOUNT, fails, keys, prefixes, read, size_of

MIB = 1 << 20
ODD_KEYS = ["a b/c+d.txt", "ümläut/日本語 😀.edi", "100%/ö&ä=?#.x", "(paren)/'quote'/~tilde", "dot/../dots", "tab\tand\nline", "//double//"]

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
    statement = {"Effect": "Deny", "Principal": "*", "Action": "s3:*", "Resource": f"arn:aws:s3:::{bucket}/*"}
    policy = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    s3.put_bucket_policy(Bucket=bucket, Policy=policy)
    assert s3.get_bucket_policy(Bucket=bucket)["Policy"] == policy
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
    fails("NotImplemented", 501, s3.get_object_torrent, Bucket=bucket, Key="k")
    fails("KeyTooLongError", 400, s3.put_object, Bucket=bucket, Key="k" * 1025, Body=b"")
    text = requests.get(f"{endpoint}/{bucket}/none", headers={"Authorization": authorization(ACCOUNT, service="s3")}).text
    for member in ["<Code>NoSuchKey</Code>", "<Key>none</Key>", "<RequestId>", "<HostId>"]:
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
    fails("BadRequest", 400, s3.put_object_tagging, Bucket=bucket, Key="k", Tagging={"TagSet": many})
    fails("InvalidTag", 400, s3.put_object_tagging, Bucket=bucket, Key="k", Tagging={"TagSet": many[:1] * 2})
    own = [{"Key": "aws:a", "Value": ""}]
    fails("InvalidTag", 400, s3.put_object_tagging, Bucket=bucket, Key="k", Tagging={"TagSet": own})
    fails("InvalidTag", 400, s3.put_object, Bucket=bucket, Key="k", Tagging="aws:a=1")
    fails("InvalidTag", 400, s3.create_multipart_upload, Bucket=bucket, Key="k", Tagging="aws:a=1")
    fails("InvalidTag", 400, s3.copy_object, Bucket=bucket, Key="copy", CopySource=f"{bucket}/k", Tagging="aws:a=1", TaggingDirective="REPLACE")
    fails("NoSuchKey", 404, s3.get_object_tagging, Bucket=bucket, Key="none")


def test_errors_name_what_they_are_about(s3, bucket):
    def members(call, **arguments):
        with pytest.raises(ClientError) as raised:
            call(**arguments)
        return {name: value for name, value in raised.value.response["Error"].items() if name not in ("Code", "Message")}

    s3.put_object(Bucket=bucket, Key="a b", Body=b"x")
    etag = s3.head_object(Bucket=bucket, Key="a b")["ETag"]
    source = {"Bucket": bucket, "Key": "no ne/x"}
    for call, arguments, expected in [
        (s3.get_object, {"Key": "no ne/x"}, {"Key": "no ne/x"}),
        (s3.copy_object, {"Key": "k", "CopySource": source}, {"Key": "no ne/x"}),
        (s3.abort_multipart_upload, {"Key": "k", "UploadId": "none"}, {"UploadId": "none"}),
        (s3.list_objects_v2, {"Bucket": "no-such-bucket"}, {"BucketName": "no-such-bucket"}),
        (s3.get_bucket_tagging, {}, {"BucketName": bucket}),
        (s3.get_bucket_cors, {}, {"BucketName": bucket}),
        (s3.delete_bucket, {}, {"BucketName": bucket}),
        (s3.get_object, {"Key": "a b", "IfMatch": "other"}, {"Condition": "If-Match"}),
        (s3.put_object, {"Key": "a b", "IfNoneMatch": "*"}, {"Condition": "If-None-Match"}),
        (s3.copy_object, {"Key": "k", "CopySource": {"Bucket": bucket, "Key": "a b"}, "CopySourceIfNoneMatch": etag},
         {"Condition": "x-amz-copy-source-If-None-Match"}),
    ]:
        assert members(call, **{"Bucket": bucket, **arguments}) == expected, (call, arguments)


def test_tags_of_a_bucket_are_put_without_content(s3, bucket):
    reply = s3.put_bucket_tagging(Bucket=bucket, Tagging={"TagSet": [{"Key": "a", "Value": "1"}]})
    assert reply["ResponseMetadata"]["HTTPStatusCode"] == 204
    s3.put_bucket_tagging(Bucket=bucket, Tagging={"TagSet": []})
    fails("NoSuchTagSet", 404, s3.get_bucket_tagging, Bucket=bucket)


def test_a_part_is_part_of_the_content(s3, bucket):
    s3.put_object(Bucket=bucket, Key="k", Body=b"0123456789")
    for call in (s3.head_object, s3.get_object):
        reply = call(Bucket=bucket, Key="k", PartNumber=1)
        assert (reply["ResponseMetadata"]["HTTPStatusCode"], reply["ContentRange"]) == (206, "bytes 0-9/10")


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
