"""What can happen to the delivery of a result by the ACS, and what it leaves to do."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final, TypeAlias

from sekisho.protocol.faults import ProtocolFault
from sekisho.protocol.messages import Message
from sekisho.protocol.states.challenge_result import ChallengeResult
from sekisho.protocol.states.exchange import Delivery, PostErro
from sekisho.protocol.states.waiting import TimeRanOut


@dataclass(frozen=True, slots=True, kw_only=True)
class AttemptBegun:
    """The RReq is about to leave for this attempt: from here on it may have arrived.

    Whoever sends may be slow, or take the work of a process that is gone: then it is said again.
    """

    at: datetime
    attempt: int


@dataclass(frozen=True, slots=True, kw_only=True)
class DirectoryUnreachable:
    """The Directory Server could not be connected to for an attempt at the RReq."""

    at: datetime
    attempt: int


@dataclass(frozen=True, slots=True, kw_only=True)
class RResReceived:
    """The Directory Server answered with an RRes that is sound by itself."""

    at: datetime
    message: Message


@dataclass(frozen=True, slots=True, kw_only=True)
class RResFaulted:
    """The Directory Server answered with something that breaks a rule."""

    at: datetime
    fault: ProtocolFault


@dataclass(frozen=True, slots=True, kw_only=True)
class ErroReceived:
    """The Directory Server answered with an Erro."""

    at: datetime
    message: Message


@dataclass(frozen=True, slots=True, kw_only=True)
class RResTimeRanOut(TimeRanOut):
    """The RRes did not come in time."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PauseTimeRanOut(TimeRanOut):
    """The time for the next attempt has come."""


Event: TypeAlias = (
    AttemptBegun
    | DirectoryUnreachable
    | RResReceived
    | RResFaulted
    | ErroReceived
    | RResTimeRanOut
    | PauseTimeRanOut
)
TIMERS: Final = (RResTimeRanOut, PauseTimeRanOut)
EVENTS: Final = (
    AttemptBegun,
    DirectoryUnreachable,
    RResReceived,
    RResFaulted,
    ErroReceived,
    *TIMERS,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class PostRReq:
    """Send the RReq to dsURL; if no connection can be made, say which attempt it was."""

    attempt: int
    result: ChallengeResult


@dataclass(frozen=True, slots=True, kw_only=True)
class TellDelivery:
    """Tell the authentication and the challenge what became of the RReq (`ResultDelivered`)."""

    how: Delivery
    results_status: str | None = None


EFFECTS: Final = (PostRReq, TellDelivery, PostErro)
