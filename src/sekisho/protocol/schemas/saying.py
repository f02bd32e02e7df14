"""Conditions of the element table, said in JSON Schema as far as a message alone can decide them.

A condition may look at what no schema sees: the request, the receiver, another object. It is then
said twice over: what holds for sure, and what may hold. A rule demands only what is sure, and
forbids only what cannot be allowed, so that a schema refuses no message that is sound.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Final, TypeAlias

from sekisho.protocol.elements import Condition, Element, Kind
from sekisho.protocol.elements.condition import (
    All,
    Any,
    At,
    InMessage,
    InRequest,
    Inside,
    IsTrue,
    Not,
    RequestKnown,
    Sent,
    Settled,
    There,
    Valued,
    Worded,
)
from sekisho.protocol.elements.scene import EMPTY
from sekisho.protocol.places import Place
from sekisho.protocol.vocabulary import Component, Json, Reading

Schema: TypeAlias = dict[str, Json] | bool
"""A schema; true takes everything and false nothing."""

Rows: TypeAlias = Mapping[str, Element]


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """What is known where a condition is to be said."""

    place: Place
    receiver: Component | None
    """Who reads the message; None: nobody knows."""
    rows: Rows
    """The elements of the object that the condition looks at."""
    at_top: bool
    """That object is the message."""
    unseen: bool
    """What to take for a condition that no schema can see."""


def said(condition: Condition, view: View) -> Schema:
    """Say a condition; true and false where the place decides it or nothing can be seen."""
    return _SAID[type(condition)](condition, view)


def is_seen(condition: Condition, view: View) -> bool:
    """Tell whether a schema says the whole of the condition."""
    return said(condition, replace(view, unseen=True)) == said(
        condition, replace(view, unseen=False)
    )


def there(name: str, view: View) -> dict[str, Json]:
    """Say that an element is present: absent, null and empty are alike."""
    row = view.rows.get(name)
    if row is None:
        return {"required": [name], "properties": {name: {"not": {"enum": list(EMPTY)}}}}
    if row.kind is Kind.OBJECT and view.place.reading is Reading.LENIENT:
        return {"required": [name], "properties": {name: {"minProperties": 1}}}
    return {"required": [name]}  # the element's own form refuses null and empty


def all_of(parts: Iterable[Schema]) -> Schema:
    """Join schemas that must all hold; into one object where their members are apart."""
    left = [part for part in parts if part is not True]
    if False in left:
        return False
    if not left:
        return True
    return _merged([part for part in left if isinstance(part, dict)])


def negated(schema: Schema) -> Schema:
    """Give the schema of everything that the other refuses."""
    if isinstance(schema, bool):
        return not schema
    inner = schema.get("not")
    return inner if isinstance(inner, dict) and len(schema) == 1 else {"not": schema}


def _merged(parts: list[dict[str, Json]]) -> dict[str, Json]:
    required: list[Json] = []
    properties: dict[str, Json] = {}
    for part in parts:
        names, rules = part.get("required", []), part.get("properties", {})
        plain = set(part) <= {"required", "properties"}
        if not (plain and isinstance(names, list) and isinstance(rules, dict)) or (
            properties.keys() & rules.keys()
        ):
            return {"allOf": [*parts]} if len(parts) > 1 else parts[0]
        required += [name for name in names if name not in required]
        properties |= rules
    joined: dict[str, Json] = {"required": required} if required else {}
    return joined | ({"properties": properties} if properties else {})


def _any_of(parts: Iterable[Schema]) -> Schema:
    left = [part for part in parts if part is not False]
    if True in left:
        return True
    if not left:
        return False
    dicts: list[Json] = [part for part in left if isinstance(part, dict)]
    return {"anyOf": dicts} if len(dicts) > 1 else left[0]


def _say_valued(condition: Valued, _view: View) -> Schema:
    values: list[Json] = [*condition.values]
    rule: dict[str, Json] = {"enum": values} if len(values) > 1 else {"const": values[0]}
    return {"required": [condition.name], "properties": {condition.name: rule}}


def _say_true(condition: IsTrue, _view: View) -> Schema:
    return {"required": [condition.name], "properties": {condition.name: {"const": True}}}


def _say_inside(condition: Inside, view: View) -> Schema:
    row = view.rows.get(condition.name)
    rows = {child.name: child for child in row.children} if row is not None else {}
    inner = said(condition.of, replace(view, rows=rows, at_top=False))
    if inner is False:
        return False
    alone: dict[str, Json] = {"type": "object"} if inner is True else {"type": "object", **inner}
    listed: dict[str, Json] = {"type": "array", "contains": alone}
    form: dict[str, Json] = {"anyOf": [alone, listed]}
    if row is not None:
        form = listed if row.kind is Kind.ARRAY else alone
    return {"required": [condition.name], "properties": {condition.name: form}}


def _say_in_message(condition: InMessage, view: View) -> Schema:
    return said(condition.of, view) if view.at_top else view.unseen


def _say_sent(condition: Sent, view: View) -> Schema:
    return view.unseen if view.receiver is None else view.receiver is condition.to


def _say_at(condition: At, view: View) -> Schema:
    return said(condition.at(view.place), view)


def _say_not(condition: Not, view: View) -> Schema:
    return negated(said(condition.of, replace(view, unseen=not view.unseen)))


def _unseen(_condition: Condition, view: View) -> Schema:
    return view.unseen


# Each entry takes its own kind of condition, which no type of a mapping can say: hence `...`.
_SAID: Final[Mapping[type[Condition], Callable[..., Schema]]] = {
    Settled: lambda condition, _view: condition.value,
    There: lambda condition, view: there(condition.name, view),
    Valued: _say_valued,
    IsTrue: _say_true,
    Inside: _say_inside,
    InMessage: _say_in_message,
    InRequest: _unseen,
    RequestKnown: _unseen,
    Sent: _say_sent,
    At: _say_at,
    Not: _say_not,
    All: lambda condition, view: all_of(said(part, view) for part in condition.of),
    Any: lambda condition, view: _any_of(said(part, view) for part in condition.of),
    Worded: lambda condition, view: said(condition.of, view),
}
