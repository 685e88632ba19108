"""The server's clock."""

from __future__ import annotations

import datetime
from typing import Any

from .server import Running


class Clock:
    """Stops and advances the clock of the server, which all accounts share."""

    def __init__(self, server: Running) -> None:
        self._admin = server.admin

    def __repr__(self) -> str:
        return f"<Clock of {self._admin.endpoint}>"

    def now(self) -> str:
        """The server's time, such as `2026-01-31T09:30:00.000Z`."""
        return str(self._admin.get("clock")["now"])

    def freeze(self, at: datetime.datetime | None = None) -> None:
        """Stops the clock, at the present or at a given time."""
        self._set(mode="manual", setTo=None if at is None else _text(at))

    def advance(self, **time: float) -> None:
        """Advances the clock: `advance(hours=1)`, with the arguments of `datetime.timedelta`."""
        self._set(advanceMs=round(datetime.timedelta(**time).total_seconds() * 1000))

    def skew(self, **time: float) -> None:
        """Makes the server's clock differ from its clients' by this much; negative is behind.

        Clients see it in `Date` headers and in times such as `createdAt`. Requests fail with
        `RequestTimeTooSkewed` or `InvalidSignatureException` only when the server checks signatures:
        start it with `--verify-signatures` and `--credentials KEY:SECRET`, skew it by more than
        15 minutes, and sign with that key.
        """
        self._set(skewMs=round(datetime.timedelta(**time).total_seconds() * 1000))

    def reset(self) -> None:
        """Returns to the machine's time."""
        self._set(mode="real", setTo=_text(datetime.datetime.now(datetime.timezone.utc)), skewMs=0)

    def _set(self, **change: Any) -> None:
        self._admin.put("clock", {name: value for name, value in change.items() if value is not None})


def _text(moment: datetime.datetime) -> str:
    utc = moment.astimezone(datetime.timezone.utc)
    return utc.strftime("%Y-%m-%dT%H:%M:%S.") + f"{utc.microsecond // 1000:03}Z"
