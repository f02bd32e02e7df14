"""What types cannot say of a message, compiled for each place of the table into one function.

It follows the typed reading (`checks.typed`): expressions, presence under conditions, repeated
items. Most messages are sound, and for them one pass suffices. The function says only "sound" or
"doubtful"; a doubtful message is walked (`checks.walk`) to name its faults, so that nothing is
decided here that is not decided there. A property test holds the two together.

Texts that an expression describes are matched all at once: joined by a separator that none of the
expressions accepts, against the expressions joined likewise. That saves a call each.

The source is made of the table's names and of nothing that a peer sent.
"""

import re
from collections.abc import Callable, Mapping
from functools import cache
from typing import NamedTuple, TypeAlias

from sekisho.protocol.checks.expressions import END, NOT_THERE, expressed, expression
from sekisho.protocol.checks.findings import Findings
from sekisho.protocol.checks.shapes import is_ip_address
from sekisho.protocol.checks.walk import check_value, repeats
from sekisho.protocol.codec import json_characters
from sekisho.protocol.elements import Condition, Element, Kind, Scene, Shape, elements_of
from sekisho.protocol.places import Place
from sekisho.protocol.vocabulary import Json

QuickReading: TypeAlias = Callable[[Mapping[str, Json], Scene], bool]
"""Tells whether a message of the right types is sound; False: walk it."""


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
            "ABSENT": object(),
            "NOT_THERE": NOT_THERE,
            "join": END.join,
            "json_characters": json_characters,
            "repeats": repeats,
        }

    def compiled(self) -> QuickReading:
        """Write and compile the function."""
        form = self._place.form
        self._line(0, "def quick(o0, scene):")
        members = [
            _Member(
                name,
                row,
                letter == "R",
                row.needed.get(form) if letter == "C" else None,
                row.allowed.get(form) if letter == "C" else None,
            )
            for name, (row, letter) in elements_of(*self._place).items()
        ]
        self._members(1, members, level=0)
        self._line(1, "return True")
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
        self._line(indent + 1, "return False")

    def _members(self, indent: int, members: list[_Member], *, level: int) -> None:
        """Write the lines that check the members of the object in `o<level>`."""
        self._line(indent, f"get{level} = o{level}.get")
        joined = [member for member in members if _joinable(member.row)]
        if joined:
            self._joined(indent, joined, level)
        for member in members:
            if member.row.kind is not Kind.TEXT or member.row.shape is Shape.IP:
                self._value(indent, member, level)
            self._presence(indent, member, level)

    def _joined(self, indent: int, members: list[_Member], level: int) -> None:
        pattern = "".join(expression(member.row, required=member.required) for member in members)
        matches = self._keep(re.compile(pattern).fullmatch)
        texts = ", ".join(
            f"o{level}[{member.name!r}]"
            if member.required
            else f"get{level}({member.name!r}, NOT_THERE)"
            for member in members
        )
        self._refuse(indent, f"{matches}(join(({texts}, ''))) is None")

    def _presence(self, indent: int, member: _Member, level: int) -> None:
        """Write the lines that hold a conditional member's presence against its conditions."""
        there = f"{member.name!r} in o{level}"
        if member.allowed is not None:
            self._refuse(indent, f"{there} and not {self._keep(member.allowed.holds)}(scene)")
        if member.needed is not None:
            self._refuse(indent, f"not {there} and {self._keep(member.needed.holds)}(scene)")

    def _value(self, indent: int, member: _Member, level: int) -> None:
        """Write the lines for a value that is no joined text, if it is there."""
        row = member.row
        if row.kind is Kind.BOOLEAN and row.pattern != "true":
            return  # its type says it all
        value = f"v{level}"
        self._line(indent, f"{value} = get{level}({member.name!r}, ABSENT)")
        self._line(indent, f"if {value} is not ABSENT:")
        indent += 1
        if row.kind is Kind.BOOLEAN:
            self._refuse(indent, f"not {value}")
        elif row.kind is Kind.TEXT:
            self._refuse(indent, f"not {self._keep(is_ip_address)}({value})")
        elif _intricate(row):
            self._refuse(indent, f"not {self._keep(_thorough(row))}({value}, scene)")
        elif row.kind is Kind.ARRAY:
            self._array(indent, row, value, level)
        else:
            self._refuse(indent, f"not {value}")
            self._inside(indent, row, value, level + 1)
        if row.json_most is not None:
            self._refuse(indent, f"json_characters({value}) > {row.json_most}")

    def _array(self, indent: int, row: Element, value: str, level: int) -> None:
        self._refuse(indent, f"len({value}) > 1 and repeats({value})")
        item = f"i{level + 1}"
        if row.children:
            self._line(indent, f"for {item} in {value}:")
            self._inside(indent + 1, row, item, level + 1)
        elif expressed(row):
            matches = self._keep(re.compile(expression(row, required=True)).fullmatch)
            self._line(indent, f"for {item} in {value}:")
            self._refuse(indent + 1, f"{matches}({item} + {END!r}) is None")

    def _inside(self, indent: int, row: Element, value: str, level: int) -> None:
        self._line(indent, f"o{level} = {value}")
        if row.free:
            return
        self._members(
            indent,
            [_Member(child.name, child, child.letter == "R", None, None) for child in row.children],
            level=level,
        )


def _joinable(row: Element) -> bool:
    return row.kind is Kind.TEXT and expressed(row)


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
