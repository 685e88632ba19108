"""`mock_b2bi`: a decorator and context manager like moto's `mock_aws`."""

from __future__ import annotations

import contextlib
import inspect
import os
import sys
import threading
from types import TracebackType
from typing import Any, Callable, Iterable, Iterator, NamedTuple, Optional, Tuple, TypeVar, overload

from .environment import SERVICES, environment
from .extension import Extension
from .mock_classes import cover
from .mock_functions import decorate
from .server import REGION, Running, Server

T = TypeVar("T", bound=Callable[..., Any])

ACCOUNT = "123456789012"
_lock = threading.RLock()


@overload
def mock_b2bi(test: T) -> T: ...
@overload
def mock_b2bi(
    test: None = None,
    *,
    account: str = ACCOUNT,
    region: str = REGION,
    services: Iterable[str] = SERVICES,
    flags: Iterable[str] = (),
    server: Running | None = None,
) -> Mock: ...
def mock_b2bi(
    test: Callable[..., Any] | None = None,
    *,
    account: str = ACCOUNT,
    region: str = REGION,
    services: Iterable[str] = SERVICES,
    flags: Iterable[str] = (),
    server: Running | None = None,
) -> Any:
    """Sends the clients that are created meanwhile to a new, empty server.

    It stands before a function, a coroutine function, a generator function, a class of tests or in
    a `with` statement, with parentheses or without. The environment is told the endpoints of the services,
    credentials and the region, and gets back what it had. What goes to other services is left
    alone, so moto's `mock_aws` can stand beside it.

    Args:
        account: who the clients are.
        region: where they are.
        services: whose clients are sent to the server; it also knows `sts`.
        flags: settings of the server, such as `--quotas=false`.
        server: a server that runs already, to use instead of a new one.
    """
    mock = Mock(Arguments(account, region, tuple(services), tuple(flags), server))
    return mock if test is None else mock(test)


class Arguments(NamedTuple):
    """The arguments of a mock; coroutines with equal ones share a server."""

    account: str
    region: str
    services: Tuple[str, ...]
    flags: Tuple[str, ...]
    server: Optional[Running]
    extension: Extension = Extension()


class Mock:
    """What `mock_b2bi(…)` returns: a decorator and a context manager, which can be entered more than once."""

    def __init__(self, arguments: Arguments) -> None:
        self._arguments = arguments
        self._entered: list[_Entered] = []

    def __repr__(self) -> str:
        account, region, services, *_, extension = self._arguments
        return f"<{extension.name} of account {account} in {region} for {', '.join(services)}>"

    def __enter__(self) -> Running:
        entered = _Entered(self._arguments)
        self._entered.append(entered)
        return entered.server

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._entered.pop().leave()

    def start(self) -> Running:
        """Enters the mock without `with`."""
        return self.__enter__()

    def stop(self) -> None:
        """Leaves the mock that `start` has entered."""
        self._entered.pop().leave()

    def __call__(self, test: T) -> T:
        """Decorates a function of any kind or a class of tests.

        Raises:
            TypeError: the body would run outside of the mock.
        """
        decorated: T
        if inspect.isclass(test):
            decorated = cover(self, test)
        else:
            decorated = decorate(self.entering, self._sharing, test)
        return decorated

    @contextlib.contextmanager
    def entering(self) -> Iterator[None]:
        """Enters the mock for one call. Calls may end in any order, so each leaves its own."""
        entered = _Entered(self._arguments)
        try:
            yield
        finally:
            entered.leave()

    @contextlib.contextmanager
    def _sharing(self) -> Iterator[None]:
        """Enters the mock for a coroutine: concurrent ones with equal arguments share one server."""
        with _lock:
            found = next((shared for shared in _shared if shared.arguments == self._arguments), None)
            if found is None:
                found = _Shared(self._arguments, _Entered(self._arguments))
                _shared.append(found)
            found.users += 1
        try:
            yield
        finally:
            found.release()


class _Shared:
    """A server that coroutines share: the last of them stops it."""

    def __init__(self, arguments: Arguments, entered: _Entered) -> None:
        self.arguments = arguments
        self.entered = entered
        self.users = 0

    def release(self) -> None:
        """Removes one coroutine from the count."""
        with _lock:
            self.users -= 1
            if self.users == 0:
                _shared.remove(self)
                self.entered.leave()


class _Entered:
    """An entered mock: the server, and what to restore."""

    def __init__(self, arguments: Arguments) -> None:
        account, region, services, flags, server, extension = arguments
        with contextlib.ExitStack() as stack:
            stack.enter_context(extension.entered(account))
            if server is None:
                # Clients with another key, such as moto's, use this account too.
                own = Server("--account", account, "--region", region, *extension.flags(flags), *flags)
                server = stack.enter_context(own)
            self.server = server
            variables = {**extension.variables(), **environment(server.endpoint, account, region, services)}
            with _lock:
                self._before = {name: os.environ.get(name) for name in variables}
                self._session = _default_session(None)
                _set(variables)
                _in_force.append(self)
            self._left = stack.pop_all()

    def leave(self) -> None:
        """Restores what was before, also if another mock was entered later."""
        with _lock:
            position = _in_force.index(self)
            del _in_force[position]
            if position < len(_in_force):
                later = _in_force[position]
                later._before.update(self._before)
                later._session = self._session
            else:
                _set(self._before)
                _default_session(self._session)
        self._left.close()


# The entered mocks; the environment is that of the last one.
_in_force: list[_Entered] = []
_shared: list[_Shared] = []


def _set(variables: dict[str, str | None]) -> None:
    for name, value in variables.items():
        if value is None:
            os.environ.pop(name, None)
        else:
            os.environ[name] = value


def _default_session(session: Any) -> Any:
    """Changes the session of `boto3.client`, which remembers credentials; returns the last one."""
    boto3: Any = sys.modules.get("boto3")
    if boto3 is None:
        return None
    before, boto3.DEFAULT_SESSION = boto3.DEFAULT_SESSION, session
    return before
