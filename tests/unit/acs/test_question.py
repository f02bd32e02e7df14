"""A question as a conversation: answers, attempts, codes; neither browser nor app is known here."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sekisho.issuer.acs.flow import question as flow
from sekisho.issuer.acs.flow.question import (
    Began,
    CardLocked,
    CodeEntered,
    CodeNotSent,
    CodeRequested,
    DeliverCode,
    NewCode,
    Proceeded,
)
from sekisho.issuer.acs.model import (
    ChallengeKind,
    Ending,
    MessageChannel,
    Notice,
    OneTimeCode,
    Question,
)
from sekisho.kernel.errors import OutOfTurn
from sekisho.testkit.playbook import Play

NOW = datetime(2026, 3, 1, 9, tzinfo=UTC)
SOON = NOW + timedelta(seconds=10)
LATER = SOON + timedelta(minutes=2)
FRESH = Question(kind=ChallengeKind.ONE_TIME_CODE, attempts_left=3, codes_left=3)


def code(number: int, at: datetime = SOON) -> NewCode:
    """Make a code whose digest says which it is."""
    return NewCode(
        code=OneTimeCode(
            digest=f"right-{number}",
            message_id=f"message-{number}",
            channel=MessageChannel.SMS,
            good_until=at + timedelta(minutes=5),
            again_from=at + timedelta(seconds=30),
        ),
        sealed=f"sealed-{number}",
    )


def delivery(number: int) -> DeliverCode:
    """What brings a code to the cardholder."""
    return DeliverCode(
        message_id=f"message-{number}", channel=MessageChannel.SMS, sealed=f"sealed-{number}"
    )


def entered(digest: str, at: datetime = LATER) -> CodeEntered:
    """A code is typed."""
    return CodeEntered(at=at, digest=digest)


def again(turn: int, number: int = 2, at: datetime = LATER) -> CodeRequested:
    """Another code is asked for, on the page of that turn."""
    return CodeRequested(at=at, turn=turn, new_code=code(number, at))


def asking() -> Play[Question]:
    """The question was put, and its first code sent."""
    play: Play[Question] = Play(flow.decide, FRESH)
    return play.on(Began(at=SOON, prepared=code(1)), delivery(1))


def ends(play: Play[Question], ending: Ending | None) -> Play[Question]:
    """Hold the question's end against what it should be."""
    assert play.record.ending is ending
    return play


def test_the_right_code_passes() -> None:
    """D4: the plain way."""
    ends(asking().on(entered("right-1")), Ending.PASSED)


def test_three_wrong_codes_end_the_question() -> None:
    """The last attempt ends it, and the right code afterwards changes nothing."""
    play = ends(asking().on(entered("wrong")).on(entered("wrong")), None)
    assert play.record.attempts_left == 1
    ends(play.on(entered("wrong")), Ending.WRONG_ANSWERS)
    ends(play.on(entered("right-1")), Ending.WRONG_ANSWERS)


def test_a_hundred_equal_guesses_count_as_a_hundred() -> None:
    """Attack 20: equal guesses on one page are judged one by one; three are all there are."""
    play = asking()
    for _ in range(100):
        play.on(entered("wrong"))
    assert play.record.attempts_made == 3


def test_an_old_code_is_a_wrong_code() -> None:
    """Five minutes; whoever guesses must not learn that it once was right."""
    play = asking().on(entered("right-1", SOON + timedelta(minutes=5)))
    assert play.record.notice is Notice.WRONG_ANSWER


def test_a_new_code_replaces_the_old_and_keeps_the_attempts() -> None:
    """Attack 20: a resend does not reset the attempts."""
    play = asking().on(entered("wrong")).on(again(2), delivery(2)).on(entered("right-1"))
    assert play.record.attempts_left == 1
    ends(play.on(entered("right-2")), Ending.PASSED)


def test_a_button_of_an_old_page_sends_nothing() -> None:
    """A second tab, or a button pressed twice."""
    asking().on(again(1), delivery(2)).on(again(1))


def test_a_code_asked_for_too_soon_is_not_sent() -> None:
    """Half a minute lies between two messages."""
    play = asking().on(again(1, at=SOON + timedelta(seconds=29)))
    assert play.record.notice is Notice.TOO_SOON


