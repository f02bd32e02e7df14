"""Sends EMV 3DS messages to peers over mutual TLS: to one address, or to those that messages name."""

from collections.abc import Callable
from typing import Final

from yarl import URL

from sekisho.adapters.http.client import Peer
from sekisho.kernel.errors import Misuse, Unreachable

CONTENT_TYPE: Final = "application/json; charset=utf-8"
OK: Final = 200


class EmvPeer:
    """Posts a message and gives the answer's octets; who sent them is for the TLS layer to say.

    `open_peer` makes the HTTP client for an origin (`https://name:port`); one is kept for each.
    `url` is where messages go that name no address of their own.
    """

    def __init__(self, open_peer: Callable[[str], Peer], *, url: str | None = None) -> None:
        self._open_peer = open_peer
        self._url = url
        self._peers: dict[str, Peer] = {}

    async def send(self, message: bytes, *, read_s: float, to: str | None = None) -> bytes:
        """Post a message and give the answer, an Erro included; empty where none is due.

        Raises TimedOut when the answer did not come in time, Unreachable when there was no
        connection (after one immediate second try) or the answer was no 200: then it is a failure
        of transport, whatever stands in its body (protocol.md section 1).
        """
        address = to or self._url
        if address is None:
            raise Misuse("the message names no address, and this peer has none")
        url = URL(address)
        peer = self._peer(str(url.origin()))
        reply = await peer.post(url.raw_path_qs, message, content_type=CONTENT_TYPE, read_s=read_s)
        if reply.status != OK:
            raise Unreachable(f"{url.authority} answered with HTTP status {reply.status}")
        return reply.body

    async def close(self) -> None:
        """Close the connections to every peer."""
        for peer in self._peers.values():
            await peer.close()

    def _peer(self, origin: str) -> Peer:
        peer = self._peers.get(origin)
        if peer is None:
            peer = self._peers[origin] = self._open_peer(origin)
        return peer
