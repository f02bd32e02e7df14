"""An authentication as the 3DS Server sees it: every change of state, and what each leaves to do.

Three things do not fit the table and stand below it: a timer of a stage already left is ignored;
what finished ignores a late answer; a result is refused, with its error code, unless a challenge
of exactly that transaction waits for it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final, TypeAlias

from sekisho.acquirer.server.model import Authentication, State
from sekisho.kernel.effects import Effect, Later
from sekisho.kernel.errors import OutOfTurn


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """The requestor wants the card authenticated; the AReq goes out after this is kept."""

    at: datetime
    body_mac: str
    number_mac: str
    masked_number: str
    version: str
    channel: str
    category: str
    sdk_trans_id: str | None
    until: datetime
    """By when there must be an answer, if this process lives to hear it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered:
    """An ARes that is the last word."""

    at: datetime
    ares: str
    trans_status: str | None
    acs_trans_id: str
    ds_trans_id: str
    keep_until: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Challenged:
    """An ARes that announces a result to come: C, or D where authentication is decoupled."""

    at: datetime
    ares: str
    trans_status: str
    acs_trans_id: str
    ds_trans_id: str
    result_until: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Unanswered:
    """The AReq got an Erro, silence, or an ARes that breaks a rule."""

    at: datetime
    erro: str
    """What the requestor is told."""
    complain: bool = False
    """The Directory Server gave an answer that breaks a rule: it is told the same."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ResultReported:
    """The Directory Server relays how a challenge ended."""

    at: datetime
    rreq: str
    trans_status: str | None
    acs_trans_id: str
    ds_trans_id: str
    sdk_trans_id: str | None
    keep_until: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class TimeRanOut:
    """The time that a stage may take is over."""

    at: datetime
    stage: State


Event: TypeAlias = Asked | Answered | Challenged | Unanswered | ResultReported | TimeRanOut
EVENTS: Final = (Asked, Answered, Challenged, Unanswered, ResultReported, TimeRanOut)


@dataclass(frozen=True, slots=True, kw_only=True)
class EndStage:
    """Tell the authentication that a stage's time is over; nothing happens if it moved on."""

    stage: State


@dataclass(frozen=True, slots=True, kw_only=True)
class Complain:
    """Tell the Directory Server what was wrong with its answer."""

    erro: str


EFFECTS: Final = (EndStage, Complain)

START: Final = State.PREPARED
FINAL: Final = frozenset({State.FAILED, State.EXPIRED, State.UNRESOLVED, State.PURGED})

NEXT: Final[Mapping[tuple[State, type[Event]], State]] = {
    (State.PREPARED, Asked): State.ASKED,
    (State.PREPARED, TimeRanOut): State.EXPIRED,
    (State.ASKED, Answered): State.ANSWERED,
    (State.ASKED, Challenged): State.CHALLENGE,
    (State.ASKED, Unanswered): State.FAILED,
    (State.ASKED, TimeRanOut): State.FAILED,  # this process or its predecessor died while asking
    (State.CHALLENGE, ResultReported): State.RESULT,
    (State.CHALLENGE, TimeRanOut): State.UNRESOLVED,
    (State.ANSWERED, TimeRanOut): State.PURGED,
    (State.RESULT, TimeRanOut): State.PURGED,
}


class ResultRefused(OutOfTurn):
    """A result that no challenge waits for; knows the error code that its Erro must carry."""

    def __init__(self, code: str, detail: str) -> None:
        super().__init__(f"{code}: {detail}")
        self.code = code
        self.detail = detail


class AlreadyAsked(OutOfTurn):
    """The requestor asks again with an id that it has used."""


class OtherCard(OutOfTurn):
    """The requestor asks about another card than the one it prepared."""


