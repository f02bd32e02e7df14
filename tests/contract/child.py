"""A process to be killed: keeps parcels and says so, or performs effects and writes them down."""

import asyncio
import os
import sys
from dataclasses import replace
from pathlib import Path

from sekisho.adapters.clock import WallClock
from sekisho.adapters.outbox import OutboxRunner
from sekisho.adapters.records import Records
from sekisho.adapters.sql import open_database
from tests.contract.parcels import MIGRATIONS, PARCELS, Parcel, QuietLog, Ring

WORKERS = 8


async def keep(address: str) -> None:
    """Advance parcels for ever, two records' worth of work at a time; say what is acknowledged."""
    database = await open_database(address, room="crash", migrations=[MIGRATIONS])
    store = Records(database, PARCELS, kick=lambda: None)

    async def work(worker: int) -> None:
        key = f"w{worker}"
        await store.add(Parcel(id=key))
        while True:
            after = await store.advance(
                key,
                lambda parcel: (
                    replace(parcel, steps=parcel.steps + 1),
                    [Ring(str(parcel.steps + 1))],
                ),
            )
            os.write(1, f"{key} {after.steps}\n".encode())

    await asyncio.gather(*(work(worker) for worker in range(WORKERS)))


async def perform(address: str, done: Path, *, until_empty: bool) -> None:
    """Perform what lies in the outbox, writing each effect down."""
    database = await open_database(address, room="crash", migrations=[MIGRATIONS])
    written = os.open(done, os.O_WRONLY | os.O_CREAT | os.O_APPEND)

    async def write_down(key: str, effect: object) -> None:
        assert isinstance(effect, Ring)
        await asyncio.sleep(0)
        os.write(written, f"{key} {effect.text}\n".encode())
        os.write(1, b".\n")

    runner = OutboxRunner(
        database,
        effects=PARCELS.effects,
        perform=write_down,
        clock=WallClock(),
        log=QuietLog(),
    )
    if not until_empty:
        await runner.run()
    running = asyncio.ensure_future(runner.run())
    while (await runner.health()).pending:  # noqa: ASYNC110  asked from outside, as a page would
        await asyncio.sleep(0.01)
    await runner.stop()
    await running
    os.write(1, b"empty\n")


if __name__ == "__main__":
    what, where, *more = sys.argv[1:]
    if what == "keep":
        asyncio.run(keep(where))
    asyncio.run(perform(where, Path(more[0]), until_empty=what == "perform-all"))
