"""A table with all that its events can hold, and a record that is told of them in any order."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from hypothesis import strategies as st

from sekisho.kernel.effects import Effect, Later
from sekisho.kernel.errors import Misuse
from sekisho.protocol import ProtocolFault
from sekisho.protocol.states.table import Bring
from sekisho.protocol.states.waiting import TimeRanOut
from tests.unit.protocol.states.transactions import after

Ways = Mapping[str, Iterable[object]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Machine:
    """One table with its record's beginning, and what its events can hold."""

    begin: Callable[[], tuple[Any, tuple[Effect, ...]]]  # any record
    decide: Callable[[Any, Any], tuple[Any, tuple[Effect, ...]]]  # any record and event
    module: Any  # a module
    ways: Mapping[type, Ways]
    ends_by_itself: bool = True
    """Whether it needs nothing but its timers to end."""


def several(events: Iterable[type], **ways: Iterable[object]) -> dict[type, Ways]:
    """Give all these events the same fillings."""
    return dict.fromkeys(events, ways)


MOMENTS = (0, 1, 2, 3, 5, 6, 10, 15, 30, 59, 60, 540, 600, 630, 1200, 3600, 4230, 9000)
"""Around and at every limit, in any order."""


def events_of(machine: Machine) -> st.SearchStrategy[list[object]]:
    """Draw some twenty events, in any order and at any times."""
    moments = st.sampled_from(MOMENTS).map(after)
    each = [
        st.builds(
            event, at=moments, **{name: st.sampled_from(list(of)) for name, of in ways.items()}
        )
        for event, ways in machine.ways.items()
    ]
    return st.lists(st.one_of(each), max_size=25)


@dataclass(slots=True)
class Run:
    """What became of one record, and everything that it left to do."""

    machine: Machine
    record: Any  # any record
    effects: list[Effect]

    def tell(self, event: object) -> None:
        """Apply an event as a room would: a refusal changes nothing."""
        try:
            record, effects = self.machine.decide(self.record, event)
        except (ProtocolFault, Misuse):
            return
        if self.record.state in self.machine.module.FINAL:
            assert record.state is self.record.state
        self.record = record
        self.effects.extend(effects)

    @property
    def timers(self) -> list[TimeRanOut]:
        """Every timer that was asked for."""
        inner = [each.effect for each in self.effects if isinstance(each, Later)]
        found = [each.event for each in inner if isinstance(each, Bring)]
        return [each for each in found if isinstance(each, TimeRanOut)]


def run(machine: Machine, events: Iterable[object]) -> Run:
    """Begin a record and apply the events."""
    record, effects = machine.begin()
    found = Run(machine=machine, record=record, effects=list(effects))
    for event in events:
        found.tell(event)
    return found
