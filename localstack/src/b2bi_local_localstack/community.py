"""Loads the extension in the community edition, which runs hooks but loads no extensions."""

from __future__ import annotations

import importlib.util

from localstack.aws.handlers import serve_custom_service_request_handlers
from localstack.runtime import hooks
from localstack.services.edge import ROUTER

from .extension import B2biLocal

_loaded: list[B2biLocal] = []


@hooks.on_infra_start()
def b2bi_local_start() -> None:
    """Loads the extension as the other editions do, in their order."""
    if loads_extensions():
        return
    extension = B2biLocal()
    extension.on_extension_load()
    extension.on_platform_start()
    extension.update_gateway_routes(ROUTER)
    extension.update_request_handlers(serve_custom_service_request_handlers)
    _loaded.append(extension)


@hooks.on_infra_shutdown()
def b2bi_local_stop() -> None:
    """Stops what `b2bi_local_start` has started."""
    while _loaded:
        _loaded.pop().on_platform_shutdown()


def loads_extensions() -> bool:
    """Whether this edition of LocalStack loads extensions."""
    return importlib.util.find_spec("localstack.pro") is not None
