"""Functions of every kind under `mock_b2bi`: their bodies run inside the mock."""

from __future__ import annotations

import contextlib
import functools
import inspect
from typing import Any, Callable, ContextManager

Enter = Callable[[], ContextManager[None]]


def decorate(entering: Enter, sharing: Enter, test: Any) -> Any:
    """Makes a function whose body runs within `entering`, or within `sharing` if it is asynchronous.

    Raises:
        TypeError: the body would run outside.
    """
    _check(test)
    if inspect.isasyncgenfunction(test):
        return _async_generator(sharing, test)
    if inspect.iscoroutinefunction(test):
        return _coroutine(sharing, test)
    if inspect.isgeneratorfunction(test):
        return _generator(entering, test)
    return _function(entering, test)


def _check(test: Any) -> None:
    outer = _outer_decorator(test)
    if outer:
        raise TypeError(f"@mock_b2bi must stand below @{outer}, so that it covers the function's body")
    if not callable(test):
        raise TypeError(f"mock_b2bi decorates functions and classes of tests, not {test!r}")


def _outer_decorator(test: Any) -> str | None:
    """The decorator that calls the body itself, after the decorated object was called."""
    for kind in (staticmethod, classmethod, property):
        if isinstance(test, kind):
            return kind.__name__
    if hasattr(test, "_pytestfixturefunction") or type(test).__name__ == "FixtureFunctionDefinition":
        return "pytest.fixture"
    for manager in (contextlib.contextmanager, contextlib.asynccontextmanager):
        if getattr(test, "__code__", None) is manager(_check).__code__:  # type: ignore[arg-type]
            return str(manager.__name__)
    return None


def _function(entering: Enter, test: Any) -> Any:
    @functools.wraps(test)
    def calling(*args: Any, **kwargs: Any) -> Any:
        with entering():
            result = test(*args, **kwargs)
        if inspect.iscoroutine(result) or inspect.isgenerator(result) or inspect.isasyncgen(result):
            if not inspect.isasyncgen(result):
                result.close()
            raise TypeError(
                f"{calling.__qualname__} returned {result!r}, which would run outside of mock_b2bi: "
                "decorate the function that makes it, or use `with mock_b2bi():`"
            )
        return result

    return calling


def _generator(entering: Enter, test: Any) -> Any:
    @functools.wraps(test)
    def generating(*args: Any, **kwargs: Any) -> Any:
        with entering():
            return (yield from test(*args, **kwargs))

    return generating


def _coroutine(sharing: Enter, test: Any) -> Any:
    @functools.wraps(test)
    async def waiting(*args: Any, **kwargs: Any) -> Any:
        with sharing():
            return await test(*args, **kwargs)

    return waiting


def _async_generator(sharing: Enter, test: Any) -> Any:
    @functools.wraps(test)
    async def streaming(*args: Any, **kwargs: Any) -> Any:
        with sharing():
            stream = test(*args, **kwargs)
            try:
                value = await stream.asend(None)
                while True:
                    try:
                        sent = yield value
                    except GeneratorExit:
                        raise
                    except BaseException as error:
                        value = await stream.athrow(error)
                    else:
                        value = await stream.asend(sent)
            except StopAsyncIteration:
                return
            finally:
                await stream.aclose()

    return streaming
