"""What can happen in a browser challenge at the ACS, and what it leaves to do."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final, TypeAlias

from sekisho.protocol.faults import ProtocolFault
from sekisho.protocol.messages import Message
from sekisho.protocol.states.app_challenge_events import OutcomeReached
from sekisho.protocol.states.exchange import AnswerErro, ResultDelivered, SendResult
from sekisho.protocol.states.waiting import TimeRanOut


@dataclass(frozen=True, slots=True, kw_only=True)
class CReqReceived:
    """The browser brought a CReq that is sound by itself."""

    at: datetime
    message: Message
    session_data: str | None = None
    """threeDSSessionData, which goes back unchanged."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CReqFaulted:
    """The browser brought something for this challenge that breaks a rule."""

    at: datetime
    fault: ProtocolFault


@dataclass(frozen=True, slots=True, kw_only=True)
class Acted:
    """The cardholder did something that the room answers with a page: the time begins anew."""

    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Cancelled:
    """The cardholder gave up."""

    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class FirstCReqTimeRanOut(TimeRanOut):
    """The browser did not come in time."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PageTimeRanOut(TimeRanOut):
    """The cardholder did nothing on a page."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ResultTimeRanOut(TimeRanOut):
    """What became of the RReq is not known in time."""


Event: TypeAlias = (
    CReqReceived
    | CReqFaulted
    | Acted
    | Cancelled
    | OutcomeReached
    | ResultDelivered
    | FirstCReqTimeRanOut
    | PageTimeRanOut
    | ResultTimeRanOut
)
TIMERS: Final = (FirstCReqTimeRanOut, PageTimeRanOut, ResultTimeRanOut)
EVENTS: Final = (
    CReqReceived,
    CReqFaulted,
    Acted,
    Cancelled,
    OutcomeReached,
    ResultDelivered,
    *TIMERS,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class ShowPage:
    """Show the cardholder the page of this challenge."""

    window_size: str | None
    """challengeWindowSize of the first CReq."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PostCRes:
    """Post the final CRes to notificationURL, through the browser."""

    trans_status: str
    session_data: str | None
    """threeDSSessionData as it came with the CReq."""


EFFECTS: Final = (ShowPage, SendResult, PostCRes, AnswerErro)
