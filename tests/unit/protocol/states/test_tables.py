"""Every table of the protocol, whole: each event in each state is answered, and all is explained."""

import dataclasses
import inspect
from enum import Enum
from pathlib import Path
from types import ModuleType, NoneType
from typing import Any, get_args

import pytest

from sekisho.app.docs.literals import field_texts, first_line
from sekisho.app.docs.protocol_states import flow_of, protocol_states_page
from sekisho.protocol.states import CHAPTERS, TABLES, Chapter
from sekisho.protocol.states.limits import LIMITS
from sekisho.protocol.states.table import Go, Ignore, Never, Refuse, Table
from sekisho.protocol.states.waiting import TimeRanOut
from sekisho.protocol.vocabulary import Component
from tests.unit.protocol.states.modules import MODULES

chapters = pytest.mark.parametrize("chapter", CHAPTERS, ids=lambda each: each.table.name)
tables = pytest.mark.parametrize("table", TABLES, ids=lambda each: each.name)
PAGE = protocol_states_page()


def dataclasses_of(module: ModuleType) -> list[type[Any]]:
    """Give the records, events and effects that a module defines."""
    return [
        kind
        for _, kind in inspect.getmembers(module, inspect.isclass)
        if kind.__module__ == module.__name__ and dataclasses.is_dataclass(kind)
    ]


def section(name: str) -> str:
    """Give what the page says of one table."""
    return PAGE.split(f"\n## {name}\n")[1].split("\n## ")[0]


def test_every_table_of_the_package_is_listed_once() -> None:
    """F1: a table that is not listed is neither tested whole nor drawn."""
    assert tuple(chapter.table for chapter in CHAPTERS) == TABLES
    assert len({table.name for table in TABLES}) == len(TABLES) == 15
    assert {table.role for table in TABLES} == set(Component)


@tables
def test_every_state_answers_every_event(table: Table[Enum]) -> None:
    """F1: the heart of it; whatever comes whenever, it is known what follows."""
    states = list(type(table.start))
    assert set(table.rows) == {(state, event) for state in states for event in table.events}
    assert table.flaws() == []


@tables
def test_a_table_begins_somewhere_and_ends_somewhere_else(table: Table[Enum]) -> None:
    """A final state from the start on would be no table."""
    assert table.final
    assert table.final < set(type(table.start))
    assert table.start not in table.final


@tables
def test_every_answer_that_leads_nowhere_says_why(table: Table[Enum]) -> None:
    """The page shows the reason; a refusal names the elements, or a text where there are none."""
    for (state, event), answer in table.rows.items():
        if isinstance(answer, Ignore | Never | Refuse):
            assert answer.why, (state, event)
        if isinstance(answer, Refuse):
            assert answer.detail, (state, event)
        if isinstance(answer, Go):
            assert answer.to, (state, event)
            assert answer.when or len(answer.to) == 1, (state, event)


@tables
def test_what_a_row_says_of_states_it_leads_to(table: Table[Enum]) -> None:
    """A remark that names a state which the row does not lead to would mislead."""
    names = {state.name for state in type(table.start)}
    for (state, event), answer in table.rows.items():
        if isinstance(answer, Go) and len(answer.to) > 1:
            words = set(answer.when.replace(",", " ").replace(";", " ").split())
            told = {name for name in names & words if name.isupper() and len(name) > 3}
            assert told <= {target.name for target in answer.to}, (state, event)


@chapters
def test_a_chapter_is_complete(chapter: Chapter) -> None:
    """What a stranger imports: the table, `begin`, `decide`, the events and the effects."""
    module = chapter.module
    assert module.TABLE is chapter.table
    assert chapter.effects == module.EFFECTS
    assert chapter.table.events == module.EVENTS
    assert callable(module.begin)
    assert callable(module.decide)
    assert inspect.getdoc(module)


@chapters
def test_events_and_effects_are_frozen_and_explained(chapter: Chapter) -> None:
    """Whoever keeps one in an outbox must find it unchanged, and know what it means."""
    for kind in (*chapter.table.events, *chapter.effects):
        assert dataclasses.is_dataclass(kind), kind
        assert kind.__dataclass_params__.frozen, kind
        own = kind.__doc__ or ""
        assert own, kind
        assert not own.startswith(f"{kind.__name__}("), f"{kind.__name__} has no docstring"
    assert len(set(chapter.effects)) == len(chapter.effects)


