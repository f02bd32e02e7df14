"""What a PRes does to the card ranges known so far.

A PRes that answers a PReq without serial number replaces them all; one that answers a PReq with a
serial number adds, deletes and modifies, item by item (protocol.md section 10). Whatever is wrong
with it, nothing of it is kept: the next PReq goes without serial number.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Final

from sekisho.protocol.card_ranges import RangeIndex
from sekisho.protocol.faults import ErrorCode, ProtocolFault
from sekisho.protocol.messages import Message
from sekisho.protocol.selection import versions_between, versions_listed
from sekisho.protocol.vocabulary import Json, MessageType, Version


@dataclass(frozen=True, slots=True, kw_only=True)
class AcsVersion:
    """What the ACS of a range offers in one protocol version."""

    version: Version
    method_url: str | None = None
    info: tuple[str, ...] = ()
    """acsInfoInd: its features, by code."""


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownRange:
    """One card range: the numbers from `start` to `end`, both included, and their ACS."""

    start: str
    end: str
    acs: tuple[AcsVersion, ...]
    ds_versions: tuple[Version, ...]
    country: str | None = None
    """issuerCountryCode, where the Directory Server tells it."""

    @property
    def versions(self) -> tuple[Version, ...]:
        """The versions of the ACS, oldest first."""
        return tuple(each.version for each in self.acs)

    def method_url(self, version: Version) -> str | None:
        """Give the 3DS Method URL for a version; None when there is none."""
        return next((each.method_url for each in self.acs if each.version is version), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownRanges:
    """All ranges a Directory Server told of, and the serial number they stand for."""

    ranges: tuple[KnownRange, ...] = ()
    serial: str | None = None
    index: RangeIndex[KnownRange] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        index = RangeIndex(self.ranges, bounds=lambda each: (each.start, each.end))
        object.__setattr__(self, "index", index)

    def find(self, digits: str) -> KnownRange | None:
        """Give the range of a card number; None when it has none."""
        return self.index.find(digits)


def updated(known: KnownRanges, pres: Message, *, whole: bool) -> KnownRanges:
    """Give the ranges as they stand after a PRes; `whole` when the PReq had no serial number.

    Raises ProtocolFault: 203 for bounds that do not fit, 206 for an action on a range that is not
    there (or is already), 205 when ranges overlap; before 2.3.1 these are all 203.
    """
    if pres.type is not MessageType.PRES:
        raise ProtocolFault(ErrorCode.MESSAGE_INVALID, message_type=pres.type)
    rows = {} if whole else {(each.start, each.end): each for each in known.ranges}
    for action, each in _items(pres):
        _apply(rows, action if not whole else "A", each, pres, whole=whole)
    ranges = tuple(sorted(rows.values(), key=lambda each: (len(each.start), each.start)))
    _refuse_overlap(ranges, pres)
    serial = pres.text_or_none("serialNum")
    return KnownRanges(ranges=ranges, serial=serial or (None if whole else known.serial))


def _items(pres: Message) -> Iterator[tuple[str, KnownRange]]:
    """Read the items in the order in which they are to be applied."""
    rows = pres.get("cardRangeData")
    listed = [row for row in rows if isinstance(row, dict)] if isinstance(rows, list) else []
    if pres.get("readOrder") == _LAST_FIRST:
        listed.reverse()
    for row in listed:
        for start, end in _bounds(row):
            if len(start) != len(end) or start > end:
                raise _fault(ErrorCode.FORMAT_INVALID, pres, f"{start}-{end}")
            yield str(row.get("actionInd") or "A"), _known_range(start, end, row, pres)


_LAST_FIRST: Final = "02"


def _bounds(row: Mapping[str, Json]) -> Iterator[tuple[str, str]]:
    ranges = row.get("ranges")
    if not isinstance(ranges, list):
        yield str(row["startRange"]), str(row["endRange"])
        return
    for each in [each for each in ranges if isinstance(each, dict)]:
        yield str(each["start"]), str(each["end"])


def _known_range(start: str, end: str, row: Mapping[str, Json], pres: Message) -> KnownRange:
    country = row.get("issuerCountryCode")
    return KnownRange(
        start=start,
        end=end,
        acs=tuple(_acs(row)),
        ds_versions=_ds_versions(row, pres),
        country=country if isinstance(country, str) else None,
    )


def _acs(row: Mapping[str, Json]) -> Iterator[AcsVersion]:
    listed = row.get("acsProtocolVersions")
    if not isinstance(listed, list):
        spoken = versions_between(
            str(row["acsStartProtocolVersion"]), str(row["acsEndProtocolVersion"])
        )
        for version in spoken:
            yield AcsVersion(version=version, method_url=_url(row), info=_info(row))
        return
    by_name = {each["version"]: each for each in listed if isinstance(each, dict)}
    for version in versions_listed({str(name) for name in by_name}):
        each = by_name[version.value]
        yield AcsVersion(version=version, method_url=_url(each), info=_info(each))


def _ds_versions(row: Mapping[str, Json], pres: Message) -> tuple[Version, ...]:
    """Give the Directory Server's versions: those of the range, or else those of the message."""
    listed = row.get("dsProtocolVersions", pres.get("dsProtocolVersions"))
    if isinstance(listed, list):
        return versions_listed({str(name) for name in listed})
    return versions_between(
        str(row.get("dsStartProtocolVersion") or pres["dsStartProtocolVersion"]),
        str(row.get("dsEndProtocolVersion") or pres["dsEndProtocolVersion"]),
    )


def _url(row: Mapping[str, Json]) -> str | None:
    url = row.get("threeDSMethodURL")
    return url if isinstance(url, str) else None


def _info(row: Mapping[str, Json]) -> tuple[str, ...]:
    codes = row.get("acsInfoInd")
    return tuple(str(code) for code in codes) if isinstance(codes, list) else ()


def _apply(
    rows: dict[tuple[str, str], KnownRange],
    action: str,
    each: KnownRange,
    pres: Message,
    *,
    whole: bool,
) -> None:
    key = (each.start, each.end)
    if (key in rows) is (action == "A"):
        code = ErrorCode.RANGES_OVERLAP if whole else ErrorCode.RANGE_ACTION_IMPOSSIBLE
        raise _fault(code, pres, f"{each.start}-{each.end},{action}")
    if action == "D":
        del rows[key]
    else:
        rows[key] = each


def _refuse_overlap(ranges: Iterable[KnownRange], pres: Message) -> None:
    for one, next_one in pairwise(ranges):
        if len(one.end) == len(next_one.start) and next_one.start <= one.end:
            both = f"{one.start}-{one.end},{next_one.start}-{next_one.end}"
            raise _fault(ErrorCode.RANGES_OVERLAP, pres, both)


def _fault(code: ErrorCode, pres: Message, detail: str) -> ProtocolFault:
    older = pres.version < Version.V231
    return ProtocolFault(
        ErrorCode.FORMAT_INVALID if older else code,
        elements=("cardRangeData",) if older else (),
        detail="cardRangeData" if older else detail,
        message_type=pres.type,
        version=pres.version,
        ids={
            name: pres.text(name) for name in ("threeDSServerTransID", "dsTransID") if name in pres
        },
    )
