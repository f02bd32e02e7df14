"""The state tables of authentication and challenge, as conversations and as invariants."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sekisho.issuer.acs.flow import authentication as flow
from sekisho.issuer.acs.flow import challenge as in_challenge
from sekisho.issuer.acs.flow.authentication import (
    Answered,
    Challenged,
    ChallengeEnded,
    RememberDevice,
    ResultAcknowledged,
    ResultRefused,
    ResultSent,
    ResultUndelivered,
    SendResult,
    Silenced,
)
from sekisho.issuer.acs.flow.challenge import (
    Cancelled,
    CardLocked,
    CodeEntered,
    CodeNotSent,
    CodeRequested,
    DeliverCode,
    EndTurn,
    MessageFaulted,
    NewCode,
    PageRequested,
    Proceeded,
    TimeRanOut,
)
from sekisho.issuer.acs.model import (
    Authentication,
    AuthenticationState,
    Challenge,
    ChallengeKind,
    ChallengeState,
    Ending,
    MessageChannel,
    Notice,
    OneTimeCode,
    Purchase,
    Result,
)
from sekisho.kernel.effects import Later
from sekisho.kernel.errors import OutOfTurn
from sekisho.kernel.money import Amount
from sekisho.testkit.playbook import Play, holes

NOW = datetime(2026, 3, 1, 9, tzinfo=UTC)
SOON = NOW + timedelta(seconds=10)
FIRST_CREQ = NOW + timedelta(seconds=30)
PAGE_END = SOON + timedelta(minutes=10)
LATER = SOON + timedelta(minutes=2)
LATER_END = LATER + timedelta(minutes=10)

PURCHASE = Purchase(
    merchant_name="Tea and Tins",
    amount=Amount(minor=14500, currency="JPY"),
    made_at=NOW,
    bank_name="Sekisho Bank",
    card_id="card-1",
    card_name="Sandbox Visa",
    masked_number="•••• 0072",
    personal_message="桜の下で",
    phone_masked="•••-5678",
    email_masked="t•••@example.jp",
    card_language="ja",
)
WAITING = Challenge(
    state=ChallengeState.AWAITING_CREQ,
    kind=ChallengeKind.ONE_TIME_CODE,
    purchase=PURCHASE,
    notification_url="https://pay.example/n",
    requestor_url="https://shop.example/",
    language="ja",
    user_agent="agent",
    until=FIRST_CREQ,
    attempts_left=3,
    codes_left=3,
)
BY_ITSELF = replace(WAITING, kind=ChallengeKind.PASSES_BY_ITSELF)
FRESH = Authentication(
    id="acs-1",
    server_trans_id="server-1",
    ds_trans_id="ds-1",
    ds_url="https://localhost/3ds",
    state=AuthenticationState.ASKED,
    version="2.2.0",
    channel="02",
    category="01",
    brand="visa",
    asked_at=NOW,
    body_mac="body",
    card_key="card",
    masked_number="•••• 0072",
)


def code(number: int, at: datetime = SOON) -> NewCode:
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
    return DeliverCode(
        message_id=f"message-{number}", channel=MessageChannel.SMS, sealed=f"sealed-{number}"
    )


OPENED = PageRequested(
    at=SOON, until=PAGE_END, window_size="02", session_data="abc", new_code=code(1)
)
OPENED_BY_ITSELF = replace(OPENED, new_code=None)


def entered(digest: str, at: datetime = LATER) -> CodeEntered:
    return CodeEntered(at=at, until=at + timedelta(minutes=10), digest=digest)


def asking() -> Play[Challenge]:
    """Come to the page."""
    play: Play[Challenge] = Play(in_challenge.decide, WAITING)
    return play.on(OPENED, delivery(1), Later(PAGE_END, EndTurn(turn=1)))


def timer(turn: int, until: datetime = LATER_END) -> Later:
    return Later(until, EndTurn(turn=turn))


def test_the_challenge_table_is_whole() -> None:
    """What an unopened challenge refuses is refused on purpose: nothing was shown yet."""
    assert set(holes(in_challenge.NEXT, final=in_challenge.FINAL, events=in_challenge.EVENTS)) == {
        (ChallengeState.AWAITING_CREQ, event)
        for event in (CodeEntered, CodeRequested, CodeNotSent, Proceeded, Cancelled, CardLocked)
    }


def test_the_authentication_table_is_whole() -> None:
    """Every pair left out is one that would be our own mistake."""
    decisions = {Answered, Silenced, Challenged}
    answers = {ResultSent, ResultAcknowledged, ResultRefused, ResultUndelivered}
    assert set(holes(flow.NEXT, final=flow.FINAL, events=flow.EVENTS)) == (
        {(AuthenticationState.ASKED, event) for event in {ChallengeEnded, *answers}}
        | {(AuthenticationState.CHALLENGED, event) for event in decisions | answers}
        | {(AuthenticationState.RESULT_OWED, event) for event in {ChallengeEnded, *decisions}}
    )


def test_every_ending_has_its_state_and_its_result() -> None:
    """No challenge can end without something to report."""
    assert set(flow.RESULTS) == set(in_challenge.ENDS) == set(Ending)
    assert set(in_challenge.ENDS.values()) == in_challenge.FINAL


def test_the_right_code_passes() -> None:
    """D4: the plain way."""
    asking().on(entered("right-1")).ends(ChallengeState.PASSED)


def test_three_wrong_codes_fail_the_challenge() -> None:
    """The last attempt ends it, and the right code afterwards changes nothing."""
    (
        asking()
        .on(entered("wrong"), timer(2))
        .on(entered("wrong"), timer(3))
        .on(entered("wrong"))
        .ends(ChallengeState.FAILED)
        .on(entered("right-1"))
        .ends(ChallengeState.FAILED)
    )


def test_a_hundred_equal_guesses_count_as_a_hundred() -> None:
    """Attack 20: equal guesses on one page are judged one by one; three are all there are."""
    play: Play[Challenge] = asking()
    for _ in range(3):
        play = play.after(entered("wrong"), *((Later,) if play.record.attempts_left > 1 else ()))
    for _ in range(97):
        play.on(entered("wrong"))
    assert play.record.attempts_made == 3


def test_an_old_code_is_a_wrong_code() -> None:
    """Five minutes; whoever guesses must not learn that it once was right."""
    at = SOON + timedelta(minutes=5)
    play = asking().on(entered("right-1", at), timer(2, at + timedelta(minutes=10)))
    assert play.record.notice is Notice.WRONG_CODE


def test_a_new_code_replaces_the_old_and_keeps_the_attempts() -> None:
    """Attack 20: a resend does not reset the attempts."""
    again = CodeRequested(at=LATER, until=LATER_END, turn=2, new_code=code(2, LATER))
    play = (
        asking()
        .on(entered("wrong"), timer(2))
        .on(again, delivery(2), timer(3))
        .on(entered("right-1"), timer(4))
    )
    assert play.record.attempts_left == 1
    play.on(entered("right-2")).ends(ChallengeState.PASSED)


def test_a_button_of_an_old_page_sends_nothing() -> None:
    """A second tab, or a button pressed twice."""
    again = CodeRequested(at=LATER, until=LATER_END, turn=1, new_code=code(2, LATER))
    asking().on(again, delivery(2), timer(2)).on(again)


def test_a_code_asked_for_too_soon_is_not_sent() -> None:
    """Half a minute lies between two messages."""
    at = SOON + timedelta(seconds=29)
    again = CodeRequested(at=at, until=LATER_END, turn=1, new_code=code(2, at))
    assert asking().on(again).record.notice is Notice.TOO_SOON


def test_no_more_codes_are_sent_than_allowed() -> None:
    """Nobody's phone is flooded."""
    play = asking()
    for number, turn in ((2, 1), (3, 2)):
        at = LATER + timedelta(minutes=turn)
        again = CodeRequested(at=at, until=LATER_END, turn=turn, new_code=code(number, at))
        play = play.after(again, DeliverCode, Later)
    at = LATER + timedelta(minutes=5)
    play.on(CodeRequested(at=at, until=LATER_END, turn=3, new_code=code(4, at)))
    assert play.record.notice is Notice.NO_MORE_CODES


