"""What `mock_b2bi` decorates: the body of every kind runs within the mock, or the decoration fails."""

import asyncio
import contextlib
import functools
import os
import unittest

import boto3
import pytest
from b2bi_local import mock_b2bi



def aws_variables():
    return {name: value for name, value in os.environ.items() if name.startswith("AWS_")}


AWS = aws_variables()


def endpoint():
    """Where a client that is made now goes; it has to be here."""
    url = boto3.client("b2bi").meta.endpoint_url
    assert url.startswith("http://127.0.0.1:")
    return url


@pytest.fixture(autouse=True, scope="module")
def clean():
    yield
    assert aws_variables() == AWS


def run(text, pytester, passed):
    pytester.makepyfile("import unittest, boto3, pytest\nfrom test_mock_kinds import endpoint, mock_b2bi\n" + text)
    pytester.syspathinsert(os.path.dirname(__file__))
    pytester.runpytest_inprocess("-p", "no:cacheprovider").assert_outcomes(passed=passed)


@mock_b2bi
def generator():
    sent = yield endpoint()
    yield (sent, endpoint())


def test_a_generator():
    stream = generator()
    assert next(stream).startswith("http://127.0.0.1")
    assert stream.send("word")[0] == "word"
    stream.close()
    assert aws_variables() == AWS


def test_generators_that_end_in_the_order_they_began():
    first, second = generator(), generator()
    one, other = next(first), next(second)
    assert one != other
    first.close()
    assert endpoint() == other
    assert boto3.client("b2bi").list_profiles()["profiles"] == []
    second.close()
    assert aws_variables() == AWS


def test_a_context_manager():
    managed = contextlib.contextmanager(generator)
    with pytest.raises(ZeroDivisionError), managed() as url:
        assert url == endpoint()
        raise ZeroDivisionError


def test_an_async_generator():
    seen = []

    @contextlib.asynccontextmanager
    @mock_b2bi
    async def managed():
        try:
            yield endpoint()
        except ZeroDivisionError:
            seen.append(endpoint())
            raise

    @mock_b2bi
    async def stream():
        for _ in range(2):
            await asyncio.sleep(0)
            yield endpoint()

    async def use():
        assert len({url async for url in stream()}) == 1
        with pytest.raises(ZeroDivisionError):
            async with managed() as url:
                assert url == endpoint()
                raise ZeroDivisionError
        assert seen == [url]

    asyncio.run(use())


def test_coroutines_that_run_at_a_time_share_a_server():
    @mock_b2bi
    async def work(pauses):
        urls = [endpoint()]
        for _ in range(pauses):
            await asyncio.sleep(0)
            urls.append(endpoint())
        boto3.client("b2bi").list_profiles()
        return urls

    async def both():
        return await asyncio.gather(work(1), work(5), work(3))

    assert len({url for urls in asyncio.run(both()) for url in urls}) == 1


def test_coroutines_of_two_mocks_never_leave_for_aws():
    async def work(pauses):
        for _ in range(pauses):
            endpoint()
            await asyncio.sleep(0)
        endpoint()

    async def both():
        one, other = (mock_b2bi(account=account)(work) for account in ("111122223333", "444455556666"))
        await asyncio.gather(one(1), other(4))

    asyncio.run(both())


@contextlib.contextmanager
def manager():
    yield


async def coroutine():
    """Ends at once."""


REFUSED = {
    "staticmethod": staticmethod(endpoint),
    "classmethod": classmethod(endpoint),
    "property": property(endpoint),
    "contextmanager": manager,
    "asynccontextmanager": contextlib.asynccontextmanager(generator),
    "pytest.fixture": pytest.fixture(endpoint),
}


@pytest.mark.parametrize("outer", REFUSED)
def test_the_decorators_that_must_stand_above(outer):
    with pytest.raises(TypeError, match=f"must stand below @{outer},"):
        mock_b2bi(REFUSED[outer])


@pytest.mark.parametrize("subject", ["text", 7, type("Helper", (), {"help": endpoint})])
def test_what_it_does_not_decorate(subject):
    with pytest.raises(TypeError, match="mock_b2bi decorates"):
        mock_b2bi(subject)


