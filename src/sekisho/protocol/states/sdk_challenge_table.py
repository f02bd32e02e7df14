"""Every move of the challenge in an app at the 3DS SDK, and what a record of it holds."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import Enum
from typing import Final

from sekisho.protocol.states import sdk_challenge_events as on
from sekisho.protocol.states.table import Go, Rows, Table, ignored, never
from sekisho.protocol.states.transaction import Transaction
from sekisho.protocol.states.waiting import Silence
from sekisho.protocol.vocabulary import Component, Json


class State(Enum):
    """How far a challenge has come on the cardholder's device."""

    CHECKING = "checking"
    """The ARes said C; acsSignedContent is looked at before anything is sent."""
    AWAITING_CRES = "awaiting CRes"
    """A CReq was sent; the ACS has ten seconds, and a processing screen is shown."""
    SHOWING = "showing"
    """The cardholder looks at a screen."""
    COMPLETED = "completed"
    """The final CRes came."""
    CANCELLED = "cancelled"
    """The cardholder gave up."""
    TIMED_OUT = "timed out"
    """The whole challenge took longer than sdkMaxTimeout."""
    PROTOCOL_ERROR = "protocol error"
    """An Erro ended it, ours or the ACS's."""
    RUNTIME_ERROR = "runtime error"
    """It could not be begun or go on."""


FINAL: Final = frozenset(
    {
        State.COMPLETED,
        State.CANCELLED,
        State.TIMED_OUT,
        State.PROTOCOL_ERROR,
        State.RUNTIME_ERROR,
    }
)
SILENCE: Final[Silence[on.Event]] = {
    State.CHECKING: on.StartTimeRanOut,
    State.AWAITING_CRES: on.CResTimeRanOut,
    State.SHOWING: on.ChallengeTimeRanOut,
}
"""What the end of each wait is."""

_ANSWERS: Final = (on.CResReceived, on.CResFaulted, on.ErroReceived, on.AcsUnreachable)
_SIGNATURE: Final = (on.SignatureVerified, on.SignatureRefused)
_TOUCHES: Final = (on.Replied, on.OobAppWanted, on.OobAppNotOpened, on.AppReturned)

_ROWS: Final[Rows[State]] = {
    (State.CHECKING, on.SignatureVerified): Go((State.AWAITING_CRES,), "the first CReq goes out"),
    (State.CHECKING, on.SignatureRefused): Go((State.RUNTIME_ERROR,), "nothing is sent at all"),
    (State.CHECKING, on.CancelPressed): Go((State.CANCELLED,), "nothing is sent at all"),
    (State.CHECKING, on.StartTimeRanOut): Go((State.RUNTIME_ERROR,)),
    **never((State.CHECKING,), _ANSWERS, "no CReq was sent"),
    **never(
        (State.CHECKING,), (on.Replied, on.OobAppWanted, on.OobAppNotOpened), "nothing is shown"
    ),
    (State.AWAITING_CRES, on.CResReceived): Go(
        (State.SHOWING, State.COMPLETED, State.CANCELLED, State.TIMED_OUT, State.PROTOCOL_ERROR),
        "SHOWING; COMPLETED if it is the last; CANCELLED or TIMED_OUT if that was put off; "
        "PROTOCOL_ERROR if it is out of count or another's",
    ),
    (State.AWAITING_CRES, on.CResFaulted): Go((State.PROTOCOL_ERROR,), "the ACS is sent an Erro"),
    (State.AWAITING_CRES, on.ErroReceived): Go((State.PROTOCOL_ERROR,)),
    (State.AWAITING_CRES, on.AcsUnreachable): Go(
        (State.AWAITING_CRES, State.RUNTIME_ERROR), "the first time it is tried again at once"
    ),
    (State.AWAITING_CRES, on.CancelPressed): Go(
        (State.AWAITING_CRES,), "put off until the CRes is there"
    ),
    (State.AWAITING_CRES, on.CResTimeRanOut): Go((State.PROTOCOL_ERROR,), "Erro C/402"),
    **ignored((State.CHECKING,), (on.AppReturned,), "there is no screen yet"),
    **ignored((State.AWAITING_CRES,), _TOUCHES, "the screen is answered"),
    (State.SHOWING, on.Replied): Go((State.AWAITING_CRES,)),
    (State.SHOWING, on.CancelPressed): Go((State.CANCELLED,), "CReq with challengeCancel 01"),
    (State.SHOWING, on.OobAppWanted): Go((State.SHOWING,)),
    (State.SHOWING, on.OobAppNotOpened): Go((State.AWAITING_CRES,), "CReq with oobAppStatus 01"),
    (State.SHOWING, on.AppReturned): Go(
        (State.SHOWING, State.AWAITING_CRES),
        "since 2.3.1, AWAITING_CRES from an OOB screen: CReq with oobContinue 02",
    ),
    (State.SHOWING, on.ChallengeTimeRanOut): Go((State.TIMED_OUT,), "CReq with challengeCancel 08"),
    **ignored((State.SHOWING,), _ANSWERS, "no CReq is unanswered"),
    **ignored((State.AWAITING_CRES, State.SHOWING), _SIGNATURE, "it was looked at"),
    **ignored(
        FINAL, (*_SIGNATURE, *_ANSWERS, *_TOUCHES, on.CancelPressed), "the app was told the end"
    ),
}

TABLE: Final[Table[State]] = Table(
    name="app challenge at the SDK",
    role=Component.SDK,
    about=(
        "From acsSignedContent to the one word with which the app is told the end "
        "(sections 2.1, 2.6, 5.3 to 5.5, 8, 9)."
    ),
    start=State.CHECKING,
    final=FINAL,
    events=on.EVENTS,
    rows={**ignored(State, on.TIMERS, "another wait, or none"), **_ROWS},
)


@dataclass(frozen=True, slots=True, kw_only=True)
class SdkChallenge:
    """One challenge on a device: where it stands, and what the next CRes is held against."""

    transaction: Transaction
    """With acsTransID and sdkTransID: every CRes repeats its identifiers."""
    max_time: timedelta
    """sdkMaxTimeout."""
    oob_app_url_ind: str = "02"
    """oobAppURLInd: whether the device and the app can open another (since 2.3.1)."""
    app_url: str | None = None
    """threeDSRequestorAppURL: where an OOB app finds the way back (since 2.2.0)."""
    state: State = State.CHECKING
    until: datetime | None
    """When the present wait is over."""
    deadline: datetime
    """When the whole challenge is: `max_time` from the first CReq on, before that `until`."""
    sent: int = 0
    """CReq so far: sdkCounterStoA of the next one."""
    received: int = 0
    """CRes so far: acsCounterAtoS of the next one."""
    screen: Mapping[str, Json] = field(default_factory=dict)
    """The elements of the CRes that is shown."""
    cancel_wanted: bool = False
    """The cardholder pressed Cancel while a CRes was awaited."""
