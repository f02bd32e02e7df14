"""The 3DS Server's authentication, told as conversations."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sekisho.acquirer.server.flow import (
    EVENTS,
    FINAL,
    NEXT,
    START,
    AlreadyAsked,
    Answered,
    Asked,
    Challenged,
    Complain,
    EndStage,
    Event,
    OtherCard,
    ResultRefused,
    ResultReported,
    TimeRanOut,
    Unanswered,
    decide,
    prepare,
)
from sekisho.acquirer.server.model import Authentication, State
from sekisho.kernel.effects import Later
from sekisho.kernel.errors import OutOfTurn, TheyErred
from sekisho.testkit.playbook import Play, holes

NOW = datetime(2026, 4, 1, 12, tzinfo=UTC)
SOON = NOW + timedelta(seconds=15)
LATER = NOW + timedelta(hours=1)
MUCH_LATER = NOW + timedelta(days=7)

PREPARED, _ = prepare(
    id="8a880dc0-d2d2-4067-bcb1-b08d1690b26e",
    owner="gateway",
    at=NOW,
    masked_number="•••• •••• •••• 0003",
    number_mac="card",
    until=LATER,
)
ASKED = Asked(
    at=NOW,
    body_mac="body",
    number_mac="card",
    masked_number="•••• •••• •••• 0003",
    version="2.2.0",
    channel="02",
    category="01",
    sdk_trans_id=None,
    until=SOON,
)
ANSWERED = Answered(
    at=NOW,
    ares='{"transStatus":"Y"}',
    trans_status="Y",
    acs_trans_id="acs",
    ds_trans_id="ds",
    keep_until=MUCH_LATER,
)
CHALLENGED = Challenged(
    at=NOW,
    ares='{"transStatus":"C"}',
    trans_status="C",
    acs_trans_id="acs",
    ds_trans_id="ds",
    result_until=LATER,
)
UNANSWERED = Unanswered(at=NOW, erro='{"errorCode":"402"}')
RESULT = ResultReported(
    at=SOON,
    rreq='{"transStatus":"Y"}',
    trans_status="Y",
    acs_trans_id="acs",
    ds_trans_id="ds",
    sdk_trans_id=None,
    keep_until=MUCH_LATER,
)


def rings(stage: State, at: datetime = LATER) -> TimeRanOut:
    return TimeRanOut(at=at, stage=stage)


def test_a_frictionless_answer_ends_it_and_is_forgotten_in_time() -> None:
    """A3: the ARes is the result; the authentication value in it does not stay for ever."""
    play = (
        Play(decide, PREPARED)
        .on(ASKED, Later(SOON, EndStage(stage=State.ASKED)))
        .on(ANSWERED, Later(MUCH_LATER, EndStage(stage=State.ANSWERED)))
        .ends(State.ANSWERED)
    )
    assert play.record.trans_status == "Y"
    assert play.record.answer == ANSWERED.ares
    play.on(rings(State.ANSWERED, MUCH_LATER)).ends(State.PURGED)
    assert play.record.answer is None


def test_a_challenge_waits_for_its_one_result() -> None:
    """A4: what the bank found out by its challenge arrives in the RReq."""
    play = (
        Play(decide, PREPARED)
        .after(ASKED, Later)
        .on(CHALLENGED, Later(LATER, EndStage(stage=State.CHALLENGE)))
        .ends(State.CHALLENGE)
        .on(RESULT, Later(MUCH_LATER, EndStage(stage=State.RESULT)))
        .ends(State.RESULT)
    )
    assert play.record.result == RESULT.rreq
    play.on(rings(State.RESULT, MUCH_LATER)).ends(State.PURGED)
    assert play.record.result is None
    assert play.record.answer is None


def test_a_preparation_that_nobody_uses_expires() -> None:
    """A forgotten cart leaves nothing open, and its id cannot be used any more."""
    Play(decide, PREPARED).on(rings(State.PREPARED)).ends(State.EXPIRED).refuses(ASKED, OutOfTurn)


def test_a_process_that_dies_while_asking_leaves_a_failure() -> None:
    """Whether the ACS acted is not known, so nobody may rely on it (A5)."""
    Play(decide, PREPARED).after(ASKED, Later).on(rings(State.ASKED)).ends(State.FAILED).on(
        ANSWERED
    ).ends(State.FAILED)


def test_silence_is_kept_as_the_answer() -> None:
    """A repeated question gets the same Erro."""
    play = Play(decide, PREPARED).after(ASKED, Later).on(UNANSWERED).ends(State.FAILED)
    assert play.record.answer == UNANSWERED.erro


def test_an_answer_that_breaks_a_rule_is_complained_about() -> None:
    """The Directory Server is told what the requestor is told (protocol.md section 8)."""
    broken = replace(UNANSWERED, complain=True)
    Play(decide, PREPARED).after(ASKED, Later).on(broken, Complain(erro=broken.erro)).ends(
        State.FAILED
    )


def test_a_result_that_never_comes_leaves_the_challenge_unresolved() -> None:
    """A5: without a result there is no authentication."""
    (
        Play(decide, PREPARED)
        .after(ASKED, Later)
        .after(CHALLENGED, Later)
        .on(rings(State.CHALLENGE))
        .ends(State.UNRESOLVED)
        .refuses(RESULT, ResultRefused)
    )


def test_a_timer_of_a_stage_that_was_left_does_nothing() -> None:
    """Timers are not called off; they find out by themselves that they came too late."""
    (
        Play(decide, PREPARED)
        .after(ASKED, Later)
        .on(rings(State.PREPARED))
        .after(CHALLENGED, Later)
        .on(rings(State.PREPARED))
        .on(rings(State.ASKED))
        .after(RESULT, Later)
        .on(rings(State.CHALLENGE))
        .ends(State.RESULT)
    )


def test_the_card_cannot_be_changed_between_preparation_and_question() -> None:
    """What /preauth said of one card's range must not be used for another's."""
    Play(decide, PREPARED).refuses(replace(ASKED, number_mac="other"), OtherCard)


def test_asking_twice_is_refused() -> None:
    """One transaction id stands for one AReq."""
    Play(decide, PREPARED).after(ASKED, Later).refuses(ASKED, AlreadyAsked)


def test_a_second_result_is_refused_as_a_repetition() -> None:
    """F1: 2.3.1 has a code of its own for what earlier versions call an unknown id (301)."""
    done = (
        Play(decide, PREPARED)
        .after(ASKED, Later)
        .after(CHALLENGED, Later)
        .after(RESULT, Later)
        .record
    )
    with pytest.raises(ResultRefused) as refusal:
        decide(done, replace(RESULT, trans_status="N"))
    assert refusal.value.code == "312"


def test_a_result_without_a_challenge_is_refused() -> None:
    """An issuer's no without a challenge cannot be turned into a yes afterwards."""
    answered = Play(decide, PREPARED).after(ASKED, Later).after(ANSWERED, Later).record
    with pytest.raises(ResultRefused) as refusal:
        decide(answered, RESULT)
    assert refusal.value.code == "313"


