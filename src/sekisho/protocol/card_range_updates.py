"""What a PRes does to the card ranges known so far, and how a Directory Server words it.

A PRes that answers a PReq without serial number replaces them all; one that answers a PReq with a
serial number adds, deletes and modifies, item by item (protocol facts, section 10). Whatever is
wrong with it, nothing of it is kept: the next PReq goes without serial number.

Whether an action is possible is judged at its turn; whether ranges overlap, when all items are
applied: what overlaps in between is never looked up, and moving a bound between two neighbours
then needs no particular order.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Final

from sekisho.protocol.card_ranges.known import KnownRange, KnownRanges, RangeAttributes
from sekisho.protocol.card_ranges.refusals import fault_in
from sekisho.protocol.card_ranges.rows import (
    ADD,
    DELETE,
    MODIFY,
    RowReader,
    action_of,
    bounds_of,
    items_in,
    items_of,
    urls_of,
)
from sekisho.protocol.card_ranges.spans import (
    NOWHERE,
    BadRanges,
    Overlapping,
    Spans,
    checked_digits,
    gathered,
)
from sekisho.protocol.faults import DETAIL_CHARACTERS_MAX, ErrorCode, ProtocolFault
from sekisho.protocol.messages import Message
from sekisho.protocol.vocabulary import Json, MessageType, Version

__all__ = ["KnownRange", "KnownRanges", "changes", "updated"]

LAST_FIRST: Final = "02"
"""readOrder: the item written last is applied first."""


def updated(known: KnownRanges, pres: Message, *, whole: bool) -> KnownRanges:
    """Give the ranges as they stand after a PRes; `whole` when the PReq had no serial number.

    Takes a search for each item and a copy of some arrays; the ranges given stay as they are.
    Raises ProtocolFault: 201 when everything was asked for and nothing came, 203 for bounds that do
    not fit, 206 for an action on a range that is not there (or is already), 205 when ranges
    overlap; before 2.3.1 the last two are 203. A PRes that names a file says nothing of ranges
    itself: they stay as they are, until `whole_file.read_file` gives those of the file.
    """
    if pres.type is not MessageType.PRES:
        raise ProtocolFault(ErrorCode.MESSAGE_INVALID, message_type=pres.type)
    if "cardRangeDataFileURL" in pres:
        return replace(known, ds_urls=urls_of(pres))
    items = items_in(pres)
    if pres.get("readOrder") == LAST_FIRST:
        items.reverse()
    try:
        return _replaced(pres, items) if whole else _changed(known, pres, items)
    except Overlapping as error:
        names = ",".join(error.names)[:DETAIL_CHARACTERS_MAX]
        raise _action_fault(pres, ErrorCode.RANGES_OVERLAP, names) from error
    except BadRanges as error:
        element = "ranges" if pres.version >= Version.V231 else "startRange"
        raise fault_in(pres, ErrorCode.FORMAT_INVALID, f"cardRangeData.{element}") from error


def changes(old: KnownRanges, new: KnownRanges) -> list[dict[str, Json]]:
    """Word as cardRangeData of 2.3.1 what turns one set of ranges into the other, first in first out.

    Deletions come first, then additions, then modifications; empty when nothing has changed.
    """
    before, after = _rows_of(old), _rows_of(new)
    gone = {key: before[key] for key in before.keys() - after.keys()}
    come = {key: after[key] for key in after.keys() - before.keys()}
    other = {key: after[key] for key in before.keys() & after.keys() if before[key] != after[key]}
    return [
        item
        for action, rows in ((DELETE, gone), (ADD, come), (MODIFY, other))
        for item in items_of(rows.items(), action=action)
    ]


def _replaced(pres: Message, items: list[dict[str, Json]]) -> KnownRanges:
    if not items:
        # Everything was asked for: taking nothing for an answer would end all business.
        raise fault_in(pres, ErrorCode.ELEMENT_MISSING, "cardRangeData")
    reader = RowReader(pres)
    spans = gathered(
        (start, end, place)
        for item in items
        for place in (reader.place_of(item),)
        for start, end in bounds_of(item)
    )
    return KnownRanges(
        spans=spans,
        attributes=reader.listed(),
        serial=pres.text_or_none("serialNum"),
        ds_urls=urls_of(pres),
    )


def _changed(known: KnownRanges, pres: Message, items: list[dict[str, Json]]) -> KnownRanges:
    reader = RowReader(pres, known.attributes)
    drafts: dict[int, _Draft] = {}
    for item in items:
        action, place = action_of(item), reader.place_of(item)
        for start, end in bounds_of(item):
            digits = checked_digits(start, end)
            draft = drafts.get(digits)
            if draft is None:
                draft = drafts[digits] = _Draft(known.spans.get(digits) or Spans(digits=digits))
            if not draft.take(action, (int(start), int(end)), place):
                detail = f"{start}-{end},{action}"
                raise _action_fault(pres, ErrorCode.RANGE_ACTION_IMPOSSIBLE, detail)
    edited = {digits: draft.done() for digits, draft in drafts.items()}
    spans = {**known.spans, **edited}
    return KnownRanges(
        spans={digits: spans[digits] for digits in sorted(spans) if len(spans[digits])},
        attributes=reader.listed(),
        serial=pres.text_or_none("serialNum") or known.serial,
        ds_urls=urls_of(pres),
    ).compact()


class _Draft:
    """The ranges of one length with what a PRes has changed so far, each change kept apart."""

    def __init__(self, spans: Spans) -> None:
        self._spans = spans
        self._owners: dict[tuple[int, int], int | None] = {}
        """The bounds that were touched, and whose they are now: None when they are gone."""

    def take(self, action: str, bounds: tuple[int, int], owner: int) -> bool:
        """Apply one action; False when it cannot be carried out."""
        if bounds in self._owners:
            there = self._owners[bounds] is not None
        else:
            there = self._spans.position(*bounds) != NOWHERE
        self._owners[bounds] = None if action == DELETE else owner
        return there is not (action == ADD)

    def done(self) -> Spans:
        """Give the ranges with all changes; raises Overlapping."""
        owners: dict[int, int | None] = {}
        added: list[tuple[int, int, int]] = []
        for (start, end), owner in self._owners.items():
            at = self._spans.position(start, end)
            if at != NOWHERE:
                owners[at] = owner
            elif owner is not None:
                added.append((start, end, owner))
        return self._spans.edited(owners, added)


def _rows_of(known: KnownRanges) -> Mapping[tuple[str, str], RangeAttributes]:
    return {(each.start, each.end): each.attributes for each in known}


def _action_fault(pres: Message, code: ErrorCode, detail: str) -> ProtocolFault:
    """Word a fault as the version of the message knows it."""
    if pres.version < Version.V231:
        return fault_in(pres, ErrorCode.FORMAT_INVALID, "cardRangeData")
    return fault_in(pres, code, "cardRangeData", detail)
