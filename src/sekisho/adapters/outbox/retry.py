"""When an effect that failed is tried again, and when it is put aside for a person to look at."""

import zlib
from dataclasses import dataclass
from datetime import timedelta


@dataclass(frozen=True, slots=True, kw_only=True)
class RetryPlan:
    """Doubling pauses up to a longest one, then no more.

    As it stands: 16 tries over about 50 minutes. Enough for a peer to be started again, short
    enough that whoever is on call hears of it within the hour.
    """

    first: timedelta = timedelta(milliseconds=500)
    longest: timedelta = timedelta(minutes=10)
    tries_max: int = 16

    def pause(self, *, seq: int, tries: int) -> timedelta | None:
        """Give the pause after this many failed tries; None when it was the last.

        Between half and the whole of the planned pause, by the effect's own number: what failed
        together is not tried again all at once, and a test sees the same pauses each time.
        """
        if tries >= self.tries_max:
            return None
        planned = min(self.first * (1 << (tries - 1)), self.longest)
        share = zlib.crc32(f"{seq}:{tries}".encode()) / 0xFFFF_FFFF
        return planned * (0.5 + share / 2)