@pytest.mark.parametrize("made", [coroutine, generator])
def test_a_function_that_returns_an_unfinished_body(made):
    with pytest.raises(TypeError, match="would run outside of mock_b2bi"):
        mock_b2bi(lambda: made())()


def test_a_partial_function():
    assert mock_b2bi(functools.partial(endpoint))().startswith("http://127.0.0.1")


CLASSES = {
    "setup_method(self, method)": """
@mock_b2bi
class TestIt:
    def setup_method(self, method): self.url = (method.__name__, endpoint())
    def teardown_method(self, method): assert self.url[1] == endpoint()
    def test_a(self): assert self.url == ("test_a", endpoint())
""",
    "setup_method(self)": """
@mock_b2bi
class TestIt:
    def setup_method(self): self.url = endpoint()
    def teardown_method(self): assert self.url == endpoint()
    def test_a(self): assert self.url == endpoint()
""",
    "subclass with super": """
@mock_b2bi
class Base:
    def setup_method(self, method): self.url = endpoint()
    def teardown_method(self): assert self.url == endpoint()
    def test_unused(self): pass
class TestIt(Base):
    test_unused = None
    def setup_method(self, method):
        super().setup_method(method)
        assert self.url == endpoint()
    def teardown_method(self):
        super().teardown_method()
        assert self.url == endpoint()
    def test_a(self): assert self.url == endpoint()
""",
    "subclass without super": """
@mock_b2bi
class Base:
    def setup_method(self): raise ZeroDivisionError
    def test_unused(self): pass
class TestIt(Base):
    test_unused = None
    def setup_method(self): self.url = endpoint()
    def test_a(self): assert self.url == endpoint()
""",
    "setup_class": """
@mock_b2bi
class TestIt:
    @classmethod
    def setup_class(cls): cls.url = endpoint()
    @classmethod
    def teardown_class(cls): assert cls.url == endpoint()
    def test_a(self): assert self.url == endpoint()
""",
    "setUp and tearDown": """
@mock_b2bi
class TestIt(unittest.TestCase):
    def setUp(self):
        self.url = endpoint()
        self.addCleanup(lambda: self.assertEqual(self.url, endpoint()))
    def tearDown(self): assert self.url == endpoint()
    def test_a(self): assert self.url == endpoint()
""",
    "setUpClass": """
@mock_b2bi
class TestIt(unittest.TestCase):
    @classmethod
    def setUpClass(cls): cls.url = endpoint()
    @classmethod
    def tearDownClass(cls): assert cls.url == endpoint()
    def test_a(self): assert self.url == endpoint()
""",
    "setUp of a subclass": """
@mock_b2bi
class Base(unittest.TestCase):
    def setUp(self): raise ZeroDivisionError
class TestIt(Base):
    def setUp(self): self.url = endpoint()
    def test_a(self): assert self.url == endpoint()
""",
    "setUpClass of a subclass": """
@mock_b2bi
class Base(unittest.TestCase):
    @classmethod
    def setUpClass(cls): cls.url = endpoint()
class TestIt(Base):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        assert cls.url == endpoint()
    def test_a(self): assert self.url == endpoint()
""",
    "coroutine tests": """
@mock_b2bi
class TestIt(unittest.IsolatedAsyncioTestCase):
    async def asyncSetUp(self): self.url = endpoint()
    async def test_a(self): assert self.url == endpoint()
""",
}


@pytest.mark.parametrize("kind", CLASSES)
def test_a_class(kind, pytester):
    run(CLASSES[kind], pytester, passed=1)
    assert aws_variables() == AWS


def test_set_up_of_a_class_that_fails():
    @mock_b2bi
    class Failing(unittest.TestCase):
        @classmethod
        def setUpClass(cls):
            raise ZeroDivisionError

        def test_a(self):
            """Is not reached."""

    result = unittest.TestResult()
    unittest.TestSuite([Failing("test_a")]).run(result)
    assert len(result.errors) == 1
    assert aws_variables() == AWS
