"""What the house knows of a room once it is wired: its apps, its outbox, its health."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field

from sekisho.adapters.asgi import App
from sekisho.adapters.outbox import OutboxRunner
from sekisho.adapters.sql import Database


@dataclass(frozen=True, slots=True, kw_only=True)
class Room:
    """One room, ready to be served."""

    name: str
    database: Database
    outbox: OutboxRunner
    site: App | None = None
    """What browsers and public programs reach."""
    peers: App | None = None
    """What other rooms reach over mutual TLS."""
    begin: Callable[[], Awaitable[None]] | None = None
    """Called once after the listeners are up: schedules what must run from then on."""
    closers: tuple[Callable[[], Awaitable[None]], ...] = field(default=())
    """Close connections to peers."""

    async def health(self) -> Mapping[str, object]:
        """Tell whether the database answers and how the outbox stands."""
        await self.database.fetch("SELECT 1 AS one")
        return {"status": "ok", "outbox": await self.outbox.health()}

    async def close(self) -> None:
        """Stop the outbox, close the connections, then the database."""
        await self.outbox.stop()
        for close in self.closers:
            await close()
        await self.database.close()
