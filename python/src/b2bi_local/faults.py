"""Faults for the calls of one account."""

from __future__ import annotations

import uuid
from types import TracebackType
from typing import TYPE_CHECKING, Any

from .server import Running

if TYPE_CHECKING:
    from typing_extensions import Self


class Faults:
    """Adds fault rules about an account; `clear` takes them away again, and only them."""

    def __init__(self, server: Running, account: str) -> None:
        self._admin = server.admin
        self._account = account
        self._ids: list[str] = []

    def add(self, operation: str = "*", **rule: Any) -> Fault:
        """Adds a rule about operations of this name or pattern.

        The other members are those of `/_b2bi/faults`: `times=2`, `http={"statusCode": 500}`, and so
        on; `error` may be a code alone. The rule ends with the `with` block that it is used in, or
        with `clear`.

        Raises:
            AdminError: the rule cannot be understood; it says what is wrong.
        """
        if isinstance(rule.get("error"), str):
            rule["error"] = {"code": rule["error"]}
        name = str(rule.pop("id", uuid.uuid4()))
        members = {"id": name, "operation": operation, "account": self._account, **rule}
        self._admin.post("faults", [members])
        self._ids.append(name)
        return Fault(self, name)

    def clear(self) -> None:
        """Takes the rules away that were added here."""
        for name in list(self._ids):
            self.remove(name)

    def remove(self, name: str) -> None:
        """Takes one of these rules away."""
        if name in self._ids:
            self._ids.remove(name)
            self._admin.delete("faults", id=name)

    def state(self, name: str) -> Any:
        """The rule with its counters."""
        rules = self._admin.get("faults")["rules"]
        return next(rule for rule in rules if rule["id"] == name)


class Fault:
    """A fault rule; as a context manager it ends with the block."""

    def __init__(self, faults: Faults, name: str) -> None:
        self._faults = faults
        self.id = name

    @property
    def fired(self) -> int:
        """How often it acted."""
        return int(self._faults.state(self.id)["fired"])

    def remove(self) -> None:
        """Takes the rule away."""
        self._faults.remove(self.id)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.remove()
