"""The challenge in an app, as the ACS sees it: CReq in, screens out, one result, the final CRes.

Protocol facts, sections 2.1, 5.4, 5.5, 8 and 9. What does not fit the table stands in `decide`:
whatever comes after its time was over counts as silence, even if the timer is late; a CReq that is
out of count, belongs elsewhere or does not answer the screen ends the challenge like one that could
not be read. What is asked, how often, and what counts as right is the room's own business.
"""

from collections.abc import Set
from dataclasses import replace
from datetime import datetime
from typing import Final

from sekisho.kernel.effects import Effect
from sekisho.kernel.errors import Misuse
from sekisho.protocol.erro import erro_for
from sekisho.protocol.faults import ErrorCode, ProtocolFault
from sekisho.protocol.jose.content import Enc
from sekisho.protocol.jose.secure_channel import EITHER, Side
from sekisho.protocol.states import app_challenge_events as on
from sekisho.protocol.states.app_challenge_events import EFFECTS, EVENTS, Event
from sekisho.protocol.states.app_challenge_table import (
    FINAL,
    OPEN,
    SILENCE,
    TABLE,
    AppChallenge,
    State,
)
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
from sekisho.protocol.states.exchange import AnswerErro, Delivery, ResultDelivered, SendResult
from sekisho.protocol.states.limits import CRES_AT_SDK, FIRST_CREQ, NEXT_CREQ
from sekisho.protocol.states.screens import Answered, Cancelled, answer_to
from sekisho.protocol.states.transaction import Transaction, fault_in
from sekisho.protocol.states.waiting import in_time, timer
from sekisho.protocol.vocabulary import Component, MessageType

__all__ = [
    "EFFECTS",
    "EVENTS",
    "FINAL",
    "SILENCE",
    "TABLE",
    "AppChallenge",
    "Event",
    "State",
    "begin",
    "decide",
]


def begin(
    transaction: Transaction, *, at: datetime, allowed: Set[Enc] = EITHER
) -> tuple[AppChallenge, tuple[Effect, ...]]:
    """Await the first CReq, from the ARes with C on; for a split SDK `allowed` is `SPLIT_SDK`."""
    until = at + FIRST_CREQ.of(transaction.version)
    record = AppChallenge(transaction=transaction, until=until, allowed=allowed)
    return record, (timer(on.FirstCReqTimeRanOut(at=until)),)


def decide(record: AppChallenge, event: Event) -> tuple[AppChallenge, tuple[Effect, ...]]:
    """Apply one event; give the challenge as it now stands and what must be done about it.

    Raises ProtocolFault for a CReq after the end: 402 after silence, else 315. Misuse for a CRes
    that is not the next one, and for what our own side must not do.
    """
    return in_time(record, event, SILENCE, _apply)


def _apply(record: AppChallenge, event: Event) -> tuple[AppChallenge, tuple[Effect, ...]]:
    match event:
        case on.CReqReceived():
            return _take(record, event)
        case on.CReqFaulted():
            return _refuse(record, event, event.fault)
        case on.ScreenChosen():
            return _show(record, event)
        case on.OutcomeReached():
            return _settle(record, event)
        case ResultDelivered():
            return _complete(record, event)
    return _end(record, event)


def _take(record: AppChallenge, event: on.CReqReceived) -> tuple[AppChallenge, tuple[Effect, ...]]:
    if record.state not in OPEN:
        TABLE.after(record.state, event)
    try:
        answered = _understood(record, event)
    except ProtocolFault as fault_found:
        return _refuse(record, event, fault_found)
    counted = replace(record, received=record.received + 1, enc=event.enc)
    if isinstance(answered.answer, Cancelled):
        TABLE.after(record.state, event, State.REPORTING)
        return _report(counted, event.at, cancelled(answered.answer.reason))
    TABLE.after(record.state, event, State.CHOOSING)
    until = event.at + CRES_AT_SDK.of(record.transaction.version)
    return replace(counted, state=State.CHOOSING, until=until), (
        on.ChooseScreen(answered=answered),
        timer(on.ChoiceTimeRanOut(at=until)),
    )


def _understood(record: AppChallenge, event: on.CReqReceived) -> Answered:
    """Hold a CReq against transaction, count and screen; raises 203, 301, 302, 305 or 310."""
    creq = event.message
    record.transaction.require_own(creq)
    allowed = record.allowed if record.enc is None else {record.enc}
    if event.enc not in allowed:
        expected = ",".join(sorted(enc.value for enc in allowed))
        raise fault_in(creq, ErrorCode.ALGORITHM_WRONG, expected)
    if creq.get(Side.SDK.counter_name) != f"{record.received:03d}":
        expected = f"{Side.SDK.counter_name} is not {record.received:03d}"
        raise fault_in(creq, ErrorCode.DECRYPTION_FAILED, expected)
    answered = answer_to(record.screen, creq)
    if record.state is State.CHOOSING and not isinstance(answered.answer, Cancelled):
        # The SDK waits for a CRes; all it may say before that is that it will wait no longer.
        raise fault_in(creq, ErrorCode.TRANSACTION_DATA_INVALID, "not expected")
    return answered


