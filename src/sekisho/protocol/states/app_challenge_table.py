"""Every move of the challenge in an app at the ACS, and what a record of it holds."""

from collections.abc import Set
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from typing import Final

from sekisho.protocol.faults import ErrorCode
from sekisho.protocol.jose.content import Enc
from sekisho.protocol.jose.secure_channel import COUNTER_MAX, EITHER
from sekisho.protocol.messages import Message
from sekisho.protocol.states import app_challenge_events as on
from sekisho.protocol.states.challenge_result import ChallengeResult
from sekisho.protocol.states.exchange import ResultDelivered
from sekisho.protocol.states.table import Go, Refuse, Rows, Table, ignored, never, refused
from sekisho.protocol.states.transaction import Transaction
from sekisho.protocol.states.waiting import Silence
from sekisho.protocol.vocabulary import Component


class State(Enum):
    """How far a challenge in an app has come."""

    AWAITING_CREQ = "awaiting CReq"
    """The ARes said C; the SDK has 30 seconds for its first CReq."""
    CHOOSING = "choosing"
    """A CReq is to be answered: the room chooses a screen or an outcome."""
    SHOWING = "showing"
    """The cardholder looks at a screen; the next CReq is awaited, ten minutes at most."""
    REPORTING = "reporting"
    """The result is on its way; the SDK waits for the final CRes until the RRes is there."""
    COMPLETED = "completed"
    """The result was taken, the final CRes sent."""
    TIMED_OUT = "timed out"
    """The SDK was silent: the result says so, and nobody waits for a CRes."""
    ERRORED = "errored"
    """An Erro ended it, ours or the SDK's: there is a result, but no final CRes."""


OPEN: Final = (State.AWAITING_CREQ, State.CHOOSING, State.SHOWING)
FINAL: Final = frozenset({State.COMPLETED, State.TIMED_OUT, State.ERRORED})

SILENCE: Final[Silence[on.Event]] = {
    State.AWAITING_CREQ: on.FirstCReqTimeRanOut,
    State.CHOOSING: on.ChoiceTimeRanOut,
    State.SHOWING: on.NextCReqTimeRanOut,
    State.REPORTING: on.ReportTimeRanOut,
}
"""What the end of each wait is."""

_OVER: Final = Refuse(ErrorCode.CHALLENGE_OVER, "the result is known", "its RReq was sent")
_LATE: Final = Refuse(ErrorCode.TIMED_OUT, "timeout", "the CReq comes after its time was over")
_BREAKS: Final = "the Erro goes back, and the result is U"
_TOLD: Final = "the Erro goes back; the result stands"
_CROSSED: Final = "it crossed what ended the challenge"
_ASKED: Final = "the room is asked by each CReq, and answers once"
_CHOICE: Final = (on.ScreenChosen, on.OutcomeReached)

_ROWS: Final[Rows[State]] = {
    (State.AWAITING_CREQ, on.CReqReceived): Go(
        (State.CHOOSING, State.REPORTING, State.ERRORED),
        "REPORTING if it cancels, ERRORED if it is not what may come now",
    ),
    (State.CHOOSING, on.CReqReceived): Go(
        (State.REPORTING, State.ERRORED), "REPORTING if it cancels; nothing else may come now"
    ),
    (State.SHOWING, on.CReqReceived): Go(
        (State.CHOOSING, State.REPORTING, State.ERRORED),
        "REPORTING if it cancels, ERRORED if it is out of count or does not answer the screen",
    ),
    **refused((State.REPORTING, State.COMPLETED, State.ERRORED), (on.CReqReceived,), _OVER),
    **refused((State.TIMED_OUT,), (on.CReqReceived,), _LATE),
    **{(state, on.CReqFaulted): Go((State.ERRORED,), _BREAKS) for state in OPEN},
    **{(state, on.CReqFaulted): Go((state,), _TOLD) for state in (State.REPORTING, *FINAL)},
    **{(state, on.ErroReceived): Go((State.ERRORED,), "the result is U") for state in OPEN},
    (State.REPORTING, on.ErroReceived): Go((State.ERRORED,), "the result stands"),
    **ignored(FINAL, (on.ErroReceived,), "an Erro is never answered, and the result stands"),
    (State.CHOOSING, on.ScreenChosen): Go((State.SHOWING,)),
    (State.CHOOSING, on.OutcomeReached): Go((State.REPORTING,)),
    **never((State.AWAITING_CREQ, State.SHOWING), _CHOICE, _ASKED),
    **ignored((State.REPORTING, *FINAL), _CHOICE, _CROSSED),
    (State.REPORTING, ResultDelivered): Go(
        (State.COMPLETED, State.ERRORED),
        "COMPLETED if it was taken; else Erro A/402 or A/403 and no final CRes",
    ),
    **never(OPEN, (ResultDelivered,), "no RReq was sent yet"),
    **ignored(FINAL, (ResultDelivered,), "nobody waits for the final CRes"),
    (State.AWAITING_CREQ, on.FirstCReqTimeRanOut): Go((State.TIMED_OUT,)),
    (State.SHOWING, on.NextCReqTimeRanOut): Go((State.TIMED_OUT,)),
    (State.CHOOSING, on.ChoiceTimeRanOut): Go((State.ERRORED,), "Erro A/403; the result is U"),
    (State.REPORTING, on.ReportTimeRanOut): Go((State.ERRORED,), "Erro A/402, no final CRes"),
}

TABLE: Final[Table[State]] = Table(
    name="app challenge at the ACS",
    role=Component.ACS,
    about=(
        "From the ARes with C to the final CRes (sections 2.1, 5.4 to 5.6, 8, 9). There is exactly "
        "one RReq, and the final CRes waits for its RRes."
    ),
    start=State.AWAITING_CREQ,
    final=FINAL,
    events=on.EVENTS,
    rows={**ignored(State, on.TIMERS, "what was awaited came, or nobody waits"), **_ROWS},
)


@dataclass(frozen=True, slots=True, kw_only=True)
class AppChallenge:
    """One challenge in an app: where it stands, and what the next CReq is held against."""

    transaction: Transaction
    """With acsTransID and sdkTransID: every CReq repeats its identifiers."""
    state: State = State.AWAITING_CREQ
    until: datetime | None
    """Whatever comes from now on is too late."""
    allowed: Set[Enc] = EITHER
    enc: Enc | None = None
    """What the SDK encrypts with, known from its first CReq."""
    sent: int = 0
    """CRes so far: acsCounterAtoS of the next one."""
    received: int = 0
    """CReq so far: sdkCounterStoA of the next one."""
    screen: Message | None = None
    """The last CRes that was shown; the next CReq answers it."""
    result: ChallengeResult | None = None
    """What the RReq says."""

    @property
    def counter(self) -> str:
        """What acsCounterAtoS must say in the next CRes."""
        return f"{self.sent:03d}"

    @property
    def must_end(self) -> bool:
        """Whether the next CRes must be the final one: after it, the counter is used up."""
        return self.sent >= COUNTER_MAX
