"""What the S3 suite shares: a client and a bucket of each test's own.

With B2BI_TEST_HOME=moto the suite runs against moto's S3. `moto_differences.json` names the tests and cases whose
expectations moto does not meet, and why; any other that fails is a failure, and so is one of these that passes.
"""

import json
import os
import pathlib
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


def pytest_collection_modifyitems(items):
    if os.environ.get("B2BI_TEST_HOME") != "moto":
        return
    differences = json.loads(pathlib.Path(__file__).with_name("moto_differences.json").read_text())
    reasons = {name: reason for reason, names in differences.items() for name in names}
    for item in items:
        if reason := reasons.get(item.name) or reasons.get(getattr(item, "originalname", item.name)):
            item.add_marker(pytest.mark.xfail(reason=reason, strict=True))
