"""The merchant plug-in's card range cache: what a CRRes does to it (section 12.1).

A CRRes that answers a CRReq without serial number is the whole; one that answers a CRReq with one
tells what has changed. Whatever is wrong with it, nothing of it is kept.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from sekisho.protocol.card_ranges import BadRanges, RangeIndex
from sekisho.protocol.threeds1.faults import ThreeDS1Fault
from sekisho.protocol.threeds1.messages import Message
from sekisho.protocol.threeds1.records import CardRange, CRRes
from sekisho.protocol.threeds1.vocabulary import ErrorCode, IReqCode, MessageName, RangeAction


@dataclass(frozen=True, slots=True, kw_only=True)
class RangeCache:
    """The ranges that take part, and the serial number they stand for.

    Raises BadRanges for bounds that do not fit or ranges that overlap.
    """

    ranges: Mapping[str, str] = field(default_factory=dict)
    """The last number of each range by its first; both belong to it."""
    serial_number: str | None = None
    """For the next CRReq; None: ask for everything."""
    index: RangeIndex[tuple[str, str]] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        index = RangeIndex(self.ranges.items(), bounds=lambda bounds: bounds)
        object.__setattr__(self, "index", index)

    def holds(self, digits: str) -> bool:
        """Tell whether a card number falls into a range: only then a VEReq is worth its while."""
        return self.index.find(digits) is not None


def updated(cache: RangeCache, crres: Message[CRRes], *, whole: bool) -> RangeCache:
    """Give the cache as it stands after a CRRes; `whole` when the CRReq had no serial number.

    An IReq changes no range; 57 (serial number invalid) makes the next CRReq ask for everything.
    Raises ThreeDS1Fault 5 for ranges that overlap, bounds that do not fit, a range that is added
    twice, deleted without being there, or deleted from nothing.
    """
    body = crres.body
    if body.i_req is not None:
        unknown = body.i_req.i_req_code is IReqCode.SERIAL_NUMBER_INVALID
        serial = None if unknown else cache.serial_number
        return RangeCache(ranges=cache.ranges, serial_number=serial)
    ranges = {} if whole else dict(cache.ranges)
    for each in body.card_ranges:
        _apply(ranges, each, crres)
    serial = body.serial_number or (None if whole else cache.serial_number)
    try:
        return RangeCache(ranges=ranges, serial_number=serial)
    except BadRanges as error:
        raise _fault("ranges overlap, or bounds do not fit", crres) from error


def _apply(ranges: dict[str, str], each: CardRange, crres: Message[CRRes]) -> None:
    if each.action is RangeAction.ADD:
        if each.begin in ranges:
            raise _fault("a range is added that is there", crres)
        ranges[each.begin] = each.end
    elif ranges.pop(each.begin, None) != each.end:
        raise _fault("a range is deleted that is not there", crres)


def _fault(reason: str, crres: Message[CRRes]) -> ThreeDS1Fault:
    return ThreeDS1Fault(
        ErrorCode.FORMAT_INVALID,
        elements=("CR",),
        reason=reason,
        message_id=crres.id,
        message_name=MessageName.CRRES,
    )
