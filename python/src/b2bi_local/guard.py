"""Refuses requests of boto3 to AWS."""

from __future__ import annotations

from typing import Any, NoReturn
from urllib.parse import urlsplit

import pytest
from botocore.exceptions import BotoCoreError
from botocore.httpsession import URLLib3Session

# The domains of AWS's endpoints, in all of its partitions.
AWS_DOMAINS = (
    ".amazonaws.com",
    ".amazonaws.com.cn",
    ".amazonaws.eu",
    ".api.aws",
    ".api.amazonwebservices.com.cn",
    ".on.aws",
    ".c2s.ic.gov",
    ".sc2s.sgov.gov",
    ".adc-e.uk",
    ".csp.hci.ic.gov",
)


class AwsRequestError(BotoCoreError):  # type: ignore[misc]
    """A request to AWS that a test session refuses."""

    fmt = "pytest-b2bi-local refused a request to AWS ({host}). {advice}"


ADVICE = (
    "Its client was made outside a test that uses a fixture of the package: make it within the test, or "
    'set b2bi_local_environment = "false" in pytest\'s configuration to let requests through.'
)


def is_aws(host: str) -> bool:
    """Whether a host is one of AWS."""
    return host.lower().rstrip(".").endswith(AWS_DOMAINS)


def install(patch: pytest.MonkeyPatch, advice: str = ADVICE) -> None:
    """Refuses requests to AWS until the patch is undone. Requests that moto answers do not get here."""
    send = URLLib3Session.send

    def guarded(session: Any, request: Any) -> Any:
        host = urlsplit(request.url).hostname or ""
        if is_aws(host):
            _refuse(host, advice)
        return send(session, request)

    patch.setattr(URLLib3Session, "send", guarded)


def _refuse(host: str, advice: str) -> NoReturn:
    raise AwsRequestError(host=host, advice=advice)
