"""The admin API, under `/_b2bi/`."""

from __future__ import annotations

import http.client
import json
from typing import Any
from urllib.parse import urlencode, urlsplit

TIMEOUT_SECONDS = 30
CONNECTIONS = {"http": http.client.HTTPConnection, "https": http.client.HTTPSConnection}


class AdminError(Exception):
    """The server refused a request to the admin API."""

    def __init__(self, status: int, message: str, body: Any) -> None:
        super().__init__(f"{status}: {message}")
        self.status = status
        self.message = message
        self.body = body


class Admin:
    """Calls the admin API, which the server's documentation describes."""

    def __init__(self, endpoint: str, token: str | None = None) -> None:
        parts = urlsplit(endpoint)
        if parts.scheme not in CONNECTIONS or not parts.hostname:
            raise ValueError(f"the endpoint {endpoint!r} is not http://HOST:PORT or https://HOST:PORT")
        self.endpoint = endpoint
        self._connect = CONNECTIONS[parts.scheme]
        self._address = parts.netloc.rpartition("@")[2]
        self._headers = {"Content-Type": "application/json"}
        if token:
            self._headers["Authorization"] = f"Bearer {token}"

    def __repr__(self) -> str:
        return f"<Admin of {self.endpoint}>"

    def get(self, path: str, **query: Any) -> Any:
        """Reads `/_b2bi/PATH`."""
        __tracebackhide__ = True
        return self.request("GET", path, **query)

    def post(self, path: str, body: Any = None, **query: Any) -> Any:
        """Sends a body to `/_b2bi/PATH`."""
        __tracebackhide__ = True
        return self.request("POST", path, body, **query)

    def put(self, path: str, body: Any = None, **query: Any) -> Any:
        """Replaces what is at `/_b2bi/PATH` with a body."""
        __tracebackhide__ = True
        return self.request("PUT", path, body, **query)

    def delete(self, path: str, **query: Any) -> Any:
        """Deletes what is at `/_b2bi/PATH`."""
        __tracebackhide__ = True
        return self.request("DELETE", path, **query)

    def request(self, method: str, path: str, body: Any = None, **query: Any) -> Any:
        """Calls a route; returns the JSON of the reply, or its text if it is not JSON.

        A path that begins with a slash is taken as it is, others are below `/_b2bi/`.

        Raises:
            ValueError: a member of the query is None or empty, or the path ends in a slash. It names
                nothing, and leaving it out would ask for more than was meant:
                `delete("faults", id=None)` would remove all rules.
            AdminError: the status of the response is not 2xx.
        """
        __tracebackhide__ = True
        target = path if path.startswith("/") else f"/_b2bi/{path}"
        if target.endswith("/"):
            raise ValueError(f"{method} {target}: the name after the last slash is missing")
        missing = [name for name, value in query.items() if value is None or value == ""]
        if missing:
            raise ValueError(f"{method} {target}: no value for {', '.join(missing)}; leave it out or give one")
        if query:
            target += "?" + urlencode({name: _text(value) for name, value in query.items()})
        data = None if body is None else json.dumps(body).encode()
        connection = self._connect(self._address, timeout=TIMEOUT_SECONDS)
        try:
            connection.request(method, target, data, self._headers)
            reply = connection.getresponse()
            return _content(reply.status, reply.read())
        finally:
            connection.close()


def _text(value: Any) -> str:
    """The value as the server reads it: `true`, not `True`."""
    return str(value).lower() if isinstance(value, bool) else str(value)


def _content(status: int, raw: bytes) -> Any:
    __tracebackhide__ = True
    body: Any
    try:
        body = json.loads(raw)
    except ValueError:
        body = raw.decode(errors="replace")
    if 200 <= status < 300:
        return body
    message = body.get("error", body) if isinstance(body, dict) else body
    raise AdminError(status, str(message), body)
