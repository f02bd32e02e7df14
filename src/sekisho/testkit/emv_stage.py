"""A 3DS Server and a Directory Server joined in memory, with a scripted ACS behind them."""

import hashlib
import hmac
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Final

from sekisho.acquirer.server.model import (
    Authentication,
    DirectoryServer,
    RangeBook,
    Requestor,
    ServerSettings,
    api_key_digest,
)
from sekisho.acquirer.server.model import Operation as Notices
from sekisho.acquirer.server.model import RangePiece as ServerPiece
from sekisho.acquirer.server.service import KeptRanges, Line, RangeCache, Server
from sekisho.acquirer.server.service import Keys as ServerKeys
from sekisho.acquirer.server.service import Stores as ServerStores
from sekisho.acquirer.server.store import AUTHENTICATIONS, RANGE_BOOKS
from sekisho.acquirer.server.store import OPERATIONS as NOTICES
from sekisho.acquirer.server.store import RANGE_PIECES as SERVER_PIECES
from sekisho.adapters.keys import Seal
from sekisho.interoperability.directory.model import (
    Acs,
    CardRange,
    DirectorySettings,
    Member,
    Operation,
    Participant,
    RangeHead,
    RangePiece,
    RangeUpdates,
    Relay,
)
from sekisho.interoperability.directory.service import Directory, Keys, Stores
from sekisho.interoperability.directory.store import (
    OPERATIONS,
    PARTICIPANTS,
    RANGE_HEADS,
    RANGE_PIECES,
    RANGE_UPDATES,
    RELAYS,
)
from sekisho.kernel.brands import BRANDS, Brand
from sekisho.protocol.codec import APP_MESSAGE_BYTES_MAX, read_object, write_object
from sekisho.protocol.jose.device_data import DirectoryKey
from sekisho.protocol.jose.trust import Roots
from sekisho.protocol.vocabulary import Json
from sekisho.testkit.cards import BRAND_HEADS, LENGTHS
from sekisho.testkit.chance import SeededChance
from sekisho.testkit.clock import SteppedClock
from sekisho.testkit.emv_network import ACS_URL, DIRECTORY_URL, SERVER_URL, Road, ScriptedAcs, Wire
from sekisho.testkit.memory import MemoryOutbox, MemoryRecords
from sekisho.testkit.sandbox_ranges import SandboxRanges

SEAL: Final = Seal(b"a key for tests only, 32 octets!")
NOON: Final = datetime(2026, 4, 1, 12, tzinfo=UTC)

GATEWAY: Final = Requestor(name="gateway", api_key_sha256=api_key_digest("gateway-key"))
STRANGER: Final = Requestor(name="stranger", api_key_sha256=api_key_digest("stranger-key"))

ACS: Final = Acs(
    certificate_name="acs",
    url=ACS_URL,
    reference_number="ACS_REFERENCE",
    operator_id="ACS_OPERATOR",
)
MEMBER: Final = Member(
    certificate_name="server",
    reference_number="3DS_LOA_SER_SEKI_020200_00001",
    operator_id="SERVER_OPERATOR",
    result_urls=(SERVER_URL,),
)


def sandbox_range(brand: Brand, *, versions: tuple[str, ...] = ("2.1.0", "2.2.0")) -> CardRange:
    """Give the range of a brand's test cards."""
    free = LENGTHS.get(brand, 16) - len(BRAND_HEADS[brand])
    return CardRange(
        start=BRAND_HEADS[brand] + "0" * free,
        end=BRAND_HEADS[brand] + "9" * free,
        acs=ACS,
        directory_server_id=BRANDS[brand].directory_server_id,
        versions=versions,
        three_ds_method_url="https://bank.example/acs/method",
        acs_info_ind=("01", "02"),
    )


SERVER_SETTINGS: Final = ServerSettings(
    reference_number=MEMBER.reference_number,
    operator_id=MEMBER.operator_id,
    url=SERVER_URL,
    requestors=(GATEWAY, STRANGER),
)
DIRECTORY_SETTINGS: Final = DirectorySettings(
    reference_number="DS_LOA_DIS_SEKI_020200_00001",
    url=DIRECTORY_URL,
    members=(MEMBER,),
    versions=("2.1.0", "2.2.0"),
    ranges=(sandbox_range(Brand.VISA), sandbox_range(Brand.AMEX, versions=("2.1.0",))),
)


class KeyedHash:
    """Fingerprints under a key that everybody may know."""

    def mac(self, data: bytes) -> bytes:
        """Give the HMAC-SHA-256 of the data."""
        return hmac.digest(b"a key for tests only", data, hashlib.sha256)


class QuietLog:
    """Remembers lines instead of writing them."""

    def __init__(self) -> None:
        self.lines: list[tuple[str, str, dict[str, object]]] = []

    def info(self, event: str, **facts: object) -> None:
        """Remember a line."""
        self.lines.append(("info", event, facts))

    def warning(self, event: str, **facts: object) -> None:
        """Remember a line."""
        self.lines.append(("warning", event, facts))

    def error(self, event: str, **facts: object) -> None:
        """Remember a line."""
        self.lines.append(("error", event, facts))


