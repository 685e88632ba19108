"""The events that the service told of one account."""

from __future__ import annotations

import time
from typing import Any

from .server import Running


class Events:
    """What EventBridge would have delivered."""

    def __init__(self, server: Running, account: str) -> None:
        self._admin = server.admin
        self._account = account

    def all(self, **fields: str) -> list[Any]:
        """The events so far, oldest first; fields such as `jobId` or `detailType` narrow them."""
        told = self._admin.get("events", account=self._account, **fields)["events"]
        return [it["event"] for it in told]

    def wait(self, count: int = 1, seconds: float = 10, **fields: str) -> list[Any]:
        """The events, as soon as there are so many.

        Raises:
            TimeoutError: there are fewer when the time is over.
        """
        deadline = time.monotonic() + seconds
        while len(events := self.all(**fields)) < count:
            if time.monotonic() > deadline:
                raise TimeoutError(f"{len(events)} events instead of {count}: {events}")
            time.sleep(0.01)
        return events
