"""Every operation of S3's model, as the installed botocore has it, is executed, or refused by its name."""

import datetime
import os

import boto3
import pytest
import requests
from botocore.exceptions import ClientError

from s3_helpers import read, s3_client

pytestmark = pytest.mark.skipif(os.environ.get("B2BI_TEST_HOME") == "moto", reason="the journal is ours")

MODEL = boto3.client("s3", region_name="us-east-1").meta.service_model
# Former names of operations, whose requests are those of the present ones.
RENAMED = {
    "GetBucketLifecycle": "GetBucketLifecycleConfiguration",
    "GetBucketNotification": "GetBucketNotificationConfiguration",
    "PutBucketLifecycle": "PutBucketLifecycleConfiguration",
    "PutBucketNotification": "PutBucketNotificationConfiguration",
}
# What changes the object that the test looks at afterwards.
CHANGES = {"CopyObject", "DeleteObject", "PutObject"}


def value(shape, bucket, name=""):
    """The least that the model takes for a shape."""
    given = {"Bucket": bucket, "Key": "k", "CopySource": f"{bucket}/other", "VersionId": "null",
             "KMSKeyArn": "arn:aws:kms:us-east-1:111122223333:key/one"}
    if name in given:
        return given[name]
    if shape.type_name == "structure":
        members = list(shape.members)[:1] if getattr(shape, "is_tagged_union", False) else shape.required_members
        return {member: value(shape.members[member], bucket, member) for member in members}
    scalars = {
        "list": [], "map": {}, "string": (getattr(shape, "enum", None) or ["a"])[0], "integer": 1, "long": 1,
        "boolean": True, "blob": b"", "timestamp": datetime.datetime(2026, 1, 1, tzinfo=datetime.timezone.utc),
    }
    return scalars[shape.type_name]


@pytest.mark.parametrize("operation", MODEL.operation_names)
def test_no_operation_is_taken_for_another(endpoint, bucket, operation):
    s3 = s3_client(endpoint, inject_host_prefix=False)
    s3.put_object(Bucket=bucket, Key="k", Body=b"kept")
    s3.put_object(Bucket=bucket, Key="other", Body=b"other")
    requests.delete(f"{endpoint}/_b2bi/journal").raise_for_status()
    arguments = value(MODEL.operation_model(operation).input_shape, bucket)
    try:
        s3._make_api_call(operation, arguments)
        error = None
    except ClientError as caught:
        error = caught.response["Error"]
    entries = requests.get(f"{endpoint}/_b2bi/journal").json()["entries"]
    # The one operation that is signed for another service than S3 is refused as one of a service that is not here.
    told = "" if operation == "WriteGetObjectResponse" else RENAMED.get(operation, operation)
    assert [entry["operation"] for entry in entries] == [told]
    assert told or error
    if error and error["Code"] == "NotImplemented":
        assert operation in error["Message"]
    if operation not in CHANGES:
        assert read(s3, bucket, "k") == b"kept"
