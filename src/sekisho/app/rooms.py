"""What the house knows of a room once it is wired: its apps, its outbox, its health."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass

from litestar.types import ASGIApp

from sekisho.adapters.outbox import OutboxRunner
from sekisho.adapters.sql import Database


@dataclass(frozen=True, slots=True, kw_only=True)
class Room:
    """One room, ready to be served."""

    name: str
    database: Database
    outbox: OutboxRunner
    site: ASGIApp | None = None
    """What browsers and public programs reach."""
    peers: ASGIApp | None = None
    """What other rooms reach over mutual TLS."""
    begin: Callable[[], Awaitable[None]] | None = None
    """Called once when every listener is up."""
    beside: Callable[[], Awaitable[None]] | None = None
    """Runs beside everything else until the outbox is stopped."""
    closers: tuple[Callable[[], Awaitable[None]], ...] = ()
    """Close connections to peers."""

    async def health(self) -> Mapping[str, object]:
        """Tell whether the database answers and how the outbox stands."""
        await self.database.fetch("SELECT 1 AS one")
        backlog = await self.outbox.health()
        return {
            "status": "ok",
            "outbox": {"pending": backlog.pending, "parked": backlog.parked},
        }

    async def work(self) -> None:
        """Begin, then perform effects until the outbox is stopped."""
        if self.begin is not None:
            await self.begin()
        beside = None if self.beside is None else asyncio.ensure_future(self.beside())
        try:
            await self.outbox.run()
        finally:
            if beside is not None:
                beside.cancel()

    async def close(self) -> None:
        """Close the connections, then the database; the outbox has been stopped by then."""
        await asyncio.gather(*(close() for close in self.closers))
        await self.database.close()
