"""A running server, named by `B2BI_LOCAL_ENDPOINT` and `B2BI_LOCAL_ADMIN_TOKEN`."""

from __future__ import annotations

import os
from urllib.parse import urlsplit

from .admin import AdminError
from .server import Running

ENDPOINT = "B2BI_LOCAL_ENDPOINT"
TOKEN = "B2BI_LOCAL_ADMIN_TOKEN"
REFUSED = (401, 403)


class EndpointError(Exception):
    """`B2BI_LOCAL_ENDPOINT` names no server that the tests can use."""


def existing_server() -> Running | None:
    """The server at `B2BI_LOCAL_ENDPOINT`; None if that is not set.

    Raises:
        EndpointError: it is no endpoint.
    """
    endpoint = os.environ.get(ENDPOINT)
    if not endpoint:
        return None
    parts = urlsplit(endpoint)
    try:
        well_formed = parts.scheme in ("http", "https") and parts.hostname and parts.port != 0
    except ValueError:
        well_formed = False
    if not well_formed or parts.path not in ("", "/"):
        raise EndpointError(f"{ENDPOINT} is {endpoint!r}; it must be http://HOST:PORT")
    return Running(endpoint, os.environ.get(TOKEN))


def check_existing_server() -> None:
    """Checks once that the server answers, is b2bi-local, and accepts the token.

    Raises:
        EndpointError: it does not.
    """
    server = existing_server()
    if server is None:
        return
    try:
        health = server.admin.get("health")
        server.admin.get("clock")
    except OSError as error:
        raise EndpointError(
            f"{ENDPOINT} is {server.endpoint}, and no server answers there ({error}); "
            f"start it, or unset {ENDPOINT} and the tests start one"
        ) from error
    except AdminError as error:
        raise EndpointError(_refused(server, error)) from error
    except Exception as error:
        raise EndpointError(
            f"{ENDPOINT} is {server.endpoint}, and what answers there does not speak HTTP ({error!r})"
        ) from error
    if not isinstance(health, dict) or "version" not in health:
        raise EndpointError(f"{ENDPOINT} is {server.endpoint}, and what answers there is not b2bi-local")


def _refused(server: Running, error: AdminError) -> str:
    if error.status not in REFUSED:
        return f"{ENDPOINT} is {server.endpoint}, and what answers there is not a b2bi-local that is ready: {error}"
    what = "is not the server's" if os.environ.get(TOKEN) else "is not set"
    return f"{ENDPOINT} is {server.endpoint}, which wants its admin token; {TOKEN} {what} ({error.message})"
