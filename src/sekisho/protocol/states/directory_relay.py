"""The Directory Server's relay: what passes from the 3DS Server to the ACS and back.

What does not fit the table stands here: a message that comes twice gets one answer, another message
under the same identifiers a refusal; the 3DS Server may have taken a result whose acknowledgement
was lost, so from then on only that very result may be sent again.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final, TypeAlias

from sekisho.kernel.effects import Effect
from sekisho.protocol.erro import erro_for
from sekisho.protocol.faults import ErrorCode, ProtocolFault
from sekisho.protocol.messages import Message
from sekisho.protocol.states import directory_events as on
from sekisho.protocol.states.directory_events import EFFECTS, EVENTS, Event, Failure
from sekisho.protocol.states.directory_table import FINAL, SILENCE, TABLE, Relay, State
from sekisho.protocol.states.exchange import AnswerErro, PostErro
from sekisho.protocol.states.limits import (
    ARES_AT_DIRECTORY,
    CONNECTIONS_MOST,
    DECOUPLED_AT_SERVER,
    RESULT,
    RRES_AT_DIRECTORY,
)
from sekisho.protocol.states.transaction import Transaction, fault_in
from sekisho.protocol.states.waiting import in_time, timer
from sekisho.protocol.vocabulary import Component, MessageType

__all__ = [
    "EFFECTS",
    "EVENTS",
    "FINAL",
    "SILENCE",
    "TABLE",
    "Event",
    "Relay",
    "State",
    "begin",
    "decide",
]

Decision: TypeAlias = tuple[Relay, tuple[Effect, ...]]


def begin(
    areq: Message,
    *,
    at: datetime,
    ds_trans_id: str,
    digest: str,
    rules: on.Rules | None = None,
    ares_limit: timedelta = ARES_AT_DIRECTORY.usual,
    result_limit: timedelta = RESULT.usual,
) -> Relay:
    """Begin a relay with a sound AReq; what follows is `AReqPassed`, or what keeps it from passing.

    `digest` is a keyed digest of the message: a plain one would give the card number away. The
    limits and the `rules` by which the Directory Server answers for an ACS are its own.
    """
    return Relay(
        transaction=replace(Transaction.of(areq), ds_trans_id=ds_trans_id),
        digest=digest,
        rules=rules or {},
        ares_limit=ares_limit,
        result_limit=result_limit,
        result_until=at,
    )


def decide(record: Relay, event: Event) -> Decision:
    """Apply one event; give the relay as it now stands and what must be done about it.

    Raises ProtocolFault for a message that its sender must be told is not wanted.
    """
    return in_time(record, event, SILENCE, _apply)


def _apply(record: Relay, event: Event) -> Decision:
    if isinstance(event, _UNREACHABLE) and event.attempt < record.attempts:
        return record, ()  # an attempt that was made again already
    state = TABLE.after(record.state, event, _choice(record, event))
    if state is None:
        return record, ()
    after = replace(record, state=state)
    if state in _FAILED:
        return _answer_instead(after, event)
    if isinstance(event, on.AReqRepeated | on.RReqReceived):
        return _take_request(record, after, event)
    if isinstance(event, on.AReqPassed | on.AcsUnreachable | on.AResReceived):
        return _reach_acs(after, event)
    return _reach_server(after, event)


_UNREACHABLE: Final = (on.AcsUnreachable, on.ServerUnreachable)
_FAILED: Final = (State.FAILED, State.STOOD_IN, State.REFUSED)
_SENT: Final = (State.RELAYING, State.UNDELIVERED, State.RELAYED, State.RESULT_REFUSED)


def _choice(record: Relay, event: Event) -> State | None:
    """Choose where the table leaves a choice, and refuse what no table can tell apart."""
    match event:
        case on.AReqRepeated(message=areq) if event.digest != record.digest:
            raise fault_in(areq, ErrorCode.TRANSACTION_DATA_INVALID, "threeDSServerTransID")
        case on.RReqReceived():
            _require_owed(record, event)
        case on.ServerUnreachable():
            return State.RELAYING if record.tries_left else State.UNDELIVERED
        case on.RResReceived(message=rres):
            return State.UNDELIVERED if record.transaction.strangers(rres) else State.RELAYED
        case on.ServerErroReceived(message=erro) if record.state is State.RELAYING:
            known = erro.get("errorCode") == ErrorCode.MESSAGE_REPEATED
            return State.RELAYED if known else State.RESULT_REFUSED
    return _choice_of_ares(record, event)


def _require_owed(record: Relay, event: on.RReqReceived) -> None:
    record.transaction.require_own(event.message)
    if record.state in _SENT and record.result_digest != event.digest:
        raise fault_in(event.message, ErrorCode.MESSAGE_REPEATED, "threeDSServerTransID")
    if record.state in (State.PENDING, State.SPC):
        record.transaction.require_result(record.trans_status, event.message)


def _choice_of_ares(record: Relay, event: Event) -> State | None:
    if isinstance(event, on.AcsUnreachable) and record.tries_left:
        return State.ASKED
    failure = _failure(record, event)
    if failure in record.rules:
        return State.STOOD_IN
    if failure is not None:
        return State.REFUSED if failure is Failure.NOT_TAKING_PART else State.FAILED
    if isinstance(event, on.AResReceived):
        return _AFTER_ARES.get(event.message.text_or_none("transStatus"), State.ANSWERED)
    return None


_AFTER_ARES: Final[Mapping[str | None, State]] = {
    "C": State.PENDING,
    "D": State.PENDING,
    "S": State.SPC,
}
_FAILURES: Final[Mapping[type, Failure]] = {
    on.NoAcsFound: Failure.NOT_TAKING_PART,
    on.AcsUnreachable: Failure.NO_CONNECTION,
    on.AResTimeRanOut: Failure.NO_ANSWER,
    on.AResFaulted: Failure.FAULTY_ANSWER,
    on.AcsErroReceived: Failure.ERRO,
}


def _failure(record: Relay, event: Event) -> Failure | None:
    """Say why there is no ARes to relay; None where there is one, or nothing was awaited."""
    if isinstance(event, on.AResReceived):
        return Failure.FAULTY_ANSWER if record.transaction.flaw_of(event.message) else None
    return _FAILURES.get(type(event))


def _answer_instead(record: Relay, event: Event) -> Decision:
    """Answer the AReq without the ACS, and say to the ACS what its answer lacked."""
    found = _found(record.transaction, event)
    ended = replace(record, until=None)
    complaints: tuple[Effect, ...] = ()
    if isinstance(event, on.AResFaulted | on.AResReceived) and found.answerable:
        erro = erro_for(found, component=Component.DIRECTORY)
        complaints = (PostErro(to=Component.ACS, message=erro),)
    failure = _failure(record, event)
    if failure is not None and failure in record.rules:
        return ended, (*complaints, on.AnswerARes(stand_in=record.rules[failure]))
    if isinstance(event, on.AcsErroReceived):
        return ended, (on.RelayErro(message=event.message),)
    return ended, (*complaints, _answering(record.transaction, found))


def _found(transaction: Transaction, event: Event) -> ProtocolFault:
    """Say what is wrong, as the 3DS Server is told where no rule answers for the ACS."""
    match event:
        case on.AReqRefused() | on.AResFaulted():
            return event.fault
        case on.AResReceived(message=ares) if (flaw := transaction.flaw_of(ares)) is not None:
            return flaw
        case on.NoAcsFound():
            return transaction.fault(
                ErrorCode.TRANSACTION_DATA_INVALID, "acctNumber", about=MessageType.AREQ
            )
        case on.AResTimeRanOut():
            return transaction.fault(ErrorCode.TIMED_OUT, "no ARes in time", about=MessageType.ARES)
    return transaction.fault(
        ErrorCode.CONNECTION_FAILED, "no connection to the ACS", about=MessageType.AREQ
    )


def _answering(transaction: Transaction, found: ProtocolFault) -> AnswerErro:
    """Answer with an Erro of this transaction, whatever the faulty message called itself."""
    about = found.message_type if found.answerable else None
    code, detail = found.error_code, found.error_detail or found.error_description
    return AnswerErro(message=transaction.erro(Component.DIRECTORY, code, detail, about=about))


def _reach_acs(
    record: Relay, event: on.AReqPassed | on.AcsUnreachable | on.AResReceived
) -> Decision:
    if isinstance(event, on.AResReceived):
        return _take_ares(record, event.message, event.at)
    until = event.at + record.ares_limit
    left = CONNECTIONS_MOST if isinstance(event, on.AReqPassed) else record.tries_left
    asked = replace(record, until=until, attempts=record.attempts + 1, tries_left=left - 1)
    return asked, (on.ForwardAReq(attempt=asked.attempts), timer(on.AResTimeRanOut(at=until)))


def _take_ares(record: Relay, ares: Message, at: datetime) -> Decision:
    transaction = record.transaction.named(ares)
    status = ares.text_or_none("transStatus")
    answered = replace(record, until=None, transaction=transaction, trans_status=status)
    relay = on.RelayARes(message=ares)
    if answered.state is State.ANSWERED:
        return answered, (relay,)
    wait = record.result_limit
    if status == "D":
        wait = transaction.decoupled_time + DECOUPLED_AT_SERVER.of(transaction.version)
    until = at + wait
    waiting = replace(answered, until=until, result_until=until)
    return waiting, (relay, timer(on.ResultTimeRanOut(at=until)))


def _take_request(
    record: Relay, after: Relay, event: on.AReqRepeated | on.RReqReceived
) -> Decision:
    if isinstance(event, on.AReqRepeated):
        return record, (on.RepeatAnswer(),)
    if after.state is not State.RELAYING:
        return record, (on.RepeatResultAnswer(),)
    taken = replace(
        after,
        result_digest=event.digest,
        trans_status=event.message.text_or_none("transStatus"),
        tries_left=CONNECTIONS_MOST,
    )
    return _forward(taken, event.at)


def _forward(record: Relay, at: datetime) -> Decision:
    until = at + RRES_AT_DIRECTORY.of(record.transaction.version)
    sent = replace(
        record, until=until, attempts=record.attempts + 1, tries_left=record.tries_left - 1
    )
    return sent, (on.ForwardRReq(attempt=sent.attempts), timer(on.RResTimeRanOut(at=until)))


def _reach_server(record: Relay, event: Event) -> Decision:
    match record.state:
        case State.RELAYING:
            return _forward(record, event.at)
        case State.UNDELIVERED:
            return _undelivered(record, event)
    settled = replace(record, until=None)
    match event:
        case on.RResReceived(message=rres):
            return settled, (on.RelayRRes(message=rres),)
        case on.ServerErroReceived(message=erro):
            return settled, (on.RelayErro(message=erro),)
    return settled, ()


def _undelivered(record: Relay, event: Event) -> Decision:
    """Say to the ACS that its result did not arrive, and go on waiting for it."""
    transaction = record.transaction
    found = _lost(transaction, event)
    complaints: tuple[Effect, ...] = ()
    if isinstance(event, on.RResFaulted | on.RResReceived) and found.answerable:
        erro = erro_for(found, component=Component.DIRECTORY)
        complaints = (PostErro(to=Component.SERVER, message=erro),)
    waiting = replace(record, until=record.result_until)
    silence = timer(on.ResultTimeRanOut(at=record.result_until))
    return waiting, (*complaints, _answering(transaction, found), silence)


def _lost(transaction: Transaction, event: Event) -> ProtocolFault:
    match event:
        case on.RResFaulted():
            return event.fault
        case on.RResReceived(message=rres):
            strangers = ",".join(transaction.strangers(rres))
            return fault_in(rres, ErrorCode.TRANSACTION_UNKNOWN, strangers)
        case on.RResTimeRanOut():
            return transaction.fault(ErrorCode.TIMED_OUT, "no RRes in time", about=MessageType.RRES)
    return transaction.fault(
        ErrorCode.CONNECTION_FAILED, "no connection to the 3DS Server", about=MessageType.RREQ
    )
