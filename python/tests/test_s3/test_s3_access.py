"""Access control lists and policies of buckets: checked, kept and given back, not enforced."""

import json
import uuid

import pytest

from clients import boto3_client
from s3_helpers import ACCOUNT, fails

EVERYBODY = "http://acs.amazonaws.com/groups/global/AllUsers"
OWNER = {"Grantee": {"ID": ACCOUNT, "Type": "CanonicalUser"}, "Permission": "FULL_CONTROL"}
READ = {"Grantee": {"Type": "Group", "URI": EVERYBODY}, "Permission": "READ"}


def policy(bucket, **changes):
    statement = {"Effect": "Allow", "Principal": {"Service": "b2bi.amazonaws.com"}, "Action": "s3:GetObject",
                 "Resource": f"arn:aws:s3:::{bucket}/*", **changes}
    return json.dumps({"Version": "2012-10-17", "Statement": statement})


def grants(s3, bucket):
    acl = s3.get_bucket_acl(Bucket=bucket)
    assert acl["Owner"]["ID"] == ACCOUNT
    return acl["Grants"]


def enforce(s3, bucket):
    rules = [{"ObjectOwnership": "BucketOwnerEnforced"}]
    s3.put_bucket_ownership_controls(Bucket=bucket, OwnershipControls={"Rules": rules})


def test_the_list_of_a_bucket_is_kept(s3, bucket):
    assert grants(s3, bucket) == [OWNER]
    s3.put_bucket_acl(Bucket=bucket, ACL="public-read")
    assert grants(s3, bucket) == [OWNER, READ]
    s3.put_bucket_acl(Bucket=bucket, AccessControlPolicy={"Owner": {"ID": ACCOUNT}, "Grants": [READ]})
    assert grants(s3, bucket) == [READ]
    s3.put_bucket_acl(Bucket=bucket, GrantFullControl=f"id={ACCOUNT}", GrantRead=f'uri="{EVERYBODY}"')
    assert grants(s3, bucket) == [OWNER, READ]


@pytest.mark.parametrize("given, code", [
    ({"ACL": "junk"}, "InvalidArgument"),
    ({"GrantRead": "junk"}, "InvalidArgument"),
    ({"GrantRead": "uri=http://junk"}, "InvalidArgument"),
    ({"ACL": "private", "GrantRead": "id=1"}, "InvalidRequest"),
    ({"AccessControlPolicy": {"Grants": [READ]}}, "MalformedACLError"),
    ({"AccessControlPolicy": {"Owner": {"ID": "1"}, "Grants": [{**READ, "Permission": "JUNK"}]}}, "MalformedXML"),
    ({}, "MissingRequestBodyError"),
])
def test_junk_is_refused(s3, bucket, given, code):
    fails(code, 400, s3.put_bucket_acl, Bucket=bucket, **given)
    assert grants(s3, bucket) == [OWNER]


def test_buckets_are_made_with_lists_and_ownership(s3):
    name = f"b-{uuid.uuid4().hex}"
    s3.create_bucket(Bucket=name, ACL="public-read", ObjectOwnership="ObjectWriter")
    assert grants(s3, name) == [OWNER, READ]
    controls = s3.get_bucket_ownership_controls(Bucket=name)["OwnershipControls"]
    assert controls == {"Rules": [{"ObjectOwnership": "ObjectWriter"}]}
    other = f"b-{uuid.uuid4().hex}"
    for given, code in [({"ACL": "junk"}, "InvalidArgument"), ({"ObjectOwnership": "junk"}, "InvalidArgument"),
                        ({"ACL": "public-read", "ObjectOwnership": "BucketOwnerEnforced"},
                         "InvalidBucketAclWithObjectOwnership")]:
        fails(code, 400, s3.create_bucket, Bucket=other, **given)
    fails("404", 404, s3.head_bucket, Bucket=other)


