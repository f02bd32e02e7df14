"""What can happen in an app challenge at the ACS, and what it leaves to do."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final, TypeAlias

from sekisho.protocol.faults import ProtocolFault
from sekisho.protocol.jose.content import Enc
from sekisho.protocol.messages import Message
from sekisho.protocol.states.challenge_result import ChallengeResult
from sekisho.protocol.states.screens import Answered


@dataclass(frozen=True, slots=True, kw_only=True)
class CReqReceived:
    """The SDK sent a CReq that could be decrypted and is sound by itself."""

    at: datetime
    message: Message
    enc: Enc
    """What it was encrypted with; the CRes goes back under the same."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CReqFaulted:
    """The SDK sent something that could not be decrypted, or breaks a rule."""

    at: datetime
    fault: ProtocolFault


@dataclass(frozen=True, slots=True, kw_only=True)
class ErroReceived:
    """The SDK sent an Erro, in plain JSON: our CRes was at fault or late."""

    at: datetime
    message: Message


@dataclass(frozen=True, slots=True, kw_only=True)
class ScreenChosen:
    """The room wants this CRes shown, which is not the last: challengeCompletionInd N."""

    at: datetime
    message: Message


@dataclass(frozen=True, slots=True, kw_only=True)
class OutcomeReached:
    """The room has decided how the challenge ends."""

    at: datetime
    result: ChallengeResult


@dataclass(frozen=True, slots=True, kw_only=True)
class ResultDelivered:
    """The RRes came: the Directory Server has the result."""

    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ResultUndelivered:
    """The RReq was answered with an Erro, or could not be delivered."""

    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class FirstCReqOverdue:
    """The time for the first CReq is over."""

    at: datetime
    turn: int


@dataclass(frozen=True, slots=True, kw_only=True)
class NextCReqOverdue:
    """The time for the CReq after a screen is over."""

    at: datetime
    turn: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ChoiceOverdue:
    """The time in which the SDK waits for a CRes is over, and the room has chosen none."""

    at: datetime
    turn: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ResultOverdue:
    """The time for the RRes is over."""

    at: datetime
    turn: int


Overdue: TypeAlias = FirstCReqOverdue | NextCReqOverdue | ChoiceOverdue | ResultOverdue
Event: TypeAlias = (
    CReqReceived
    | CReqFaulted
    | ErroReceived
    | ScreenChosen
    | OutcomeReached
    | ResultDelivered
    | ResultUndelivered
    | Overdue
)
TIMERS: Final = (FirstCReqOverdue, NextCReqOverdue, ChoiceOverdue, ResultOverdue)
EVENTS: Final = (
    CReqReceived,
    CReqFaulted,
    ErroReceived,
    ScreenChosen,
    OutcomeReached,
    ResultDelivered,
    ResultUndelivered,
    *TIMERS,
)


@dataclass(frozen=True, slots=True)
class ChooseScreen:
    """Judge the answer, then say ScreenChosen or OutcomeReached, within the SDK's patience."""

    answered: Answered


@dataclass(frozen=True, slots=True, kw_only=True)
class SendScreen:
    """Encrypt this CRes, under the `enc` that the SDK chose, and answer the CReq with it."""

    message: Message


@dataclass(frozen=True, slots=True, kw_only=True)
class SendResult:
    """Send the one RReq of this challenge; its delivery is a matter of its own."""

    result: ChallengeResult


@dataclass(frozen=True, slots=True, kw_only=True)
class SendFinalCRes:
    """Encrypt and send the last CRes: challengeCompletionInd Y, this transStatus, this counter."""

    trans_status: str
    counter: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerErro:
    """Answer the SDK with this Erro, in plain JSON."""

    message: Message


EFFECTS: Final = (ChooseScreen, SendScreen, SendResult, SendFinalCRes, AnswerErro)
