"""How often somebody may knock: a token bucket for each key, in bounded memory."""

from collections import OrderedDict
from typing import Final

from sekisho.kernel.clock import Clock
from sekisho.kernel.errors import Misuse

KEYS_MAX: Final = 10_000
"""Keys remembered; the ones that knocked longest ago are forgotten first.

An attacker with more addresses than this refills buckets early, but cannot fill the memory.
"""


class RateLimit:
    """Lets each key knock `most` times in `per_s` seconds, in bursts or evenly.

    A bucket holds `most` tokens and fills up again evenly over `per_s` seconds.
    """

    def __init__(self, clock: Clock, *, most: int, per_s: int, keys_max: int = KEYS_MAX) -> None:
        if most < 1 or per_s < 1 or keys_max < 1:
            raise Misuse(f"a rate limit of {most} in {per_s} s over {keys_max} keys limits nothing")
        self._clock = clock
        self._most = most
        self._per_s = per_s
        self._keys_max = keys_max
        self._buckets: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def __len__(self) -> int:
        return len(self._buckets)

    def allow(self, key: str) -> bool:
        """Take one token of the key's bucket; False when it is empty."""
        now = self._clock.now().timestamp()
        tokens, filled_at = self._buckets.pop(key, (float(self._most), now))
        # A clock set back must not empty anybody's bucket.
        tokens += max(now - filled_at, 0.0) * self._most / self._per_s
        tokens = min(tokens, float(self._most))
        allowed = tokens >= 1
        self._buckets[key] = (tokens - 1 if allowed else tokens, now)
        if len(self._buckets) > self._keys_max:
            self._buckets.popitem(last=False)
        return allowed

    def retry_after_s(self) -> int:
        """Tell after how many whole seconds a refused key may knock again, for `Retry-After`."""
        return max(1, -(-self._per_s // self._most))
