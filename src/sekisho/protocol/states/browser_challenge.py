"""A challenge in the browser, as the ACS sees it: from the ARes with C to the final CRes.

What the cardholder is asked, how often and on which pages is the room's own business: it says when
the cardholder did something (`Acted`) and how it ended (`OutcomeReached`). What does not fit the
table stands below it: a second CReq gets the same page, or 314 where it is so configured.
"""

from dataclasses import dataclass, replace
from datetime import datetime
from enum import Enum
from typing import Final, TypeAlias

from sekisho.kernel.effects import Effect
from sekisho.kernel.errors import Misuse
from sekisho.protocol.erro import erro_for
from sekisho.protocol.faults import ErrorCode
from sekisho.protocol.messages import Message
from sekisho.protocol.states.app_challenge_events import OutcomeReached
from sekisho.protocol.states.browser_events import (
    EFFECTS,
    EVENTS,
    TIMERS,
    Acted,
    Cancelled,
    CReqFaulted,
    CReqReceived,
    Event,
    FirstCReqTimeRanOut,
    PageTimeRanOut,
    PostCRes,
    ResultTimeRanOut,
    ShowPage,
)
from sekisho.protocol.states.challenge_result import (
    CANCELLED,
    CREQ_REFUSED,
    ChallengeResult,
    broken_off,
    cancelled,
    final_status,
    left_waiting,
)
from sekisho.protocol.states.exchange import AnswerErro, ResultDelivered, SendResult
from sekisho.protocol.states.limits import FIRST_CREQ, PAGE, RRES_AT_ACS
from sekisho.protocol.states.table import Go, Refuse, Rows, Table, ignored, never, refused
from sekisho.protocol.states.transaction import Transaction, fault_in
from sekisho.protocol.states.waiting import Silence, in_time, timer
from sekisho.protocol.vocabulary import Component, Version

__all__ = [
    "EFFECTS",
    "EVENTS",
    "FINAL",
    "SILENCE",
    "TABLE",
    "BrowserChallenge",
    "Event",
    "State",
    "begin",
    "decide",
]


class State(Enum):
    """How far a challenge in the browser has come."""

    AWAITING_CREQ = "awaiting CReq"
    """The ARes said C; the browser has 30 seconds to come."""
    ASKING = "asking"
    """A page is before the cardholder, who has ten minutes for it."""
    REPORTING = "reporting"
    """The result is on its way; the browser waits for the final CRes."""
    COMPLETED = "completed"
    """The final CRes was posted."""
    TIMED_OUT = "timed out"
    """The browser never came: there is a result, and nobody to post a CRes."""
    ERRORED = "errored"
    """The CReq broke a rule: an Erro was posted instead of a CRes."""


FINAL: Final = frozenset({State.COMPLETED, State.TIMED_OUT, State.ERRORED})
SILENCE: Final[Silence[Event]] = {
    State.AWAITING_CREQ: FirstCReqTimeRanOut,
    State.ASKING: PageTimeRanOut,
    State.REPORTING: ResultTimeRanOut,
}
_SETTLED: Final = (State.REPORTING, *FINAL)
_CARDHOLDERS: Final = (Acted, Cancelled, OutcomeReached)

_ROWS: Final[Rows[State]] = {
    (State.AWAITING_CREQ, CReqReceived): Go((State.ASKING,)),
    (State.ASKING, CReqReceived): Go(
        (State.ASKING,), "the same page again; 314 since 2.3.1 where it is so configured"
    ),
    **refused(
        (State.REPORTING, State.COMPLETED, State.ERRORED),
        (CReqReceived,),
        Refuse(ErrorCode.CHALLENGE_OVER, "the result is known", "its RReq was sent"),
    ),
    (State.TIMED_OUT, CReqReceived): Refuse(
        ErrorCode.TIMED_OUT, "the CReq came too late", "the result says that it never came"
    ),
    (State.AWAITING_CREQ, CReqFaulted): Go((State.ERRORED,), "the Erro goes back; result U"),
    # Whoever holds the two identifiers can send rubbish; it must not end what is under way.
    **{
        (state, CReqFaulted): Go((state,), "the Erro goes back; nothing else changes")
        for state in (State.ASKING, *_SETTLED)
    },
    (State.ASKING, Acted): Go((State.ASKING,)),
    (State.ASKING, Cancelled): Go((State.REPORTING,), "N, challengeCancel 01"),
    (State.ASKING, OutcomeReached): Go((State.REPORTING,)),
    **never((State.AWAITING_CREQ,), _CARDHOLDERS, "there is no page yet"),
    **ignored(_SETTLED, _CARDHOLDERS, "a late click must not change a result"),
    (State.REPORTING, ResultDelivered): Go(
        (State.COMPLETED,), "the final CRes goes out even if the RReq did not arrive"
    ),
    **never((State.AWAITING_CREQ, State.ASKING), (ResultDelivered,), "no RReq was sent yet"),
    **ignored(FINAL, (ResultDelivered,), "the browser is gone"),
    (State.AWAITING_CREQ, FirstCReqTimeRanOut): Go((State.TIMED_OUT,), "N, 14, 05"),
    (State.ASKING, PageTimeRanOut): Go((State.REPORTING,), "N, 14, 04"),
    (State.REPORTING, ResultTimeRanOut): Go((State.COMPLETED,), "the final CRes goes out anyway"),
}

