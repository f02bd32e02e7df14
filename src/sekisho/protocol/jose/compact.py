"""The compact serialisation that JWE and JWS share: segments in base64url behind a JSON header.

Read strictly: no padding, no unused bits set, no member twice. Two texts must never stand for one
token, or a flipped bit would pass unseen. What is wrong is told with the fault the caller names.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import msgspec

from sekisho.protocol.codec import read_object, write_object
from sekisho.protocol.faults import ErrorCode, ProtocolFault
from sekisho.protocol.forms import base64url
from sekisho.protocol.vocabulary import Json, MessageType


@dataclass(frozen=True, slots=True, kw_only=True)
class Concern:
    """What a token is good for: how its failure is answered, and how long it may be."""

    code: ErrorCode
    subject: str
    """What it is called when we speak of it: an element, or the message itself."""
    message_type: MessageType
    """The message that it is, or stands in."""
    characters_max: int

    def fault(self, detail: str) -> ProtocolFault:
        """Make the fault that refuses the token."""
        elements = () if self.subject == self.message_type.value else (self.subject,)
        return ProtocolFault(
            self.code, elements=elements, detail=detail, message_type=self.message_type
        )


def segments(text: str, count: int, concern: Concern) -> list[str]:
    """Split a token at its dots, after looking at its length: nothing long is worked on."""
    if len(text) > concern.characters_max:
        raise concern.fault(f"{concern.subject} is longer than {concern.characters_max}")
    parts = text.split(".", count)
    if len(parts) != count:
        raise concern.fault(f"{concern.subject} has not {count} segments")
    return parts


def read_segment(text: str, concern: Concern) -> bytes:
    """Read one segment of strict base64url."""
    octets = octets_of(text)
    if octets is None:
        raise concern.fault(f"{concern.subject} is not base64url")
    return octets


def read_header(text: str, concern: Concern) -> dict[str, Json]:
    """Read the protected header; `crit` is refused, for we know no extension that it could name."""
    try:
        header = read_object(read_segment(text, concern))
    except ProtocolFault as fault:
        raise concern.fault(f"{concern.subject} has no JSON header") from fault
    if "crit" in header:
        raise concern.fault(f"{concern.subject} demands an extension that is not known")
    return header


def write_header(members: Mapping[str, Json]) -> str:
    """Write a protected header."""
    return base64url(write_object(members))


def octets_of(text: str) -> bytes | None:
    """Give the octets of a base64url text in its one right form; None when it is in another."""
    over = len(text) % _QUANTUM
    if over and text[-1] not in _LAST[over]:
        return None
    if "+" in text or "/" in text or "=" in text:
        return None
    plain = text.replace("-", "+").replace("_", "/")
    try:
        octets = _from_base64(f'"{plain}{"=" * (-len(text) % _QUANTUM)}"')
    except (msgspec.DecodeError, UnicodeEncodeError):
        return None
    # Whatever JSON or a kind reader may have read over is missing from the octets.
    return octets if len(octets) == len(text) * 3 // _QUANTUM else None


_QUANTUM: Final = 4
_LAST: Final = {1: "", 2: "AQgw", 3: "AEIMQUYcgkosw048"}
"""What may stand last in a quantum that is not full: the bits that carry nothing are zero."""
# As a JSON text, base64 is read four times as fast as by the standard library.
_from_base64: Final = msgspec.json.Decoder(bytes).decode
