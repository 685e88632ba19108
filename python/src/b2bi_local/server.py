"""A server in its own process, or a running one."""

from __future__ import annotations

import functools
import os
import selectors
import subprocess
import tempfile
import time
from types import TracebackType
from typing import IO, TYPE_CHECKING, Any

import boto3
from botocore.config import Config

from .admin import Admin
from .binary import binary

if TYPE_CHECKING:
    from typing_extensions import Self

REGION = "us-east-1"
PREFIX = "B2BI_LOCAL_"
# Flags can override these. The server's input is a pipe from here, so it ends with this process.
DEFAULTS = {
    "B2BI_LOCAL_LISTEN": "127.0.0.1:0",
    "B2BI_LOCAL_LOG": "warn",
    "B2BI_LOCAL_STOP_WITH_INPUT": "true",
}
READY = "ready "
START_SECONDS = 30
STOP_SECONDS = 30


class ServerError(Exception):
    """The server did not start, or ended with an error; its log is part of the message."""


class Running:
    """A server that answers at an endpoint."""

    def __init__(self, endpoint: str, token: str | None = None) -> None:
        self.endpoint = endpoint.rstrip("/")
        self.admin = Admin(self.endpoint, token)

    def __repr__(self) -> str:
        return f"<{type(self).__name__} at {getattr(self, 'endpoint', 'no endpoint yet')}>"

    def client(self, service: str, account: str, region: str = REGION, **settings: Any) -> Any:
        """A boto3 client of a service, for an account; settings are those of botocore's Config."""
        settings.setdefault("s3", {"addressing_style": "path"})
        # The server is on this machine or named explicitly, so the environment's proxy is not used.
        settings.setdefault("proxies", {})
        return _session().client(
            service,
            endpoint_url=self.endpoint,
            region_name=region,
            aws_access_key_id=account,
            aws_secret_access_key="any",
            config=Config(**settings),
        )


class Server(Running):
    """A server of its own, until the end of the `with` block.

    It listens on a free port of this machine. Settings are the server's flags; the environment's
    settings do not count, so that a test does the same everywhere.
    """

    def __init__(self, *flags: str) -> None:
        self.flags = flags
        self._process: subprocess.Popen[bytes] | None = None
        self._log: IO[bytes] | None = None

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.stop()

    def start(self) -> None:
        """Starts the server; it is ready when this returns.

        Raises:
            BinaryNotFound: there is no binary.
            ServerError: the server ended, or is not ready after 30 seconds.
        """
        if self._process is not None:
            raise ServerError("the server runs already")
        log = tempfile.TemporaryFile()
        self._log = log
        self._process = subprocess.Popen(
            [str(binary()), *self.flags],
            env={**_foreign_environment(), **DEFAULTS},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=log,
        )
        line = _first_line(self._process, START_SECONDS)
        if not line.startswith(READY):
            self._process.kill()
            raise ServerError(f"the server said {line!r} instead of being ready; {self._ended()}")
        super().__init__(line[len(READY) :].strip())

    def stop(self) -> None:
        """Finishes the requests in flight, and stops the server. It can be started again.

        Raises:
            ServerError: the server had ended by itself, or ended with an error.
        """
        process = self._process
        if process is None:
            return
        by_itself = process.poll() is not None
        process.terminate()
        try:
            process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
        told = self._ended()
        if by_itself or process.returncode != 0:
            raise ServerError(f"the server ended with status {process.returncode}; {told}")

    def log(self) -> str:
        """The server's log: warnings and errors, unless `--log` sets another level."""
        if self._log is None:
            return ""
        self._log.seek(0)
        return self._log.read().decode(errors="replace")

    def _ended(self) -> str:
        process, self._process = self._process, None
        if process is not None:
            process.wait()
            for pipe in (process.stdin, process.stdout):
                if pipe is not None:
                    pipe.close()
        told = self.log().strip()
        if self._log is not None:
            self._log.close()
            self._log = None
        return f"its log: {told}" if told else "its log is empty"


def _foreign_environment() -> dict[str, str]:
    """The environment without settings of the server."""
    return {name: value for name, value in os.environ.items() if not name.startswith(PREFIX)}


def _first_line(process: subprocess.Popen[bytes], seconds: float) -> str:
    """The first line of standard output, or the part of it that has arrived by then."""
    out = process.stdout
    assert out is not None
    deadline = time.monotonic() + seconds
    line = b""
    with selectors.DefaultSelector() as selector:
        selector.register(out, selectors.EVENT_READ)
        while not line.endswith(b"\n") and selector.select(max(0, deadline - time.monotonic())):
            piece = os.read(out.fileno(), 4096)
            if not piece:
                break
            line += piece
    return line.decode(errors="replace")


@functools.lru_cache(maxsize=None)
def _session() -> boto3.Session:
    """One session for all clients: the service models are read once."""
    return boto3.Session(aws_access_key_id="unused", aws_secret_access_key="any")
