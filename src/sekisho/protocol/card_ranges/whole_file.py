"""The file of all card ranges that a PRes of 2.3.1 may name instead of listing them.

Read from the chunks in which it arrives, gzip or not, and never held as a whole; written in chunks
as well. Fetching it, and going on where a connection broke, is the edge's business.
"""

import zlib
from array import array
from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from sekisho.kernel.errors import Misuse
from sekisho.protocol.card_ranges.known import KnownRanges
from sekisho.protocol.card_ranges.refusals import fault_in
from sekisho.protocol.card_ranges.rows import (
    RANGES_PER_ITEM_MAX,
    RowReader,
    attribute_key,
    bounds_of,
    items_in,
    known_members,
    row_of,
    urls_of,
)
from sekisho.protocol.card_ranges.spans import BadRanges, Overlapping, Spans, gathered, places
from sekisho.protocol.card_ranges.streaming import (
    ITEM_CHARACTERS_MAX,
    BadStream,
    items,
    plain,
)
from sekisho.protocol.codec import read_object, write_object
from sekisho.protocol.faults import ErrorCode, ProtocolFault
from sekisho.protocol.messages import Message, parse
from sekisho.protocol.vocabulary import Component, Json

FILE_BYTES_MAX: Final = 1024 * 1024 * 1024
"""Four million ranges, each with everything said about it anew."""

RANGES_MAX: Final = 4_000_000
"""All card ranges of the world, several times over; 80 MB of memory."""

ATTRIBUTE_BYTES_MAX: Final = 64 * 1024 * 1024
"""What different ranges may say differently, in all."""


def read_file(
    chunks: Iterable[bytes],
    pres: Message,
    *,
    bytes_max: int = FILE_BYTES_MAX,
    ranges_max: int = RANGES_MAX,
) -> KnownRanges:
    """Read the file that a PRes names: the whole of the ranges, without a serial number.

    The limits count the bytes received, the bytes inflated, and the ranges. Raises ProtocolFault,
    whatever the bytes: 203 for cardRangeDataFileURL when it is no such file, the fault of its
    element when an item breaks the element table, 205 when ranges overlap. What the chunks
    themselves raise while they are fetched passes through.
    """
    if "cardRangeDataFileURL" not in pres:
        raise Misuse("this PRes names no file")
    reader = RowReader(pres)
    try:
        texts = items(plain(chunks, bytes_max=bytes_max), member="cardRangeData")
        spans = gathered(_Rows(pres, reader, ranges_max).read(texts))
    except BadStream as error:
        raise fault_in(pres, ErrorCode.FORMAT_INVALID, _FILE) from error
    except Overlapping as error:
        names = ",".join(error.names)
        raise fault_in(pres, ErrorCode.RANGES_OVERLAP, "cardRangeData", names) from error
    except BadRanges as error:
        raise fault_in(pres, ErrorCode.FORMAT_INVALID, "cardRangeData.ranges") from error
    if not spans:
        raise fault_in(pres, ErrorCode.ELEMENT_MISSING, "cardRangeData")
    return KnownRanges(spans=spans, attributes=reader.listed(), ds_urls=urls_of(pres))


def write_file(known: KnownRanges, *, compressed: bool) -> Iterator[bytes]:
    """Write all ranges as the file of a Directory Server, in chunks; `compressed` makes it gzip.

    The same ranges always give the same bytes, so that a download can go on where it broke.
    """
    if not compressed:
        yield from _written(known)
        return
    deflater = zlib.compressobj(wbits=_GZIP_WINDOW)
    for chunk in _written(known):
        yield deflater.compress(chunk)
    yield deflater.flush()


_FILE: Final = "cardRangeDataFileURL"
_GZIP_WINDOW: Final = 31
"""zlib's way to say: with the header and the checksum of gzip; no name and no time in it."""


class _Rows:
    """Reads items as rows of start, end and place of the attributes, within the limits."""

    def __init__(self, pres: Message, reader: RowReader, ranges_max: int) -> None:
        self._pres = pres
        self._reader = reader
        self._ranges_left = ranges_max
        self._attribute_bytes_left = ATTRIBUTE_BYTES_MAX
        self._places: dict[bytes, int] = {}

    def read(self, texts: Iterable[str]) -> Iterator[tuple[str, str, int]]:
        for text in texts:
            row = self._row(text)
            place, bounds = self._place(row), _bounds(row)
            if bounds is None:
                bounds = bounds_of(self._by_table(row))
            self._ranges_left -= len(bounds)
            if self._ranges_left < 0:
                raise BadStream("too many ranges")
            for start, end in bounds:
                yield start, end, place

    def _row(self, text: str) -> dict[str, Json]:
        try:
            return read_object(text.encode(), limit=4 * ITEM_CHARACTERS_MAX)
        except ProtocolFault as fault:
            if fault.error_code is ErrorCode.DUPLICATE:
                name = ",".join(fault.elements)
                raise fault_in(self._pres, fault.error_code, name) from fault
            raise BadStream("an item is no JSON object") from fault

    def _place(self, row: Mapping[str, Json]) -> int:
        """Give the place of an item's attributes; what was seen before was checked before."""
        key = attribute_key(row)
        place = self._places.get(key)
        if place is None:
            self._attribute_bytes_left -= len(key)
            if self._attribute_bytes_left < 0:
                raise BadStream("too many different attributes")
            checked = self._by_table({**row, "ranges": [_ANY_RANGE]})
            place = self._places[key] = self._reader.place_of(checked)
        return place

    def _by_table(self, row: Mapping[str, Json]) -> dict[str, Json]:
        """Let the element table judge an item, as part of the PRes that it might have stood in."""
        members = {name: self._pres[name] for name in self._pres.elements if name != _FILE}
        members |= {"serialNum": "0", "cardRangeData": [known_members(row)]}
        pres = parse(write_object(members), receiver=Component.SERVER, version=self._pres.version)
        return items_in(pres)[0]


_ANY_RANGE: Final[dict[str, Json]] = {"start": "0" * 13, "end": "0" * 13}


def _bounds(row: Mapping[str, Json]) -> list[tuple[str, str]] | None:
    """Read the ranges of an item that is as it should be; None when the table must say why not."""
    ranges = row.get("ranges")
    if not isinstance(ranges, list) or not 1 <= len(ranges) <= RANGES_PER_ITEM_MAX:
        return None
    bounds: list[tuple[str, str]] = []
    for each in ranges:
        if not isinstance(each, dict):
            return None
        start, end = each.get("start"), each.get("end")
        if not (isinstance(start, str) and isinstance(end, str)):
            return None
        bounds.append((start, end))
    return bounds


def _written(known: KnownRanges) -> Iterator[bytes]:
    """Write the items, those ranges together that share length and attributes."""
    before = b'{"cardRangeData":['
    for spans in known.spans.values():
        for owner, at in sorted(_owned(spans).items()):
            for low in range(0, len(at), RANGES_PER_ITEM_MAX):
                bounds = (spans.bounds(each) for each in at[low : low + RANGES_PER_ITEM_MAX])
                yield before + write_object(row_of(known.attributes[owner], bounds))
                before = b","
    yield b"]}"


def _owned(spans: Spans) -> dict[int, "array[int]"]:
    """Tell at which places the ranges of each owner stand."""
    owned: dict[int, array[int]] = {}
    for at, owner in enumerate(spans.owners):
        owned.setdefault(owner, places()).append(at)
    return owned
