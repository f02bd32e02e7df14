"""Holds a PRes against the card ranges that were known before it: errors 205 and 206."""

from collections.abc import Mapping

from sekisho.protocol.card_range_updates import KnownRanges, updated
from sekisho.protocol.explanation.judging import Noted
from sekisho.protocol.explanation.wording import Words
from sekisho.protocol.faults import ProtocolFault
from sekisho.protocol.messages import Message
from sekisho.protocol.places import Place
from sekisho.protocol.vocabulary import Json, MessageType


def range_faults(
    members: Mapping[str, Json], earlier: Mapping[str, Json], place: Place
) -> list[tuple[Noted, str]]:
    """Apply a PRes that is sound by itself; give the fault for which it must be refused.

    The earlier message is the PRes before it, whose ranges it changes, or the PReq that it answers:
    without a serial number that one asked for everything. What went before the earlier PRes is not
    known, so that one is taken for the whole.
    """
    pres = _message(members, place)
    if earlier.get("messageType") == MessageType.PREQ:
        if "serialNum" in earlier:
            return []  # a change to ranges that nobody gave us
        return _refusal(KnownRanges(), pres, whole=True)
    try:
        known = updated(KnownRanges(), _message(earlier, place), whole=True)
    except ProtocolFault:
        return []  # it is another message that must be explained first
    return _refusal(known, pres, whole=False)


def _refusal(known: KnownRanges, pres: Message, *, whole: bool) -> list[tuple[Noted, str]]:
    try:
        updated(known, pres, whole=whole)
    except ProtocolFault as fault:
        expected = "ranges that do not overlap, and actions that fit those known before"
        said = Words(expected, fault.error_detail)
        path = fault.elements[0] if fault.elements else ""
        return [(Noted(fault.error_code, path, said, _RULE), fault.error_detail)]
    return []


_RULE = "card ranges, held against the earlier message"


def _message(members: Mapping[str, Json], place: Place) -> Message:
    return Message(
        type=MessageType.PRES,
        version=place.version,
        channel=place.channel,
        category=place.category,
        elements=members,
        received=members,
    )
