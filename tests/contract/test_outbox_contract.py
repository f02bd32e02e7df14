"""One contract for every kind of outbox: what is kept is performed, in order, at least once."""

import asyncio
from datetime import timedelta

import pytest

from sekisho.kernel.effects import Later
from sekisho.kernel.errors import Misuse
from tests.contract.parcels import NOON, Parcel, Parcels, Remind, Ring

pytestmark = pytest.mark.asyncio


async def test_effects_are_performed_as_they_were_kept(parcels: Parcels) -> None:
    """Each once, in the order of the decisions and within a decision in its own."""
    await parcels.store.add(Parcel(id="a"), [Ring("1"), Remind(2)])
    await parcels.step("a", Ring("3"), Ring("4"))
    await parcels.flush("a")
    assert parcels.texts("a") == ["1", 2, "3", "4"]
    await parcels.flush("a")
    assert len(parcels.tried) == 4
    assert await parcels.counts() == (0, 0)


async def test_flush_leaves_other_keys_alone(parcels: Parcels) -> None:
    """A buyer's request performs that buyer's effects."""
    await parcels.store.add(Parcel(id="a"), [Ring("a")])
    await parcels.store.add(Parcel(id="b"), [Ring("b")])
    await parcels.flush("b")
    assert parcels.performed == [("b", Ring("b"))]
    assert await parcels.counts() == (1, 0)


async def test_flush_of_a_key_without_effects_is_quiet(parcels: Parcels) -> None:
    """Also of a key that no record has."""
    await parcels.flush("nobody")
    assert parcels.tried == []


async def test_a_timer_waits_for_its_moment(parcels: Parcels) -> None:
    """Not a microsecond early."""
    await parcels.store.add(Parcel(id="a"), [Later(NOON + timedelta(seconds=60), Remind(1))])
    parcels.clock.advance(timedelta(seconds=60) - timedelta(microseconds=1))
    await parcels.flush("a")
    assert parcels.texts("a") == []
    parcels.clock.advance(timedelta(microseconds=1))
    await parcels.flush("a")
    assert parcels.texts("a") == [1]


async def test_a_timer_that_is_not_due_holds_nothing_back(parcels: Parcels) -> None:
    """What came after it and is due goes first."""
    await parcels.store.add(
        Parcel(id="a"), [Later(NOON + timedelta(seconds=60), Remind(1)), Ring("2")]
    )
    await parcels.flush("a")
    assert parcels.texts("a") == ["2"]


async def test_a_timer_of_the_past_is_due(parcels: Parcels) -> None:
    """A deadline computed late is still a deadline."""
    await parcels.store.add(Parcel(id="a"), [Later(NOON - timedelta(days=1), Remind(1))])
    await parcels.flush("a")
    assert parcels.texts("a") == [1]


async def test_a_failed_effect_holds_back_the_later_ones_of_its_key(parcels: Parcels) -> None:
    """Nothing overtakes it, and other keys do not notice."""
    parcels.refused.add("a")
    await parcels.store.add(Parcel(id="a"), [Ring("1"), Ring("2")])
    await parcels.store.add(Parcel(id="b"), [Ring("1")])
    await parcels.flush("a")
    await parcels.flush("b")
    assert parcels.tried == [("a", Ring("1")), ("b", Ring("1"))]
    parcels.refused.clear()
    await parcels.flush("a")
    assert parcels.texts("a") == [], "it is not tried again before its pause is over"
    parcels.clock.advance(timedelta(seconds=1))
    await parcels.flush("a")
    assert parcels.texts("a") == ["1", "2"]


async def test_a_timer_that_failed_holds_back_what_was_kept_after_it(parcels: Parcels) -> None:
    """Once due it stands in line like the others."""
    parcels.refused.add("a")
    await parcels.store.add(Parcel(id="a"), [Later(NOON + timedelta(seconds=5), Remind(1))])
    parcels.clock.advance(timedelta(seconds=5))
    await parcels.flush("a")
    parcels.refused.clear()
    await parcels.step("a", Ring("2"))
    await parcels.flush("a")
    assert parcels.texts("a") == []
    parcels.clock.advance(timedelta(seconds=1))
    await parcels.flush("a")
    assert parcels.texts("a") == [1, "2"]


