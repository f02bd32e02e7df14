"""The quick reading: the element table compiled, once for each place in it, into a Python function.

Most messages are sound, and for them one pass of straight comparisons suffices. The function says
only "sound" or "doubtful"; a doubtful message is walked again (`checks.walk`) to name its faults, so
that nothing is decided here that is not decided there. A property test holds the two together.

Texts that an expression describes are matched all at once: joined by a separator that none of the
expressions accepts, against the expressions joined likewise. That saves a call each.

The source is made of the table's names and of nothing that a peer sent.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from enum import IntEnum
from functools import cache
from typing import NamedTuple, TypeAlias

from sekisho.protocol.checks.expressions import (
    END,
    NOT_THERE,
    expression,
    joinable,
    listed_values,
)
from sekisho.protocol.checks.findings import Findings
from sekisho.protocol.checks.shapes import recogniser
from sekisho.protocol.checks.walk import check_value
from sekisho.protocol.codec import json_characters
from sekisho.protocol.elements import Condition, Element, Kind, Scene, elements_of
from sekisho.protocol.places import Place
from sekisho.protocol.vocabulary import Json


class Sound(IntEnum):
    """What the quick reading says."""

    DOUBTFUL = 0
    """Walk it: something is wrong, or not simple."""
    KNOWN = 1
    """Sound, and every member is a known element."""
    MIXED = 2
    """Sound, but it carries members that the table does not know."""


QuickReading: TypeAlias = Callable[[Mapping[str, Json], Scene], Sound]


@cache
def quick_reading(place: Place) -> QuickReading:
    """Compile the rows of one place."""
    return _Writer(place).compiled()


class _Member(NamedTuple):
    """One row as it stands in its object."""

    name: str
    row: Element
    required: bool
    needed: Condition | None
    allowed: Condition | None


class _Writer:
    """Writes the function, line by line, and keeps what its lines refer to."""

    def __init__(self, place: Place) -> None:
        self._place = place
        self._lines: list[str] = []
        self._names: dict[str, object] = {
            "DOUBTFUL": Sound.DOUBTFUL,
            "KNOWN": Sound.KNOWN,
            "MIXED": Sound.MIXED,
            "ABSENT": object(),
            "join": END.join,
            "json_characters": json_characters,
            "repeats": _repeats,
        }

    def compiled(self) -> QuickReading:
        """Write and compile the function."""
        form = self._place.form
        self._line(0, "def quick(o0, scene):")
        self._line(1, "verdict = KNOWN")
        self._line(1, "try:")
        self._members(
            2,
            [
                _Member(
                    name,
                    row,
                    letter == "R",
                    row.needed.get(form) if letter == "C" else None,
                    row.allowed.get(form) if letter == "C" else None,
                )
                for name, (row, letter) in elements_of(*self._place).items()
            ],
            level=0,
        )
        # A list where a text belongs cannot be looked up or matched; a missing member is no key.
        self._line(1, "except (TypeError, KeyError, AttributeError):")
        self._line(2, "return DOUBTFUL")
        self._line(1, "return verdict")
        source = "\n".join(self._lines)
        made: dict[str, QuickReading] = {}
        code = compile(source, "<element table>", "exec")
        exec(code, self._names, made)  # noqa: S102 - made of our own table, see above
        return made["quick"]

    def _line(self, indent: int, text: str) -> None:
        self._lines.append("    " * indent + text)

    def _keep(self, thing: object) -> str:
        name = f"k{len(self._names)}"
        self._names[name] = thing
        return name

    def _refuse(self, indent: int, condition: str) -> None:
        self._line(indent, f"if {condition}:")
        self._line(indent + 1, "return DOUBTFUL")

    def _members(self, indent: int, members: list[_Member], *, level: int) -> None:
        """Write the lines that check the members of the object in `o<level>`."""
        self._line(indent, f"get{level} = o{level}.get")
        joined = [member for member in members if joinable(member.row)]
        if joined:
            self._joined(indent, joined, level)
        for member in members:
            if not joinable(member.row):
                self._member(indent, member, level)
            self._presence(indent, member, level)
        known = self._keep(frozenset(member.name for member in members))
        self._line(indent, f"if not o{level}.keys() <= {known}:")
        self._line(indent + 1, "verdict = MIXED")

    def _joined(self, indent: int, members: list[_Member], level: int) -> None:
        joined = "".join(
            expression(member.row, required=member.required) + END for member in members
        )
        matches = self._keep(re.compile(joined).fullmatch)
        absent = self._keep(NOT_THERE)
        texts = ", ".join(
            f"o{level}[{member.name!r}]"
            if member.required
            else f"get{level}({member.name!r}, {absent})"
            for member in members
        )
        self._refuse(indent, f"{matches}(join(({texts}, ''))) is None")

    def _member(self, indent: int, member: _Member, level: int) -> None:
        """Write the lines for a member whose value is not among the joined texts."""
        name, row = member.name, member.row
        listed = listed_values(row, self._place) if row.kind is Kind.TEXT else None
        if listed is not None:
            fetched = (
                f"o{level}[{name!r}]"
                if member.required
                else f"get{level}({name!r}, {min(listed, default=None)!r})"
            )
            self._refuse(indent, f"{fetched} not in {self._keep(listed)}")
            return
        value = f"v{level}"
        if member.required:
            self._line(indent, f"{value} = o{level}[{name!r}]")
            self._value(indent, row, value, level)
            return
        self._line(indent, f"{value} = get{level}({name!r}, ABSENT)")
        self._line(indent, f"if {value} is not ABSENT:")
        self._value(indent + 1, row, value, level)

    def _presence(self, indent: int, member: _Member, level: int) -> None:
        """Write the lines that hold a conditional member's presence against its conditions."""
        there = f"{member.name!r} in o{level}"
        if member.allowed is not None:
            self._refuse(indent, f"{there} and not {self._keep(member.allowed.holds)}(scene)")
        if member.needed is not None:
            self._refuse(indent, f"not {there} and {self._keep(member.needed.holds)}(scene)")

    def _value(self, indent: int, row: Element, value: str, level: int) -> None:
        if row.kind is Kind.TEXT:
            self._refuse(indent, self._text(row, value))
        elif row.kind is Kind.BOOLEAN:
            no_boolean = f"{value} is not True"
            if row.pattern != "true":
                no_boolean += f" and {value} is not False"
            self._refuse(indent, no_boolean)
        elif _intricate(row):
            thorough = self._keep(_thorough(row))
            self._refuse(indent, f"not {thorough}({value}, scene)")
            self._line(indent, "verdict = MIXED")
        elif row.kind is Kind.ARRAY:
            self._array(indent, row, value, level)
        else:
            self._refuse(indent, f"type({value}) is not dict or not {value}")
            if row.json_most is not None:
                self._refuse(indent, f"json_characters({value}) > {row.json_most}")
            self._inside(indent, row, value, level + 1)

    def _text(self, row: Element, value: str) -> str:
        """Write the condition under which a text is in doubt."""
        listed = listed_values(row, self._place)
        if listed is not None:
            return f"{value} not in {self._keep(listed)}"
        well_formed = recogniser(row)
        malformed = f"not {self._keep(well_formed)}({value})" if well_formed else "False"
        return f"type({value}) is not str or {malformed} or {_length(value, row.size)}"

    def _array(self, indent: int, row: Element, value: str, level: int) -> None:
        self._refuse(indent, f"type({value}) is not list or {_length(value, row.items)}")
        if row.json_most is not None:
            self._refuse(indent, f"json_characters({value}) > {row.json_most}")
        self._refuse(indent, f"len({value}) > 1 and repeats({value})")
        item = f"i{level + 1}"
        self._line(indent, f"for {item} in {value}:")
        if row.children:
            self._refuse(indent + 1, f"type({item}) is not dict")
            self._inside(indent + 1, row, item, level + 1)
        else:
            self._refuse(indent + 1, self._text(row, item))

    def _inside(self, indent: int, row: Element, value: str, level: int) -> None:
        if row.free or not row.children:
            return
        self._line(indent, f"o{level} = {value}")
        self._members(
            indent,
            [_Member(child.name, child, child.letter == "R", None, None) for child in row.children],
            level=level,
        )


def _length(value: str, bounds: tuple[int, int | None]) -> str:
    least, most = bounds
    upper = "" if most is None else f" <= {most}"
    return f"not {max(least, 1)} <= len({value}){upper}"


def _intricate(row: Element) -> bool:
    """Tell whether an element is better walked: few are, and none in everyday messages."""
    return row.kind in (Kind.ANY, Kind.PAIRS) or any(
        child.child_needed is not None or _intricate(child) for child in row.children
    )


def _thorough(row: Element) -> Callable[[Json, Scene], bool]:
    """Give a test that walks one element."""

    def sound(value: Json, scene: Scene) -> bool:
        findings = Findings()
        check_value(row, value, row.name, scene, findings)
        return not findings and value not in ("", [], {})

    return sound


def _repeats(items: Iterable[Json]) -> bool:
    seen: list[Json] = []
    for item in items:
        if item in seen:
            return True
        seen.append(item)
    return False
