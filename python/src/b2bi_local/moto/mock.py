"""`mock_aws`: b2bi and S3 by the server, all other services by moto, in one account."""

from __future__ import annotations

import contextlib
import os
from dataclasses import dataclass
from typing import Any, Callable, ContextManager, Iterable, Sequence, TypeVar, overload

from moto.core.models import DEFAULT_ACCOUNT_ID

from ..environment import PREFIX, SERVICES
from ..extension import Extension
from ..mock import Arguments, Mock
from ..server import REGION, Running
from . import accounts, endpoint, patching

T = TypeVar("T", bound=Callable[..., Any])

MOTO_ACCOUNT = "MOTO_ACCOUNT_ID"


@overload
def mock_aws(test: T) -> T: ...
@overload
def mock_aws(
    test: None = None,
    config: Any = None,
    *,
    account: str | None = None,
    region: str = REGION,
    services: Iterable[str] = SERVICES,
    flags: Iterable[str] = (),
    server: Running | None = None,
) -> Mock: ...
def mock_aws(
    test: Callable[..., Any] | None = None,
    config: Any = None,
    *,
    account: str | None = None,
    region: str = REGION,
    services: Iterable[str] = SERVICES,
    flags: Iterable[str] = (),
    server: Running | None = None,
) -> Any:
    """moto's `mock_aws`, in which b2bi and S3 are a server of their own.

    It decorates and is entered as `mock_b2bi`. All services see the same account, whatever key a client
    has: its twelve digits, a key that moto's IAM or STS gave out, or any other. Events, log records and
    notifications of the server arrive in moto.

    Args:
        config: moto's own configuration.
        account: who the clients are; `MOTO_ACCOUNT_ID` or 123456789012 if it is not given.
        region: where they are.
        services: whose clients are sent to the server instead of moto.
        flags: settings of the server, such as `--quotas=false`.
        server: a server that runs already, to use instead of a new one.
    """
    who = account or os.environ.get(MOTO_ACCOUNT) or DEFAULT_ACCOUNT_ID
    arguments = Arguments(who, region, tuple(services), tuple(flags), server, Moto(config))
    mock = Mock(arguments)
    return mock if test is None else mock(test)


@dataclass(frozen=True)
class Moto(Extension):
    """moto next to the server, with its configuration."""

    config: Any = None
    name = "mock_aws with b2bi"

    def entered(self, account: str) -> ContextManager[None]:
        """Activates moto, with the same account in all services."""
        stack = contextlib.ExitStack()
        stack.enter_context(patching.patched(self.config))
        stack.enter_context(accounts.in_force(account))
        return _closing(stack)

    def flags(self, configured: Sequence[str]) -> list[str]:
        """Sends the server's calls of other services to moto."""
        return endpoint.flags(configured)

    def variables(self) -> dict[str, str | None]:
        """Removes variables that would lead clients past moto."""
        elsewhere = [name for name in os.environ if name.startswith(PREFIX)]
        return dict.fromkeys([MOTO_ACCOUNT, PREFIX, *elsewhere])


@contextlib.contextmanager
def _closing(stack: contextlib.ExitStack) -> Any:
    with stack:
        yield
