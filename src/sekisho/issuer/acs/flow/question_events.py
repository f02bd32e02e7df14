"""What can happen to a question, and what it leaves to do."""

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
class Began:
    """The cardholder is there: the question is put. Said again, it changes nothing."""

    at: datetime
    new_code: NewCode | None = None
    """The first code, should the question want one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CodeEntered:
    """The cardholder types a code; only its keyed digest comes this far."""

    at: datetime
    digest: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CodeRequested:
    """The cardholder wants another code."""

    at: datetime
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
class CardLocked:
    """A code was typed for a card on which too many were wrong lately."""

    at: datetime


Event: TypeAlias = Began | CodeEntered | CodeRequested | CodeNotSent | Proceeded | CardLocked
EVENTS: Final = (Began, CodeEntered, CodeRequested, CodeNotSent, Proceeded, CardLocked)


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliverCode:
    """Send the cardholder a code."""

    message_id: str
    channel: MessageChannel
    sealed: str


EFFECTS: Final = (DeliverCode,)
