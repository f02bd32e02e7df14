"""One connection: uvicorn's HTTP/1.1 protocol, plus the caller's verified name and patience limits.

What stands here leans on uvicorn's httptools protocol class; the version is pinned in the lock file
and the tests hold every hook that is used.
"""

import asyncio
from typing import Any, Final

from uvicorn.config import Config
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol
from uvicorn.server import ServerState

from sekisho.adapters.http.peers import EXTENSION, name_in

HEAD_BYTES_MAX: Final = 32 * 1024
"""Request line and headers together; browsers send at most a few kilobytes."""
RECEIVE_S: Final = 20.0
"""A whole request must arrive within this time, or a client that sends one octet a minute would
hold its connection for ever."""

TOO_LARGE: Final = (
    b"HTTP/1.1 431 Request Header Fields Too Large\r\n"
    b"content-type: text/plain; charset=utf-8\r\ncontent-length: 21\r\nconnection: close\r\n\r\n"
    b"headers are too large"
)


class PeerNamingProtocol(HttpToolsProtocol):
    """Puts the verified name into `scope["extensions"]`, bounds heads, hangs up on the slow."""

    def __init__(
        self,
        config: Config,
        server_state: ServerState,
        app_state: dict[str, Any],  # Any: uvicorn's own type
        _loop: asyncio.AbstractEventLoop | None = None,
    ) -> None:
        super().__init__(config, server_state, app_state, _loop)
        self._extensions: dict[str, dict[str, str | None]] = {}
        self._patience: asyncio.TimerHandle | None = None
        self._receiving = False
        self._in_head = True
        self._head_bytes = 0
        self._piece_bytes = 0

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as uvicorn does
        """Read the caller's name once: it cannot change while the connection lasts."""
        super().connection_made(transport)
        tls = transport.get_extra_info("ssl_object")
        certificate = tls.getpeercert() if tls is not None else None
        if certificate:
            self._extensions[EXTENSION] = {"name": name_in(certificate)}
        self._wait_no_longer_than(RECEIVE_S)

    def connection_lost(self, exc: Exception | None) -> None:
        """Stop the timer with the connection."""
        self._stop_waiting()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Feed the parser, unless the head has grown beyond any honest one."""
        self._piece_bytes = len(data)
        if self._in_head:
            self._head_bytes += len(data)
        super().data_received(data)
        if self.transport.is_closing():
            return
        if self._in_head and self._head_bytes > HEAD_BYTES_MAX:
            self._refuse_head()
        elif not self._receiving:
            self._stop_waiting()
        elif self._patience is None:
            # Only a request that comes in pieces costs a timer.
            self._wait_no_longer_than(RECEIVE_S)

    def on_message_begin(self) -> None:
        """Begin a request's scope with the caller's name in it."""
        super().on_message_begin()
        self._receiving = True
        if self._extensions:
            self.scope["extensions"] = self._extensions  # type: ignore[typeddict-item]  # ASGI allows any extension

    def on_headers_complete(self) -> None:
        """Go on to the application if the head was not too large."""
        self._in_head = False
        # Only where the head could be too large at all: most requests come in one small piece.
        if max(self._head_bytes, self._piece_bytes) > HEAD_BYTES_MAX and self._is_head_too_large():
            self._refuse_head()
            return
        super().on_headers_complete()

    def on_message_complete(self) -> None:
        """Note that the request is whole."""
        self._receiving = False
        self._in_head = True
        self._head_bytes = 0
        if not self.transport.is_closing():
            super().on_message_complete()

    def on_body(self, body: bytes) -> None:
        """Pass on a piece of the body, unless the request was refused."""
        if not self.transport.is_closing():
            super().on_body(body)

    def _is_head_too_large(self) -> bool:
        size = len(self.url) + sum(len(name) + len(value) for name, value in self.headers)
        return size > HEAD_BYTES_MAX

    def _refuse_head(self) -> None:
        if not self.transport.is_closing():
            self.transport.write(TOO_LARGE)
            self.transport.close()

    def _wait_no_longer_than(self, seconds: float) -> None:
        self._patience = self.loop.call_later(seconds, self._give_up)

    def _stop_waiting(self) -> None:
        if self._patience is not None:
            self._patience.cancel()
            self._patience = None

    def _give_up(self) -> None:
        self._patience = None
        if not self.transport.is_closing():
            self.transport.close()
