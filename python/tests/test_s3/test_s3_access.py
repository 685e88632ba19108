"""Access control lists and policies of buckets: checked, kept and given back, not enforced."""

import json
import uuid

import pytest

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
