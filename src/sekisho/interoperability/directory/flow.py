"""An authentication as the Directory Server relays it, moved by the protocol library's table.

What stands here is the room's own: which effects are kept for later, under names that a database
can hold, and the trail of messages.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Final

from sekisho.interoperability.directory.model import Relay, TrailEntry
from sekisho.kernel.effects import Effect, Later
from sekisho.protocol.states import directory_events as on
from sekisho.protocol.states import directory_relay
from sekisho.protocol.states.directory_table import State
from sekisho.protocol.states.exchange import PostErro
from sekisho.protocol.states.table import Bring
from sekisho.protocol.states.waiting import TimeRanOut
from sekisho.protocol.vocabulary import Component

RING_AFTER: Final = timedelta(seconds=10)
"""How much later a timer rings than its wait ends: whoever still holds the connection says it
first, and only a dead process leaves it to the timer. What came too late counts as late either way."""


ANSWER_KEPT: Final = timedelta(seconds=60)
"""How long after the wait for it an ARes is kept: longer than any 3DS Server waits for one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ring:
    """Tell the relay that a wait is over; nothing happens if it no longer waits."""

    wait: str
    """Which of the table's timers."""
    until: str
    """When the wait was over, in ISO 8601: what tells a stale timer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Complain:
    """Tell a participant what was wrong with its answer."""

    to: str
    """The member; of a 3DS Server the results' address, kept with the relay."""
    erro: str


@dataclass(frozen=True, slots=True, kw_only=True)
class EndOperation:
    """Count a sequence of notices as failed, unless it has ended."""


EFFECTS: Final = (Ring, Complain)
TIMERS: Final[Mapping[str, type[TimeRanOut]]] = {kind.__name__: kind for kind in on.TIMERS}


def decide(
    record: Relay, event: on.Event, trail: Iterable[TrailEntry] = ()
) -> tuple[Relay, tuple[Effect, ...]]:
    """Apply one event; give the relay and the library's effects.

    Raises ProtocolFault for a message that its sender must be told is not wanted.
    """
    stage, effects = directory_relay.decide(record.stage, event)
    after = replace(record, stage=stage, trail=(*record.trail, *trail))
    if isinstance(event, on.AResReceived) and record.state is State.ASKED:
        after = replace(after, announced=stage.trans_status)
    settled = stage.state in directory_relay.FINAL and record.settled_at is None
    return (replace(after, settled_at=event.at) if settled else after), effects


def silenced(record: Relay, event: TimeRanOut) -> tuple[Relay, tuple[Effect, ...]]:
    """Apply a timer that rang: whoever waited for an answer has given up, so only what is kept counts.

    The timer of the ARes, which always rings, ends the time for which the answer is kept, too.
    """
    after, effects = decide(record, event)  # type: ignore[arg-type]  # one of on.TIMERS
    if isinstance(event, on.AResTimeRanOut):
        after = replace(after, answer=None)
    return (record, ()) if after == record else (after, kept(after, effects))


def kept(record: Relay, effects: Iterable[Effect]) -> tuple[Effect, ...]:
    """Give what of the effects is kept with the record: timers and complaints."""
    found = (_kept(record, effect) for effect in effects)
    return tuple(each for each in found if each is not None)


def _kept(record: Relay, effect: Effect) -> Effect | None:
    match effect:
        case Later(at=at, effect=Bring(event=TimeRanOut() as silence)):
            ring = Ring(wait=type(silence).__name__, until=silence.at.isoformat())
            answered = isinstance(silence, on.AResTimeRanOut)
            return Later(at + (ANSWER_KEPT if answered else RING_AFTER), ring)
        case PostErro(to=to, message=message):
            target = record.acs if to is Component.ACS else None
            return Complain(to=target or record.result_url, erro=message.encode().decode())
    return None
