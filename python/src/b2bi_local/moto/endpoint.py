"""moto of this process as an HTTP endpoint, where the server delivers events, log records and notifications."""

from __future__ import annotations

import functools
import json
import os
import threading
from typing import Any, Iterable, Sequence

from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app
from werkzeug.serving import WSGIRequestHandler, make_server

from . import patching
from .accounts import account_of

FLAGS = ("--upstream", "--events-eventbridge", "--logs-endpoint")
# Calls of the server itself, also after the mock of a test has ended.
SINKS = ("AWSEvents.PutEvents", "Logs_20140328.")
ACCOUNT = "HTTP_X_MOTO_ACCOUNT_ID"


def flags(configured: Sequence[str]) -> list[str]:
    """Flags that point the server to moto, except for those that are already set."""
    named = {flag.partition("=")[0] for flag in configured}
    return [f"{flag}={url()}" for flag in FLAGS if flag not in named]


def url() -> str:
    """The endpoint, on a free port of this machine, until the process ends."""
    return _serve(os.getpid())


@functools.lru_cache(maxsize=None)
def _serve(process: int) -> str:
    # A forked process does not have the threads of its parent, so it gets its own endpoint.
    application = Application(DomainDispatcherApplication(create_backend_app))
    server = make_server("127.0.0.1", 0, application, threaded=True, request_handler=_Quiet)
    threading.Thread(target=server.serve_forever, name=f"moto of {process}", daemon=True).start()
    return f"http://127.0.0.1:{server.server_port}"


class Application:
    """moto's WSGI application, in the account that a request is signed for."""

    def __init__(self, moto: Any) -> None:
        self._moto = moto

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        target = environ.get("HTTP_X_AMZ_TARGET", "")
        if not patching.active() and not target.startswith(SINKS):
            return _refuse(start_response)
        account = account_of(environ.get("HTTP_AUTHORIZATION", ""))
        if account:
            environ.setdefault(ACCOUNT, account)
        answer: Iterable[bytes] = self._moto(environ, start_response)
        return answer


def _refuse(start_response: Any) -> Iterable[bytes]:
    """Outside of `mock_aws`, no service of moto is available."""
    message = "this service is moto's, and no mock_aws is in force: use the fixture b2bi_mock_aws"
    start_response("501 Not Implemented", [("Content-Type", "application/x-amz-json-1.0")])
    return [json.dumps({"__type": "NotImplementedException", "message": message}).encode()]


class _Quiet(WSGIRequestHandler):
    """Does not log requests."""

    def log_request(self, code: Any = "-", size: Any = "-") -> None:
        """Nothing is logged."""
