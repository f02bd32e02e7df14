"""The delivery of a result by the ACS: one RReq, as often as no connection can be made for it.

What was sent is not sent again: an answer that does not come leaves the delivery unconfirmed, and
only where no connection was made is it certain that nobody has the result (section 9).
"""

from dataclasses import dataclass, replace
from datetime import datetime
from enum import Enum
from typing import Final, TypeAlias

from sekisho.kernel.effects import Effect
from sekisho.protocol.erro import erro_for
from sekisho.protocol.faults import ErrorCode
from sekisho.protocol.messages import Message
from sekisho.protocol.states.challenge_result import ChallengeResult
from sekisho.protocol.states.exchange import Delivery, PostErro
from sekisho.protocol.states.limits import CONNECTIONS_MOST, RREQ_AGAIN, RREQ_TRIED, RRES_AT_ACS
from sekisho.protocol.states.result_delivery_events import (
    EFFECTS,
    EVENTS,
    TIMERS,
    AttemptBegun,
    DirectoryUnreachable,
    ErroReceived,
    Event,
    PauseTimeRanOut,
    PostRReq,
    RResFaulted,
    RResReceived,
    RResTimeRanOut,
    TellDelivery,
)
from sekisho.protocol.states.table import Go, Rows, Table, ignored
from sekisho.protocol.states.transaction import Transaction, fault_in
from sekisho.protocol.states.waiting import Silence, in_time, timer
from sekisho.protocol.vocabulary import Component, MessageType, Version

__all__ = [
    "EFFECTS",
    "EVENTS",
    "FINAL",
    "SILENCE",
    "TABLE",
    "AttemptBegun",
    "DirectoryUnreachable",
    "ErroReceived",
    "Event",
    "PauseTimeRanOut",
    "PostRReq",
    "RResFaulted",
    "RResReceived",
    "RResTimeRanOut",
    "ResultDelivery",
    "State",
    "TellDelivery",
    "begin",
    "decide",
]


class State(Enum):
    """How far the RReq has come."""

    SENDING = "sending"
    """The RReq is on its way, the RRes awaited."""
    PAUSING = "pausing"
    """No connection could be made; the next attempt waits."""
    TAKEN = "taken"
    """The RRes came, or the word that the result had come before."""
    REFUSED = "refused"
    """An Erro came: nobody takes the result."""
    UNCONFIRMED = "unconfirmed"
    """It was sent, and nothing came, or nothing good."""
    LOST = "lost"
    """No connection could be made for as long as anybody waits."""


_Awaited: TypeAlias = (
    DirectoryUnreachable
    | RResReceived
    | RResFaulted
    | ErroReceived
    | RResTimeRanOut
    | PauseTimeRanOut
)
"""What may come in time, or late."""

FINAL: Final = frozenset({State.TAKEN, State.REFUSED, State.UNCONFIRMED, State.LOST})
SILENCE: Final[Silence[_Awaited]] = {
    State.SENDING: RResTimeRanOut,
    State.PAUSING: PauseTimeRanOut,
}
_OPEN: Final = (State.SENDING, State.PAUSING)
_ANSWERS: Final = (RResReceived, RResFaulted, ErroReceived)

_ROWS: Final[Rows[State]] = {
    (State.SENDING, AttemptBegun): Go((State.SENDING,), "the time for the RRes counts from here"),
    **ignored((State.PAUSING, *FINAL), (AttemptBegun,), "that attempt is over"),
    (State.SENDING, DirectoryUnreachable): Go(
        (State.SENDING, State.PAUSING, State.LOST),
        "the first time at once again, then after a pause, as long as anybody waits",
    ),
    # In a pause too: the very same attempt may have been made twice, after a crash.
    **{
        (state, RResReceived): Go(
            (State.TAKEN, State.UNCONFIRMED), "UNCONFIRMED if it is another transaction's"
        )
        for state in _OPEN
    },
    **{
        (state, RResFaulted): Go((State.UNCONFIRMED,), "the Directory Server is told")
        for state in _OPEN
    },
    **{
        (state, ErroReceived): Go(
            (State.REFUSED, State.TAKEN, State.UNCONFIRMED),
            "TAKEN if it says that the result came before (312; 301 before 2.3.1, if the attempt was "
            "begun twice), UNCONFIRMED if the 3DS Server was silent (402)",
        )
        for state in _OPEN
    },
    (State.SENDING, RResTimeRanOut): Go((State.UNCONFIRMED,), "Erro A/402 to the Directory Server"),
    (State.PAUSING, PauseTimeRanOut): Go((State.SENDING,)),
    **ignored(
        (State.PAUSING, *FINAL), (DirectoryUnreachable,), "an attempt that is over was said twice"
    ),
    **ignored(FINAL, _ANSWERS, "it comes twice, or after it was given up"),
}

TABLE: Final[Table[State]] = Table(
    name="delivery of a result by the ACS",
    role=Component.ACS,
    about="The RReq and its RRes, from the end of a challenge on (sections 2.1, 8, 9).",
    start=State.SENDING,
    final=FINAL,
    events=EVENTS,
    rows={**ignored(State, TIMERS, "what was awaited came in time"), **_ROWS},
)

