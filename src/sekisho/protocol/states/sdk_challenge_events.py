"""What can happen in a challenge at the 3DS SDK, and what it leaves to do."""

from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from typing import Final, TypeAlias

from sekisho.protocol.faults import ProtocolFault
from sekisho.protocol.messages import Message
from sekisho.protocol.states.exchange import PostErro
from sekisho.protocol.states.screens import Answered
from sekisho.protocol.states.waiting import TimeRanOut


@dataclass(frozen=True, slots=True, kw_only=True)
class SignatureVerified:
    """acsSignedContent holds: its chain, its signature, and our own key in it."""

    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class SignatureRefused:
    """acsSignedContent does not hold, or brings another key than ours."""

    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class AcsUnreachable:
    """The acsURL could not be connected to for an attempt at the CReq."""

    at: datetime
    attempt: int


@dataclass(frozen=True, slots=True, kw_only=True)
class CResReceived:
    """The ACS answered with a CRes that could be decrypted and is sound by itself."""

    at: datetime
    message: Message


@dataclass(frozen=True, slots=True, kw_only=True)
class CResFaulted:
    """The ACS answered with something that could not be decrypted, or breaks a rule."""

    at: datetime
    fault: ProtocolFault
    final: bool = False
    """It is a final CRes with a transStatus that none may have: no Erro tells (section 7)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ErroReceived:
    """The ACS answered with an Erro."""

    at: datetime
    message: Message


@dataclass(frozen=True, slots=True, kw_only=True)
class Replied:
    """The cardholder answered the screen; cancelling is an event of its own."""

    at: datetime
    answered: Answered


@dataclass(frozen=True, slots=True, kw_only=True)
class CancelPressed:
    """The cardholder pressed Cancel, which every screen has in its header."""

    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class AppReturned:
    """The requestor's app came back to the foreground."""

    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class OobAppWanted:
    """The cardholder asks for the app at oobAppURL to be opened."""

    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class OobAppNotOpened:
    """The app at oobAppURL could not be opened."""

    at: datetime


class StartTimeRanOut(TimeRanOut):
    """The signature was not looked at while the ACS was waiting for the first CReq."""


class CResTimeRanOut(TimeRanOut):
    """The CRes did not come in time."""


class ChallengeTimeRanOut(TimeRanOut):
    """The time that sdkMaxTimeout gives the whole challenge is over."""


Event: TypeAlias = (
    SignatureVerified
    | SignatureRefused
    | AcsUnreachable
    | CResReceived
    | CResFaulted
    | ErroReceived
    | Replied
    | CancelPressed
    | AppReturned
    | OobAppWanted
    | OobAppNotOpened
    | StartTimeRanOut
    | CResTimeRanOut
    | ChallengeTimeRanOut
)
TIMERS: Final = (StartTimeRanOut, CResTimeRanOut, ChallengeTimeRanOut)
EVENTS: Final = (
    SignatureVerified,
    SignatureRefused,
    AcsUnreachable,
    CResReceived,
    CResFaulted,
    ErroReceived,
    Replied,
    CancelPressed,
    AppReturned,
    OobAppWanted,
    OobAppNotOpened,
    *TIMERS,
)


class Outcome(Enum):
    """What the SDK tells the app that asked for the challenge; only the RReq says what it is worth."""

    COMPLETED = "completed"
    """The final CRes came; transStatus is what it says."""
    CANCELLED = "cancelled"
    """The cardholder gave up."""
    TIMED_OUT = "timed out"
    """sdkMaxTimeout was over."""
    PROTOCOL_ERROR = "protocol error"
    """An Erro went one way or the other, or the final CRes said what it cannot say."""
    RUNTIME_ERROR = "runtime error"
    """It could not be begun or go on: no sound signature, no connection."""


@dataclass(frozen=True, slots=True)
class VerifySignature:
    """Hold acsSignedContent against the Directory Server's root and our own key."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SendCReq:
    """Encrypt and send this CReq; if no connection can be made, say AcsUnreachable, attempt 1."""

    message: Message


@dataclass(frozen=True, slots=True, kw_only=True)
class RepeatCReq:
    """Send the same encrypted CReq once more: to encrypt it anew would use its counter twice."""

    attempt: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ShowScreen:
    """Show what this CRes says."""

    message: Message


@dataclass(frozen=True, slots=True)
class ShowReturn:
    """Show what the CRes has for those who come back: challengeAddInfo, acsHTMLRefresh (2.1, 2.2)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenOobApp:
    """Open the app in which the cardholder authenticates."""

    url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TellApp:
    """Take the challenge off the screen and tell the app how it ended."""

    outcome: Outcome
    trans_status: str | None = None


EFFECTS: Final = (
    VerifySignature,
    SendCReq,
    RepeatCReq,
    ShowScreen,
    ShowReturn,
    OpenOobApp,
    TellApp,
    PostErro,
)
