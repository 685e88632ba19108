"""Account ids for tests."""

import secrets


def new_account() -> str:
    """Twelve random digits: among a million of them, two are equal with a probability of one half."""
    return str(10**11 + secrets.randbelow(9 * 10**11))
