"""Card ranges as cardRangeData, written as each version has it: everything, or what has changed.

The protocol library words them as 2.3.1 does; older versions have one row for each range, one 3DS
Method for all versions of it, and an unbroken span of versions.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from sekisho.kernel.errors import TheyErred
from sekisho.protocol import Version
from sekisho.protocol.card_range_updates import changes
from sekisho.protocol.card_ranges import KnownRanges
from sekisho.protocol.card_ranges.rows import ADD, items_of
from sekisho.protocol.codec import write_object
from sekisho.protocol.elements import BY_NAME
from sekisho.protocol.vocabulary import Json

ITEMS_MAX: Final = BY_NAME["cardRangeData"].items[1] or 0
"""How many items one PRes may list, from the element table."""


class TooMany(TheyErred):
    """More items than a PRes of this version may list."""


def told(old: KnownRanges, new: KnownRanges, version: Version, *, ds: tuple[str, ...]) -> bytes:
    """Write what turns the old ranges into the new ones as a member of a PRes; empty for nothing.

    `ds` are the versions that the message gives for all ranges. Raises TooMany.
    """
    old_form = version < Version.V231
    if old_form and not len(old) and len(new) > ITEMS_MAX:
        raise TooMany  # said at once: each range would be a row
    items = _items(old, new)
    if old_form:
        items = (row for item in items for row in _rows(item, version, ds))
    # One by one: no step is long enough to keep the event loop waiting.
    written: list[bytes] = []
    for item in items:
        if len(written) == ITEMS_MAX:
            raise TooMany
        written.append(write_object(item))
    return b',"cardRangeData":[' + b",".join(written) + b"]" if written else b""


def _items(old: KnownRanges, new: KnownRanges) -> Iterator[dict[str, Json]]:
    if len(old):
        yield from changes(old, new)
        return
    yield from items_of((((each.start, each.end), each.attributes) for each in new), action=ADD)


def _rows(
    item: Mapping[str, Json], version: Version, ds: tuple[str, ...]
) -> Iterator[dict[str, Json]]:
    """Write an item of 2.3.1 as rows of an older version."""
    told_of_all = _attributes(item, version, ds)
    action = item.get("actionInd", "A")
    # 2.1.0 cannot modify: what is to be otherwise goes, and comes again.
    actions = ("D", "A") if action == "M" and version < Version.V220 else (action,)
    for each in _objects(item["ranges"]):
        for step in actions:
            yield {
                "startRange": each["start"],
                "endRange": each["end"],
                "actionInd": step,
                **told_of_all,
            }


def _attributes(item: Mapping[str, Json], version: Version, ds: tuple[str, ...]) -> dict[str, Json]:
    acs = list(_unbroken(_objects(item["acsProtocolVersions"])))
    attributes: dict[str, Json] = {
        "acsStartProtocolVersion": acs[0]["version"],
        "acsEndProtocolVersion": acs[-1]["version"],
    }
    own = item.get("dsProtocolVersions")
    if isinstance(own, list) and own and own != list(ds):
        attributes |= {"dsStartProtocolVersion": own[0], "dsEndProtocolVersion": own[-1]}
    known = [each for each in acs if str(each["version"]) <= Version.V220.value]
    for each in known:
        if "threeDSMethodURL" in each:
            attributes["threeDSMethodURL"] = each["threeDSMethodURL"]
        if "acsInfoInd" in each and version >= Version.V220:
            attributes["acsInfoInd"] = each["acsInfoInd"]
    return attributes


def _unbroken(acs: Iterable[Mapping[str, Json]]) -> Iterator[Mapping[str, Json]]:
    """Give versions as long as each is the next one: a span must not claim what lies between."""
    order = [version.value for version in Version]
    last: int | None = None
    for each in acs:
        at = order.index(str(each["version"]))
        if last is not None and at != last + 1:
            return
        yield each
        last = at


def _objects(value: Json) -> list[dict[str, Json]]:
    return [each for each in value if isinstance(each, dict)] if isinstance(value, list) else []
