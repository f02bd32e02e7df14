"""The challenge in an app, as the 3DS SDK sees it: CReq out, screens shown, the app told once.

Protocol facts, sections 2.1, 2.6, 5.3 to 5.5, 8 and 9. What does not fit the table stands below it:
while a CRes is awaited, neither a wish to cancel nor the end of sdkMaxTimeout goes out before it came,
because the ACS expects nothing else than silence; then they do, unless that CRes was the last.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

from sekisho.kernel.effects import Effect
from sekisho.kernel.errors import Misuse
from sekisho.protocol.elements.screens import UiType, reply_misfits, ui_type
from sekisho.protocol.erro import erro_for
from sekisho.protocol.faults import ErrorCode, ProtocolFault
from sekisho.protocol.jose.secure_channel import COUNTER_MAX, Side
from sekisho.protocol.messages import Message, build
from sekisho.protocol.states import sdk_challenge_events as on
from sekisho.protocol.states.exchange import PostErro
from sekisho.protocol.states.limits import CONNECTIONS_MOST, CRES_AT_SDK, FIRST_CREQ, SDK_LEAST
from sekisho.protocol.states.screens import Answered, Cancelled, OobAppFailed, OobContinued, spoken
from sekisho.protocol.states.sdk_challenge_events import EFFECTS, EVENTS, Event, Outcome
from sekisho.protocol.states.sdk_challenge_table import FINAL, SILENCE, TABLE, SdkChallenge, State
from sekisho.protocol.states.transaction import Transaction, fault_in
from sekisho.protocol.states.waiting import in_time, timer
from sekisho.protocol.vocabulary import Component, Json, MessageType, Version

__all__ = [
    "EFFECTS",
    "EVENTS",
    "FINAL",
    "SILENCE",
    "TABLE",
    "Event",
    "SdkChallenge",
    "State",
    "begin",
    "decide",
]


def begin(
    transaction: Transaction,
    *,
    at: datetime,
    max_time: timedelta,
    oob_app_url_ind: str = "02",
    app_url: str | None = None,
) -> tuple[SdkChallenge, tuple[Effect, ...]]:
    """Begin with what the requestor's app was given after the ARes with C; Misuse under 5 minutes."""
    if max_time < SDK_LEAST.of(transaction.version):
        raise Misuse("sdkMaxTimeout is five minutes or more")
    until = at + FIRST_CREQ.of(transaction.version)
    record = SdkChallenge(
        transaction=transaction,
        deadline=until,
        max_time=max_time,
        oob_app_url_ind=oob_app_url_ind,
        app_url=app_url,
        until=until,
    )
    return record, (on.VerifySignature(), timer(on.StartTimeRanOut(at=until)))


def decide(record: SdkChallenge, event: Event) -> tuple[SdkChallenge, tuple[Effect, ...]]:
    """Apply one event; give the challenge as it now stands and what must be done about it.

    Raises Misuse for an answer that the screen does not allow, and for what our own side must not do.
    Never ProtocolFault: an SDK has nobody to refuse; what is wrong with a CRes ends the challenge.
    """
    return in_time(record, event, SILENCE, _apply)


def _apply(record: SdkChallenge, event: Event) -> tuple[SdkChallenge, tuple[Effect, ...]]:
    match event:
        case on.CResReceived():
            return _take(record, event)
        case on.AcsUnreachable():
            return _retry(record, event)
        case on.AppReturned():
            return _return(record, event)
    state = TABLE.after(record.state, event)
    if state is None:
        return record, ()
    return _follow(record, event, state)


def _follow(
    record: SdkChallenge, event: Event, state: State
) -> tuple[SdkChallenge, tuple[Effect, ...]]:
    """Do what the table says, where it leaves no choice."""
    match event:
        case on.SignatureVerified():
            first = replace(record, deadline=event.at + record.max_time)
            return _ask(first, event.at, {})
        case on.Replied(answered=answered):
            return _reply(record, event.at, answered)
        case on.OobAppNotOpened():
            return _reply(record, event.at, Answered(answer=OobAppFailed()))
        case on.OobAppWanted():
            return record, (on.OpenOobApp(url=_oob_app_url(record)),)
    if state is State.AWAITING_CRES:
        return replace(record, cancel_wanted=True), ()
    return _break(record, event, state)


def _take(record: SdkChallenge, event: on.CResReceived) -> tuple[SdkChallenge, tuple[Effect, ...]]:
    cres = event.message
    if record.state is not State.AWAITING_CRES:
        TABLE.after(record.state, event)
        return record, ()
    try:
        _check(record, cres)
    except ProtocolFault as found:
        TABLE.after(record.state, event, State.PROTOCOL_ERROR)
        return _accuse(record, found)
    counted = replace(record, received=record.received + 1)
    if cres["challengeCompletionInd"] == "Y":
        TABLE.after(record.state, event, State.COMPLETED)
        status = cres.text_or_none("transStatus")
        return _over(counted, State.COMPLETED, trans_status=status)
    if record.cancel_wanted or event.at >= record.deadline:
        choice = State.CANCELLED if record.cancel_wanted else State.TIMED_OUT
        TABLE.after(record.state, event, choice)
        return _leave(counted, choice)
    TABLE.after(record.state, event, State.SHOWING)
    shown = replace(counted, state=State.SHOWING, until=record.deadline, screen=cres.elements)
    silence = on.ChallengeTimeRanOut(at=record.deadline)
    return shown, (on.ShowScreen(message=cres), timer(silence))


