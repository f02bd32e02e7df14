"""A sequence of OReq, as the Directory Server sends it: one at a time, until the one ORes.

Protocol facts, section 2.10 (2.3.1). How long a receiver may take is a rule of the Directory Server. An
OReq before the last is answered with nothing but HTTP's own success; an ORes may come at any of them,
and ends the sequence.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import Enum
from typing import Final, TypeAlias

from sekisho.kernel.effects import Effect
from sekisho.kernel.errors import Misuse
from sekisho.protocol.erro import erro_for
from sekisho.protocol.faults import ErrorCode, ProtocolFault
from sekisho.protocol.messages import Message
from sekisho.protocol.states.exchange import PostErro
from sekisho.protocol.states.limits import CONNECTIONS_MOST
from sekisho.protocol.states.table import Go, Rows, Table, ignored
from sekisho.protocol.states.transaction import fault_in
from sekisho.protocol.states.waiting import Silence, TimeRanOut, in_time, timer
from sekisho.protocol.vocabulary import Component


@dataclass(frozen=True, slots=True, kw_only=True)
class PartTaken:
    """The receiver took an OReq without an ORes."""

    at: datetime
    number: int
    """Its seqNum."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OResReceived:
    """The receiver answered with an ORes that is sound by itself."""

    at: datetime
    message: Message


@dataclass(frozen=True, slots=True, kw_only=True)
class OResFaulted:
    """The receiver answered with something that breaks a rule."""

    at: datetime
    fault: ProtocolFault


@dataclass(frozen=True, slots=True, kw_only=True)
class ErroReceived:
    """The receiver answered with an Erro."""

    at: datetime
    message: Message


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceiverUnreachable:
    """The receiver could not be connected to for an attempt at an OReq."""

    at: datetime
    attempt: int


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerTimeRanOut(TimeRanOut):
    """The receiver did not answer in time."""


Event: TypeAlias = (
    PartTaken | OResReceived | OResFaulted | ErroReceived | ReceiverUnreachable | AnswerTimeRanOut
)
TIMERS: Final = (AnswerTimeRanOut,)
EVENTS: Final = (PartTaken, OResReceived, OResFaulted, ErroReceived, ReceiverUnreachable, *TIMERS)


@dataclass(frozen=True, slots=True, kw_only=True)
class SendOReq:
    """Send this OReq; if no connection can be made, say which attempt it was."""

    message: Message
    attempt: int = 1


EFFECTS: Final = (SendOReq, PostErro)


class State(Enum):
    """How far a sequence has come at its sender."""

    SENDING = "sending"
    """An OReq is on its way, those before it were taken."""
    CONFIRMED = "confirmed"
    """ORes 01: the receiver has the whole sequence."""
    BROKEN = "broken"
    """ORes 02: the receiver misses a part; a new sequence is needed."""
    UNSUPPORTED = "not supported"
    """ORes 03: the receiver does not act on such messages."""
    FAILED = "failed"
    """No ORes that could be used: whether the receiver has the sequence is not known."""


FINAL: Final = frozenset({State.CONFIRMED, State.BROKEN, State.UNSUPPORTED, State.FAILED})
SILENCE: Final[Silence[Event]] = {State.SENDING: AnswerTimeRanOut}
"""What the end of the wait is."""

_VERDICTS: Final = {
    "01": State.CONFIRMED,
    "02": State.BROKEN,
    "03": State.UNSUPPORTED,
}
"""opStatus; what a Directory Server's own rules add says nothing that we could act on."""

_ROWS: Final[Rows[State]] = {
    (State.SENDING, PartTaken): Go(
        (State.SENDING, State.FAILED), "the next one goes out; FAILED if it was the last"
    ),
    (State.SENDING, OResReceived): Go(
        (State.CONFIRMED, State.BROKEN, State.UNSUPPORTED, State.FAILED),
        "by opStatus; FAILED with Erro D/203 or D/301 if it is another's, or says 01 too early",
    ),
    (State.SENDING, OResFaulted): Go((State.FAILED,), "the receiver is sent an Erro"),
    (State.SENDING, ErroReceived): Go((State.FAILED,)),
    (State.SENDING, ReceiverUnreachable): Go(
        (State.SENDING, State.FAILED), "the first time it is tried again at once"
    ),
    (State.SENDING, AnswerTimeRanOut): Go((State.FAILED,), "Erro D/402"),
    **ignored(FINAL, EVENTS, "the sequence is over"),
}

