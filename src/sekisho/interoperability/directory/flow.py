"""An authentication as the Directory Server relays it: every change of state.

What does not fit the table stands below it: a timer of a stage already left is ignored, and one
that rings during an attempt to relay waits for its end; a result is refused, with its error code,
unless its ACS owes it; an attempt that a dead process left open may be made again once its time is
over, with the same result only.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final, TypeAlias

from sekisho.interoperability.directory.model import Relay, State, TrailEntry
from sekisho.kernel.effects import Effect, Later
from sekisho.kernel.errors import OutOfTurn


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered:
    """The ACS's ARes, good and final, is relayed."""

    at: datetime
    acs_trans_id: str
    trans_status: str | None
    trail: tuple[TrailEntry, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Challenged:
    """The ACS's ARes announces a result: C, or D where authentication is decoupled."""

    at: datetime
    acs_trans_id: str
    trans_status: str
    result_until: datetime
    trail: tuple[TrailEntry, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class NotAnswered:
    """The ACS answered with an Erro, with nothing, or with what may not be relayed."""

    at: datetime
    trail: tuple[TrailEntry, ...]
    complaint: "Complain | None" = None
    """What the ACS is told of an answer that breaks a rule."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ResultReported:
    """An ACS reports how the challenge ended."""

    at: datetime
    peer: str
    digest: str
    acs_trans_id: str
    ds_trans_id: str
    sdk_trans_id: str | None
    trans_status: str | None
    relaying_until: datetime
    trail: tuple[TrailEntry, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ResultAcknowledged:
    """The 3DS Server has taken the result: its RRes is relayed."""

    at: datetime
    trail: tuple[TrailEntry, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ResultRefused:
    """The 3DS Server will not have the result: its Erro is relayed."""

    at: datetime
    trail: tuple[TrailEntry, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ResultLost:
    """The 3DS Server could not be reached or gave no usable answer; the ACS may try again."""

    at: datetime
    trail: tuple[TrailEntry, ...]
    complaint: "Complain | None" = None
    """What the 3DS Server is told of an answer that breaks a rule."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TimeRanOut:
    """The time that a stage may take is over."""

    at: datetime
    stage: State


Event: TypeAlias = (
    Answered
    | Challenged
    | NotAnswered
    | ResultReported
    | ResultAcknowledged
    | ResultRefused
    | ResultLost
    | TimeRanOut
)
EVENTS: Final = (
    Answered,
    Challenged,
    NotAnswered,
    ResultReported,
    ResultAcknowledged,
    ResultRefused,
    ResultLost,
    TimeRanOut,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class EndStage:
    """Tell the relay that a stage's time is over; nothing happens if it moved on."""

    stage: State


@dataclass(frozen=True, slots=True, kw_only=True)
class Complain:
    """Tell a participant what was wrong with its answer."""

    to: str
    """Its address."""
    erro: str


EFFECTS: Final = (EndStage, Complain)

START: Final = State.ASKED
FINAL: Final = frozenset(
    {State.ANSWERED, State.RESULT_RELAYED, State.RESULT_REFUSED, State.FAILED, State.UNRESOLVED}
)

NEXT: Final[Mapping[tuple[State, type[Event]], State]] = {
    (State.ASKED, Answered): State.ANSWERED,
    (State.ASKED, Challenged): State.CHALLENGED,
    (State.ASKED, NotAnswered): State.FAILED,
    (State.ASKED, TimeRanOut): State.FAILED,  # this process or its predecessor died while asking
    (State.CHALLENGED, ResultReported): State.RELAYING,
    (State.CHALLENGED, TimeRanOut): State.UNRESOLVED,
    (State.RELAYING, ResultReported): State.RELAYING,  # only an attempt given up: see below
    (State.RELAYING, ResultAcknowledged): State.RESULT_RELAYED,
    (State.RELAYING, ResultRefused): State.RESULT_REFUSED,
    (State.RELAYING, ResultLost): State.CHALLENGED,
    (State.RELAYING, TimeRanOut): State.UNRESOLVED,  # only of an attempt given up: see below
}


class ReportRefused(OutOfTurn):
    """A result that nobody waits for; knows the error code that its Erro must carry."""

    def __init__(self, code: str, detail: str) -> None:
        super().__init__(f"{code}: {detail}")
        self.code = code
        self.detail = detail


def begin(asked: Relay, *, until: datetime) -> tuple[Relay, tuple[Effect, ...]]:
    """Begin a relay: what is kept before the AReq leaves for the ACS."""
    return asked, (Later(until, EndStage(stage=START)),)


def decide(record: Relay, event: Event) -> tuple[Relay, tuple[Effect, ...]]:
    """Apply one event; give the relay as it now stands and what must be done about it.

    Raises ReportRefused for a result that its sender must be told is not wanted.
    """
    if isinstance(event, TimeRanOut):
        if not _lasts(record, event.stage):
            return record, ()  # the stage was left in time
        if _under_way(record, event.at) and record.relaying_until is not None:
            return record, (Later(record.relaying_until, EndStage(stage=event.stage)),)
    if isinstance(event, ResultReported):
        _require_owed(record, event)
    if record.state in FINAL:
        return record, ()  # an answer that came after its asker was told there was none
    state = NEXT.get((record.state, type(event)))
    if state is None:
        raise OutOfTurn(f"{type(event).__name__} while {record.state.value}")
    return _apply(replace(record, state=state), event)


def _lasts(record: Relay, stage: State) -> bool:
    """Tell whether the stage is still the present one; relaying is a part of being challenged."""
    return record.state is stage or (stage is State.CHALLENGED and record.state is State.RELAYING)


def _under_way(record: Relay, at: datetime) -> bool:
    """Tell whether an attempt to relay the result can still be running somewhere."""
    return (
        record.state is State.RELAYING
        and record.relaying_until is not None
        and at < record.relaying_until
    )


def _require_owed(record: Relay, event: ResultReported) -> None:
    if event.peer != record.acs:
        raise ReportRefused("303", "The result comes from another ACS than the one that was asked.")
    # Codes are those of 2.3.1; an Erro of an older version carries the nearest that it knows.
    if record.state is State.UNRESOLVED:
        raise ReportRefused("402", "The result came after the time for it was over.")
    if record.state not in {State.CHALLENGED, State.RELAYING}:
        code = {
            State.RESULT_RELAYED: "312",
            State.RESULT_REFUSED: "312",
            State.ANSWERED: "313",
        }.get(record.state, "301")
        raise ReportRefused(code, "threeDSServerTransID")
    strangers = [
        name
        for name, ours, theirs in (
            ("acsTransID", record.acs_trans_id, event.acs_trans_id),
            ("dsTransID", record.ds_trans_id, event.ds_trans_id),
            ("sdkTransID", record.sdk_trans_id, event.sdk_trans_id),
        )
        if ours != theirs
    ]
    if strangers:
        raise ReportRefused("301", ",".join(strangers))
    _require_only_one(record, event)


def _require_only_one(record: Relay, event: ResultReported) -> None:
    # The 3DS Server may have taken a result whose acknowledgement was lost: from then on only
    # that very result may be sent again, or two could be accepted.
    if record.result_digest not in {None, event.digest}:
        raise ReportRefused("312", "Another result was reported before.")
    if _under_way(record, event.at):
        raise ReportRefused("403", "The result is being relayed: report it again later.")


def _apply(record: Relay, event: Event) -> tuple[Relay, tuple[Effect, ...]]:
    """Take over what the event tells; the state is already the new one."""
    if isinstance(event, TimeRanOut):
        return replace(record, settled_at=event.at), ()
    record = replace(record, trail=(*record.trail, *event.trail))
    match event:
        case Answered() | Challenged():
            return _with_ares(record, event)
        case ResultReported():
            return replace(
                record,
                result_digest=event.digest,
                trans_status=event.trans_status,
                relaying_until=event.relaying_until,
                result_attempts=record.result_attempts + 1,
            ), ()
        case ResultLost():
            return replace(record, relaying_until=None), _complaints(event)
        case NotAnswered():
            return replace(record, settled_at=event.at), _complaints(event)
        case _:
            return replace(record, settled_at=event.at), ()


def _with_ares(record: Relay, event: Answered | Challenged) -> tuple[Relay, tuple[Effect, ...]]:
    answered = replace(record, acs_trans_id=event.acs_trans_id, trans_status=event.trans_status)
    if isinstance(event, Challenged):
        return answered, (Later(event.result_until, EndStage(stage=record.state)),)
    return replace(answered, settled_at=event.at), ()


def _complaints(event: NotAnswered | ResultLost) -> tuple[Effect, ...]:
    return () if event.complaint is None else (event.complaint,)
