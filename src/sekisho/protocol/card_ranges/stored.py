"""Known ranges as bytes: kept between two runs, and read again in a fraction of a second.

A signature, the length of a JSON header, the header, then for each length of card numbers the
starts, the ends and the owners, as the machine that writes them keeps them in memory. Twenty octets
a range; whoever keeps them may compress them.
"""

import sys
from collections.abc import Iterator
from operator import gt
from typing import Final

import msgspec

from sekisho.protocol.card_ranges.known import DsUrl, KnownRanges, RangeAttributes
from sekisho.protocol.card_ranges.spans import (
    DIGITS_MAX,
    DIGITS_MIN,
    BadRanges,
    Spans,
)

SIGNATURE: Final = b"sekisho card ranges 1\n"
ROW_OCTETS: Final = 20


def to_bytes(known: KnownRanges) -> bytes:
    """Write the ranges, their attributes, the serial number and the other addresses."""
    header = _encode(
        _Header(
            byte_order=sys.byteorder,
            serial=known.serial,
            ds_urls=known.ds_urls,
            attributes=known.attributes,
            counts=[(digits, len(spans)) for digits, spans in known.spans.items()],
        )
    )
    parts = [SIGNATURE, len(header).to_bytes(_LENGTH_OCTETS, "big"), header]
    for spans in known.spans.values():
        parts += [spans.starts.tobytes(), spans.ends.tobytes(), spans.owners.tobytes()]
    return b"".join(parts)


def from_bytes(data: bytes) -> KnownRanges:
    """Read what `to_bytes` wrote; raises BadRanges for everything else, in bounded time."""
    header, at = _header(data)
    if header.byte_order != sys.byteorder:
        raise BadRanges("these card ranges were kept by a machine of another byte order")
    if len(data) - at != ROW_OCTETS * sum(count for _, count in header.counts):
        raise BadRanges("these kept card ranges are not whole")
    spans = dict(_spans(memoryview(data)[at:], header))
    if list(spans) != sorted(spans) or len(spans) != len(header.counts):
        raise BadRanges("these kept card ranges are not in order")
    return KnownRanges(
        spans=spans,
        attributes=header.attributes,
        serial=header.serial,
        ds_urls=header.ds_urls,
    )


_LENGTH_OCTETS: Final = 4


class _Header(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    byte_order: str
    serial: str | None
    ds_urls: tuple[DsUrl, ...]
    attributes: tuple[RangeAttributes, ...]
    counts: list[tuple[int, int]]
    """How many digits the numbers of each part have, and how many ranges it holds."""


_encode: Final = msgspec.json.Encoder().encode
_decode: Final = msgspec.json.Decoder(_Header).decode


def _header(data: bytes) -> tuple[_Header, int]:
    """Read the header and tell where it ends."""
    body = len(SIGNATURE) + _LENGTH_OCTETS
    if not data.startswith(SIGNATURE) or len(data) < body:
        raise BadRanges("these are no kept card ranges")
    end = body + int.from_bytes(data[len(SIGNATURE) : body], "big")
    try:
        return _decode(data[body:end]), end
    except (msgspec.MsgspecError, ValueError, RecursionError) as error:
        raise BadRanges("these kept card ranges have no header that can be read") from error


def _spans(data: memoryview, header: _Header) -> Iterator[tuple[int, Spans]]:
    at = 0
    for digits, count in header.counts:
        if not DIGITS_MIN <= digits <= DIGITS_MAX or count < 1:
            raise BadRanges("these kept card ranges are of no length that card numbers have")
        spans = Spans(digits=digits)
        for column in (spans.starts, spans.ends, spans.owners):
            octets = count * column.itemsize
            column.frombytes(data[at : at + octets])
            at += octets
        _refuse_bad(spans, len(header.attributes))
        yield digits, spans.checked()


def _refuse_bad(spans: Spans, attributes: int) -> None:
    """Look at every bound and every owner, at the speed of C."""
    if any(map(gt, spans.starts, spans.ends)) or spans.ends[-1] >= 10**spans.digits:
        raise BadRanges("these kept card ranges have bounds that cannot be")
    if max(spans.owners) >= attributes:
        raise BadRanges("these kept card ranges have attributes that are not there")
