"""State in a directory: it is there after a crash, and what is not ours is refused."""

import subprocess
import threading

import botocore.exceptions

from clients import boto3_client, checked_client
from server import BINARY, MAX_WAIT, Server, foreign_environment

PROFILE = {"name": "new", "businessName": "Blue Bikes", "phone": "5555555555", "logging": "ENABLED"}
BUCKET = "kept"
ROUNDS = 3
WRITERS = 4


class Writer(threading.Thread):
    """Takes steps until its server is gone; remembers what was acknowledged."""

    service = None

    def __init__(self, endpoint, account, known, enough):
        super().__init__()
        self.client = boto3_client(self.service, endpoint, account)
        self.known = known
        self.before = len(known)
        self.enough = enough

    def run(self):
        try:
            while True:
                self.step()
        except botocore.exceptions.BotoCoreError:
            self.enough.set()


class Profiles(Writer):
    """Creates, renames and deletes profiles."""

    service = "b2bi"

    def step(self):
        made = self.client.create_profile(**PROFILE)["profileId"]
        self.known[made] = "new"
        if len(self.known) % 3 == 0:
            self.known[made] = None  # Either name will do until the reply is there.
            self.client.update_profile(profileId=made, name="renamed")
            self.known[made] = "renamed"
        if len(self.known) % 5 == 0:
            del self.known[made]  # It may be gone or not until the reply is there.
            self.client.delete_profile(profileId=made)
            self.known[made] = "deleted"
        if len(self.known) > self.before + 25:
            self.enough.set()


class Objects(Writer):
    """Puts, replaces and deletes objects, short and long; for each key it knows what may be there."""

    service = "s3"

    def step(self):
        key = str(len(self.known))
        size = 300_000 if len(self.known) % 4 == 0 else 20
        first, second = (letter * size for letter in (b"a", b"b"))
        self.put(key, {None}, first)
        if len(self.known) % 3 == 0:
            self.put(key, {first}, second)
        if len(self.known) % 5 == 0:
            self.known[key] |= {None}
            self.client.delete_object(Bucket=BUCKET, Key=key)
            self.known[key] = {None}
        if len(self.known) > self.before + 25:
            self.enough.set()

    def put(self, key, before, body):
        self.known[key] = before | {body}
        self.client.put_object(Bucket=BUCKET, Key=key, Body=body)
        self.known[key] = {body}


def stored(client, key):
    try:
        return client.get_object(Bucket=BUCKET, Key=key)["Body"].read()
    except client.exceptions.NoSuchKey:
        return None


def names(client):
    pages = client.get_paginator("list_profiles").paginate()
    return {profile["profileId"]: profile["name"] for page in pages for profile in page["profiles"]}


def test_nothing_acknowledged_is_lost_when_the_server_is_killed_under_writes(tmp_path):
    known = [{} for _ in range(WRITERS)]
    accounts = [f"{number:012}" for number in range(WRITERS)]
    for turn in range(ROUNDS):
        with Server("--data-dir", str(tmp_path), "--quotas=false") as server:
            if turn == 0:
                for account in accounts:
                    boto3_client("s3", server.endpoint, account).create_bucket(Bucket=BUCKET)
            enough = threading.Event()
            kinds = [Profiles, Objects] * (WRITERS // 2)
            writers = [kind(server.endpoint, *pair, enough) for kind, *pair in zip(kinds, accounts, known)]
            check(server.endpoint, accounts, known)
            for writer in writers:
                writer.start()
            assert enough.wait(MAX_WAIT)
            server.kill()
            for writer in writers:
                writer.join(MAX_WAIT)
    with Server("--data-dir", str(tmp_path)) as server:
        check(server.endpoint, accounts, known)
        assert all(known)


def check(endpoint, accounts, known):
    """Everything that was acknowledged is there, and nothing half done."""
    for account, profiles in list(zip(accounts, known))[::2]:
        found = names(checked_client(endpoint, account))
        for profile, name in profiles.items():
            if name == "deleted":
                assert profile not in found
            else:
                assert found[profile] in ({name} if name else {"new", "renamed"})
    for account, objects in list(zip(accounts, known))[1::2]:
        client = boto3_client("s3", endpoint, account)
        listed = client.get_paginator("list_objects_v2").paginate(Bucket=BUCKET)
        keys = {content["Key"] for page in listed for content in page.get("Contents", [])}
        for key, bodies in objects.items():
            found = stored(client, key)
            assert found in bodies and (key in keys) == (found is not None), key
        assert keys <= set(objects)


def refusal(directory):
    """What the server says when it does not start."""
    command = [str(BINARY), "--listen", "127.0.0.1:0", "--data-dir", str(directory)]
    ended = subprocess.run(
        command, env=foreign_environment(), capture_output=True, text=True, timeout=MAX_WAIT, check=False
    )
    assert (ended.returncode, ended.stdout) == (1, "")
    return ended.stderr


def test_a_directory_has_one_server(tmp_path):
    with Server("--data-dir", str(tmp_path)):
        assert "is in use by another server" in refusal(tmp_path)


def test_a_file_of_somebody_else_is_refused_and_stays(tmp_path):
    (tmp_path / "state.redb").write_bytes(b"not ours")
    assert "is not a state file of b2bi-local" in refusal(tmp_path)
    assert (tmp_path / "state.redb").read_bytes() == b"not ours"


def test_a_damaged_file_is_refused(tmp_path):
    with Server("--data-dir", str(tmp_path), "--quotas=false") as server:
        client = checked_client(server.endpoint, "111122223333")
        for _ in range(20):
            client.create_profile(**PROFILE)
    file = tmp_path / "state.redb"
    damaged = bytearray(file.read_bytes())
    at = damaged.index(b"createdAt")
    damaged[at:at + 9] = b"x" * 9
    file.write_bytes(damaged)
    assert "is damaged" in refusal(tmp_path)