def test_a_new_bucket_has_the_tags_of_its_request(s3, endpoint):
    name = f"b-{uuid.uuid4().hex}"
    tags = [{"Key": "team", "Value": "a & b"}, {"Key": "empty", "Value": ""}]
    for given, code in [([{"Key": "aws:x", "Value": ""}], "InvalidTag"), ([tags[0], tags[0]], "InvalidTag"),
                        ([{"Key": str(n), "Value": ""} for n in range(51)], "InvalidTag")]:
        fails(code, 400, s3.create_bucket, Bucket=name, CreateBucketConfiguration={"Tags": given})
    fails("404", 404, s3.head_bucket, Bucket=name)
    s3.create_bucket(Bucket=name, CreateBucketConfiguration={"Tags": tags})
    assert s3.get_bucket_tagging(Bucket=name)["TagSet"] == tags
    west = boto3_client("s3", endpoint, ACCOUNT, "eu-west-1")
    name = f"b-{uuid.uuid4().hex}"
    west.create_bucket(Bucket=name, CreateBucketConfiguration={"LocationConstraint": "eu-west-1", "Tags": tags})
    assert west.get_bucket_location(Bucket=name)["LocationConstraint"] == "eu-west-1"
    assert west.get_bucket_tagging(Bucket=name)["TagSet"] == tags


def test_lists_where_there_are_to_be_none(s3, bucket):
    s3.put_object(Bucket=bucket, Key="k", Body=b"x", ACL="public-read")
    fails("InvalidArgument", 400, s3.put_object, Bucket=bucket, Key="junk", Body=b"x", ACL="junk")
    enforce(s3, bucket)
    fails("AccessControlListNotSupported", 400, s3.put_bucket_acl, Bucket=bucket, ACL="public-read")
    for call, given in [(s3.put_object, {"Body": b"y"}), (s3.create_multipart_upload, {}),
                        (s3.copy_object, {"CopySource": f"{bucket}/k"})]:
        fails("AccessControlListNotSupported", 400, call, Bucket=bucket, Key="new", ACL="public-read", **given)
    s3.put_object(Bucket=bucket, Key="k", Body=b"x", ACL="bucket-owner-full-control")
    assert s3.list_objects_v2(Bucket=bucket)["KeyCount"] == 1


def object_acl(s3, bucket, key="k", **version):
    """The grants of an object besides its owner's."""
    acl = s3.get_object_acl(Bucket=bucket, Key=key, **version)
    assert acl["Owner"]["ID"] == ACCOUNT
    owner = {"Grantee": {"ID": ACCOUNT, "Type": "CanonicalUser"}, "Permission": "FULL_CONTROL"}
    return [grant for grant in acl["Grants"] if grant != owner]


@pytest.mark.parametrize("given, grants", [
    ({}, []), ({"ACL": "private"}, []), ({"ACL": "bucket-owner-read"}, []), ({"ACL": "bucket-owner-full-control"}, []),
    ({"ACL": "public-read"}, [READ]), ({"GrantRead": f'uri="{EVERYBODY}"'}, [READ]),
    ({"ACL": "public-read-write"}, [READ, {**READ, "Permission": "WRITE"}]),
])
def test_objects_have_the_lists_of_their_uploads(s3, bucket, given, grants):
    s3.put_object(Bucket=bucket, Key="k", Body=b"x", **given)
    assert object_acl(s3, bucket) == grants
    s3.copy_object(Bucket=bucket, Key="copy", CopySource=f"{bucket}/k", **given)
    assert object_acl(s3, bucket, "copy") == grants
    s3.copy_object(Bucket=bucket, Key="copy", CopySource=f"{bucket}/k")
    assert object_acl(s3, bucket, "copy") == []
    upload = s3.create_multipart_upload(Bucket=bucket, Key="parts", **given)["UploadId"]
    here = {"Bucket": bucket, "Key": "parts", "UploadId": upload}
    etag = s3.upload_part(**here, PartNumber=1, Body=b"x")["ETag"]
    s3.complete_multipart_upload(**here, MultipartUpload={"Parts": [{"PartNumber": 1, "ETag": etag}]})
    assert object_acl(s3, bucket, "parts") == grants


