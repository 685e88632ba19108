"""The extension: it starts the server with LocalStack and sends it the requests for b2bi."""

from __future__ import annotations

import logging
import os
import shlex
from typing import Any

import requests
from b2bi_local import Server, ServerError
from localstack import config
from localstack.constants import DEFAULT_AWS_ACCOUNT_ID
from localstack.extensions.api import Extension
from localstack.extensions.api.http import Proxy, SimpleRequestsClient

LOG = logging.getLogger(__name__)

SERVICE = "b2bi"
ADMIN = "/_b2bi"
FLAGS = "B2BI_LOCAL_FLAGS"
METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"]


class B2biLocal(Extension):
    """Serves b2bi with its own server, which uses LocalStack's S3, EventBridge and CloudWatch Logs."""

    name = "b2bi-local"

    def __init__(self) -> None:
        self._server: Server | None = None
        self._proxy: Proxy | None = None

    def on_platform_start(self) -> None:
        """Starts the server.

        Raises:
            ServerError: it did not start, for example because of a wrong flag in `B2BI_LOCAL_FLAGS`.
        """
        server = Server(*flags(gateway()))
        server.start()
        session = requests.Session()
        # The server is on this machine, so the environment's proxy is not used.
        session.trust_env = False
        self._proxy = Proxy(server.endpoint, SimpleRequestsClient(session, follow_redirects=False))
        self._server = server
        LOG.info("b2bi is served by b2bi-local at %s", server.endpoint)

    def update_gateway_routes(self, router: Any) -> None:
        """Adds the admin API under `/_b2bi/`."""
        router.add(f"{ADMIN}/<path:path>", self._forward, methods=METHODS)

    def update_request_handlers(self, handlers: Any) -> None:
        """Adds the handler of b2bi's requests."""
        handlers.append(self.handle)

    def handle(self, chain: Any, context: Any, response: Any) -> None:
        """Answers a request of b2bi. LocalStack has added the account to its headers."""
        if context.service is not None and context.service.service_name == SERVICE:
            response.update_from(self._forward(context.request))
            chain.stop()

    def on_platform_shutdown(self) -> None:
        """Stops the server."""
        server, self._server = self._server, None
        if server is None:
            return
        try:
            server.stop()
        except ServerError:
            LOG.exception("b2bi-local did not end as it should")

    def _forward(self, request: Any, **_: Any) -> Any:
        if self._proxy is None:
            raise RuntimeError("b2bi-local has not started")
        return self._proxy.forward(request)


def gateway() -> str:
    """LocalStack's address for the server."""
    return f"http://127.0.0.1:{config.GATEWAY_LISTEN[0].port}"


def flags(endpoint: str) -> list[str]:
    """Settings of the server: LocalStack's services and account, and those in `B2BI_LOCAL_FLAGS`."""
    given = shlex.split(os.environ.get(FLAGS, ""))
    named = {flag.partition("=")[0] for flag in given}
    ours = {
        "--account": DEFAULT_AWS_ACCOUNT_ID,
        "--s3-endpoint": endpoint,
        "--s3-access-key-id": "account",
        "--events-eventbridge": endpoint,
        "--logs-endpoint": endpoint,
        # LocalStack no longer answers when it stops the server.
        "--drain-seconds": "1",
    }
    return [f"{name}={value}" for name, value in ours.items() if name not in named] + given
