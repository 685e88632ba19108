"""moto's `mock_aws` with b2bi and its S3: change the import, and tests of moto have both.

    from b2bi_local.moto import mock_aws
"""

from __future__ import annotations

try:
    from moto import mock_aws as _mock_aws  # noqa: F401
    from moto.moto_server import werkzeug_app as _werkzeug_app  # noqa: F401
except ImportError as error:
    raise ImportError(
        "b2bi_local.moto needs moto 5 with its server, which are not installed: "
        f"pip install 'pytest-b2bi-local[moto]' ({error})"
    ) from error

from .mock import mock_aws

__all__ = ["mock_aws"]