@chapters
def test_every_event_says_when_it_happened(chapter: Chapter) -> None:
    """No clock is asked; message-bearing events carry the message under one name."""
    for event in chapter.table.events:
        assert "at" in {each.name for each in dataclasses.fields(event)}, event


@chapters
def test_a_record_begins_where_its_table_begins(chapter: Chapter) -> None:
    """F1: who makes one without saying where it stands means the start."""
    starts = [
        each.default
        for kind in dataclasses_of(chapter.module)
        for each in dataclasses.fields(kind)
        if each.type is type(chapter.table.start) and each.default is not dataclasses.MISSING
    ]
    assert set(starts) <= {chapter.table.start}


@pytest.mark.parametrize("module", MODULES, ids=lambda each: each.__name__.rpartition(".")[2])
def test_what_is_not_there_is_none(module: ModuleType) -> None:
    """Never an empty text, which a flow would take for something that was told."""
    for kind in dataclasses_of(module):
        for each in dataclasses.fields(kind):
            if NoneType in get_args(each.type) and each.default is not dataclasses.MISSING:
                assert each.default is None, (kind, each.name)


@chapters
def test_every_state_is_explained(chapter: Chapter) -> None:
    """The sentence below each member stands in the page."""
    states = type(chapter.table.start)
    assert set(field_texts(states)) == {state.name for state in states}


@chapters
def test_every_event_leads_somewhere(chapter: Chapter) -> None:
    """An event that changes nothing in any state is worth nothing, but for a sign to look elsewhere."""
    moving = {event for _, event, _ in chapter.table.moves()}
    idle = {event.__name__ for event in chapter.table.events if event not in moving}
    assert idle <= {"CResBrought"}


@chapters
def test_every_wait_has_its_silence(chapter: Chapter) -> None:
    """Each limit is an event of its own, and leads on from where it is awaited."""
    table, silence = chapter.table, chapter.module.SILENCE
    timers = {event for event in table.events if issubclass(event, TimeRanOut)}
    assert set(silence.values()) == timers
    assert not set(silence) & table.final
    for (state, event), answer in table.rows.items():
        if event in timers:
            assert isinstance(answer, Go) is (silence.get(state) is event), (state, event)


@chapters
def test_the_page_shows_every_row(chapter: Chapter) -> None:
    """Moves, what is ignored, what is refused with its code, and what must never be."""
    table, text = chapter.table, section(chapter.table.name)
    for (state, event), answer in table.rows.items():
        lines = [line for line in text.splitlines() if f"| `{event.__name__}` |" in line]
        match answer:
            case Go(to=to):
                targets = ", ".join(each.value for each in to)
                assert any(f"| {state.value} |" in line and targets in line for line in lines)
            case Refuse(code=code, why=why):
                assert any(f"Erro {code.value}" in line and why in line for line in lines)
            case Ignore(why=why) | Never(why=why):
                assert any(state.value in line and why in line for line in lines)


@chapters
def test_the_page_explains_events_and_effects(chapter: Chapter) -> None:
    """No name without its meaning."""
    text = section(chapter.table.name)
    for kind in chapter.effects:
        assert f"| `{kind.__name__}` | {first_line(kind)} |" in text
    assert all(f"`{event.__name__}`" in text for event in chapter.table.events)


@tables
def test_the_diagram_has_every_move_between_states(table: Table[Enum]) -> None:
    """Drawn from the rows, so that it cannot lie; a state's way to itself is left out."""
    text = section(table.name)
    for source, event, target in table.moves():
        arrow = f"    {source.name} --> {target.name}: "
        drawn = [line for line in text.splitlines() if line.startswith(arrow)]
        assert len(drawn) == (source is not target), (source, event, target)
        assert source is target or event.__name__ in drawn[0].removeprefix(arrow).split(", ")


@tables
def test_the_diagram_has_no_other_move(table: Table[Enum]) -> None:
    """A remark that names a state draws nothing: the row itself says where it leads."""
    moves = {(source, target) for source, _, target in table.moves()}
    drawn = {(move.source, target) for move in flow_of(table).moves for target in move.targets}
    assert drawn == moves


def test_the_page_in_the_docs_says_what_the_tables_say() -> None:
    """F1: who changes a row or a limit by mistake is told here; who means it prints the page anew."""
    kept = Path(__file__).parents[4] / "docs" / "reference" / "protocol-states.md"
    assert kept.read_text() == PAGE, "stale: make docs"


def test_the_page_lists_every_time_limit() -> None:
    """Section 9, with what silence means."""
    text = section("time limits")
    assert all(f"| {limit.what}" in text and limit.then in text for limit in LIMITS)
