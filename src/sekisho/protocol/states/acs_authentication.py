"""The ACS's authentication: from the AReq over the decision to the one result that it may owe.

How the decision falls is the bank's own business; what each decision demands is not: no challenge
where nobody is present or it was forbidden, D only if asked for, S only where the browser can.
A challenge, a decoupled authentication and a delivery have tables of their own; their ends come
back as `ResultFound` and `ResultDelivered`.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from enum import Enum
from typing import Final, TypeAlias

from sekisho.kernel.effects import Effect
from sekisho.kernel.errors import Misuse
from sekisho.protocol.erro import erro_for
from sekisho.protocol.faults import ErrorCode
from sekisho.protocol.messages import Message
from sekisho.protocol.states.acs_events import (
    EFFECTS,
    EVENTS,
    TIMERS,
    AnswerARes,
    AReqRefused,
    AReqRepeated,
    AwaitFallback,
    Decided,
    DeliverResult,
    ErroReceived,
    Event,
    OpenChallenge,
    OpenDecoupled,
    RepeatAnswer,
    ResultFound,
    SecondAReqReceived,
    SpcTimeRanOut,
)
from sekisho.protocol.states.challenge_result import ChallengeResult, left_waiting
from sekisho.protocol.states.exchange import AnswerErro, Delivery, ResultDelivered
from sekisho.protocol.states.limits import SPC_AT_ACS
from sekisho.protocol.states.table import Go, Refuse, Rows, Table, ignored, never, refused
from sekisho.protocol.states.transaction import Transaction, fault_in, prior_references
from sekisho.protocol.states.waiting import Silence, in_time, timer
from sekisho.protocol.vocabulary import Component

__all__ = [
    "EFFECTS",
    "EVENTS",
    "FINAL",
    "SILENCE",
    "TABLE",
    "Authentication",
    "Event",
    "State",
    "begin",
    "decide",
]


class State(Enum):
    """How far an authentication has come, seen by the ACS."""

    DECIDING = "deciding"
    """The AReq is sound; the answer is being found."""
    ANSWERED = "answered"
    """The ARes was the last word."""
    REFUSED = "refused"
    """The AReq was answered with an Erro."""
    CHALLENGE = "challenge"
    """The ARes said C; exactly one result is owed."""
    DECOUPLED = "decoupled"
    """The ARes said D; exactly one result is owed."""
    SPC = "SPC"
    """The ARes said S; a second AReq is awaited, and a result owed only if none comes."""
    RESULT_OWED = "result owed"
    """The result is known and on its way."""
    RESULT_TAKEN = "result taken"
    """The RRes came."""
    RESULT_REFUSED = "result refused"
    """An Erro came: nobody takes the result."""
    RESULT_UNCONFIRMED = "result unconfirmed"
    """The result was sent; whether the 3DS Server has it is not known."""
    RESULT_LOST = "result lost"
    """No connection could be made for as long as anybody waits."""
    CONTINUED = "continued"
    """The second AReq of SPC carries it on; for this one no result is owed."""
    REVOKED = "revoked"
    """The Directory Server would not have the ARes: no result is owed."""


_TOLD: Final[Mapping[Delivery, State]] = {
    Delivery.POSTPONED: State.RESULT_OWED,
    Delivery.TAKEN: State.RESULT_TAKEN,
    Delivery.REFUSED: State.RESULT_REFUSED,
    Delivery.UNCONFIRMED: State.RESULT_UNCONFIRMED,
    Delivery.LOST: State.RESULT_LOST,
}
_DELIVERED: Final = (
    State.RESULT_TAKEN,
    State.RESULT_REFUSED,
    State.RESULT_UNCONFIRMED,
    State.RESULT_LOST,
)
_UNOWED: Final = (State.ANSWERED, State.REFUSED, State.CONTINUED, State.REVOKED)
FINAL: Final = frozenset({*_UNOWED, *_DELIVERED})
_PENDING: Final = (State.CHALLENGE, State.DECOUPLED)
_DECIDED: Final = tuple(state for state in State if state is not State.DECIDING)
SILENCE: Final[Silence[Event]] = {State.SPC: SpcTimeRanOut}

_ROWS: Final[Rows[State]] = {
    (State.DECIDING, Decided): Go(
        (State.ANSWERED, State.CHALLENGE, State.DECOUPLED, State.SPC),
        "by transStatus: C, D, S, or the last word",
    ),
    (State.DECIDING, AReqRefused): Go((State.REFUSED,)),
    **never(_DECIDED, (Decided, AReqRefused), "an AReq is answered once"),
    **ignored((State.DECIDING,), (AReqRepeated,), "the answer to the first will answer it"),
    **{
        (state, AReqRepeated): Go((state,), "the same answer again; 305 if it says anything else")
        for state in _DECIDED
    },
    **{
        (state, ErroReceived): Go((State.REVOKED,), "the 3DS Server knows of no challenge")
        for state in (*_PENDING, State.SPC)
    },
    **ignored(
        (State.DECIDING, State.RESULT_OWED, *_UNOWED, *_DELIVERED),
        (ErroReceived,),
        "an Erro is never answered, and nothing is left to end",
    ),
    (State.SPC, SecondAReqReceived): Go((State.CONTINUED,), "305 if it refers to another one"),
    (State.CONTINUED, SecondAReqReceived): Go(
        (State.CONTINUED,), "the very same again; 305 if it is a third"
    ),
    **refused(
        [state for state in State if state not in (State.SPC, State.CONTINUED)],
        (SecondAReqReceived,),
        Refuse(
            ErrorCode.TRANSACTION_DATA_INVALID,
            "threeDSRequestorPriorAuthenticationInfo",
            "no second AReq is awaited, or not any more",
        ),
    ),
    **{(state, ResultFound): Go((State.RESULT_OWED,)) for state in _PENDING},
    **never(
        (State.DECIDING, State.SPC, State.ANSWERED, State.REFUSED, State.CONTINUED),
        (ResultFound,),
        "no challenge was begun",
    ),
    **ignored((State.REVOKED,), (ResultFound,), "nobody waits for the result"),
    **ignored(
        (State.RESULT_OWED, *_DELIVERED), (ResultFound,), "exactly one result: the first one stands"
    ),
    (State.RESULT_OWED, ResultDelivered): Go(
        (State.RESULT_OWED, *_DELIVERED), "as it was delivered; RESULT_OWED if that takes longer"
    ),
    **never(
        (State.DECIDING, *_PENDING, State.SPC, *_UNOWED), (ResultDelivered,), "no RReq was sent"
    ),
    **ignored(_DELIVERED, (ResultDelivered,), "it is told twice"),
    (State.SPC, SpcTimeRanOut): Go((State.RESULT_OWED,), "N, 14, 04"),
}

TABLE: Final[Table[State]] = Table(
    name="authentication at the ACS",
    role=Component.ACS,
    about=(
        "From the AReq to the ARes and, where that says C, D or S, to the delivery of the one result "
        "or to the second AReq (sections 2, 7, 9)."
    ),
    start=State.DECIDING,
    final=FINAL,
    events=EVENTS,
    rows={**ignored(State, TIMERS, "what was awaited came in time"), **_ROWS},
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Authentication:
    """One authentication, and the one result that it owes, if any."""

    state: State = State.DECIDING
    transaction: Transaction
    digest: str
    """Keyed digest of the AReq: another message with the same identifiers is refused."""
    until: datetime | None = None
    """When the present wait is over."""
    trans_status: str | None = None
    """Of the ARes, then of the result."""
    result: ChallengeResult | None = None
    """What the RReq says; it never changes."""
    successor_id: str | None = None
    """threeDSServerTransID of the second AReq of SPC."""


Decision: TypeAlias = tuple[Authentication, tuple[Effect, ...]]


def begin(areq: Message, *, acs_trans_id: str, digest: str) -> Authentication:
    """Begin an authentication with a sound AReq; what follows is `Decided` or `AReqRefused`.

    `digest` is a keyed digest of the message: a plain one would give the card number away.
    """
    transaction = replace(Transaction.of(areq), acs_trans_id=acs_trans_id)
    return Authentication(transaction=transaction, digest=digest)


def decide(record: Authentication, event: Event) -> Decision:
    """Apply one event; give the authentication as it now stands and what must be done about it.

    Raises ProtocolFault for an AReq that is refused, Misuse for a decision that its AReq forbids.
    """
    return in_time(record, event, SILENCE, _apply)


def _apply(record: Authentication, event: Event) -> Decision:
    state = TABLE.after(record.state, event, _choice(record, event))
    if state is None:
        return record, ()
    after = replace(record, state=state)
    match event:
        case Decided():
            return _answer(after, event)
        case AReqRepeated():
            return record, (RepeatAnswer(),)
        case ResultFound(result=result, until=until):
            return _owe(after, result, until)
        case SpcTimeRanOut():
            return _owe(replace(after, until=None), left_waiting(opened=True), None)
    return _move_on(after, event)


def _choice(record: Authentication, event: Event) -> State | None:
    """Choose where the table leaves a choice, and refuse what no table can tell apart."""
    match event:
        case Decided(result=result):
            if not record.transaction.allows(result.trans_status):
                raise Misuse(f"the AReq does not allow {result.trans_status}")
            return _AFTER_DECISION.get(result.trans_status, State.ANSWERED)
        case AReqRepeated(message=areq) if event.digest != record.digest:
            raise fault_in(areq, ErrorCode.TRANSACTION_DATA_INVALID, "threeDSServerTransID")
        case SecondAReqReceived(message=areq) if record.state in (State.SPC, State.CONTINUED):
            _require_second(record, areq)
        case ResultDelivered(how=how) if record.state is State.RESULT_OWED:
            return _TOLD[how]
    return None


_AFTER_DECISION: Final[Mapping[str, State]] = {
    "C": State.CHALLENGE,
    "D": State.DECOUPLED,
    "S": State.SPC,
}


def _require_second(record: Authentication, areq: Message) -> None:
    """Refuse an AReq that is not the one that carries this authentication on."""
    third = record.successor_id not in (None, areq.get("threeDSServerTransID"))
    if third or record.transaction.acs_trans_id not in prior_references(areq):
        raise fault_in(
            areq,
            ErrorCode.TRANSACTION_DATA_INVALID,
            "threeDSRequestorPriorAuthenticationInfo",
        )


def _answer(record: Authentication, event: Decided) -> Decision:
    answered = replace(record, trans_status=event.result.trans_status)
    answer = AnswerARes(result=event.result)
    match record.state:
        case State.CHALLENGE:
            return answered, (answer, OpenChallenge())
        case State.DECOUPLED if not record.transaction.is_fallback:
            return answered, (answer, OpenDecoupled())
        case State.SPC:
            until = event.at + SPC_AT_ACS.of(record.transaction.version)
            return replace(answered, until=until), (answer, timer(SpcTimeRanOut(at=until)))
    return answered, (answer,)


def _owe(record: Authentication, result: ChallengeResult, until: datetime | None) -> Decision:
    if not record.transaction.allows_result(record.trans_status, result.trans_status):
        raise Misuse(f"{record.trans_status} cannot end with {result.trans_status}")
    owing = replace(record, result=result, trans_status=result.trans_status)
    deliver = DeliverResult(result=result, until=until)
    return owing, (deliver, AwaitFallback()) if result.trans_status == "D" else (deliver,)


def _move_on(record: Authentication, event: Event) -> Decision:
    match event:
        case AReqRefused(fault=found):
            return record, (AnswerErro(message=erro_for(found, component=Component.ACS)),)
        case SecondAReqReceived(message=areq):
            second = areq.text("threeDSServerTransID")
            return replace(record, until=None, successor_id=second), ()
    return replace(record, until=None), ()