def _refuse(
    record: AppChallenge, event: on.CReqReceived | on.CReqFaulted, found: ProtocolFault
) -> tuple[AppChallenge, tuple[Effect, ...]]:
    """Answer a fault with its Erro; while the challenge was open, that ends it with U."""
    version = record.transaction.version
    answer: tuple[AnswerErro, ...] = ()
    if found.answerable:
        answer = (AnswerErro(message=erro_for(found, component=Component.ACS, version=version)),)
    is_open = record.state in OPEN
    state = TABLE.after(record.state, event, State.ERRORED if is_open else None)
    if not is_open:
        return record, answer
    sent = answer[0].message if answer else None
    result = broken_off(version, cancel=CREQ_REFUSED, erro=sent)
    return _over(record, state, result), (*answer, SendResult(result=result))


def _show(record: AppChallenge, event: on.ScreenChosen) -> tuple[AppChallenge, tuple[Effect, ...]]:
    state, cres = TABLE.after(record.state, event), event.message
    if state is None:
        return record, ()
    if (
        cres.type is not MessageType.CRES
        or cres.version is not record.transaction.version
        or record.transaction.strangers(cres)
        or cres.get("challengeCompletionInd") != "N"
        or cres.get(Side.ACS.counter_name) != record.counter
    ):
        raise Misuse(f"not the CRes {record.counter} of this challenge")
    if record.must_end:
        raise Misuse("the counter is used up: only the final CRes fits")
    until = event.at + NEXT_CREQ.of(record.transaction.version)
    shown = replace(record, state=state, until=until, sent=record.sent + 1, screen=cres)
    return shown, (on.SendScreen(message=cres), timer(on.NextCReqTimeRanOut(at=until)))


def _settle(
    record: AppChallenge, event: on.OutcomeReached
) -> tuple[AppChallenge, tuple[Effect, ...]]:
    if TABLE.after(record.state, event) is None:
        return record, ()
    status = event.result.trans_status
    if not record.transaction.allows_result("C", status):
        raise Misuse(f"transStatus {status} is no result of this challenge")
    return _report(record, event.at, event.result)


def _report(
    record: AppChallenge, at: datetime, result: ChallengeResult
) -> tuple[AppChallenge, tuple[Effect, ...]]:
    until = at + CRES_AT_SDK.of(record.transaction.version)
    after = replace(record, state=State.REPORTING, until=until, result=result)
    return after, (SendResult(result=result), timer(on.ReportTimeRanOut(at=until)))


_UNDELIVERED: Final = {
    Delivery.REFUSED: ErrorCode.TRANSIENT_FAILURE,
    Delivery.UNCONFIRMED: ErrorCode.TIMED_OUT,
    Delivery.POSTPONED: ErrorCode.TRANSIENT_FAILURE,
    Delivery.LOST: ErrorCode.TRANSIENT_FAILURE,
}
"""What the SDK is told instead of a final CRes."""


def _complete(
    record: AppChallenge, event: ResultDelivered
) -> tuple[AppChallenge, tuple[Effect, ...]]:
    error = _UNDELIVERED.get(event.how)
    choice = State.COMPLETED if error is None else State.ERRORED
    state = TABLE.after(record.state, event, choice)
    if state is None:
        return record, ()
    if error is not None:
        return _over(record, state), (_failure(record, error),)
    final = on.SendFinalCRes(trans_status=final_status(record.result), counter=record.counter)
    return replace(_over(record, state), sent=record.sent + 1), (final,)


def _end(
    record: AppChallenge,
    event: on.ErroReceived
    | on.FirstCReqTimeRanOut
    | on.NextCReqTimeRanOut
    | on.ChoiceTimeRanOut
    | on.ReportTimeRanOut,
) -> tuple[AppChallenge, tuple[Effect, ...]]:
    state = TABLE.after(record.state, event)
    if state is None:
        return record, ()
    answer: tuple[Effect, ...] = ()
    result = left_waiting(opened=record.state is State.SHOWING)
    match event:
        case on.ReportTimeRanOut():
            answer = (_failure(record, ErrorCode.TIMED_OUT),)
        case on.ChoiceTimeRanOut():
            answer = (_failure(record, ErrorCode.TRANSIENT_FAILURE),)
            result = broken_off(record.transaction.version, cancel=TRANSACTION_ERROR, erro=None)
        case on.ErroReceived(message=erro):
            result = broken_off(record.transaction.version, cancel=CRES_REFUSED, erro=erro)
    if record.state is State.REPORTING:
        return _over(record, state), answer
    return _over(record, state, result), (*answer, SendResult(result=result))


def _over(
    record: AppChallenge, state: State | None, result: ChallengeResult | None = None
) -> AppChallenge:
    return replace(record, state=state or record.state, until=None, result=result or record.result)


def _failure(record: AppChallenge, code: ErrorCode) -> AnswerErro:
    """Tell the SDK that no CRes will come."""
    erro = record.transaction.erro(Component.ACS, code, "no CRes follows", about=MessageType.CREQ)
    return AnswerErro(message=erro)
