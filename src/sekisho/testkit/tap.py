"""A wire tap: a TCP proxy between two parties that passes everything on and keeps a copy.

Point one party at the tap's port and the tap at the other party (`sekisho up --via`). Between two
rooms that speak mutual TLS the tap needs the certificates of both: it is the one towards the other,
so it works with a house's own keys and with nobody else's.
"""

import asyncio
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from typing import Final

PIECE_BYTES: Final = 64 * 1024


@dataclass(slots=True)
class Conversation:
    """One connection: what its caller sent, and what it was answered."""

    sent: bytearray = field(default_factory=bytearray)
    received: bytearray = field(default_factory=bytearray)


class Tap:
    """Listens on a free port of this machine, until its block ends."""

    def __init__(
        self,
        port: int,
        *,
        front: ssl.SSLContext | None = None,
        back: ssl.SSLContext | None = None,
    ) -> None:
        self._target = port
        self._front = front
        self._back = back
        self._server: asyncio.Server | None = None
        self.conversations: list[Conversation] = []

    @property
    def port(self) -> int:
        """Where the tap listens."""
        if self._server is None:
            raise RuntimeError("a tap listens inside `async with tap.open()` only")
        port: int = self._server.sockets[0].getsockname()[1]
        return port

    @property
    def heard(self) -> bytes:
        """Everything that went either way, so far."""
        return b"\n".join(
            bytes(side) for each in self.conversations for side in (each.sent, each.received)
        )

    @asynccontextmanager
    async def open(self) -> AsyncIterator["Tap"]:
        """Listen; connections that are still open are cut at the end."""
        self._server = await asyncio.start_server(
            self._converse, "127.0.0.1", 0, ssl=self._front, limit=PIECE_BYTES
        )
        try:
            yield self
        finally:
            self._server.close()
            for task in [task for task in asyncio.all_tasks() if task.get_name() == repr(self)]:
                task.cancel()

    async def _converse(
        self, caller: asyncio.StreamReader, to_caller: asyncio.StreamWriter
    ) -> None:
        task = asyncio.current_task()
        if task is not None:
            task.set_name(repr(self))
        kept = Conversation()
        self.conversations.append(kept)
        host = "localhost" if self._back else "127.0.0.1"
        try:
            peer, to_peer = await asyncio.open_connection(host, self._target, ssl=self._back)
        except OSError:
            # The other party is not there: the caller finds out as it would without us.
            to_caller.transport.abort()
            return
        try:
            async with asyncio.TaskGroup() as group:
                group.create_task(_pass_on(caller, to_peer, kept.sent))
                group.create_task(_pass_on(peer, to_caller, kept.received))
        finally:
            to_peer.transport.abort()
            to_caller.transport.abort()


async def _pass_on(
    source: asyncio.StreamReader, target: asyncio.StreamWriter, copy: bytearray
) -> None:
    # A party that hangs up ends the conversation; that is no failure of the tap's.
    with suppress(ConnectionError, ssl.SSLError):
        while piece := await source.read(PIECE_BYTES):
            copy += piece
            target.write(piece)
            await target.drain()
    with suppress(ConnectionError, ssl.SSLError, OSError):
        target.write_eof() if target.can_write_eof() else target.close()
