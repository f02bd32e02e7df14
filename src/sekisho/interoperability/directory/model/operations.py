"""Operational notices (OReq) that an operator sent to a member, and what became of them."""

from dataclasses import dataclass
from datetime import datetime

from sekisho.protocol.states.operation_sender import State as SequenceState


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """One sequence of OReqs to one member; the notices themselves are not kept."""

    id: str
    """seqId."""
    member: str
    state: SequenceState
    sent: int
    """seqNum of the last OReq that left."""
    total: int
    begun_at: datetime
    settled_at: datetime | None = None
