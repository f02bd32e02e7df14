"""Prints the state diagrams: every `NEXT` table of every room, found by walking the flows."""

import importlib
import inspect
import pkgutil
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import Enum
from types import ModuleType
from typing import Final

import sekisho.acquirer
import sekisho.interoperability
import sekisho.issuer
from sekisho.app.docs.literals import (
    assigned_names,
    constant_texts,
    field_texts,
    first_line,
    table_remarks,
)

DOMAINS: Final = (sekisho.acquirer, sekisho.interoperability, sekisho.issuer)

INTRODUCTION: Final = """# States

<!-- Printed from the rooms' flow tables by `make docs`; do not edit. -->

How everything that Sekisho remembers may change. Each table below **is** the code: a record changes only
by looking itself up there.

## What is guaranteed

- A move that a table does not have is refused (`OutOfTurn`) or, where the flow says that it came too late,
  changes nothing. It is never guessed.
- The new record and whatever must be done because of it (its effects) are kept in one transaction.
- Nothing in a flow asks the time, the database, the network or chance: an event brings what it needs.
- A final state has no way out, whatever arrives and however often.

Diagrams leave out moves from a state to itself. Where the remark of a line names a second state, the flow
chooses between them by what the event says; the diagram draws both.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Move:
    """One line of a table."""

    source: Enum
    event: type | Enum
    target: Enum
    remark: str
    others: tuple[Enum, ...] | None = None
    """Where else it may lead, if the table itself says so; None: its remark does."""

    @property
    def targets(self) -> tuple[Enum, ...]:
        """Where the line may lead: its target, then the states that its remark names."""
        words = re.findall(r"[A-Z][A-Z_]+", self.remark)
        named = [state for word in words for state in type(self.target) if state.name == word]
        others = named if self.others is None else self.others
        return tuple(dict.fromkeys((self.target, *others)))


@dataclass(frozen=True, slots=True, kw_only=True)
class Flow:
    """One table and what stands beside it."""

    title: str
    name: str
    module: ModuleType
    states: type[Enum]
    moves: tuple[Move, ...]
    start: Enum | None
    start_text: str
    final: frozenset[Enum]
    final_text: str


def flows() -> list[Flow]:
    """Find every flow table of every room."""
    return [
        _flow(module, name)
        for module in _flow_modules()
        for name in assigned_names(module)
        if name == "NEXT" or name.endswith("_NEXT")
    ]


def states_page() -> str:
    """Give the page."""
    found = flows()
    contents = "\n".join(f"- [{flow.title}](#{anchor(flow.title)})" for flow in found)
    return "\n".join(
        [INTRODUCTION, contents, *(line for flow in found for line in _shown(flow)), ""]
    )


def _flow_modules() -> Iterator[ModuleType]:
    for domain in DOMAINS:
        for found in pkgutil.walk_packages(domain.__path__, f"{domain.__name__}."):
            if "flow" in found.name.split("."):
                yield importlib.import_module(found.name)


def _flow(module: ModuleType, name: str) -> Flow:
    table: Mapping[tuple[Enum, type | Enum], Enum] = getattr(module, name)
    prefix = name.removesuffix("NEXT")
    remarks = table_remarks(module, name)
    texts = constant_texts(module)
    moves = tuple(
        Move(source=source, event=event, target=target, remark=remarks.get(number, ""))
        for number, ((source, event), target) in enumerate(table.items())
    )
    return Flow(
        title=_title(module, prefix),
        name=name,
        module=module,
        states=type(moves[0].target),
        moves=moves,
        start=getattr(module, f"{prefix}START", None),
        start_text=texts.get(f"{prefix}START", ""),
        final=frozenset(getattr(module, f"{prefix}FINAL", ())),
        final_text=texts.get(f"{prefix}FINAL", ""),
    )


def _title(module: ModuleType, prefix: str) -> str:
    """Name a flow: the room, then what moves, by the first argument of its `decide`."""
    room = module.__name__.split(".")[2]
    if prefix:
        return f"{room}: {prefix.rstrip('_').lower()}"
    record = next(iter(inspect.get_annotations(module.decide).values()))
    return f"{room}: {_words(record.__name__).removesuffix(' record')}"


def _words(name: str) -> str:
    return re.sub(r"(?<=[a-z])(?=[A-Z])", " ", name).lower()


def anchor(title: str) -> str:
    """Give the address of a heading within its page."""
    return title.lower().replace(":", "").replace(" ", "-")


def _shown(flow: Flow) -> Iterator[str]:
    yield f"\n## {flow.title}\n"
    yield f"{inspect.getdoc(flow.module)}\n"
    yield f"The table is `{flow.name}` of `{flow.module.__name__}`.\n"
    yield from drawn(flow)


def drawn(flow: Flow) -> Iterator[str]:
    """Give a table as a diagram, its states, its moves and its events."""
    yield from _diagram(flow)
    yield from _states(flow)
    yield from _moves(flow)


def _diagram(flow: Flow) -> Iterator[str]:
    yield "```mermaid"
    yield "stateDiagram-v2"
    for state in flow.states:
        yield f'    state "{state.value}" as {state.name}'
    if flow.start is not None:
        yield f"    [*] --> {flow.start.name}"
    arrows: dict[tuple[str, str], list[str]] = {}
    for move in flow.moves:
        for state in move.targets:
            if state is not move.source:
                arrows.setdefault((move.source.name, state.name), []).append(_event(move))
    for (source, target), events in arrows.items():
        yield f"    {source} --> {target}: {', '.join(events)}"
    for state in flow.states:
        if state in flow.final:
            yield f"    {state.name} --> [*]"
    yield "```\n"


def _states(flow: Flow) -> Iterator[str]:
    texts = field_texts(flow.states)
    for word, text in (("Start", flow.start_text), ("Final", flow.final_text)):
        if text:
            yield f"{word}: {text}\n"
    yield "| State | Meaning | |"
    yield "|---|---|---|"
    for state in flow.states:
        marks = [
            *(["start"] if state is flow.start else []),
            *(["final"] if state in flow.final else []),
        ]
        yield f"| {state.value} | {texts.get(state.name, '')} | {', '.join(marks)} |"
    yield ""


def _moves(flow: Flow) -> Iterator[str]:
    texts: dict[type | Enum, str] = {}
    yield "| In state | when | to state | Remark |"
    yield "|---|---|---|---|"
    for move in flow.moves:
        texts[move.event] = _meaning(move.event)
        targets = ", ".join(target.value for target in (move.target, *(move.others or ())))
        yield (
            f"| {move.source.value} | `{_event(move)}` | {targets} "
            f"| {move.remark.replace('|', '/')} |"
        )
    yield "\n| Event | Meaning |"
    yield "|---|---|"
    for event, meaning in texts.items():
        yield f"| `{_event_name(event)}` | {meaning} |"


def _event(move: Move) -> str:
    return _event_name(move.event)


def _event_name(event: type | Enum) -> str:
    return event.name if isinstance(event, Enum) else event.__name__


def _meaning(event: type | Enum) -> str:
    if isinstance(event, Enum):
        return field_texts(type(event)).get(event.name, "")
    return first_line(event)
