"""3-D Secure 1.0.2 put together, in each role whose settings speak of it."""

from collections.abc import Awaitable, Callable
from functools import partial

from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey

from sekisho.acquirer.server import store as server_store
from sekisho.acquirer.server.model.threeds1 import PlugInSettings
from sekisho.acquirer.server.service.threeds1 import EFFECTS as OLD_EFFECTS
from sekisho.acquirer.server.service.threeds1 import Around, PlugIn
from sekisho.adapters.keystores import KEYS_OF_1_0_2, PARES_SIGNATURE
from sekisho.app.wiring.parts import Foundation, Perform
from sekisho.clients.emv import DOCUMENT, EmvPeer
from sekisho.clients.members_factors import IssuersBank
from sekisho.interoperability.directory import store as directory_store
from sekisho.interoperability.directory.model.threeds1 import OldSettings
from sekisho.interoperability.directory.service.threeds1 import OldStores, ThreeDS1
from sekisho.issuer.acs import store as acs_store
from sekisho.issuer.acs.model import AcsSettings
from sekisho.issuer.acs.service import Keys, Stores
from sekisho.issuer.acs.service.ports import Surroundings as AcsSurroundings
from sekisho.issuer.acs.service.threeds1 import (
    OldAcs,
    OldDecision,
    OldRules,
    OldSurroundings,
    Signing,
    is_ours,
)
from sekisho.kernel.errors import Misuse
from sekisho.protocol.jose.trust import Roots
from sekisho.protocol.threeds1 import Message, PAResSigner, Trust, sign
from sekisho.protocol.threeds1.records import PARes
from sekisho.protocol.threeds1.safe_xml import RANGES_LIMITS
from sekisho.testkit.sandbox_old import OldSandboxDecision, SpoiltSigning

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


class _Signing:
    """Signs with the ACS's working key, under the certificates that the scheme gave for it."""

    def __init__(self, signer: PAResSigner) -> None:
        self._signer = signer

    def sign(self, message: Message[PARes]) -> bytes:
        """Give the document of one signed PARes."""
        return sign(message, self._signer)


def old_acs_of(
    settings: AcsSettings,
    stores: Stores,
    keys: Keys,
    bank: IssuersBank,
    base: Foundation,
    *,
    sandbox: bool,
) -> OldAcs | None:
    """Put the ACS's 1.0.2 together, where it is spoken; in the sandbox test cards decide."""
    if settings.threeds1 is None:
        return None
    around = base.around
    rules: OldDecision = OldRules(settings.threeds1)
    signing: Signing = _Signing(_signer(base))
    return OldAcs(
        OldSurroundings(
            around=AcsSurroundings(
                settings=settings,
                stores=stores,
                keys=keys,
                clock=around.clock,
                chance=around.chance,
                outbox=base.outbox,
                log=base.log,
            ),
            settings=settings.threeds1,
            store=base.records(acs_store.OLD_AUTHENTICATIONS),
            bank=bank,
            decision=OldSandboxDecision(rules) if sandbox else rules,
            signing=SpoiltSigning(signing) if sandbox else signing,
        )
    )


def old_performer(perform: Perform, old: OldAcs | None) -> Perform:
    """Let 1.0.2 carry out its own effects, and the ACS all others."""

    async def performs(key: str, effect: object) -> None:
        if old is not None and is_ours(key, effect):
            await old.perform(key, effect)
        else:
            await perform(key, effect)

    return performs


def _signer(base: Foundation) -> PAResSigner:
    working = base.working_keys(more=KEYS_OF_1_0_2["acs"])
    name, key = working.newest(PARES_SIGNATURE)
    if not isinstance(key, RSAPrivateKey):
        raise Misuse(f"{name} is no RSA key")
    # As a file's name: the number of the key behind its purpose.
    chain = base.around.keyring.scheme_root().chain(str(name).replace(".", "-"), key.public_key())
    return PAResSigner(key=key, chain=chain)
