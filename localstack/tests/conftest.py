"""A LocalStack of this environment, in a process of its own."""

import os
import socket
import subprocess
import sys
import threading
import urllib.request

import boto3
import pytest
from botocore.config import Config

START_SECONDS = 120


class LocalStack:
    """A LocalStack that answers at an endpoint."""

    def __init__(self, endpoint):
        self.endpoint = endpoint

    def client(self, service, account="111122223333", region="us-east-1"):
        return boto3.client(
            service, endpoint_url=self.endpoint, region_name=region, aws_access_key_id=account,
            aws_secret_access_key="any", config=Config(s3={"addressing_style": "path"}, proxies={}),
        )  # fmt: skip


def free_port():
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return listener.getsockname()[1]


def settings(folder, port):
    """Variables for a LocalStack that asks nothing of the network."""
    return {
        "GATEWAY_LISTEN": f"127.0.0.1:{port}",
        "DNS_ADDRESS": "0",
        "DISABLE_EVENTS": "1",
        "SKIP_SSL_CERT_DOWNLOAD": "1",
        "LOCALSTACK_VOLUME_DIR": str(folder / "volume"),
        "XDG_CACHE_HOME": str(folder / "cache"),
        # The server is on the same machine, so it is reached without these.
        "HTTP_PROXY": "http://127.0.0.1:9",
        "http_proxy": "http://127.0.0.1:9",
    }


class Output:
    """The lines that a process writes, read as they come, so that it never waits for a reader."""

    def __init__(self, process):
        self.lines = []
        self.ready_or_ended = threading.Event()
        self._thread = threading.Thread(target=self._read, args=[process.stdout], daemon=True)
        self._thread.start()

    def _read(self, stdout):
        for line in stdout:
            self.lines.append(line)
            if line.startswith("Ready."):
                self.ready_or_ended.set()
        self.ready_or_ended.set()

    def text(self):
        return "".join(self.lines)

    def join(self):
        self._thread.join(START_SECONDS)


def start(folder, **more):
    """Starts LocalStack; returns it, its process, and what it writes, as soon as it is ready or has ended."""
    port = free_port()
    process = subprocess.Popen(
        [sys.executable, "-m", "localstack.runtime.main"], env={**os.environ, **settings(folder, port), **more},
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
    )  # fmt: skip
    output = Output(process)
    assert output.ready_or_ended.wait(START_SECONDS), output.text()
    return LocalStack(f"http://127.0.0.1:{port}"), process, output


def stop(process, output):
    """Stops LocalStack as an engine of containers does."""
    process.terminate()
    process.wait(START_SECONDS)
    output.join()


@pytest.fixture(scope="session")
def localstack(tmp_path_factory):
    flags = "--quota-profiles=2 --s3-poll-ms=50"
    localstack, process, output = start(tmp_path_factory.mktemp("localstack"), B2BI_LOCAL_FLAGS=flags)
    assert process.poll() is None, output.text()
    yield localstack
    stop(process, output)


def open_url(request):
    """Opens a URL without a proxy."""
    return urllib.request.build_opener(urllib.request.ProxyHandler({})).open(request, timeout=60)
