"""What the 3DS Server remembers, and what it must be told to run."""

from sekisho.acquirer.server.model.authentication import Authentication
from sekisho.acquirer.server.model.operations import Operation
from sekisho.acquirer.server.model.ranges import RangeBook, RangeFacts, RangePiece, VersionFacts
from sekisho.acquirer.server.model.settings import (
    DirectoryServer,
    Requestor,
    ServerSettings,
    api_key_digest,
)
from sekisho.protocol.states.server_table import State

__all__ = [
    "Authentication",
    "DirectoryServer",
    "Operation",
    "RangeBook",
    "RangeFacts",
    "RangePiece",
    "Requestor",
    "ServerSettings",
    "State",
    "VersionFacts",
    "api_key_digest",
]
