"""Items of cardRangeData: read into attributes that many ranges share, and written from them."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Final

import msgspec

from sekisho.protocol.card_ranges.known import AcsVersion, DsUrl, Places, RangeAttributes
from sekisho.protocol.elements import BY_NAME
from sekisho.protocol.messages import Message
from sekisho.protocol.selection import versions_between, versions_listed
from sekisho.protocol.vocabulary import Json, Version

RANGES_PER_ITEM_MAX: Final = 5000
"""How many ranges one item lists at most, from the element table."""

ADD: Final = "A"
DELETE: Final = "D"
MODIFY: Final = "M"


class RowReader:
    """Reads the items of one PRes; what is alike in many of them is read once.

    The items must have passed the element table.
    """

    def __init__(self, pres: Message, known: Iterable[RangeAttributes] = ()) -> None:
        self._pres = pres
        self._places = Places(known)
        self._seen: dict[bytes, int] = {}

    def place_of(self, row: Mapping[str, Json]) -> int:
        """Give the place of an item's attributes in `listed`."""
        key = attribute_key(row)
        place = self._seen.get(key)
        if place is None:
            place = self._seen[key] = self._places.of(attributes_of(row, self._pres))
        return place

    def listed(self) -> tuple[RangeAttributes, ...]:
        """Give all attributes, those known before and those read, each at its place."""
        return self._places.listed()


def items_in(pres: Message) -> list[dict[str, Json]]:
    """Give the items of a message, as they are written."""
    rows = pres.get("cardRangeData")
    return [row for row in rows if isinstance(row, dict)] if isinstance(rows, list) else []


def attribute_key(row: Mapping[str, Json]) -> bytes:
    """Give a text that two items share when they say the same of their ranges."""
    return _encode([row.get(name) for name in _ATTRIBUTES])


def known_members(row: Mapping[str, Json]) -> dict[str, Json]:
    """Leave out of an item what the element table does not know, and what is to be done with it."""
    return {name: row[name] for name in ("ranges", *_ATTRIBUTES) if name in row}


def bounds_of(row: Mapping[str, Json]) -> list[tuple[str, str]]:
    """Give start and end of every range of an item."""
    ranges = row.get("ranges")
    if not isinstance(ranges, list):
        return [(str(row["startRange"]), str(row["endRange"]))]
    return [(str(each["start"]), str(each["end"])) for each in ranges if isinstance(each, dict)]


def action_of(row: Mapping[str, Json]) -> str:
    """Give what is to be done with the ranges of an item: A when it does not say."""
    return str(row.get("actionInd") or ADD)


def attributes_of(row: Mapping[str, Json], pres: Message) -> RangeAttributes:
    """Read what an item says of its ranges; what it leaves out, the message says for all."""
    return RangeAttributes(
        acs=tuple(_acs(row)),
        ds_versions=_ds_versions(row, pres),
        country=_text(row, "issuerCountryCode"),
    )


def urls_of(pres: Message) -> tuple[DsUrl, ...]:
    """Read the other addresses of the Directory Server; none listed means that there are none."""
    listed = pres.get("dsUrlList")
    return tuple(
        DsUrl(url=str(each["threeDSServerToDsUrl"]), country=_text(each, "dsCountryCode"))
        for each in (listed if isinstance(listed, list) else ())
        if isinstance(each, dict)
    )


def row_of(
    attributes: RangeAttributes, ranges: Iterable[tuple[str, str]], *, action: str | None = None
) -> dict[str, Json]:
    """Write an item in the form of 2.3.1; without an action it adds."""
    listed: list[Json] = [{"start": start, "end": end} for start, end in ranges]
    acs: list[Json] = [_acs_row(each) for each in attributes.acs]
    versions: list[Json] = [version.value for version in attributes.ds_versions]
    members: dict[str, Json] = {
        "ranges": listed,
        "actionInd": action,
        "issuerCountryCode": attributes.country,
        "dsProtocolVersions": versions,
        "acsProtocolVersions": acs,
    }
    return {name: value for name, value in members.items() if value}


def items_of(
    rows: Iterable[tuple[tuple[str, str], RangeAttributes]], *, action: str | None = None
) -> Iterator[dict[str, Json]]:
    """Write ranges as items of 2.3.1, those of like attributes together, as many as one may list."""
    alike: dict[RangeAttributes, list[tuple[str, str]]] = {}
    for bounds, attributes in rows:
        listed = alike.setdefault(attributes, [])
        listed.append(bounds)
        if len(listed) == RANGES_PER_ITEM_MAX:
            yield row_of(attributes, sorted(alike.pop(attributes)), action=action)
    for attributes, listed in alike.items():
        yield row_of(attributes, sorted(listed), action=action)


_encode: Final = msgspec.json.Encoder().encode
_BOUNDS: Final = frozenset({"ranges", "startRange", "endRange", "actionInd"})
_ATTRIBUTES: Final = tuple(
    child.name for child in BY_NAME["cardRangeData"].children if child.name not in _BOUNDS
)


def _text(row: Mapping[str, Json], name: str) -> str | None:
    value = row.get(name)
    return value if isinstance(value, str) else None


def _acs(row: Mapping[str, Json]) -> Iterator[AcsVersion]:
    listed = row.get("acsProtocolVersions")
    if not isinstance(listed, list):
        spoken = versions_between(
            str(row["acsStartProtocolVersion"]), str(row["acsEndProtocolVersion"])
        )
        for version in spoken:
            yield AcsVersion(
                version=version, method_url=_text(row, "threeDSMethodURL"), info=_info(row)
            )
        return
    by_name = {each["version"]: each for each in listed if isinstance(each, dict)}
    for version in versions_listed({str(name) for name in by_name}):
        each = by_name[version.value]
        yield AcsVersion(
            version=version,
            method_url=_text(each, "threeDSMethodURL"),
            info=_info(each),
            message_extensions=_extensions(each),
        )


def _ds_versions(row: Mapping[str, Json], pres: Message) -> tuple[Version, ...]:
    """Give the Directory Server's versions: those of the range, or else those of the message."""
    listed = row.get("dsProtocolVersions", pres.get("dsProtocolVersions"))
    if isinstance(listed, list):
        return versions_listed({str(name) for name in listed})
    return versions_between(
        str(row.get("dsStartProtocolVersion") or pres["dsStartProtocolVersion"]),
        str(row.get("dsEndProtocolVersion") or pres["dsEndProtocolVersion"]),
    )


def _info(row: Mapping[str, Json]) -> tuple[str, ...]:
    codes = row.get("acsInfoInd")
    return tuple(str(code) for code in codes) if isinstance(codes, list) else ()


def _extensions(row: Mapping[str, Json]) -> tuple[tuple[str, str], ...]:
    listed = row.get("supportedMsgExt")
    rows = listed if isinstance(listed, list) else []
    return tuple((str(each["id"]), str(each["version"])) for each in rows if isinstance(each, dict))


def _acs_row(each: AcsVersion) -> dict[str, Json]:
    info: list[Json] = list(each.info)
    extensions: list[Json] = [
        {"id": name, "version": version} for name, version in each.message_extensions
    ]
    members: dict[str, Json] = {
        "version": each.version.value,
        "acsInfoInd": info,
        "threeDSMethodURL": each.method_url,
        "supportedMsgExt": extensions,
    }
    return {name: value for name, value in members.items() if value}