def test_the_list_of_an_object_is_replaced(s3, bucket):
    fails("NoSuchKey", 404, s3.get_object_acl, Bucket=bucket, Key="none")
    fails("NoSuchKey", 404, s3.put_object_acl, Bucket=bucket, Key="none", ACL="private")
    s3.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Enabled"})
    first = s3.put_object(Bucket=bucket, Key="k", Body=b"1")["VersionId"]
    second = s3.put_object(Bucket=bucket, Key="k", Body=b"2", Tagging="a=b")["VersionId"]
    s3.put_object_acl(Bucket=bucket, Key="k", ACL="public-read")
    assert (object_acl(s3, bucket), object_acl(s3, bucket, VersionId=first)) == ([READ], [])
    everyone = {"Owner": {"ID": ACCOUNT}, "Grants": [READ]}
    answer = s3.put_object_acl(Bucket=bucket, Key="k", VersionId=first, AccessControlPolicy=everyone)
    assert answer["ResponseMetadata"]["HTTPHeaders"]["x-amz-version-id"] == first
    assert s3.get_object_acl(Bucket=bucket, Key="k", VersionId=first)["Grants"] == [READ]
    s3.put_object_acl(Bucket=bucket, Key="k", ACL="private")
    assert object_acl(s3, bucket, VersionId=second) == []
    assert s3.get_object_tagging(Bucket=bucket, Key="k")["TagSet"] == [{"Key": "a", "Value": "b"}]
    for given, code in [({"ACL": "log-delivery-write"}, "InvalidArgument"), ({"ACL": "junk"}, "InvalidArgument"),
                        ({"GrantRead": "junk"}, "InvalidArgument"), ({"ACL": "private", "GrantRead": "id=1"}, "InvalidRequest"),
                        ({"AccessControlPolicy": {"Grants": [READ]}}, "MalformedACLError"), ({}, "MissingRequestBodyError")]:
        fails(code, 400, s3.put_object_acl, Bucket=bucket, Key="k", **given)
    s3.delete_object(Bucket=bucket, Key="k")
    fails("NoSuchKey", 404, s3.get_object_acl, Bucket=bucket, Key="k")


def test_lists_of_objects_where_they_are_blocked(s3, bucket):
    s3.put_object(Bucket=bucket, Key="k", Body=b"x", ACL="public-read")
    s3.put_public_access_block(Bucket=bucket, PublicAccessBlockConfiguration={"BlockPublicAcls": True})
    here = {"Bucket": bucket, "Key": "k"}
    for call, given in [(s3.put_object_acl, here), (s3.put_object, here), (s3.create_multipart_upload, here),
                        (s3.copy_object, {**here, "CopySource": f"{bucket}/k"}), (s3.put_bucket_acl, {"Bucket": bucket})]:
        fails("AccessDenied", 403, call, ACL="public-read", **given)
        if call != s3.copy_object:
            call(ACL="private", **given)
    enforce(s3, bucket)
    for given in [{"ACL": "private"}, {"ACL": "bucket-owner-full-control"}, {"GrantRead": "id=1"}]:
        fails("AccessControlListNotSupported", 400, s3.put_object_acl, **here, **given)
    assert object_acl(s3, bucket) == []


def test_policies_are_checked(s3, bucket):
    fails("NoSuchBucketPolicy", 404, s3.get_bucket_policy_status, Bucket=bucket)
    s3.put_bucket_policy(Bucket=bucket, Policy=policy(bucket))
    assert s3.get_bucket_policy_status(Bucket=bucket)["PolicyStatus"] == {"IsPublic": False}
    for junk in ["junk", "{}", policy("other"), policy(bucket, Effect="x"), policy(bucket, Action="sqs:*")]:
        fails("MalformedPolicy", 400, s3.put_bucket_policy, Bucket=bucket, Policy=junk)
    assert s3.get_bucket_policy(Bucket=bucket)["Policy"] == policy(bucket)
    s3.put_bucket_policy(Bucket=bucket, Policy=policy(bucket, Principal="*"))
    assert s3.get_bucket_policy_status(Bucket=bucket)["PolicyStatus"] == {"IsPublic": True}
    s3.delete_bucket_policy(Bucket=bucket)
    fails("NoSuchBucketPolicy", 404, s3.get_bucket_policy_status, Bucket=bucket)
