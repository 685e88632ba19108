"""Accounts that nobody else uses."""

import secrets


def new_account() -> str:
    """Twelve digits by chance; a million of them hold the same one twice in half of all cases."""
    return str(10**11 + secrets.randbelow(9 * 10**11))
