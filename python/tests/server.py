"""The binary under test as a process: started on a free port, ended by a signal."""

import os
import pathlib
import resource
import signal
import subprocess

REPOSITORY = pathlib.Path(__file__).resolve().parents[2]
BINARY = pathlib.Path(os.environ.get("B2BI_LOCAL_BIN", REPOSITORY / "target/quick/b2bi-local"))
MAX_WAIT = 30


def samples(name):
    """A file or folder of real samples, in the folder that B2BI_LOCAL_SAMPLES names; it need not exist."""
    return pathlib.Path(os.environ.get("B2BI_LOCAL_SAMPLES", "no-samples"), name)


class Server:
    """A server of the test's own, for as long as the `with` block lasts."""

    def __init__(self, *flags, environment=None, file_bytes=None):
        """`file_bytes` is the most that a file may have: what is written beyond fails, as on a full disk."""
        self.command = [str(BINARY), *flags]
        self.file_bytes = file_bytes
        defaults = {"B2BI_LOCAL_LISTEN": "127.0.0.1:0", "B2BI_LOCAL_LOG": "error"}
        self.environment = {**foreign_environment(), **defaults, **(environment or {})}

    def __enter__(self):
        limit = self.limit_files if self.file_bytes else None
        self.process = subprocess.Popen(
            self.command, env=self.environment, stdout=subprocess.PIPE, text=True, preexec_fn=limit)
        self.endpoint = address(self.process.stdout.readline())
        return self

    def limit_files(self):
        """In the new process: a file that grows too long is an error, and no signal that ends it."""
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (self.file_bytes, self.file_bytes))

    def kill(self):
        """Ends the server as a crash does: with no warning, and nothing of its own to do."""
        self.process.kill()
        self.process.communicate(timeout=MAX_WAIT)

    def __exit__(self, *_):
        if self.process.returncode == -signal.SIGKILL:
            return
        assert self.process.poll() is None, f"the server ended by itself with {self.process.returncode}"
        self.process.send_signal(signal.SIGTERM)
        rest, _ = self.process.communicate(timeout=MAX_WAIT)
        assert (self.process.returncode, rest) == (0, "")


def foreign_environment():
    """The environment without settings of the server."""
    return {name: value for name, value in os.environ.items() if not name.startswith("B2BI_LOCAL_")}


def address(line):
    """The URL in the line with which a server says that it answers."""
    assert line.startswith("ready http://"), f"the server said {line!r} instead of being ready"
    return line.split()[1]
