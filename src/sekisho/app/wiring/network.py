"""The 3DS Server and the Directory Server, put together."""

from collections.abc import Awaitable, Callable
from datetime import timedelta
from functools import partial

from sekisho.acquirer.server import store as server_store
from sekisho.acquirer.server import web as server_web
from sekisho.acquirer.server.model import DirectoryServer, ServerSettings
from sekisho.acquirer.server.service import (
    CardRanges,
    KeptRanges,
    Line,
    RangeCache,
    RangeSource,
    Server,
)
from sekisho.acquirer.server.service import Keys as ServerKeys
from sekisho.acquirer.server.service import Stores as ServerStores
from sekisho.adapters.clock import WallClock
from sekisho.app.rooms import Room
from sekisho.app.wiring.looking import repeatedly
from sekisho.app.wiring.mischief import Disturbed
from sekisho.app.wiring.parts import Foundation, Surroundings
from sekisho.app.wiring.threeds1 import beginner, desk_of, performer, plug_in_of
from sekisho.clients.emv import EmvPeer
from sekisho.interoperability.directory import store as directory_store
from sekisho.interoperability.directory import web as directory_web
from sekisho.interoperability.directory.model import DirectorySettings
from sekisho.interoperability.directory.service import Directory, Keys, Stores
from sekisho.protocol.codec import RANGES_BYTES_MAX
from sekisho.protocol.jose.trust import Roots
from sekisho.testkit.mischief import Mischief, Role
from sekisho.testkit.sandbox_ranges import SandboxRanges


async def build_server(
    settings: ServerSettings,
    around: Surroundings,
    *,
    silent_method_url: str | None = None,
    mischief: Mischief | None = None,
) -> Room:
    """Put the 3DS Server together; with `silent_method_url` the test-card rule stands in front."""
    base = await Foundation.lay(
        "server", around, migrations=server_store.MIGRATIONS, effects=server_store.EFFECTS
    )
    mischievous = Disturbed(Role.SERVER, base, mischief)
    open_peer = partial(base.peer_at, reply_bytes_max=RANGES_BYTES_MAX)
    home = f"{around.peer_urls['directory']}/3ds"
    roads = {
        each.name: mischievous.way(EmvPeer(open_peer, url=each.url or home))
        for each in settings.directories
    }
    server = Server(
        settings,
        ServerStores(
            authentications=base.records(server_store.AUTHENTICATIONS),
            operations=base.records(server_store.OPERATIONS),
            outbox=base.outbox,
        ),
        [
            _line(base, settings, each, roads[each.name], silent_method_url=silent_method_url)
            for each in settings.directories
        ],
        ServerKeys(
            fingerprint=around.keyring.mac("server-fingerprint"),
            seal=around.keyring.seal("server-requests"),
        ),
        clock=around.clock,
        chance=around.chance,
        log=base.log,
    )
    plug_in = plug_in_of(settings.threeds1, base)
    base.performs(performer(server.perform, plug_in))
    return Room(
        name="server",
        database=base.database,
        outbox=base.outbox,
        site=mischievous.site(server_web.site(server, plug_in)),
        peers=mischievous.port(server_web.peers(server, plug_in)),
        begin=beginner(server.start, plug_in),
        closers=tuple(base.closers),
    )


def _line(
    base: Foundation,
    settings: ServerSettings,
    to: DirectoryServer,
    road: RangeSource,
    *,
    silent_method_url: str | None,
) -> Line:
    cache = RangeCache(
        settings,
        to,
        base.records(server_store.RANGE_BOOKS),
        KeptRanges(base.records(server_store.RANGE_PIECES)),
        base.outbox,
        road=road,
        clock=base.around.clock,
        chance=base.around.chance,
        log=base.log,
    )
    ranges: CardRanges = cache
    if silent_method_url is not None:
        ranges = SandboxRanges(cache, silent_method_url=silent_method_url)
    return Line(settings=to, road=road, cache=cache, ranges=ranges)


async def build_directory(
    settings: DirectorySettings, around: Surroundings, *, mischief: Mischief | None = None
) -> Room:
    """Put the Directory Server together."""
    base = await Foundation.lay(
        "directory",
        around,
        migrations=directory_store.MIGRATIONS,
        effects=directory_store.EFFECTS,
    )
    mischievous = Disturbed(Role.DIRECTORY, base, mischief)
    roads = mischievous.way(EmvPeer(base.peer_at))
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
            answers=around.keyring.seal("directory-answers"),
            mac=around.keyring.mac("directory-relays"),
            devices=base.working_keys().device_data_keys(),
            sdk_roots=Roots(around.keyring.sdk_roots()),
        ),
        clock=around.clock,
        chance=around.chance,
        log=base.log,
    )
    base.performs(directory.perform)
    await directory.start()
    return Room(
        name="directory",
        database=base.database,
        beside=_looking(directory, settings, base),
        outbox=base.outbox,
        peers=mischievous.port(
            directory_web.peers(
                directory,
                operators=settings.operators,
                log=base.log,
                threeds1=await desk_of(settings.threeds1, base),
            )
        ),
        closers=tuple(base.closers),
    )


def _looking(
    directory: Directory, settings: DirectorySettings, base: Foundation
) -> Callable[[], Awaitable[None]] | None:
    """Say how changes of other processes are noticed; a SQLite file has no other processes."""
    if base.database.dialect != "postgresql":
        return None
    wait = timedelta(seconds=settings.register_every_s)
    return partial(repeatedly, directory.refresh, wait=wait, clock=WallClock(), log=base.log)
