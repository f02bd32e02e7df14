"""The challenge in an app, as the ACS sees it: CReq in, screens out, one result, the final CRes.

Protocol facts, sections 2.1, 5.4, 5.5, 8 and 9. What does not fit the table stands in `decide`:
whatever comes after its time was over counts as silence, even if the timer is late; a CReq that is
out of count, belongs elsewhere or does not answer the screen ends the challenge like one that could
not be read. What is asked, how often, and what counts as right is the room's own business.
"""

from collections.abc import Mapping, Set
from dataclasses import replace
from datetime import datetime
from typing import Final

from sekisho.kernel.effects import Effect, Later
from sekisho.kernel.errors import Misuse
from sekisho.protocol.elements import BY_NAME
from sekisho.protocol.erro import erro_for
from sekisho.protocol.faults import ErrorCode, ProtocolFault
from sekisho.protocol.jose.content import Enc
from sekisho.protocol.jose.secure_channel import EITHER, Side
from sekisho.protocol.states.app_challenge_events import (
    EFFECTS,
    EVENTS,
    TIMERS,
    AnswerErro,
    ChoiceOverdue,
    ChooseScreen,
    CReqFaulted,
    CReqReceived,
    ErroReceived,
    Event,
    FirstCReqOverdue,
    NextCReqOverdue,
    OutcomeReached,
    Overdue,
    ResultDelivered,
    ResultOverdue,
    ResultUndelivered,
    ScreenChosen,
    SendFinalCRes,
    SendResult,
    SendScreen,
)
from sekisho.protocol.states.app_challenge_table import OPEN, TABLE, WAITS, AppChallenge, State
from sekisho.protocol.states.challenge_result import (
    CREQ_REFUSED,
    CRES_REFUSED,
    TRANSACTION_ERROR,
    ChallengeResult,
    broken_off,
    cancelled,
    final_status,
    left_waiting,
)
from sekisho.protocol.states.screens import Cancelled, answer_to
from sekisho.protocol.states.table import Bring, fault_in
from sekisho.protocol.vocabulary import Component, Form, MessageType, Version

__all__ = ["EFFECTS", "EVENTS", "TABLE", "AppChallenge", "State", "begin", "decide"]


def begin(
    version: Version, ids: Mapping[str, str], *, at: datetime, allowed: Set[Enc] = EITHER
) -> tuple[AppChallenge, tuple[Effect, ...]]:
    """Await the first CReq, from the ARes with C on; a split SDK's `allowed` is `SPLIT_SDK`."""
    record = AppChallenge(version=version, ids=ids, until=at, allowed=allowed, turn=-1)
    return _await(record, State.AWAITING_CREQ, at)


def decide(record: AppChallenge, event: Event) -> tuple[AppChallenge, tuple[Effect, ...]]:
    """Apply one event; give the challenge as it now stands and what must be done about it.

    Raises ProtocolFault for a CReq after the end: 402 after silence, else 315. Misuse for a CRes
    that is not the next one, and for what our own side must not do.
    """
    if isinstance(event, TIMERS):
        if event.turn != record.turn:
            return record, ()  # what was awaited came in time
    elif record.state in WAITS and event.at >= record.until:
        return _after_silence(record, event)
    return _apply(record, event)


def _apply(record: AppChallenge, event: Event) -> tuple[AppChallenge, tuple[Effect, ...]]:
    match event:
        case CReqReceived():
            return _take(record, event)
        case CReqFaulted():
            return _refuse(record, event, event.fault)
        case ScreenChosen():
            return _show(record, event)
        case OutcomeReached():
            return _settle(record, event)
    return _end(record, event)


def _await(
    record: AppChallenge, state: State, at: datetime, *effects: Effect
) -> tuple[AppChallenge, tuple[Effect, ...]]:
    """Enter a state in which something is awaited: a new turn, and its timer."""
    overdue, limit = WAITS[state]
    until, turn = at + limit.of(record.version), record.turn + 1
    after = replace(record, state=state, until=until, turn=turn)
    return after, (*effects, Later(until, Bring(overdue(at=until, turn=turn))))


def _after_silence(record: AppChallenge, event: Event) -> tuple[AppChallenge, tuple[Effect, ...]]:
    """Let the time run out first; what came too late then meets a challenge that is over."""
    overdue, _ = WAITS[record.state]
    after, effects = decide(record, overdue(at=record.until, turn=record.turn))
    try:
        after, more = decide(after, event)
    except ProtocolFault as fault:
        more = (_erro(record, fault),)
    return after, (*effects, *more)


def _take(record: AppChallenge, event: CReqReceived) -> tuple[AppChallenge, tuple[Effect, ...]]:
    if record.state not in OPEN:
        TABLE.after(record.state, event)
    try:
        _check(record, event)
        answered = answer_to(record.screen, event.message)
        if record.state is State.CHOOSING and not isinstance(answered.answer, Cancelled):
            raise fault_in(event.message, ErrorCode.TRANSACTION_DATA_INVALID, detail="not expected")
    except ProtocolFault as fault:
        return _refuse(record, event, fault)
    counted = replace(record, received=record.received + 1, enc=event.enc)
    match answered.answer:
        case Cancelled(reason=reason):
            TABLE.after(record.state, event, State.REPORTING)
            return _report(counted, event.at, cancelled(reason))
    TABLE.after(record.state, event, State.CHOOSING)
    return _await(counted, State.CHOOSING, event.at, ChooseScreen(answered))


