"""The form of every table: what it answers, what it refuses to answer, and what it says of itself."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import Enum

import pytest

from sekisho.kernel.errors import Misuse
from sekisho.protocol import Component, ErrorCode, Message, MessageType, ProtocolFault, Version
from sekisho.protocol.states.table import Answer, Go, Ignore, Never, Refuse, Table
from sekisho.protocol.states.table import ignored as ignored_rows
from sekisho.protocol.states.table import never as never_rows
from sekisho.protocol.states.table import refused as refused_rows
from sekisho.testkit.samples import ACS_ID, DS_ID, SERVER_ID
from tests.unit.protocol.states.transactions import rreq


class Door(Enum):
    """The states of a door."""

    SHUT = "shut"
    OPEN = "open"
    GONE = "gone"


@dataclass(frozen=True)
class Pushed:
    """Somebody pushes it."""


@dataclass(frozen=True)
class Knocked:
    """Somebody knocks, with a message perhaps."""

    message: Message | str | None = None


@dataclass(frozen=True)
class Removed:
    """Nobody ever tells a door that."""


TOO_LOUD = Refuse(ErrorCode.MESSAGE_REPEATED, "dsTransID", "it was heard")
Rows = Mapping[tuple[Door, type], Answer[Door]]
ROWS: Rows = {
    (Door.SHUT, Pushed): Go((Door.OPEN,)),
    (Door.OPEN, Pushed): Go((Door.SHUT, Door.GONE), "GONE if it was pushed too hard"),
    (Door.GONE, Pushed): Ignore("there is no door"),
    (Door.SHUT, Knocked): TOO_LOUD,
    (Door.OPEN, Knocked): Never("one walks in"),
    (Door.GONE, Knocked): Go((Door.GONE,)),
}
TABLE = Table(
    name="door",
    role=Component.ACS,
    about="A door.",
    start=Door.SHUT,
    final=frozenset({Door.GONE}),
    events=(Pushed, Knocked),
    rows=ROWS,
)


def with_rows(rows: Rows) -> Table[Door]:
    return replace(TABLE, rows=rows)


def without(*pairs: tuple[Door, type]) -> Table[Door]:
    return with_rows({pair: answer for pair, answer in ROWS.items() if pair not in pairs})


def test_a_single_way_is_taken_without_a_choice() -> None:
    """Most rows name one state."""
    assert TABLE.after(Door.SHUT, Pushed()) is Door.OPEN


def test_a_single_way_may_also_be_chosen() -> None:
    """A flow need not know how many ways a row has."""
    assert TABLE.after(Door.SHUT, Pushed(), Door.OPEN) is Door.OPEN


@pytest.mark.parametrize("choice", [Door.SHUT, Door.GONE])
def test_of_several_ways_the_chosen_one_is_taken(choice: Door) -> None:
    """What an event says decides, and the flow tells the table."""
    assert TABLE.after(Door.OPEN, Pushed(), choice) is choice


@pytest.mark.parametrize(
    ("state", "choice", "words"),
    [
        (Door.OPEN, None, "door: Pushed while open: not a way of the table: None"),
        (Door.OPEN, Door.OPEN, "door: Pushed while open: not a way of the table: Door.OPEN"),
        (Door.SHUT, Door.GONE, "door: Pushed while shut: not a way of the table: Door.GONE"),
    ],
)
def test_a_way_that_the_table_does_not_name_is_misuse(
    state: Door, choice: Door | None, words: str
) -> None:
    """Otherwise the diagrams would not say what happens."""
    with pytest.raises(Misuse) as caught:
        TABLE.after(state, Pushed(), choice)
    assert str(caught.value) == words


@pytest.mark.parametrize("choice", [None, Door.OPEN])
def test_what_is_ignored_leads_nowhere(choice: Door | None) -> None:
    """None, whatever the flow would have chosen."""
    assert TABLE.after(Door.GONE, Pushed(), choice) is None


def test_what_must_never_be_done_is_misuse_with_its_reason() -> None:
    """Whoever erred on our side reads why."""
    with pytest.raises(Misuse) as caught:
        TABLE.after(Door.OPEN, Knocked())
    assert str(caught.value) == "door: Knocked while open: one walks in"


def test_an_event_of_another_table_is_misuse() -> None:
    """Nothing is guessed."""
    with pytest.raises(Misuse) as caught:
        TABLE.after(Door.SHUT, Removed())
    assert str(caught.value) == "door: Removed while shut: the table has no such row"


def test_a_refusal_carries_what_an_erro_needs_of_the_message() -> None:
    """The peer learns of which transaction, and of which message, we speak."""
    with pytest.raises(ProtocolFault) as caught:
        TABLE.after(Door.SHUT, Knocked(rreq("Y", Version.V231)))
    fault = caught.value
    assert (fault.error_code, fault.error_detail) == (ErrorCode.MESSAGE_REPEATED, "dsTransID")
    assert (fault.message_type, fault.version) == (MessageType.RREQ, "2.3.1")
    assert fault.ids == {
        "threeDSServerTransID": SERVER_ID,
        "dsTransID": DS_ID,
        "acsTransID": ACS_ID,
    }


@pytest.mark.parametrize("message", [None, "RReq"])
def test_a_refusal_without_a_message_still_says_what_it_refuses(message: str | None) -> None:
    """Events about messages that could not be read have none."""
    with pytest.raises(ProtocolFault) as caught:
        TABLE.after(Door.SHUT, Knocked(message))
    fault = caught.value
    assert (fault.error_code, fault.error_detail) == (ErrorCode.MESSAGE_REPEATED, "dsTransID")
    assert (fault.message_type, fault.version, fault.ids) == (None, None, {})


def test_the_moves_are_every_single_way() -> None:
    """Rows that lead nowhere have none; a row with two states has two."""
    assert list(TABLE.moves()) == [
        (Door.SHUT, Pushed, Door.OPEN),
        (Door.OPEN, Pushed, Door.SHUT),
        (Door.OPEN, Pushed, Door.GONE),
        (Door.GONE, Knocked, Door.GONE),
    ]


def test_a_whole_table_has_no_flaws() -> None:
    """Every state and event has an answer, every state is reached, and each leads to an end."""
    assert TABLE.flaws() == []


def test_missing_answers_are_named_in_order() -> None:
    """Whoever adds an event sees what is to be answered."""
    flaws = without((Door.SHUT, Knocked), (Door.GONE, Knocked), (Door.GONE, Pushed)).flaws()
    assert flaws == [
        "no answer: Knocked while GONE",
        "no answer: Knocked while SHUT",
        "no answer: Pushed while GONE",
    ]


def test_rows_of_unknown_events_are_named() -> None:
    """An event that is not listed can never come."""
    flaws = with_rows({**ROWS, (Door.OPEN, Removed): Ignore("-")}).flaws()
    assert flaws == ["no such event: Removed while OPEN"]


def test_a_final_state_that_is_left_is_named() -> None:
    """What has ended stays ended; to stay is no way out."""
    flaws = with_rows({**ROWS, (Door.GONE, Pushed): Go((Door.GONE, Door.SHUT))}).flaws()
    assert flaws == ["a final state is left: GONE by Pushed"]


def test_a_state_that_is_never_reached_is_named() -> None:
    """It would stand in the docs and never happen."""
    rows = {**ROWS, (Door.SHUT, Pushed): Go((Door.GONE,))}
    assert with_rows(rows).flaws() == ["never reached: OPEN"]


def test_a_state_is_reached_over_others() -> None:
    """GONE is two steps from the start, and the start is reached by being there."""
    rows = {**ROWS, (Door.OPEN, Pushed): Go((Door.GONE,))}
    assert with_rows(rows).flaws() == []


def test_a_state_without_a_way_to_an_end_is_named() -> None:
    """A record there would wait for ever."""
    flaws = with_rows({**ROWS, (Door.OPEN, Pushed): Go((Door.SHUT,))}).flaws()
    assert flaws == [
        "never reached: GONE",
        "no way to an end: SHUT",
        "no way to an end: OPEN",
    ]


@pytest.mark.parametrize(
    ("rows", "answer"),
    [
        (ignored_rows(Door, iter((Pushed, Knocked)), "late"), Ignore("late")),
        (never_rows(Door, iter((Pushed, Knocked)), "ours"), Never("ours")),
        (refused_rows(Door, iter((Pushed, Knocked)), TOO_LOUD), TOO_LOUD),
    ],
    ids=["ignored", "never", "refused"],
)
def test_rows_of_one_answer_are_every_state_with_every_event(
    rows: Rows, answer: Answer[Door]
) -> None:
    """Also where the events are given as an iterator, which can be walked once only."""
    assert rows == {(state, event): answer for state in Door for event in (Pushed, Knocked)}
