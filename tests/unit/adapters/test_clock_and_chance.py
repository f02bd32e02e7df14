"""Clocks that wake sleepers on time, and chance that is as wide as it says."""

import asyncio
import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sekisho.adapters.chance import SystemChance
from sekisho.adapters.clock import SandboxClock, WallClock
from sekisho.kernel.chance import Chance
from sekisho.kernel.errors import Misuse
from sekisho.testkit.chance import SeededChance
from sekisho.testkit.clock import SteppedClock

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


def test_clocks_tell_aware_time_in_utc(tmp_path: Path) -> None:
    """A naive time compared with another is an error at best."""
    for clock in (WallClock(), SandboxClock(None), SteppedClock(NOON)):
        assert clock.now().utcoffset() == timedelta()


async def test_the_wall_clock_wakes_at_the_moment_and_not_before() -> None:
    """A past moment does not wait at all."""
    clock = WallClock()
    moment = clock.now() + timedelta(milliseconds=5)
    await clock.sleep_until(moment)
    assert clock.now() >= moment
    await clock.sleep_until(NOON - 10**4 * MINUTE)


def test_the_sandbox_clock_keeps_its_offset_over_a_restart(tmp_path: Path) -> None:
    """What timed out in the sandbox stays in the past."""
    path = tmp_path / "var" / "clock"
    clock = SandboxClock(path)
    clock.advance(10 * MINUTE)
    clock.advance(timedelta(microseconds=1))
    again = SandboxClock(path)
    assert again.offset == 10 * MINUTE + timedelta(microseconds=1)
    assert again.now() - WallClock().now() > 9 * MINUTE
    assert [file.name for file in path.parent.iterdir()] == ["clock"]


@pytest.mark.parametrize("text", ["", "soon", "-5", "1.5"])
def test_a_spoilt_offset_is_refused(tmp_path: Path, text: str) -> None:
    """Starting with another time than before would be worse."""
    (tmp_path / "clock").write_text(text)
    with pytest.raises(Misuse):
        SandboxClock(tmp_path / "clock")


@pytest.mark.parametrize("make", [lambda: SandboxClock(None), lambda: SteppedClock(NOON)])
def test_no_clock_is_put_back(make: Callable[[], SandboxClock | SteppedClock]) -> None:
    """What happened would not have happened yet."""
    with pytest.raises(Misuse):
        make().advance(-MINUTE)


@pytest.mark.parametrize("make", [lambda: SandboxClock(None), lambda: SteppedClock(NOON)])
async def test_advancing_wakes_exactly_those_whose_moment_came(
    make: Callable[[], SandboxClock | SteppedClock],
) -> None:
    """Several sleepers, several steps; a sleeper that gave up is forgotten."""
    clock = make()
    start = clock.now()
    sleepers = [
        asyncio.ensure_future(clock.sleep_until(start + minutes * MINUTE)) for minutes in (0, 5, 9)
    ]
    gone = asyncio.ensure_future(clock.sleep_until(start + 5 * MINUTE))
    await _turns()
    gone.cancel()
    assert [sleeper.done() for sleeper in sleepers] == [True, False, False]
    clock.advance(5 * MINUTE)
    await _turns()
    assert [sleeper.done() for sleeper in sleepers] == [True, True, False]
    clock.advance(5 * MINUTE)
    await asyncio.gather(*sleepers)


async def _turns() -> None:
    for _ in range(5):
        await asyncio.sleep(0)


def test_a_stepped_clock_starts_in_utc() -> None:
    """As every clock does."""
    with pytest.raises(Misuse):
        SteppedClock(NOON.replace(tzinfo=None))


@pytest.mark.parametrize("chance", [SystemChance(), SeededChance(1)])
def test_chance_has_the_forms_that_its_port_promises(chance: Chance) -> None:
    """Ids, codes and tokens go into messages whose formats are checked by others."""
    uuid4 = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}")
    assert all(uuid4.fullmatch(chance.uuid()) for _ in range(100))
    assert all(re.fullmatch(r"[0-9]{6}", chance.digits(6)) for _ in range(100))
    assert re.fullmatch(r"[A-Za-z0-9_-]{32}", chance.token())
    assert len({chance.uuid() for _ in range(100)}) == 100
    assert len({chance.token() for _ in range(100)}) == 100


def test_codes_may_begin_with_zeros() -> None:
    """A code of six digits has a million values, not nine hundred thousand."""
    chance = SeededChance(7)
    assert {chance.digits(1) for _ in range(300)} == set("0123456789")
    assert any(chance.digits(6).startswith("0") for _ in range(100))


@given(st.integers() | st.text())
def test_the_same_seed_tells_the_same_story(seed: int | str) -> None:
    """A failed test can be told again."""
    first, second = SeededChance(seed), SeededChance(seed)
    for chance in ("uuid", "token"):
        assert getattr(first, chance)() == getattr(second, chance)()
    assert first.digits(6) == second.digits(6)
