"""An authentication of 3-D Secure 1.0.2, as the ACS sees it: from its VERes to its one PARes.

Protocol facts, sections 12.1 to 12.4. What they are silent about: a cardholder who cancels, or leaves
the page alone, is not authenticated (N), as in EMV 3DS; the PAReq may come again, letter for letter,
since a browser reloads, and is answered with the page or the PARes as it stands.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import Enum
from typing import Final, TypeAlias

from sekisho.kernel.effects import Effect
from sekisho.protocol.states.table import Go, Rows, Table, ignored, never
from sekisho.protocol.states.waiting import Silence, TimeRanOut, in_time, timer
from sekisho.protocol.vocabulary import Component

FAILED: Final = "N"
"""TX.status where the cardholder did nothing in time."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PAReqReceived:
    """The browser brought a PAReq that names the card by our acctID and can be used."""

    at: datetime
    status: str | None
    """TX.status where the cardholder need not be asked; None: a page asks."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PAReqRepeated:
    """The browser brought the very same PAReq again."""

    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Acted:
    """The cardholder did something that leaves the question open."""

    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class OutcomeReached:
    """The question is decided: right, wrong too often, or cancelled."""

    at: datetime
    status: str
    """TX.status."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PAReqTimeRanOut(TimeRanOut):
    """The browser never came."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PageTimeRanOut(TimeRanOut):
    """The cardholder did nothing on the page."""


Event: TypeAlias = (
    PAReqReceived | PAReqRepeated | Acted | OutcomeReached | PAReqTimeRanOut | PageTimeRanOut
)
TIMERS: Final = (PAReqTimeRanOut, PageTimeRanOut)
EVENTS: Final = (PAReqReceived, PAReqRepeated, Acted, OutcomeReached, *TIMERS)


@dataclass(frozen=True, slots=True, kw_only=True)
class ShowPage:
    """Show the page of the question as it stands."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PostPARes:
    """Let the browser post the signed PARes to the TermUrl; the same at every call."""

    status: str


EFFECTS: Final = (ShowPage, PostPARes)


class State(Enum):
    """How far it has come."""

    ENROLLED = "enrolled"
    """The VERes said Y; the browser is awaited."""
    ASKING = "asking"
    """A page is before the cardholder."""
    ANSWERED = "answered"
    """The PARes is made."""
    EXPIRED = "expired"
    """The browser never came: the acctID is good no more."""


FINAL: Final = frozenset({State.ANSWERED, State.EXPIRED})
SILENCE: Final[Silence[Event]] = {
    State.ENROLLED: PAReqTimeRanOut,
    State.ASKING: PageTimeRanOut,
}
"""What the end of each wait is."""

_ROWS: Final[Rows[State]] = {
    (State.ENROLLED, PAReqReceived): Go(
        (State.ASKING, State.ANSWERED), "ANSWERED where the cardholder need not be asked"
    ),
    (State.ENROLLED, PAReqTimeRanOut): Go((State.EXPIRED,)),
    (State.ASKING, PAReqRepeated): Go((State.ASKING,), "the page as it stands"),
    (State.ASKING, Acted): Go((State.ASKING,), "the time to act begins anew"),
    (State.ASKING, OutcomeReached): Go((State.ANSWERED,)),
    (State.ASKING, PageTimeRanOut): Go((State.ANSWERED,), "N"),
    (State.ANSWERED, PAReqRepeated): Go((State.ANSWERED,), "the same PARes"),
    **never((State.ENROLLED,), (PAReqRepeated,), "the first PAReq is no repetition"),
    **never((State.ENROLLED,), (Acted, OutcomeReached), "no page was shown"),
    **ignored((State.ASKING, *FINAL), (PAReqReceived,), "an acctID is good for one PAReq"),
    **ignored((State.EXPIRED,), (PAReqRepeated,), "it came too late"),
    **ignored(FINAL, (Acted, OutcomeReached), "it is decided"),
}

TABLE: Final[Table[State]] = Table(
    name="old generation at the ACS",
    role=Component.ACS,
    about="From a VERes that says Y to the one PARes (sections 12.1 and 12.3).",
    start=State.ENROLLED,
    final=FINAL,
    events=EVENTS,
    rows={**ignored(State, TIMERS, "nothing is awaited"), **_ROWS},
)


@dataclass(frozen=True, slots=True, kw_only=True)
class AtAcs:
    """One authentication of 1.0.2 as far as it has come."""

    page_wait: timedelta
    """How long the cardholder may look at one page."""
    until: datetime | None
    """When the present wait is over."""
    state: State = State.ENROLLED
    status: str | None = None
    """TX.status, once it is known."""
    answered_at: datetime | None = None
    """TX.time."""


def begin(
    *, at: datetime, browser_wait: timedelta, page_wait: timedelta
) -> tuple[AtAcs, tuple[Effect, ...]]:
    """Begin with a VERes that says Y; give the record and the timer of the browser's time."""
    until = at + browser_wait
    record = AtAcs(page_wait=page_wait, until=until)
    return record, (timer(PAReqTimeRanOut(at=until)),)


def decide(record: AtAcs, event: Event) -> tuple[AtAcs, tuple[Effect, ...]]:
    """Apply one event; give the record as it now stands and what must be done about it."""
    return in_time(record, event, SILENCE, _apply)


def _apply(record: AtAcs, event: Event) -> tuple[AtAcs, tuple[Effect, ...]]:
    match event:
        case PAReqReceived():
            return _opened(record, event)
        case OutcomeReached(status=status):
            return _answered(record, event, status)
        case PageTimeRanOut():
            return _answered(record, event, FAILED)
        case Acted():
            after = TABLE.after(record.state, event)
            return (record, ()) if after is None else _asking(record, event.at)
        case PAReqRepeated():
            return record, _again(record, TABLE.after(record.state, event))
    state = TABLE.after(record.state, event)
    return (record if state is None else replace(record, state=state, until=None)), ()


def _opened(record: AtAcs, event: PAReqReceived) -> tuple[AtAcs, tuple[Effect, ...]]:
    if record.state is not State.ENROLLED:
        TABLE.after(record.state, event)
        return record, ()
    if event.status is not None:
        TABLE.after(record.state, event, State.ANSWERED)
        return _ended(record, event.at, event.status)
    TABLE.after(record.state, event, State.ASKING)
    return _asking(record, event.at)


def _answered(
    record: AtAcs, event: OutcomeReached | PageTimeRanOut, status: str
) -> tuple[AtAcs, tuple[Effect, ...]]:
    if TABLE.after(record.state, event) is None:
        return record, ()
    return _ended(record, event.at, status)


def _asking(record: AtAcs, at: datetime) -> tuple[AtAcs, tuple[Effect, ...]]:
    until = at + record.page_wait
    asking = replace(record, state=State.ASKING, until=until)
    return asking, (ShowPage(), timer(PageTimeRanOut(at=until)))


def _ended(record: AtAcs, at: datetime, status: str) -> tuple[AtAcs, tuple[Effect, ...]]:
    over = replace(record, state=State.ANSWERED, until=None, status=status, answered_at=at)
    return over, (PostPARes(status=status),)


def _again(record: AtAcs, state: State | None) -> tuple[Effect, ...]:
    if state is State.ASKING:
        return (ShowPage(),)
    return () if state is None else (PostPARes(status=record.status or FAILED),)
