"""Specimens: sound messages that together hold every element, every child and every code.

Nothing is left to chance here; the strategies of `sekisho.testkit.messages` draw as chance has it.
"""

from collections.abc import Iterator
from itertools import chain

from sekisho.protocol import Category, Json, Message
from sekisho.protocol.elements import Element, Kind
from sekisho.testkit.messages.arranging import Members
from sekisho.testkit.messages.examples import examples, plain
from sekisho.testkit.messages.settling import Wish, adjusted, bare, settled
from sekisho.testkit.messages.stages import Stage

SWEPT_MAX = 600
"""Longer texts are tried one at a time: all at once, a message would outgrow every limit."""


def simplest(stage: Stage) -> Members:
    """Give the message with nothing in it that need not be."""
    found = with_elements(stage, {})
    if found is None:
        raise AssertionError(f"no simplest message at {stage}")
    return found


def with_elements(
    stage: Stage, wanted: Members, lack: frozenset[str] = frozenset()
) -> Members | None:
    """Give a message with these elements and as little else as possible; None: there is none."""

    def value(row: Element) -> Json:
        return plain(row, stage.place)

    start = {**bare(stage, value), **wanted}
    for name, given in adjusted(start, stage, value).items():
        if name in wanted and isinstance(given, dict | list):
            start[name] = given  # what parts of one element ask of each other
    return settled(start, stage, value, Wish(keep=frozenset(wanted), lack=lack))


def specimens(stage: Stage) -> Iterator[Message]:
    """Give messages that together show all that the table knows at a stage."""
    missed = traits_of_table(stage)
    for members in chain([simplest(stage)], _sweeps(stage)):
        missed -= traits(stage, members)
        yield stage.built(members)
    for name, (row, _) in stage.rows.items():
        for example in _variants(name, row, stage):
            if not (_long(example) or missed & _seen(name, row, example)):
                continue
            found = with_elements(stage, {name: example})
            if found is not None:
                missed -= traits(stage, found)
                yield stage.built(found)


def _variants(name: str, row: Element, stage: Stage) -> tuple[Json, ...]:
    """List what an element may say without the message moving to another stage."""
    own_category = name == "messageCategory" and stage.place.category is Category.NON_PAYMENT
    if own_category:
        return ("80", "99")
    return () if name in stage.told() else examples(row, stage.place)


def traits(stage: Stage, members: Members) -> set[str]:
    """Name what a message shows: paths of elements, and codes as `path=code`."""
    rows = stage.rows
    return {
        trait
        for name, value in members.items()
        if name in rows
        for trait in _seen(name, rows[name][0], value)
    }


def traits_of_table(stage: Stage) -> set[str]:
    """Name what the table knows there: every path, and every code that this message may carry."""
    told, found = stage.told(), set[str]()
    for name, (row, _) in stage.rows.items():
        if name in told:
            said = (told[name], *_variants(name, row, stage))
            found |= {trait for value in said for trait in _seen(name, row, value)}
        else:
            found |= {*_known(name, row, stage)}
    return found


def _sweeps(stage: Stage) -> Iterator[Members]:
    """Give messages with every element at once, each with its next example, until all had a turn."""
    listed = {
        name: [example for example in examples(row, stage.place) if not _long(example)]
        for name, (row, _) in stage.rows.items()
        if name not in stage.told()
    }
    turns = max((len(each) for each in listed.values()), default=0)

    def value(row: Element) -> Json:
        return plain(row, stage.place)

    for turn in range(turns):
        members = {name: each[turn % len(each)] for name, each in listed.items() if each}
        found = settled(members, stage, value)
        if found is None:
            raise AssertionError(f"the rules chase each other at {stage}: {sorted(members)}")
        yield found


def _long(value: Json) -> bool:
    if isinstance(value, str):
        return len(value) > SWEPT_MAX
    if isinstance(value, dict):
        return any(map(_long, value.values()))
    return isinstance(value, list) and any(map(_long, value))


def _seen(path: str, row: Element, value: Json) -> set[str]:
    found = {path}
    for item in value if isinstance(value, list) else [value]:
        if isinstance(item, str) and row.codes:
            found.add(f"{path}={item}")
        elif isinstance(item, dict) and row.kind is not Kind.TEXT:
            children = {child.name: child for child in row.children}
            for name in children.keys() & item.keys():
                found |= _seen(f"{path}.{name}", children[name], item[name])
    return found


def _known(path: str, row: Element, stage: Stage) -> Iterator[str]:
    yield path
    for code in row.codes_for(stage.place.form, stage.place.version):
        yield f"{path}={code}"
    if row.codes and row.ds_codes:
        yield from (f"{path}=80", f"{path}=99")
    if row.kind is not Kind.TEXT:  # the children of a text describe what is signed in it
        for child in row.children:
            yield from _known(f"{path}.{child.name}", child, stage)
