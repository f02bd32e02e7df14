"""Breaks one rule of a sound message: everything that the table says of one element, in turn."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from sekisho.protocol import ErrorCode, Json
from sekisho.protocol.codec import write_object
from sekisho.protocol.elements import Element, Kind
from sekisho.protocol.elements.scene import EMPTY
from sekisho.testkit.messages.arranging import Members
from sekisho.testkit.messages.examples import plain
from sekisho.testkit.messages.settling import adjusted
from sekisho.testkit.messages.stages import Stage
from sekisho.testkit.mutations.oracle import expected
from sekisho.testkit.mutations.rules import Mutation, Rule
from sekisho.testkit.mutations.values import wrong_values

RECOGNISED_BY: Final = frozenset({"messageType", "messageVersion"})
"""What a message is recognised by has rules of its own (`sekisho.testkit.mutations.whole`)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Spot:
    """One element of one message, and the way to it."""

    stage: Stage
    members: Members
    steps: tuple[str, ...]
    """Names from the message down; of an array always its first item."""
    row: Element
    required: bool

    @property
    def path(self) -> str:
        """The element as an errorDetail names it."""
        return ".".join(self.steps)

    def with_value(self, value: Json) -> Members:
        """Give the message with another value there."""
        return _changed(self.members, self.steps, value)

    def without(self) -> Members:
        """Give the message with nothing there."""
        return _changed(self.members, self.steps, _GONE)

    def mutation(self, rule: Rule, members: Members, code: ErrorCode | None) -> Mutation | None:
        """Give the mutation with this error of its own; None where nothing is broken after all.

        What breaks with it is worked out; without an error of its own, all of it.
        """
        error = expected(self.stage, members, None if code is None else (code, self.path))
        if error is None:
            return None
        return Mutation(
            rule=rule,
            path=self.path,
            data=write_object(members),
            error_code=error[0],
            error_detail=",".join(error[1]),
            stage=self.stage,
        )


def spots(stage: Stage, members: Members, name: str, *, deep: bool = True) -> Iterator[Spot]:
    """Give the element of that name and, if that is wanted, all that is inside it."""
    row, letter = stage.rows[name]
    needed = row.needed.get(stage.place.form) if letter == "C" else None
    required = letter == "R" or (needed is not None and needed.holds(stage.scene(members)))
    top = Spot(stage=stage, members=members, steps=(name,), row=row, required=required)
    yield from _spots_inside(top, members[name]) if deep else (top,)


def broken(spot: Spot) -> Iterator[Mutation]:
    """Break, one at a time, every rule that the table has for the element there."""
    for wrong in wrong_values(spot.row, spot.stage.place, required=spot.required):
        found = spot.mutation(wrong.rule, spot.with_value(wrong.value), wrong.code)
        if found is not None:
            yield found
    missing = spot.mutation(Rule.MISSING, spot.without(), None)
    if missing is not None:
        yield missing
    yield _twice(spot)


def forbidden(stage: Stage, members: Members, name: str) -> Mutation | None:
    """Put an element where its condition does not allow it; None where it is allowed."""
    row, _ = stage.rows[name]
    spot = Spot(stage=stage, members=members, steps=(name,), row=row, required=False)
    there = {**members, name: plain(row, stage.place)}
    # What rules across elements ask of its content is not to be broken as well.
    sound = adjusted(there, stage, lambda each: plain(each, stage.place)).get(name, there[name])
    return spot.mutation(Rule.FORBIDDEN, {**there, name: sound}, None)


def _spots_inside(spot: Spot, value: Json) -> Iterator[Spot]:
    yield spot
    inside = value[0] if isinstance(value, list) and value else value
    if not isinstance(inside, dict) or spot.row.free or spot.row.kind is Kind.TEXT:
        return
    for child in spot.row.children:
        if inside.get(child.name) in EMPTY:
            continue
        demanded = child.child_needed is not None and child.child_needed.holds(
            spot.stage.scene(spot.members, inside)
        )
        deeper = Spot(
            stage=spot.stage,
            members=spot.members,
            steps=(*spot.steps, child.name),
            row=child,
            required=child.letter == "R" or demanded,
        )
        yield from _spots_inside(deeper, inside[child.name])


_GONE: Final = "\x00gone"
"""Stands for no value while a message is changed."""

_TWICE: Final = "\u2016twice"
"""Stands for a value that is then written twice."""


def _changed(members: Members, steps: tuple[str, ...], value: Json) -> Members:
    name, *rest = steps
    inside = members.get(name)
    if rest and isinstance(inside, list) and isinstance(inside[0], dict):
        value = [_changed(inside[0], (*rest,), value), *inside[1:]]
    elif rest and isinstance(inside, dict):
        value = _changed(inside, (*rest,), value)
    if value == _GONE:
        return {each: given for each, given in members.items() if each != name}
    return {**members, name: value}


def _twice(spot: Spot) -> Mutation:
    """Write the member twice, which only bytes can show."""
    name = spot.steps[-1]
    once = write_object({name: _TWICE})[1:-1]
    value = write_object({name: _value_at(spot.members, spot.steps)})[1:-1]
    data = write_object(spot.with_value(_TWICE)).replace(once, value + b"," + value)
    return Mutation(
        rule=Rule.MEMBER_TWICE,
        path=spot.path,
        data=data,
        error_code=ErrorCode.DUPLICATE,
        error_detail=name,
        stage=spot.stage,
    )


def _value_at(members: Json, steps: tuple[str, ...]) -> Json:
    for name in steps:
        inside = members[0] if isinstance(members, list) else members
        members = inside.get(name) if isinstance(inside, dict) else None
    return members
