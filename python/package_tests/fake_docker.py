"""A docker client whose containers are processes: each runs the binary with what the container was given.

As a plugin (`-p fake_docker`) it replaces the client of testcontainers for the whole session.
"""

import os
import subprocess
import tempfile
import types

import pytest
import testcontainers.core.container as library
from b2bi_local import binary
from testcontainers.core.config import ConnectionMode, testcontainers_config


class Container:
    """What docker tells of a container, and the process in it."""

    def __init__(self, image, command, environment, ports, **others):
        self.id = self.short_id = f"fake-{os.urandom(4).hex()}"
        self.image, self.command, self.environment = image, command, environment
        self.ports = [str(port) for port in ports]
        self.others, self.status, self.removed = others, "created", None
        self._process, self._log = None, tempfile.TemporaryFile()

    def start(self):
        kept = {name: value for name, value in os.environ.items() if not name.startswith("B2BI_LOCAL_")}
        inside = {**kept, "B2BI_LOCAL_LISTEN": "127.0.0.1:0", **self.environment}
        self._process = subprocess.Popen(
            [binary(), *(self.command or [])], env=inside, stdout=subprocess.PIPE, stderr=self._log
        )
        self.ready = self._process.stdout.readline().decode()
        self.status = "running"

    def reload(self):
        if self._process is not None and self._process.poll() is not None:
            self.status = "exited"

    def port(self):
        if not self.ready:  # The process ended; the library's client says so like this.
            raise ConnectionError(f"Port mapping for container {self.id} is not available")
        return int(self.ready.strip().rpartition(":")[2])

    def logs(self, stdout=True, stderr=True):
        self._log.seek(0)
        return self._log.read() if stderr else b""

    def remove(self, force, v):
        self.removed = (force, v)
        if self._process is not None:
            self._process.terminate()
            self._process.wait()
            self._process.stdout.close()


class DockerClient:
    """The methods of testcontainers' docker client that a container uses."""

    def __init__(self):
        self.containers = []
        self.client = types.SimpleNamespace(close=lambda: None)

    def run(self, image, command, environment, ports, **others):
        """What testcontainers before 4.15 calls."""
        container = self.create(image, command, environment, ports, **others)
        container.start()
        return container

    def create(self, image, command, environment, ports, **others):
        container = Container(image, command, environment, ports, **others)
        self.containers.append(container)
        return container

    def start(self, container):
        container.start()

    def get_connection_mode(self):
        return ConnectionMode.docker_host

    def host(self):
        return "127.0.0.1"

    def port(self, container_id, port):
        [found] = [container for container in self.containers if container.id == container_id]
        assert str(port) in found.ports
        return found.port()


def install(patch):
    """Has testcontainers use this client until the patch is undone."""
    patch.setattr(library, "DockerClient", DockerClient)
    patch.setattr(testcontainers_config, "ryuk_disabled", True)


def pytest_configure():
    install(pytest.MonkeyPatch())