def _check(record: AppChallenge, event: CReqReceived) -> None:
    """Hold a CReq against the transaction and the count; raises 203, 301, 302 or 310."""
    creq = event.message
    if creq.version is not record.version:
        raise fault_in(creq, ErrorCode.FORMAT_INVALID, "messageVersion")
    strange = [name for name, own in record.ids.items() if _other(creq.get(name), own)]
    if strange:
        raise fault_in(creq, ErrorCode.TRANSACTION_UNKNOWN, *strange)
    allowed = record.allowed if record.enc is None else {record.enc}
    if event.enc not in allowed:
        expected = ",".join(sorted(enc.value for enc in allowed))
        raise fault_in(creq, ErrorCode.ALGORITHM_WRONG, detail=expected)
    if creq.get(Side.SDK.counter_name) != f"{record.received:03d}":
        counter = f"{Side.SDK.counter_name} is not {record.received:03d}"
        raise fault_in(creq, ErrorCode.DECRYPTION_FAILED, detail=counter)


def _other(said: object, own: str) -> bool:
    return not isinstance(said, str) or said.lower() != own.lower()


def _refuse(
    record: AppChallenge, event: CReqReceived | CReqFaulted, fault: ProtocolFault
) -> tuple[AppChallenge, tuple[Effect, ...]]:
    """Answer a fault with its Erro; while the challenge was open, that ends it with U."""
    answer = (_erro(record, fault),) if fault.answerable else ()
    is_open = record.state in OPEN
    state = TABLE.after(record.state, event, State.ERRORED if is_open else None)
    if not is_open:
        return record, answer
    erro = answer[0].message if answer else None
    result = broken_off(record.version, cancel=CREQ_REFUSED, erro=erro)
    return _ended(record, state, result), (*answer, SendResult(result=result))


def _erro(record: AppChallenge, fault: ProtocolFault) -> AnswerErro:
    return AnswerErro(message=erro_for(fault, component=Component.ACS, version=record.version))


def _show(record: AppChallenge, event: ScreenChosen) -> tuple[AppChallenge, tuple[Effect, ...]]:
    state, cres = TABLE.after(record.state, event), event.message
    if state is None:
        return record, ()
    strange = [name for name, own in record.ids.items() if _other(cres.get(name), own)]
    if (
        strange
        or cres.type is not MessageType.CRES
        or cres.version is not record.version
        or cres.get("challengeCompletionInd") != "N"
        or cres.get(Side.ACS.counter_name) != record.counter
    ):
        raise Misuse(f"not the CRes {record.counter} of this challenge")
    if record.must_end:
        raise Misuse("the counter is used up: only the final CRes fits")
    shown = replace(record, sent=record.sent + 1, screen=cres)
    return _await(shown, state, event.at, SendScreen(message=cres))


def _settle(record: AppChallenge, event: OutcomeReached) -> tuple[AppChallenge, tuple[Effect, ...]]:
    if TABLE.after(record.state, event) is None:
        return record, ()
    if event.result.trans_status not in _STATUSES.codes_for(Form.RREQ, record.version):
        raise Misuse(f"transStatus {event.result.trans_status} is no result of a challenge")
    return _report(record, event.at, event.result)


def _report(
    record: AppChallenge, at: datetime, result: ChallengeResult
) -> tuple[AppChallenge, tuple[Effect, ...]]:
    return _await(replace(record, result=result), State.REPORTING, at, SendResult(result=result))


def _ended(
    record: AppChallenge, state: State | None, result: ChallengeResult | None = None
) -> AppChallenge:
    return replace(
        record, state=state or record.state, turn=record.turn + 1, result=record.result or result
    )


def _end(
    record: AppChallenge,
    event: ErroReceived | ResultDelivered | ResultUndelivered | Overdue,
) -> tuple[AppChallenge, tuple[Effect, ...]]:
    state = TABLE.after(record.state, event)
    if state is None:
        return record, ()
    match event:
        case ResultDelivered():
            status = final_status(record.result)
            final = SendFinalCRes(trans_status=status, counter=record.counter)
            return replace(_ended(record, state), sent=record.sent + 1), (final,)
        case ResultUndelivered():
            return _ended(record, state), (_failure(record, ErrorCode.TRANSIENT_FAILURE),)
        case ResultOverdue():
            return _ended(record, state), (_failure(record, ErrorCode.TIMED_OUT),)
        case ErroReceived(message=erro):
            result = broken_off(record.version, cancel=CRES_REFUSED, erro=erro)
        case ChoiceOverdue():
            answer = _failure(record, ErrorCode.TRANSIENT_FAILURE)
            result = broken_off(record.version, cancel=TRANSACTION_ERROR, erro=None)
            return _ended(record, state, result), (answer, SendResult(result=result))
        case FirstCReqOverdue() | NextCReqOverdue():
            result = left_waiting(opened=isinstance(event, NextCReqOverdue))
    owed = () if record.result else (SendResult(result=result),)
    return _ended(record, state, result), owed


def _failure(record: AppChallenge, code: ErrorCode) -> AnswerErro:
    """Tell the SDK that no CRes will come."""
    return _erro(
        record,
        ProtocolFault(code, message_type=MessageType.CREQ, version=record.version, ids=record.ids),
    )


_STATUSES: Final = BY_NAME["transStatus"]
