"""What an authentication leaves to do later, under names that a database can hold."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from sekisho.acquirer.server.model import Authentication
from sekisho.kernel.effects import Effect, Later
from sekisho.protocol.codec import write_object
from sekisho.protocol.states import server_events as on
from sekisho.protocol.states.exchange import PostErro
from sekisho.protocol.states.table import Bring
from sekisho.protocol.states.waiting import TimeRanOut

RING_AFTER: Final = timedelta(seconds=10)
"""How much later the timer of an AReq rings than its wait ends: whoever still holds the connection
says it first, and only a dead process leaves it to the timer. Too late is too late either way."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ring:
    """Tell the authentication that a wait is over; nothing happens if it no longer waits."""

    wait: str
    """Which of the table's timers."""
    until: str
    """When the wait was over, in ISO 8601: what tells a stale timer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Complain:
    """Tell a Directory Server what was wrong with its answer."""

    to: str
    """Name of the Directory Server."""
    erro: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CarryOn:
    """Send the AReq that carries the authentication on, unless it is too late for it."""

    until: str | None
    """By when, in ISO 8601; None: as soon as it can be."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Forget:
    """Drop the messages of an authentication that was settled long ago."""


EFFECTS: Final = (Ring, Complain, CarryOn, Forget)
TIMERS: Final[Mapping[str, type[TimeRanOut]]] = {kind.__name__: kind for kind in on.TIMERS}


def kept(
    before: Authentication, after: Authentication, effects: Iterable[Effect], *, keep: timedelta
) -> tuple[Effect, ...]:
    """Give what is kept with the record: timers, complaints, what carries it on, and its end."""
    found = (_kept(after, effect) for effect in effects)
    settled = after.settled_at if before.settled_at is None else None
    forget = () if settled is None or after.asked_at is None else (Later(settled + keep, Forget()),)
    return (*(each for each in found if each is not None), *forget)


def _kept(record: Authentication, effect: Effect) -> Effect | None:
    match effect:
        case Later(at=at, effect=Bring(event=TimeRanOut() as silence)):
            ring = Ring(wait=type(silence).__name__, until=silence.at.isoformat())
            asked = isinstance(silence, on.AResTimeRanOut)
            return Later(at + RING_AFTER if asked else at, ring)
        case PostErro(message=message):
            # Whatever the answer lacked, the Directory Server must find what it was about.
            told = {"threeDSServerTransID": record.id, **message.elements}
            return Complain(to=record.directory, erro=write_object(told).decode())
        case on.AskAgain(until=until) if record.sealed_areq is not None:
            return CarryOn(until=None if until is None else until.isoformat())
    return None