def prepare(
    *, id: str, owner: str, at: datetime, masked_number: str, number_mac: str, until: datetime
) -> tuple[Authentication, tuple[Effect, ...]]:
    """Begin an authentication: what is kept before the requestor is given the id."""
    prepared = Authentication(
        id=id,
        owner=owner,
        state=START,
        prepared_at=at,
        masked_number=masked_number,
        number_mac=number_mac,
    )
    return prepared, (Later(until, EndStage(stage=START)),)


def decide(record: Authentication, event: Event) -> tuple[Authentication, tuple[Effect, ...]]:
    """Apply one event; give the authentication as it now stands and what must be done about it.

    Raises AlreadyAsked, OtherCard or ResultRefused for what somebody outside must be told.
    """
    if isinstance(event, TimeRanOut) and event.stage is not record.state:
        return record, ()  # the stage was left in time
    if isinstance(event, Asked):
        _require_askable(record, event)
    if isinstance(event, ResultReported):
        _require_awaited(record, event)
    if record.state in FINAL:
        return record, ()  # an answer that came after the requestor was told there was none
    state = NEXT.get((record.state, type(event)))
    if state is None:
        raise OutOfTurn(f"{type(event).__name__} while {record.state.value}")
    return _apply(replace(record, state=state), event)


def _require_askable(record: Authentication, event: Asked) -> None:
    if record.state is State.EXPIRED:
        raise OutOfTurn("the transaction was prepared too long ago")
    if record.state is not State.PREPARED:
        raise AlreadyAsked(f"the transaction is {record.state.value}")
    if record.number_mac != event.number_mac:
        raise OtherCard("the transaction was prepared for another card")


def _require_awaited(record: Authentication, event: ResultReported) -> None:
    # Codes are those of 2.3.1; an Erro of an older version carries the nearest that it knows.
    if record.state is State.UNRESOLVED:
        raise ResultRefused("402", "The result came after the time for it was over.")
    if record.state is not State.CHALLENGE:
        code = {State.RESULT: "312", State.ANSWERED: "313"}.get(record.state, "301")
        raise ResultRefused(code, "threeDSServerTransID")
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
        raise ResultRefused("301", ",".join(strangers))


def _apply(record: Authentication, event: Event) -> tuple[Authentication, tuple[Effect, ...]]:
    """Take over what the event tells; the state is already the new one."""
    timer = EndStage(stage=record.state)
    match event:
        case Asked():
            return _with_question(record, event), (Later(event.until, timer),)
        case Answered():
            answered = replace(_with_ares(record, event), settled_at=event.at)
            return answered, (Later(event.keep_until, timer),)
        case Challenged():
            return _with_ares(record, event), (Later(event.result_until, timer),)
        case ResultReported():
            settled = replace(
                record, result=event.rreq, trans_status=event.trans_status, settled_at=event.at
            )
            return settled, (Later(event.keep_until, timer),)
        case _:
            return _given_up(record, event)


def _given_up(
    record: Authentication, event: Unanswered | TimeRanOut
) -> tuple[Authentication, tuple[Effect, ...]]:
    if record.state is State.PURGED:
        return replace(record, answer=None, result=None), ()
    given_up = replace(record, settled_at=event.at)
    if isinstance(event, TimeRanOut):
        return given_up, ()
    complaint = (Complain(erro=event.erro),) if event.complain else ()
    return replace(given_up, answer=event.erro, answered_at=event.at), complaint


def _with_question(record: Authentication, event: Asked) -> Authentication:
    return replace(
        record,
        asked_at=event.at,
        body_mac=event.body_mac,
        masked_number=event.masked_number,
        version=event.version,
        channel=event.channel,
        category=event.category,
        sdk_trans_id=event.sdk_trans_id,
    )


def _with_ares(record: Authentication, event: Answered | Challenged) -> Authentication:
    return replace(
        record,
        answer=event.ares,
        answered_at=event.at,
        trans_status=event.trans_status,
        acs_trans_id=event.acs_trans_id,
        ds_trans_id=event.ds_trans_id,
    )