async def test_an_effect_without_luck_is_put_aside_and_counted(parcels: Parcels) -> None:
    """After the plan's four tries; what it held back goes on, and nothing is dropped silently."""
    parcels.refused.add("a")
    await parcels.store.add(Parcel(id="a"), [Ring("1"), Ring("2")])
    for _ in range(4):
        await parcels.flush("a")
        parcels.clock.advance(timedelta(seconds=8))
    assert parcels.tried == [("a", Ring("1"))] * 4 + [("a", Ring("2"))]
    parcels.refused.clear()
    await parcels.flush("a")
    assert parcels.texts("a") == ["2"]
    assert await parcels.counts() == (0, 1)


async def test_flush_performs_what_comes_of_what_it_performs(parcels: Parcels) -> None:
    """A chain of steps is done when flush returns, so that the buyer sees its end."""

    async def go_on(key: str, effect: object) -> None:
        if isinstance(effect, Remind) and effect.step < 5:
            await parcels.step(key, Remind(effect.step + 1))

    parcels.on_perform = go_on
    await parcels.store.add(Parcel(id="a"), [Remind(1)])
    await parcels.flush("a")
    assert parcels.texts("a") == [1, 2, 3, 4, 5]


async def test_flush_within_perform_of_the_same_key_returns(parcels: Parcels) -> None:
    """A use case that flushes may itself be called by an effect; it must not wait for itself."""

    async def flush_again(key: str, effect: object) -> None:
        if effect == Ring("1"):
            await parcels.step(key, Ring("3"))
            await parcels.flush(key)

    parcels.on_perform = flush_again
    await parcels.store.add(Parcel(id="a"), [Ring("1"), Ring("2")])
    await parcels.flush("a")
    assert parcels.texts("a") == ["1", "2", "3"]


async def test_flush_waits_for_what_is_in_flight_and_performs_nothing_twice(
    parcels: Parcels,
) -> None:
    """Two requests for one record: both see its effects done, done once."""
    entered, leave = asyncio.Event(), asyncio.Event()

    async def slow(key: str, effect: object) -> None:
        entered.set()
        await leave.wait()

    parcels.on_perform = slow
    await parcels.store.add(Parcel(id="a"), [Ring("1")])
    first = asyncio.ensure_future(parcels.flush("a"))
    await entered.wait()
    second = asyncio.ensure_future(parcels.flush("a"))
    for _ in range(10):
        await asyncio.sleep(0)
    assert not second.done()
    leave.set()
    await asyncio.gather(first, second)
    assert parcels.tried == [("a", Ring("1"))]


async def test_an_effect_is_carried_on_when_whoever_asked_goes_away(parcels: Parcels) -> None:
    """A browser that closes the connection does not cut off a call to a bank."""
    entered, leave = asyncio.Event(), asyncio.Event()

    async def slow(key: str, effect: object) -> None:
        entered.set()
        await leave.wait()

    parcels.on_perform = slow
    await parcels.store.add(Parcel(id="a"), [Ring("1")])
    task = asyncio.ensure_future(parcels.flush("a"))
    await entered.wait()
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    leave.set()
    await parcels.flush("a")
    assert parcels.tried == [("a", Ring("1"))]
    assert await parcels.counts() == (0, 0)


async def test_a_timer_of_a_naive_moment_is_a_mistake(parcels: Parcels) -> None:
    """A moment without a time zone could be any hour."""
    naive = NOON.replace(tzinfo=None)
    with pytest.raises(Misuse):
        await parcels.store.add(Parcel(id="a"), [Later(naive, Remind(1))])
