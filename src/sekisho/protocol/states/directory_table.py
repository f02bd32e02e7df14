"""The Directory Server's relay as a table: every state, and what each event makes of it.

What does not fit the table stands in `directory_relay`, with all that follows from a move.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum
from typing import Final

from sekisho.protocol.faults import ErrorCode
from sekisho.protocol.states import directory_events as on
from sekisho.protocol.states.table import Go, Refuse, Rows, Table, ignored, never, refused
from sekisho.protocol.states.transaction import Transaction
from sekisho.protocol.states.waiting import Silence
from sekisho.protocol.vocabulary import Component


class State(Enum):
    """How far an authentication has come, seen from the middle."""

    CHECKING = "checking"
    """The AReq is sound by itself; the Directory Server's own checks run."""
    ASKED = "asked"
    """The AReq is on its way to the ACS, the ARes awaited."""
    PENDING = "pending"
    """The ARes said C or D; the ACS owes a result."""
    SPC = "SPC"
    """The ARes said S; the ACS owes a result only if no second AReq reaches it."""
    RELAYING = "relaying"
    """The RReq is on its way to the 3DS Server, the RRes awaited."""
    UNDELIVERED = "undelivered"
    """The RReq was not answered well; the ACS was told, and may report the same result again."""
    ANSWERED = "answered"
    """The ARes was the last word."""
    STOOD_IN = "stood in"
    """The Directory Server answered for the ACS."""
    REFUSED = "refused"
    """The AReq failed the checks."""
    FAILED = "failed"
    """No ARes that could be relayed: an Erro was."""
    RELAYED = "result relayed"
    """The 3DS Server has the result, and its RRes was relayed."""
    RESULT_REFUSED = "result refused"
    """The 3DS Server refused the result, and its Erro was relayed."""
    UNRESOLVED = "unresolved"
    """No result came, or none could be delivered, for as long as anybody waits."""


FINAL: Final = frozenset(
    {
        State.ANSWERED,
        State.STOOD_IN,
        State.REFUSED,
        State.FAILED,
        State.RELAYED,
        State.RESULT_REFUSED,
        State.UNRESOLVED,
    }
)
SILENCE: Final[Silence[on.Event]] = {
    State.ASKED: on.AResTimeRanOut,
    State.PENDING: on.ResultTimeRanOut,
    State.SPC: on.ResultTimeRanOut,
    State.RELAYING: on.RResTimeRanOut,
    State.UNDELIVERED: on.ResultTimeRanOut,
}
"""What the end of each wait is."""

_CHECKS: Final = (on.AReqPassed, on.AReqRefused, on.NoAcsFound)
_ARES: Final = (on.AcsUnreachable, on.AResReceived, on.AResFaulted)
_RRES: Final = (on.ServerUnreachable, on.RResReceived, on.RResFaulted)
_CHECKED: Final = tuple(state for state in State if state is not State.CHECKING)
_AFTER_ARES: Final = tuple(state for state in _CHECKED if state is not State.ASKED)
_BEFORE_RREQ: Final = (State.CHECKING, State.ASKED, State.PENDING, State.SPC)
_AFTER_RREQ: Final = (
    State.UNDELIVERED,
    *(state for state in State if state in FINAL),
)
_ENDS: Final = Go(
    (State.FAILED, State.STOOD_IN),
    "an Erro, or the Directory Server's own ARes, as its rule has it",
)
_IDS: Final = "threeDSServerTransID"

