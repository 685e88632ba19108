"""How objects are stored: encrypted by default, archived and restored, redirected; and what replies tell of it."""

import os

import pytest
import requests
from botocore.exceptions import ClientError

from clients import authorization
from s3_helpers import ACCOUNT, fails, read

KMS_KEY = "arn:aws:kms:us-east-1:111122223333:key/11111111-2222-3333-4444-555555555555"
ours_only = pytest.mark.skipif(os.environ.get("B2BI_TEST_HOME") == "moto", reason="moto answers some of it otherwise")


def encryption(reply):
    return reply.get("ServerSideEncryption"), reply.get("SSEKMSKeyId"), reply.get("BucketKeyEnabled")


def upload(s3, bucket, key, body=b"part", **arguments):
    """A multipart upload of one part, ready to be completed."""
    begun = s3.create_multipart_upload(Bucket=bucket, Key=key, **arguments)
    part = s3.upload_part(Bucket=bucket, Key=key, UploadId=begun["UploadId"], PartNumber=1, Body=body)
    parts = {"Parts": [{"PartNumber": 1, "ETag": part["ETag"]}]}
    return begun, part, {"Bucket": bucket, "Key": key, "UploadId": begun["UploadId"], "MultipartUpload": parts}


@ours_only
@pytest.mark.parametrize("rule, expected", [
    ({"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": KMS_KEY}, ("aws:kms", KMS_KEY, True)),
    ({"SSEAlgorithm": "aws:kms"}, ("aws:kms", None, True)),
    ({"SSEAlgorithm": "AES256"}, ("AES256", None, None)),
])
def test_objects_are_encrypted_as_their_bucket_says(s3, bucket, rule, expected):
    rules = [{"ApplyServerSideEncryptionByDefault": rule, "BucketKeyEnabled": True}]
    s3.put_bucket_encryption(Bucket=bucket, ServerSideEncryptionConfiguration={"Rules": rules})
    begun, part, complete = upload(s3, bucket, "parts")
    copied_part = s3.upload_part_copy(
        Bucket=bucket, Key="parts", UploadId=begun["UploadId"], PartNumber=2,
        CopySource={"Bucket": bucket, "Key": s3.put_object(Bucket=bucket, Key="source") and "source"})
    told = {
        "put": s3.put_object(Bucket=bucket, Key="k", Body=b"1"),
        "get": s3.get_object(Bucket=bucket, Key="k"),
        "head": s3.head_object(Bucket=bucket, Key="k"),
        "copy": s3.copy_object(Bucket=bucket, Key="copy", CopySource={"Bucket": bucket, "Key": "k"}),
        "begun": begun, "part": part, "copied part": copied_part,
        "completed": s3.complete_multipart_upload(**complete),
        "made of parts": s3.head_object(Bucket=bucket, Key="parts"),
    }
    assert {name: encryption(reply) for name, reply in told.items()} == dict.fromkeys(told, expected)


@ours_only
def test_a_request_outranks_the_default_of_its_bucket(s3, bucket):
    rule = {"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": KMS_KEY}
    rules = [{"ApplyServerSideEncryptionByDefault": rule, "BucketKeyEnabled": True}]
    s3.put_bucket_encryption(Bucket=bucket, ServerSideEncryptionConfiguration={"Rules": rules})
    own = s3.put_object(Bucket=bucket, Key="k", ServerSideEncryption="AES256")
    assert encryption(own) == ("AES256", None, None)
    other = s3.put_object(Bucket=bucket, Key="k", ServerSideEncryption="aws:kms", SSEKMSKeyId="other", BucketKeyEnabled=False)
    assert encryption(other) == ("aws:kms", "other", None)