def test_a_code_that_was_not_sent_can_be_asked_for_at_once() -> None:
    """The page says so and offers another, but only for the code that counts."""
    play = asking().on(CodeNotSent(at=SOON, message_id="message-0"))
    assert play.record.notice is None
    play = play.on(CodeNotSent(at=SOON, message_id="message-1"))
    assert play.record.notice is Notice.NOT_SENT
    again = CodeRequested(at=SOON, until=PAGE_END, turn=1, new_code=code(2))
    play.on(again, delivery(2), timer(2, PAGE_END))


def test_a_code_cannot_be_passed_by_pressing_continue() -> None:
    """The button belongs to pages that ask nothing."""
    asking().refuses(Proceeded(at=LATER), OutOfTurn)


@pytest.mark.parametrize(
    ("kind", "state"),
    [
        (ChallengeKind.PASSES_BY_ITSELF, ChallengeState.PASSED),
        (ChallengeKind.FAILS_BY_ITSELF, ChallengeState.FAILED),
    ],
)
def test_a_challenge_goes_by_itself_the_way_it_is_set(
    kind: ChallengeKind, state: ChallengeState
) -> None:
    """F4."""
    play: Play[Challenge] = Play(in_challenge.decide, replace(WAITING, kind=kind))
    (
        play.on(OPENED_BY_ITSELF, Later(PAGE_END, EndTurn(turn=1)))
        .refuses(entered("right-1"), OutOfTurn)
        .refuses(CodeRequested(at=LATER, until=LATER_END, turn=1, new_code=code(2)), OutOfTurn)
        .on(CodeNotSent(at=LATER, message_id="message-1"))
        .on(Proceeded(at=LATER))
        .ends(state)
    )


