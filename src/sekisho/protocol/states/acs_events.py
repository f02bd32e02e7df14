"""What can happen to an authentication at the ACS, and what it leaves to do."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final, TypeAlias

from sekisho.protocol.faults import ProtocolFault
from sekisho.protocol.messages import Message
from sekisho.protocol.states.challenge_result import ChallengeResult
from sekisho.protocol.states.exchange import AnswerErro, ResultDelivered
from sekisho.protocol.states.waiting import TimeRanOut


@dataclass(frozen=True, slots=True, kw_only=True)
class AReqRefused:
    """The AReq breaks a rule that only the ACS can know of (303, 305)."""

    at: datetime
    fault: ProtocolFault


@dataclass(frozen=True, slots=True, kw_only=True)
class AReqRepeated:
    """An AReq with the identifiers of this one came again."""

    at: datetime
    message: Message
    digest: str
    """Keyed digest of the message, as `begin` was given it: the same, or another message."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Decided:
    """The bank has decided: `result` holds transStatus and, where it wants one, the reason."""

    at: datetime
    result: ChallengeResult


@dataclass(frozen=True, slots=True, kw_only=True)
class ErroReceived:
    """The Directory Server says that our ARes breaks a rule, or came too late."""

    at: datetime
    message: Message


@dataclass(frozen=True, slots=True, kw_only=True)
class SecondAReqReceived:
    """An AReq brings what Secure Payment Confirmation came to, and refers to this one."""

    at: datetime
    message: Message


@dataclass(frozen=True, slots=True, kw_only=True)
class ResultFound:
    """The challenge or the decoupled authentication has ended (its `SendResult`)."""

    at: datetime
    result: ChallengeResult
    until: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SpcTimeRanOut(TimeRanOut):
    """The second AReq did not come in time."""


Event: TypeAlias = (
    AReqRefused
    | AReqRepeated
    | Decided
    | ErroReceived
    | SecondAReqReceived
    | ResultFound
    | ResultDelivered
    | SpcTimeRanOut
)
TIMERS: Final = (SpcTimeRanOut,)
EVENTS: Final = (
    AReqRefused,
    AReqRepeated,
    Decided,
    ErroReceived,
    SecondAReqReceived,
    ResultFound,
    ResultDelivered,
    *TIMERS,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerARes:
    """Answer the AReq with an ARes of this transStatus (and reason)."""

    result: ChallengeResult


@dataclass(frozen=True, slots=True, kw_only=True)
class RepeatAnswer:
    """Give the answer to the AReq once more, as it was: ARes or Erro."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenChallenge:
    """Begin a challenge in the channel of the transaction."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenDecoupled:
    """Begin a decoupled authentication."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliverResult:
    """Begin the delivery of this result: decided once, and never again otherwise."""

    result: ChallengeResult
    until: datetime | None = None
    """When nobody waits for it any more, if that is known."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AwaitFallback:
    """Begin to wait for the 3RI AReq: it may come before the RRes that announces it."""


EFFECTS: Final = (
    AnswerARes,
    RepeatAnswer,
    OpenChallenge,
    OpenDecoupled,
    DeliverResult,
    AwaitFallback,
    AnswerErro,
)
