"""The relay of an authentication, told as conversations."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sekisho.interoperability.directory.flow import (
    EVENTS,
    FINAL,
    NEXT,
    START,
    Answered,
    Challenged,
    Complain,
    EndStage,
    Event,
    NotAnswered,
    ReportRefused,
    ResultAcknowledged,
    ResultLost,
    ResultRefused,
    ResultReported,
    TimeRanOut,
    begin,
    decide,
)
from sekisho.interoperability.directory.model import Relay, State, TrailEntry
from sekisho.kernel.effects import Later
from sekisho.kernel.errors import TheyErred
from sekisho.testkit.playbook import Play, holes

NOW = datetime(2026, 4, 1, 12, tzinfo=UTC)
SOON = NOW + timedelta(seconds=10)
LATER = NOW + timedelta(hours=1)

RELAY = Relay(
    id="8a880dc0-d2d2-4067-bcb1-b08d1690b26e",
    ds_trans_id="ds",
    state=START,
    member="server",
    acs="acs",
    directory_server_id="A000000003",
    result_url="https://localhost:8082/3ds",
    version="2.2.0",
    channel="02",
    category="01",
    asked_at=NOW,
)
LINE = (TrailEntry(at=NOW, peer="acs", inbound=True, message="{}"),)
ANSWERED = Answered(at=NOW, acs_trans_id="a", trans_status="Y", trail=LINE)
CHALLENGED = Challenged(at=NOW, acs_trans_id="a", trans_status="C", result_until=LATER, trail=LINE)
NOT_ANSWERED = NotAnswered(at=NOW, trail=LINE)
REPORTED = ResultReported(
    at=NOW,
    peer="acs",
    digest="one",
    acs_trans_id="a",
    ds_trans_id="ds",
    sdk_trans_id=None,
    trans_status="Y",
    relaying_until=SOON,
    trail=LINE,
)
ACKNOWLEDGED = ResultAcknowledged(at=NOW, trail=LINE)
REFUSED = ResultRefused(at=NOW, trail=LINE)
LOST = ResultLost(at=NOW, trail=LINE)


def rings(stage: State, at: datetime = LATER) -> TimeRanOut:
    return TimeRanOut(at=at, stage=stage)


def challenged() -> Play[Relay]:
    return Play(decide, RELAY).after(CHALLENGED, Later)


def test_a_relay_begins_with_its_time_limit() -> None:
    """A process that dies while it asks leaves no relay open for ever."""
    assert begin(RELAY, until=SOON) == (RELAY, (Later(SOON, EndStage(stage=State.ASKED)),))


def test_an_answer_without_challenge_is_the_end() -> None:
    """A3: nothing more may come of it."""
    play = Play(decide, RELAY).on(ANSWERED).ends(State.ANSWERED)
    assert play.record.trail == LINE
    play.refuses(REPORTED, ReportRefused)


def test_a_challenge_is_followed_by_one_result() -> None:
    """A4: the ACS reports, the 3DS Server acknowledges."""
    (
        Play(decide, RELAY)
        .on(CHALLENGED, Later(LATER, EndStage(stage=State.CHALLENGED)))
        .on(REPORTED)
        .ends(State.RELAYING)
        .on(ACKNOWLEDGED)
        .ends(State.RESULT_RELAYED)
        .refuses(REPORTED, ReportRefused)
    )


def test_only_the_acs_that_was_asked_may_report() -> None:
    """Another issuer's ACS cannot authenticate this issuer's card."""
    with pytest.raises(ReportRefused) as refusal:
        decide(challenged().record, replace(REPORTED, peer="other-acs"))
    assert refusal.value.code == "303"


def test_a_lost_result_may_be_reported_again_but_not_changed() -> None:
    """The 3DS Server may have taken it before its acknowledgement was lost."""
    (
        challenged()
        .on(REPORTED)
        .on(LOST)
        .ends(State.CHALLENGED)
        .refuses(replace(REPORTED, digest="two"), ReportRefused)
        .on(replace(REPORTED, relaying_until=LATER))
        .on(ACKNOWLEDGED)
        .ends(State.RESULT_RELAYED)
    )


def test_an_answer_that_breaks_a_rule_is_complained_about() -> None:
    """Its sender is told, whoever waits for it is answered all the same (protocol.md section 8)."""
    complaint = Complain(to="https://acs.example/3ds", erro="{}")
    Play(decide, RELAY).on(replace(NOT_ANSWERED, complaint=complaint), complaint).ends(State.FAILED)
    challenged().on(REPORTED).on(replace(LOST, complaint=complaint), complaint).ends(
        State.CHALLENGED
    )


def test_a_result_is_relayed_once_at_a_time() -> None:
    """Two nodes of an ACS that report at the same moment reach the 3DS Server once.

    Nor is it judged for good: an attempt that a dead process left may have come to nothing.
    """
    with pytest.raises(ReportRefused) as refusal:
        decide(challenged().on(REPORTED).record, REPORTED)
    assert refusal.value.code == "403"


def test_an_attempt_that_a_dead_process_left_may_be_made_again() -> None:
    """After its time it can no longer be running anywhere."""
    challenged().on(REPORTED).on(replace(REPORTED, at=SOON, relaying_until=LATER)).ends(
        State.RELAYING
    )


def test_a_refused_result_is_the_end() -> None:
    """The 3DS Server has judged; the ACS cannot try another."""
    challenged().on(REPORTED).on(REFUSED).ends(State.RESULT_REFUSED).refuses(
        REPORTED, ReportRefused
    )


def test_a_result_that_never_comes_leaves_the_challenge_unresolved() -> None:
    """Late is refused with the code of a timeout."""
    play = challenged().on(rings(State.CHALLENGED)).ends(State.UNRESOLVED)
    with pytest.raises(ReportRefused) as refusal:
        decide(play.record, REPORTED)
    assert refusal.value.code == "402"


def test_the_time_limit_waits_for_an_attempt_under_way() -> None:
    """A result handed over in the last second counts."""
    last = replace(REPORTED, relaying_until=LATER + timedelta(seconds=5))
    (
        challenged()
        .on(last)
        .on(
            rings(State.CHALLENGED),
            Later(LATER + timedelta(seconds=5), EndStage(stage=State.CHALLENGED)),
        )
        .ends(State.RELAYING)
        .on(rings(State.CHALLENGED, LATER + timedelta(seconds=5)))
        .ends(State.UNRESOLVED)
        .on(ACKNOWLEDGED)
    )


def test_a_process_that_dies_while_asking_leaves_a_failure() -> None:
    """What the ACS then answered is not relayed any more."""
    Play(decide, RELAY).on(rings(State.ASKED)).ends(State.FAILED).on(ANSWERED).refuses(
        REPORTED, ReportRefused
    )


def test_a_timer_of_a_stage_that_was_left_does_nothing() -> None:
    """Timers are not called off; they find out by themselves."""
    challenged().on(rings(State.ASKED)).ends(State.CHALLENGED)


@pytest.mark.parametrize(("after", "code"), [(ANSWERED, "313"), (NOT_ANSWERED, "301")])
def test_a_result_that_nobody_waits_for_is_refused(after: Event, code: str) -> None:
    """F1: the ARes did not announce it, or there was none."""
    record, _ = decide(RELAY, after)
    with pytest.raises(ReportRefused) as refusal:
        decide(record, REPORTED)
    assert refusal.value.code == code


def test_a_second_result_is_refused_as_a_repetition() -> None:
    """One result a transaction, even if it says the same."""
    done = challenged().on(REPORTED).on(ACKNOWLEDGED).record
    with pytest.raises(ReportRefused) as refusal:
        decide(done, REPORTED)
    assert refusal.value.code == "312"


@pytest.mark.parametrize(
    ("stranger", "named"),
    [
        (replace(REPORTED, acs_trans_id="x"), "acsTransID"),
        (replace(REPORTED, ds_trans_id="x"), "dsTransID"),
        (replace(REPORTED, sdk_trans_id="x"), "sdkTransID"),
    ],
)
def test_a_result_with_foreign_ids_is_refused_by_name(stranger: ResultReported, named: str) -> None:
    """All ids must be those of the ARes."""
    with pytest.raises(ReportRefused) as refusal:
        decide(challenged().record, stranger)
    assert (refusal.value.code, refusal.value.detail) == ("301", named)


ANSWERS = {Answered, Challenged, NotAnswered}
FATES = {ResultAcknowledged, ResultRefused, ResultLost}
REFUSALS = (
    {(State.ASKED, event) for event in FATES | {ResultReported}}
    | {(State.CHALLENGED, event) for event in FATES | ANSWERS}
    | {(State.RELAYING, event) for event in ANSWERS}
)


def test_the_table_is_whole() -> None:
    """Every open state is reachable and can be left by time; what is missing is refused."""
    assert set(holes(NEXT, final=FINAL, events=EVENTS)) == REFUSALS
    open_states = {state for state, _ in NEXT}
    assert open_states == set(State) - FINAL
    assert set(NEXT.values()) | {START} == set(State)
    assert all((state, TimeRanOut) in NEXT for state in open_states)
    for state, event in REFUSALS:
        sample = next(e for e in ALL if type(e) is event)
        with pytest.raises(TheyErred):
            decide(replace(RELAY, state=state), sample)


ALL: list[Event] = [
    ANSWERED,
    CHALLENGED,
    NOT_ANSWERED,
    REPORTED,
    replace(REPORTED, digest="two", trans_status="N"),
    replace(REPORTED, peer="other"),
    replace(REPORTED, at=SOON, relaying_until=LATER),
    ACKNOWLEDGED,
    REFUSED,
    LOST,
    *(rings(state) for state in State),
]


@given(st.lists(st.sampled_from(ALL), max_size=25))
def test_no_two_results_of_one_transaction_are_ever_relayed(events: list[Event]) -> None:
    """Whatever comes in whatever order: one result, from its ACS, acknowledged at most once."""
    record = RELAY
    relayed: set[str] = set()
    acknowledged = 0
    for event in events:
        try:
            after, _ = decide(record, event)
        except TheyErred:
            continue
        if isinstance(event, ResultReported):
            relayed.add(event.digest)
            assert event.peer == record.acs
        acknowledged += after.state is State.RESULT_RELAYED and after is not record
        assert record.state not in FINAL or after == record
        record = after
    assert len(relayed) <= 1
    assert acknowledged <= 1
