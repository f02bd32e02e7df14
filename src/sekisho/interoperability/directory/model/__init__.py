"""What the Directory Server remembers, and what it must be told to run."""

from sekisho.interoperability.directory.model.relay import Relay, State, TrailEntry
from sekisho.interoperability.directory.model.settings import (
    Acs,
    CardRange,
    DirectorySettings,
    Member,
)
from sekisho.interoperability.directory.model.updates import RangeUpdates

__all__ = [
    "Acs",
    "CardRange",
    "DirectorySettings",
    "Member",
    "RangeUpdates",
    "Relay",
    "State",
    "TrailEntry",
]
