"""One account in moto and the server, by the header that both read."""

from __future__ import annotations

import contextlib
import re
from typing import Any, Iterator

from botocore.handlers import BUILTIN_HANDLERS
from moto.iam.models import iam_backends

HEADER = "x-moto-account-id"
CREDENTIAL = re.compile(r"Credential=([^/]+)/")
TWELVE_DIGITS = re.compile(r"[0-9]{12}")

# The accounts of the entered mocks; clients whose key has no account use the last one.
_accounts: list[str] = []


@contextlib.contextmanager
def in_force(account: str) -> Iterator[None]:
    """Sets the account of clients whose key has none."""
    _accounts.append(account)
    try:
        yield
    finally:
        _accounts.remove(account)


def account_of(authorization: str) -> str | None:
    """The account of a signature; None outside of a mock if the key has none."""
    credential = CREDENTIAL.search(authorization)
    key = credential[1] if credential else ""
    if TWELVE_DIGITS.fullmatch(key):
        return key
    return _issuer(key) or (_accounts[-1] if _accounts else None)


def _issuer(key: str) -> str | None:
    """The account for which moto's IAM or STS has issued a key."""
    for account, backends in list(iam_backends.items()):
        if any(key in backend.access_keys for backend in list(backends.values())):
            return str(account)
    return None


def _name_account(request: Any, **_: Any) -> None:
    """Runs before each request of boto3 is sent, and before moto answers it."""
    if not _accounts or HEADER in request.headers:
        return
    authorization = request.headers.get("Authorization", "")
    text = authorization.decode() if isinstance(authorization, bytes) else authorization
    account = account_of(text)
    if account:
        request.headers[HEADER] = account


BUILTIN_HANDLERS.insert(0, ("before-send", _name_account))
