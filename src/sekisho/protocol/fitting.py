"""Fits a set of elements to one place of the element table."""

from collections.abc import Mapping

from sekisho.protocol.elements import Element, Kind, elements_of
from sekisho.protocol.places import Place
from sekisho.protocol.vocabulary import Json


def fitted(members: Mapping[str, Json], place: Place) -> dict[str, Json]:
    """Leave out what the table does not allow there, and give the rest the version's own shape.

    One value becomes a list of one, and a list of one its value, where the versions differ; a text
    longer than the version allows stays as it is: shortening is the caller's decision.
    """
    rows = elements_of(*place)
    return {
        name: _shaped(rows[name][0], value)
        for name, value in members.items()
        if name in rows and value is not None
    }


def _shaped(row: Element, value: Json) -> Json:
    if row.kind is Kind.ARRAY and not isinstance(value, list):
        value = [value]
    elif row.kind is not Kind.ARRAY and isinstance(value, list) and len(value) == 1:
        value = value[0]
    if not row.children or row.kind is Kind.TEXT:
        return value
    if isinstance(value, list):
        return [_shaped_inside(row.children, item) for item in value]
    return _shaped_inside(row.children, value)


def _shaped_inside(children: tuple[Element, ...], value: Json) -> Json:
    if not isinstance(value, dict):
        return value
    rows = {child.name: child for child in children}
    return {
        name: _shaped(rows[name], item)
        for name, item in value.items()
        if name in rows and item is not None
    }
