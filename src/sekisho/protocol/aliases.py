"""Names that some senders use for an element, and that a lenient reading takes for it."""

from sekisho.protocol.vocabulary import Json, MessageType, Version


def renamed(members: dict[str, Json], kind: MessageType, version: Version) -> dict[str, Json]:
    """Give a 2.3.1 PRes the names `start` and `end`, where its sender kept those of 2.2.0.

    The core text of 2.3.1.1 has the new names; public simulators still send the old ones.
    """
    rows = members.get("cardRangeData")
    if kind is not MessageType.PRES or version < Version.V231 or not isinstance(rows, list):
        return members
    return {**members, "cardRangeData": [_renamed_row(row) for row in rows]}


def _renamed_row(row: Json) -> Json:
    ranges = row.get("ranges") if isinstance(row, dict) else None
    if not isinstance(row, dict) or not isinstance(ranges, list):
        return row
    return {**row, "ranges": [_renamed_range(each) for each in ranges]}


def _renamed_range(each: Json) -> Json:
    if not isinstance(each, dict):
        return each
    return {
        _NEW.get(name, name) if _NEW.get(name) not in each else name: value
        for name, value in each.items()
    }


_NEW = {"startRange": "start", "endRange": "end"}
