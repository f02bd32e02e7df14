"""What the Directory Server remembers, and what it must be told to run."""

from sekisho.interoperability.directory.model.members import Participant, Role
from sekisho.interoperability.directory.model.operations import Operation
from sekisho.interoperability.directory.model.ranges import (
    Edition,
    RangeBook,
    RangeHead,
    RangePiece,
    Road,
)
from sekisho.interoperability.directory.model.relay import Relay, TrailEntry
from sekisho.interoperability.directory.model.settings import (
    Acs,
    CardRange,
    DirectorySettings,
    Member,
)
from sekisho.interoperability.directory.model.updates import RangeUpdates
from sekisho.protocol.states.directory_table import State

__all__ = [
    "Acs",
    "CardRange",
    "DirectorySettings",
    "Edition",
    "Member",
    "Operation",
    "Participant",
    "RangeBook",
    "RangeHead",
    "RangePiece",
    "RangeUpdates",
    "Relay",
    "Road",
    "Role",
    "State",
    "TrailEntry",
]
