"""What can happen to an authentication at the 3DS Server, and what it leaves to do."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final, TypeAlias

from sekisho.protocol.faults import ProtocolFault
from sekisho.protocol.messages import Message
from sekisho.protocol.states.exchange import PostErro
from sekisho.protocol.states.waiting import TimeRanOut
from sekisho.protocol.vocabulary import Json


@dataclass(frozen=True, slots=True, kw_only=True)
class MethodStarted:
    """The browser has loaded the 3DS Method's iframe."""

    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class MethodNotified:
    """The browser has posted the 3DS Method's notification for this transaction."""

    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class MethodFailed:
    """The 3DS Method could not be loaded."""

    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """The requestor wants the cardholder authenticated, and this is the AReq."""

    at: datetime
    message: Message


@dataclass(frozen=True, slots=True, kw_only=True)
class DirectoryUnreachable:
    """The Directory Server could not be connected to for an attempt at the AReq."""

    at: datetime
    attempt: int


@dataclass(frozen=True, slots=True, kw_only=True)
class AResReceived:
    """The Directory Server answered with an ARes that is sound by itself."""

    at: datetime
    message: Message


@dataclass(frozen=True, slots=True, kw_only=True)
class AResFaulted:
    """The Directory Server answered with something that breaks a rule."""

    at: datetime
    fault: ProtocolFault


@dataclass(frozen=True, slots=True, kw_only=True)
class ErroReceived:
    """The Directory Server answered the AReq with an Erro."""

    at: datetime
    message: Message


@dataclass(frozen=True, slots=True, kw_only=True)
class OptedOut:
    """The requestor will not have the challenge: no CReq is sent."""

    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ChallengeUndelivered:
    """The ARes could not be handed to the requestor: no CReq is sent."""

    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class SpcConfirmed:
    """The browser has made the assertion of Secure Payment Confirmation."""

    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class SpcFailed:
    """Secure Payment Confirmation did not run, or the cardholder cancelled it."""

    at: datetime
    incompletion: str
    """spcIncompInd: 01 or 02."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CResBrought:
    """The browser brought the final CRes, or the ACS's Erro, to the notificationURL."""

    at: datetime
    message: Message


@dataclass(frozen=True, slots=True, kw_only=True)
class RReqReceived:
    """The Directory Server relays a result that is sound by itself."""

    at: datetime
    message: Message


@dataclass(frozen=True, slots=True, kw_only=True)
class PreparationTimeRanOut(TimeRanOut):
    """The requestor never asked."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MethodTimeRanOut(TimeRanOut):
    """The 3DS Method's notification did not come in time."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AResTimeRanOut(TimeRanOut):
    """The ARes did not come in time."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SpcTimeRanOut(TimeRanOut):
    """The browser did not confirm in time."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ResultTimeRanOut(TimeRanOut):
    """The RReq did not come in time."""


Event: TypeAlias = (
    MethodStarted
    | MethodNotified
    | MethodFailed
    | Asked
    | DirectoryUnreachable
    | AResReceived
    | AResFaulted
    | ErroReceived
    | OptedOut
    | ChallengeUndelivered
    | SpcConfirmed
    | SpcFailed
    | CResBrought
    | RReqReceived
    | PreparationTimeRanOut
    | MethodTimeRanOut
    | AResTimeRanOut
    | SpcTimeRanOut
    | ResultTimeRanOut
)
TIMERS: Final = (
    PreparationTimeRanOut,
    MethodTimeRanOut,
    AResTimeRanOut,
    SpcTimeRanOut,
    ResultTimeRanOut,
)
EVENTS: Final = (
    MethodStarted,
    MethodNotified,
    MethodFailed,
    Asked,
    DirectoryUnreachable,
    AResReceived,
    AResFaulted,
    ErroReceived,
    OptedOut,
    ChallengeUndelivered,
    SpcConfirmed,
    SpcFailed,
    CResBrought,
    RReqReceived,
    *TIMERS,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class SendAReq:
    """Send the AReq to the Directory Server; if no connection can be made, say which attempt it was."""

    attempt: int


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerRRes:
    """Answer the RReq with an RRes."""

    results_status: str
    """resultsStatus: 01 taken, 02 opted out, 03 ARes not handed on, 04 the fallback follows."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AskAgain:
    """Begin the authentication that carries this one on: the same purchase, a new AReq."""

    server_trans_id: str
    """Its threeDSServerTransID."""
    elements: Mapping[str, Json]
    """What its AReq says besides, or instead; the assertion of SPC comes to that."""
    until: datetime | None = None
    """By when it must be sent; None: as soon as it can be."""


EFFECTS: Final = (SendAReq, AnswerRRes, AskAgain, PostErro)
