"""Environment variables that keep AWS clients on this machine."""

from __future__ import annotations

import os
from typing import Iterable
from urllib.parse import urlsplit

ALL = "all"
SERVICES = ("b2bi", "s3")
# For clients that are created outside of a test: no host name ends in `.invalid` (RFC 2606).
NOWHERE = "http://client-made-outside-a-b2bi-local-test.invalid"
# Variables that would send a client elsewhere or give it another identity.
CLEARED = (
    "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS",
    "AWS_PROFILE",
    "AWS_DEFAULT_PROFILE",
    "AWS_SESSION_TOKEN",
    "AWS_SECURITY_TOKEN",
    "AWS_ROLE_ARN",
    "AWS_WEB_IDENTITY_TOKEN_FILE",
    "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI",
    "AWS_CONTAINER_CREDENTIALS_FULL_URI",
    "AWS_USE_FIPS_ENDPOINT",
    "AWS_USE_DUALSTACK_ENDPOINT",
)
PREFIX = "AWS_ENDPOINT_URL"


def environment(
    endpoint: str, account: str, region: str, services: Iterable[str] = (ALL,)
) -> dict[str, str | None]:
    """The variables that send clients to an endpoint; None stands for a variable to remove.

    `all` among the services is every service of AWS, also those that the server does not know: it
    refuses their calls, and none leaves this machine.
    """
    variables: dict[str, str | None] = dict.fromkeys(CLEARED)
    names = list(services)
    if ALL in names:
        variables.update(dict.fromkeys(name for name in os.environ if name.startswith(f"{PREFIX}_")))
        variables[PREFIX] = endpoint
    for service in names:
        if service != ALL:
            variables[f"{PREFIX}_{service.upper().replace(' ', '_').replace('-', '_')}"] = endpoint
    variables.update(
        AWS_ACCESS_KEY_ID=account,
        AWS_SECRET_ACCESS_KEY="any",
        AWS_DEFAULT_REGION=region,
        AWS_REGION=region,
        AWS_EC2_METADATA_DISABLED="true",
        AWS_CONFIG_FILE=os.devnull,
        AWS_SHARED_CREDENTIALS_FILE=os.devnull,
        **_without_proxy(urlsplit(endpoint).hostname or ""),
    )
    return variables


def _without_proxy(host: str) -> dict[str, str]:
    """`NO_PROXY` with this host; a proxy would look for the server on its own machine."""
    name = "no_proxy" if "no_proxy" in os.environ else "NO_PROXY"
    hosts = [item.strip() for item in os.environ.get(name, "").split(",") if item.strip()]
    if "*" in hosts:
        return {}
    for item in (host, "localhost", "127.0.0.1"):
        if item and item not in hosts:
            hosts.append(item)
    joined = ",".join(hosts)
    return {"no_proxy": joined, "NO_PROXY": joined}
