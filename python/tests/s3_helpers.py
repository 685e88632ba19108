"""What the S3 suite needs besides pytest: clients of the accounts that it speaks for, and checksums."""

import base64
import zlib

from clients import boto3_client

ACCOUNT = "111122223333"
OTHER_ACCOUNT = "444455556666"


def s3_client(endpoint, account=ACCOUNT, secret="any", style="path", **config):
    """A client that acts for the account, and does not try again when it is refused."""
    return boto3_client("s3", endpoint, account, secret=secret, s3={"addressing_style": style}, **config)


def crc32(body):
    """The CRC32 of the bytes, as S3 writes it."""
    return base64.b64encode(zlib.crc32(body).to_bytes(4, "big")).decode()