_TOLD: Final = {
    State.PAUSING: Delivery.POSTPONED,
    State.TAKEN: Delivery.TAKEN,
    State.REFUSED: Delivery.REFUSED,
    State.UNCONFIRMED: Delivery.UNCONFIRMED,
    State.LOST: Delivery.LOST,
}
_BY_ERRO: Final = {
    ErrorCode.MESSAGE_REPEATED.value: State.TAKEN,
    ErrorCode.TIMED_OUT.value: State.UNCONFIRMED,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class ResultDelivery:
    """One result on its way: it never changes, however often it is sent."""

    state: State = State.SENDING
    transaction: Transaction
    result: ChallengeResult
    until: datetime | None
    """When the present wait is over."""
    end: datetime
    """When nobody waits for the result any more."""
    attempts: int = 0
    """How often it was sent, or was about to be."""
    begun: int = 0
    """The last attempt that was said to leave."""
    repeated: bool = False
    """An attempt was begun twice: the result may have come before."""
    results_status: str | None = None
    """resultsStatus of the RRes."""


Decision: TypeAlias = tuple[ResultDelivery, tuple[Effect, ...]]


def begin(
    transaction: Transaction,
    result: ChallengeResult,
    *,
    at: datetime,
    until: datetime | None = None,
) -> Decision:
    """Send the result; `until` is when nobody waits for it any more, if that is known."""
    end = at + RREQ_TRIED.usual if until is None else until
    return _send(ResultDelivery(transaction=transaction, result=result, until=None, end=end), at)


def decide(record: ResultDelivery, event: Event) -> Decision:
    """Apply one event; give the delivery as it now stands and what must be done about it."""
    if isinstance(event, AttemptBegun):
        return _begin_attempt(record, event)  # no RRes can be late before the RReq has left
    return in_time(record, event, SILENCE, _apply)


def _begin_attempt(record: ResultDelivery, event: AttemptBegun) -> Decision:
    if TABLE.after(record.state, event) is None or event.attempt != record.attempts:
        return record, ()
    until = event.at + RRES_AT_ACS.of(record.transaction.version)
    repeated = record.repeated or record.begun == event.attempt
    begun = replace(record, until=until, begun=event.attempt, repeated=repeated)
    return begun, (timer(RResTimeRanOut(at=until)),)


def _apply(record: ResultDelivery, event: _Awaited) -> Decision:
    if isinstance(event, DirectoryUnreachable) and event.attempt < record.attempts:
        return record, ()  # an attempt that was made again already
    state = TABLE.after(record.state, event, _choice(record, event))
    if state is None:
        return record, ()
    after = replace(record, state=state, until=None)
    if state is State.SENDING:
        return _send(after, event.at)
    if state is State.PAUSING:
        return _pause(after, event.at)
    if isinstance(event, RResReceived) and state is State.TAKEN:
        after = replace(after, results_status=event.message.text_or_none("resultsStatus"))
    return after, (*_complaint(after.transaction, event), _telling(after))


def _choice(record: ResultDelivery, event: Event) -> State | None:
    match event:
        case DirectoryUnreachable():
            if record.attempts < CONNECTIONS_MOST:
                return State.SENDING
            again = event.at + RREQ_AGAIN.of(record.transaction.version)
            return State.PAUSING if again < record.end else State.LOST
        case RResReceived(message=rres):
            return State.UNCONFIRMED if record.transaction.strangers(rres) else State.TAKEN
        case ErroReceived(message=erro):
            return _BY_ERRO.get(_meant(record, erro), State.REFUSED)
    return None


def _meant(record: ResultDelivery, erro: Message) -> str:
    """Give the error code; an older version says of a repeated result that it is unknown."""
    code = erro.text("errorCode")
    older = record.transaction.version < Version.V231
    if record.repeated and older and code == ErrorCode.TRANSACTION_UNKNOWN.value:
        return ErrorCode.MESSAGE_REPEATED.value
    return code


def _send(record: ResultDelivery, at: datetime) -> Decision:
    until = at + RRES_AT_ACS.of(record.transaction.version)
    sent = replace(record, until=until, attempts=record.attempts + 1)
    post = PostRReq(attempt=sent.attempts, result=sent.result)
    return sent, (post, timer(RResTimeRanOut(at=until)))


def _pause(record: ResultDelivery, at: datetime) -> Decision:
    until = at + RREQ_AGAIN.of(record.transaction.version)
    waiting = replace(record, until=until)
    again = timer(PauseTimeRanOut(at=until))
    if record.attempts > CONNECTIONS_MOST:
        return waiting, (again,)  # that it takes longer was told before
    return waiting, (_telling(record), again)


def _telling(record: ResultDelivery) -> TellDelivery:
    return TellDelivery(how=_TOLD[record.state], results_status=record.results_status)


def _complaint(transaction: Transaction, event: Event) -> tuple[Effect, ...]:
    """Say to the Directory Server what its answer lacked."""
    match event:
        case RResFaulted(fault=found) if found.answerable:
            erro = erro_for(found, component=Component.ACS)
        case RResReceived(message=rres) if strangers := transaction.strangers(rres):
            found = fault_in(rres, ErrorCode.TRANSACTION_UNKNOWN, ",".join(strangers))
            erro = erro_for(found, component=Component.ACS)
        case RResTimeRanOut():
            erro = transaction.erro(
                Component.ACS, ErrorCode.TIMED_OUT, "no RRes in time", about=MessageType.RRES
            )
        case _:
            return ()
    return (PostErro(to=Component.DIRECTORY, message=erro),)
