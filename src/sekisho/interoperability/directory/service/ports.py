"""What the Directory Server needs of the world, in its own words."""

from dataclasses import dataclass
from typing import Protocol

from sekisho.interoperability.directory.model import (
    Participant,
    RangeHead,
    RangePiece,
    RangeUpdates,
    Relay,
)
from sekisho.kernel.store import Store


@dataclass(frozen=True, slots=True, kw_only=True)
class Stores:
    """Where the Directory Server keeps what it remembers."""

    relays: Store[Relay]
    updates: Store[RangeUpdates]
    participants: Store[Participant]
    heads: Store[RangeHead]
    pieces: Store[RangePiece]


class Roads(Protocol):
    """The ways to ACSs and 3DS Servers, over mutual TLS."""

    async def send(self, message: bytes, *, to: str, read_s: float) -> bytes:
        """Post a message to an address and give the answer.

        Raises TimedOut when the answer did not come in time, Unreachable when there was no
        connection, after one immediate second try.
        """
        ...
