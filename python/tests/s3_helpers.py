"""What the S3 suite needs besides pytest: where the server is, and clients for it."""

import base64
import os
import zlib

import boto3
import pytest
from botocore.config import Config

ACCOUNT = "111122223333"
OTHER_ACCOUNT = "444455556666"


@pytest.fixture
def endpoint():
    """The URL of the server under test."""
    return os.environ["B2BI_LOCAL_ENDPOINT"]


def s3_client(endpoint, account=ACCOUNT, secret="any", style="path", **config):
    """A client that acts for the account, and does not try again when it is refused."""
    return boto3.client(
        "s3",
        endpoint_url=endpoint,
        aws_access_key_id=account,
        aws_secret_access_key=secret,
        region_name="us-east-1",
        config=Config(s3={"addressing_style": style}, retries={"total_max_attempts": 1}, **config),
    )


def crc32(body):
    """The CRC32 of the bytes, as S3 writes it."""
    return base64.b64encode(zlib.crc32(body).to_bytes(4, "big")).decode()
