"""3-D Secure 1.0.2 put together, in each role whose settings speak of it."""

from collections.abc import Awaitable, Callable
from functools import partial

from sekisho.acquirer.server import store as server_store
from sekisho.acquirer.server.model.threeds1 import PlugInSettings
from sekisho.acquirer.server.service.threeds1 import EFFECTS as OLD_EFFECTS
from sekisho.acquirer.server.service.threeds1 import Around, PlugIn
from sekisho.app.wiring.parts import Foundation, Perform
from sekisho.clients.emv import DOCUMENT, EmvPeer
from sekisho.interoperability.directory import store as directory_store
from sekisho.interoperability.directory.model.threeds1 import OldSettings
from sekisho.interoperability.directory.service.threeds1 import OldStores, ThreeDS1
from sekisho.protocol.jose.trust import Roots
from sekisho.protocol.threeds1 import Trust
from sekisho.protocol.threeds1.safe_xml import RANGES_LIMITS

Begin = Callable[[], Awaitable[None]]


def plug_in_of(settings: PlugInSettings | None, base: Foundation) -> PlugIn | None:
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


def performer(perform: Perform, plug_in: PlugIn | None) -> Perform:
    """Let the plug-in carry out its own effects, and the 3DS Server all others."""

    async def performs(key: str, effect: object) -> None:
        if plug_in is not None and isinstance(effect, OLD_EFFECTS):
            await plug_in.perform(key, effect)
        else:
            await perform(key, effect)

    return performs


def beginner(begin: Begin, plug_in: PlugIn | None) -> Begin:
    """Let the plug-in begin after the 3DS Server."""

    async def begins() -> None:
        await begin()
        if plug_in is not None:
            await plug_in.start()

    return begins


async def desk_of(settings: OldSettings | None, base: Foundation) -> ThreeDS1 | None:
    """Put the Directory Server's 1.0.2 together, where it is spoken."""
    if settings is None:
        return None
    roads = EmvPeer(base.peer_at, content_type=DOCUMENT)
    base.closers.append(roads.close)
    stores = OldStores(
        inquiries=base.records(directory_store.INQUIRIES),
        editions=base.records(directory_store.OLD_EDITIONS),
    )
    around = base.around
    desk = ThreeDS1(settings, stores, roads, clock=around.clock, chance=around.chance, log=base.log)
    await desk.start()
    return desk
