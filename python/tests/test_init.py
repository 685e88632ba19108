"""`--init`: what a fresh server holds, told in files."""

import json
import subprocess

import pytest

from clients import boto3_client
from server import BINARY, REPOSITORY

STACK = REPOSITORY / "fixtures/init"
ACCOUNT = "123456789012"


@pytest.fixture
def seeded(server_with, tmp_path):
    """Starts a server with files of one's own; returns clients of the service and of S3."""

    def start(files, *flags, account=ACCOUNT):
        for name, content in files.items():
            text = content if isinstance(content, str) else json.dumps(content)
            (tmp_path / name).write_text(text)
        endpoint = server_with("--init", str(tmp_path), *flags)
        return [boto3_client(service, endpoint, account) for service in ("b2bi", "s3")]

    return start


@pytest.fixture
def refusal(tmp_path):
    """What a server says that does not start."""

    def start(files):
        for name, content in files.items():
            (tmp_path / name).write_text(content if isinstance(content, str) else json.dumps(content))
        command = [BINARY, "--listen", "127.0.0.1:0", "--init", str(tmp_path)]
        run = subprocess.run(command, capture_output=True, text=True, timeout=30)
        assert (run.returncode, run.stdout) == (1, "")
        return run.stderr

    return start


def profile(name, **changes):
    return {"name": name, "businessName": "b", "phone": "5555555555", "logging": "DISABLED", **changes}


def test_a_whole_stack(server_with):
    endpoint = server_with("--init", str(STACK))
    b2bi, s3 = boto3_client("b2bi", endpoint, ACCOUNT), boto3_client("s3", endpoint, ACCOUNT)
    body = s3.get_object(Bucket="orders", Key="template.jsonata")["Body"].read()
    assert body == (STACK / "order.jsonata").read_bytes()
    [profile] = b2bi.list_profiles()["profiles"]
    [transformer] = b2bi.list_transformers()["transformers"]
    [capability] = b2bi.list_capabilities()["capabilities"]
    [partnership] = b2bi.list_partnerships()["partnerships"]
    keys = [content["Key"] for content in s3.list_objects_v2(Bucket="orders")["Contents"]]
    folder = f"in/{partnership['tradingPartnerId']}/"
    assert keys == ["in/order.edi", folder, "readme.txt", "template.jsonata"]
    assert transformer["status"] == "active"
    assert transformer["mapping"]["template"] == (STACK / "order.jsonata").read_text()
    configuration = b2bi.get_capability(capabilityId=capability["capabilityId"])["configuration"]
    assert configuration["edi"]["transformerId"] == transformer["transformerId"]
    assert partnership["profileId"] == profile["profileId"]
    assert partnership["capabilities"] == [capability["capabilityId"]]


def test_files_are_read_together_and_names_cross_them(seeded):
    b2bi, _ = seeded({
        "1.json": {"partnerships": [{"name": "ps", "email": "a@b.cd", "profileId": "one", "capabilities": []}]},
        "2.yml": "profiles:\n- {name: one, businessName: b, phone: '5555555555', logging: DISABLED}\n",
        "ignored.txt": "not read",
    }, "--quotas=false")
    [partnership] = b2bi.list_partnerships()["partnerships"]
    assert partnership["profileId"] == b2bi.list_profiles()["profiles"][0]["profileId"]


def test_a_name_that_stands_twice_is_one_resource(seeded):
    b2bi, _ = seeded({"1.json": {"profiles": [profile("one")]}, "2.json": {"profiles": [profile("one")]}})
    assert len(b2bi.list_profiles()["profiles"]) == 1


def test_account_and_region_can_be_told(seeded):
    files = {"1.json": {"account": "444455556666", "region": "eu-west-1", "profiles": [profile("one")],
                        "buckets": {"orders": {}}}}
    b2bi, s3 = seeded(files, account="444455556666")
    assert b2bi.list_profiles()["profiles"] == []
    assert [bucket["Name"] for bucket in s3.list_buckets()["Buckets"]] == ["orders"]
    elsewhere = boto3_client("b2bi", b2bi.meta.endpoint_url, "444455556666", "eu-west-1")
    assert [profile["name"] for profile in elsewhere.list_profiles()["profiles"]] == ["one"]


def test_a_folder_without_files_is_nothing(seeded):
    b2bi, _ = seeded({})
    assert b2bi.list_profiles()["profiles"] == []


@pytest.mark.parametrize("files, told", [
    ({"a.json": "{"}, "a.json: EOF"),
    ({"a.yaml": "profiles: [{"}, "a.yaml: "),
    ({"a.json": {"profile": []}}, "a.json: unknown field `profile`, expected one of"),
    ({"a.json": {"profiles": [profile("one", phone="1")]}}, "profile one: ValidationException: 2 validation errors"),
    ({"a.json": {"buckets": {"UPPER": {}}}}, "bucket UPPER cannot be made"),
    ({"a.json": {"buckets": {"orders": {"objects": {"a": {"file": "gone"}}}}}}, "gone"),
    ({"a.json": {"buckets": {"orders": {"folder": "gone"}}}}, "gone"),
    ({"a.json": {"partnerships": [{"name": "ps", "email": "a@b.cd", "profileId": "x", "capabilities": []}]}},
     "partnership ps: x is not a profile; there are none"),
])  # fmt: skip
def test_what_is_wrong_is_told_and_nothing_starts(refusal, files, told):
    said = refusal(files)
    assert "--init" in said and told in said, said


def test_a_folder_that_is_not_there():
    command = [BINARY, "--listen", "127.0.0.1:0", "--init", "/no/such/folder"]
    run = subprocess.run(command, capture_output=True, text=True, timeout=30)
    assert run.returncode == 1 and "/no/such/folder: cannot be read" in run.stderr
