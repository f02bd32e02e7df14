"""One connection of the HTTP client: a request goes out, its reply comes back, then the next.

HTTP/1.1 as httptools parses it. Whatever a peer sends, an exchange ends with its reply, with
ReplyTooLarge, or with ReplyBroken; it never holds more of a reply than it was told to read.
"""

import asyncio
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final

import httptools

from sekisho.kernel.errors import Unreachable

HEAD_BYTES_MAX: Final = 64 * 1024
"""Status line and headers of a reply together; any honest one is a few hundred octets."""
STATUS_FIRST: Final = 200
"""Below it, a status only announces another."""


class ReplyTooLarge(Unreachable):
    """The peer's reply is longer than we read; what it says is not known."""


class ReplyBroken(Unreachable):
    """The connection ended, or what came is no HTTP reply."""


class Headers(Mapping[str, str]):
    """The headers of a reply, named in any case; repeated ones joined (RFC 9110, section 5.3)."""

    __slots__ = ("_by_name",)

    def __init__(self, pairs: list[tuple[bytes, bytes]]) -> None:
        by_name: dict[str, str] = {}
        for name, value in pairs:
            key, text = name.decode("latin-1").lower(), value.decode("latin-1")
            by_name[key] = f"{by_name[key]}, {text}" if key in by_name else text
        self._by_name = by_name

    def __getitem__(self, name: str) -> str:
        return self._by_name[name.lower()]

    def __iter__(self) -> Iterator[str]:
        return iter(self._by_name)

    def __len__(self) -> int:
        return len(self._by_name)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """What a peer answered, whatever the status."""

    status: int
    headers: Mapping[str, str]
    """Names in any case."""
    body: bytes = field(repr=False)


class Exchanges(asyncio.Protocol):
    """A connection on which one exchange follows another."""

    def __init__(self, *, ended: "Callable[[Exchanges], None]") -> None:
        """`ended` is told when the connection is gone, however it came to that."""
        self._ended = ended
        self._transport: asyncio.Transport | None = None
        self._waiting: asyncio.Future[Reply] | None = None
        self._begin(0)

    def _begin(self, limit: int) -> None:
        self._parser = httptools.HttpResponseParser(self)
        self._limit = limit
        self._pairs: list[tuple[bytes, bytes]] = []
        self._pieces: list[bytes] = []
        self._size = 0
        self._head_size = 0
        self._in_body = False

    @property
    def usable(self) -> bool:
        """Tell whether another exchange can begin on it."""
        transport = self._transport
        return transport is not None and not transport.is_closing() and self._waiting is None

    def ask(self, request: bytes, *, limit: int) -> "asyncio.Future[Reply]":
        """Send a whole request; the reply's body may have `limit` octets."""
        if self._transport is None:
            raise ReplyBroken("the connection is gone")
        self._begin(limit)
        self._waiting = asyncio.get_running_loop().create_future()
        self._transport.write(request)
        return self._waiting

    def drop(self) -> None:
        """Cut the connection; an exchange under way is over."""
        if self._transport is not None:
            self._transport.abort()

    def close(self) -> None:
        """Close the connection after what was written."""
        if self._transport is not None:
            self._transport.close()

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # what loops give
        """Begin."""
        self._transport = transport

    def connection_lost(self, exc: Exception | None) -> None:
        """End what was under way: a reply without a length is whole now, any other is broken."""
        self._transport = None
        if self._in_body and exc is None and not self._has_length():
            self._settle(self._whole())
        self._fail(ReplyBroken("the connection was closed"))
        self._ended(self)

    def data_received(self, data: bytes) -> None:
        """Feed the parser; what nobody asked for ends the connection."""
        if self._waiting is None:
            self.drop()
            return
        if not self._in_body:
            self._head_size += len(data)
        try:
            self._parser.feed_data(data)
        except httptools.HttpParserError:
            self._give_up(ReplyBroken("what came is no HTTP reply"))
        if self._head_size > HEAD_BYTES_MAX and not self._in_body and self._waiting is not None:
            self._give_up(ReplyTooLarge(f"more than {HEAD_BYTES_MAX} bytes of headers"))

    def on_message_begin(self) -> None:
        """Refuse a reply behind the one that was asked for."""
        if self._waiting is None:
            self.drop()

    def on_header(self, name: bytes, value: bytes) -> None:
        """Take a header."""
        self._pairs.append((name, value))

    def on_headers_complete(self) -> None:
        """Note that the body begins, unless this only announces the reply."""
        self._in_body = self._parser.get_status_code() >= STATUS_FIRST

    def on_body(self, piece: bytes) -> None:
        """Take a piece of the body, as long as it is not too much."""
        self._size += len(piece)
        if self._size > self._limit:
            self._give_up(ReplyTooLarge(f"more than {self._limit} bytes"))
        else:
            self._pieces.append(piece)

    def on_message_complete(self) -> None:
        """Give the reply, and keep the connection if the peer does."""
        if not self._in_body:
            self._pairs = []
            self._head_size = 0
            return
        keeps = self._parser.should_keep_alive()
        self._settle(self._whole())
        if not keeps:
            self.close()

    def _whole(self) -> Reply:
        status = self._parser.get_status_code()
        return Reply(status=status, headers=Headers(self._pairs), body=b"".join(self._pieces))

    def _has_length(self) -> bool:
        return any(
            name.lower() in (b"content-length", b"transfer-encoding") for name, _ in self._pairs
        )

    def _settle(self, reply: Reply) -> None:
        waiting, self._waiting = self._waiting, None
        if waiting is not None and not waiting.done():
            waiting.set_result(reply)

    def _give_up(self, error: Exception) -> None:
        self._fail(error)
        self.drop()

    def _fail(self, error: Exception) -> None:
        waiting, self._waiting = self._waiting, None
        if waiting is not None and not waiting.done():
            waiting.set_exception(error)
