"""An authentication of 1.0.2: the question that every channel asks, bound to the table of 1.0.2.

What a question's ending means for TX.status stands here, and nothing else is decided.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final, TypeAlias

from sekisho.issuer.acs.flow import question as asked
from sekisho.issuer.acs.model import Ending, Question
from sekisho.issuer.acs.model.threeds1 import OldAuthentication
from sekisho.kernel.effects import Effect, Later
from sekisho.protocol.states import threeds1_acs as table
from sekisho.protocol.states.table import Bring
from sekisho.protocol.states.waiting import TimeRanOut

AUTHENTICATED: Final = "Y"
FAILED: Final = "N"


@dataclass(frozen=True, slots=True, kw_only=True)
class EndOldWait:
    """Tell an authentication of 1.0.2 that a wait is over; nothing happens if it no longer waits."""

    wait: str
    """Which of the table's timers."""
    until: datetime
    """When it was over: what tells a stale timer."""


EFFECTS: Final = (EndOldWait, *asked.EFFECTS)
TIMERS: Final = {kind.__name__: kind for kind in table.TIMERS}
SILENCES: Final[dict[table.State, type[table.PAReqTimeRanOut | table.PageTimeRanOut]]] = {
    table.State.ENROLLED: table.PAReqTimeRanOut,
    table.State.ASKING: table.PageTimeRanOut,
}
"""What the end of each wait is, as in the table."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PAReqCame:
    """The browser brought a PAReq under an acctID of ours; `record` has what it says."""

    at: datetime
    record: OldAuthentication
    """The record with the PAReq put in, to be taken if it is the first."""
    began: asked.Began


@dataclass(frozen=True, slots=True, kw_only=True)
class GaveUp:
    """The cardholder does not want to go on."""

    at: datetime


Event: TypeAlias = PAReqCame | GaveUp | asked.Event | table.PAReqTimeRanOut | table.PageTimeRanOut
Decision: TypeAlias = tuple[OldAuthentication, tuple[Effect, ...]]


def decide(record: OldAuthentication, event: Event) -> Decision:
    """Apply one event; give the record and what is kept for the outbox.

    Raises OutOfTurn for a deed that cannot be meant at this moment.
    """
    record, before = _in_time(record, event.at)
    match event:
        case PAReqCame():
            after, effects = _came(record, event)
        case GaveUp():
            after, effects = _ended(
                record, event.at, asked.ended(record.question, Ending.CANCELLED)
            )
        case TimeRanOut():
            after, effects = _silenced(record, event)
        case _:
            after, effects = _told(record, event)
    return after, (*before, *effects)


def shown_ending(record: OldAuthentication) -> Ending | None:
    """Say what the last page tells of: the status that was reached, whoever asked."""
    if record.stage.status is None:
        return None
    if record.question.ending is not None:
        return record.question.ending
    return {"Y": Ending.PASSED, "A": Ending.PASSED, "U": Ending.FAULTED}.get(
        record.stage.status, Ending.WRONG_ANSWERS
    )


def kept(effects: Iterable[Effect]) -> tuple[Effect, ...]:
    """Give what of the effects is kept for the outbox."""
    found = (_kept(effect) for effect in effects)
    return tuple(effect for effect in found if effect is not None)


def _kept(effect: Effect) -> Effect | None:
    match effect:
        case Later(at=at, effect=Bring(event=TimeRanOut() as silence)):
            return Later(at, EndOldWait(wait=type(silence).__name__, until=silence.at))
    return effect if isinstance(effect, EFFECTS) else None


def _in_time(record: OldAuthentication, at: datetime) -> Decision:
    """The clock counts, not how soon the timer rings: a question left alone is over by itself."""
    until = record.stage.until
    if until is None or at < until:
        return record, ()
    return _silenced(record, SILENCES[record.state](at=until))


def _silenced(record: OldAuthentication, silence: TimeRanOut) -> Decision:
    stage, effects = table.decide(record.stage, silence)  # type: ignore[arg-type]  # one of TIMERS
    if stage == record.stage:
        return record, ()
    question = asked.ended(record.question, Ending.LEFT_ALONE)
    return replace(record, stage=stage, question=question), kept(effects)


def _came(record: OldAuthentication, event: PAReqCame) -> Decision:
    if record.state is not table.State.ENROLLED:
        same = record.pareq == event.record.pareq
        repeated = table.PAReqRepeated(at=event.at)
        first = table.PAReqReceived(at=event.at, status=record.status)
        stage, effects = table.decide(record.stage, repeated if same else first)
        return replace(record, stage=stage), kept(effects)
    came = event.record
    stage, effects = table.decide(
        record.stage, table.PAReqReceived(at=event.at, status=came.status)
    )
    opened = replace(came, stage=stage)
    if stage.state is not table.State.ASKING:
        return opened, kept(effects)
    question, further = asked.decide(record.question, event.began)
    return replace(opened, question=question), (*kept(further), *kept(effects))


def _told(record: OldAuthentication, event: asked.Event) -> Decision:
    if record.state is not table.State.ASKING:
        return record, ()  # a late click must not change a PARes already made
    question, effects = asked.decide(record.question, event)
    if question.ending is not None:
        after, further = _ended(record, event.at, question)
        return after, (*kept(effects), *further)
    if question.turn == record.question.turn:
        return replace(record, question=question), kept(effects)
    stage, further = table.decide(record.stage, table.Acted(at=event.at))
    return replace(record, question=question, stage=stage), (*kept(effects), *kept(further))


def _ended(record: OldAuthentication, at: datetime, question: Question) -> Decision:
    if record.state is not table.State.ASKING:
        return record, ()
    status = AUTHENTICATED if question.ending is Ending.PASSED else FAILED
    stage, effects = table.decide(record.stage, table.OutcomeReached(at=at, status=status))
    return replace(record, question=question, stage=stage), kept(effects)
