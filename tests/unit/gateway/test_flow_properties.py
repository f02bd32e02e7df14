"""What no order of events can do to a payment."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from sekisho.acquirer.gateway.flow import (
    EVENTS,
    FINAL,
    Authenticated,
    Authorize,
    Event,
    Reverse,
    State,
    VoidRequested,
    begin,
    decide,
)
from sekisho.acquirer.gateway.model import (
    Authorization,
    Capture,
    Challenge,
    Kind,
    Payment,
    Preparation,
)
from sekisho.kernel.effects import Effect, Later
from sekisho.kernel.errors import OutOfTurn
from tests.unit.gateway.scenes import NOON, payment, result

TIMES = st.integers(0, 3600).map(lambda seconds: NOON + timedelta(seconds=seconds))
RESULTS = st.builds(
    result,
    st.sampled_from(["Y", "N", "A", "U", "R", "I", "C", "D", ""]),
    challenge_cancel=st.sampled_from([None, "01", "04"]),
    authentication_value=st.sampled_from([None, "AAABBZEEBgAAAAAAAAQGAAAAAAA="]),
    challenged=st.booleans(),
)
MEMBERS = {
    "preparation": st.just(Preparation(server_trans_id="s", version="2.2.0")),
    "challenge": st.just(
        Challenge(acs_url="https://acs.example", acs_trans_id="c", demanded_at=NOON)
    ),
    "result": RESULTS,
    "reason": st.just("because"),
    "read": st.integers(0, 4),
    "authorization": st.builds(
        Authorization,
        approved=st.booleans(),
        at=st.just(NOON),
        response_code=st.sampled_from(["00", "05"]),
    ),
}


def _events_of(kind: type) -> st.SearchStrategy[Event]:
    fields = {name: MEMBERS[name] for name in kind.__dataclass_fields__ if name in MEMBERS}
    return st.builds(kind, at=TIMES, **fields)


CONVERSATIONS = st.lists(st.one_of([_events_of(kind) for kind in EVENTS]), max_size=40)
STARTS = st.builds(
    payment,
    kind=st.sampled_from(Kind),
    capture=st.sampled_from([Capture.NOW, Capture.MANUAL]),
) | st.just(payment(authentication=None))


def run(start: Payment, events: Sequence[Event]) -> list[tuple[Payment, tuple[Effect, ...]]]:
    """Tell a payment all of it; what it refuses it does not hear."""
    record, effects = begin(start)
    steps = [(record, effects)]
    for event in events:
        try:
            record, effects = decide(record, event)
        except OutOfTurn:
            continue
        steps.append((record, effects))
    return steps


def now(effects: Sequence[Effect]) -> list[Effect]:
    """The effects that are not timers."""
    return [effect for effect in effects if not isinstance(effect, Later)]


@given(STARTS, CONVERSATIONS)
def test_the_bank_is_asked_at_most_once(start: Payment, events: list[Event]) -> None:
    """A second authorization would take the buyer's money twice."""
    asked = [effect for _, effects in run(start, events) for effect in now(effects)]
    assert sum(isinstance(effect, Authorize) for effect in asked) <= 1
    for _, effects in run(start, events):
        timers = [effect.effect for effect in effects if isinstance(effect, Later)]
        assert Authorize() not in timers


@given(STARTS, CONVERSATIONS)
def test_nothing_is_authorized_without_a_good_result(start: Payment, events: list[Event]) -> None:
    """A5: whoever asked for 3-D Secure and did not get it does not get an authorization."""
    for record, effects in run(start, events):
        if Authorize() in effects and start.authentication is not None:
            assert record.result is not None
            assert record.result.trans_status in start.authentication.authorize_on
            assert record.result.challenge_cancel != "01"


@given(STARTS, CONVERSATIONS)
def test_a_denied_payment_never_ends_authorized(start: Payment, events: list[Event]) -> None:
    """A5, D10: once N or R was heard, there is no way to the money."""
    steps = run(start, events)
    for record, _ in steps:
        if record.result is not None and record.result.trans_status in {"N", "R"}:
            assert record.state is State.DECLINED


@given(STARTS, CONVERSATIONS, CONVERSATIONS)
def test_a_voided_payment_never_ends_authorized(
    start: Payment, before: list[Event], after: list[Event]
) -> None:
    """Whatever happened before the void and whatever comes after it."""
    reached = run(start, before)[-1][0]
    try:
        record, effects = decide(reached, VoidRequested(at=NOON))
    except OutOfTurn:
        return
    steps = [(record, effects)]
    for event in after:
        try:
            steps.append(decide(steps[-1][0], event))
        except OutOfTurn:
            continue
    assert all(record.state in {State.VOIDED, State.VOIDING} for record, _ in steps)
    if reached.state in {State.AUTHORIZING, State.AUTHORIZED, State.CLOSED}:
        assert any(Reverse() in effects for _, effects in steps)


@given(STARTS, CONVERSATIONS, st.lists(_events_of(Authenticated), max_size=3))
def test_a_finished_payment_stays_as_it_is(
    start: Payment, events: list[Event], late: list[Event]
) -> None:
    """Late answers must not change what a merchant was told."""
    record = run(start, events)[-1][0]
    if record.state in FINAL:
        for event in [*late, *events]:
            try:
                after, _ = decide(record, event)
            except OutOfTurn:
                continue
            assert after is record


@given(STARTS, CONVERSATIONS)
def test_an_ended_payment_says_why(start: Payment, events: list[Event]) -> None:
    """No merchant is left with a bare refusal."""
    record = run(start, events)[-1][0]
    if record.state in FINAL | {State.REVERSING, State.VOIDING}:
        assert record.outcome is not None
        assert record.outcome.code


@given(STARTS, CONVERSATIONS)
def test_every_event_is_a_move_a_late_one_or_refused(start: Payment, events: list[Event]) -> None:
    """`decide` raises OutOfTurn and nothing else."""
    record, _ = begin(start)
    for event in events:
        try:
            record, _ = decide(replace(record), event)
        except OutOfTurn:
            continue
