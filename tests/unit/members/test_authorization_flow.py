"""The state table of an authorization, as conversations and as invariants."""

from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from sekisho.issuer.members.flow.authorization import (
    FINAL,
    NEXT,
    START,
    Approved,
    Declined,
    Event,
    GiveBack,
    ReversalAsked,
    State,
    decide,
    tombstone,
)
from sekisho.issuer.members.model import (
    Answer,
    Authorization,
    CodeResult,
    ResponseCode,
    ValueResult,
)
from sekisho.testkit.playbook import Play, holes

AT = datetime(2026, 3, 1, 9, tzinfo=UTC)
YES = Answer(
    code=ResponseCode.APPROVED,
    approval_code="123456",
    value_result=ValueResult.PASSED,
    security_code_result=CodeResult.MATCH,
)
NO = Answer(
    code=ResponseCode.INSUFFICIENT_FUNDS,
    value_result=ValueResult.PASSED,
    security_code_result=CodeResult.MATCH,
)
RECEIVED = Authorization(
    authorization_id="a-1", state=START, fingerprint="f", received_at=AT, account="card:JPY",
    captured=True,
)  # fmt: skip
APPROVE = Approved(at=AT, answer=YES)
DECLINE = Declined(at=AT, answer=NO)
REVERSE = ReversalAsked(at=AT, reason="the buyer left")
BACK = GiveBack(authorization_id="a-1")


def test_the_table_is_whole() -> None:
    """Every open state answers every event; no finished state has a way out."""
    assert holes(NEXT, final=FINAL, events=[Approved, Declined, ReversalAsked]) == []
    assert not {state for state, _ in NEXT} & FINAL
    assert set(State) == {state for state, _ in NEXT} | FINAL


def test_an_approved_authorization_keeps_its_answer_and_is_captured() -> None:
    """A5: the merchant goes on to the sale; captured at once because it asked for that."""
    after = Play(decide, RECEIVED).on(APPROVE).ends(State.APPROVED).record
    assert (after.answer, after.captured, after.decided_at) == (YES, True, AT)


def test_a_declined_authorization_closes_its_place_in_the_account() -> None:
    """A charge made before a crash must not outlive the decision against it."""
    after = Play(decide, RECEIVED).on(DECLINE, BACK).ends(State.DECLINED).record
    assert not after.captured


def test_a_card_that_is_not_ours_has_no_account_to_close() -> None:
    """Nothing is posted for a number that the bank does not know."""
    Play(decide, Authorization(authorization_id="a-1", state=START, received_at=AT)).on(
        DECLINE
    ).ends(State.DECLINED)


def test_a_reversal_gives_the_money_back_once() -> None:
    """Reversing twice is reversing once."""
    (
        Play(decide, RECEIVED)
        .on(APPROVE)
        .on(REVERSE, BACK)
        .ends(State.REVERSED)
        .on(REVERSE)
        .ends(State.REVERSED)
    )


def test_the_first_of_two_racing_answers_stands() -> None:
    """Two deliveries of one request may be decided side by side."""
    play = Play(decide, RECEIVED).on(APPROVE).on(DECLINE).ends(State.APPROVED)
    assert play.record.answer == YES
    Play(decide, RECEIVED).on(DECLINE, BACK).on(APPROVE, BACK).ends(State.DECLINED)


def test_a_reversal_that_overtakes_the_answer_wins() -> None:
    """The approval that comes after it has charged the account, and is undone."""
    Play(decide, RECEIVED).on(REVERSE, BACK).on(APPROVE, BACK).ends(State.REVERSED)


def test_a_tombstone_refuses_whatever_comes_late() -> None:
    """The request that its reversal overtook finds its place taken."""
    (
        Play(decide, tombstone("a-1", REVERSE))
        .ends(State.REVERSED)
        .on(APPROVE)
        .on(DECLINE)
        .on(REVERSE)
        .ends(State.REVERSED)
    )


EVENTS: st.SearchStrategy[Event] = st.sampled_from([APPROVE, DECLINE, REVERSE])


@given(st.lists(EVENTS, max_size=8))
def test_a_reversed_authorization_never_becomes_approved(events: list[Event]) -> None:
    """Whatever arrives in whatever order, money given back stays given back."""
    record, reversed_once = RECEIVED, False
    for event in events:
        record, _ = decide(record, event)
        reversed_once = reversed_once or record.state is State.REVERSED
        assert not (reversed_once and record.state is State.APPROVED)


@given(st.lists(EVENTS, max_size=8))
def test_an_answer_once_given_never_changes(events: list[Event]) -> None:
    """A repeat of the request must hear what the first one heard."""
    record = RECEIVED
    for event in events:
        before = record.answer
        record, _ = decide(record, event)
        assert before is None or record.answer == before
