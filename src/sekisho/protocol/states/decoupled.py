"""Decoupled authentication at the ACS: the cardholder is asked elsewhere, and may take days.

It begins with an ARes D, or as the fallback of a challenge: then a 3RI AReq must come first, within a
minute. How the cardholder is reached is the room's own business (section 2.5).
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import Enum
from typing import Final, TypeAlias

from sekisho.kernel.effects import Effect
from sekisho.kernel.errors import Misuse
from sekisho.protocol.faults import ErrorCode
from sekisho.protocol.states.app_challenge_events import OutcomeReached
from sekisho.protocol.states.challenge_result import ChallengeResult
from sekisho.protocol.states.decoupled_events import (
    EFFECTS,
    EVENTS,
    TIMERS,
    CardholderReached,
    ContactCardholder,
    DecideAReq,
    DecoupledTimeRanOut,
    Event,
    FallbackAsked,
    FallbackTimeRanOut,
)
from sekisho.protocol.states.exchange import Delivery, ResultDelivered, SendResult
from sekisho.protocol.states.limits import DECOUPLED_AT_ACS, FALLBACK
from sekisho.protocol.states.table import Go, Refuse, Rows, Table, ignored, never, refused
from sekisho.protocol.states.transaction import RESULTS, Transaction, fault_in
from sekisho.protocol.states.waiting import Silence, in_time, timer
from sekisho.protocol.vocabulary import Component

__all__ = [
    "EFFECTS",
    "EVENTS",
    "FINAL",
    "SILENCE",
    "TABLE",
    "Decoupled",
    "Event",
    "State",
    "begin",
    "begin_fallback",
    "decide",
    "decision_on",
]

NEEDED: Final = "23"
EXPIRED: Final = "24"
TOO_SHORT: Final = "25"
NOT_PERFORMED: Final = "26"
"""transStatusReason, all since 2.2.0: decoupled authentication is needed but was not asked for; its
time is over; its time is too short to try; the cardholder was reached and did nothing."""

DECOUPLED_TIME_OVER: Final = "03"
"""challengeCancel, since 2.2.0."""


class State(Enum):
    """How far a decoupled authentication has come."""

    AWAITING_AREQ = "awaiting 3RI AReq"
    """A challenge ended with D; the 3DS Server has a minute to ask for the fallback."""
    CONTACTING = "contacting"
    """The ARes said D; the cardholder is being asked."""
    REACHED = "reached"
    """The cardholder has seen the question."""
    REPORTED = "reported"
    """The result is known; its delivery is a matter of its own."""
    LAPSED = "lapsed"
    """Nobody asked for the fallback in time: nobody was authenticated, and nobody is told."""


FINAL: Final = frozenset({State.REPORTED, State.LAPSED})
SILENCE: Final[Silence[Event]] = {
    State.AWAITING_AREQ: FallbackTimeRanOut,
    State.CONTACTING: DecoupledTimeRanOut,
    State.REACHED: DecoupledTimeRanOut,
}
_ASKING: Final = (State.CONTACTING, State.REACHED)
_CARDHOLDERS: Final = (CardholderReached, OutcomeReached)

_ROWS: Final[Rows[State]] = {
    (State.AWAITING_AREQ, FallbackAsked): Go((State.CONTACTING,), "the ARes says D"),
    (State.AWAITING_AREQ, FallbackTimeRanOut): Go((State.LAPSED,)),
    (State.AWAITING_AREQ, ResultDelivered): Go(
        (State.AWAITING_AREQ, State.LAPSED),
        "the minute counts from the RRes that announces the fallback (04); LAPSED if it does not, "
        "or none comes",
    ),
    **ignored(
        (*_ASKING, *sorted(FINAL, key=lambda state: state.value)),
        (ResultDelivered,),
        "the AReq has overtaken it, or the minute is over",
    ),
    (State.LAPSED, FallbackAsked): Go((State.LAPSED,), "the ARes says U or N: too late"),
    **refused(
        (*_ASKING, State.REPORTED),
        (FallbackAsked,),
        Refuse(
            ErrorCode.TRANSACTION_DATA_INVALID,
            "threeDSRequestorPriorAuthenticationInfo",
            "there is no fallback to ask for, or it was asked for before",
        ),
    ),
    (State.CONTACTING, CardholderReached): Go((State.REACHED,)),
    (State.REACHED, CardholderReached): Go((State.REACHED,)),
    **{(state, OutcomeReached): Go((State.REPORTED,)) for state in _ASKING},
    **never((State.AWAITING_AREQ,), _CARDHOLDERS, "the cardholder is not asked yet"),
    **ignored(FINAL, _CARDHOLDERS, "it comes after the cardholder's time was over"),
    **{
        (state, DecoupledTimeRanOut): Go((State.REPORTED,), "U or N; 26 if reached, else 24; 03")
        for state in _ASKING
    },
}

TABLE: Final[Table[State]] = Table(
    name="decoupled authentication at the ACS",
    role=Component.ACS,
    about=(
        "From the ARes with D, or from the challenge that falls back to it, to the one result "
        "(section 2.5). Since 2.2.0; the fallback since 2.3.1."
    ),
    start=State.AWAITING_AREQ,
    final=FINAL,
    events=EVENTS,
    rows={**ignored(State, TIMERS, "what was awaited came in time"), **_ROWS},
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Decoupled:
    """One decoupled authentication."""

    state: State
    transaction: Transaction
    """Until a fallback is asked for, the one whose challenge ended in it."""
    until: datetime
    """When the present wait is over."""
    silence_status: str
    """transStatus of silence: U or N, as the issuer has it."""
    result: ChallengeResult | None = None


Decision: TypeAlias = tuple[Decoupled, tuple[Effect, ...]]


def decision_on(
    transaction: Transaction, *, least: timedelta, refusal: str = "U"
) -> ChallengeResult:
    """Say how to answer an AReq where only decoupled authentication will do: D if it is possible.

    `least` is the time that the cardholder needs; `refusal` (U or N) is said where nobody asked for
    decoupled authentication (reason 23) or the time is too short (25).
    """
    if not transaction.allows("D"):
        return ChallengeResult(trans_status=refusal, reason=NEEDED)
    if transaction.decoupled_time < least:
        return ChallengeResult(trans_status=refusal, reason=TOO_SHORT)
    return ChallengeResult(trans_status="D")


def begin(transaction: Transaction, *, at: datetime, silence_status: str = "U") -> Decision:
    """Contact the cardholder, from the ARes with D on. Misuse where nobody asked for it."""
    if not transaction.allows("D"):
        raise Misuse("nobody asked for decoupled authentication")
    record = Decoupled(
        state=State.CONTACTING, transaction=transaction, until=at, silence_status=silence_status
    )
    return _contact(record, at)


def begin_fallback(
    transaction: Transaction, *, at: datetime, silence_status: str = "U"
) -> Decision:
    """Await the 3RI AReq, once a challenge ended with D; it may overtake the RRes."""
    if not transaction.falls_back:
        raise Misuse("nobody asked for a fallback to decoupled authentication")
    until = at + FALLBACK.of(transaction.version)
    record = Decoupled(
        state=State.AWAITING_AREQ,
        transaction=transaction,
        until=until,
        silence_status=silence_status,
    )
    return record, (timer(FallbackTimeRanOut(at=until)),)


def decide(record: Decoupled, event: Event) -> Decision:
    """Apply one event; give the authentication as it now stands and what must be done about it.

    Raises ProtocolFault for an AReq that asks for a fallback which it must not have.
    """
    return in_time(record, event, SILENCE, _apply)


def _apply(record: Decoupled, event: Event) -> Decision:
    state = TABLE.after(record.state, event, _choice(event))
    if state is None:
        return record, ()
    after = replace(record, state=state)
    match event:
        case ResultDelivered():
            return _announced(after, event)
        case FallbackAsked():
            return _follow(record, after, event)
        case FallbackTimeRanOut():
            return _lapse(after)
        case CardholderReached():
            return after, ()
    return _report(after, _result(record, event))


def _choice(event: Event) -> State | None:
    if not isinstance(event, ResultDelivered):
        return None
    announced = event.how is Delivery.TAKEN and event.results_status == "04"
    open_ = announced or event.how in (Delivery.POSTPONED, Delivery.UNCONFIRMED)
    return State.AWAITING_AREQ if open_ else State.LAPSED


def _announced(record: Decoupled, event: ResultDelivered) -> Decision:
    if record.state is State.LAPSED:
        return _lapse(record)
    if event.how is not Delivery.TAKEN:
        return record, ()
    until = event.at + FALLBACK.of(record.transaction.version)
    return replace(record, until=until), (timer(FallbackTimeRanOut(at=until)),)


def _lapse(record: Decoupled) -> Decision:
    return replace(record, result=_silence(record)), ()


def _follow(record: Decoupled, after: Decoupled, event: FallbackAsked) -> Decision:
    asked = Transaction.of(event.message)
    if not (asked.is_fallback and asked.allows("D")):
        raise fault_in(
            event.message,
            ErrorCode.TRANSACTION_DATA_INVALID,
            "threeRIInd,threeDSRequestorDecReqInd",
        )
    if record.state is State.LAPSED:
        return record, (DecideAReq(result=_silence(record)),)
    named = replace(asked, acs_trans_id=event.acs_trans_id)
    followed, effects = _contact(replace(after, transaction=named), event.at)
    return followed, (DecideAReq(result=ChallengeResult(trans_status="D")), *effects)


def _contact(record: Decoupled, at: datetime) -> Decision:
    until = at + record.transaction.decoupled_time
    silence = timer(DecoupledTimeRanOut(at=until))
    return replace(record, until=until), (ContactCardholder(until=until), silence)


def _result(record: Decoupled, event: Event) -> ChallengeResult:
    if not isinstance(event, OutcomeReached):
        return _silence(record)
    if event.result.trans_status not in RESULTS:
        raise Misuse(f"it cannot end with {event.result.trans_status}")
    return event.result


def _silence(record: Decoupled) -> ChallengeResult:
    return ChallengeResult(
        trans_status=record.silence_status,
        reason=NOT_PERFORMED if record.state is State.REACHED else EXPIRED,
        challenge_cancel=DECOUPLED_TIME_OVER if record.state in _ASKING else None,
    )


def _report(record: Decoupled, result: ChallengeResult) -> Decision:
    """Report the result, which the 3DS Server awaits until the grace is over."""
    grace = DECOUPLED_AT_ACS.of(record.transaction.version)
    report = SendResult(result=result, until=record.until + grace)
    return replace(record, result=result), (report,)
