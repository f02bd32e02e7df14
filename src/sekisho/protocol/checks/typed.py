"""The element table as types: what msgspec can hold a message against while it decodes it.

Presence, JSON types, lengths and code lists are decided there, in one pass and in C, and so is the
place: its own messageType, messageVersion and so on are the only ones that its types allow.
Expressions, conditions and rules across elements come after it (`checks.compiled`).
"""

import types
from collections.abc import Callable, Mapping
from functools import cache
from typing import Annotated, Any, Final, Literal

import msgspec

from sekisho.protocol.checks.expressions import NOT_THERE, listed_values
from sekisho.protocol.codec import DEPTH_MAX, may_be_too_deep, too_deep
from sekisho.protocol.elements import Element, Kind, elements_of
from sekisho.protocol.places import Place
from sekisho.protocol.vocabulary import Category, Form, Json, Version

_encode: Final = msgspec.json.Encoder().encode


class TypedReading:
    """Reads what one place of the table allows, and drops members that it does not know."""

    def __init__(self, place: Place) -> None:
        rows = elements_of(*place)
        placing = {name: _one_of(values) for name, values in placing_values(place).items()}
        self.names: Final = frozenset(rows)
        self._type = _record(
            place.form.value,
            {
                name: (placing.get(name) or _type_of(row, place), letter == "R")
                for name, (row, letter) in rows.items()
            },
        )
        self._open_ended = tuple(name for name, (row, _) in rows.items() if _open_ended(row))
        """Elements that may hold anything, however deep."""
        self._decoder: msgspec.json.Decoder[msgspec.Struct] = msgspec.json.Decoder(
            self._type, float_hook=_refuse_fraction
        )

    def decoded(self, data: bytes) -> msgspec.Struct | None:
        """Give the record of a message, or None when a slower reading has to decide."""
        try:
            record = self._decoder.decode(data)
        except (msgspec.MsgspecError, ValueError, RecursionError):
            return None  # the slower reading will say what is wrong with it
        if not _is_whole(data, _encode(record)):
            return None
        for name in self._open_ended:
            value = getattr(record, name)
            if value is not NOT_THERE and _is_too_deep(value):
                return None
        return record

    def converted(self, members: Mapping[str, Json]) -> msgspec.Struct | None:
        """Give the record of a message that was read already; None: look closer."""
        try:
            record: msgspec.Struct = msgspec.convert(members, self._type)
        except (msgspec.ValidationError, RecursionError):
            return None  # the walk will name what is wrong
        return record


@cache
def typed_reading(place: Place) -> TypedReading:
    """Make the types of one place, once."""
    return TypedReading(place)


def _is_whole(data: bytes, written: bytes) -> bool:
    """Tell whether a record holds every member of the message it was decoded from.

    A member that comes twice, or that the table does not know, is missed when the record is written
    back. Nothing is ever written back longer than it came: texts with the fewest escapes, whole
    numbers as they were, and fractions, which could grow, have been refused. So equal length means
    that nothing is missing. Where blanks or escapes make up the difference, the quotation marks
    tell: two for each name and each text, unless a text holds one itself, which could stand for one
    that is missed.
    """
    if len(written) == len(data):
        return True
    if b'\\"' in written:
        return False
    return data.count(b'"') == written.count(b'"')


def _refuse_fraction(written: str) -> float:
    raise ValueError(f"a number of {len(written)} characters, not whole")


def _is_too_deep(value: object) -> bool:
    if not may_be_too_deep(_encode(value)):
        return False
    plain: Json = msgspec.to_builtins(value)
    return isinstance(plain, dict | list) and too_deep(plain, DEPTH_MAX - 1)


# A type made at run time has no name that a type checker could know: hence Any, here only.
_Type = Any  # see above


def _type_of(row: Element, place: Place) -> _Type:
    if row.kind is Kind.BOOLEAN:
        return bool
    if row.kind is Kind.ARRAY:
        item = _object(row, place) if row.children else _text(row, place)
        return Annotated[types.GenericAlias(list, (item,)), _bounds(row.items)]
    if row.kind is Kind.PAIRS:
        return Annotated[list[dict[str, str]], _bounds(row.items)]
    if row.kind is Kind.OBJECT:
        return _object(row, place)
    return _text(row, place) if row.kind is Kind.TEXT else _text(row, place) | dict[str, Any]


def _open_ended(row: Element) -> bool:
    if row.kind is Kind.TEXT:
        return False
    childless = row.kind in (Kind.OBJECT, Kind.ANY) and not row.children
    return childless or any(_open_ended(child) for child in row.children)


def _text(row: Element, place: Place) -> _Type:
    listed = listed_values(row, place)
    return Annotated[str, _bounds(row.size)] if listed is None else _one_of(listed)


def _one_of(values: frozenset[str]) -> _Type:
    # A list may be empty: an element whose codes are all younger than the version.
    return Literal[tuple(sorted(values) or ("",))]


def _bounds(bounds: tuple[int, int | None]) -> msgspec.Meta:
    least, most = bounds
    return msgspec.Meta(min_length=max(least, 1), max_length=most)


def _object(row: Element, place: Place) -> _Type:
    if not row.children:
        return dict[str, Any]
    return _record(
        row.name,
        {child.name: (_type_of(child, place), child.letter == "R") for child in row.children},
    )


def _record(name: str, members: Mapping[str, tuple[_Type, bool]]) -> _Type:
    """Make the type of one object. JSON holds no cycles: nothing for the collector to look at."""
    return msgspec.defstruct(
        name,
        [
            (member, kind) if required else (member, kind, NOT_THERE)
            for member, (kind, required) in members.items()
        ],
        kw_only=True,
        omit_defaults=True,
        gc=False,
    )


def placing_values(place: Place) -> dict[str, frozenset[str]]:
    """Give the values by which a message says itself that it stands there (`places.place_of`)."""
    final = place.form is Form.FINAL_CRES
    payment = place.category is Category.PAYMENT
    allowed: dict[str, Callable[[str], bool]] = {
        "messageType": lambda value: value == (Form.CRES if final else place.form),
        "messageVersion": lambda value: value == place.version,
        "deviceChannel": lambda value: value == place.channel,
        "messageCategory": lambda value: (value == Category.PAYMENT) is payment,
        "challengeCompletionInd": lambda value: (value == "Y") is final,
    }
    rows = elements_of(*place)
    return {
        name: frozenset(filter(allows, _codes(rows[name][0], place)))
        for name, allows in allowed.items()
        if name in rows
    }


def _codes(row: Element, place: Place) -> frozenset[str]:
    listed = listed_values(row, place)
    return frozenset(each.value for each in Version) if listed is None else listed
