"""Secure Payment Confirmation, as the ACS sees it: what the second AReq is worth, and only once.

Protocol facts, section 2.8 (2.3.1). The first authentication stays with the ACS's own table, which
sends an RReq for it only if no second AReq came; here stands whether the second one may count on the
confirmation. An assertion answers one challenge once: an AReq that brings it again stands by itself.
"""

from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import Enum
from typing import Final, TypeAlias

from sekisho.kernel.effects import Effect
from sekisho.kernel.errors import Misuse
from sekisho.protocol.faults import ErrorCode
from sekisho.protocol.messages import Message
from sekisho.protocol.states.limits import ARES_AT_DIRECTORY, SPC_AT_ACS
from sekisho.protocol.states.table import Go, Rows, Table, ignored, never
from sekisho.protocol.states.transaction import Transaction, fault_in
from sekisho.protocol.states.waiting import Silence, TimeRanOut, in_time, timer
from sekisho.protocol.vocabulary import Component, Json


@dataclass(frozen=True, slots=True, kw_only=True)
class SecondAReqReceived:
    """An AReq refers to this confirmation (`prior_of`) and is sound by itself."""

    at: datetime
    message: Message


@dataclass(frozen=True, slots=True, kw_only=True)
class AssertionVerified:
    """The assertion answers our challenge, for this payment, with one of our credentials."""

    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class AssertionRefused:
    """The assertion proves nothing."""

    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class SecondAReqTimeRanOut(TimeRanOut):
    """No second AReq came."""


@dataclass(frozen=True, slots=True, kw_only=True)
class VerificationTimeRanOut(TimeRanOut):
    """The assertion was not looked at while the Directory Server was waiting for the ARes."""


Event: TypeAlias = (
    SecondAReqReceived
    | AssertionVerified
    | AssertionRefused
    | SecondAReqTimeRanOut
    | VerificationTimeRanOut
)
TIMERS: Final = (SecondAReqTimeRanOut, VerificationTimeRanOut)
EVENTS: Final = (SecondAReqReceived, AssertionVerified, AssertionRefused, *TIMERS)


