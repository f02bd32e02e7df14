"""A sequence of OReq, as the 3DS Server or the ACS receives it: one ORes for all of it.

Protocol facts, section 2.10 (2.3.1). The numbers must come in order, from 01 to seqTotal. What the
facts are silent about: the same OReq again, letter for letter, is taken for a repetition on the way and
changes nothing; the first OReq of another sequence means that the Directory Server has given this one up.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import Enum
from typing import Final, TypeAlias

from sekisho.kernel.effects import Effect
from sekisho.kernel.errors import Misuse
from sekisho.protocol.messages import Message
from sekisho.protocol.states.table import Go, Rows, Table, ignored, never
from sekisho.protocol.states.waiting import Silence, TimeRanOut, in_time, timer
from sekisho.protocol.vocabulary import Component, Json

RECEIVED: Final = "01"
BROKEN: Final = "02"
NOT_SUPPORTED: Final = "03"
"""opStatus."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OReqReceived:
    """The Directory Server sent an OReq of this sequence that is sound by itself."""

    at: datetime
    message: Message


@dataclass(frozen=True, slots=True, kw_only=True)
class OtherSequenceBegun:
    """The Directory Server sent an OReq of another sequence."""

    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class SequenceTimeRanOut(TimeRanOut):
    """The next OReq did not come in the time that the Directory Server's rules give it."""


Event: TypeAlias = OReqReceived | OtherSequenceBegun | SequenceTimeRanOut
TIMERS: Final = (SequenceTimeRanOut,)
EVENTS: Final = (OReqReceived, OtherSequenceBegun, *TIMERS)


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerORes:
    """Answer the OReq at hand with an ORes: the one for the whole sequence."""

    op_status: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ActOn:
    """The sequence is whole: show these OReq, in order, to those whom they concern."""

    messages: tuple[Message, ...]


EFFECTS: Final = (AnswerORes, ActOn)


class State(Enum):
    """How much of a sequence has come."""

    EMPTY = "empty"
    """Nothing yet."""
    COLLECTING = "collecting"
    """The beginning has come, in order."""
    COMPLETE = "complete"
    """All has come: ORes 01."""
    BROKEN = "broken"
    """A number was missing or out of order, or the sequence contradicted itself: ORes 02."""
    UNSUPPORTED = "not supported"
    """We do not act on such messages: ORes 03."""
    ABANDONED = "abandoned"
    """The rest never came; nobody waits for an ORes."""


FINAL: Final = frozenset({State.COMPLETE, State.BROKEN, State.UNSUPPORTED, State.ABANDONED})
SILENCE: Final[Silence[Event]] = {State.COLLECTING: SequenceTimeRanOut}
"""What the end of the wait is."""

_STATUS: Final[Mapping[State, str]] = {
    State.COMPLETE: RECEIVED,
    State.BROKEN: BROKEN,
    State.UNSUPPORTED: NOT_SUPPORTED,
    State.ABANDONED: BROKEN,
}
"""What the ORes says where a sequence has ended."""

_ROWS: Final[Rows[State]] = {
    (State.EMPTY, OReqReceived): Go(
        (State.COLLECTING, State.COMPLETE, State.BROKEN, State.UNSUPPORTED),
        "COMPLETE if it is the only one, BROKEN if it is not the first",
    ),
    (State.COLLECTING, OReqReceived): Go(
        (State.COLLECTING, State.COMPLETE, State.BROKEN),
        "COMPLETE if it is the last, BROKEN if it is not the next or seqTotal has changed; "
        "the same once more changes nothing",
    ),
    **{(state, OReqReceived): Go((state,), "the same ORes again") for state in FINAL},
    (State.COLLECTING, OtherSequenceBegun): Go((State.ABANDONED,)),
    (State.COLLECTING, SequenceTimeRanOut): Go((State.ABANDONED,)),
    **never((State.EMPTY,), (OtherSequenceBegun,), "a sequence begins with its first OReq"),
    **ignored(FINAL, (OtherSequenceBegun,), "this one is over"),
}

TABLE: Final[Table[State]] = Table(
    name="operation sequence at its receiver",
    role=Component.ACS,
    about=(
        "From the first OReq to the one ORes (section 2.10); the 3DS Server receives sequences "
        "in the same way."
    ),
    start=State.EMPTY,
    final=FINAL,
    events=EVENTS,
    rows={**ignored(State, TIMERS, "nothing is awaited"), **_ROWS},
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sequence:
    """One sequence of OReq as far as it has come."""

    seq_id: str
    """opSeq.seqId."""
    supported: bool
    """Whether we act on such messages at all."""
    wait: timedelta
    """How long the next OReq may take, by the Directory Server's rules."""
    state: State = State.EMPTY
    until: datetime | None = None
    messages: tuple[Message, ...] = field(default=(), repr=False)


def begin(
    oreq: Message, *, at: datetime, wait: timedelta, supported: bool = True
) -> tuple[Sequence, tuple[Effect, ...]]:
    """Begin with the first OReq of a seqId that is not known yet, and take it in."""
    record = Sequence(seq_id=str(_place(oreq)["seqId"]), supported=supported, wait=wait)
    return decide(record, OReqReceived(at=at, message=oreq))


def decide(record: Sequence, event: Event) -> tuple[Sequence, tuple[Effect, ...]]:
    """Apply one event; give the sequence as it now stands and what must be done about it.

    Raises Misuse for an OReq of another sequence.
    """
    return in_time(record, event, SILENCE, _apply)


def _apply(record: Sequence, event: Event) -> tuple[Sequence, tuple[Effect, ...]]:
    if isinstance(event, OReqReceived):
        return _take(record, event)
    state = TABLE.after(record.state, event)
    return (record if state is None else replace(record, state=state, until=None)), ()


def _take(record: Sequence, event: OReqReceived) -> tuple[Sequence, tuple[Effect, ...]]:
    oreq = event.message
    if _place(oreq)["seqId"] != record.seq_id:
        raise Misuse("an OReq of another sequence")
    if record.state in FINAL:
        TABLE.after(record.state, event)
        return record, (AnswerORes(op_status=_STATUS[record.state]),)
    if record.messages and oreq.elements == record.messages[-1].elements:
        TABLE.after(record.state, event, State.COLLECTING)
        return record, ()
    choice = _judged(record, oreq)
    TABLE.after(record.state, event, choice)
    taken = replace(record, state=choice, messages=(*record.messages, oreq))
    if choice is State.COLLECTING:
        until = event.at + record.wait
        return replace(taken, until=until), (timer(SequenceTimeRanOut(at=until)),)
    over = replace(taken, until=None)
    answer = AnswerORes(op_status=_STATUS[choice])
    if choice is State.COMPLETE:
        return over, (answer, ActOn(messages=over.messages))
    return over, (answer,)


def _judged(record: Sequence, oreq: Message) -> State:
    if not record.supported:
        return State.UNSUPPORTED
    place = _place(oreq)
    number, total = int(str(place["seqNum"])), str(place["seqTotal"])
    before = len(record.messages)
    changed = any(_place(earlier)["seqTotal"] != total for earlier in record.messages)
    if number != before + 1 or changed:
        return State.BROKEN
    return State.COMPLETE if number == int(total) else State.COLLECTING


def _place(oreq: Message) -> Mapping[str, Json]:
    """Give the opSeq of an OReq, which the element table demands."""
    place = oreq["opSeq"]
    return place if isinstance(place, dict) else {}