def test_no_more_codes_are_sent_than_allowed() -> None:
    """Nobody's phone is flooded."""
    play = asking()
    for number, turn in ((2, 1), (3, 2)):
        play.on(again(turn, number, LATER + timedelta(minutes=turn)), delivery(number))
    play.on(again(3, 4, LATER + timedelta(minutes=5)))
    assert play.record.notice is Notice.NO_MORE_CODES


def test_a_code_that_was_not_sent_can_be_asked_for_at_once() -> None:
    """The page says so and offers another, but only for the code that counts."""
    play = asking().on(CodeNotSent(at=SOON, message_id="message-0"))
    assert play.record.notice is None
    play = play.on(CodeNotSent(at=SOON, message_id="message-1"))
    assert play.record.notice is Notice.NOT_SENT
    play.on(again(1, at=SOON), delivery(2))


def test_a_code_cannot_be_passed_by_pressing_continue() -> None:
    """The button belongs to pages that ask nothing."""
    asking().refuses(Proceeded(at=LATER), OutOfTurn)


@pytest.mark.parametrize(
    ("kind", "ending"),
    [
        (ChallengeKind.PASSES_BY_ITSELF, Ending.PASSED),
        (ChallengeKind.FAILS_BY_ITSELF, Ending.WRONG_ANSWERS),
    ],
)
def test_a_question_goes_by_itself_the_way_it_is_set(kind: ChallengeKind, ending: Ending) -> None:
    """F4."""
    play: Play[Question] = Play(flow.decide, replace(FRESH, kind=kind))
    play.on(Began(at=SOON)).refuses(entered("right-1"), OutOfTurn).refuses(again(1), OutOfTurn)
    play.on(CodeNotSent(at=LATER, message_id="message-1")).on(Proceeded(at=LATER))
    ends(play, ending)


def test_a_locked_card_ends_the_question() -> None:
    """Attack 19."""
    ends(asking().on(CardLocked(at=LATER)), Ending.LOCKED)


def test_a_question_is_put_once() -> None:
    """A reload sends no second code."""
    play = asking()
    before = play.record
    assert play.on(Began(at=LATER, prepared=code(2))).record is before


MOMENTS = st.integers(0, 30).map(lambda number: NOW + timedelta(seconds=20 * number))
ANYTHING = st.one_of(
    st.builds(lambda at: Began(at=at, prepared=code(1, at)), MOMENTS),
    st.builds(entered, st.sampled_from(("right-1", "right-2", "wrong")), MOMENTS),
    st.builds(again, st.integers(0, 5), st.just(2), MOMENTS),
    st.builds(
        CodeNotSent, at=MOMENTS, message_id=st.sampled_from(("message-1", "message-2", "other"))
    ),
    st.builds(Proceeded, at=MOMENTS),
    st.builds(CardLocked, at=MOMENTS),
)


@given(st.sampled_from(list(ChallengeKind)), st.lists(ANYTHING, max_size=25))
def test_whatever_happens_attempts_never_grow_and_an_end_stands(
    kind: ChallengeKind, events: list[flow.Event]
) -> None:
    """In whatever order a network and a person bring their news."""
    question = replace(FRESH, kind=kind)
    for event in events:
        try:
            after, _ = flow.decide(question, event)
        except OutOfTurn:
            continue
        assert after.attempts_left <= question.attempts_left
        assert after.turn >= question.turn
        if question.ending is not None:
            assert after is question
        question = after


@given(st.lists(ANYTHING, max_size=25))
def test_only_the_right_code_passes_a_question_that_asks_for_one(events: list[flow.Event]) -> None:
    """Whatever else is pressed or posted, a pass has a right and timely code before it."""
    question = FRESH
    for event in events:
        try:
            after, _ = flow.decide(question, event)
        except OutOfTurn:
            continue
        if after.ending is Ending.PASSED and question.ending is None:
            assert isinstance(event, CodeEntered)
            assert question.code is not None
            assert event.digest == question.code.digest
            assert event.at < question.code.good_until
        question = after
