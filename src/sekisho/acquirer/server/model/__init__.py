"""What the 3DS Server remembers, and what it must be told to run."""

from sekisho.acquirer.server.model.authentication import Authentication, State
from sekisho.acquirer.server.model.ranges import RangeBook, RangeFacts, RangePiece
from sekisho.acquirer.server.model.settings import Requestor, ServerSettings, api_key_digest

__all__ = [
    "Authentication",
    "RangeBook",
    "RangeFacts",
    "RangePiece",
    "Requestor",
    "ServerSettings",
    "State",
    "api_key_digest",
]
