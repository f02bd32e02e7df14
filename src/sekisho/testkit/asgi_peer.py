"""A peer that is an ASGI application in this process: HTTP without sockets."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from litestar.types import ASGIApp
from multidict import CIMultiDict

from sekisho.adapters.http.client import NO_HEADERS, Peer, Reply
from sekisho.adapters.http.peers import EXTENSION

PIECE_BYTES: Final = 64 * 1024
"""Bodies arrive in pieces of this size, as from a socket."""


@dataclass(kw_only=True)
class Asgi:
    """Calls an application as one caller, known by the name in its certificate."""

    app: ASGIApp
    caller: str | None = None
    cut: bool = False
    """Hang up before the body is whole."""
    pieces_read: int = field(default=0, init=False)
    """How many pieces of the last body the application asked for."""

    async def send(
        self, method: str, path: str, body: bytes, headers: Mapping[str, str] = NO_HEADERS
    ) -> Reply | None:
        """Send a request; None when the application answered nothing."""
        pieces = [body[at : at + PIECE_BYTES] for at in range(0, len(body), PIECE_BYTES)] or [b""]
        sent: list[Any] = []  # Any: ASGI messages are dictionaries of many shapes
        self.pieces_read = 0

        async def receive() -> Any:  # Any: see above
            if self.cut:
                return {"type": "http.disconnect"}
            piece = pieces[self.pieces_read]
            self.pieces_read += 1
            more = self.pieces_read < len(pieces)
            return {"type": "http.request", "body": piece, "more_body": more}

        async def send(message: Any) -> None:  # Any: see above
            sent.append(message)

        await self.app(self._scope(method, path, headers), receive, send)
        if not sent:
            return None
        answered: CIMultiDict[str] = CIMultiDict(
            (name.decode(), value.decode()) for name, value in sent[0]["headers"]
        )
        return Reply(
            status=sent[0]["status"],
            headers=answered,
            body=b"".join(message.get("body", b"") for message in sent[1:]),
        )

    def _scope(self, method: str, path: str, headers: Mapping[str, str]) -> Any:  # Any: see above
        path, _, query = path.partition("?")
        return {
            "type": "http",
            "method": method,
            "path": path,
            "query_string": query.encode(),
            "headers": [(name.lower().encode(), value.encode()) for name, value in headers.items()],
            "extensions": {} if self.caller is None else {EXTENSION: {"name": self.caller}},
        }


class AsgiPeer(Peer):
    """What clients take for a peer behind a socket."""

    def __init__(self, asgi: Asgi) -> None:
        super().__init__("http://localhost", identity=None)
        self._asgi = asgi

    async def _send(
        self,
        method: str,
        path: str,
        body: bytes | None,
        headers: Mapping[str, str],
        read_s: float | None,
    ) -> Reply:
        reply = await self._asgi.send(method, path, body or b"", headers)
        if reply is None:
            raise ConnectionResetError("the application answered nothing")
        return reply
