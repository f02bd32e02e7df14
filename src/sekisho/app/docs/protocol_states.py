"""Prints the protocol's own state tables: who may send what when, and what follows from silence."""

import inspect
import sys
from collections.abc import Iterator
from enum import Enum
from types import ModuleType
from typing import Final

from sekisho.app.docs.diagrams import Flow, Move, anchor, drawn
from sekisho.app.docs.literals import first_line
from sekisho.protocol.states import CHAPTERS, Chapter
from sekisho.protocol.states.limits import LIMITS, Limit
from sekisho.protocol.states.table import Go, Ignore, Never, Refuse, Table
from sekisho.protocol.vocabulary import Component, Version

INTRODUCTION: Final = """# States of the protocol

<!-- Printed from `sekisho.protocol.states` by `make docs`; do not edit. -->

Who may send what when, and what silence means: one table for each thing, in the eyes of one component.
They need no server, no clock and no database; `begin` and `decide` of each module are all there is.

## What is guaranteed

- Every table is whole: each event in each state leads on, is ignored, is refused with an error of the
  protocol, or is a mistake of our own side (`Misuse`). Nothing is guessed, and a test counts them.
- The diagrams are drawn from the very rows that `decide` looks up.
- Whatever comes after its time was over counts as silence, even if the timer is late; a timer that stands
  for a wait that is over changes nothing.
- From every state there is a way to an end, and an end is never left.
- Of each challenge there is one result, whatever is repeated, lost or late.

Diagrams leave out moves from a state to itself. Where a line leads to several states, the flow chooses by
what the event says; the remark tells how.
"""

_ROLES: Final = {
    Component.SDK: "3DS SDK",
    Component.SERVER: "3DS Server",
    Component.DIRECTORY: "Directory Server",
    Component.ACS: "ACS",
}


def protocol_states_page() -> str:
    """Give the page."""
    contents = [f"- [{each.table.name}](#{anchor(each.table.name)})" for each in CHAPTERS]
    return "\n".join(
        [
            INTRODUCTION,
            *contents,
            "- [time limits](#time-limits)",
            *(line for each in CHAPTERS for line in _chapter(each)),
            *_limits(),
            "",
        ]
    )


def flow_of(table: Table[Enum]) -> Flow:
    """Give a table in the form in which the rooms' tables are drawn."""
    moves = tuple(
        Move(
            source=state,
            event=event,
            target=answer.to[0],
            remark=answer.when,
            others=answer.to[1:],
        )
        for state in type(table.start)
        for event in table.events
        for answer in (table.rows[state, event],)
        if isinstance(answer, Go)
    )
    return Flow(
        title=table.name,
        name="TABLE",
        module=_module(type(table.start)),
        states=type(table.start),
        moves=moves,
        start=table.start,
        start_text="",
        final=table.final,
        final_text="",
    )


def _chapter(chapter: Chapter) -> Iterator[str]:
    table, flow = chapter.table, flow_of(chapter.table)
    yield f"\n## {table.name}\n"
    yield f"In the eyes of the {_ROLES[table.role]}. {table.about}\n"
    yield f"{inspect.getdoc(chapter.module)}\n"
    yield f"The table is `TABLE` of `{chapter.module.__name__}`.\n"
    yield from drawn(flow)
    yield "\n| What else comes | while | then | because |"
    yield "|---|---|---|---|"
    for (event, then, why), states in _others(table).items():
        yield f"| `{event}` | {', '.join(states)} | {then} | {why} |"
    yield "\n| What is to be done | Meaning |"
    yield "|---|---|"
    for effect in chapter.effects:
        yield f"| `{effect.__name__}` | {first_line(effect)} |"


def _others(table: Table[Enum]) -> dict[tuple[str, str, str], list[str]]:
    """Gather the rows that lead nowhere: event, answer and reason, with the states they hold for."""
    gathered: dict[tuple[str, str, str], list[str]] = {}
    for event in table.events:
        for state in type(table.start):
            match table.rows[state, event]:
                case Ignore(why=why):
                    key = (event.__name__, "nothing", why)
                case Refuse(code=code, detail=detail, why=why):
                    key = (event.__name__, f"Erro {code.value} ({detail})", why)
                case Never(why=why):
                    key = (event.__name__, "`Misuse`", why)
                case _:
                    continue
            gathered.setdefault(key, []).append(state.value)
    return gathered


def _limits() -> Iterator[str]:
    yield "\n## time limits\n"
    yield "| Awaited | by | " + " | ".join(version.value for version in Version) + " | then |"
    yield "|---|---|" + "---|" * len(Version) + "---|"
    for limit in LIMITS:
        lengths = " | ".join(_length(limit, version) for version in Version)
        rule = " (usual, not given)" if limit.by_rule else ""
        yield f"| {limit.what}{rule} | {_ROLES[limit.waits]} | {lengths} | {limit.then} |"


def _length(limit: Limit, version: Version) -> str:
    length = limit.by_version.get(version)
    return "–" if length is None else f"{int(length.total_seconds())} s"


def _module(kind: type) -> ModuleType:
    return sys.modules[kind.__module__]
