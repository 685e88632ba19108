"""`mock_b2bi`: a decorator and context manager in the way of moto's `mock_aws`."""

from __future__ import annotations

import functools
import inspect
import os
import sys
import unittest
from types import TracebackType
from typing import Any, Callable, Iterable, TypeVar, overload

from .environment import SERVICES, environment
from .server import REGION, Running, Server

T = TypeVar("T", bound=Callable[..., Any])

ACCOUNT = "123456789012"


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
    """Sends the clients that are made meanwhile to a server of their own, empty at first.

    It stands before a function, a coroutine function, a class of tests or in a `with` statement,
    with parentheses or without. The environment is told the endpoints of the services,
    credentials and the region, and gets back what it had. What goes to other services is left
    alone, so moto's `mock_aws` can stand beside it.

    Args:
        account: who the clients are.
        region: where they are.
        services: whose clients are sent to the server; it also knows `sts`.
        flags: settings of the server, such as `--quotas=false`.
        server: a server that runs already, to use instead of a new one.
    """
    mock = Mock(account, region, tuple(services), tuple(flags), server)
    return mock if test is None else mock(test)


class Mock:
    """What `mock_b2bi(…)` returns: it decorates, and it can be entered, also more than once."""

    def __init__(
        self,
        account: str,
        region: str,
        services: tuple[str, ...],
        flags: tuple[str, ...],
        server: Running | None,
    ) -> None:
        self._arguments = (account, region, services, flags, server)
        self._entered: list[_Entered] = []

    def __repr__(self) -> str:
        account, region, services, *_ = self._arguments
        return f"<mock_b2bi of account {account} in {region} for {', '.join(services)}>"

    def __enter__(self) -> Running:
        entered = _Entered(*self._arguments)
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
        """Enters, for those who cannot use `with`."""
        return self.__enter__()

    def stop(self) -> None:
        """Leaves what `start` entered."""
        self._entered.pop().leave()

    def __call__(self, test: T) -> T:
        """Decorates a function, a coroutine function or a class of tests."""
        decorate = self._class if inspect.isclass(test) else self._function
        decorated: T = decorate(test)
        return decorated

    def _function(self, test: Any) -> Any:
        if inspect.iscoroutinefunction(test):

            @functools.wraps(test)
            async def waiting(*args: Any, **kwargs: Any) -> Any:
                with self:
                    return await test(*args, **kwargs)

            return waiting

        @functools.wraps(test)
        def calling(*args: Any, **kwargs: Any) -> Any:
            with self:
                return test(*args, **kwargs)

        return calling

    def _class(self, tests: Any) -> Any:
        """Every test of a class has a server of its own, which its set-up sees as well."""
        names = ("setUp", "tearDown")
        if not issubclass(tests, unittest.TestCase):
            names = ("setup_method", "teardown_method")
        before, after = (getattr(tests, name, _nothing) for name in names)

        @functools.wraps(before)
        def set_up(test: Any, *args: Any, **kwargs: Any) -> Any:
            self.__enter__()
            try:
                return before(test, *args, **kwargs)
            except BaseException:
                self.stop()
                raise

        @functools.wraps(after)
        def tear_down(test: Any, *args: Any, **kwargs: Any) -> Any:
            try:
                return after(test, *args, **kwargs)
            finally:
                self.stop()

        setattr(tests, names[0], set_up)
        setattr(tests, names[1], tear_down)
        return tests


class _Entered:
    """One time that a mock was entered: the server, and what to put back."""

    def __init__(
        self,
        account: str,
        region: str,
        services: tuple[str, ...],
        flags: tuple[str, ...],
        server: Running | None,
    ) -> None:
        self._own: Server | None = None
        if server is None:
            # Whoever signs with another key, such as moto's, is this account all the same.
            self._own = server = Server("--account", account, "--region", region, *flags)
            self._own.start()
        self.server = server
        variables = environment(server.endpoint, account, region, services)
        self._before = {name: os.environ.get(name) for name in variables}
        self._session = _default_session(None)
        _set(variables)

    def leave(self) -> None:
        _set(self._before)
        _default_session(self._session)
        if self._own is not None:
            self._own.stop()


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


def _nothing(*_: Any) -> None:
    """The set-up of a class that has none."""
