"""An authentication of 3-D Secure 1.0.2, as the merchant plug-in sees it.

Protocol facts, sections 12.1 to 12.5. The record begins when the VEReq leaves and is worth keeping
once the VERes is there. What the facts are silent about: a PARes that is not believed ends it, for
whoever brings a forged one must not be given another try under the same MD.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import Enum
from typing import Final, TypeAlias

from sekisho.kernel.effects import Effect
from sekisho.protocol.states.table import Go, Rows, Table, ignored, never
from sekisho.protocol.states.waiting import Silence, TimeRanOut, in_time, timer
from sekisho.protocol.vocabulary import Component

ENROLLED: Final = "Y"
"""CH.enrolled of a VERes after which a PARes is awaited."""


@dataclass(frozen=True, slots=True, kw_only=True)
class VEResReceived:
    """The Directory Server told whether the card is enrolled; its silence means U."""

    at: datetime
    enrolled: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PAResBelieved:
    """The browser brought a PARes that is signed, and that answers our PAReq in all it says."""

    at: datetime
    status: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PAResDisbelieved:
    """The browser brought what is no PARes, is not signed as it must be, or answers another PAReq."""

    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class PAResTimeRanOut(TimeRanOut):
    """The browser did not come back."""


Event: TypeAlias = VEResReceived | PAResBelieved | PAResDisbelieved | PAResTimeRanOut
TIMERS: Final = (PAResTimeRanOut,)
EVENTS: Final = (VEResReceived, PAResBelieved, PAResDisbelieved, *TIMERS)


@dataclass(frozen=True, slots=True, kw_only=True)
class PostPAReq:
    """Let the browser post the PAReq to the ACS."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TellOutcome:
    """Tell the merchant what the outcome table says of these (section 12.5)."""

    enrolled: str
    status: str | None


EFFECTS: Final = (PostPAReq, TellOutcome)


class State(Enum):
    """How far it has come."""

    ASKED = "asked"
    """The VEReq is on its way."""
    AWAITED = "awaited"
    """The card is enrolled: the PARes is awaited."""
    NOT_ASKED = "not asked"
    """The card is not enrolled, or that could not be told: no PARes will come."""
    BELIEVED = "believed"
    """A PARes came and holds: its status counts."""
    DISBELIEVED = "disbelieved"
    """A PARes came and does not hold: the purchase stops."""
    EXPIRED = "expired"
    """No PARes came: the purchase stops."""


FINAL: Final = frozenset({State.NOT_ASKED, State.BELIEVED, State.DISBELIEVED, State.EXPIRED})
SILENCE: Final[Silence[Event]] = {State.AWAITED: PAResTimeRanOut}
"""What the end of the wait is."""

_PARES: Final = (PAResBelieved, PAResDisbelieved)
_ROWS: Final[Rows[State]] = {
    (State.ASKED, VEResReceived): Go((State.AWAITED, State.NOT_ASKED), "AWAITED for Y"),
    (State.AWAITED, PAResBelieved): Go((State.BELIEVED,)),
    (State.AWAITED, PAResDisbelieved): Go((State.DISBELIEVED,)),
    (State.AWAITED, PAResTimeRanOut): Go((State.EXPIRED,)),
    **never((State.ASKED,), _PARES, "there is no MD yet under which one could come"),
    **never((State.AWAITED, *FINAL), (VEResReceived,), "a VEReq is sent once"),
    **ignored(FINAL, _PARES, "an MD is good for one PARes"),
}

TABLE: Final[Table[State]] = Table(
    name="old generation at the merchant plug-in",
    role=Component.SERVER,
    about="From the VEReq to what the merchant may do (sections 12.1, 12.3 and 12.5).",
    start=State.ASKED,
    final=FINAL,
    events=EVENTS,
    rows={**ignored(State, TIMERS, "nothing is awaited"), **_ROWS},
)


@dataclass(frozen=True, slots=True, kw_only=True)
class PlugIn:
    """One authentication of 1.0.2 as far as it has come."""

    wait: timedelta
    """How long the cardholder may take."""
    state: State = State.ASKED
    until: datetime | None = None
    enrolled: str | None = None
    """Of the VERes."""
    status: str | None = None
    """Of a PARes that is believed."""


def begin(*, wait: timedelta) -> PlugIn:
    """Begin: the VEReq is about to leave."""
    return PlugIn(wait=wait)


def decide(record: PlugIn, event: Event) -> tuple[PlugIn, tuple[Effect, ...]]:
    """Apply one event; give the record as it now stands and what must be done about it."""
    return in_time(record, event, SILENCE, _apply)


def _apply(record: PlugIn, event: Event) -> tuple[PlugIn, tuple[Effect, ...]]:
    if isinstance(event, VEResReceived):
        return _told(record, event)
    state = TABLE.after(record.state, event)
    if state is None:
        return record, ()
    status = event.status if isinstance(event, PAResBelieved) else None
    over = replace(record, state=state, until=None, status=status)
    return over, (TellOutcome(enrolled=record.enrolled or ENROLLED, status=status),)


def _told(record: PlugIn, event: VEResReceived) -> tuple[PlugIn, tuple[Effect, ...]]:
    choice = State.AWAITED if event.enrolled == ENROLLED else State.NOT_ASKED
    TABLE.after(record.state, event, choice)
    after = replace(record, state=choice, enrolled=event.enrolled)
    if choice is State.NOT_ASKED:
        return after, (TellOutcome(enrolled=event.enrolled, status=None),)
    until = event.at + record.wait
    return replace(after, until=until), (PostPAReq(), timer(PAResTimeRanOut(at=until)))
