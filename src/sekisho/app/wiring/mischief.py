"""Mischief put around a room, in the sandbox and in tests; without one, nothing stands there."""

from litestar.types import ASGIApp

from sekisho.adapters.http.client import Peer
from sekisho.adapters.keys import Keyring
from sekisho.app.wiring.parts import Foundation
from sekisho.clients.emv import EmvPeer
from sekisho.testkit.mischief import Mischief, Role, SpoiltRoad, asks_for_mischief, spoilt_port


class Disturbed:
    """What stands between a room and the others, if anything does."""

    def __init__(self, role: Role, base: Foundation, mischief: Mischief | None) -> None:
        self._role = role
        self._base = base
        self._mischief = mischief
        self._road: SpoiltRoad | None = None

    def way(self, peer: EmvPeer) -> EmvPeer | SpoiltRoad:
        """Give the room's way out."""
        self._base.closers.append(peer.close)
        if self._mischief is None:
            return peer
        stranger = EmvPeer(self._peer_of_nobody, url=peer.url)
        self._base.closers.append(stranger.close)
        self._road = self._mischief.road(self._role, peer, stranger=stranger)
        return self._road

    def port(self, app: ASGIApp) -> ASGIApp:
        """Give what stands behind the room's mutual-TLS port."""
        if self._mischief is None or self._road is None:
            return app
        return spoilt_port(app, self._mischief, self._role, self._road)

    def site(self, app: ASGIApp) -> ASGIApp:
        """Give the raw EMV API."""
        return app if self._mischief is None else asks_for_mischief(app)

    def _peer_of_nobody(self, url: str) -> Peer:
        """Connections under a certificate of the right name and a foreign authority."""
        keyring = self._base.around.keyring
        foreign = Keyring(keyring.folder / "foreign")
        identity = foreign.client_tls(self._base.name)
        identity.load_verify_locations(keyring.authority_file)
        return Peer(url, identity=identity)
