"""The 3DS Server's authentication: from the prepared transaction to a result, or to knowing none.

The ARes and the RReq themselves are for the room to keep; the record holds what later messages must
agree with. What does not fit the table stands here: a result is taken only of exactly this
transaction (301) and only once (312), and a transStatus must follow from the AReq (203).
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final, TypeAlias

from sekisho.kernel.effects import Effect
from sekisho.kernel.errors import Misuse
from sekisho.protocol.erro import erro_for
from sekisho.protocol.faults import ErrorCode, ProtocolFault
from sekisho.protocol.messages import Message
from sekisho.protocol.states import server_events as on
from sekisho.protocol.states.exchange import PostErro
from sekisho.protocol.states.limits import (
    ARES_AT_SERVER,
    CONNECTIONS_MOST,
    DECOUPLED_AT_SERVER,
    FALLBACK,
    METHOD,
    PREPARATION,
    RESULT,
    SPC_AT_SERVER,
)
from sekisho.protocol.states.server_events import EFFECTS, EVENTS, Event
from sekisho.protocol.states.server_table import (
    FINAL,
    PENDING,
    SILENCE,
    TABLE,
    Authentication,
    State,
)
from sekisho.protocol.states.transaction import Transaction, fault_in
from sekisho.protocol.states.waiting import TimeRanOut, in_time, timer
from sekisho.protocol.vocabulary import Category, Channel, Component, Json, MessageType, Version

__all__ = [
    "EFFECTS",
    "EVENTS",
    "FINAL",
    "TABLE",
    "Authentication",
    "Event",
    "State",
    "begin",
    "decide",
]


Decision: TypeAlias = tuple[Authentication, tuple[Effect, ...]]


def begin(
    *,
    at: datetime,
    version: Version,
    server_trans_id: str,
    successor_id: str,
    method_exists: bool,
    preparation: timedelta = PREPARATION.usual,
    ares_limit: timedelta = ARES_AT_SERVER.usual,
    result_limit: timedelta = RESULT.usual,
) -> Decision:
    """Begin an authentication in the version that its parties have in common (section 6).

    `method_exists`: the card range has a 3DS Method URL. The limits are those that the protocol
    leaves to the Directory Server's rules (`limits`).
    """
    prepared = Authentication(
        transaction=Transaction(
            version=version,
            channel=Channel.BROWSER,
            category=Category.PAYMENT,
            server_trans_id=server_trans_id,
        ),
        successor_id=successor_id,
        until=None,
        prepared_until=at + preparation,
        comp_ind="N" if method_exists else "U",
        ares_limit=ares_limit,
        result_limit=result_limit,
    )
    return _wait_for_requestor(prepared)


def decide(record: Authentication, event: Event) -> Decision:
    """Apply one event; give the authentication as it now stands and what must be done about it.

    Raises ProtocolFault for a result that its sender must be told is not wanted, Misuse for what
    our own side must not do.
    """
    return in_time(record, event, SILENCE, _apply)


def _apply(record: Authentication, event: Event) -> Decision:
    """Look the next state up and take over what the event tells."""
    if isinstance(event, on.DirectoryUnreachable) and event.attempt < record.attempts:
        return record, ()  # an attempt that was made again already
    state = TABLE.after(record.state, event, _choice(record, event))
    return (record, ()) if state is None else _moved(replace(record, state=state), event)


def _choice(record: Authentication, event: Event) -> State | None:
    """Choose where the table leaves a choice. Raises ProtocolFault for an unfit result."""
    match event:
        case on.DirectoryUnreachable():
            return State.ASKED if record.attempts < CONNECTIONS_MOST else State.FAILED
        case on.AResReceived(message=ares):
            if record.transaction.flaw_of(ares) is not None:
                return State.FAILED
            return _AFTER_ARES.get(ares.text_or_none("transStatus"), State.ANSWERED)
        case on.RReqReceived(message=rreq):
            record.transaction.require_own(rreq)
            if record.state in _TAKING:
                _require_fit(record, rreq)
            if record.state is State.CHALLENGE:
                return State.CONTINUED if rreq.get("transStatus") == "D" else State.RESULT
    return None


_AFTER_ARES: Final[Mapping[str | None, State]] = {
    "C": State.CHALLENGE,
    "D": State.DECOUPLED,
    "S": State.SPC,
}


def _require_fit(record: Authentication, rreq: Message) -> None:
    """Refuse a second result, and one that cannot follow from the ARes."""
    if record.result_known:
        raise fault_in(rreq, ErrorCode.MESSAGE_REPEATED, "threeDSServerTransID")
    record.transaction.require_result(record.trans_status, rreq)


_TAKING: Final = (*PENDING, State.CONTINUED)


def _moved(record: Authentication, event: Event) -> Decision:
    """Take over what the event tells; the state is already the new one."""
    if record.state is State.FAILED:
        return _fail(record, event)
    match event:
        case on.MethodStarted() | on.MethodNotified() | on.MethodFailed() | on.MethodTimeRanOut():
            return _run_method(record, event)
        case on.Asked():
            return _ask(record, event)
        case on.DirectoryUnreachable():
            return _send(record, event.at)
        case on.AResReceived():
            return _take_ares(record, event)
    return _settle(record, event)


def _settle(record: Authentication, event: Event) -> Decision:
    match event:
        case on.OptedOut():
            return replace(record, results_status="02"), ()
        case on.ChallengeUndelivered():
            return replace(record, results_status="03"), ()
        case on.SpcConfirmed() | on.SpcFailed() | on.SpcTimeRanOut():
            return _leave_spc(record, event)
        case on.RReqReceived():
            return _take_result(record, event)
    return replace(record, until=None), ()  # nobody asked, or no result came


def _run_method(record: Authentication, event: Event) -> Decision:
    if not isinstance(event, on.MethodStarted):
        done = "Y" if isinstance(event, on.MethodNotified) else "N"
        return _wait_for_requestor(replace(record, comp_ind=done))
    if record.comp_ind == "U":
        raise Misuse("the card range has no 3DS Method")
    until = event.at + METHOD.of(record.transaction.version)
    return replace(record, until=until), (timer(on.MethodTimeRanOut(at=until)),)


def _wait_for_requestor(record: Authentication) -> Decision:
    until = record.prepared_until
    return replace(record, until=until), (timer(on.PreparationTimeRanOut(at=until)),)


def _ask(record: Authentication, event: on.Asked) -> Decision:
    prepared, asked = record.transaction, Transaction.of(event.message)
    said = event.message.text_or_none("threeDSCompInd")
    if (
        asked.version is not prepared.version
        or asked.server_trans_id != prepared.server_trans_id
        or (asked.channel is Channel.BROWSER and said != record.comp_ind)
    ):
        raise Misuse("the AReq is not the one that was prepared")
    return _send(replace(record, transaction=asked), event.at)


def _send(record: Authentication, at: datetime) -> Decision:
    until = at + record.ares_limit
    asked = replace(record, until=until, attempts=record.attempts + 1)
    return asked, (on.SendAReq(attempt=asked.attempts), timer(on.AResTimeRanOut(at=until)))


def _fail(record: Authentication, event: Event) -> Decision:
    """End without an authentication, and say to the Directory Server what its answer lacked."""
    if isinstance(event, on.ErroReceived):
        return replace(record, until=None, failure=event.message.text("errorCode")), ()
    found = _found(record.transaction, event)
    failed = replace(record, until=None, failure=found.error_code.value)
    if isinstance(event, on.DirectoryUnreachable) or not found.answerable:
        return failed, ()
    erro = erro_for(found, component=Component.SERVER)
    return failed, (PostErro(to=Component.DIRECTORY, message=erro),)


def _found(transaction: Transaction, event: Event) -> ProtocolFault:
    match event:
        case on.AResFaulted():
            return event.fault
        case on.AResTimeRanOut():
            return transaction.fault(ErrorCode.TIMED_OUT, "no ARes in time", about=MessageType.ARES)
        case on.AResReceived(message=ares) if (flaw := transaction.flaw_of(ares)) is not None:
            return flaw
    return transaction.fault(ErrorCode.CONNECTION_FAILED, "no connection for the AReq")


def _take_ares(record: Authentication, event: on.AResReceived) -> Decision:
    ares = event.message
    named = record.transaction.named(ares)
    answered = replace(
        record, until=None, transaction=named, trans_status=ares.text_or_none("transStatus")
    )
    silence = _silence(answered, event.at)
    if silence is None:
        return answered, ()
    return replace(answered, until=silence.at), (timer(silence),)


def _silence(record: Authentication, at: datetime) -> TimeRanOut | None:
    """Give the end of the wait that an ARes begins."""
    version = record.transaction.version
    match record.state:
        case State.CHALLENGE:
            return on.ResultTimeRanOut(at=at + record.result_limit)
        case State.DECOUPLED:
            grace = DECOUPLED_AT_SERVER.of(version)
            return on.ResultTimeRanOut(at=at + record.transaction.decoupled_time + grace)
        case State.SPC:
            return on.SpcTimeRanOut(at=at + SPC_AT_SERVER.of(version))
    return None


def _take_result(record: Authentication, event: on.RReqReceived) -> Decision:
    status = event.message.text_or_none("transStatus")
    taken = replace(record, until=None, trans_status=status, result_known=True)
    if status != "D":
        return taken, (on.AnswerRRes(results_status=record.results_status),)
    again = on.AskAgain(
        server_trans_id=record.successor_id,
        elements={
            "deviceChannel": Channel.THREE_RI.value,
            "threeRIInd": "19",
            "threeDSRequestorDecReqInd": "Y",
            **_prior(record, method="02"),
        },
        until=event.at + FALLBACK.of(record.transaction.version),
    )
    return taken, (on.AnswerRRes(results_status="04"), again)


def _leave_spc(record: Authentication, event: Event) -> Decision:
    elements = _prior(record, method="05")
    if isinstance(event, on.SpcFailed):
        elements["spcIncompInd"] = event.incompletion
    elif isinstance(event, on.SpcTimeRanOut):
        elements["spcIncompInd"] = "03"
    again = on.AskAgain(server_trans_id=record.successor_id, elements=elements)
    return replace(record, until=None), (again,)


def _prior(record: Authentication, *, method: str) -> dict[str, Json]:
    """Refer to the authentication that is carried on."""
    reference: dict[str, Json] = {
        "threeDSReqPriorRef": record.transaction.acs_trans_id,
        "threeDSReqPriorAuthMethod": method,
    }
    return {"threeDSRequestorPriorAuthenticationInfo": [reference]}
