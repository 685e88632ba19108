"""`B2biLocalContainer`: the server in a container of testcontainers."""

from __future__ import annotations

import os
import secrets
import time
from typing import TYPE_CHECKING, Any

try:
    from testcontainers.core.container import DockerContainer
    from testcontainers.core.waiting_utils import WaitStrategy, WaitStrategyTarget
except ImportError as error:
    raise ImportError(
        "b2bi_local.testcontainers needs testcontainers 4.13 or newer, which is not installed: "
        f"pip install 'pytest-b2bi-local[testcontainers]' ({error})"
    ) from error

from .admin import Admin, AdminError
from .server import REGION, Running, ServerError

if TYPE_CHECKING:
    from typing_extensions import Self

IMAGE = "b2bi-local"
IMAGE_VARIABLE = "B2BI_LOCAL_IMAGE"
PORT = 4577
POLL_SECONDS = 0.05
ENDED = ("exited", "dead", "removing")


class B2biLocalContainer(DockerContainer):
    """A container of the server, ready when `start` returns.

    The image is `B2BI_LOCAL_IMAGE`, or `b2bi-local`, which `docker build -t b2bi-local .` makes. Settings are
    flags (`with_flags`) or variables (`with_env("B2BI_LOCAL_QUOTAS", "false")`).
    """

    def __init__(self, image: str | None = None, **arguments: Any) -> None:
        super().__init__(image or os.environ.get(IMAGE_VARIABLE) or IMAGE, **arguments)
        # Other containers reach the server, so the admin API needs a token.
        self.token = secrets.token_urlsafe()
        self.with_env("B2BI_LOCAL_ADMIN_TOKEN", self.token)
        self.with_exposed_ports(PORT)
        self.waiting_for(HealthWaitStrategy())

    def with_flags(self, *flags: str) -> Self:
        """Settings of the server, such as `--quotas=false`."""
        return self.with_command(list(flags))

    def get_url(self) -> str:
        """The endpoint for clients on this machine; other containers use the network's alias and port 4577."""
        return f"http://{self.get_container_host_ip()}:{self.get_exposed_port(PORT)}"

    @property
    def server(self) -> Running:
        """The server, for `mock_b2bi(server=…)`, `Faults`, `Events`, `Clock` and the fixture `b2bi_local`."""
        return Running(self.get_url(), self.token)

    def get_client(self, service: str, account: str, region: str = REGION, **settings: Any) -> Any:
        """A boto3 client of a service, for an account; settings are those of botocore's Config."""
        return self.server.client(service, account, region, **settings)


class HealthWaitStrategy(WaitStrategy):
    """Waits until the server is ready, without the environment's proxy."""

    def __init__(self) -> None:
        super().__init__()
        self.with_poll_interval(POLL_SECONDS)

    def wait_until_ready(self, container: WaitStrategyTarget) -> None:
        """Returns as soon as the server answers.

        Raises:
            ServerError: the container ended; its log is part of the message.
            TimeoutError: the server does not answer in the time of `with_startup_timeout`.
        """
        deadline = time.monotonic() + self._startup_timeout
        while True:
            container.reload()
            if container.status in ENDED:
                raise ServerError(f"the container ended; its log: {_log(container)}")
            if container.status == "running" and _is_ready(container):
                return
            if time.monotonic() > deadline:
                raise TimeoutError(f"the container is {container.status}, and its server does not answer")
            time.sleep(self._poll_interval)


def _is_ready(container: WaitStrategyTarget) -> bool:
    try:
        address = f"{container.get_container_host_ip()}:{container.get_exposed_port(PORT)}"
        return bool(Admin(f"http://{address}").get("health")["status"] == "ready")
    except (OSError, AdminError):
        return False


def _log(container: WaitStrategyTarget) -> str:
    return b"".join(container.get_logs()).decode(errors="replace").strip()
