"""Data directories of earlier releases, which fixtures/data-dir/make.py has made, open in this one."""

import tarfile
import uuid

import pytest

from clients import CONNECTIONS, boto3_client
from edi import order
from pipeline import until
from server import REPOSITORY, Server

FOLDER = REPOSITORY / "fixtures" / "data-dir"
RELEASES = sorted(path.name.removesuffix(".tar.gz") for path in FOLDER.glob("*.tar.gz"))
ACCOUNT = "111122223333"
LONG_OBJECT = b"0123456789abcdef" * (1 << 17)


def test_there_is_one():
    assert "0.1.0" in RELEASES


@pytest.mark.parametrize("release", RELEASES)
def test_it_opens_and_goes_on(release, tmp_path):
    with tarfile.open(FOLDER / f"{release}.tar.gz") as archive:
        archive.extractall(tmp_path, filter="data")
    for _ in range(2):
        with Server("--data-dir", str(tmp_path / "data"), "--account", ACCOUNT) as server:
            check(server.endpoint)


def check(endpoint):
    b2bi, s3 = (boto3_client(name, endpoint, ACCOUNT) for name in ("b2bi", "s3"))
    [partnership] = b2bi.list_partnerships()["partnerships"]
    [transformer] = b2bi.list_transformers()["transformers"]
    assert (partnership["name"], transformer["status"]) == ("North Mill", "active")
    assert s3.get_object(Bucket="orders", Key="long.bin")["Body"].read() == LONG_OBJECT
    ask = lambda method, path: CONNECTIONS.request(method, f"{endpoint}/_b2bi/{path}").json()  # noqa: E731
    jobs = ask("GET", "jobs")["counts"]
    assert jobs["succeeded"] > 0 == jobs["failed"]
    partner = b2bi.get_partnership(partnershipId=partnership["partnershipId"])["tradingPartnerId"]
    key = f"in/{partner}/{uuid.uuid4()}.edi"
    s3.put_object(Bucket="orders", Key=key, Body=order())
    ended = lambda: [job["inputFile"] for job in ask("GET", "jobs?state=succeeded")["jobs"]]  # noqa: E731
    until(ended, lambda files: f"s3://orders/{key}" in files)
    [before] = ask("GET", "snapshots")["snapshots"]
    assert before["holds"]["partnerships"] == 1 and before["bytes"] > 0
    assert ask("POST", "snapshots/before/restore")["restored"]
