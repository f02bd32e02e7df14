"""Performs what the outbox holds: in the background as it falls due, or at once for one record."""

import asyncio
import secrets  # noqa: TID251  names this process among those that share a database
from collections import deque
from collections.abc import Awaitable, Callable
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Final

from sekisho.adapters.clock import WakingClock
from sekisho.adapters.key_locks import KeyLocks
from sekisho.adapters.outbox.codec import EffectCodec, microseconds
from sekisho.adapters.outbox.performing import Performing
from sekisho.adapters.outbox.retry import RetryPlan
from sekisho.adapters.outbox.rows import LEASE_S, LeasedRows, OutboxHealth, OutboxRows, TakenRow
from sekisho.adapters.sql.batch import Database
from sekisho.adapters.sql.faults import DatabaseFailed
from sekisho.kernel.errors import Unreachable
from sekisho.kernel.log import Log

Perform = Callable[[str, object], Awaitable[None]]

AT_ONCE_MAX: Final = 32
"""Keys worked at together: enough to hide the peers' delays, few enough to leave them standing."""

KEYS_READ_AHEAD: Final = 256
POLL_S: Final = 5.0
"""How often a shared outbox is looked at unasked, for what a process that died has left."""

AFTER_FAILURE_S: Final = 1.0
GRACE_S: Final = 10.0
"""How long `stop` waits for what is being performed. What is cut off is performed again."""


