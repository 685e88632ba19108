"""Faults for the calls of one account."""

from __future__ import annotations

import uuid
import warnings
from types import TracebackType
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from .admin import AdminError
from .server import REGION, Running

if TYPE_CHECKING:
    from typing_extensions import Self

GONE = 404
# Members of a rule that `describe` shows elsewhere or omits.
COUNTERS = ("matched", "fired", "passed", "remaining", "completed", "lastFiredMs", "lastFiredAt")
CRITERIA = ("id", "operation", "steps", "account", "appId")


class FaultWarning(UserWarning):
    """The server accepted a fault rule, with a warning that it is probably a mistake."""


class Faults:
    """Adds fault rules for an account; `clear` removes only these."""

    def __init__(self, server: Running, account: str, region: str = REGION) -> None:
        self._server = server
        self._admin = server.admin
        self._account = account
        self._region = region
        self._ids: list[str] = []
        self._removed: dict[str, Any] = {}

    def __repr__(self) -> str:
        return f"<Faults of account {self._account} at {self._admin.endpoint}: {len(self._ids)} rules>"

    def __call__(self, operation: str, chain: str, **rule: Any) -> Fault:
        """A chain of the mini-language for the calls of one client: that of `Fault.client`.

        `with faults("CreateProfile", "after reset -> ok") as fault:` resets the connection of the
        first call after the service executed it, and leaves the second alone. The client has an
        application id of its own, so other calls of the account do not take a step of the chain.

        Raises:
            AdminError: the chain or the rule cannot be understood; it says what is wrong.
        """
        __tracebackhide__ = True
        app_id = f"faults-{uuid.uuid4().hex[:16]}"
        return self._add(operation, chain, {"appId": app_id, **rule})

    def add(self, operation: str = "*", chain: str | None = None, **rule: Any) -> Fault:
        """Adds a rule about operations of this name or pattern, for all calls of the account.

        A `chain` of the mini-language is for whichever client calls: `add("CreateProfile",
        chain="after reset -> ok")`. The other members are those of `/_b2bi/faults`: `times=2`,
        `http={"statusCode": 500}`, and so on; `error` may be a code alone. The rule ends with the
        `with` block that it is used in, or with `clear`.

        Raises:
            AdminError: the rule cannot be understood; it says what is wrong.
        """
        __tracebackhide__ = True
        return self._add(operation, chain, rule)

    def _add(self, operation: str, chain: str | None, rule: dict[str, Any]) -> Fault:
        __tracebackhide__ = True
        if chain is not None:
            rule["steps"] = [step.strip() for step in chain.split("->")]
        if isinstance(rule.get("error"), str):
            rule["error"] = {"code": rule["error"]}
        name = str(rule.pop("id", None) or uuid.uuid4())
        members = {"id": name, "operation": operation, "account": self._account, **rule}
        reply = self._admin.post("faults", [members])
        self._ids.append(name)
        self._removed.pop(name, None)
        for message in reply["warnings"]:
            warnings.warn(f"fault rule for {operation}: {message}", FaultWarning, stacklevel=3)
        return Fault(self, name, rule.get("appId"))

    def clear(self) -> None:
        """Removes the rules that were added here."""
        for name in list(self._ids):
            self.remove(name)

    def remove(self, name: str) -> None:
        """Removes one of these rules, unless a reset has removed it already."""
        if name in self._ids:
            self._ids.remove(name)
            try:
                self._removed[name] = self._admin.get(f"faults/{quote(name, safe='')}")
                self._admin.delete("faults", id=name)
            except AdminError as error:
                if error.status != GONE:
                    raise

    def state(self, name: str) -> Any:
        """The rule with its counters; for a removed rule, the last ones.

        Raises:
            AdminError: a reset of the server has removed the rule.
        """
        __tracebackhide__ = True
        if name in self._removed:
            return self._removed[name]
        return self._admin.get(f"faults/{quote(name, safe='')}")

    def unfired(self) -> list[Any]:
        """The rules that were added here and never fired, with their counters."""
        rules = self._admin.get("faults")["rules"]
        present = [rule for rule in rules if rule["id"] in self._ids]
        return [rule for rule in (*self._removed.values(), *present) if rule["fired"] == 0]

    def requests(self, **fields: Any) -> list[Any]:
        """The journal's entries of the account's requests; filters are those of `/_b2bi/journal`."""
        return self._entries(kind="request", **fields)

    def jobs(self, **fields: Any) -> list[Any]:
        """The journal's entries of faults in the account's jobs, such as `stage="map"`."""
        return self._entries(kind="job", **fields)

    def _entries(self, **fields: Any) -> list[Any]:
        texts = {name: str(value).lower() if isinstance(value, bool) else value for name, value in fields.items()}
        entries: list[Any] = self._admin.get("journal", account=self._account, **texts)["entries"]
        return entries

    def client(self, service: str, **settings: Any) -> Any:
        """A boto3 client on the account; settings are those of botocore's Config."""
        return self._server.client(service, self._account, self._region, **settings)


class Fault:
    """A fault rule; as a context manager it is removed at the end of the block."""

    def __init__(self, faults: Faults, name: str, app_id: str | None = None) -> None:
        self._faults = faults
        self.id = name
        self.app_id = app_id

    def __repr__(self) -> str:
        try:
            return f"<Fault {describe(self._faults.state(self.id))}>"
        except (AdminError, OSError) as error:
            return f"<Fault {self.id}: {error}>"

    def client(self, service: str, **settings: Any) -> Any:
        """A boto3 client whose calls the rule is about; settings are those of botocore's Config."""
        return self._faults.client(service, user_agent_appid=self.app_id, **settings)

    def requests(self, **fields: Any) -> list[Any]:
        """The journal's entries of that client, or those the rule acted on where it is about all.

        Each attempt is an entry. `requests(executed=True)` has those that were executed; other
        fields are those of `/_b2bi/journal`, such as `status="5*"`.
        """
        about = {"appId": self.app_id} if self.app_id else {"rule": self.id}
        return self._faults.requests(**about, **fields)

    def jobs(self, **fields: Any) -> list[Any]:
        """The journal's entries of jobs that the rule acted on: each says which job, stage and outcome."""
        return self._faults.jobs(rule=self.id, **fields)

    @property
    def completed(self) -> bool:
        """Whether the rule has fired as often as it can; one without a limit never has."""
        return bool(self._faults.state(self.id)["completed"])

    @property
    def fired(self) -> int:
        """How many times it fired."""
        return int(self._faults.state(self.id)["fired"])

    def remove(self) -> None:
        """Removes the rule."""
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


def describe(rule: Any) -> str:
    """A rule and its counters on one line: `CreateProfile after reset -> ok, fired 1, matched 2`."""
    steps = " -> ".join(str(step) for step in rule.get("steps", []))
    effects = [f"{key} {rule[key]}" for key in rule if key not in COUNTERS and key not in CRITERIA]
    ended = ", completed" if rule["completed"] else ""
    what = " ".join(text for text in (str(rule.get("operation", "*")), steps, *effects) if text)
    return f"{what}, fired {rule['fired']}, matched {rule['matched']}{ended}"
