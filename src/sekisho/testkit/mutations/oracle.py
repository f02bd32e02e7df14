"""What a receiver must answer, worked out beside the checks.

The broken value's own error is known by construction: who writes thirteen months into a date knows
that it is 203. What else breaks with it (an element that was another's condition) is read here from
the table's letters and conditions, one row after the other. Nothing of `sekisho.protocol.checks` is
used: not its walk, not its compiled readings, not its regular expressions, not its gathering of
findings. Shared with the checks are the rows, which both are to obey, and the truth of a single
condition node, which `tests/unit/protocol/test_conditions.py` holds to its words.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from sekisho.protocol import Category, Channel, ErrorCode, Json, MessageType, Reading
from sekisho.protocol.elements import Element, Kind
from sekisho.protocol.elements.scene import EMPTY
from sekisho.protocol.vocabulary import Form
from sekisho.testkit.messages.arranging import Members
from sekisho.testkit.messages.stages import Stage
from sekisho.testkit.mutations.rules import REPORTED_FIRST

Fault = tuple[ErrorCode, str]


def expected(
    stage: Stage, members: Members, own: Fault | None
) -> tuple[ErrorCode, tuple[str, ...]] | None:
    """Give the error of a message of which one value is known to be wrong (`own`), or none.

    The names stand in the order of the table, as the receiver comes upon them. None: it is sound.
    """
    found = [*_faults(_where_it_is_read(stage, members), members, own)]
    for first in REPORTED_FIRST:
        names = tuple(dict.fromkeys(name for code, name in found if code is first))
        if names:
            return first, names
    return None


def _where_it_is_read(stage: Stage, members: Members) -> Stage:
    """Give the stage on which a receiver finds the message: its own words may move it."""
    place = stage.place
    channel, category = members.get("deviceChannel"), members.get("messageCategory")
    if isinstance(channel, str) and channel in set(Channel):
        place = place._replace(channel=Channel(channel))
    if isinstance(category, str):
        payment = category == Category.PAYMENT.value
        place = place._replace(category=Category.PAYMENT if payment else Category.NON_PAYMENT)
    if stage.kind is MessageType.CRES and place.channel is Channel.APP:
        last = members.get("challengeCompletionInd") == "Y"
        place = place._replace(form=Form.FINAL_CRES if last else Form.CRES)
    return replace(stage, place=place)


def _faults(stage: Stage, members: Members, own: Fault | None) -> Iterator[Fault]:
    form, scene, inside = stage.place.form, stage.scene(members), _Inside(stage, members, own)
    for name, (row, letter) in stage.rows.items():
        allowed = row.allowed.get(form) if letter == "C" else None
        needed = row.needed.get(form) if letter == "C" else None
        if members.get(name) in EMPTY:
            if letter == "R" or (needed is not None and needed.holds(scene)):
                yield ErrorCode.ELEMENT_MISSING, name
            elif name in members and not _may_be_empty(row, members[name], stage):
                yield ErrorCode.FORMAT_INVALID, name
        elif allowed is not None and not allowed.holds(scene):
            yield ErrorCode.FORMAT_INVALID, name
        else:
            yield from inside.faults(row, members[name], name)
    yield from _sequence(members)


def _sequence(members: Members) -> Iterator[Fault]:
    """A notice's number in its sequence is not above the number of notices, where both are numbers."""
    sequence = members.get("opSeq")
    if isinstance(sequence, dict):
        number, total = _place(sequence.get("seqNum")), _place(sequence.get("seqTotal"))
        if number is not None and total is not None and number > total:
            yield ErrorCode.FORMAT_INVALID, "opSeq.seqNum"


def _place(text: Json) -> int | None:
    """Read two digits; None: that is no place in a sequence."""
    digits = "0123456789"
    if not isinstance(text, str) or len(text) != len("00") or not set(text) <= set(digits):
        return None
    return int(text)


@dataclass(frozen=True, slots=True)
class _Inside:
    """Looks into the values of one message."""

    stage: Stage
    members: Members
    own: Fault | None

    def faults(self, row: Element, value: Json, path: str) -> Iterator[Fault]:
        """List what is wrong with a value, or inside it."""
        if row.json_most is not None and _characters(value) > row.json_most:
            yield ErrorCode.FORMAT_INVALID, path  # then nobody looks inside
        elif self.own is not None and self.own[1] == path:
            yield self.own
        elif row.kind is not Kind.TEXT and not row.free:
            for item in value if isinstance(value, list) else [value]:
                if isinstance(item, dict):
                    yield from self._of_children(row, item, path)

    def _of_children(self, row: Element, given: Mapping[str, Json], path: str) -> Iterator[Fault]:
        for child in row.children:
            name = f"{path}.{child.name}"
            if given.get(child.name) not in EMPTY:
                yield from self.faults(child, given[child.name], name)
            elif child.letter == "R" or self._demanded(child, given):
                yield ErrorCode.ELEMENT_MISSING, name
            elif child.name in given and not _may_be_empty(child, given[child.name], self.stage):
                yield ErrorCode.FORMAT_INVALID, name

    def _demanded(self, child: Element, given: Mapping[str, Json]) -> bool:
        condition = child.child_needed
        return condition is not None and condition.holds(self.stage.scene(self.members, given))


def _characters(value: Json) -> int:
    return len(json.dumps(value, ensure_ascii=False, separators=(",", ":")))


def _may_be_empty(row: Element, value: Json, stage: Stage) -> bool:
    """A lenient reader takes `{}` for an object of which nothing is required."""
    return (
        value == {}
        and row.kind is Kind.OBJECT
        and stage.place.reading is Reading.LENIENT
        and all(child.letter != "R" for child in row.children)
    )
