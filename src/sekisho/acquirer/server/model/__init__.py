"""What the 3DS Server remembers, and what it must be told to run."""

from sekisho.acquirer.server.model.authentication import Authentication, State
from sekisho.acquirer.server.model.ranges import CardRange, RangeBook, RangeFacts
from sekisho.acquirer.server.model.settings import Requestor, ServerSettings, api_key_digest

__all__ = [
    "Authentication",
    "CardRange",
    "RangeBook",
    "RangeFacts",
    "Requestor",
    "ServerSettings",
    "State",
    "api_key_digest",
]
