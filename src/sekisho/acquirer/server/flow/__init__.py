"""An authentication as the 3DS Server sees it, moved by the protocol library's tables.

What stands here is the room's own: who may ask, and how Secure Payment Confirmation, which has a
table of its own, becomes a second AReq.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final, TypeAlias

from sekisho.acquirer.server.flow.answers import forgotten, with_messages
from sekisho.acquirer.server.flow.effects import (
    EFFECTS,
    TIMERS,
    CarryOn,
    Complain,
    Forget,
    Ring,
    kept,
)
from sekisho.acquirer.server.model import Authentication, State
from sekisho.kernel.effects import Effect
from sekisho.kernel.errors import OutOfTurn
from sekisho.protocol import Message, Version
from sekisho.protocol.states import server_authentication, spc_at_requestor
from sekisho.protocol.states import server_events as on
from sekisho.protocol.states.server_table import Authentication as Stage
from sekisho.protocol.states.spc_at_requestor import Confirmation, TellServer

__all__ = [
    "EFFECTS",
    "TIMERS",
    "AlreadyAsked",
    "Asking",
    "CarryOn",
    "Complain",
    "ConfirmationEnded",
    "Decide",
    "Decision",
    "Event",
    "Forget",
    "Limits",
    "OtherCard",
    "Ring",
    "State",
    "ask",
    "decide",
    "forgotten",
    "kept",
    "prepare",
]

UNASKED: Final = frozenset({State.PREPARED, State.METHOD, State.READY})
FINAL: Final = server_authentication.FINAL


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """How long this 3DS Server waits where the protocol leaves it to rules."""

    preparation: timedelta
    ares: timedelta
    result: timedelta


@dataclass(frozen=True, slots=True, kw_only=True)
class Asking:
    """The requestor wants the card authenticated, and this is the AReq."""

    at: datetime
    areq: Message
    body_mac: str | None
    """None: no requestor may ask it again."""
    number_mac: str
    masked_number: str
    directory: str
    method_exists: bool
    """Whether the card's range has a 3DS Method in the AReq's version."""
    sealed_areq: str | None = None
    """The AReq, sealed for this record, where it may be carried on."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ConfirmationEnded:
    """The requestor says what came of Secure Payment Confirmation in the browser, step by step."""

    at: datetime
    steps: tuple[spc_at_requestor.Event, ...]


Event: TypeAlias = on.Event | ConfirmationEnded
Decision: TypeAlias = tuple[Authentication, tuple[Effect, ...]]
Decide: TypeAlias = Callable[[Authentication], Decision]


class AlreadyAsked(OutOfTurn):
    """The requestor asks again with an id that it has used."""


class OtherCard(OutOfTurn):
    """The requestor asks about another card than the one it prepared."""


def prepare(
    *,
    id: str,
    successor_id: str,
    owner: str,
    directory: str,
    version: Version,
    method_exists: bool,
    at: datetime,
    masked_number: str,
    number_mac: str,
    limits: Limits,
    predecessor: str | None = None,
) -> Decision:
    """Begin an authentication: what is kept before the requestor is given the id."""
    stage, effects = server_authentication.begin(
        at=at,
        version=version,
        server_trans_id=id,
        successor_id=successor_id,
        method_exists=method_exists,
        preparation=limits.preparation,
        ares_limit=limits.ares,
        result_limit=limits.result,
    )
    return Authentication(
        id=id,
        stage=stage,
        owner=owner,
        directory=directory,
        prepared_at=at,
        masked_number=masked_number,
        number_mac=number_mac,
        predecessor=predecessor,
    ), effects


def ask(record: Authentication, asking: Asking) -> Decision:
    """Take the AReq over; raises AlreadyAsked, OtherCard, or OutOfTurn where it came too late."""
    _require_askable(record, asking)
    areq, at = asking.areq, asking.at
    stage = _fitted(record, areq.version, method_exists=asking.method_exists)
    ran = areq.get("threeDSCompInd") == "Y"
    for step in (on.MethodStarted(at=at), on.MethodNotified(at=at)) if ran else ():
        stage, _ = server_authentication.decide(stage, step)
    stage, effects = server_authentication.decide(stage, on.Asked(at=at, message=areq))
    return replace(
        record,
        stage=stage,
        directory=asking.directory,
        body_mac=asking.body_mac,
        masked_number=asking.masked_number,
        method_ran=ran and "threeDSMethodId" not in areq,
        sealed_areq=asking.sealed_areq,
        asked_at=at,
    ), effects


