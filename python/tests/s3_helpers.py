"""What the S3 suite needs besides pytest: clients of the accounts that it speaks for, and checksums."""

import base64
import os
import zlib

import pytest
from botocore.exceptions import ClientError

from clients import boto3_client

ACCOUNT = "111122223333"
OTHER_ACCOUNT = "444455556666"


def s3_client(endpoint, account=ACCOUNT, secret="any", style="path", **config):
    """A client that acts for the account, and does not try again when it is refused."""
    return boto3_client("s3", endpoint, account, secret=secret, s3={"addressing_style": style}, **config)


def crc32(body):
    """The CRC32 of the bytes, as S3 writes it."""
    return base64.b64encode(zlib.crc32(body).to_bytes(4, "big")).decode()


def fails(code, status, call, **arguments):
    """Makes the call, and checks the error it must end in."""
    with pytest.raises(ClientError) as caught:
        call(**arguments)
    response = caught.value.response
    assert (response["Error"]["Code"], response["ResponseMetadata"]["HTTPStatusCode"]) == (code, status)
    # moto sends no ids of requests.
    assert os.environ.get("B2BI_TEST_HOME") == "moto" or response["ResponseMetadata"]["HTTPHeaders"]["x-amz-request-id"]
    return response


def read(s3, bucket, key, **arguments):
    return s3.get_object(Bucket=bucket, Key=key, **arguments)["Body"].read()


def keys(response):
    return [item["Key"] for item in response.get("Contents", [])]


def prefixes(response):
    return [item["Prefix"] for item in response.get("CommonPrefixes", [])]


def size_of(s3, bucket):
    return sum(page["KeyCount"] for page in s3.get_paginator("list_objects_v2").paginate(Bucket=bucket))
