"""What can happen in an app challenge at the ACS, and what it leaves to do."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final, TypeAlias

from sekisho.protocol.faults import ProtocolFault
from sekisho.protocol.jose.content import Enc
from sekisho.protocol.messages import Message
from sekisho.protocol.states.challenge_result import ChallengeResult
from sekisho.protocol.states.exchange import AnswerErro, ResultDelivered, SendResult
from sekisho.protocol.states.screens import Answered
from sekisho.protocol.states.waiting import TimeRanOut


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


class FirstCReqTimeRanOut(TimeRanOut):
    """The first CReq did not come in time."""


class NextCReqTimeRanOut(TimeRanOut):
    """No CReq followed a screen in time."""


class ChoiceTimeRanOut(TimeRanOut):
    """The room chose no screen while the SDK was waiting for one."""


class ReportTimeRanOut(TimeRanOut):
    """Nothing was heard of the result while the SDK was waiting for its final CRes."""


Event: TypeAlias = (
    CReqReceived
    | CReqFaulted
    | ErroReceived
    | ScreenChosen
    | OutcomeReached
    | ResultDelivered
    | FirstCReqTimeRanOut
    | NextCReqTimeRanOut
    | ChoiceTimeRanOut
    | ReportTimeRanOut
)
TIMERS: Final = (FirstCReqTimeRanOut, NextCReqTimeRanOut, ChoiceTimeRanOut, ReportTimeRanOut)
EVENTS: Final = (
    CReqReceived,
    CReqFaulted,
    ErroReceived,
    ScreenChosen,
    OutcomeReached,
    ResultDelivered,
    *TIMERS,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class ChooseScreen:
    """Judge the answer, then say ScreenChosen or OutcomeReached, within the SDK's patience."""

    answered: Answered


@dataclass(frozen=True, slots=True, kw_only=True)
class SendScreen:
    """Encrypt this CRes, under the `enc` that the SDK chose, and answer the CReq with it."""

    message: Message


@dataclass(frozen=True, slots=True, kw_only=True)
class SendFinalCRes:
    """Encrypt and send the last CRes: challengeCompletionInd Y, this transStatus, this counter."""

    trans_status: str
    counter: str


EFFECTS: Final = (ChooseScreen, SendScreen, SendFinalCRes, SendResult, AnswerErro)
