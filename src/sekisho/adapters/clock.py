"""The wall clock, and the sandbox's clock that can be put forward."""

import asyncio
import os
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final, Protocol

from sekisho.kernel.clock import Clock
from sekisho.kernel.errors import Misuse

NAP_S_MAX: Final = 30.0
"""The wall clock may be set while we sleep: look at it at least this often."""


class WakingClock(Clock, Protocol):
    """A clock that can also wake somebody."""

    async def sleep_until(self, moment: datetime) -> None:
        """Return when the clock shows this moment or a later one."""
        ...


class WallClock:
    """The machine's own time."""

    def now(self) -> datetime:
        """Give the present moment in UTC."""
        return datetime.now(UTC)  # noqa: TID251  the one place that asks the machine

    async def sleep_until(self, moment: datetime) -> None:
        """Return when the clock shows this moment or a later one."""
        while (left_s := (moment - self.now()).total_seconds()) > 0:  # noqa: ASYNC110  time sets no event
            await asyncio.sleep(min(left_s, NAP_S_MAX))


class SandboxClock:
    """The machine's time plus an offset that only grows, so that nobody has to wait ten minutes.

    With a `path` the offset outlives a restart: what was ten minutes ago must not lie ahead.
    """

    def __init__(self, path: Path | None) -> None:
        self._path = path
        self._wall = WallClock()
        self._offset = _read(path)
        self._advanced: asyncio.Future[None] | None = None

    @property
    def offset(self) -> timedelta:
        """How far this clock is ahead of the machine's."""
        return self._offset

    def now(self) -> datetime:
        """Give the moment that the house believes in, in UTC."""
        return self._wall.now() + self._offset

    def advance(self, by: timedelta) -> None:
        """Put the clock forward, durably, and wake whoever sleeps until a moment now reached."""
        if by < timedelta():
            raise Misuse("a clock is never put back: what has happened would lie in the future")
        offset = self._offset + by
        if self._path is not None:
            _write(self._path, offset)
        self._offset = offset
        advanced, self._advanced = self._advanced, None
        if advanced is not None:
            advanced.set_result(None)

    async def sleep_until(self, moment: datetime) -> None:
        """Return when the clock shows this moment or a later one, by waiting or by advancing."""
        while (left_s := (moment - self.now()).total_seconds()) > 0:
            if self._advanced is None:
                self._advanced = asyncio.get_running_loop().create_future()
            await asyncio.wait({self._advanced}, timeout=min(left_s, NAP_S_MAX))


def _read(path: Path | None) -> timedelta:
    if path is None or not path.exists():
        return timedelta()
    text = path.read_text(encoding="ascii").strip()
    if not text.isdigit():
        raise Misuse(f"{path} holds no offset in microseconds; remove it to start afresh")
    return timedelta(microseconds=int(text))


def _write(path: Path, offset: timedelta) -> None:
    """Replace the file whole: a power cut leaves the old offset or the new one."""
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = path.with_name(path.name + ".new")
    with fresh.open("w", encoding="ascii") as file:
        file.write(f"{offset // timedelta(microseconds=1)}\n")
        file.flush()
        os.fsync(file.fileno())
    fresh.replace(path)
