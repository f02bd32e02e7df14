"""What can happen in a decoupled authentication at the ACS, and what it leaves to do."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final, TypeAlias

from sekisho.protocol.messages import Message
from sekisho.protocol.states.app_challenge_events import OutcomeReached
from sekisho.protocol.states.challenge_result import ChallengeResult
from sekisho.protocol.states.exchange import ResultDelivered, SendResult
from sekisho.protocol.states.waiting import TimeRanOut


@dataclass(frozen=True, slots=True, kw_only=True)
class FallbackAsked:
    """A 3RI AReq refers to the challenge that ended in this fallback."""

    at: datetime
    message: Message
    acs_trans_id: str
    """acsTransID of the transaction that it begins."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CardholderReached:
    """The cardholder has seen the question."""

    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class FallbackTimeRanOut(TimeRanOut):
    """The 3RI AReq did not come in time."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DecoupledTimeRanOut(TimeRanOut):
    """The cardholder's time (threeDSRequestorDecMaxTime) is over."""


Event: TypeAlias = (
    FallbackAsked
    | CardholderReached
    | OutcomeReached
    | ResultDelivered
    | FallbackTimeRanOut
    | DecoupledTimeRanOut
)
TIMERS: Final = (FallbackTimeRanOut, DecoupledTimeRanOut)
EVENTS: Final = (FallbackAsked, CardholderReached, OutcomeReached, ResultDelivered, *TIMERS)


@dataclass(frozen=True, slots=True, kw_only=True)
class ContactCardholder:
    """Ask the cardholder by the bank's own means."""

    until: datetime
    """When the cardholder's time is over."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DecideAReq:
    """Answer the 3RI AReq so: it is the `Decided` of the transaction that it begins."""

    result: ChallengeResult


EFFECTS: Final = (ContactCardholder, DecideAReq, SendResult)
