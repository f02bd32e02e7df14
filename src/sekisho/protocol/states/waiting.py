"""Silence as an event: how the tables know that a wait is over, and which timer is stale.

A record that waits says until when (`until`); its module says, state by state, which event the end of
that wait is (`SILENCE`). A timer carries the moment that it stands for: it is stale if the record no
longer waits until then. What arrives after its time counts as late even if the timer's own event has
been slower: then the silence is taken first.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from typing import Protocol, TypeAlias, TypeVar

from sekisho.kernel.effects import Effect, Later
from sekisho.protocol.states.table import Bring


@dataclass(frozen=True, slots=True, kw_only=True)
class TimeRanOut:
    """A wait is over. Its children are the waits; none is ever made early."""

    at: datetime
    """When the wait was over, however late this is said: what tells a stale timer."""


class Event(Protocol):
    """What every table is told: something that happened at a moment."""

    @property
    def at(self) -> datetime:
        """When it happened, in UTC, as the record's own clock has it."""
        ...


class Waiting(Protocol):
    """A record that may be waiting."""

    @property
    def state(self) -> Enum:
        """Where it stands."""
        ...

    @property
    def until(self) -> datetime | None:
        """When the present wait is over; None where nothing is waited for."""
        ...


Record = TypeVar("Record", bound=Waiting)
Happening = TypeVar("Happening", bound=Event)

Silence: TypeAlias = Mapping[Enum, Callable[..., Happening]]
"""Which event the end of the wait is, for each state that waits: a child of TimeRanOut."""


def timer(silence: TimeRanOut) -> Later:
    """Ask for this event at its moment."""
    return Later(silence.at, Bring(silence))


def in_time(
    record: Record,
    event: Happening,
    silence: Silence[Happening],
    apply: Callable[[Record, Happening], tuple[Record, tuple[Effect, ...]]],
) -> tuple[Record, tuple[Effect, ...]]:
    """Apply an event to a record as it stands at that moment.

    A stale timer changes nothing. Where a wait was over before the event, its silence is applied
    first; if the event is then refused, that counts for both, and the timer will say it again.
    """
    awaited = silence.get(record.state)
    if isinstance(event, TimeRanOut):
        stale = type(event) is awaited and event.at != record.until
        return (record, ()) if stale else apply(record, event)
    if awaited is None or record.until is None or event.at < record.until:
        return apply(record, event)
    record, before = apply(record, awaited(at=record.until))
    record, after = in_time(record, event, silence, apply)
    return record, (*before, *after)
