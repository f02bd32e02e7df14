"""Card ranges as the Directory Server routes by them, and as it keeps them."""

import hashlib
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final, TypeAlias

import msgspec

from sekisho.protocol.card_ranges import BadRanges, KnownRanges, RangeAttributes
from sekisho.protocol.card_ranges.spans import NOWHERE, Spans, gathered
from sekisho.protocol.card_ranges.stored import from_bytes, to_bytes

PIECE_OCTETS: Final = 256 * 1024
"""How much of the ranges one record holds: short enough to be written between two relays."""
SERIAL_CHARACTERS: Final = 20
"""Longest serialNum."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Road:
    """Where the cards of a range lead; many ranges share one."""

    acs: str | None
    """The member that answers; None: the issuer has no ACS."""
    directory_server_id: str
    """RID of the brand."""
    attributes: RangeAttributes
    """What 3DS Servers are told."""
    stand_in: str | None = None
    """transStatus that is answered when the ACS is late or absent; None: an Erro."""


Row: TypeAlias = tuple[str, str, Road]
"""Start and end of a range, and where it leads."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class RangeBook:
    """All card ranges: a value that is swapped whole, so that no look-up sees a mixture."""

    known: KnownRanges = field(default_factory=KnownRanges)
    """What 3DS Servers are told; its attributes stand in the order of the roads."""
    roads: tuple[Road, ...] = ()

    @classmethod
    def of(cls, rows: Iterator[Row] | tuple[Row, ...]) -> "RangeBook":
        """Gather rows. Raises BadRanges when bounds do not fit or ranges overlap."""
        places: dict[Road, int] = {}
        spans = gathered(
            (start, end, places.setdefault(road, len(places))) for start, end, road in rows
        )
        return cls.over(spans, tuple(places))

    @classmethod
    def over(cls, spans: dict[int, Spans], roads: tuple[Road, ...]) -> "RangeBook":
        """Put spans and the roads that own them together, under a serial number of their own."""
        attributes = tuple(road.attributes for road in roads)
        serial = _serial(KnownRanges(spans=spans, attributes=attributes))
        return cls(
            known=KnownRanges(spans=spans, attributes=attributes, serial=serial), roads=roads
        )

    @property
    def serial(self) -> str:
        """The serial number, which follows from what 3DS Servers are told."""
        return self.known.serial or ""

    def road_of(self, digits: str) -> Road | None:
        """Find where a card number leads; None when it lies in no range."""
        spans = self.known.spans.get(len(digits))
        if spans is None or not (digits.isascii() and digits.isdigit()):
            return None
        at = spans.holding(int(digits))
        return None if at == NOWHERE else self.roads[spans.owners[at]]

    def rows(self) -> Iterator[Row]:
        """Give every range in the order of length and start."""
        for spans in self.known.spans.values():
            for at in range(len(spans)):
                yield (*spans.bounds(at), self.roads[spans.owners[at]])

    def acss(self) -> frozenset[str]:
        """Name the ACSs that some range leads to."""
        used = set[int]().union(*(spans.owners for spans in self.known.spans.values()))
        return frozenset(acs for at in used if (acs := self.roads[at].acs) is not None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Edition:
    """One set of card ranges as it is kept."""

    serial: str
    slot: int
    """Which of the places for sets it takes; a place is used again when its set is too old."""
    pieces: int
    count: int
    kept_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class RangeHead:
    """Which set of card ranges holds, and which were before: changed last, so that all changes."""

    id: str
    seed: str
    """Digest of the settings' ranges when they were taken over last."""
    by_operator: bool
    """Whether an operator changed the ranges since."""
    editions: tuple[Edition, ...]
    """The newest first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RangePiece:
    """A part of one set of card ranges."""

    id: str
    octets: bytes


def piece_id(slot: int, number: int) -> str:
    """Name a piece by its place."""
    return f"{slot}/{number}"


def pack(book: RangeBook) -> tuple[bytes, ...]:
    """Write a book as the pieces that are kept."""
    roads = _encode([(road.acs, road.directory_server_id, road.stand_in) for road in book.roads])
    whole = zlib.compress(
        len(roads).to_bytes(_LENGTH_OCTETS, "big") + roads + to_bytes(book.known), level=1
    )
    return tuple(whole[at : at + PIECE_OCTETS] for at in range(0, len(whole), PIECE_OCTETS))


def unpack(pieces: tuple[bytes, ...]) -> RangeBook:
    """Read what `pack` wrote; raises BadRanges for anything else."""
    try:
        whole = zlib.decompress(b"".join(pieces))
        end = _LENGTH_OCTETS + int.from_bytes(whole[:_LENGTH_OCTETS], "big")
        marks = _decode(whole[_LENGTH_OCTETS:end])
    except (zlib.error, msgspec.MsgspecError) as error:
        raise BadRanges("these kept card ranges cannot be read") from error
    known = from_bytes(whole[end:])
    if len(marks) != len(known.attributes):
        raise BadRanges("these kept card ranges do not say where they lead")
    roads = tuple(
        Road(acs=acs, directory_server_id=rid, attributes=each, stand_in=stand_in)
        for (acs, rid, stand_in), each in zip(marks, known.attributes, strict=True)
    )
    return RangeBook(known=known, roads=roads)


_LENGTH_OCTETS: Final = 4
_encode: Final = msgspec.json.Encoder().encode
_decode: Final = msgspec.json.Decoder(list[tuple[str | None, str, str | None]]).decode


def _serial(known: KnownRanges) -> str:
    return hashlib.sha256(to_bytes(known)).hexdigest()[:SERIAL_CHARACTERS]