def test_cancelling_ends_the_challenge() -> None:
    """D3."""
    asking().on(Cancelled(at=LATER)).ends(ChallengeState.CANCELLED)


def test_a_locked_card_ends_the_challenge() -> None:
    """Attack 19."""
    play = asking().on(CardLocked(at=LATER)).ends(ChallengeState.FAILED)
    assert play.record.ending is Ending.LOCKED


def test_a_browser_that_never_comes_times_out() -> None:
    """Section 9: 30 seconds to the first CReq."""
    play: Play[Challenge] = Play(in_challenge.decide, WAITING)
    play.on(TimeRanOut(at=FIRST_CREQ, turn=0)).ends(ChallengeState.TIMED_OUT)
    assert play.record.ending is Ending.NEVER_OPENED


def test_the_clock_counts_and_not_the_timer() -> None:
    """A CReq at second 30 is late, even if the timer's message has not arrived yet."""
    play: Play[Challenge] = Play(in_challenge.decide, WAITING)
    play.on(replace(OPENED, at=FIRST_CREQ)).ends(ChallengeState.TIMED_OUT)
    asking().on(entered("right-1", PAGE_END)).ends(ChallengeState.TIMED_OUT)


def test_a_timer_of_an_earlier_page_means_nothing() -> None:
    """Whatever the cardholder does begins another ten minutes."""
    (
        asking()
        .on(entered("wrong"), timer(2))
        .on(TimeRanOut(at=PAGE_END, turn=1))
        .ends(ChallengeState.ASKING)
        .on(TimeRanOut(at=LATER_END, turn=2))
        .ends(ChallengeState.TIMED_OUT)
    )


