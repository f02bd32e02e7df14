"""What every state table of the protocol is made of: one answer for each state and each event.

A table is whole: whatever happens in whatever state, it says what follows, even if that is nothing.
A flow's `decide` looks its next state up with `Table.after` and nowhere else, so that the diagrams
in the docs, which are drawn from the tables, cannot say anything but what happens.

Time comes in events: a flow that must not wait for ever returns `Later(moment, Bring(event))`, and
whoever runs it hands that event back at that moment, perhaps late, perhaps twice.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Generic, TypeAlias, TypeVar

from sekisho.kernel.errors import Misuse
from sekisho.protocol.faults import ErrorCode, ProtocolFault
from sekisho.protocol.messages import Message
from sekisho.protocol.states.transaction import fault_in
from sekisho.protocol.vocabulary import Component

State = TypeVar("State", bound=Enum)


@dataclass(frozen=True, slots=True)
class Go(Generic[State]):
    """The record moves on; where several states are named, `when` says how the flow chooses."""

    to: tuple[State, ...]
    when: str = ""


@dataclass(frozen=True, slots=True)
class Ignore:
    """Nothing changes and nobody is told: it came too late, or says what is known."""

    why: str


@dataclass(frozen=True, slots=True)
class Refuse:
    """The peer erred: its message is answered with this error, and the record stays as it is."""

    code: ErrorCode
    detail: str
    """errorDetail: the names of the elements, or a text where the code wants one."""
    why: str


@dataclass(frozen=True, slots=True)
class Never:
    """Only our own side could do this, and must not: Misuse."""

    why: str


Answer: TypeAlias = Go[State] | Ignore | Refuse | Never
Rows: TypeAlias = Mapping[tuple[State, type], Answer[State]]


@dataclass(frozen=True, slots=True)
class Bring:
    """Hand this event back to the record; always inside `kernel.effects.Later`."""

    event: object


@dataclass(frozen=True, slots=True, kw_only=True)
class Table(Generic[State]):
    """Every move of one thing, in the eyes of one component."""

    name: str
    """What moves, for example "browser challenge"."""
    role: Component
    """In whose eyes."""
    about: str
    """What it is for and where the protocol has it, in a few sentences."""
    start: State
    final: frozenset[State]
    events: tuple[type, ...]
    rows: Rows[State]

    def after(self, state: State, event: object, choice: State | None = None) -> State | None:
        """Give the state that follows; None: the event changes nothing.

        `choice` is for rows that name several states. Raises ProtocolFault where the table refuses,
        with the identifiers of the event's `message` if it has one; Misuse for what our side must
        never do, for an event that the table does not know, and for a choice that it does not name.
        """
        answer = self.rows.get((state, type(event)))
        match answer:
            case Go(to=to):
                chosen = to[0] if choice is None and len(to) == 1 else choice
                if chosen not in to:
                    raise Misuse(f"{self._in(state, event)}: not a way of the table: {choice}")
                return chosen
            case Ignore():
                return None
            case Refuse():
                raise _refusal(answer, event)
            case Never(why=why):
                raise Misuse(f"{self._in(state, event)}: {why}")
        raise Misuse(f"{self._in(state, event)}: the table has no such row")

    def _in(self, state: State, event: object) -> str:
        return f"{self.name}: {type(event).__name__} while {state.value}"

    def moves(self) -> Iterator[tuple[State, type, State]]:
        """Give every single way from state to state."""
        for (state, event), answer in self.rows.items():
            if isinstance(answer, Go):
                for target in answer.to:
                    yield state, event, target

    def flaws(self) -> list[str]:
        """Say what keeps the table from being whole and sound; nothing, if it is."""
        states = list(type(self.start))
        wanted = {(state, event) for state in states for event in self.events}
        return [
            *(f"no answer: {_pair(pair)}" for pair in _sorted(wanted - self.rows.keys())),
            *(f"no such event: {_pair(pair)}" for pair in _sorted(self.rows.keys() - wanted)),
            *(
                f"a final state is left: {source.name} by {event.__name__}"
                for source, event, target in self.moves()
                if source in self.final and target is not source
            ),
            *(f"never reached: {state.name}" for state in states if state not in self._reached()),
            *(f"no way to an end: {state.name}" for state in states if not self._ends(state)),
        ]

    def _reached(self) -> set[State]:
        return self._closure({self.start}, ((source, target) for source, _, target in self.moves()))

    def _ends(self, state: State) -> bool:
        back = ((target, source) for source, _, target in self.moves())
        return state in self._closure(set(self.final), back)

    def _closure(self, known: set[State], ways: Iterable[tuple[State, State]]) -> set[State]:
        steps = list(ways)
        while True:
            found = {target for source, target in steps if source in known} - known
            if not found:
                return known
            known |= found


def ignored(
    states: Iterable[State], events: Iterable[type], why: str
) -> dict[tuple[State, type], Answer[State]]:
    """Give the rows of states that these events do not touch."""
    listed = tuple(events)
    return {(state, event): Ignore(why) for state in states for event in listed}


def never(
    states: Iterable[State], events: Iterable[type], why: str
) -> dict[tuple[State, type], Answer[State]]:
    """Give the rows of states in which our side must not do these things."""
    listed = tuple(events)
    return {(state, event): Never(why) for state in states for event in listed}


def refused(
    states: Iterable[State], events: Iterable[type], answer: Refuse
) -> dict[tuple[State, type], Answer[State]]:
    """Give the rows of states in which these messages are answered with an error."""
    listed = tuple(events)
    return {(state, event): answer for state in states for event in listed}


def _refusal(answer: Refuse, event: object) -> ProtocolFault:
    message = getattr(event, "message", None)
    if not isinstance(message, Message):
        return ProtocolFault(answer.code, detail=answer.detail)
    return fault_in(message, answer.code, answer.detail)


def _sorted(pairs: Iterable[tuple[State, type]]) -> list[tuple[State, type]]:
    return sorted(pairs, key=_pair)


def _pair(pair: tuple[State, type]) -> str:
    return f"{pair[1].__name__} while {pair[0].name}"
