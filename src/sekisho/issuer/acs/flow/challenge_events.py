"""What can happen in a challenge in the browser, and what it leaves to do."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final, TypeAlias

from sekisho.issuer.acs.model import MessageChannel, OneTimeCode


@dataclass(frozen=True, slots=True, kw_only=True)
class NewCode:
    """A one-time code just made: what is kept of it, and what goes to the cardholder."""

    code: OneTimeCode
    sealed: str
    """The code, sealed for its messenger."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PageRequested:
    """The browser brings a good CReq."""

    at: datetime
    until: datetime
    window_size: str
    session_data: str | None
    new_code: NewCode | None
    """The first code, should this be the first CReq of a challenge that wants one."""
    browser_differs: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class CodeEntered:
    """The cardholder types a code; only its keyed digest comes this far."""

    at: datetime
    until: datetime
    digest: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CodeRequested:
    """The cardholder wants another code."""

    at: datetime
    until: datetime
    turn: int
    """Of the page on which the button was pressed."""
    new_code: NewCode


@dataclass(frozen=True, slots=True, kw_only=True)
class CodeNotSent:
    """A code could not be sent to the cardholder."""

    at: datetime
    message_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Proceeded:
    """A page that asks nothing went on, by itself or by its button."""

    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Cancelled:
    """The cardholder does not want to go on."""

    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class CardLocked:
    """A code was typed for a card on which too many were wrong lately."""

    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageFaulted:
    """The browser brought a CReq that breaks the protocol."""

    at: datetime
    erro: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TimeRanOut:
    """The time for one turn is over."""

    at: datetime
    turn: int


Event: TypeAlias = (
    PageRequested
    | CodeEntered
    | CodeRequested
    | CodeNotSent
    | Proceeded
    | Cancelled
    | CardLocked
    | MessageFaulted
    | TimeRanOut
)
EVENTS: Final = (
    PageRequested,
    CodeEntered,
    CodeRequested,
    CodeNotSent,
    Proceeded,
    Cancelled,
    CardLocked,
    MessageFaulted,
    TimeRanOut,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliverCode:
    """Send the cardholder a code."""

    message_id: str
    channel: MessageChannel
    sealed: str


@dataclass(frozen=True, slots=True, kw_only=True)
class EndTurn:
    """Tell the challenge that the time for one turn is over; nothing happens if it moved on."""

    turn: int


EFFECTS: Final = (DeliverCode, EndTurn)