def test_archived_objects_are_read_after_a_restore(s3, bucket):
    s3.put_object(Bucket=bucket, Key="k", Body=b"bytes", StorageClass="GLACIER")
    fails("InvalidObjectState", 403, s3.get_object, Bucket=bucket, Key="k")
    begun = s3.restore_object(Bucket=bucket, Key="k", RestoreRequest={"Days": 1})
    again = s3.restore_object(Bucket=bucket, Key="k", RestoreRequest={"Days": 2})
    assert [reply["ResponseMetadata"]["HTTPStatusCode"] for reply in (begun, again)] == [202, 200]
    assert s3.head_object(Bucket=bucket, Key="k")["Restore"].startswith('ongoing-request="false", expiry-date="')
    assert read(s3, bucket, "k") == b"bytes"


@ours_only
def test_the_error_of_an_archived_object_is_typed(s3, bucket):
    s3.put_object(Bucket=bucket, Key="k", StorageClass="DEEP_ARCHIVE")
    with pytest.raises(s3.exceptions.InvalidObjectState) as caught:
        s3.get_object(Bucket=bucket, Key="k")
    assert caught.value.response["StorageClass"] == "DEEP_ARCHIVE"
    with pytest.raises(ClientError, match="storage class"):
        s3.copy_object(Bucket=bucket, Key="copy", CopySource={"Bucket": bucket, "Key": "k"})
    s3.put_object(Bucket=bucket, Key="plain")
    fails("InvalidObjectState", 403, s3.restore_object, Bucket=bucket, Key="plain", RestoreRequest={"Days": 1})
    asked = {"OptionalObjectAttributes": ["RestoreStatus"], "Bucket": bucket, "Prefix": "k"}
    assert "RestoreStatus" not in s3.list_objects_v2(**asked)["Contents"][0]
    s3.restore_object(Bucket=bucket, Key="k", RestoreRequest={"Days": 1})
    assert not s3.list_objects_v2(**asked)["Contents"][0]["RestoreStatus"]["IsRestoreInProgress"]


@ours_only
def test_redirects_of_websites_are_kept_with_their_object(s3, bucket):
    for location in ("/other", "http://example.com/", "https://example.com/"):
        s3.put_object(Bucket=bucket, Key="k", WebsiteRedirectLocation=location)
        told = [ask(Bucket=bucket, Key="k")["WebsiteRedirectLocation"] for ask in (s3.head_object, s3.get_object)]
        assert told == [location] * 2
    source = {"Bucket": bucket, "Key": "k"}
    s3.copy_object(Bucket=bucket, Key="copy", CopySource=source)
    assert "WebsiteRedirectLocation" not in s3.head_object(Bucket=bucket, Key="copy")
    s3.copy_object(Bucket=bucket, Key="k", CopySource=source, WebsiteRedirectLocation="/new")
    assert s3.head_object(Bucket=bucket, Key="k")["WebsiteRedirectLocation"] == "/new"
    _, _, complete = upload(s3, bucket, "parts", WebsiteRedirectLocation="/parts")
    s3.complete_multipart_upload(**complete)
    assert s3.head_object(Bucket=bucket, Key="parts")["WebsiteRedirectLocation"] == "/parts"
    for location in ("other", "ftp://example.com/", "/" + "x" * 2048):
        fails("InvalidRedirectLocation", 400, s3.put_object, Bucket=bucket, Key="k", WebsiteRedirectLocation=location)


@ours_only
@pytest.mark.parametrize("versioning", [None, "Enabled"])
def test_an_upload_that_is_completed_again_is_answered_as_the_first_time(s3, bucket, versioning):
    if versioning:
        s3.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": versioning})
    _, _, complete = upload(s3, bucket, "k")
    members = ("Bucket", "Key", "ETag", "VersionId", "Location", "ChecksumCRC64NVME")
    first, again = ({name: reply.get(name) for name in members}
                    for reply in (s3.complete_multipart_upload(**complete) for _ in range(2)))
    assert first == again
    assert len(s3.list_object_versions(Bucket=bucket)["Versions"]) == 1
    s3.put_object(Bucket=bucket, Key="k", Body=b"other")
    if versioning:
        assert s3.complete_multipart_upload(**complete)["VersionId"] == first["VersionId"]
    else:
        fails("NoSuchUpload", 404, s3.complete_multipart_upload, **complete)
    assert read(s3, bucket, "k") == b"other"
    fails("NoSuchUpload", 404, s3.abort_multipart_upload, Bucket=bucket, Key="k", UploadId=complete["UploadId"])


