"""The configurations of buckets: kept, given back, and answered as S3 does where they are not set.

Where moto has the same, the same calls are made of moto's S3.
"""

import subprocess
import sys
import uuid

import pytest
from botocore.exceptions import ClientError

from s3_helpers import fails, s3_client
from server import MAX_WAIT, Server, foreign_environment

QUEUE = "arn:aws:sqs:us-east-1:111122223333:q"
AES256 = {"Rules": [{"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "AES256"}, "BucketKeyEnabled": False}]}
KMS = {"Rules": [{"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": "k"}, "BucketKeyEnabled": True}]}
CLOSED = {"BlockPublicAcls": True, "IgnorePublicAcls": True, "BlockPublicPolicy": True, "RestrictPublicBuckets": True}
OPEN = dict.fromkeys(CLOSED, False)
LIFECYCLE = {"Rules": [{
    "ID": "old", "Status": "Enabled", "Filter": {"And": {"Prefix": "in/", "Tags": [{"Key": "a", "Value": "<b>"}]}},
    "Expiration": {"Days": 3}, "NoncurrentVersionExpiration": {"NoncurrentDays": 1},
}]}
ANALYTICS = {"Id": "a 1", "StorageClassAnalysis": {}}
INVENTORY = {
    "Id": "i", "IsEnabled": True, "IncludedObjectVersions": "All", "Schedule": {"Frequency": "Daily"},
    "Destination": {"S3BucketDestination": {"Bucket": "arn:aws:s3:::b", "Format": "CSV"}},
}
TIERING = {"Id": "t", "Status": "Enabled", "Tierings": [{"Days": 90, "AccessTier": "ARCHIVE_ACCESS"}]}

# The operation's stem, its arguments, the member of the reply that has them, what tells that it is not set,
# whether it can be deleted, and whether moto answers the same.
ONCE = [
    ("bucket_accelerate_configuration", "AccelerateConfiguration", {"Status": "Enabled"}, None, {}, None, True),
    ("bucket_cors", "CORSConfiguration", {"CORSRules": [{"AllowedMethods": ["GET"], "AllowedOrigins": ["*"]}]},
     None, "NoSuchCORSConfiguration", "bucket_cors", True),
    ("bucket_encryption", "ServerSideEncryptionConfiguration", KMS, "ServerSideEncryptionConfiguration",
     {"ServerSideEncryptionConfiguration": AES256}, "bucket_encryption", False),
    ("bucket_lifecycle_configuration", "LifecycleConfiguration", LIFECYCLE, None, "NoSuchLifecycleConfiguration",
     "bucket_lifecycle", False),
    ("bucket_notification_configuration", "NotificationConfiguration",
     {"QueueConfigurations": [{"Id": "q", "QueueArn": QUEUE, "Events": ["s3:ObjectCreated:*"]}]}, None, {}, None, False),
    ("bucket_ownership_controls", "OwnershipControls", {"Rules": [{"ObjectOwnership": "ObjectWriter"}]}, "OwnershipControls",
     {"OwnershipControls": {"Rules": [{"ObjectOwnership": "BucketOwnerEnforced"}]}}, "bucket_ownership_controls", False),
    ("public_access_block", "PublicAccessBlockConfiguration", OPEN, "PublicAccessBlockConfiguration",
     {"PublicAccessBlockConfiguration": CLOSED}, "public_access_block", False),
    ("bucket_request_payment", "RequestPaymentConfiguration", {"Payer": "Requester"}, None, {"Payer": "BucketOwner"}, None, False),
    ("bucket_tagging", "Tagging", {"TagSet": [{"Key": "a", "Value": "b & c"}]}, None, "NoSuchTagSet", "bucket_tagging", True),
    ("bucket_website", "WebsiteConfiguration", {"IndexDocument": {"Suffix": "index.html"}}, None,
     "NoSuchWebsiteConfiguration", "bucket_website", True),
]
WITH_ID = [
    ("bucket_analytics_configuration", "AnalyticsConfiguration", ANALYTICS),
    ("bucket_inventory_configuration", "InventoryConfiguration", INVENTORY),
    ("bucket_intelligent_tiering_configuration", "IntelligentTieringConfiguration", TIERING),
    ("bucket_metrics_configuration", "MetricsConfiguration", {"Id": "m"}),
]
# Once an initial configuration was deleted, it is not there.
AFTER_DELETE = {
    "bucket_ownership_controls": "OwnershipControlsNotFoundError",
    "public_access_block": "NoSuchPublicAccessBlockConfiguration",
}


@pytest.fixture(scope="module")
def moto():
    code = "from moto.server import main; main(['-H', '127.0.0.1', '-p', '0'])"
    process = subprocess.Popen(
        [sys.executable, "-u", "-c", code], env=foreign_environment(), text=True, stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT)
    for line in process.stdout:
        if "Running on http" in line:
            break
    yield line.split("Running on ")[1].split()[0]
    process.terminate()
    process.communicate(timeout=MAX_WAIT)


def told(response):
    return {name: value for name, value in response.items() if name != "ResponseMetadata"}


def error_of(call, **arguments):
    with pytest.raises(ClientError) as caught:
        call(**arguments)
    response = caught.value.response
    return response["Error"]["Code"], response["ResponseMetadata"]["HTTPStatusCode"]


def run(s3, bucket, stem, document, value, member, unset, delete, after_delete):
    get = getattr(s3, f"get_{stem}")

    def check(expected):
        if isinstance(expected, str):
            assert error_of(get, Bucket=bucket) == (expected, 404)
        else:
            reply = told(get(Bucket=bucket))
            reply.pop("TransitionDefaultMinimumObjectSize", None)
            assert reply == expected

    check(unset)
    getattr(s3, f"put_{stem}")(Bucket=bucket, **{document: value})
    check({member: value} if member else value)
    if delete:
        getattr(s3, f"delete_{delete}")(Bucket=bucket)
        check(after_delete or unset)
    assert error_of(get, Bucket="not-there") == ("NoSuchBucket", 404)


@pytest.mark.parametrize("row", ONCE, ids=lambda row: row[0])
@pytest.mark.parametrize("where", ["here", "moto"])
def test_configurations_are_kept_and_given_back(request, endpoint, where, row):
    *row, as_moto = row
    if where == "moto" and not as_moto:
        pytest.skip("moto answers otherwise")
    s3 = s3_client(request.getfixturevalue("moto") if where == "moto" else endpoint)
    bucket = f"test-{uuid.uuid4().hex[:12]}"
    s3.create_bucket(Bucket=bucket)
    run(s3, bucket, *row, AFTER_DELETE.get(row[0]))


@pytest.mark.parametrize("stem, document, value", WITH_ID, ids=lambda item: item if isinstance(item, str) else "")
def test_configurations_with_ids(s3, bucket, stem, document, value):
    here = {"Bucket": bucket, "Id": value["Id"]}
    get, put = getattr(s3, f"get_{stem}"), getattr(s3, f"put_{stem}")
    listed = getattr(s3, f"list_{stem}s")
    fails("NoSuchConfiguration", 404, get, **here)
    put(**here, **{document: value})
    assert get(**here)[document] == value
    put(Bucket=bucket, Id="z", **{document: {**value, "Id": "z"}})
    assert [item["Id"] for item in listed(Bucket=bucket)[f"{document}List"]] == [value["Id"], "z"]
    fails("IdMismatch", 400, put, Bucket=bucket, Id="other", **{document: value})
    getattr(s3, f"delete_{stem}")(**here)
    fails("NoSuchConfiguration", 404, get, **here)
    fails("NoSuchConfiguration", 404, getattr(s3, f"delete_{stem}"), **here)


def test_lists_of_configurations_have_pages(s3, bucket):
    ids = [f"m{number:03}" for number in range(103)]
    for name in ids:
        s3.put_bucket_metrics_configuration(Bucket=bucket, Id=name, MetricsConfiguration={"Id": name})
    first = s3.list_bucket_metrics_configurations(Bucket=bucket)
    second = s3.list_bucket_metrics_configurations(Bucket=bucket, ContinuationToken=first["NextContinuationToken"])
    listed = [item["Id"] for page in (first, second) for item in page["MetricsConfigurationList"]]
    assert (listed, first["IsTruncated"], second["IsTruncated"]) == (ids, True, False)


@pytest.mark.parametrize("stem, arguments, code, status", [
    ("bucket_accelerate_configuration", {"AccelerateConfiguration": {}}, "MalformedXML", 400),
    ("bucket_accelerate_configuration", {"AccelerateConfiguration": {"Status": "On"}}, "MalformedXML", 400),
    ("bucket_cors", {"CORSConfiguration": {"CORSRules": [{"AllowedMethods": ["PATCH"], "AllowedOrigins": ["*"]}]}}, "InvalidRequest", 400),
    ("bucket_cors", {"CORSConfiguration": {"CORSRules": [{"AllowedMethods": ["GET"], "AllowedOrigins": ["*.*"]}]}}, "InvalidRequest", 400),
    ("bucket_cors", {"CORSConfiguration": {"CORSRules": []}}, "MalformedXML", 400),
    ("bucket_encryption", {"ServerSideEncryptionConfiguration": {"Rules": [
        {"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "AES256", "KMSMasterKeyID": "k"}}]}}, "InvalidArgument", 400),
    ("bucket_encryption", {"ServerSideEncryptionConfiguration": {"Rules": [
        {"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "rot13"}}]}}, "MalformedXML", 400),
    ("bucket_lifecycle_configuration", {"LifecycleConfiguration": {"Rules": [{"Status": "Enabled", "Filter": {}}]}}, "InvalidRequest", 400),
    ("bucket_lifecycle_configuration", {"LifecycleConfiguration": {"Rules": [{"Status": "Enabled", "Expiration": {"Days": 1}}]}}, "MalformedXML", 400),
    ("bucket_lifecycle_configuration", {"LifecycleConfiguration": {"Rules": [
        {"Status": "Enabled", "Filter": {}, "Expiration": {"Days": 0}}]}}, "InvalidArgument", 400),
    ("bucket_lifecycle_configuration", {"LifecycleConfiguration": {"Rules": [
        {"ID": "a", "Status": "Enabled", "Filter": {}, "Expiration": {"Days": 1}}] * 2}}, "InvalidArgument", 400),
    ("bucket_logging", {"BucketLoggingStatus": {"LoggingEnabled": {"TargetBucket": "not-there", "TargetPrefix": ""}}},
     "InvalidTargetBucketForLogging", 400),
    ("bucket_notification_configuration", {"NotificationConfiguration": {"QueueConfigurations": [
        {"QueueArn": QUEUE, "Events": ["s3:Never:*"]}]}}, "InvalidArgument", 400),
    ("bucket_notification_configuration", {"NotificationConfiguration": {"QueueConfigurations": [
        {"QueueArn": "arn:aws:sns:us-east-1:111122223333:q", "Events": ["s3:ObjectCreated:*"]}]}}, "InvalidArgument", 400),
    ("object_lock_configuration", {"ObjectLockConfiguration": {"ObjectLockEnabled": "Enabled"}}, "InvalidBucketState", 409),
    ("bucket_ownership_controls", {"OwnershipControls": {"Rules": []}}, "MalformedXML", 400),
    ("bucket_replication", {"ReplicationConfiguration": {"Role": "r", "Rules": [
        {"Status": "Enabled", "Destination": {"Bucket": "arn:aws:s3:::b"}}]}}, "InvalidRequest", 400),
    ("bucket_tagging", {"Tagging": {"TagSet": [{"Key": "a", "Value": "1"}, {"Key": "a", "Value": "2"}]}}, "InvalidTag", 400),
    ("bucket_tagging", {"Tagging": {"TagSet": [{"Key": "aws:a", "Value": "1"}]}}, "InvalidTag", 400),
    ("bucket_tagging", {"Tagging": {"TagSet": [{"Key": str(number), "Value": ""} for number in range(51)]}}, "InvalidTag", 400),
    ("bucket_website", {"WebsiteConfiguration": {}}, "InvalidArgument", 400),
])
def test_what_s3_refuses_is_not_kept(s3, bucket, stem, arguments, code, status):
    def now():
        try:
            return told(getattr(s3, f"get_{stem}")(Bucket=bucket))
        except ClientError as error:
            return error.response["Error"]["Code"]

    before = now()
    fails(code, status, getattr(s3, f"put_{stem}"), Bucket=bucket, **arguments)
    assert now() == before


def test_ids_of_rules_and_the_least_size_are_made(s3, bucket):
    rule = {"Status": "Enabled", "Filter": {"Prefix": ""}, "Expiration": {"Days": 1}}
    put = s3.put_bucket_lifecycle_configuration(Bucket=bucket, LifecycleConfiguration={"Rules": [rule]})
    got = s3.get_bucket_lifecycle_configuration(Bucket=bucket)
    assert put["TransitionDefaultMinimumObjectSize"] == got["TransitionDefaultMinimumObjectSize"] == "all_storage_classes_128K"
    assert got["Rules"][0]["ID"]
    s3.put_bucket_lifecycle_configuration(
        Bucket=bucket, LifecycleConfiguration={"Rules": [rule]}, TransitionDefaultMinimumObjectSize="varies_by_storage_class")
    got = s3.get_bucket_lifecycle_configuration(Bucket=bucket)
    assert got["TransitionDefaultMinimumObjectSize"] == "varies_by_storage_class"


def test_configurations_outlive_the_server(tmp_path):
    flags = ["--data-dir", str(tmp_path)]
    with Server(*flags) as server:
        s3 = s3_client(server.endpoint)
        s3.create_bucket(Bucket="kept")
        s3.put_bucket_encryption(Bucket="kept", ServerSideEncryptionConfiguration=KMS)
        s3.delete_public_access_block(Bucket="kept")
    with Server(*flags) as server:
        s3 = s3_client(server.endpoint)
        assert s3.get_bucket_encryption(Bucket="kept")["ServerSideEncryptionConfiguration"] == KMS
        fails("NoSuchPublicAccessBlockConfiguration", 404, s3.get_public_access_block, Bucket="kept")