@dataclass(frozen=True, slots=True, kw_only=True)
class VerifyAssertion:
    """Hold the assertion against what the ARes with S asked for."""

    data: Json = field(repr=False)
    """threeDSReqAuthData."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DecideSecond:
    """Decide the second authentication with this knowledge: Y is possible, or C, or what you see fit."""

    confirmed: bool
    """The cardholder has confirmed the payment: authenticationMethod 14."""
    incompletion: str | None = None
    """spcIncompInd, if the requestor says that there is no assertion."""


EFFECTS: Final = (VerifyAssertion, DecideSecond)


class State(Enum):
    """What an ACS knows of a confirmation that it asked for."""

    AWAITING_AREQ = "awaiting second AReq"
    """The ARes said S; the second AReq has ten minutes."""
    VERIFYING = "verifying"
    """The second AReq brought an assertion."""
    CONFIRMED = "confirmed"
    """The assertion held."""
    UNCONFIRMED = "unconfirmed"
    """The second AReq came without an assertion, or with one that does not hold."""
    EXPIRED = "expired"
    """No second AReq came in time: nothing that comes later can count on this confirmation."""


FINAL: Final = frozenset({State.CONFIRMED, State.UNCONFIRMED, State.EXPIRED})
SILENCE: Final[Silence[Event]] = {
    State.AWAITING_AREQ: SecondAReqTimeRanOut,
    State.VERIFYING: VerificationTimeRanOut,
}
"""What the end of each wait is."""

_VERDICTS: Final = (AssertionVerified, AssertionRefused)
_USED: Final = "the confirmation was used: this AReq stands by itself"

_ROWS: Final[Rows[State]] = {
    (State.AWAITING_AREQ, SecondAReqReceived): Go(
        (State.VERIFYING, State.UNCONFIRMED),
        "UNCONFIRMED if it brings no assertion, or says spcIncompInd",
    ),
    (State.VERIFYING, AssertionVerified): Go((State.CONFIRMED,)),
    (State.VERIFYING, AssertionRefused): Go((State.UNCONFIRMED,)),
    (State.AWAITING_AREQ, SecondAReqTimeRanOut): Go((State.EXPIRED,)),
    (State.VERIFYING, VerificationTimeRanOut): Go((State.UNCONFIRMED,)),
    **ignored((State.VERIFYING, *FINAL), (SecondAReqReceived,), _USED),
    **never((State.AWAITING_AREQ,), _VERDICTS, "there is no assertion yet"),
    **ignored(FINAL, _VERDICTS, "it comes twice, or too late"),
}

TABLE: Final[Table[State]] = Table(
    name="Secure Payment Confirmation at the ACS",
    role=Component.ACS,
    about="From the ARes with S to what the second AReq is worth (section 2.8).",
    start=State.AWAITING_AREQ,
    final=FINAL,
    events=EVENTS,
    rows={**ignored(State, TIMERS, "another wait, or none"), **_ROWS},
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Confirmation:
    """One confirmation that an ACS asked for."""

    transaction: Transaction
    """Of the first AReq, with acsTransID."""
    state: State = State.AWAITING_AREQ
    until: datetime | None


def begin(transaction: Transaction, *, at: datetime) -> tuple[Confirmation, tuple[Effect, ...]]:
    """Begin when the ARes with S leaves."""
    until = at + SPC_AT_ACS.of(transaction.version)
    record = Confirmation(transaction=transaction, until=until)
    return record, (timer(SecondAReqTimeRanOut(at=until)),)


def prior_of(areq: Message) -> str | None:
    """Give the acsTransID of the confirmation that an AReq carries on; None: it is no second AReq."""
    for info in _items(areq, "threeDSRequestorPriorAuthenticationInfo"):
        reference = info.get("threeDSReqPriorRef")
        if info.get("threeDSReqPriorAuthMethod") == "05" and isinstance(reference, str):
            return reference.lower()
    return None


def decide(record: Confirmation, event: Event) -> tuple[Confirmation, tuple[Effect, ...]]:
    """Apply one event; give the confirmation as it now stands and what must be done about it.

    Raises ProtocolFault 203 for a second AReq under the first one's threeDSServerTransID, Misuse for
    one that does not refer to this confirmation.
    """
    return in_time(record, event, SILENCE, _apply)


def _apply(record: Confirmation, event: Event) -> tuple[Confirmation, tuple[Effect, ...]]:
    if isinstance(event, SecondAReqReceived):
        return _take(record, event)
    state = TABLE.after(record.state, event)
    if state is None:
        return record, ()
    over = replace(record, state=state, until=None)
    if state is State.EXPIRED:
        return over, ()
    return over, (DecideSecond(confirmed=state is State.CONFIRMED),)


def _take(
    record: Confirmation, event: SecondAReqReceived
) -> tuple[Confirmation, tuple[Effect, ...]]:
    areq, first = event.message, record.transaction
    if first.acs_trans_id is None or prior_of(areq) != first.acs_trans_id.lower():
        raise Misuse("the AReq does not refer to this confirmation")
    if areq.text("threeDSServerTransID") == first.server_trans_id:
        raise fault_in(areq, ErrorCode.FORMAT_INVALID, "threeDSServerTransID")
    assertion = _assertion(areq)
    incompletion = areq.text_or_none("spcIncompInd")
    proven = assertion is not None and incompletion is None
    choice = State.VERIFYING if proven else State.UNCONFIRMED
    state = TABLE.after(record.state, event, choice)
    if state is None:
        return record, ()
    if not proven:
        decision = DecideSecond(confirmed=False, incompletion=incompletion)
        return replace(record, state=state, until=None), (decision,)
    until = event.at + ARES_AT_DIRECTORY.of(first.version)
    return replace(record, state=state, until=until), (
        VerifyAssertion(data=assertion),
        timer(VerificationTimeRanOut(at=until)),
    )


def _assertion(areq: Message) -> Json:
    """Give threeDSReqAuthData of method 09; None: there is no assertion."""
    for info in _items(areq, "threeDSRequestorAuthenticationInfo"):
        if info.get("threeDSReqAuthMethod") == "09":
            return info.get("threeDSReqAuthData")
    return None


def _items(areq: Message, name: str) -> list[dict[str, Json]]:
    listed = areq.get(name)
    items = listed if isinstance(listed, list) else []
    return [item for item in items if isinstance(item, dict)]
