"""Classes of tests under `mock_b2bi`, and the classes that inherit from them."""

from __future__ import annotations

import functools
import inspect
import unittest
from typing import TYPE_CHECKING, Any, Callable, ContextManager, Dict

if TYPE_CHECKING:
    from .mock import Mock

# The mock that wrapped a method, so that a subclass does not wrap it again.
MARK = "_b2bi_local_mock"
# The entered mocks, by class or by test.
Entered = Dict[Any, ContextManager[None]]


def cover(mock: Mock, tests: Any) -> Any:
    """Gives every test of a class a server of its own, which its set-up and tear-down see as well.

    Where the class has a set-up of its own (`setUpClass`, `setup_class`), its tests share one server.

    Raises:
        TypeError: the class has no tests and no set-up.
    """
    if not issubclass(tests, unittest.TestCase) and not _has_tests(tests):
        raise TypeError(
            f"mock_b2bi decorates classes of tests, and {tests.__qualname__} has no test: decorate its methods"
        )
    whole: Entered = {}
    entered: Entered = {}
    wrap = functools.partial(_wrap, mock, whole, entered)
    wrap(tests)
    _follow_subclasses(tests, wrap)
    return tests


def _has_tests(tests: Any) -> bool:
    return any(name.startswith(("test", "setup_")) for name in dir(tests))


def _follow_subclasses(tests: Any, wrap: Callable[[Any], None]) -> None:
    before = tests.__init_subclass__.__func__ if "__init_subclass__" in vars(tests) else None

    def wrap_subclass(cls: Any, /, **arguments: Any) -> None:
        if before is None:
            super(tests, cls).__init_subclass__(**arguments)
        else:
            before(cls, **arguments)
        wrap(cls)

    tests.__init_subclass__ = classmethod(wrap_subclass)


def _wrap(mock: Mock, whole: Entered, entered: Entered, tests: Any) -> None:
    """Wraps the methods that the class defines or inherits, once."""
    if issubclass(tests, unittest.TestCase):
        _replace(mock, tests, "run", _run(mock, tests.run, whole))
        if tests.setUpClass.__func__ is not unittest.TestCase.setUpClass.__func__:  # type: ignore[attr-defined]
            _replace(mock, tests, "setUpClass", _set_up_class(mock, tests.setUpClass.__func__, whole))
        return
    _replace(mock, tests, "setup_method", _set_up(mock, _raw(tests, "setup_method"), whole, entered))
    _replace(mock, tests, "teardown_method", _tear_down(_raw(tests, "teardown_method"), entered))
    if hasattr(tests, "setup_class"):
        _replace(mock, tests, "setup_class", _enter_class(mock, _raw(tests, "setup_class"), whole))
        _replace(mock, tests, "teardown_class", _leave_class(_raw(tests, "teardown_class"), whole))


def _raw(tests: Any, name: str) -> Any:
    method = inspect.getattr_static(tests, name, _nothing)
    return getattr(method, "__func__", method)


def _replace(mock: Mock, tests: Any, name: str, wrapper: Any) -> None:
    if getattr(_raw(tests, name), MARK, None) is mock:
        return
    setattr(wrapper, MARK, mock)
    setattr(tests, name, classmethod(wrapper) if name.lower().endswith("class") else wrapper)


def _run(mock: Mock, run: Any, whole: Entered) -> Any:
    # `run` is around setUp, tearDown and cleanups, also those that a subclass overrides.
    @functools.wraps(run)
    def running(test: Any, *args: Any, **kwargs: Any) -> Any:
        if type(test) in whole:
            return run(test, *args, **kwargs)
        with mock.entering():
            return run(test, *args, **kwargs)

    return running


def _set_up_class(mock: Mock, set_up: Any, whole: Entered) -> Any:
    @functools.wraps(set_up)
    def setting_up(cls: Any) -> None:
        if cls not in whole:
            whole[cls] = _enter(mock)
            # The first cleanup runs last, after tearDownClass, and also where setUpClass fails.
            cls.addClassCleanup(lambda: _leave(whole.pop(cls, None)))
        set_up(cls)

    return setting_up


def _enter_class(mock: Mock, set_up: Any, whole: Entered) -> Any:
    @functools.wraps(set_up)
    def setting_up(cls: Any) -> None:
        if cls in whole:  # a subclass called it with super()
            _call(set_up, cls)
            return
        whole[cls] = _enter(mock)
        try:
            _call(set_up, cls)
        except BaseException:
            _leave(whole.pop(cls))
            raise

    return setting_up


def _leave_class(tear_down: Any, whole: Entered) -> Any:
    @functools.wraps(tear_down)
    def tearing_down(cls: Any) -> None:
        # Taken first, so that only the outermost of calls with super() leaves.
        entered = whole.pop(cls, None)
        try:
            _call(tear_down, cls)
        finally:
            _leave(entered)

    return tearing_down


def _set_up(mock: Mock, before: Any, whole: Entered, tests: Entered) -> Any:
    # pytest counts the arguments: with two, it hands over the method.
    @functools.wraps(before)
    def set_up(test: Any, method: Any = None) -> None:
        if type(test) in whole or id(test) in tests:
            _call(before, test, method)
            return
        tests[id(test)] = _enter(mock)
        try:
            _call(before, test, method)
        except BaseException:
            _leave(tests.pop(id(test)))
            raise

    return set_up


def _tear_down(after: Any, tests: Entered) -> Any:
    @functools.wraps(after)
    def tear_down(test: Any, method: Any = None) -> None:
        entered = tests.pop(id(test), None)
        try:
            _call(after, test, method)
        finally:
            _leave(entered)

    return tear_down


def _enter(mock: Mock) -> ContextManager[None]:
    entered = mock.entering()
    entered.__enter__()
    return entered


def _leave(entered: ContextManager[None] | None) -> None:
    if entered is not None:
        entered.__exit__(None, None, None)


def _call(function: Any, first: Any, method: Any = None) -> None:
    """Calls a set-up with as many of the arguments as it takes, as pytest does."""
    for arguments in ((first, method), (first,), ()):
        try:
            inspect.signature(function).bind(*arguments)
        except TypeError:
            continue
        function(*arguments)
        return
    raise TypeError(f"{function!r} takes neither the class or test nor its method")


def _nothing(*_: Any) -> None:
    """The set-up of a class that has none."""
