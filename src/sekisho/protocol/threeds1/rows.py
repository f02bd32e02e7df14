"""The records of `records` as rows: what reading, checking, writing and printing walk along."""

import types
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, Union, get_args, get_origin, get_type_hints

from sekisho.kernel.secret import Secret
from sekisho.protocol.threeds1.element import Element
from sekisho.protocol.threeds1.records import BODIES, Record
from sekisho.protocol.threeds1.vocabulary import MessageName


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One row of the table: an element, and what the type of its field says of it."""

    element: Element
    field: str
    """The name in the record."""
    required: bool
    many: bool
    kind: type
    """The Python type of one value: `str`, `bool`, an enum, `Secret`, or a record."""
    children: tuple["Row", ...]

    @property
    def name(self) -> str:
        """The name in XML."""
        return self.element.name

    @property
    def is_object(self) -> bool:
        """Tell whether it holds other elements and no text."""
        return issubclass(self.kind, Record)

    @property
    def is_content(self) -> bool:
        """Tell whether it is everything inside the element of its record."""
        return not self.element.name

    def value_of(self, text: str) -> object:
        """Give a text that fits as the value of the field."""
        return _READERS.get(self.kind, self.kind)(text)

    def text_of(self, value: object) -> str:
        """Write the value of the field as text."""
        if isinstance(value, Secret):
            return str(value.reveal())
        if isinstance(value, bool):
            return "true" if value else "false"
        return str(value)


def rows_of(record: type) -> tuple[Row, ...]:
    """Give the rows of a record, in the order of its fields."""
    rows = _ROWS.get(record)
    if rows is None:
        hints = get_type_hints(record, include_extras=True)
        rows = _ROWS[record] = tuple(_row(name, hint) for name, hint in hints.items())
    return rows


def rows_in(name: MessageName) -> tuple[Row, ...]:
    """Give the rows of a message."""
    return rows_of(BODIES[name])


_ROWS: Final[dict[type, tuple[Row, ...]]] = {}
"""What was worked out already: types do not change."""

_READERS: Final[dict[type, Callable[[str], object]]] = {
    Secret: Secret[str],
    bool: lambda text: text == "true",
}


def _row(name: str, hint: object) -> Row:
    inner, element = get_args(hint)
    optional, many = False, False
    if get_origin(inner) in (types.UnionType, Union):
        optional = True
        inner = next(each for each in get_args(inner) if each is not type(None))
    if get_origin(inner) is tuple:
        many = True
        inner = get_args(inner)[0]
    kind = get_origin(inner) or inner
    return Row(
        element=element,
        field=name,
        required=not optional and not many and element.size[0] > 0,
        many=many,
        kind=kind,
        children=rows_of(kind) if issubclass(kind, Record) else (),
    )
