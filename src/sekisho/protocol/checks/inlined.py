"""Conditions of the element table as Python expressions over the records of a typed reading.

A condition is data (`elements.condition`); what the place decides of it is settled before, and what
only the request decides is asked of the condition itself.
"""

from collections.abc import Callable, Mapping
from typing import NamedTuple, TypeAlias

from sekisho.protocol.elements import Condition, Element, Kind
from sekisho.protocol.elements.condition import (
    All,
    Any,
    InMessage,
    Inside,
    IsTrue,
    Not,
    Sent,
    Settled,
    There,
    Valued,
)
from sekisho.protocol.places import Place

Keep: TypeAlias = Callable[[object], str]
"""Keeps a thing under a name that the written source may use."""


class Value(NamedTuple):
    """An element as the written source has it at hand."""

    source: str
    row: Element


Values: TypeAlias = Mapping[str, Value]
"""The elements of one object, by name."""


class Conditions:
    """Writes the conditions of one place."""

    def __init__(self, place: Place, keep: Keep) -> None:
        self._place = place
        self._keep = keep
        self.message: Values
        """The elements of the message itself."""
        self.foreign: set[str] = set()
        """What conditions ask for and the place does not know: absent from every record."""

    def written(self, condition: Condition, values: Values) -> str:
        """Write the expression that says whether a condition of that object holds."""
        return self._of(condition.at(self._place), values)

    def _of(self, condition: Condition, values: Values) -> str:
        match condition:
            case Not():
                written = f"(not {self._of(condition.of, values)})"
            case All():
                written = f"({' and '.join(self._of(part, values) for part in condition.of)})"
            case Any():
                written = f"({' or '.join(self._of(part, values) for part in condition.of)})"
            case Inside():
                written = self._inside(condition, values)
            case InMessage():
                written = self._of(condition.of, self.message)
            case _:
                written = self._simple(condition, values)
        return written

    def _simple(self, condition: Condition, values: Values) -> str:
        match condition:
            case Settled():
                written = str(condition.value)
            case There():
                written = self._known(condition.name, values, "({} is not NOT_THERE)")
            case Valued():
                written = self._known(condition.name, values, f"({{}} in {condition.values!r})")
            case IsTrue():
                written = self._known(condition.name, values, "({} is True)")
            case Sent():
                written = f"(reader.to is {self._keep(condition.to)})"
            case _:
                written = self._asked(condition)
        return written

    def _known(self, name: str, values: Values, written: str) -> str:
        """Write what is asked of an element; of one that the place does not know: no."""
        if name not in values:
            self.foreign.add(name)
            return "False"
        return written.format(values[name].source)

    def _inside(self, condition: Inside, values: Values) -> str:
        if condition.name not in values:
            self.foreign.add(condition.name)
            return "False"
        source, row = values[condition.name]
        # Lists inside lists share the name: each has its own in the scope that it is looked through.
        item = "item" if row.kind is Kind.ARRAY else source
        known = len(self.foreign)
        inner = self._of(
            condition.of.at(self._place),
            {child.name: Value(f"{item}.{child.name}", child) for child in row.children},
        )
        if len(self.foreign) > known:
            self.foreign.add(condition.name)
        if row.kind is Kind.ARRAY:
            inner = f"any({inner} for {item} in {source})"
        return f"({source} is not NOT_THERE and {inner})"

    def _asked(self, condition: Condition) -> str:
        """Leave a condition to itself: it looks at the request."""
        scene = "(scene := scene or reader.scene(members, place))"
        return f"(reader.asked is not None and {self._keep(condition.holds)}({scene}))"