def test_a_reload_changes_nothing() -> None:
    """A second CReq is taken without a second code or a longer wait (2.2)."""
    play = asking()
    before = play.record
    assert play.on(replace(OPENED, at=LATER, new_code=code(2))).record is before


def test_a_faulty_creq_ends_only_what_has_not_begun() -> None:
    """Attack 1: rubbish under known ids must not end a challenge under way."""
    faulted = MessageFaulted(at=SOON, erro="{}")
    play: Play[Challenge] = Play(in_challenge.decide, WAITING)
    play.on(faulted).ends(ChallengeState.ERRORED)
    asking().on(faulted).ends(ChallengeState.ASKING)


def challenged(challenge: Challenge = WAITING, **changes: object) -> Play[Authentication]:
    """Come to an open challenge."""
    record = replace(FRESH, **changes)  # type: ignore[arg-type]  # fields by name
    play: Play[Authentication] = Play(flow.decide, record)
    event = Challenged(
        at=NOW, ares="{}", reasons=(), challenge=challenge, sealed_number="sealed number"
    )
    return play.on(event, Later(FIRST_CREQ, EndTurn(turn=0)))


def test_a_frictionless_answer_is_the_last_word() -> None:
    """A3."""
    play: Play[Authentication] = Play(flow.decide, FRESH)
    play.on(Answered(at=NOW, ares="{}", trans_status="Y", reasons=()))
    play.ends(AuthenticationState.ANSWERED)


def test_silence_is_kept() -> None:
    """F4."""
    play: Play[Authentication] = Play(flow.decide, FRESH)
    play.on(Silenced(at=NOW, reasons=())).ends(AuthenticationState.SILENT)


def test_a_passed_challenge_owes_its_result_and_teaches_the_device() -> None:
    """Only success teaches: attempts must not poison what is known."""
    play = (
        challenged(device_id="device")
        .after(OPENED, DeliverCode, Later)
        .on(
            entered("right-1"),
            SendResult(),
            RememberDevice(card_key="card", device_id="device"),
        )
        .ends(AuthenticationState.RESULT_OWED)
    )
    assert play.record.result == Result(trans_status="Y")
    assert play.record.sealed_number is not None
    play.on(ResultAcknowledged(at=LATER)).ends(AuthenticationState.RESULT_TAKEN)
    assert play.record.sealed_number is None


def test_a_failed_challenge_teaches_nothing_and_forgets_the_number() -> None:
    """The card number is needed for the authentication value and for nothing else."""
    play = challenged(device_id="device").after(OPENED, DeliverCode, Later)
    play.on(Cancelled(at=LATER), SendResult())
    assert play.record.sealed_number is None


@pytest.mark.parametrize(
    ("version", "reason"), [("2.1.0", "07"), ("2.2.0", "22")], ids=["2.1.0", "2.2.0"]
)
def test_a_faulty_creq_is_reported_in_words_of_its_version(version: str, reason: str) -> None:
    """2.1.0 has no reason 22."""
    play = challenged(version=version).on(MessageFaulted(at=SOON, erro="{}"), SendResult())
    assert play.record.result == Result(trans_status="U", reason=reason, challenge_cancel="06")


def test_a_result_is_tried_again_for_a_while() -> None:
    """Section 9: every ten seconds; then nobody waits any more."""
    again_at = LATER + timedelta(seconds=10)
    lost = ResultUndelivered(at=LATER, again_at=again_at, attempts_most=3)
    sent = ResultSent(at=LATER)
    (
        challenged()
        .after(OPENED, DeliverCode, Later)
        .on(Cancelled(at=LATER), SendResult())
        .on(sent)
        .on(lost, Later(again_at, SendResult()))
        .on(sent)
        .on(lost, Later(again_at, SendResult()))
        .on(sent)
        .on(lost)
        .ends(AuthenticationState.RESULT_LOST)
        .on(ResultAcknowledged(at=LATER))
        .ends(AuthenticationState.RESULT_LOST)
    )