def decide(record: Authentication, event: Event) -> Decision:
    """Apply one event; give the authentication and the library's effects.

    Raises ProtocolFault for a result that its sender must be told is not wanted, Misuse for what our
    own side must not do.
    """
    if isinstance(event, ConfirmationEnded):
        return _confirmed(record, event)
    after, effects = _moved(record, event)
    if after.state is State.SPC and record.state is State.ASKED:
        assert isinstance(event, on.AResReceived)  # noqa: S101  the table's one way there
        confirmation, _ = spc_at_requestor.begin(event.message, at=event.at)
        return replace(after, confirmation=confirmation), effects
    if record.state is State.SPC and after.state is State.CONTINUED:
        return _silenced(after, effects)
    return after, effects


def _require_askable(record: Authentication, asking: Asking) -> None:
    if record.state is State.EXPIRED or (
        record.state in UNASKED and asking.at >= record.stage.prepared_until
    ):
        raise OutOfTurn("the transaction was prepared too long ago")
    if record.state not in UNASKED:
        raise AlreadyAsked(f"the transaction is {record.state.value}")
    if record.number_mac != asking.number_mac:
        raise OtherCard("the transaction was prepared for another card")


def _fitted(record: Authentication, version: Version, *, method_exists: bool) -> Stage:
    """Prepare as if from the beginning for what the requestor settled for in the end."""
    stage = record.stage
    if stage.transaction.version is version and (stage.comp_ind != "U") == method_exists:
        return stage
    anew, _ = server_authentication.begin(
        at=record.prepared_at,
        version=version,
        server_trans_id=record.id,
        successor_id=stage.successor_id,
        method_exists=method_exists,
        preparation=stage.prepared_until - record.prepared_at,
        ares_limit=stage.ares_limit,
        result_limit=stage.result_limit,
    )
    return anew


def _moved(record: Authentication, event: on.Event) -> Decision:
    stage, effects = server_authentication.decide(record.stage, event)
    if stage == record.stage:
        return record, effects
    return with_messages(record, replace(record, stage=stage), event, effects), effects


def _confirmed(record: Authentication, event: ConfirmationEnded) -> Decision:
    if record.state is not State.SPC or record.confirmation is None:
        return record, ()
    confirmation, told = _stepped(record.confirmation, event.steps)
    if told is None:
        return replace(record, confirmation=confirmation), ()
    over: on.Event = on.SpcConfirmed(at=event.at)
    if told.incompletion is not None:
        over = on.SpcFailed(at=event.at, incompletion=told.incompletion)
    after, effects = _moved(record, over)
    return replace(after, confirmation=confirmation), _with_elements(effects, told)


def _silenced(record: Authentication, effects: tuple[Effect, ...]) -> Decision:
    """End the confirmation together with the wait for it."""
    known = record.confirmation
    if known is None or known.until is None:
        return record, effects
    silence = spc_at_requestor.SILENCE[known.state](at=known.until)
    confirmation, told = _stepped(known, (silence,))
    return replace(record, confirmation=confirmation), _with_elements(effects, told)


def _stepped(
    confirmation: Confirmation, steps: Iterable[spc_at_requestor.Event]
) -> tuple[Confirmation, TellServer | None]:
    told = None
    for step in steps:
        confirmation, effects = spc_at_requestor.decide(confirmation, step)
        told = next((each for each in effects if isinstance(each, TellServer)), told)
    return confirmation, told


def _with_elements(effects: tuple[Effect, ...], told: TellServer | None) -> tuple[Effect, ...]:
    """Let the second AReq say what came of the confirmation."""
    return tuple(
        replace(each, elements={**each.elements, **told.elements})
        if told is not None and isinstance(each, on.AskAgain)
        else each
        for each in effects
    )
