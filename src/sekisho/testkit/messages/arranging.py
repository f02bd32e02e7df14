"""Makes a condition true or false by changing a message: the conditions of the table, read backwards.

Where `holds` asks, this arranges. It is how a message comes to carry a conditional element, and how
one comes to lack an element that a condition demands.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Final, TypeAlias

from sekisho.protocol import Json
from sekisho.protocol.elements import Condition, Element, Kind
from sekisho.protocol.elements.condition import (
    All,
    Any,
    At,
    InMessage,
    Inside,
    IsTrue,
    Not,
    Settled,
    There,
    Valued,
    Worded,
)
from sekisho.protocol.elements.scene import EMPTY
from sekisho.testkit.messages.stages import Stage

Members: TypeAlias = dict[str, Json]


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """What arranging needs to know beside the condition."""

    stage: Stage
    rows: Mapping[str, Element]
    """The rows of the object that is arranged."""
    value: Callable[[Element], Json]
    """Makes a well-formed value where one is desk.wanted."""
    fixed: frozenset[str] = frozenset()
    """Elements of the message that must stay as they are."""
    want: bool = True
    """Whether the condition is to hold, or not to."""


def arranged(condition: Condition, members: Members, desk: Desk) -> Iterator[Members]:
    """Give messages in which the condition holds (or not), the least changed first.

    The given one is never changed; nothing comes where the stage has decided otherwise.
    """
    for after in _HOW.get(type(condition), _as_it_is)(condition, members, desk):
        changed = {name for name in {*members, *after} if members.get(name) != after.get(name)}
        if not changed & desk.fixed:
            yield after


def _as_it_is(condition: Condition, members: Members, desk: Desk) -> Iterator[Members]:
    if condition.holds(desk.stage.scene(members)) is desk.want:
        yield members


def _settled(condition: Settled, members: Members, desk: Desk) -> Iterator[Members]:
    if condition.value is desk.want:
        yield members


def _there(condition: There, members: Members, desk: Desk) -> Iterator[Members]:
    name = condition.name
    if (members.get(name) not in EMPTY) is desk.want:
        yield members
    elif not desk.want:
        yield _without(members, name)
    elif name in desk.rows:
        yield {**members, name: desk.value(desk.rows[name])}


def _valued(condition: Valued, members: Members, desk: Desk) -> Iterator[Members]:
    name = condition.name
    if (members.get(name) in condition.values) is desk.want:
        yield members
        return
    row = desk.rows.get(name)
    if row is not None and row.kind is Kind.TEXT:
        place = desk.stage.place
        codes = row.codes_for(place.form, place.version)
        own = frozenset(map(str, range(80, 100))) if row.ds_codes else frozenset[str]()
        fitting = [code for code in condition.values if code in codes | own]
        others = sorted(codes - set(condition.values))
        for code in fitting if desk.want else others:
            yield {**members, name: code}
    if not desk.want:
        yield _without(members, name)


def _is_true(condition: IsTrue, members: Members, desk: Desk) -> Iterator[Members]:
    name = condition.name
    if (members.get(name) is True) is desk.want:
        yield members
        return
    row = desk.rows.get(name)
    if row is not None and (desk.want or row.pattern != "true"):
        yield {**members, name: desk.want}
    if not desk.want:
        yield _without(members, name)


def _inside(condition: Inside, members: Members, desk: Desk) -> Iterator[Members]:
    name = condition.name
    if condition.holds(desk.stage.scene(members)) is desk.want:
        yield members
        return
    row = desk.rows.get(name)
    if not desk.want:
        yield _without(members, name)
    elif row is not None:
        value = members.get(name) or desk.value(row)
        items = value if isinstance(value, list) else [value]
        first = items[0]
        inner = replace(desk, rows={child.name: child for child in row.children}, fixed=frozenset())
        if isinstance(first, dict):
            for after in arranged(condition.of, first, inner):
                yield {
                    **members,
                    name: [after, *items[1:]] if isinstance(value, list) else after,
                }


def _not(condition: Not, members: Members, desk: Desk) -> Iterator[Members]:
    yield from arranged(condition.of, members, replace(desk, want=not desk.want))


def _all(condition: All, members: Members, desk: Desk) -> Iterator[Members]:
    yield from (
        _every(condition.of, members, desk) if desk.want else _one(condition.of, members, desk)
    )


def _any(condition: Any, members: Members, desk: Desk) -> Iterator[Members]:
    yield from (
        _one(condition.of, members, desk) if desk.want else _every(condition.of, members, desk)
    )


def _one(parts: tuple[Condition, ...], members: Members, desk: Desk) -> Iterator[Members]:
    if any(part.holds(desk.stage.scene(members)) is desk.want for part in parts):
        yield members
        return
    for part in parts:
        yield from arranged(part, members, desk)


def _every(parts: tuple[Condition, ...], members: Members, desk: Desk) -> Iterator[Members]:
    if not parts:
        yield members
        return
    for after in arranged(parts[0], members, desk):
        for last in _every(parts[1:], after, desk):
            if parts[0].holds(desk.stage.scene(last)) is desk.want:
                yield last


def _within(condition: InMessage | Worded, members: Members, desk: Desk) -> Iterator[Members]:
    yield from arranged(condition.of, members, desk)


def _at(condition: At, members: Members, desk: Desk) -> Iterator[Members]:
    yield from arranged(condition.at(desk.stage.place), members, desk)


def _without(members: Members, name: str) -> Members:
    return {each: value for each, value in members.items() if each != name}


# Each entry takes its own kind of condition, which no type of a mapping can say: hence `...`.
_HOW: Final[Mapping[type[Condition], Callable[..., Iterator[Members]]]] = {
    Settled: _settled,
    There: _there,
    Valued: _valued,
    IsTrue: _is_true,
    Inside: _inside,
    InMessage: _within,
    Worded: _within,
    At: _at,
    Not: _not,
    All: _all,
    Any: _any,
}
