"""The aws CLI: its own botocore, its own paging and waiting, files copied in and out."""

import json
import os
import re
import subprocess

import pytest

import edi
from server import foreign_environment
from world import INBOUND_ORDERS


@pytest.fixture
def aws(aws_cli, endpoint, account, tmp_path):
    """Runs the CLI as the account; returns what it prints, read as JSON where it is."""
    environment = {
        **foreign_environment(), "AWS_ACCESS_KEY_ID": account, "AWS_SECRET_ACCESS_KEY": "any", "AWS_ENDPOINT_URL": endpoint,
        "AWS_DEFAULT_REGION": "us-east-1", "AWS_CONFIG_FILE": os.devnull, "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
        "AWS_PAGER": "", "LC_ALL": "C.UTF-8",
    }

    def aws(*arguments, fails=False):
        done = subprocess.run([aws_cli, *arguments], env=environment, capture_output=True, text=True, cwd=tmp_path)
        assert bool(done.returncode) == fails, done.stderr
        return json.loads(done.stdout) if done.stdout.startswith("{") else done.stdout + done.stderr

    return aws


def create_profile(aws, name):
    words = ["--name", name, "--business-name", "Blue Bikes", "--phone", "5555555555", "--logging", "ENABLED"]
    return aws("b2bi", "create-profile", *words, "--tags", "Key=colour,Value=blue")


def test_profiles_tags_and_pages(aws, account):
    made = [create_profile(aws, name) for name in ["one", "two"]]
    assert made[0]["profileArn"].startswith(f"arn:aws:b2bi:us-east-1:{account}:profile/p-")
    paged = aws("b2bi", "list-profiles", "--page-size", "1")
    assert [profile["name"] for profile in paged["profiles"]] == ["one", "two"]
    arn = ["--resource-arn", made[0]["profileArn"]]
    aws("b2bi", "tag-resource", *arn, "--tags", "Key=size,Value=L")
    aws("b2bi", "untag-resource", *arn, "--tag-keys", "colour")
    assert aws("b2bi", "list-tags-for-resource", *arn) == {"Tags": [{"Key": "size", "Value": "L"}]}
    refused = aws("b2bi", "get-profile", "--profile-id", "p-none", fails=True)
    assert "(ResourceNotFoundException) when calling the GetProfile operation" in refused


def test_a_purchase_order_goes_through(aws, tmp_path):
    (tmp_path / "orders/deep").mkdir(parents=True)
    for name in ["one.edi", "deep/two.edi"]:
        (tmp_path / "orders" / name).write_bytes(edi.order())
    aws("s3", "mb", "s3://orders")
    aws("s3", "cp", "--recursive", "orders", "s3://orders/in")
    conversion = json.dumps(INBOUND_ORDERS)
    transformer = aws("b2bi", "create-transformer", "--name", "orders", "--input-conversion", conversion)["transformerId"]
    aws("b2bi", "update-transformer", "--transformer-id", transformer, "--status", "active")
    where = ["--input-file", "bucketName=orders,key=in/deep/two.edi", "--output-location", "bucketName=orders,key=out/"]
    job = aws("b2bi", "start-transformer-job", "--transformer-id", transformer, *where)["transformerJobId"]
    named = ["--transformer-id", transformer, "--transformer-job-id", job]
    aws("b2bi", "wait", "transformer-job-succeeded", *named)
    [output] = aws("b2bi", "get-transformer-job", *named)["outputFiles"]
    assert re.fullmatch(r"out/two\.edi\..*Z\.json", output["key"])
    aws("s3", "cp", f"s3://orders/{output['key']}", "order.json")
    document = json.loads((tmp_path / "order.json").read_text())
    assert document["interchanges"][0]["functional_groups"][0]["transactions"][0]["segments"] == edi.ORDER_SEGMENTS


def test_it_is_told_who_it_is(aws, account):
    assert aws("sts", "get-caller-identity")["Account"] == account
