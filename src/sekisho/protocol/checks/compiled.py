"""What types cannot say of a message, compiled for each place of the table into one function.

It follows the typed reading (`checks.typed`): expressions, presence under conditions, repeated
items, rules across elements. Most messages are sound, and for them one pass suffices. The function
says only "sound" or "doubtful"; a doubtful message is walked (`checks.walk`) to name its faults, so
that nothing is decided here that is not decided there. A property test holds the two together.

Texts that an expression describes are matched all at once: joined by a separator that none of the
expressions accepts, against the expressions joined likewise. That saves a call each.

The source is made of the table's names and of nothing that a peer sent.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from typing import Final, Protocol

import msgspec

from sekisho.protocol.checks.clock import check_clock
from sekisho.protocol.checks.cross import RULES
from sekisho.protocol.checks.expressions import END, NOT_THERE, expressed, expression
from sekisho.protocol.checks.extensions import check_extensions
from sekisho.protocol.checks.findings import Findings
from sekisho.protocol.checks.glances import Looking, Trigger
from sekisho.protocol.checks.inlined import Conditions, Value, Values
from sekisho.protocol.checks.reader import Reader
from sekisho.protocol.checks.scheme import check_scheme
from sekisho.protocol.checks.shapes import is_ip_address
from sekisho.protocol.checks.walk import check_value, repeats
from sekisho.protocol.codec import json_characters
from sekisho.protocol.elements import Condition, Element, Kind, Shape, elements_of
from sekisho.protocol.places import Place
from sekisho.protocol.vocabulary import Json, Reading


class _Quick(Protocol):
    """The compiled function."""

    def __call__(
        self,
        o: msgspec.Struct,
        members: Mapping[str, Json],
        size: int,
        reader: Reader,
    ) -> bool: ...


class QuickReading:
    """Tells whether a record of one place is a sound message; False: walk the message."""

    def __init__(self, place: Place) -> None:
        writer = _Writer(place)
        self.sound: Final = writer.compiled()
        """Takes the record and the message; `size` is the most that any of it takes as JSON."""
        self.foreign: Final = frozenset(writer.conditions.foreign | writer.foreign)
        """Elements that a rule asks for and the place does not know: a record lacks them."""


@cache
def quick_reading(place: Place) -> QuickReading:
    """Compile the rows of one place."""
    return QuickReading(place)


class _Writer:
    """Writes the function, line by line, and keeps what its lines refer to."""

    def __init__(self, place: Place) -> None:
        self._place = place
        self._lines: list[str] = []
        self._objects = 0
        self.conditions = Conditions(place, self._keep)
        self.foreign: set[str] = set()
        self._names: dict[str, object] = {
            "NOT_THERE": NOT_THERE,
            "Findings": Findings,
            "astuple": msgspec.structs.astuple,
            "check_clock": check_clock,
            "check_extensions": check_extensions,
            "check_scheme": check_scheme,
            "is_ip_address": is_ip_address,
            "join": END.join,
            "json_characters": json_characters,
            "repeats": repeats,
            "place": place,
        }

    def compiled(self) -> _Quick:
        """Write and compile the function."""
        self._line(0, "def quick(o, members, size, reader):")
        self._line(1, "scene = None")
        rows = elements_of(*self._place)
        values = self._unpacked(1, "o", [row for row, _ in rows.values()])
        self.conditions.message = values
        self._joined(1, [(row, letter == "R") for row, letter in rows.values()], values)
        for row, letter in rows.values():
            self._value(1, row, values[row.name].source)
            if letter == "C":
                form = self._place.form
                self._presence(
                    1, values[row.name], row.needed.get(form), row.allowed.get(form), values
                )
        self._across(values)
        self._line(1, "return True")
        made: dict[str, _Quick] = {}
        code = compile("\n".join(self._lines), "<element table>", "exec")
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

    def _unpacked(self, indent: int, record: str, rows: Sequence[Element]) -> Values:
        """Write the line that takes a record apart, and say what its elements are called then."""
        self._objects += 1
        values = {row.name: Value(f"v{self._objects}_{at}", row) for at, row in enumerate(rows)}
        sources = ", ".join(value.source for value in values.values())
        self._line(indent, f"{sources}, = astuple({record})")
        return values

    def _joined(self, indent: int, rows: Sequence[tuple[Element, bool]], values: Values) -> None:
        """Write the line that matches the texts of an object all at once."""
        joined = [(row, required) for row, required in rows if _joinable(row)]
        if not joined:
            return
        pattern = "".join(expression(row, required=required) for row, required in joined)
        matches = self._keep(re.compile(pattern).fullmatch)
        texts = ", ".join(values[row.name].source for row, _ in joined)
        self._refuse(indent, f"{matches}(join(({texts}, ''))) is None")

    def _presence(
        self,
        indent: int,
        value: Value,
        needed: Condition | None,
        allowed: Condition | None,
        values: Values,
    ) -> None:
        """Write the lines that hold a conditional member's presence against its conditions."""
        if allowed is not None:
            holds = self.conditions.written(allowed, values)
            if holds != "True":
                self._refuse(indent, f"{value.source} is not NOT_THERE and not {holds}")
        if needed is not None:
            holds = self.conditions.written(needed, values)
            if holds != "False":
                self._refuse(indent, f"{value.source} is NOT_THERE and {holds}")

    def _value(self, indent: int, row: Element, value: str) -> None:
        """Write the lines for a value that is no joined text, if it is there."""
        if row.kind is Kind.BOOLEAN:
            if row.pattern == "true":
                self._refuse(indent, f"{value} is False")
            return
        if row.kind is Kind.TEXT and row.shape is not Shape.IP:
            return
        self._line(indent, f"if {value} is not NOT_THERE:")
        indent += 1
        if row.kind is Kind.TEXT:
            self._refuse(indent, f"not is_ip_address({value})")
        elif row.kind is Kind.ARRAY:
            self._array(indent, row, value)
        elif row.kind is Kind.OBJECT:
            self._inside(indent, row, value, lonely=True)
        else:
            self._refuse(indent, f"not {self._keep(self._thorough(row))}({value}, members, reader)")
        if row.json_most is not None:
            most = row.json_most
            self._refuse(indent, f"size > {most} and json_characters({value}) > {most}")

    def _array(self, indent: int, row: Element, value: str) -> None:
        self._refuse(indent, f"len({value}) > 1 and repeats({value})")
        if not (row.children or expressed(row)):
            return
        self._objects += 1
        item = f"e{self._objects}"
        self._line(indent, f"for {item} in {value}:")
        if row.children:
            self._inside(indent + 1, row, item, lonely=False)
        else:
            matches = self._keep(re.compile(expression(row, required=True)).fullmatch)
            self._refuse(indent + 1, f"{matches}({item} + {END!r}) is None")

    def _inside(self, indent: int, row: Element, value: str, *, lonely: bool) -> None:
        """Write the lines for an object; one that holds nothing at all only the walk lets pass."""
        if not row.children:
            self._refuse(indent, f"not {value}")
            return
        values = self._unpacked(indent, value, row.children)
        if lonely and all(child.letter != "R" for child in row.children):
            absent = (f"{value.source} is NOT_THERE" for value in values.values())
            self._refuse(indent, " and ".join(absent))
        self._joined(indent, [(child, child.letter == "R") for child in row.children], values)
        for child in row.children:
            self._value(indent, child, values[child.name].source)
            if child.letter != "R":
                self._presence(indent, values[child.name], child.child_needed, None, values)

    def _thorough(self, row: Element) -> Callable[..., bool]:
        """Give a test that walks one element: few are so intricate, and none in everyday messages."""

        place = self._place

        def sound(
            value: object,
            members: Mapping[str, Json],
            reader: Reader,
        ) -> bool:
            plain: Json = msgspec.to_builtins(value)
            findings = Findings()
            check_value(row, plain, row.name, reader.scene(members, place), findings)
            return not findings and plain not in ("", [], {})

        return sound

    def _across(self, values: Values) -> None:
        """Write the lines that call the rules across elements, where they have what to look at."""
        self._line(1, "findings = None")
        for rule in RULES[self._place.form]:
            when = self._trigger(Looking(rule, self._place).trigger(), values)
            if when is None:
                continue
            self._line(1, f"if {when}:")
            self._call(f"{self._keep(rule)}(scene, findings)")
        if "messageExtension" in values:
            extensions = values["messageExtension"].source
            self._line(1, f"if {extensions} is not NOT_THERE:")
            told = "members['messageExtension'], reader.understood, findings, scene"
            self._call(
                f"check_extensions({told})", sees_scene=self._place.reading is Reading.STRICT
            )
        for known, check in (("scheme", "check_scheme"), ("now", "check_clock")):
            self._line(1, f"if reader.{known} is not None:")
            self._call(f"{check}(reader.{known}, scene, findings)")
        self._refuse(1, "findings")

    def _call(self, rule: str, *, sees_scene: bool = True) -> None:
        """Write the call of a rule; what it looks at and notes in is made for the first."""
        if sees_scene:
            self._line(2, "scene = scene or reader.scene(members, place)")
        self._line(2, "findings = Findings() if findings is None else findings")
        self._line(2, rule)

    def _trigger(self, seen: Trigger, values: Values) -> str | None:
        """Write when a rule is worth calling; None: never."""
        if seen.always:
            return "True"
        self.foreign.update(set(seen.names) - set(values))
        there = [f"{values[name].source} is not NOT_THERE" for name in seen.names if name in values]
        there += [f"{values[name].source} in {codes!r}" for name, codes in seen.codes.items()]
        if seen.asked:
            there.append("reader.asked is not None")
        return " or ".join(there) or None


def _joinable(row: Element) -> bool:
    return row.kind is Kind.TEXT and expressed(row)