@ours_only
def test_uploads_tell_which_rule_gives_them_up(s3, bucket):
    rule = {"ID": "stale", "Status": "Enabled", "Filter": {"Prefix": "in/"}, "AbortIncompleteMultipartUpload": {"DaysAfterInitiation": 3}}
    s3.put_bucket_lifecycle_configuration(Bucket=bucket, LifecycleConfiguration={"Rules": [rule]})
    begun = s3.create_multipart_upload(Bucket=bucket, Key="in/k")
    parts = s3.list_parts(Bucket=bucket, Key="in/k", UploadId=begun["UploadId"])
    assert begun["AbortRuleId"] == parts["AbortRuleId"] == "stale"
    assert begun["AbortDate"] == parts["AbortDate"]
    other = s3.create_multipart_upload(Bucket=bucket, Key="out/k")
    assert "AbortDate" not in other and "AbortRuleId" not in other


@ours_only
def test_heads_tell_what_s3_tells(s3, bucket, endpoint):
    reply = requests.head(f"{endpoint}/{bucket}", headers={"Authorization": authorization(ACCOUNT, service="s3")})
    assert (reply.headers["content-type"], reply.headers["x-amz-bucket-region"]) == ("application/xml", "us-east-1")
    s3.put_object(Bucket=bucket, Key="k", Tagging="a=1&b=2")
    reply = s3.head_object(Bucket=bucket, Key="k")
    assert reply["ResponseMetadata"]["HTTPHeaders"]["x-amz-tagging-count"] == "2"
    s3.put_object(Bucket=bucket, Key="k")
    assert "x-amz-tagging-count" not in s3.head_object(Bucket=bucket, Key="k")["ResponseMetadata"]["HTTPHeaders"]


@ours_only
@pytest.mark.parametrize("given, code", [
    ({"x-amz-server-side-encryption": "rot13"}, "InvalidEncryptionAlgorithmError"),
    ({"x-amz-server-side-encryption": "AES256", "x-amz-server-side-encryption-aws-kms-key-id": KMS_KEY}, "InvalidArgument"),
    ({"x-amz-server-side-encryption-aws-kms-key-id": KMS_KEY}, "InvalidArgument"),
    ({"x-amz-copy-source": "BUCKET/k", "x-amz-metadata-directive": "KEEP"}, "InvalidArgument"),
    ({"x-amz-copy-source": "BUCKET/k", "x-amz-tagging-directive": "replace"}, "InvalidArgument"),
])
def test_headers_that_say_nothing_s3_knows_are_refused(s3, bucket, endpoint, given, code):
    s3.put_object(Bucket=bucket, Key="k", Body=b"kept")
    headers = {name: value.replace("BUCKET", bucket) for name, value in given.items()}
    reply = requests.put(f"{endpoint}/{bucket}/k", headers={"Authorization": authorization(ACCOUNT, service="s3"), **headers})
    assert (reply.status_code, f"<Code>{code}</Code>" in reply.text) == (400, True), reply.text
    assert read(s3, bucket, "k") == b"kept"


@ours_only
@pytest.mark.parametrize("arguments, members", [
    ({"Range": "bytes=50-60"}, {"RangeRequested": "bytes=50-60", "ActualObjectSize": "4"}),
    ({"PartNumber": 2}, {"PartNumberRequested": "2", "ActualPartCount": "1"}),
])
def test_what_is_out_of_range_is_named(s3, bucket, arguments, members):
    s3.put_object(Bucket=bucket, Key="k", Body=b"four")
    with pytest.raises(ClientError) as caught:
        s3.get_object(Bucket=bucket, Key="k", **arguments)
    response = caught.value.response
    assert response["ResponseMetadata"]["HTTPStatusCode"] == 416
    assert {name: response["Error"].get(name) for name in members} == members
