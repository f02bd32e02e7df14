"""What the twin in memory adds to the contract of stores: it tells a test all, and at once."""

from collections.abc import Awaitable, Callable
from datetime import timedelta

import pytest

from sekisho.kernel.effects import Later
from sekisho.kernel.errors import Unreachable
from sekisho.testkit.clock import SteppedClock
from sekisho.testkit.memory import MemoryOutbox, MemoryRecords
from tests.contract.parcels import NOON, PARCELS, RETRY, Parcel, Remind, Ring

Perform = Callable[[str, object], Awaitable[None]]


class Kit:
    """A memory store with its outbox."""

    def __init__(self) -> None:
        self.clock = SteppedClock(NOON)
        self.performed: list[tuple[str, object]] = []
        self.error: Exception | None = None
        self.outbox = MemoryOutbox(self._perform, self.clock, RETRY)
        self.store = MemoryRecords(PARCELS, self.outbox)

    async def _perform(self, key: str, effect: object) -> None:
        if self.error is not None:
            raise self.error
        self.performed.append((key, effect))
        if effect == Remind(1):
            await self.store.advance(key, lambda parcel: (parcel, [Ring("after")]))


async def test_run_due_performs_all_that_is_due_and_what_comes_of_it() -> None:
    """Across keys in the order in which it was kept; the rest stays listed."""
    kit = Kit()
    later = Later(NOON + timedelta(minutes=10), Ring("late"))
    await kit.store.add(Parcel(id="a"), [Remind(1), later])
    await kit.store.add(Parcel(id="b"), [Ring("b")])
    assert await kit.outbox.run_due() == 3
    assert kit.performed == [("a", Remind(1)), ("b", Ring("b")), ("a", Ring("after"))]
    assert [(entry.key, entry.effect) for entry in kit.outbox.pending] == [("a", Ring("late"))]
    kit.clock.advance(timedelta(minutes=10))
    assert await kit.outbox.run_due() == 1
    assert kit.outbox.pending == []


async def test_run_due_ends_when_nobody_answers() -> None:
    """Each effect is tried once and waits for its next try."""
    kit = Kit()
    kit.error = Unreachable("closed")
    await kit.store.add(Parcel(id="a"), [Ring("1"), Ring("2")])
    assert await kit.outbox.run_due() == 1
    assert [entry.tries for entry in kit.outbox.pending] == [1, 0]


async def test_a_mistake_in_perform_reaches_the_test() -> None:
    """The real outbox would log it and try again; a test wants to see it."""
    kit = Kit()
    kit.error = ValueError("a bug")
    await kit.store.add(Parcel(id="a"), [Ring("1")])
    with pytest.raises(ValueError, match="a bug"):
        await kit.outbox.run_due()
    assert len(kit.outbox.pending) == 1


async def test_every_effect_is_listed_as_it_was_given() -> None:
    """Also without an outbox, for tests of a service that ask what was promised."""
    store = MemoryRecords(PARCELS)
    later = Later(NOON, Remind(1))
    await store.add(Parcel(id="a"), [Ring("1"), later])
    assert store.effects == [("a", Ring("1")), ("a", later)]