_ROWS: Final[Rows[State]] = {
    (State.CHECKING, on.AReqPassed): Go((State.ASKED,)),
    (State.CHECKING, on.AReqRefused): Go((State.REFUSED,)),
    (State.CHECKING, on.NoAcsFound): Go(
        (State.REFUSED, State.STOOD_IN), "305, or an ARes by the Directory Server's rule"
    ),
    **never(_CHECKED, _CHECKS, "an AReq is checked once"),
    **ignored(
        (State.CHECKING, State.ASKED),
        (on.AReqRepeated,),
        "the answer to the first will answer it; 305 if it says anything else",
    ),
    **{
        (state, on.AReqRepeated): Go((state,), "the same answer; 305 if it says anything else")
        for state in _AFTER_ARES
    },
    (State.ASKED, on.AcsUnreachable): Go(
        (State.ASKED, State.FAILED, State.STOOD_IN), "the first time it is tried again at once"
    ),
    (State.ASKED, on.AResReceived): Go(
        (State.ANSWERED, State.PENDING, State.SPC, State.FAILED, State.STOOD_IN),
        "by transStatus: C or D, S, or the last word; FAILED or STOOD_IN if it does not follow "
        "from the AReq, and the ACS is told",
    ),
    (State.ASKED, on.AResFaulted): _ENDS,
    (State.ASKED, on.AcsErroReceived): _ENDS,
    (State.ASKED, on.AResTimeRanOut): _ENDS,
    **never((State.CHECKING,), _ARES, "the ACS was not asked yet"),
    **ignored(_AFTER_ARES, _ARES, "it comes twice, or after the 3DS Server was answered"),
    **ignored((State.CHECKING, *_AFTER_ARES), (on.AcsErroReceived,), "an Erro is never answered"),
    **{(state, on.RReqReceived): Go((State.RELAYING,)) for state in (State.PENDING, State.SPC)},
    (State.UNDELIVERED, on.RReqReceived): Go((State.RELAYING,), "312 if it is another result"),
    **ignored(
        (State.RELAYING,),
        (on.RReqReceived,),
        "the answer to the first will answer it; 312 if it is another result",
    ),
    **{
        (state, on.RReqReceived): Go((state,), "the same answer again; 312 if it is another result")
        for state in (State.RELAYED, State.RESULT_REFUSED)
    },
    **refused(
        (State.CHECKING, State.REFUSED),
        (on.RReqReceived,),
        Refuse(ErrorCode.TRANSACTION_UNKNOWN, _IDS, "no ACS was asked"),
    ),
    **refused(
        (State.ASKED, State.ANSWERED, State.STOOD_IN, State.FAILED),
        (on.RReqReceived,),
        Refuse(ErrorCode.RESULT_INCONSISTENT, _IDS, "no ARes announced a result"),
    ),
    (State.UNRESOLVED, on.RReqReceived): Refuse(
        ErrorCode.TIMED_OUT, "the time for the result is over", "the 3DS Server has given it up"
    ),
    (State.RELAYING, on.ServerUnreachable): Go(
        (State.RELAYING, State.UNDELIVERED), "the first time at once again, then Erro D/405"
    ),
    (State.RELAYING, on.RResReceived): Go(
        (State.RELAYED, State.UNDELIVERED), "UNDELIVERED if it is another transaction's"
    ),
    (State.RELAYING, on.RResFaulted): Go((State.UNDELIVERED,), "both sides are told"),
    (State.RELAYING, on.ServerErroReceived): Go(
        (State.RESULT_REFUSED, State.RELAYED),
        "RELAYED if it says that the result came before (312)",
    ),
    (State.RELAYING, on.RResTimeRanOut): Go((State.UNDELIVERED,), "Erro D/402 to the ACS"),
    **never(_BEFORE_RREQ, _RRES, "no result was sent yet"),
    **ignored(_AFTER_RREQ, _RRES, "it comes twice, or after the ACS was answered"),
    **ignored(
        (*_BEFORE_RREQ, *_AFTER_RREQ),
        (on.ServerErroReceived,),
        "about the ARes: the ACS will report that nobody came",
    ),
    (State.PENDING, on.ResultTimeRanOut): Go((State.UNRESOLVED,)),
    (State.UNDELIVERED, on.ResultTimeRanOut): Go((State.UNRESOLVED,)),
    (State.SPC, on.ResultTimeRanOut): Go((State.ANSWERED,), "another AReq has carried it on"),
}

TABLE: Final[Table[State]] = Table(
    name="relay at the Directory Server",
    role=Component.DIRECTORY,
    about=(
        "From the AReq over the ACS's ARes to the relayed result (sections 2, 8, 9). Who a peer is, "
        "its certificate says: that an RReq comes from the ACS that was asked (303) is for the room."
    ),
    start=State.CHECKING,
    final=FINAL,
    events=on.EVENTS,
    rows={**ignored(State, on.TIMERS, "what was awaited came in time"), **_ROWS},
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Relay:
    """One authentication on its way between a 3DS Server and an ACS."""

    state: State = State.CHECKING
    transaction: Transaction
    digest: str
    """Keyed digest of the AReq: another message with the same identifier is refused."""
    rules: on.Rules
    ares_limit: timedelta
    result_limit: timedelta
    until: datetime | None = None
    """When the present wait is over."""
    result_until: datetime
    """When nobody waits for a result any more; before there is an ARes, when the AReq came."""
    trans_status: str | None = None
    """Of the ARes, then of the result that was relayed."""
    attempts: int = 0
    """How often anything was sent further on, or was about to be: tells attempts apart."""
    tries_left: int = 0
    """How often the message that is on its way may still be tried."""
    result_digest: str | None = None
    """Digest of the result that was taken up: from then on no other one is."""
