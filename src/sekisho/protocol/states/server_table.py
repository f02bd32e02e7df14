"""The 3DS Server's authentication as a table: every state, and what each event makes of it.

What does not fit the table stands in `server_authentication`, with all that follows from a move.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum
from typing import Final

from sekisho.protocol.faults import ErrorCode
from sekisho.protocol.states import server_events as on
from sekisho.protocol.states.table import Go, Refuse, Rows, Table, ignored, never, refused
from sekisho.protocol.states.transaction import Transaction
from sekisho.protocol.states.waiting import Silence
from sekisho.protocol.vocabulary import Component


class State(Enum):
    """How far an authentication has come, seen by the 3DS Server."""

    PREPARED = "prepared"
    """The requestor knows what the card can do; no 3DS Method has run."""
    METHOD = "3DS Method"
    """The 3DS Method is running in the browser."""
    READY = "ready"
    """The 3DS Method is over, well or not; the AReq may go out."""
    ASKED = "asked"
    """The AReq is on its way, the ARes awaited."""
    CHALLENGE = "challenge"
    """The ARes said C; the RReq is awaited."""
    DECOUPLED = "decoupled"
    """The ARes said D; the RReq is awaited for threeDSRequestorDecMaxTime."""
    SPC = "SPC"
    """The ARes said S; the browser asks the cardholder to confirm."""
    ANSWERED = "answered"
    """The ARes was the last word."""
    RESULT = "result"
    """The RReq came."""
    CONTINUED = "continued"
    """Another AReq carries it on: after SPC, or as the fallback to decoupled authentication."""
    FAILED = "failed"
    """No ARes that could be used."""
    EXPIRED = "expired"
    """It was prepared, and nobody asked."""
    UNRESOLVED = "unresolved"
    """The RReq never came: the 3DS Server says that it knows no result."""


UNASKED: Final = (State.PREPARED, State.METHOD, State.READY)
PENDING: Final = (State.CHALLENGE, State.DECOUPLED, State.SPC)
FINAL: Final = frozenset(
    {
        State.ANSWERED,
        State.RESULT,
        State.CONTINUED,
        State.FAILED,
        State.EXPIRED,
        State.UNRESOLVED,
    }
)

SILENCE: Final[Silence[on.Event]] = {
    State.PREPARED: on.PreparationTimeRanOut,
    State.METHOD: on.MethodTimeRanOut,
    State.READY: on.PreparationTimeRanOut,
    State.ASKED: on.AResTimeRanOut,
    State.CHALLENGE: on.ResultTimeRanOut,
    State.DECOUPLED: on.ResultTimeRanOut,
    State.SPC: on.SpcTimeRanOut,
}
"""What the end of each wait is."""

_METHOD_EVENTS: Final = (on.MethodNotified, on.MethodFailed)
_ANSWERS: Final = (on.AResReceived, on.AResFaulted)
_UNHEARD: Final = (on.OptedOut, on.ChallengeUndelivered)
_CONFIRMATION: Final = (on.SpcConfirmed, on.SpcFailed)
_AFTER_ASKING: Final = (State.ASKED, *PENDING, *sorted(FINAL, key=lambda state: state.value))
_IDS: Final = "threeDSServerTransID"

_ROWS: Final[Rows[State]] = {
    **{
        (state, on.PreparationTimeRanOut): Go((State.EXPIRED,))
        for state in (State.PREPARED, State.READY)
    },
    (State.PREPARED, on.MethodStarted): Go((State.METHOD,)),
    **{
        (State.METHOD, event): Go((State.READY,))
        for event in (*_METHOD_EVENTS, on.MethodTimeRanOut)
    },
    **{(state, on.Asked): Go((State.ASKED,)) for state in (State.PREPARED, State.READY)},
    **never((State.METHOD,), (on.Asked,), "the 3DS Method has its time: ask when it is over"),
    **never(_AFTER_ASKING, (on.Asked,), "a second AReq would be a second authentication"),
    **never((State.METHOD, State.READY), (on.MethodStarted,), "the 3DS Method runs once"),
    **ignored(
        (State.PREPARED, State.READY, *_AFTER_ASKING),
        _METHOD_EVENTS,
        "nobody waits for it any more",
    ),
    **ignored(_AFTER_ASKING, (on.MethodStarted,), "the AReq is gone without it"),
    (State.ASKED, on.DirectoryUnreachable): Go(
        (State.ASKED, State.FAILED), "the first time it is tried again at once"
    ),
    (State.ASKED, on.AResReceived): Go(
        (State.ANSWERED, State.CHALLENGE, State.DECOUPLED, State.SPC, State.FAILED),
        "by transStatus: C, D, S, or the last word; FAILED if it does not follow from the AReq",
    ),
    (State.ASKED, on.AResFaulted): Go((State.FAILED,), "the Directory Server is told"),
    (State.ASKED, on.ErroReceived): Go((State.FAILED,)),
    (State.ASKED, on.AResTimeRanOut): Go((State.FAILED,), "Erro S/402 to the Directory Server"),
    **never(UNASKED, (*_ANSWERS, on.DirectoryUnreachable), "nothing was asked yet"),
    **ignored(
        _AFTER_ASKING[1:],
        (*_ANSWERS, on.DirectoryUnreachable),
        "it comes twice, or after the requestor was told that there is no answer",
    ),
    **ignored(
        (*UNASKED, *_AFTER_ASKING[1:]),
        (on.ErroReceived,),
        "an Erro is never answered; nothing waits",
    ),
    **{
        (State.CHALLENGE, event): Go((State.CHALLENGE,), "the RRes will say so")
        for event in _UNHEARD
    },
    **never((*UNASKED, State.ASKED, State.DECOUPLED, State.SPC), _UNHEARD, "there is no challenge"),
    **ignored(FINAL, _UNHEARD, "it crossed what ended the challenge"),
    (State.SPC, on.SpcConfirmed): Go((State.CONTINUED,), "second AReq with the assertion"),
    (State.SPC, on.SpcFailed): Go((State.CONTINUED,), "second AReq with spcIncompInd"),
    (State.SPC, on.SpcTimeRanOut): Go((State.CONTINUED,), "second AReq with spcIncompInd 03"),
    **never(
        (*UNASKED, State.ASKED, State.CHALLENGE, State.DECOUPLED),
        _CONFIRMATION,
        "the ARes did not ask for it",
    ),
    **ignored(FINAL, _CONFIRMATION, "it comes twice, or too late"),
    **ignored(State, (on.CResBrought,), "a sign to look up the result: only the RReq counts"),
    (State.CHALLENGE, on.RReqReceived): Go(
        (State.RESULT, State.CONTINUED), "CONTINUED if it is D: the fallback follows"
    ),
    (State.DECOUPLED, on.RReqReceived): Go((State.RESULT,)),
    (State.SPC, on.RReqReceived): Go(
        (State.RESULT,), "the ACS gave up waiting for the second AReq"
    ),
    (State.CONTINUED, on.RReqReceived): Go(
        (State.CONTINUED,), "after SPC, if the second AReq was lost; 312 where a result is known"
    ),
    **{
        (state, on.ResultTimeRanOut): Go((State.UNRESOLVED,))
        for state in (State.CHALLENGE, State.DECOUPLED)
    },
    **refused(
        (*UNASKED, State.EXPIRED),
        (on.RReqReceived,),
        Refuse(ErrorCode.TRANSACTION_UNKNOWN, _IDS, "no AReq ever went out"),
    ),
    **refused(
        (State.ASKED, State.ANSWERED, State.FAILED),
        (on.RReqReceived,),
        Refuse(ErrorCode.RESULT_INCONSISTENT, _IDS, "no ARes announced a result"),
    ),
    (State.RESULT, on.RReqReceived): Refuse(ErrorCode.MESSAGE_REPEATED, _IDS, "a result is known"),
    (State.UNRESOLVED, on.RReqReceived): Refuse(
        ErrorCode.TIMED_OUT, "the time for the result is over", "the requestor was told of none"
    ),
}

TABLE: Final[Table[State]] = Table(
    name="authentication at the 3DS Server",
    role=Component.SERVER,
    about=(
        "From the card range's facts and the 3DS Method to the ARes and, where that says C, D or S, "
        "to the RReq or the next AReq (sections 2, 3, 6, 8, 9)."
    ),
    start=State.PREPARED,
    final=FINAL,
    events=on.EVENTS,
    rows={**ignored(State, on.TIMERS, "what was awaited came in time"), **_ROWS},
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Authentication:
    """One authentication: where it stands, and what later messages must agree with."""

    state: State = State.PREPARED
    transaction: Transaction
    """What the AReq began; with the peers' identifiers once the ARes came."""
    successor_id: str
    """The threeDSServerTransID of the next authentication, should this one be carried on (2.3.1)."""
    until: datetime | None
    """When the present wait is over."""
    prepared_until: datetime
    """When the requestor must have asked."""
    comp_ind: str
    """threeDSCompInd of the AReq in the browser channel: Y, N, or U where no 3DS Method exists."""
    ares_limit: timedelta
    result_limit: timedelta
    attempts: int = 0
    """How often the AReq was sent, or was about to be."""
    results_status: str = "01"
    """What the RRes to a result will say."""
    trans_status: str | None = None
    """Of the ARes, then of the RReq."""
    result_known: bool = False
    """Whether an RReq was taken: there is never a second."""
    failure: str | None = None
    """The error code of an authentication that failed."""