def _check(record: SdkChallenge, cres: Message) -> None:
    """Hold a CRes against the transaction and the count; raises 203, 301 or 302."""
    record.transaction.require_own(cres)
    if cres.get(Side.ACS.counter_name) != f"{record.received:03d}":
        expected = f"{Side.ACS.counter_name} is not {record.received:03d}"
        raise fault_in(cres, ErrorCode.DECRYPTION_FAILED, expected)
    if cres["challengeCompletionInd"] == "N" and record.sent > COUNTER_MAX:
        raise fault_in(cres, ErrorCode.DECRYPTION_FAILED, f"{Side.SDK.counter_name} is used up")


def _retry(
    record: SdkChallenge, event: on.AcsUnreachable
) -> tuple[SdkChallenge, tuple[Effect, ...]]:
    again = event.attempt < CONNECTIONS_MOST
    choice = State.AWAITING_CRES if again else State.RUNTIME_ERROR
    state = TABLE.after(record.state, event, choice)
    if state is None:
        return record, ()
    if again:
        return record, (on.RepeatCReq(attempt=event.attempt + 1),)
    return _over(record, state)


def _return(record: SdkChallenge, event: on.AppReturned) -> tuple[SdkChallenge, tuple[Effect, ...]]:
    away = ui_type(record.screen) in (UiType.OOB, UiType.HTML_OOB)
    goes_on = away and record.transaction.version >= Version.V231
    choice = State.AWAITING_CRES if goes_on else State.SHOWING
    if TABLE.after(record.state, event, choice) is None:
        return record, ()
    if goes_on:
        return _reply(record, event.at, Answered(answer=OobContinued(automatic=True)))
    refreshed = record.screen.keys() & {"challengeAddInfo", "acsHTMLRefresh"}
    return record, (on.ShowReturn(),) if refreshed else ()


def _reply(
    record: SdkChallenge, at: datetime, answered: Answered
) -> tuple[SdkChallenge, tuple[Effect, ...]]:
    said = spoken(answered, record.transaction.version)
    if isinstance(answered.answer, Cancelled) or reply_misfits(
        record.screen, said, record.transaction.version
    ):
        raise Misuse("the screen that is shown cannot be answered so")
    return _ask(record, at, said)


def _ask(
    record: SdkChallenge, at: datetime, said: Mapping[str, Json]
) -> tuple[SdkChallenge, tuple[Effect, ...]]:
    until = at + CRES_AT_SDK.of(record.transaction.version)
    after = replace(record, state=State.AWAITING_CRES, until=until, sent=record.sent + 1)
    creq = on.SendCReq(message=_creq(record, said))
    return after, (creq, timer(on.CResTimeRanOut(at=until)))


def _creq(record: SdkChallenge, said: Mapping[str, Json]) -> Message:
    transaction = record.transaction
    elements: dict[str, Json] = {
        **transaction.ids,
        Side.SDK.counter_name: f"{record.sent:03d}",
        "oobAppURLInd": record.oob_app_url_ind,
        "threeDSRequestorAppURL": record.app_url,
        **said,
    }
    return build(
        MessageType.CREQ,
        transaction.version,
        elements,
        sender=Component.SDK,
        receiver=Component.ACS,
        channel=transaction.channel,
        category=transaction.category,
        fit=True,
    )


def _oob_app_url(record: SdkChallenge) -> str:
    url = record.screen.get("oobAppURL")
    if not isinstance(url, str):
        raise Misuse("the screen that is shown names no app to be opened")
    return url


_CANCELS: Final = {State.CANCELLED: "01", State.TIMED_OUT: "08"}
"""challengeCancel of an SDK that leaves."""


def _leave(record: SdkChallenge, state: State) -> tuple[SdkChallenge, tuple[Effect, ...]]:
    """End it on this side, and tell the ACS if it has ever heard of us."""
    if record.state is State.CHECKING:
        return _over(record, state)
    creq = _creq(record, {"challengeCancel": _CANCELS[state]})
    return _over(replace(record, sent=record.sent + 1), state, on.SendCReq(message=creq))


def _break(
    record: SdkChallenge, event: Event, state: State
) -> tuple[SdkChallenge, tuple[Effect, ...]]:
    """End it before its end, and tell the ACS unless it told us."""
    match event:
        case on.CancelPressed() | on.ChallengeTimeRanOut():
            return _leave(record, state)
        case on.CResFaulted(fault=found, final=False):
            return _accuse(record, found)
        case on.CResTimeRanOut():
            erro = record.transaction.erro(
                Component.SDK, ErrorCode.TIMED_OUT, "timeout", about=MessageType.CRES
            )
            return _over(record, state, PostErro(to=Component.ACS, message=erro))
    return _over(record, state)


def _accuse(record: SdkChallenge, found: ProtocolFault) -> tuple[SdkChallenge, tuple[Effect, ...]]:
    if not found.answerable:
        return _over(record, State.PROTOCOL_ERROR)
    erro = erro_for(found, component=Component.SDK, version=record.transaction.version)
    return _over(record, State.PROTOCOL_ERROR, PostErro(to=Component.ACS, message=erro))


def _over(
    record: SdkChallenge, state: State, *effects: Effect, trans_status: str | None = None
) -> tuple[SdkChallenge, tuple[Effect, ...]]:
    """End it: the app is told once."""
    told = on.TellApp(outcome=Outcome(state.value), trans_status=trans_status)
    return replace(record, state=state, until=None), (*effects, told)