TABLE: Final[Table[State]] = Table(
    name="browser challenge at the ACS",
    role=Component.ACS,
    about=(
        "From the ARes with C over the first CReq and the pages to the one result and the final "
        "CRes, which waits for the RRes (sections 2.2, 4, 8, 9)."
    ),
    start=State.AWAITING_CREQ,
    final=FINAL,
    events=EVENTS,
    rows={**ignored(State, TIMERS, "what was awaited came in time"), **_ROWS},
)


@dataclass(frozen=True, slots=True, kw_only=True)
class BrowserChallenge:
    """One challenge in the browser."""

    state: State = State.AWAITING_CREQ
    transaction: Transaction
    until: datetime | None
    """When the present wait is over."""
    refuses_repeats: bool
    """A second CReq is refused with 314 (2.3.1) instead of being shown the same page."""
    window_size: str | None = None
    """challengeWindowSize."""
    session_data: str | None = None
    """threeDSSessionData."""
    result: ChallengeResult | None = None


Decision: TypeAlias = tuple[BrowserChallenge, tuple[Effect, ...]]


def begin(transaction: Transaction, *, at: datetime, refuses_repeats: bool = False) -> Decision:
    """Await the browser, from the ARes with C on."""
    until = at + FIRST_CREQ.of(transaction.version)
    record = BrowserChallenge(transaction=transaction, until=until, refuses_repeats=refuses_repeats)
    return record, (timer(FirstCReqTimeRanOut(at=until)),)


def decide(record: BrowserChallenge, event: Event) -> Decision:
    """Apply one event; give the challenge as it now stands and what must be done about it.

    Raises ProtocolFault for a CReq that is refused: nothing changes.
    """
    return in_time(record, event, SILENCE, _apply)


def _apply(record: BrowserChallenge, event: Event) -> Decision:
    if isinstance(event, CReqReceived):
        _require_welcome(record, event.message)
    state = TABLE.after(record.state, event)
    if state is None:
        return record, ()
    after = replace(record, state=state)
    match event:
        case CReqReceived():
            return _show(record, after, event)
        case CReqFaulted():
            return _refuse(record, after, event)
        case Acted():
            return _next_page(after, event.at)
        case ResultDelivered() | ResultTimeRanOut():
            return _complete(after)
    return _conclude(after, _result(record, event), event.at)


def _require_welcome(record: BrowserChallenge, creq: Message) -> None:
    record.transaction.require_own(creq)
    newest = record.transaction.version >= Version.V231
    if record.state is State.ASKING and record.refuses_repeats and newest:
        raise fault_in(creq, ErrorCode.CHALLENGE_REPEATED, "the challenge is under way")


def _show(record: BrowserChallenge, after: BrowserChallenge, event: CReqReceived) -> Decision:
    if record.state is State.ASKING:
        return record, (ShowPage(window_size=record.window_size),)  # a reload gains no time
    opened, effects = _next_page(
        replace(
            after,
            window_size=event.message.text_or_none("challengeWindowSize"),
            session_data=event.session_data,
        ),
        event.at,
    )
    return opened, (ShowPage(window_size=opened.window_size), *effects)


def _next_page(record: BrowserChallenge, at: datetime) -> Decision:
    until = at + PAGE.of(record.transaction.version)
    return replace(record, until=until), (timer(PageTimeRanOut(at=until)),)


def _refuse(record: BrowserChallenge, after: BrowserChallenge, event: CReqFaulted) -> Decision:
    erro = erro_for(event.fault, component=Component.ACS, version=record.transaction.version)
    if record.state is after.state:
        return record, (AnswerErro(message=erro),)
    result = broken_off(record.transaction.version, cancel=CREQ_REFUSED, erro=erro)
    ended = replace(after, until=None, result=result)
    return ended, (AnswerErro(message=erro), SendResult(result=result))


def _result(record: BrowserChallenge, event: Event) -> ChallengeResult:
    match event:
        case OutcomeReached(result=result):
            if not record.transaction.allows_result("C", result.trans_status):
                raise Misuse(f"a challenge cannot end with {result.trans_status} here")
            return result
        case Cancelled():
            return cancelled(CANCELLED)
    return left_waiting(opened=record.state is State.ASKING)


def _conclude(record: BrowserChallenge, result: ChallengeResult, at: datetime) -> Decision:
    ended = replace(record, until=None, result=result)
    if record.state is not State.REPORTING:
        return ended, (SendResult(result=result),)
    until = at + RRES_AT_ACS.of(record.transaction.version)
    silence = timer(ResultTimeRanOut(at=until))
    return replace(ended, until=until), (SendResult(result=result), silence)


def _complete(record: BrowserChallenge) -> Decision:
    cres = PostCRes(trans_status=final_status(record.result), session_data=record.session_data)
    return replace(record, until=None), (cres,)