def test_a_refused_result_is_settled() -> None:
    """The Directory Server knows better: it is not asked again."""
    play = challenged().after(OPENED, DeliverCode, Later).on(Cancelled(at=LATER), SendResult())
    play.on(ResultRefused(at=LATER)).ends(AuthenticationState.RESULT_REFUSED)


def test_what_was_answered_has_no_challenge() -> None:
    """A3: a page for a frictionless authentication is refused."""
    play: Play[Authentication] = Play(flow.decide, FRESH)
    play.on(Answered(at=NOW, ares="{}", trans_status="Y", reasons=()))
    play.refuses(OPENED, OutOfTurn)


def test_results_need_a_challenge() -> None:
    """A result out of nothing is our mistake."""
    play: Play[Authentication] = Play(flow.decide, FRESH)
    play.refuses(ResultAcknowledged(at=NOW), OutOfTurn)


MINUTES = st.integers(0, 30).map(lambda minutes: NOW + timedelta(seconds=20 * minutes))
ANYTHING = st.one_of(
    st.builds(lambda at: replace(OPENED, at=at, until=at + timedelta(minutes=10)), MINUTES),
    st.builds(entered, st.sampled_from(("right-1", "right-2", "wrong")), MINUTES),
    st.builds(
        lambda at, turn: CodeRequested(
            at=at, until=at + timedelta(minutes=10), turn=turn, new_code=code(2, at)
        ),
        MINUTES,
        st.integers(0, 5),
    ),
    st.builds(
        CodeNotSent, at=MINUTES, message_id=st.sampled_from(("message-1", "message-2", "other"))
    ),
    st.builds(Proceeded, at=MINUTES),
    st.builds(Cancelled, at=MINUTES),
    st.builds(CardLocked, at=MINUTES),
    st.builds(MessageFaulted, at=MINUTES, erro=st.just("{}")),
    st.builds(TimeRanOut, at=MINUTES, turn=st.integers(0, 5)),
    st.builds(ResultSent, at=MINUTES),
    st.builds(ResultAcknowledged, at=MINUTES),
    st.builds(ResultRefused, at=MINUTES),
    st.builds(ResultUndelivered, at=MINUTES, again_at=MINUTES, attempts_most=st.just(3)),
)


@given(st.sampled_from(list(ChallengeKind)), st.lists(ANYTHING, max_size=25))
def test_whatever_happens_there_is_one_result_and_attempts_never_grow(
    kind: ChallengeKind, events: list[flow.Event]
) -> None:
    """Never two results, in whatever order a network and a person bring their news."""
    record = challenged(replace(WAITING, kind=kind)).record
    decided_results = 0
    for event in events:
        try:
            after, effects = flow.decide(record, event)
        except OutOfTurn:
            continue
        assert record.challenge is not None
        assert after.challenge is not None
        assert after.challenge.attempts_left <= record.challenge.attempts_left
        assert after.challenge.turn >= record.challenge.turn
        if record.result is not None:
            assert after.result == record.result
        if not isinstance(event, ResultUndelivered):
            decided_results += effects.count(SendResult())
        assert decided_results == (after.result is not None)
        assert (after.result is not None) == (after.challenge.ending is not None)
        record = after


@given(st.lists(ANYTHING, max_size=25))
def test_only_the_right_code_passes_a_challenge_that_asks_for_one(
    events: list[flow.Event],
) -> None:
    """Whatever else is pressed or posted, a Y has a right and timely code before it."""
    record = challenged().record
    for event in events:
        try:
            after, _ = flow.decide(record, event)
        except OutOfTurn:
            continue
        if after.trans_status == "Y" and record.trans_status != "Y":
            assert isinstance(event, CodeEntered)
            assert record.challenge is not None
            assert record.challenge.code is not None
            assert event.digest == record.challenge.code.digest
            assert event.at < record.challenge.code.good_until
        record = after
