"""What the S3 suite shares: a client and a bucket of each test's own."""

import uuid

import pytest

from s3_helpers import s3_client


@pytest.fixture
def s3(endpoint):
    return s3_client(endpoint)


@pytest.fixture
def bucket(s3):
    name = f"test-{uuid.uuid4().hex[:12]}"
    s3.create_bucket(Bucket=name)
    return name
