"""What the Directory Server needs of the world, in its own words."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from sekisho.interoperability.directory.model import (
    Operation,
    Participant,
    RangeHead,
    RangePiece,
    RangeUpdates,
    Relay,
)
from sekisho.kernel.store import Store
from sekisho.protocol.jose.device_data import DirectoryKey
from sekisho.protocol.jose.trust import Roots


class Mac(Protocol):
    """HMAC-SHA-256 under a key of the Directory Server."""

    def mac(self, data: bytes) -> bytes:
        """Give the authentication code of the data."""
        ...


class Seal(Protocol):
    """Makes text unreadable to whoever has the database but not the key."""

    def seal(self, plaintext: bytes, *, bound_to: str) -> str:
        """Seal it so that it opens only together with the same `bound_to`."""
        ...

    def open(self, sealed: str, *, bound_to: str) -> bytes:
        """Open what `seal` made."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Keys:
    """What the Directory Server must have to itself."""

    answers: Seal
    """Seals answers that are kept for whoever asks again: an authentication value is in them."""
    mac: Mac
    """Tells messages apart without giving their content away, and proves attempts."""
    devices: Mapping[str, DirectoryKey]
    """By kid: what SDKs seal sdkEncData for."""
    sdk_roots: Roots | None = None
    """Who certifies the servers of split SDKs; None: no split SDK takes part."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stores:
    """Where the Directory Server keeps what it remembers."""

    relays: Store[Relay]
    updates: Store[RangeUpdates]
    participants: Store[Participant]
    heads: Store[RangeHead]
    pieces: Store[RangePiece]
    operations: Store[Operation]


class Roads(Protocol):
    """The ways to ACSs and 3DS Servers, over mutual TLS."""

    async def send(
        self, message: bytes, *, to: str, read_s: float, request_id: str | None = None
    ) -> bytes:
        """Post a message to an address and give the answer; 2.3.1 has an X-Request-ID.

        Raises TimedOut when the answer did not come in time, Unreachable when there was no
        connection, after one immediate second try.
        """
        ...
