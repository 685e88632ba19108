"""The EventBridge events of one account."""

from __future__ import annotations

import time
from typing import Any

from .server import Running

POLL_SECONDS = 0.01


class Events:
    """The events that EventBridge would have delivered for one account."""

    def __init__(self, server: Running, account: str) -> None:
        self._admin = server.admin
        self._account = account

    def __repr__(self) -> str:
        return f"<Events of account {self._account} at {self._admin.endpoint}>"

    def all(self, **filters: str) -> list[Any]:
        """The events so far, oldest first.

        Filters are those of `/_b2bi/events`: `detailType`, `jobId`, `tradingPartnerId` and `region`,
        with `*` for any text, and `since` and `limit`.
        """
        __tracebackhide__ = True
        reply = self._admin.get("events", account=self._account, **filters)
        return [entry["event"] for entry in reply["events"]]

    def wait(self, count: int = 1, seconds: float = 10, **filters: str) -> list[Any]:
        """The events, as soon as there are `count` that pass the filters of `all`.

        Raises:
            TimeoutError: there are fewer after that many seconds. The message lists what was seen,
                the account's jobs, and the folders that are watched.
        """
        __tracebackhide__ = True
        deadline = time.monotonic() + seconds
        while len(events := self.all(**filters)) < count:
            if time.monotonic() > deadline:
                raise TimeoutError(self._explain(len(events), count, seconds, filters))
            time.sleep(POLL_SECONDS)
        return events

    def wait_for(self, detail_type: str, count: int = 1, timeout: float = 10, **filters: str) -> list[Any]:
        """The events of a detail type, as soon as there are `count`: `wait_for("Transformation*")`.

        Raises:
            TimeoutError: as `wait` does.
        """
        __tracebackhide__ = True
        return self.wait(count, timeout, detailType=detail_type, **filters)

    def _explain(self, found: int, count: int, seconds: float, filters: dict[str, str]) -> str:
        wanted = "".join(f", {name} {value}" for name, value in filters.items())
        sections = {
            "seen": [_event(event) for event in self.all()],
            "jobs": [_job(job) for job in self._admin.get("jobs", account=self._account)["jobs"]],
            "watched folders": self._watched_folders(),
        }
        lines = [f"{found} of {count} events after {seconds:g} s (account {self._account}{wanted})"]
        for title, items in sections.items():
            lines += [f"{title}:", *(f"  {item}" for item in items or ["none"])]
        return "\n".join(lines)

    def _watched_folders(self) -> list[str]:
        """Where an upload starts a job: a folder for each capability of each partnership."""
        scopes = self._admin.get("state", account=self._account)["scopes"]
        return [folder for scope in scopes for folder in _folders(scope)]


def _folders(scope: Any) -> list[str]:
    capabilities = {item["id"]: item["description"] for item in scope["capabilities"]}
    partnerships = [item["description"] for item in scope["partnerships"]]
    return [
        _folder(capabilities[name], partnership)
        for partnership in partnerships
        for name in partnership.get("capabilities", [])
        if name in capabilities
    ]


def _folder(capability: Any, partnership: Any) -> str:
    edi = capability["configuration"]["edi"]
    location = edi["inputLocation"]
    parts = [location["bucketName"], location.get("key", "").strip("/")]
    if edi.get("capabilityDirection") == "OUTBOUND":
        parts.append(capability["capabilityId"])
    parts.append(partnership["tradingPartnerId"])
    return f"s3://{'/'.join(part for part in parts if part)}/ ({capability['name']})"


def _event(event: Any) -> str:
    file = event["detail"].get("input-file-s3-attributes", {})
    place = f" of s3://{file['bucket']}/{file['object-key']}" if file else ""
    return f"{event['detail-type']}{place}"


def _job(job: Any) -> str:
    message = f": {job['message']}" if job.get("message") else ""
    return f"{job['id']} {job['state']}, input {job['inputFile']}{message}"
