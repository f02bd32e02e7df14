"""What comes of a fault: the octets that go out instead, and how they arrive."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Final

from sekisho.protocol import Json

JSON: Final = "application/json; charset=utf-8"
OK: Final = 200


class Arrival(Enum):
    """Whether and when the other side gets a message."""

    AT_ONCE = "at once"
    LATE = "after the other side has stopped waiting"
    NEVER = "never"
    CUT = "the connection breaks instead"
    AS_A_STRANGER = "under a certificate of a foreign authority"


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """A message that is about to go out, and what may be known where it is spoilt."""

    octets: bytes
    members: Mapping[str, Json]
    asked: Mapping[str, Json]
    """The request that it answers; empty for a request."""
    before: bytes | None = None
    """The last message of this kind, of another transaction."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Deed:
    """What is done instead of sending the message."""

    octets: bytes
    arrival: Arrival = Arrival.AT_ONCE
    status: int = OK
    content_type: str = JSON
    first: tuple[bytes, ...] = ()
    """Requests of the same role that go out before it."""
    then: tuple[bytes, ...] = ()
    """Requests of the same role that go out after it."""
    again: bool = False
    """Whether the message itself is sent twice."""
