"""What every room is put together from: clock, chance, keys, a database and an outbox."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

from sekisho.adapters.clock import WakingClock
from sekisho.adapters.http.client import REPLY_BYTES_MAX, Peer
from sekisho.adapters.keys import Keyring
from sekisho.adapters.keystores import KeyNeed, KeyStore, RoomKeys
from sekisho.adapters.log import get_log
from sekisho.adapters.outbox import OutboxRunner
from sekisho.adapters.records import Records, Table
from sekisho.adapters.sql import Database, open_database
from sekisho.kernel.chance import Chance
from sekisho.kernel.errors import Misuse
from sekisho.kernel.log import Log

Record = TypeVar("Record")
Perform = Callable[[str, object], Awaitable[None]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Surroundings:
    """What a room finds around it: the same for all rooms of a house, its own when it is alone."""

    clock: WakingClock
    chance: Chance
    keyring: Keyring
    working_keys: KeyStore
    """Where the keys live that a room works with."""
    database_address: Callable[[str], str]
    """The address of a room's database."""
    peer_urls: Mapping[str, str] = field(default_factory=dict)
    """Mutual-TLS addresses of the rooms that are called."""


class Foundation:
    """A room's database, outbox and connections, before its service stands on them."""

    def __init__(self, name: str, around: Surroundings, database: Database) -> None:
        self.name = name
        self.around = around
        self.database = database
        self.log: Log = get_log(name)
        self.closers: list[Callable[[], Awaitable[None]]] = []
        self._perform: Perform | None = None
        self._outbox: OutboxRunner | None = None

    @classmethod
    async def lay(
        cls, name: str, around: Surroundings, *, migrations: Path, effects: Sequence[type]
    ) -> "Foundation":
        """Open the room's database, bring it up to date, and give it an outbox."""
        database = await open_database(
            around.database_address(name), room=name, migrations=[migrations]
        )
        laid = cls(name, around, database)
        laid._outbox = OutboxRunner(
            database, effects=tuple(effects), perform=laid._performs, clock=around.clock,
            log=laid.log,
        )  # fmt: skip
        return laid

    @property
    def outbox(self) -> OutboxRunner:
        """The room's outbox."""
        if self._outbox is None:
            raise Misuse("a foundation is laid with lay()")
        return self._outbox

    def working_keys(self, *, more: tuple[KeyNeed, ...] = ()) -> RoomKeys:
        """The room's working keys, all there: made at need where that is the store's way."""
        keys = RoomKeys(self.around.working_keys, self.name, more=more)
        keys.make_sure()
        return keys

    def records(self, table: Table[Record]) -> Records[Record]:
        """A store for one of the room's tables."""
        outbox = self.outbox
        return Records(self.database, table, kick=outbox.kick, wake_at=outbox.wake_at)

    def peer(self, room: str, *, read_s: float = 10.0) -> Peer:
        """Connections to another room over mutual TLS, with this room's certificate."""
        url = self.around.peer_urls.get(room)
        if url is None:
            raise Misuse(f"{self.name} was not told where {room} is")
        return self.peer_at(url, read_s=read_s)

    def peer_at(
        self, url: str, *, read_s: float = 10.0, reply_bytes_max: int = REPLY_BYTES_MAX
    ) -> Peer:
        """Connections to an address over mutual TLS, with this room's certificate."""
        peer = Peer(
            url,
            identity=self.around.keyring.client_tls(self.name),
            read_s=read_s,
            reply_bytes_max=reply_bytes_max,
        )
        self.closers.append(peer.close)
        return peer

    def performs(self, perform: Perform) -> None:
        """Say who carries out the room's effects: the service, once it stands."""
        self._perform = perform

    async def _performs(self, key: str, effect: object) -> None:
        if self._perform is None:
            raise Misuse(f"{self.name} has effects and nobody to perform them")
        await self._perform(key, effect)
