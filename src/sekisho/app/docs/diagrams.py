"""Draws a state table: the diagram, its states, its moves and its events."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum
from types import ModuleType

from sekisho.app.docs.literals import field_texts, first_line


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


def anchor(title: str) -> str:
    """Give the address of a heading within its page."""
    return title.lower().replace(":", "").replace(" ", "-")


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
