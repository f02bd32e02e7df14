"""Secure Payment Confirmation, as the requestor's side sees it: from the ARes with S to a second AReq.

Protocol facts, section 2.8 (2.3.1). The browser asks the cardholder, not a page of ours, and has its
own patience (`timeout` of spcTransData); the whole may take nine minutes. Whatever comes of it, a second
AReq says so: this table ends with its elements, and the 3DS Server's table asks.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from enum import Enum
from typing import Final, TypeAlias

from sekisho.kernel.effects import Effect
from sekisho.kernel.errors import Misuse
from sekisho.kernel.secret import Secret
from sekisho.protocol.messages import Message
from sekisho.protocol.states.limits import SPC_AT_SERVER
from sekisho.protocol.states.table import Go, Rows, Table, ignored, never
from sekisho.protocol.states.waiting import Silence, TimeRanOut, in_time, timer
from sekisho.protocol.vocabulary import Component, Json


@dataclass(frozen=True, slots=True, kw_only=True)
class Prompted:
    """The browser can do it, and asks the cardholder now."""

    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Confirmed:
    """The cardholder confirmed: the browser gave an assertion."""

    at: datetime
    assertion: Secret[str]
    """As threeDSReqAuthData carries it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Declined:
    """The cardholder cancelled the browser's prompt."""

    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Unable:
    """The browser cannot do it, knows none of the credentials, or failed."""

    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class OfferTimeRanOut(TimeRanOut):
    """The browser never showed a prompt."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PromptTimeRanOut(TimeRanOut):
    """The cardholder left the prompt alone."""


Event: TypeAlias = Prompted | Confirmed | Declined | Unable | OfferTimeRanOut | PromptTimeRanOut
TIMERS: Final = (OfferTimeRanOut, PromptTimeRanOut)
EVENTS: Final = (Prompted, Confirmed, Declined, Unable, *TIMERS)


@dataclass(frozen=True, slots=True, kw_only=True)
class OfferPrompt:
    """Let the browser say whether it can, and ask the cardholder to confirm."""

    credentials: Json
    """webAuthnCredList of the ARes."""
    transaction_data: Json
    """spcTransData of the ARes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TellServer:
    """Say what the second AReq must carry: the assertion, or why there is none."""

    elements: Mapping[str, Json] = field(repr=False)
    incompletion: str | None
    """spcIncompInd; None: the cardholder confirmed."""


EFFECTS: Final = (OfferPrompt, TellServer)


class State(Enum):
    """How far a confirmation has come in the buyer's browser."""

    OFFERED = "offered"
    """The ARes said S; the browser has not begun to ask."""
    PROMPTING = "prompting"
    """The browser asks the cardholder."""
    CONFIRMED = "confirmed"
    """The second AReq carries an assertion."""
    INCOMPLETE = "incomplete"
    """The second AReq says that there is none, and why."""


FINAL: Final = frozenset({State.CONFIRMED, State.INCOMPLETE})
SILENCE: Final[Silence[Event]] = {
    State.OFFERED: OfferTimeRanOut,
    State.PROMPTING: PromptTimeRanOut,
}
"""What the end of each wait is."""

FAILED: Final = "01"
CANCELLED: Final = "02"
TIMED_OUT: Final = "03"
"""spcIncompInd."""

_ROWS: Final[Rows[State]] = {
    (State.OFFERED, Prompted): Go((State.PROMPTING,)),
    **{
        (state, Unable): Go((State.INCOMPLETE,), "spcIncompInd 01")
        for state in (State.OFFERED, State.PROMPTING)
    },
    (State.PROMPTING, Confirmed): Go((State.CONFIRMED,), "threeDSReqAuthMethod 09"),
    (State.PROMPTING, Declined): Go((State.INCOMPLETE,), "spcIncompInd 02"),
    (State.OFFERED, OfferTimeRanOut): Go((State.INCOMPLETE,), "spcIncompInd 03"),
    (State.PROMPTING, PromptTimeRanOut): Go((State.INCOMPLETE,), "spcIncompInd 03"),
    **never((State.OFFERED,), (Confirmed, Declined), "the cardholder was not asked"),
    **never((State.PROMPTING,), (Prompted,), "one prompt is all that the ARes allows"),
    **ignored(FINAL, (Prompted, Confirmed, Declined, Unable), "the second AReq is on its way"),
}

