"""CRReq: the card ranges that take part in 1.0.2, whole or as changes since a serial number."""

import hashlib
from collections.abc import Iterator
from typing import Final

from sekisho.interoperability.directory.model.threeds1 import OldEdition, OldRange, OldSettings
from sekisho.kernel.errors import Conflict, NotThere
from sekisho.kernel.store import Store
from sekisho.protocol.card_ranges import RangeIndex
from sekisho.protocol.threeds1 import Message, build
from sekisho.protocol.threeds1.answers import unusable_crreq
from sekisho.protocol.threeds1.records import CardRange, CRReq, CRRes, IReq
from sekisho.protocol.threeds1.vocabulary import IReqCode, RangeAction

SERIAL_CHARACTERS: Final = 20
"""Longest serialNumber."""

Bounds = tuple[str, str]


class OldRanges:
    """The ranges that hold, and those that were told before. Raises BadRanges where they overlap."""

    def __init__(self, settings: OldSettings, editions: Store[OldEdition]) -> None:
        self._index: RangeIndex[OldRange] = RangeIndex(
            settings.ranges, bounds=lambda each: (each.start, each.end)
        )
        bounds = sorted((each.start, each.end) for each in settings.ranges)
        self._edition = OldEdition(id=_serial(bounds), ranges=tuple(bounds))
        self._editions = editions

    def find(self, digits: str) -> OldRange | None:
        """Give the range of a card number; None when the card takes no part."""
        return self._index.find(digits)

    async def start(self) -> None:
        """Keep the set of today, so that tomorrow's changes can be told from it."""
        try:
            await self._editions.add(self._edition)
        except Conflict:
            return  # it was told before

    async def answer(self, request: Message[CRReq]) -> Message[CRRes]:
        """Give every range, or what has changed since the serial number that the plug-in names."""
        serial, now = request.body.serial_number, self._edition
        if serial is None:
            return _told(request, now, ((each, RangeAction.ADD) for each in now.ranges))
        try:
            before = now if serial == now.id else await self._editions.get(serial)
        except NotThere:
            i_req = IReq(i_req_code=IReqCode.SERIAL_NUMBER_INVALID, i_req_detail="serialNumber")
            return unusable_crreq(request, i_req)
        return _told(request, now, _changes(set(before.ranges), set(now.ranges)))


def _changes(old: set[Bounds], new: set[Bounds]) -> Iterator[tuple[Bounds, RangeAction]]:
    """Deletions first: what is added may lie where something was."""
    yield from ((each, RangeAction.DELETE) for each in sorted(old - new))
    yield from ((each, RangeAction.ADD) for each in sorted(new - old))


def _told(
    request: Message[CRReq], now: OldEdition, rows: Iterator[tuple[Bounds, RangeAction]]
) -> Message[CRRes]:
    ranges = tuple(CardRange(begin=begin, end=end, action=action) for (begin, end), action in rows)
    return build(request.id, CRRes(card_ranges=ranges, serial_number=now.id))


def _serial(bounds: list[Bounds]) -> str:
    text = ",".join(f"{start}-{end}" for start, end in bounds)
    return hashlib.sha256(text.encode()).hexdigest()[:SERIAL_CHARACTERS]
