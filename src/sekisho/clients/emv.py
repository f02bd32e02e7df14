"""Sends EMV 3DS messages to peers over mutual TLS: to one address, or to those that messages name."""

import re
from collections.abc import Callable, Mapping
from typing import Final

from yarl import URL

from sekisho.adapters.http.client import Peer, Reply
from sekisho.kernel.errors import Misuse, Unreachable

CONTENT_TYPE: Final = "application/json; charset=utf-8"
DOCUMENT: Final = "application/xml; charset=utf-8"
"""What messages of 3-D Secure 1.0.2 are."""
OK: Final = 200
PARTIAL: Final = 206
PART_BYTES: Final = 512 * 1024
"""How much of a file is asked for at once: what a broken connection costs."""
FILE_BYTES_MAX: Final = 256 * 1024 * 1024
_CONTENT_RANGE: Final = re.compile(r"bytes ([0-9]{1,15})-[0-9]{1,15}/([0-9]{1,15})", re.ASCII)


class EmvPeer:
    """Posts a message and gives the answer's octets; who sent them is for the TLS layer to say.

    `open_peer` makes the HTTP client for an origin (`https://name:port`); one is kept for each.
    `url` is where messages go that name no address of their own; 1.0.2 has another `content_type`.
    """

    def __init__(
        self,
        open_peer: Callable[[str], Peer],
        *,
        url: str | None = None,
        content_type: str = CONTENT_TYPE,
    ) -> None:
        self._open_peer = open_peer
        self.url = url
        self._content_type = content_type
        self._peers: dict[str, Peer] = {}

    async def send(
        self, message: bytes, *, read_s: float, to: str | None = None, request_id: str | None = None
    ) -> bytes:
        """Post a message and give the answer, an Erro included; empty where none is due.

        `request_id` is the X-Request-ID that 2.3.1 asks for.

        Raises TimedOut when the answer did not come in time, Unreachable when there was no
        connection (after one immediate second try) or the answer was no 200: then it is a failure
        of transport, whatever stands in its body (protocol.md section 1).
        """
        address = to or self.url
        if address is None:
            raise Misuse("the message names no address, and this peer has none")
        url = URL(address)
        peer = self._peer(str(url.origin()))
        headers = {} if request_id is None else {"X-Request-ID": request_id}
        reply = await peer.post(
            url.raw_path_qs,
            message,
            content_type=self._content_type,
            headers=headers,
            read_s=read_s,
        )
        if reply.status != OK:
            raise Unreachable(f"{url.authority} answered with HTTP status {reply.status}")
        return reply.body

    async def fetch(self, url: str) -> bytes:
        """Get a file in parts, each asked for again once; raises TimedOut and Unreachable.

        The parts are of one file: should it change in between, the whole is given up.
        """
        at = URL(url)
        if at.scheme != "https":
            raise Unreachable(f"{at.authority} is not reached over TLS")
        peer = self._peer(str(at.origin()))
        octets, mark, whole = bytearray(), None, None
        while whole is None or len(octets) < whole:
            first = len(octets)
            last = first + PART_BYTES - 1
            reply = await _twice(peer, at.raw_path_qs, {"Range": f"bytes={first}-{last}"})
            if reply.status == OK and first == 0:
                return reply.body
            whole = _whole(reply, first)
            mark = mark or reply.headers.get("ETag")
            if reply.headers.get("ETag") != mark or not reply.body or whole > FILE_BYTES_MAX:
                raise Unreachable(f"{at.authority} gave parts that do not make one file")
            octets += reply.body
        return bytes(octets)

    async def close(self) -> None:
        """Close the connections to every peer."""
        for peer in self._peers.values():
            await peer.close()

    def _peer(self, origin: str) -> Peer:
        peer = self._peers.get(origin)
        if peer is None:
            peer = self._peers[origin] = self._open_peer(origin)
        return peer


async def _twice(peer: Peer, path: str, headers: Mapping[str, str]) -> Reply:
    """Ask once more where the connection broke."""
    try:
        return await peer.get(path, headers=headers)
    except Unreachable:
        return await peer.get(path, headers=headers)


def _whole(reply: Reply, first: int) -> int:
    """Read how long the whole file is from an answer that must begin at `first`."""
    match = _CONTENT_RANGE.fullmatch(reply.headers.get("Content-Range", ""))
    if reply.status != PARTIAL or match is None or int(match[1]) != first:
        raise Unreachable(f"no part of a file, but HTTP status {reply.status}")
    return int(match[2])
