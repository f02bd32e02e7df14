"""Security codes: in memory only, for minutes, gone at first use."""

from collections import OrderedDict
from datetime import datetime, timedelta

from sekisho.kernel.clock import Clock
from sekisho.kernel.secret import Secret


class SecurityCodes:
    """Holds security codes beside their tokens, never on disk.

    A restart forgets them all: the payment then goes on without, and the bank says NOT_PRESENT.
    """

    def __init__(self, clock: Clock, *, lifetime: timedelta, most: int) -> None:
        self._clock = clock
        self._lifetime = lifetime
        self._most = most
        self._codes: OrderedDict[str, tuple[datetime, Secret[str]]] = OrderedDict()

    def __len__(self) -> int:
        return len(self._codes)

    def put(self, digest: str, code: Secret[str]) -> None:
        """Hold a code; destroy those whose time is up, and the oldest when there are too many."""
        now = self._clock.now()
        self._forget_stale(now)
        while len(self._codes) >= self._most:
            self._codes.popitem(last=False)
        self._codes[digest] = (now + self._lifetime, code)

    def take(self, digest: str) -> Secret[str] | None:
        """Give the code once and destroy it; None when there is none or its time is up."""
        self._forget_stale(self._clock.now())
        held = self._codes.pop(digest, None)
        return held[1] if held else None

    def forget(self, digest: str) -> None:
        """Destroy a code that nothing will use."""
        self._codes.pop(digest, None)

    def _forget_stale(self, now: datetime) -> None:
        # All live equally long, so the oldest stand first.
        while self._codes:
            ends, _ = next(iter(self._codes.values()))
            if now < ends:
                return
            self._codes.popitem(last=False)