class EmvStage:
    """Three parties, one wire, one clock that is put forward by hand.

    With `silent_method_url` the rule of the test cards stands in front of the card ranges.
    """

    def __init__(
        self,
        server: ServerSettings = SERVER_SETTINGS,
        directory: DirectorySettings = DIRECTORY_SETTINGS,
        *,
        seed: int = 1,
        device_keys: Mapping[str, DirectoryKey] | None = None,
        silent_method_url: str | None = None,
        wire: Wire | None = None,
        sdk_roots: Roots | None = None,
    ) -> None:
        self.device_keys = device_keys or {}
        self.sdk_roots = sdk_roots
        self.clock = SteppedClock(NOON)
        self.log = QuietLog()
        self.wire = wire or Wire()
        chance = SeededChance(seed)
        self.server_outbox = MemoryOutbox(self._perform_of_server, self.clock)
        self.directory_outbox = MemoryOutbox(self._perform_of_directory, self.clock)
        self.authentications: MemoryRecords[Authentication] = MemoryRecords(
            AUTHENTICATIONS, self.server_outbox
        )
        self.books: MemoryRecords[RangeBook] = MemoryRecords(RANGE_BOOKS, self.server_outbox)
        self.server_pieces: MemoryRecords[ServerPiece] = MemoryRecords(SERVER_PIECES)
        self.notices: MemoryRecords[Notices] = MemoryRecords(NOTICES, self.server_outbox)
        self.relays: MemoryRecords[Relay] = MemoryRecords(RELAYS, self.directory_outbox)
        self.updates: MemoryRecords[RangeUpdates] = MemoryRecords(
            RANGE_UPDATES, self.directory_outbox
        )
        self.operations: MemoryRecords[Operation] = MemoryRecords(OPERATIONS, self.directory_outbox)
        self.participants: MemoryRecords[Participant] = MemoryRecords(PARTICIPANTS)
        self.range_heads: MemoryRecords[RangeHead] = MemoryRecords(RANGE_HEADS)
        self.range_pieces: MemoryRecords[RangePiece] = MemoryRecords(RANGE_PIECES)
        self._chance = chance
        self.directory = self.restarted_directory(directory)
        self._server_settings = server
        self._silent_method_url = silent_method_url
        self.server = self.restarted_server()
        self.acs = ScriptedAcs(road=self.wire.road("acs"))
        self.wire.listen(SERVER_URL, self._to_server)
        self.wire.listen(ACS_URL, self.acs.receive)

    def restarted_directory(self, settings: DirectorySettings) -> Directory:
        """Make the Directory Server anew on the same stores; `start` takes up what they hold."""
        self.directory = Directory(
            settings,
            Stores(
                relays=self.relays,
                updates=self.updates,
                participants=self.participants,
                heads=self.range_heads,
                pieces=self.range_pieces,
                operations=self.operations,
            ),
            self.wire.road("directory"),
            Keys(
                answers=SEAL,
                mac=KeyedHash(),
                devices=self.device_keys,
                sdk_roots=self.sdk_roots,
            ),
            clock=self.clock,
            chance=self._chance,
            log=self.log,
        )
        self.wire.listen(DIRECTORY_URL, self.directory.receive)
        self.wire.serve(self.directory.range_file)
        return self.directory

    def restarted_server(self) -> Server:
        """Make the 3DS Server anew on the same stores: nothing of its memory is left."""
        self.server, self.caches = self._server()
        self.cache = next(iter(self.caches.values()))
        return self.server

    def second_process(self) -> Server:
        """Make one more 3DS Server on the same stores: another process of the same room.

        Timers ring at the first one.
        """
        return self._server()[0]

    def _server(self) -> tuple[Server, dict[str, RangeCache]]:
        caches = {each.name: self._cache(each) for each in self._server_settings.directories}
        server = Server(
            self._server_settings,
            ServerStores(
                authentications=self.authentications,
                operations=self.notices,
                outbox=self.server_outbox,
            ),
            [self._line(each, caches[each.name]) for each in self._server_settings.directories],
            ServerKeys(fingerprint=KeyedHash(), seal=SEAL),
            clock=self.clock,
            chance=self._chance,
            log=self.log,
        )
        return server, caches

    def _cache(self, of: DirectoryServer) -> RangeCache:
        return RangeCache(
            self._server_settings,
            of,
            self.books,
            KeptRanges(self.server_pieces),
            self.server_outbox,
            road=self._road_to(of),
            clock=self.clock,
            chance=self._chance,
            log=self.log,
        )

    def _line(self, of: DirectoryServer, cache: RangeCache) -> Line:
        url = self._silent_method_url
        return Line(
            settings=of,
            road=self._road_to(of),
            cache=cache,
            ranges=cache if url is None else SandboxRanges(cache, silent_method_url=url),
        )

    def _road_to(self, of: DirectoryServer) -> Road:
        return self.wire.road("server", of.url or DIRECTORY_URL)

    async def preauth(self, number: str, *, by: Requestor = GATEWAY) -> dict[str, Json]:
        """Call /preauth."""
        return read_object(await self.server.preauth(by, write_object({"acctNumber": number})))

    async def auth(self, elements: dict[str, Json], *, by: Requestor = GATEWAY) -> dict[str, Json]:
        """Call /auth."""
        return read_object(await self.server.auth(by, write_object(elements)))

    async def postauth(self, trans_id: Json, *, by: Requestor = GATEWAY) -> dict[str, Json]:
        """Call /postauth."""
        body = write_object({"threeDSServerTransID": trans_id})
        return read_object(await self.server.postauth(by, body), limit=APP_MESSAGE_BYTES_MAX)

    async def pass_time(self, by: timedelta) -> None:
        """Put the clock forward and let every timer ring that is due."""
        self.clock.advance(by)
        await self.server_outbox.run_due()
        await self.directory_outbox.run_due()

    async def _to_server(self, caller: str, message: bytes) -> bytes:
        return await self.server.receive(caller, message)

    async def _perform_of_server(self, key: str, effect: object) -> None:
        await self.server.perform(key, effect)

    async def _perform_of_directory(self, key: str, effect: object) -> None:
        await self.directory.perform(key, effect)