TABLE: Final[Table[State]] = Table(
    name="Secure Payment Confirmation at the requestor",
    role=Component.SERVER,
    about="From the ARes with S to what the second AReq must say (section 2.8).",
    start=State.OFFERED,
    final=FINAL,
    events=EVENTS,
    rows={**ignored(State, TIMERS, "another wait, or none"), **_ROWS},
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Confirmation:
    """One confirmation: what the browser was asked, and until when it may answer."""

    acs_trans_id: str
    """acsTransID of the ARes with S: the second AReq refers to it."""
    asked_at: datetime
    """When the ARes came."""
    patience: timedelta
    """How long the browser shows its prompt."""
    ends: datetime
    """When the whole is over."""
    state: State = State.OFFERED
    until: datetime | None


def begin(ares: Message, *, at: datetime) -> tuple[Confirmation, tuple[Effect, ...]]:
    """Begin with an ARes that says S; Misuse for any other."""
    data = ares.get("spcTransData")
    if ares.get("transStatus") != "S" or not isinstance(data, dict):
        raise Misuse("the ARes does not ask for Secure Payment Confirmation")
    ends = at + SPC_AT_SERVER.of(ares.version)
    record = Confirmation(
        acs_trans_id=ares.text("acsTransID"),
        asked_at=at,
        patience=timedelta(milliseconds=int(str(data["timeout"]))),
        ends=ends,
        until=ends,
    )
    offer = OfferPrompt(credentials=ares["webAuthnCredList"], transaction_data=data)
    return record, (offer, timer(OfferTimeRanOut(at=ends)))


def decide(record: Confirmation, event: Event) -> tuple[Confirmation, tuple[Effect, ...]]:
    """Apply one event; give the confirmation as it now stands and what must be done about it.

    Raises Misuse for an answer to a prompt that was not shown.
    """
    return in_time(record, event, SILENCE, _apply)


def _apply(record: Confirmation, event: Event) -> tuple[Confirmation, tuple[Effect, ...]]:
    state = TABLE.after(record.state, event)
    if state is None:
        return record, ()
    if isinstance(event, Prompted):
        until = min(event.at + record.patience, record.ends)
        prompting = replace(record, state=state, until=until)
        return prompting, (timer(PromptTimeRanOut(at=until)),)
    return replace(record, state=state, until=None), (_told(record, event),)


def _told(record: Confirmation, event: Event) -> TellServer:
    prior: dict[str, Json] = {
        "threeDSReqPriorRef": record.acs_trans_id,
        "threeDSReqPriorAuthMethod": "05",
        "threeDSReqPriorAuthTimestamp": _minute(record.asked_at),
    }
    elements: dict[str, Json] = {"threeDSRequestorPriorAuthenticationInfo": [prior]}
    if isinstance(event, Confirmed):
        proof: dict[str, Json] = {
            "threeDSReqAuthMethod": "09",
            "threeDSReqAuthData": event.assertion.reveal(),
            "threeDSReqAuthTimestamp": _minute(event.at),
        }
        elements["threeDSRequestorAuthenticationInfo"] = [proof]
        return TellServer(elements=elements, incompletion=None)
    why = FAILED if isinstance(event, Unable) else TIMED_OUT
    why = CANCELLED if isinstance(event, Declined) else why
    return TellServer(elements=elements | {"spcIncompInd": why}, incompletion=why)


def _minute(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y%m%d%H%M")
