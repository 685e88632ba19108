"""AWS B2B Data Interchange on your own machine, for tests.

`mock_b2bi` is for those who come from moto, `Server` for those who want to start and stop by hand;
under pytest the fixtures of `b2bi_local.plugin` are there without an import.
"""

from .accounts import new_account
from .admin import Admin, AdminError
from .binary import BinaryNotFound, binary
from .clock import Clock
from .events import Events
from .faults import Fault, Faults, FaultWarning
from .guard import AwsRequestError
from .mock import mock_b2bi
from .server import Running, Server, ServerError

__all__ = [
    "Admin",
    "AdminError",
    "AwsRequestError",
    "BinaryNotFound",
    "Clock",
    "Events",
    "Fault",
    "FaultWarning",
    "Faults",
    "Running",
    "Server",
    "ServerError",
    "binary",
    "mock_b2bi",
    "new_account",
]
