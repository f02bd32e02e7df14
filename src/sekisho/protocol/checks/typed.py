"""The element table as types: what msgspec can hold a message against while it decodes it.

Presence, JSON types, lengths and code lists are decided there, in one pass and in C. Expressions,
conditions and rules across elements come after it (`checks.compiled`).
"""

import types
from collections.abc import Mapping
from functools import cache
from typing import Annotated, Any, Final, Literal, Required, TypedDict

import msgspec

from sekisho.protocol.checks.expressions import listed_values
from sekisho.protocol.codec import DEPTH_MAX, too_deep
from sekisho.protocol.elements import Element, Kind, elements_of
from sekisho.protocol.places import Place
from sekisho.protocol.vocabulary import Json

_encode: Final = msgspec.json.Encoder().encode


class TypedReading:
    """Reads what one place of the table allows, and drops members that it does not know."""

    def __init__(self, place: Place) -> None:
        rows = elements_of(*place)
        self._type = _dictionary(
            place.form.value,
            {name: (_type_of(row, place), letter == "R") for name, (row, letter) in rows.items()},
        )
        self.open_ended = frozenset(name for name, (row, _) in rows.items() if _open_ended(row))
        """Elements that may hold anything, however deep."""
        self._decoder: msgspec.json.Decoder[dict[str, Json]] = msgspec.json.Decoder(self._type)

    def decoded(self, data: bytes) -> dict[str, Json] | None:
        """Give the members of a message, or None when a slower reading has to decide.

        What is written back letter for letter has no member twice and none that is unknown, and
        that is what makes one pass over the bytes enough.
        """
        try:
            members = self._decoder.decode(data)
        except (msgspec.MsgspecError, ValueError, RecursionError):
            return None  # the slower reading will say what is wrong with it
        if _encode(members) != data:
            return None
        for name in self.open_ended:
            value = members.get(name)
            if isinstance(value, dict | list) and too_deep(value, DEPTH_MAX - 1):
                return None
        return members

    def converted(self, members: Mapping[str, Json]) -> dict[str, Json] | None:
        """Give the known members of a message that was read already; None: look closer."""
        try:
            known: dict[str, Json] = msgspec.convert(members, self._type)
        except (msgspec.ValidationError, RecursionError):
            return None  # the walk will name what is wrong
        return known


@cache
def typed_reading(place: Place) -> TypedReading:
    """Make the types of one place, once."""
    return TypedReading(place)


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
    return row.free or childless or any(_open_ended(child) for child in row.children)


def _text(row: Element, place: Place) -> _Type:
    listed = listed_values(row, place)
    if listed is None:
        return Annotated[str, _bounds(row.size)]
    # A list may be empty: an element whose codes are all younger than the version.
    return Literal[tuple(sorted(listed) or ("",))]


def _bounds(bounds: tuple[int, int | None]) -> msgspec.Meta:
    least, most = bounds
    return msgspec.Meta(min_length=max(least, 1), max_length=most)


def _object(row: Element, place: Place) -> _Type:
    if row.free or not row.children:
        return dict[str, Any]
    return _dictionary(
        row.name,
        {child.name: (_type_of(child, place), child.letter == "R") for child in row.children},
    )


def _dictionary(name: str, members: Mapping[str, tuple[_Type, bool]]) -> _Type:
    annotations = {
        member: Required[kind] if required else kind for member, (kind, required) in members.items()
    }
    return types.new_class(
        name,
        (TypedDict,),
        {"total": False},
        lambda namespace: namespace.update(__annotations__=annotations),
    )