@pytest.mark.parametrize(
    ("stranger", "named"),
    [
        (replace(RESULT, acs_trans_id="other"), "acsTransID"),
        (replace(RESULT, ds_trans_id="other"), "dsTransID"),
        (replace(RESULT, sdk_trans_id="other"), "sdkTransID"),
        (replace(RESULT, acs_trans_id="x", ds_trans_id="y"), "acsTransID,dsTransID"),
    ],
)
def test_a_result_with_foreign_ids_is_refused_by_name(stranger: ResultReported, named: str) -> None:
    """All three ids must be those of the ARes."""
    waiting = Play(decide, PREPARED).after(ASKED, Later).after(CHALLENGED, Later).record
    with pytest.raises(ResultRefused) as refusal:
        decide(waiting, stranger)
    assert (refusal.value.code, refusal.value.detail) == ("301", named)


REFUSED = {
    (State.PREPARED, Answered),
    (State.PREPARED, Challenged),
    (State.PREPARED, Unanswered),
    (State.PREPARED, ResultReported),
    (State.ASKED, Asked),
    (State.ASKED, ResultReported),
    (State.CHALLENGE, Asked),
    (State.CHALLENGE, Answered),
    (State.CHALLENGE, Challenged),
    (State.CHALLENGE, Unanswered),
    (State.ANSWERED, Asked),
    (State.ANSWERED, Answered),
    (State.ANSWERED, Challenged),
    (State.ANSWERED, Unanswered),
    (State.ANSWERED, ResultReported),
    (State.RESULT, Asked),
    (State.RESULT, Answered),
    (State.RESULT, Challenged),
    (State.RESULT, Unanswered),
    (State.RESULT, ResultReported),
}


def test_the_table_is_whole() -> None:
    """Every open state is reachable and can be left by time; what is missing is refused."""
    assert set(holes(NEXT, final=FINAL, events=EVENTS)) == REFUSED
    open_states = {state for state, _ in NEXT}
    assert open_states == set(State) - FINAL
    assert set(NEXT.values()) | {START} == set(State)
    assert all((state, TimeRanOut) in NEXT for state in open_states)
    for state, event in REFUSED:
        sample = next(e for e in ALL if type(e) is event)
        with pytest.raises(TheyErred):
            decide(replace(PREPARED, state=state), sample)


ALL: list[Event] = [
    ASKED,
    ANSWERED,
    CHALLENGED,
    UNANSWERED,
    RESULT,
    replace(RESULT, trans_status="N", rreq='{"transStatus":"N"}'),
    replace(RESULT, acs_trans_id="other"),
    *(rings(state) for state in State),
]


@given(st.lists(st.sampled_from(ALL), max_size=20))
def test_at_most_one_result_is_ever_accepted(events: list[Event]) -> None:
    """Whatever comes in whatever order: one result at most, and only after a challenge."""
    record: Authentication = PREPARED
    accepted: list[str] = []
    challenged = False
    for event in events:
        try:
            after, _ = decide(record, event)
        except TheyErred:
            continue
        challenged = challenged or after.state is State.CHALLENGE
        if isinstance(event, ResultReported):
            accepted.append(event.rreq)
        assert record.state not in FINAL or after == record
        record = after
    assert len(accepted) <= 1
    assert challenged or not accepted
    if record.state is State.RESULT:
        assert record.result == accepted[0]
