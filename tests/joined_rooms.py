"""Four rooms in one process, each behind its own port, over real sockets and mutual TLS.

They are put together as the house puts them together, with mischief around each; the clock is put
forward by hand.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from sekisho.adapters.chance import SystemChance
from sekisho.adapters.http.client import Peer
from sekisho.adapters.http.server import Listener, serve
from sekisho.adapters.keys import Keyring
from sekisho.adapters.log import get_log
from sekisho.app.addresses import Addresses
from sekisho.app.credentials import load_or_make
from sekisho.app.rooms import Room
from sekisho.app.sandbox import Sandbox
from sekisho.app.wiring.issuer import build_acs, build_members
from sekisho.app.wiring.network import build_directory, build_server
from sekisho.app.wiring.parts import Surroundings
from sekisho.app.working_keys import open_files
from sekisho.protocol.codec import APP_MESSAGE_BYTES_MAX, read_object, write_object
from sekisho.testkit.clock import SteppedClock
from sekisho.testkit.mischief import Mischief
from sekisho.testkit.sandbox_decision import SandboxDecision
from tests.running_house import PortBlock

NOON = datetime(2026, 4, 1, 12, tzinfo=UTC)
DUE = "SELECT DISTINCT key FROM outbox WHERE parked = 0 AND due <= :now AND next_try <= :now"


class JoinedRooms:
    """Members, ACS, Directory Server and 3DS Server, up and joined."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._ports = PortBlock()
        self.at = Addresses(self._ports.start)
        self.clock = SteppedClock(NOON)
        self.mischief = Mischief(log=get_log("mischief"))
        self.rooms: dict[str, Room] = {}
        self.credentials = load_or_make(folder, SystemChance(), port=self._ports.start)
        self.keyring = Keyring(folder / "keys")
        self.program = Peer(
            f"http://127.0.0.1:{self._ports.start}",
            identity=None,
            headers={"APIKey": self.credentials.api_key},
            read_s=30,
        )

    async def build(self, stack: AsyncExitStack) -> list[Listener]:
        """Build the rooms; give their ports."""
        sandbox = Sandbox(self.credentials)
        around = Surroundings(
            clock=self.clock,
            chance=SystemChance(),
            keyring=self.keyring,
            working_keys=open_files(self.keyring),
            database_address=lambda room: f"sqlite://{self.folder / room}.db",
            peer_urls={
                room: self.at.peer(room) for room in ("server", "directory", "acs", "members")
            },
        )
        for coming in (
            build_members(sandbox.members(), around),
            build_acs(
                sandbox.acs(), around, sandbox_decision=SandboxDecision, mischief=self.mischief
            ),
            build_directory(sandbox.directory(), around, mischief=self.mischief),
            build_server(
                sandbox.server(), around, mischief=self.mischief,
                silent_method_url=sandbox.silent_method_url,
            ),
        ):  # fmt: skip
            room = await coming
            stack.push_async_callback(room.close)
            self.rooms[room.name] = room
        listeners = [
            Listener(
                name=room.name, port=self.at.peer_port(room.name), app=room.peers,
                tls=self.keyring.server_tls(room.name),
            )
            for room in self.rooms.values()
            if room.peers is not None
        ]  # fmt: skip
        site = self.rooms["server"].site
        assert site is not None
        return [*listeners, Listener(name="programs", port=self._ports.start, app=site)]

    async def call(
        self, path: str, members: dict[str, Any], headers: dict[str, str] | None = None
    ) -> dict[str, Any]:
        """Call the raw EMV API."""
        reply = await self.program.post(path, write_object(members), headers=headers or {})
        if reply.status == 400:
            return {"refused": reply.body.decode()}
        assert reply.status == 200, reply
        return read_object(reply.body, limit=APP_MESSAGE_BYTES_MAX)

    async def pass_time(self, seconds: float) -> None:
        """Put the clock forward."""
        self.clock.advance(timedelta(seconds=seconds))

    async def ask_for_ranges(self) -> None:
        """Have the 3DS Server ask for the card ranges, as at its start."""
        server = self.rooms["server"]
        assert server.begin is not None
        await server.begin()
        await self.keep_up("server")

    async def keep_up(self, *names: str) -> None:
        """Let rooms do everything that is due."""
        for name in names or self.rooms:
            room = self.rooms[name]
            now = int(self.clock.now().timestamp() * 1_000_000)
            rows = await room.database.fetch(DUE, now=now)
            for key in {str(row["key"]) for row in rows}:
                await room.outbox.flush(key)

    async def settle(self, *keys: str) -> None:
        """Let every room do what is due about these transactions."""
        for _ in range(3):
            await self.mischief.settle()
            for room in self.rooms.values():
                for key in keys:
                    await room.outbox.flush(key)


@asynccontextmanager
async def joined_rooms(folder: Path) -> AsyncIterator[JoinedRooms]:
    """The rooms, served until the block ends."""
    rooms = JoinedRooms(folder)
    async with AsyncExitStack() as stack:
        listeners = await rooms.build(stack)
        stop, ready = asyncio.Event(), asyncio.Event()
        serving = asyncio.ensure_future(serve(listeners, stop=stop, ready=ready.set))
        await asyncio.wait(
            {serving, asyncio.ensure_future(ready.wait())}, return_when="FIRST_COMPLETED"
        )
        if serving.done():
            serving.result()
        await rooms.ask_for_ranges()
        try:
            yield rooms
        finally:
            await rooms.program.close()
            for room in rooms.rooms.values():
                await room.outbox.stop()
            stop.set()
            await serving
