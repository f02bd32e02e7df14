"""A clock that moves only when told."""

import asyncio
from datetime import datetime, timedelta

from sekisho.kernel.errors import Misuse


class SteppedClock:
    """Shows one moment until it is put forward; sleepers wake when their moment is reached."""

    def __init__(self, start: datetime) -> None:
        if start.utcoffset() != timedelta():
            raise Misuse("a clock starts at an aware moment in UTC")
        self._now = start
        self._sleepers: list[tuple[datetime, asyncio.Future[None]]] = []

    def now(self) -> datetime:
        """Give the moment it was last put to."""
        return self._now

    def advance(self, by: timedelta) -> None:
        """Put the clock forward and wake whoever sleeps until a moment now reached."""
        if by < timedelta():
            raise Misuse("a clock is never put back")
        self._now += by
        due = [sleeper for moment, sleeper in self._sleepers if moment <= self._now]
        self._sleepers = [entry for entry in self._sleepers if entry[0] > self._now]
        for sleeper in due:
            if not sleeper.done():
                sleeper.set_result(None)

    async def sleep_until(self, moment: datetime) -> None:
        """Return when the clock was put to this moment or a later one."""
        if moment <= self._now:
            return
        sleeper: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        entry = (moment, sleeper)
        self._sleepers.append(entry)
        try:
            await sleeper
        finally:
            if entry in self._sleepers:
                self._sleepers.remove(entry)
