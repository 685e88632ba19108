"""Where the server under test has its objects: in itself, or in an S3 elsewhere that is started here.

B2BI_TEST_HOME says which: embedded (the default), disk, moto or s3rver. The last two are other people's S3 servers;
s3rver, which checks signatures, is in the folder of node modules that B2BI_LOCAL_S3RVER names.
"""

import contextlib
import functools
import os
import pathlib
import re
import shutil
import subprocess
import sys
import threading
import uuid

import pytest
import requests

from clients import boto3_client
from server import MAX_WAIT

# How often the server looks for new files where nobody tells of them.
POLL = ["--s3-poll-ms", "20"]


class Embedded:
    """The S3 of the server itself, in memory or, given a directory, there."""

    # What tells any server where objects are, and what only the one of the session may be told.
    flags, session_flags = [], []

    def __init__(self, directory=None):
        if directory:
            self.session_flags = ["--data-dir", str(directory)]

    def client(self, endpoint, account):
        """A client of S3 that acts for the account; requests go to the server under test."""
        return boto3_client("s3", endpoint, account)


class Elsewhere(Embedded):
    """An S3 server of other people, for as long as the `with` block lasts."""

    keys = None
    # How the server gets to know of new files.
    notice = POLL

    def __init__(self, url):
        self.url = url
        self.flags = ["--s3-endpoint", url, *self.notice, *self.key_flags()]

    def key_flags(self):
        if not self.keys:
            return []
        return ["--s3-access-key-id", self.keys[0], "--s3-secret-access-key", self.keys[1]]

    def client(self, endpoint, account):
        access_key, secret = self.keys or (account, "any")
        return boto3_client("s3", endpoint, access_key, secret=secret)

    def itself(self, account="test"):
        """A client that does not go by way of the server under test."""
        return self.client(self.url, account)

    @classmethod
    @contextlib.contextmanager
    def started(cls, folder):
        with subprocess.Popen(cls.command(folder), stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as process:
            try:
                yield cls(address(process))
            finally:
                process.terminate()


class Moto(Elsewhere):
    """moto's S3, which looks at no signature, and its SNS and SQS."""

    @staticmethod
    def command(_):
        return [sys.executable, "-u", "-c", "from moto.server import main; main(['-H', '127.0.0.1', '-p', '0'])"]


class S3rver(Elsewhere):
    """The S3 of node's s3rver, which keeps objects in a folder and knows one key.

    It shows an object before all of it is there, as S3 never does. So nobody looks for new files here: the client
    tells of them when they are there.
    """

    keys = ("S3RVER", "S3RVER")
    notice = ["--s3-poll-ms", "0"]

    def client(self, endpoint, account):
        client = super().client(endpoint, account)
        if endpoint != self.url:
            for operation in ["PutObject", "CopyObject", "CompleteMultipartUpload"]:
                client.meta.events.register(f"before-parameter-build.s3.{operation}", remember)
                client.meta.events.register(f"after-call.s3.{operation}", functools.partial(notify, endpoint))
        return client

    @staticmethod
    def command(folder):
        modules = os.environ.get("B2BI_LOCAL_S3RVER")
        node = shutil.which("node")
        if not modules or not node:
            pytest.skip("wants node, and s3rver in the folder that B2BI_LOCAL_S3RVER names")
        program = pathlib.Path(modules) / "s3rver/bin/s3rver.js"
        return [node, str(program), "-d", str(folder), "-a", "127.0.0.1", "-p", "0"]


ELSEWHERE = {"moto": Moto, "s3rver": S3rver}


def remember(params, context, **_):
    """Keeps what a call is about for when it has been answered."""
    context["written"] = {"bucket": {"name": params["Bucket"]}, "object": {"key": params["Key"]}}


def notify(endpoint, http_response, context, **_):
    """Tells the server of an object that was written, as EventBridge would."""
    if http_response.status_code == 200:
        event = {"id": str(uuid.uuid4()), "source": "aws.s3", "detail-type": "Object Created", "detail": context["written"]}
        reply = requests.post(f"{endpoint}/_b2bi/s3-events", json=event)
        assert reply.status_code == 200, reply.text


def named():
    return os.environ.get("B2BI_TEST_HOME", "embedded")


def is_elsewhere():
    return named() in ELSEWHERE


@contextlib.contextmanager
def home(folder):
    """The home that B2BI_TEST_HOME names; `folder` makes a directory."""
    name = named()
    if is_elsewhere():
        with ELSEWHERE[name].started(folder("objects")) as elsewhere:
            yield elsewhere
    else:
        assert name in ["embedded", "disk"], f"there is no home {name}"
        yield Embedded(folder("data") if name == "disk" else None)


def address(process):
    """The URL in the lines of a server that begins to listen."""
    lines = []
    for line in process.stdout:
        lines.append(line)
        if found := re.search(r"127\.0\.0\.1:(\d+)", line):
            # What it says from now on is read too, or it would wait for that.
            threading.Thread(target=process.stdout.read, daemon=True).start()
            return f"http://127.0.0.1:{found[1]}"
    process.wait(timeout=MAX_WAIT)
    raise AssertionError("the server did not begin to listen: " + "".join(lines))