TABLE: Final[Table[State]] = Table(
    name="operation sequence at the Directory Server",
    role=Component.DIRECTORY,
    about="From the first OReq of a sequence to its ORes, or to knowing none (section 2.10).",
    start=State.SENDING,
    final=FINAL,
    events=EVENTS,
    rows=_ROWS,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sequence:
    """One sequence of OReq on its way to one receiver."""

    receiver: Component
    """The ACS, or the 3DS Server."""
    messages: tuple[Message, ...]
    wait: timedelta
    """How long each answer may take, by the Directory Server's rules."""
    sent: int = 1
    """seqNum of the OReq that is on its way."""
    state: State = State.SENDING
    until: datetime | None

    @property
    def present(self) -> Message:
        """The OReq that is on its way."""
        return self.messages[self.sent - 1]


def begin(
    messages: tuple[Message, ...], *, receiver: Component, at: datetime, wait: timedelta
) -> tuple[Sequence, tuple[Effect, ...]]:
    """Send the first of a sequence; Misuse if the numbers are not 01 to seqTotal under one seqId."""
    total = f"{len(messages):02d}"
    ids = {str(_place(oreq).get("seqId")) for oreq in messages}
    places = [(_place(oreq).get("seqNum"), _place(oreq).get("seqTotal")) for oreq in messages]
    if len(ids) != 1 or places != [(f"{at + 1:02d}", total) for at in range(len(messages))]:
        raise Misuse("the OReq are no sequence")
    until = at + wait
    record = Sequence(receiver=receiver, messages=messages, wait=wait, until=until)
    return record, (SendOReq(message=record.present), timer(AnswerTimeRanOut(at=until)))


def decide(record: Sequence, event: Event) -> tuple[Sequence, tuple[Effect, ...]]:
    """Apply one event; give the sequence as it now stands and what must be done about it."""
    return in_time(record, event, SILENCE, _apply)


def _apply(record: Sequence, event: Event) -> tuple[Sequence, tuple[Effect, ...]]:
    match event:
        case PartTaken():
            return _go_on(record, event)
        case OResReceived():
            return _conclude(record, event)
        case ReceiverUnreachable():
            return _retry(record, event)
    state = TABLE.after(record.state, event)
    if state is None:
        return record, ()
    return replace(record, state=state, until=None), _blame(record, event)


def _blame(record: Sequence, event: Event) -> tuple[Effect, ...]:
    """Tell the receiver what was wrong with its answer, unless it told us."""
    match event:
        case OResFaulted(fault=found):
            return _erro(record, found)
        case AnswerTimeRanOut():
            return _erro(record, fault_in(record.present, ErrorCode.TIMED_OUT, "timeout"))
    return ()


def _go_on(record: Sequence, event: PartTaken) -> tuple[Sequence, tuple[Effect, ...]]:
    if record.state is State.SENDING and event.number < record.sent:
        return record, ()  # said twice of one that is long taken
    last = record.sent == len(record.messages)
    state = TABLE.after(record.state, event, State.FAILED if last else State.SENDING)
    if state is None:
        return record, ()
    if last:
        return replace(record, state=state, until=None), ()
    until = event.at + record.wait
    after = replace(record, state=state, sent=record.sent + 1, until=until)
    return after, (SendOReq(message=after.present), timer(AnswerTimeRanOut(at=until)))


def _conclude(record: Sequence, event: OResReceived) -> tuple[Sequence, tuple[Effect, ...]]:
    ores = event.message
    verdict = _VERDICTS.get(ores.text("opStatus"), State.FAILED)
    found: ProtocolFault | None = None
    if ores.get("dsTransID") != record.present.get("dsTransID"):
        found = fault_in(ores, ErrorCode.TRANSACTION_UNKNOWN, "dsTransID")
    elif verdict is State.CONFIRMED and record.sent < len(record.messages):
        found = fault_in(ores, ErrorCode.FORMAT_INVALID, "opStatus")
    state = TABLE.after(record.state, event, verdict if found is None else State.FAILED)
    if state is None:
        return record, ()
    effects = () if found is None else _erro(record, found)
    return replace(record, state=state, until=None), effects


def _retry(record: Sequence, event: ReceiverUnreachable) -> tuple[Sequence, tuple[Effect, ...]]:
    again = event.attempt < CONNECTIONS_MOST
    state = TABLE.after(record.state, event, State.SENDING if again else State.FAILED)
    if state is None:
        return record, ()
    if again:
        resent = SendOReq(message=record.present, attempt=event.attempt + 1)
        return replace(record, state=state), (resent,)
    return replace(record, state=state, until=None), ()


def _erro(record: Sequence, found: ProtocolFault) -> tuple[Effect, ...]:
    if not found.answerable:
        return ()
    version = record.present.version
    erro = erro_for(found, component=Component.DIRECTORY, version=version)
    return (PostErro(to=record.receiver, message=erro),)


def _place(oreq: Message) -> dict[str, object]:
    place = oreq.get("opSeq")
    return dict(place) if isinstance(place, dict) else {}
