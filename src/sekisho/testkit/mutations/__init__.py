"""Messages with one rule broken, and the error that must come back. Needs hypothesis (`dev` extra).

`mutations(message)` draws one; `mutants(stage, name)` lists, without chance, what can be broken about
an element there; `whole_mutants(stage)` what can be broken about a message as such, and across elements.
Everything is derived from the table: a new row brings its mutations.
"""

from collections.abc import Iterator
from dataclasses import replace

from hypothesis import strategies as st

from sekisho.protocol import Json, Message, Reading
from sekisho.protocol.elements import Element
from sekisho.testkit.messages import stage as stage_of
from sekisho.testkit.messages.arranging import Desk, Members, arranged
from sekisho.testkit.messages.examples import examples, plain
from sekisho.testkit.messages.settling import Wish, settled
from sekisho.testkit.messages.specimens import simplest, with_elements
from sekisho.testkit.messages.stages import Stage
from sekisho.testkit.mutations.breaking import RECOGNISED_BY, broken, forbidden, spots
from sekisho.testkit.mutations.rules import Mutation, Rule
from sekisho.testkit.mutations.whole import whole_mutants


def mutants(stage: Stage, name: str, *, deep: bool = True) -> Iterator[Mutation]:
    """List what can be broken about one element at a stage: each rule once for each message.

    The messages hold as little else as possible: the element at its plainest, with all that can be
    in it, where a condition demands it; and one without it where a condition forbids it. With `deep`
    what is inside the element is broken too: that is alike in every place of a version.
    """
    if name in RECOGNISED_BY:
        return
    row, letter = stage.rows[name]
    strict = stage.read(Reading.STRICT)
    seen: set[bytes] = set()
    for members in _messages_with(strict, row, letter):
        for spot in spots(stage, members, name, deep=deep):
            for found in broken(spot):
                if found.data not in seen:
                    seen.add(found.data)
                    yield found
    allowed = row.allowed.get(stage.place.form) if letter == "C" else None
    if allowed is not None:
        for members in _messages_without(strict, row):
            wrong = forbidden(stage, members, name)
            if wrong is not None:
                yield wrong
                return


def mutations(message: Message, stage: Stage | None = None) -> st.SearchStrategy[Mutation]:
    """Draw a mutation of this very message: any rule of any element in it, or one put where none may.

    It is read strictly, on the first road of such a message unless a stage says otherwise.
    """
    last = message.get("challengeCompletionInd") == "Y"
    where = stage or stage_of(
        message.type, message.version, message.channel, message.category, last=last
    )
    members = dict(message.elements)
    found = [
        mutation
        for name in sorted(members.keys() - RECOGNISED_BY)
        for spot in spots(where, members, name)
        for mutation in broken(spot)
    ]
    absent = [name for name in where.rows if name not in members]
    strangers = [forbidden(where, members, name) for name in absent]
    return st.sampled_from([*found, *(each for each in strangers if each is not None)])


def _messages_with(stage: Stage, row: Element, letter: str) -> Iterator[Members]:
    """Give messages that hold the element: at its plainest, at its fullest, and where it is demanded."""
    listed = examples(row, stage.place)
    fullest = max(listed, key=lambda each: (isinstance(each, dict | list), _children(each)))
    if row.name in stage.told():
        yield simplest(stage)
        return
    plainest = next((each for each in listed if with_elements(stage, {row.name: each})), listed[0])
    for value in (plainest, fullest):
        found = with_elements(stage, {row.name: value})
        if found is not None:
            yield found
    needed = row.needed.get(stage.place.form) if letter == "C" else None
    if needed is not None:
        start = with_elements(stage, {row.name: plainest})
        desk = _desk(stage, frozenset({row.name}))
        for after in arranged(needed, start, desk) if start is not None else ():
            found = settled(after, stage, desk.value, Wish(keep=frozenset({row.name})))
            if found is not None and needed.holds(stage.scene(found)):
                yield found
                return


def _messages_without(stage: Stage, row: Element) -> Iterator[Members]:
    """Give messages in which the element may not stand, if there are such."""
    allowed = row.allowed[stage.place.form]
    desk = replace(_desk(stage, frozenset({row.name})), want=False)
    for after in arranged(allowed, simplest(stage), desk):
        bare = {name: value for name, value in after.items() if name != row.name}
        found = settled(bare, stage, desk.value, Wish(lack=frozenset({row.name})))
        if found is not None and not allowed.holds(stage.scene(found)):
            yield found


def _desk(stage: Stage, fixed: frozenset[str]) -> Desk:
    def value(row: Element) -> Json:
        return plain(row, stage.place)

    rows = {name: row for name, (row, _) in stage.rows.items()}
    return Desk(stage=stage, rows=rows, value=value, fixed=fixed)


def _children(value: Json) -> int:
    """Count what is inside a value, one item of an array only."""
    if isinstance(value, list):
        return max((_children(item) for item in value), default=0) if len(value) == 1 else 0
    return len(value) if isinstance(value, dict) else 0


__all__ = ["Mutation", "Rule", "mutants", "mutations", "whole_mutants"]
