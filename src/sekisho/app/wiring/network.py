"""The 3DS Server and the Directory Server, put together."""

from functools import partial

from sekisho.acquirer.server import store as server_store
from sekisho.acquirer.server import web as server_web
from sekisho.acquirer.server.model import ServerSettings
from sekisho.acquirer.server.model.threeds1 import PlugInSettings
from sekisho.acquirer.server.service import CardRanges, KeptRanges, RangeCache, Server
from sekisho.acquirer.server.service.threeds1 import EFFECTS as OLD_EFFECTS
from sekisho.acquirer.server.service.threeds1 import Around, PlugIn
from sekisho.app.rooms import Room
from sekisho.app.wiring.parts import Foundation, Surroundings
from sekisho.clients.emv import DOCUMENT, EmvPeer
from sekisho.interoperability.directory import store as directory_store
from sekisho.interoperability.directory import web as directory_web
from sekisho.interoperability.directory.model import DirectorySettings
from sekisho.interoperability.directory.model.threeds1 import OldSettings
from sekisho.interoperability.directory.service import Directory, Keys, Stores
from sekisho.interoperability.directory.service.threeds1 import OldStores, ThreeDS1
from sekisho.protocol.codec import RANGES_BYTES_MAX
from sekisho.protocol.jose.trust import Roots
from sekisho.protocol.threeds1 import Trust
from sekisho.protocol.threeds1.safe_xml import RANGES_LIMITS
from sekisho.testkit.sandbox_ranges import SandboxRanges


async def build_server(
    settings: ServerSettings, around: Surroundings, *, silent_method_url: str | None = None
) -> Room:
    """Put the 3DS Server together; with `silent_method_url` the test-card rule stands in front."""
    base = await Foundation.lay(
        "server", around, migrations=server_store.MIGRATIONS, effects=server_store.EFFECTS
    )
    directory = EmvPeer(
        partial(base.peer_at, reply_bytes_max=RANGES_BYTES_MAX),
        url=f"{around.peer_urls['directory']}/3ds",
    )
    cache = RangeCache(
        settings,
        base.records(server_store.RANGE_BOOKS),
        KeptRanges(base.records(server_store.RANGE_PIECES)),
        base.outbox,
        directory,
        clock=around.clock,
        chance=around.chance,
        log=base.log,
    )
    ranges: CardRanges = cache
    if silent_method_url is not None:
        ranges = SandboxRanges(cache, silent_method_url=silent_method_url)
    server = Server(
        settings,
        base.records(server_store.AUTHENTICATIONS),
        cache,
        directory,
        fingerprint=around.keyring.mac("server-fingerprint"),
        clock=around.clock,
        chance=around.chance,
        log=base.log,
        ranges=ranges,
    )
    plug_in = _plug_in(settings.threeds1, base)

    async def perform(key: str, effect: object) -> None:
        if plug_in is not None and isinstance(effect, OLD_EFFECTS):
            await plug_in.perform(key, effect)
        else:
            await server.perform(key, effect)

    async def begin() -> None:
        await server.start()
        if plug_in is not None:
            await plug_in.start()

    base.performs(perform)
    return Room(
        name="server",
        database=base.database,
        outbox=base.outbox,
        site=server_web.site(server, plug_in),
        peers=server_web.peers(server, plug_in),
        begin=begin,
        closers=(directory.close, *base.closers),
    )


def _plug_in(settings: PlugInSettings | None, base: Foundation) -> PlugIn | None:
    """Put the merchant plug-in of 1.0.2 together, where there is to be one."""
    if settings is None:
        return None
    around = base.around
    directory = EmvPeer(
        partial(base.peer_at, reply_bytes_max=RANGES_LIMITS.octets),
        url=f"{around.peer_urls['directory']}/3ds1",
        content_type=DOCUMENT,
    )
    base.closers.append(directory.close)
    return PlugIn(
        settings,
        Around(
            authentications=base.records(server_store.OLD_AUTHENTICATIONS),
            books=base.records(server_store.OLD_RANGE_BOOKS),
            outbox=base.outbox,
            directory=directory,
            fingerprint=around.keyring.mac("server-threeds1"),
            trust=Trust(roots=Roots(around.keyring.scheme_root().roots())),
            clock=around.clock,
            chance=around.chance,
            log=base.log,
        ),
    )


async def build_directory(settings: DirectorySettings, around: Surroundings) -> Room:
    """Put the Directory Server together."""
    base = await Foundation.lay(
        "directory",
        around,
        migrations=directory_store.MIGRATIONS,
        effects=directory_store.EFFECTS,
    )
    roads = EmvPeer(base.peer_at)
    directory = Directory(
        settings,
        Stores(
            relays=base.records(directory_store.RELAYS),
            updates=base.records(directory_store.RANGE_UPDATES),
            participants=base.records(directory_store.PARTICIPANTS),
            heads=base.records(directory_store.RANGE_HEADS),
            pieces=base.records(directory_store.RANGE_PIECES),
            operations=base.records(directory_store.OPERATIONS),
        ),
        roads,
        Keys(
            mac=around.keyring.mac("directory-relays"),
            devices=base.working_keys().device_data_keys(),
        ),
        clock=around.clock,
        chance=around.chance,
        log=base.log,
    )
    base.performs(directory.perform)
    await directory.start()
    old_roads = EmvPeer(base.peer_at, content_type=DOCUMENT)
    return Room(
        name="directory",
        database=base.database,
        outbox=base.outbox,
        peers=directory_web.peers(
            directory,
            operators=settings.operators,
            log=base.log,
            threeds1=await _old_desk(settings.threeds1, base, old_roads),
        ),
        closers=(roads.close, old_roads.close, *base.closers),
    )


async def _old_desk(
    settings: OldSettings | None, base: Foundation, roads: EmvPeer
) -> ThreeDS1 | None:
    """Put the Directory Server's 1.0.2 together, where it is spoken."""
    if settings is None:
        return None
    stores = OldStores(
        inquiries=base.records(directory_store.INQUIRIES),
        editions=base.records(directory_store.OLD_EDITIONS),
    )
    around = base.around
    desk = ThreeDS1(settings, stores, roads, clock=around.clock, chance=around.chance, log=base.log)
    await desk.start()
    return desk
