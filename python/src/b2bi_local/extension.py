"""What `mock_b2bi` can mock together with the service."""

from __future__ import annotations

import contextlib
from typing import ContextManager, Sequence


class Extension:
    """Another library that is mocked at the same time; this class mocks none."""

    name = "mock_b2bi"

    def entered(self, account: str) -> ContextManager[None]:
        """Mocks the other library for an account, from before the server starts until after it has stopped."""
        return contextlib.nullcontext()

    def flags(self, configured: Sequence[str]) -> list[str]:
        """Additional settings of the server."""
        return []

    def variables(self) -> dict[str, str | None]:
        """Environment variables to set, or to remove where they are None."""
        return {}
