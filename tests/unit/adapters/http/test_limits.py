"""A token bucket for each key, in bounded memory."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sekisho.adapters.http.limits import RateLimit
from sekisho.kernel.errors import Misuse
from sekisho.testkit.clock import SteppedClock

START = datetime(2026, 11, 5, tzinfo=UTC)


def test_a_burst_is_allowed_and_then_refused() -> None:
    """Five tries at once, the sixth must wait."""
    limit = RateLimit(SteppedClock(START), most=5, per_s=60)
    assert [limit.allow("a") for _ in range(6)] == [True] * 5 + [False]


def test_a_refused_key_may_come_back_after_the_time_it_was_told() -> None:
    """`Retry-After` must be true."""
    clock = SteppedClock(START)
    limit = RateLimit(clock, most=5, per_s=60)
    while limit.allow("a"):
        pass
    clock.advance(timedelta(seconds=limit.retry_after_s()))
    assert limit.allow("a")
    assert not limit.allow("a")


def test_one_key_does_not_use_up_anothers_tokens() -> None:
    """One person's mistakes must not lock out the others."""
    limit = RateLimit(SteppedClock(START), most=1, per_s=60)
    assert limit.allow("a")
    assert limit.allow("b")
    assert not limit.allow("a")


def test_memory_is_bounded() -> None:
    """Whoever has many addresses cannot fill it; the longest silent are forgotten first."""
    limit = RateLimit(SteppedClock(START), most=1, per_s=60, keys_max=100)
    for number in range(1000):
        limit.allow(str(number))
    assert len(limit) == 100
    assert not limit.allow("999")
    assert limit.allow("0")


def test_a_limit_that_limits_nothing_is_misuse() -> None:
    """A zero from a settings file must not open the door, nor shut it for ever."""
    for most, per_s in ((0, 1), (1, 0)):
        with pytest.raises(Misuse):
            RateLimit(SteppedClock(START), most=most, per_s=per_s)


@given(
    st.integers(1, 20),
    st.integers(1, 120),
    st.lists(st.integers(0, 5_000), min_size=1, max_size=200),
)
def test_never_more_than_two_buckets_in_any_window(
    most: int, per_s: int, pauses_ms: list[int]
) -> None:
    """A token bucket's promise: in any window of `per_s`, at most a full bucket and its refill."""
    clock = SteppedClock(START)
    limit = RateLimit(clock, most=most, per_s=per_s)
    allowed: list[datetime] = []
    for pause in pauses_ms:
        clock.advance(timedelta(milliseconds=pause))
        if limit.allow("key"):
            allowed.append(clock.now())
    for first in allowed:
        window = [at for at in allowed if first <= at < first + timedelta(seconds=per_s)]
        assert len(window) <= 2 * most
