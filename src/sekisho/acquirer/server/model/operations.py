"""Operational notices (OReq) that a Directory Server sent, and how they were answered."""

from dataclasses import dataclass
from datetime import datetime

from sekisho.protocol.states.operation_receiver import State


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """One sequence of OReqs."""

    id: str
    """The Directory Server's name and seqId."""
    directory: str
    seq_id: str
    state: State
    until: datetime | None
    """When the next OReq must have come; None where nothing is awaited."""
    notices: tuple[str, ...]
    """The OReqs as received, in order."""
    begun_at: datetime
    settled_at: datetime | None = None

    @property
    def collecting(self) -> str | None:
        """The Directory Server's name, while more of the sequence is to come."""
        return self.directory if self.state is State.COLLECTING else None
