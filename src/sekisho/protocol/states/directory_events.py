"""What can happen to an authentication in the middle, and what it leaves the Directory Server to do."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from typing import Final, TypeAlias

from sekisho.protocol.faults import ProtocolFault
from sekisho.protocol.messages import Message
from sekisho.protocol.states.exchange import AnswerErro, PostErro
from sekisho.protocol.states.waiting import TimeRanOut


class Failure(Enum):
    """Why an ACS's answer is not there to be relayed."""

    NOT_TAKING_PART = "not taking part"
    """The card's issuer has no ACS, or none of this version."""
    NO_CONNECTION = "no connection"
    NO_ANSWER = "no answer"
    """Connected, and silent for too long."""
    FAULTY_ANSWER = "faulty answer"
    """An ARes that breaks a rule."""
    ERRO = "Erro"
    """The ACS answered with an Erro."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StandIn:
    """What the Directory Server answers itself where the ACS does not (section 2.11)."""

    trans_status: str
    """A or U, as a rule."""
    reason: str | None = None
    """transStatusReason, 80 to 99 as a rule."""


Rules: TypeAlias = Mapping[Failure, StandIn]
"""A Directory Server's own rules: which failures it answers for; all others get an Erro."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AReqPassed:
    """The AReq has passed the Directory Server's checks, and an ACS answers for the card."""

    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class AReqRefused:
    """The AReq has failed the Directory Server's checks."""

    at: datetime
    fault: ProtocolFault


@dataclass(frozen=True, slots=True, kw_only=True)
class NoAcsFound:
    """The AReq has passed the checks, but no ACS answers for the card in its version."""

    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class AReqRepeated:
    """An AReq with the identifier of this one came again."""

    at: datetime
    message: Message
    digest: str
    """Keyed digest of the message, as `begin` was given it: the same, or another message."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AcsUnreachable:
    """The ACS could not be connected to for an attempt at the AReq."""

    at: datetime
    attempt: int


@dataclass(frozen=True, slots=True, kw_only=True)
class AResReceived:
    """The ACS answered with an ARes that is sound by itself."""

    at: datetime
    message: Message


@dataclass(frozen=True, slots=True, kw_only=True)
class AResFaulted:
    """The ACS answered with something that breaks a rule."""

    at: datetime
    fault: ProtocolFault


@dataclass(frozen=True, slots=True, kw_only=True)
class AcsErroReceived:
    """The ACS answered the AReq with an Erro, or sent one about what it was answered."""

    at: datetime
    message: Message


@dataclass(frozen=True, slots=True, kw_only=True)
class RReqReceived:
    """The ACS reports a result that is sound by itself."""

    at: datetime
    message: Message
    digest: str
    """Digest of the message: the same result, or another one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ServerUnreachable:
    """The 3DS Server could not be connected to for an attempt at the RReq."""

    at: datetime
    attempt: int


@dataclass(frozen=True, slots=True, kw_only=True)
class RResReceived:
    """The 3DS Server answered with an RRes that is sound by itself."""

    at: datetime
    message: Message


@dataclass(frozen=True, slots=True, kw_only=True)
class RResFaulted:
    """The 3DS Server answered the RReq with something that breaks a rule."""

    at: datetime
    fault: ProtocolFault


@dataclass(frozen=True, slots=True, kw_only=True)
class ServerErroReceived:
    """The 3DS Server answered the RReq with an Erro, or sent one about the ARes."""

    at: datetime
    message: Message


@dataclass(frozen=True, slots=True, kw_only=True)
class AResTimeRanOut(TimeRanOut):
    """The ARes did not come in time."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RResTimeRanOut(TimeRanOut):
    """The RRes did not come in time."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ResultTimeRanOut(TimeRanOut):
    """No result that could be delivered came in time."""


Event: TypeAlias = (
    AReqPassed
    | AReqRefused
    | NoAcsFound
    | AReqRepeated
    | AcsUnreachable
    | AResReceived
    | AResFaulted
    | AcsErroReceived
    | RReqReceived
    | ServerUnreachable
    | RResReceived
    | RResFaulted
    | ServerErroReceived
    | AResTimeRanOut
    | RResTimeRanOut
    | ResultTimeRanOut
)
TIMERS: Final = (AResTimeRanOut, RResTimeRanOut, ResultTimeRanOut)
EVENTS: Final = (
    AReqPassed,
    AReqRefused,
    NoAcsFound,
    AReqRepeated,
    AcsUnreachable,
    AResReceived,
    AResFaulted,
    AcsErroReceived,
    RReqReceived,
    ServerUnreachable,
    RResReceived,
    RResFaulted,
    ServerErroReceived,
    *TIMERS,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class ForwardAReq:
    """Send the AReq to the ACS; if no connection can be made, say which attempt it was."""

    attempt: int


@dataclass(frozen=True, slots=True, kw_only=True)
class RelayARes:
    """Answer the AReq with the ACS's ARes."""

    message: Message


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerARes:
    """Answer the AReq with an ARes of our own: acsTransID is dsTransID, and so on (section 2.11)."""

    stand_in: StandIn


@dataclass(frozen=True, slots=True, kw_only=True)
class RepeatAnswer:
    """Give the answer to the AReq once more, as it was: ARes or Erro."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ForwardRReq:
    """Send the RReq to threeDSServerURL; if no connection can be made, say which attempt it was."""

    attempt: int


@dataclass(frozen=True, slots=True, kw_only=True)
class RelayRRes:
    """Answer the RReq with the 3DS Server's RRes."""

    message: Message


@dataclass(frozen=True, slots=True, kw_only=True)
class RelayErro:
    """Answer the request at hand with the Erro that it got further on."""

    message: Message


@dataclass(frozen=True, slots=True, kw_only=True)
class RepeatResultAnswer:
    """Give the answer to the RReq once more, as it was: RRes or Erro."""


EFFECTS: Final = (
    ForwardAReq,
    RelayARes,
    AnswerARes,
    RepeatAnswer,
    ForwardRReq,
    RelayRRes,
    RelayErro,
    RepeatResultAnswer,
    AnswerErro,
    PostErro,
)
