"""The playbook: a flow is tested as a conversation, events in, effects out.

Play(decide, FRESH).on(PageRequested(), ShowPage(attempts_left=3)).ends(State.ASKING)
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from enum import Enum
from typing import Generic, TypeVar

from sekisho.kernel.effects import Effect

Record = TypeVar("Record")
State = TypeVar("State", bound=Enum)


class Surprise(AssertionError):
    """The flow did something other than the playbook says."""


class Play(Generic[Record]):
    """Feeds events to a flow's `decide` and holds each answer against the expected effects."""

    def __init__(
        self, decide: Callable[[Record, object], tuple[Record, Sequence[Effect]]], record: Record
    ) -> None:
        self._decide = decide
        self.record = record
        self.effects: tuple[Effect, ...] = ()

    def on(self, event: object, *expected: Effect) -> "Play[Record]":
        """Apply the event and require exactly these effects, in this order."""
        self.record, effects = self._decide(self.record, event)
        self.effects = tuple(effects)
        if self.effects != expected:
            raise Surprise(f"on {event!r}\nexpected {expected!r}\ngot      {self.effects!r}")
        return self

    def after(self, event: object, *kinds: type) -> "Play[Record]":
        """Apply the event and require effects of these kinds, in this order."""
        self.record, effects = self._decide(self.record, event)
        self.effects = tuple(effects)
        got = tuple(type(effect) for effect in self.effects)
        if got != kinds:
            raise Surprise(f"on {event!r}\nexpected {kinds!r}\ngot      {self.effects!r}")
        return self

    def refuses(self, event: object, error: type[Exception]) -> "Play[Record]":
        """Require that the event is refused with this error and changes nothing."""
        try:
            self._decide(self.record, event)
        except error:
            return self
        raise Surprise(f"{event!r} was not refused")

    def ends(self, state: object) -> "Play[Record]":
        """Require that the record's `state` is now this one."""
        now = getattr(self.record, "state", None)
        if now != state:
            raise Surprise(f"expected to end in {state!r}, but it is {now!r}")
        return self


def holes(
    table: Mapping[tuple[State, type], State], *, final: Iterable[State], events: Iterable[type]
) -> list[tuple[State, type]]:
    """List the pairs of open state and event that a state table leaves unanswered."""
    closed = set(final)
    states = {state for state, _ in table} | set(table.values())
    whole = {member for state in states for member in type(state)} - closed
    asked = list(events)
    return [(state, event) for state in whole for event in asked if (state, event) not in table]