class OutboxRunner:
    """Performs effects at least once, per key in order. Implements `kernel.store.Outbox`.

    `perform` raising Unreachable is the world's way, anything else our mistake: both are logged and
    tried again as the plan says, then put aside and counted.
    """

    def __init__(
        self,
        database: Database,
        *,
        effects: tuple[type, ...],
        perform: Perform,
        clock: WakingClock,
        log: Log,
        retry: RetryPlan = RetryPlan(),  # noqa: B008  it is frozen
    ) -> None:
        self._codec = EffectCodec(effects)
        self._perform = perform
        self._clock = clock
        self._log = log
        self._retry = retry
        self._rows = OutboxRows(database)
        if database.dialect == "postgresql":
            self._rows = LeasedRows(database, secrets.token_hex(8))
        self._locks = KeyLocks()
        self._kicked = asyncio.Event()
        self._stopping = False
        self._stopped = asyncio.Event()
        self._stopped.set()
        self._ready: deque[str] = deque()
        self._performing = Performing()
        self._flushes: set[asyncio.Task[None]] = set()
        self._tasks: dict[str, asyncio.Task[None]] = {}
        self._alarm: tuple[datetime, asyncio.Task[None]] | None = None
        self._expected: datetime | None = None

    def kick(self) -> None:
        """Say that there may be something new; returns at once."""
        self._kicked.set()

    def wake_at(self, moment: datetime) -> None:
        """Say that there is a new timer; returns at once. Nothing is read before it is due."""
        if self._stopped.is_set() or moment <= self._clock.now():
            self.kick()
            return
        self._expected = _earlier(self._expected, moment)
        if self._alarm is None or moment < self._alarm[0]:
            self._set_alarm(moment)

    async def run(self) -> None:
        """Perform what falls due until `stop` is called or the task is cancelled."""
        self._stopped.clear()
        renewing = asyncio.ensure_future(self._renew()) if self._rows.shared else None
        try:
            while not self._stopping:
                self._kicked.clear()
                await self._look()
                await self._kicked_or_poll()
        finally:
            if renewing is not None:
                renewing.cancel()
            await self._finish()
            self._stopped.set()

    async def stop(self) -> None:
        """Start nothing more, wait a while for what is under way, and return when all is quiet."""
        self._stopping = True
        self.kick()
        await self._stopped.wait()

    async def flush(self, key: str) -> None:
        """Perform now what is due for one key, and what comes of that, each tried once.

        Waits for what is being performed for the key. Within `perform` of that very key it returns
        at once: what is there is performed when the present effect is done. When the caller is
        cancelled, a browser gone say, what was begun is carried on.
        """
        if key in self._performing:
            return
        task = asyncio.ensure_future(self._work_off(key))
        self._flushes.add(task)
        task.add_done_callback(self._flushes.discard)
        await asyncio.shield(task)

    async def health(self) -> OutboxHealth:
        """Say how much waits, how much was put aside and since when something is due."""
        return await self._rows.health(self._now_us())

    async def unpark(self) -> None:
        """Try again all that was put aside, once somebody has mended what was broken."""
        await self._rows.unpark(self._now_us())
        self.kick()

    async def _look(self) -> None:
        """Start on every key that may be tried now, and set the alarm for the next moment."""
        now_us = self._now_us()
        self._expected = None  # what is told while we read may not be in what we read
        try:
            if not self._ready:
                most = KEYS_READ_AHEAD + len(self._tasks)
                self._ready.extend(await self._rows.runnable_keys(now_us, most=most))
            kept = await self._rows.next_try(now_us)
            self._set_alarm(_earlier(kept, self._expected))
        except DatabaseFailed as error:
            self._log.error("outbox cannot be read", error=str(error))
            asyncio.get_running_loop().call_later(AFTER_FAILURE_S, self.kick)
            return
        while self._ready and len(self._tasks) < AT_ONCE_MAX:
            key = self._ready.popleft()
            if key not in self._tasks and key not in self._locks:
                self._tasks[key] = asyncio.ensure_future(self._work_off_in_background(key))

    def _set_alarm(self, moment: datetime | None) -> None:
        if self._alarm is not None:
            at, task = self._alarm
            if at == moment and not task.done():
                return
            task.cancel()
            self._alarm = None
        if moment is not None:
            self._alarm = (moment, asyncio.ensure_future(self._kick_at(moment)))

    async def _kick_at(self, moment: datetime) -> None:
        await self._clock.sleep_until(moment)
        self.kick()

    async def _kicked_or_poll(self) -> None:
        with suppress(TimeoutError):
            async with asyncio.timeout(POLL_S if self._rows.shared else None):
                await self._kicked.wait()

    async def _work_off_in_background(self, key: str) -> None:
        try:
            await self._work_off(key)
        except Exception as error:  # noqa: BLE001  the effect is still there; the others go on
            self._log.error("outbox cannot be written", key=key, error=_said(error))
            await asyncio.sleep(AFTER_FAILURE_S)
        finally:
            del self._tasks[key]
            self.kick()

    async def _work_off(self, key: str) -> None:
        try:
            async with self._locks.hold(key):
                while not self._stopping:
                    row = await self._rows.take(key, self._now_us())
                    if row is None:
                        return
                    await self._try(row)
        finally:
            self.kick()  # what arrived for this key just before the lock was let go

    async def _try(self, row: TakenRow) -> None:
        try:
            with self._performing.of(row.key):
                await self._perform(row.key, self._codec.read(row.kind, row.body))
        except Unreachable as error:
            self._log.warning("effect met no answer", **_facts(row, error))
            await self._failed(row)
        except Exception as error:  # noqa: BLE001  whatever it is, the effect is not done
            self._log.error("effect failed", **_facts(row, error))
            await self._failed(row)
        else:
            await self._rows.done(row)

    async def _failed(self, row: TakenRow) -> None:
        pause = self._retry.pause(seq=row.seq, tries=row.tries + 1)
        if pause is None:
            self._log.error("effect put aside", kind=row.kind, key=row.key, tries=row.tries + 1)
            await self._rows.park(row)
            return
        now_us = self._now_us()
        at_us = now_us + max(1, pause // timedelta(microseconds=1))
        await self._rows.again(row, now_us=now_us, at_us=at_us)

    async def _renew(self) -> None:
        while True:
            await asyncio.sleep(LEASE_S / 3)
            try:
                await self._rows.renew()
            except DatabaseFailed as error:
                self._log.error("outbox leases cannot be renewed", error=str(error))

    async def _finish(self) -> None:
        self._set_alarm(None)
        tasks = [*self._tasks.values(), *self._flushes]
        if tasks:
            _, late = await asyncio.wait(tasks, timeout=GRACE_S if self._stopping else 0)
            for task in late:
                task.cancel()
            await asyncio.gather(*late, return_exceptions=True)
        try:
            await self._rows.release()
        except DatabaseFailed as error:
            self._log.warning("outbox leases run out by themselves", error=str(error))

    def _now_us(self) -> int:
        return microseconds(self._clock.now())


def _earlier(one: datetime | None, other: datetime | None) -> datetime | None:
    return min((each for each in (one, other) if each is not None), default=None)


def _facts(row: TakenRow, error: Exception) -> dict[str, object]:
    return {"kind": row.kind, "key": row.key, "tries": row.tries + 1, "error": _said(error)}


def _said(error: Exception) -> str:
    return f"{type(error).__name__}: {error}"
