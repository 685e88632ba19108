"""A data directory without room: reads go on, writes are refused and undone, and room is enough to go on."""

import resource
import subprocess
import time

import pytest
from botocore.exceptions import ClientError

import edi
from clients import CONNECTIONS, boto3_client, checked_client
from pipeline import Pipeline, until
from server import BINARY, MAX_WAIT, Server
from world import World

ACCOUNT = "111122223333"
PLENTY = 1 << 40


class Disk:
    """A server with a data directory whose files can be kept from growing."""

    def __init__(self, directory):
        self.directory = directory
        self.server = Server("--data-dir", str(directory), "--quotas=false", file_bytes=PLENTY)

    def __enter__(self):
        self.server.__enter__()
        self.endpoint = self.server.endpoint
        self.b2bi = checked_client(self.endpoint, ACCOUNT)
        self.s3 = boto3_client("s3", self.endpoint, ACCOUNT)
        return self

    def __exit__(self, *rest):
        self.server.__exit__(*rest)

    def fill(self):
        """The file of rows cannot grow any more, and no other file can be longer."""
        self.limit((self.directory / "state.redb").stat().st_size)

    def empty(self):
        self.limit(PLENTY)

    def limit(self, size):
        resource.prlimit(self.server.process.pid, resource.RLIMIT_FSIZE, (size, PLENTY))

    def health(self):
        reply = CONNECTIONS.get(f"{self.endpoint}/_b2bi/health")
        return reply.status_code, reply.json()

    def command(self):
        """The exit status of the command that containers ask."""
        listen = self.endpoint.removeprefix("http://")
        return subprocess.run([BINARY, "health", "--listen", listen], check=False, timeout=MAX_WAIT).returncode


def until_refused(write):
    """Writes until the disk refuses; returns what was acknowledged and the error."""
    acknowledged = []
    for number in range(2000):
        try:
            write(number)
        except ClientError as error:
            return acknowledged, error.response
        acknowledged.append(number)
    raise AssertionError("nothing was refused")


def names(client):
    pages = client.get_paginator("list_transformers").paginate()
    return [transformer["name"] for page in pages for transformer in page["transformers"]]


def keys(client):
    pages = client.get_paginator("list_objects_v2").paginate(Bucket="files")
    return [entry["Key"] for page in pages for entry in page.get("Contents", [])]


def test_operations_are_refused_and_undone(tmp_path):
    tags = [{"Key": f"k{number}", "Value": "v" * 256} for number in range(200)]
    with Disk(tmp_path) as disk:
        disk.fill()
        make = lambda number: disk.b2bi.create_transformer(name=f"t{number}", tags=tags)  # noqa: E731
        acknowledged, error = until_refused(make)
        assert error["Error"]["Code"] == "InternalServerException"
        assert "free disk space" in error["Error"]["Message"]
        expected = [f"t{number}" for number in acknowledged]
        assert names(disk.b2bi) == expected

        status, body = disk.health()
        assert (status, body["status"]) == (503, "degraded") and "free disk space" in body["reason"]
        assert disk.command() != 0
        services = CONNECTIONS.get(f"{disk.endpoint}/_localstack/health").json()["services"]
        assert set(services.values()) == {"error"}

        disk.empty()
        disk.b2bi.create_transformer(name="again", tags=tags)
        assert names(disk.b2bi) == [*expected, "again"]
        deadline = time.monotonic() + MAX_WAIT
        while disk.health()[0] != 200:
            assert time.monotonic() < deadline, "the server does not notice that there is room"
        assert disk.command() == 0
        disk.server.kill()
    with Disk(tmp_path) as disk:
        assert names(disk.b2bi) == [*expected, "again"]


@pytest.mark.parametrize("size", [1000, 60_000])
def test_objects_are_refused_and_undone(tmp_path, size):
    body = lambda number: bytes([number % 256]) * size  # noqa: E731
    with Disk(tmp_path) as disk:
        disk.s3.create_bucket(Bucket="files")
        disk.s3.put_object(Bucket="files", Key="replaced", Body=b"before")
        disk.fill()
        put = lambda number: disk.s3.put_object(Bucket="files", Key=f"{number:05}", Body=body(number))  # noqa: E731
        acknowledged, error = until_refused(put)
        assert error["ResponseMetadata"]["HTTPStatusCode"] == 500
        with pytest.raises(ClientError):
            disk.s3.put_object(Bucket="files", Key="replaced", Body=bytes(2 * size + 300_000))
        assert disk.s3.get_object(Bucket="files", Key="replaced")["Body"].read() == b"before"
        expected = [f"{number:05}" for number in acknowledged]
        assert keys(disk.s3) == [*expected, "replaced"]
        for number in acknowledged[-3:]:
            assert disk.s3.get_object(Bucket="files", Key=f"{number:05}")["Body"].read() == body(number)

        disk.empty()
        disk.s3.put_object(Bucket="files", Key="zz", Body=body(7))
        disk.server.kill()
    with Disk(tmp_path) as disk:
        assert keys(disk.s3) == [*expected, "replaced", "zz"]
        assert disk.s3.get_object(Bucket="files", Key="replaced")["Body"].read() == b"before"


def test_files_of_refused_objects_are_removed(tmp_path):
    with Disk(tmp_path) as disk:
        disk.s3.create_bucket(Bucket="files")
        disk.limit(200_000)
        _, error = until_refused(lambda number: disk.s3.put_object(Bucket="files", Key="k", Body=b"x" * 5_000_000))
        assert error["ResponseMetadata"]["HTTPStatusCode"] == 500
        assert list((tmp_path / "blobs").iterdir()) == [] and keys(disk.s3) == []


def test_jobs_are_refused_or_end_when_there_is_room(tmp_path):
    with Disk(tmp_path) as disk:
        world = World(disk.b2bi, disk.s3)
        location = world.put(edi.order())
        folder = lambda number: f"out{'x' * 800}/{number}/"  # noqa: E731
        assert world.finished(location)["status"] == "succeeded"
        jobs = []
        disk.fill()
        accepted, _ = until_refused(lambda number: jobs.append(world.start(location, folder(number))))
        disk.empty()
        assert len(jobs) == len(accepted)
        assert {world.ended(job)["status"] for job in jobs} <= {"succeeded", "failed"}
        assert world.finished(location, folder("again"))["status"] == "succeeded"


def test_files_get_the_jobs_that_could_not_be_kept(tmp_path):
    with Disk(tmp_path) as disk:
        item = Pipeline(World(disk.b2bi, disk.s3), disk.endpoint)
        acknowledged = set()
        for turn in range(3):
            disk.fill()
            name = lambda number: f"{turn}-{number}-{'x' * 700}.edi"  # noqa: B023, E731
            numbers, _ = until_refused(lambda number: item.put(edi.order(), name(number)))  # noqa: B023
            acknowledged |= {f"s3://{item.world.bucket}/{item.input}{name(number)}" for number in numbers}
            disk.empty()
        until(lambda: {job["inputFile"] for job in item.jobs(limit=10_000)}, acknowledged.issubset)
