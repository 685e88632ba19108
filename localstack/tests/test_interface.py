"""The extension by LocalStack's interface: how it is found, in which order it is called, what it answers."""

import types

import pytest
from b2bi_local_localstack import community
from b2bi_local_localstack.extension import B2biLocal, flags
from localstack.aws.chain import CompositeHandler, HandlerChain
from localstack.extensions.api import Extension
from localstack.http import Request, Response, Router
from localstack.http.dispatcher import handler_dispatcher
from plux import PluginManager

GATEWAY = "http://127.0.0.1:4566"
OURS = ["--account", "--s3-endpoint", "--s3-access-key-id", "--events-eventbridge", "--logs-endpoint", "--drain-seconds"]


def names(found):
    return [flag.partition("=")[0] for flag in found]


@pytest.fixture
def extension():
    """The extension, started as LocalStack does."""
    extension = B2biLocal()
    extension.on_extension_load()
    extension.on_platform_start()
    yield extension
    extension.on_platform_shutdown()


HOST = {"Host": "localhost:4566"}
LIST_PROFILES = {
    **HOST,
    "X-Amz-Target": "B2BI.ListProfiles",
    "Content-Type": "application/x-amz-json-1.0",
    "Authorization": "AWS4-HMAC-SHA256 Credential=111122223333/20260101/us-east-1/b2bi/aws4_request, "
    "SignedHeaders=host, Signature=00",
}


def request():
    return Request("POST", "/", headers=LIST_PROFILES, body=b"{}")


def context(service, request):
    model = types.SimpleNamespace(service_name=service) if service else None
    return types.SimpleNamespace(service=model, request=request)


class TestFound:
    def test_as_an_extension(self):
        found = PluginManager("localstack.extensions").load("b2bi-local")
        assert isinstance(found, B2biLocal) and isinstance(found, Extension)

    @pytest.mark.parametrize("hook", ["on_infra_start", "on_infra_shutdown"])
    def test_as_a_hook_of_the_community_edition(self, hook):
        specs = PluginManager(f"localstack.hooks.{hook}").list_names()
        assert [name for name in specs if name.startswith("b2bi_local")] != []

    def test_the_hook_leaves_it_to_editions_that_load_extensions(self, monkeypatch):
        monkeypatch.setattr(community, "loads_extensions", lambda: True)
        monkeypatch.setattr(B2biLocal, "on_platform_start", lambda _: pytest.fail("started twice"))
        community.b2bi_local_start()
        community.b2bi_local_stop()


class TestHandlers:
    @pytest.mark.parametrize("service, answered", [("b2bi", True), ("s3", False), (None, False)])
    def test_only_requests_of_b2bi_are_answered(self, extension, service, answered):
        handlers = CompositeHandler()
        extension.update_request_handlers(handlers)
        chain, response = HandlerChain(), Response()
        handlers(chain, context(service, request()), response)
        assert (chain.stopped, response.data) == (answered, b'{"profiles":[]}' if answered else b"")

    def test_its_own_routes(self, extension):
        router = Router(dispatcher=handler_dispatcher())
        extension.update_gateway_routes(router)
        assert router.dispatch(Request("GET", "/_b2bi/health", headers=HOST)).json["status"] == "ready"
        assert router.dispatch(Request("POST", "/_b2bi/reset", headers=HOST)).status_code == 200

    def test_before_it_has_started_and_after_it_has_stopped(self):
        extension = B2biLocal()
        extension.on_platform_shutdown()
        with pytest.raises(RuntimeError, match="has not started"):
            extension.handle(HandlerChain(), context("b2bi", request()), Response())


class TestFlags:
    def test_the_server_uses_localstacks_services(self, monkeypatch):
        monkeypatch.delenv("B2BI_LOCAL_FLAGS", raising=False)
        found = flags(GATEWAY)
        assert names(found) == OURS and f"--s3-endpoint={GATEWAY}" in found and "--account=000000000000" in found

    @pytest.mark.parametrize("given", ["--account 111122223333", "--account=111122223333"])
    def test_those_of_the_variable_win(self, monkeypatch, given):
        monkeypatch.setenv("B2BI_LOCAL_FLAGS", f"{given} --init '/a folder'")
        found = flags(GATEWAY)
        assert names(found).count("--account") == 1 and found[-2:] == ["--init", "/a folder"]
