"""The HTTP client for peers: pooled connections, our own trust anchors, hard limits."""

import asyncio
import re
import ssl
from collections.abc import Mapping
from typing import Final, TypeAlias

from yarl import URL

from sekisho.adapters.http.exchange import Exchanges, Reply, ReplyTooLarge
from sekisho.kernel import errors
from sekisho.kernel.errors import Misuse, Unreachable

__all__ = ["ClientIdentity", "Peer", "Reply", "ReplyTooLarge", "TimedOut"]

ClientIdentity: TypeAlias = ssl.SSLContext
"""Our certificate and the one authority we trust, as `Keyring.client_tls(room)` makes it."""

REPLY_BYTES_MAX: Final = 1024 * 1024
"""The largest reply of any peer is a PRes with thousands of card ranges; others are kilobytes."""

CONNECTIONS_MAX: Final = 100
"""Open at once to one peer; more wait. A handshake costs as much as twenty requests."""

IDLE_S: Final = 30
"""Shorter than our server keeps idle connections, so that we never write to one just closed."""

NO_HEADERS: Final[Mapping[str, str]] = {}
_METHOD: Final = re.compile(r"[A-Z]{3,7}", re.ASCII)
_TARGET: Final = re.compile(r"[\x21-\x7e]*", re.ASCII)
_NAME: Final = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+", re.ASCII)
_VALUE: Final = re.compile(r"[\t\x20-\x7e]*", re.ASCII)


class TimedOut(errors.TimedOut):
    """The peer took the request and did not answer in time; whether it acted is not known."""


class Peer:
    """Speaks HTTP to one other party over connections that stay open.

    `identity` is our certificate for mutual TLS: then only its own authority is trusted, never the
    machine's public roots. Without one, `https` addresses are checked against the public roots
    (a merchant's webhook), and `http` is plain. Redirects are not followed, cookies not kept,
    proxies of the environment not used.
    """

    def __init__(
        self,
        base_url: str,
        *,
        identity: ClientIdentity | None,
        headers: Mapping[str, str] = NO_HEADERS,
        connect_s: float = 2.0,
        read_s: float = 10.0,
        reply_bytes_max: int = REPLY_BYTES_MAX,
    ) -> None:
        url = URL(base_url)
        if url.scheme not in {"http", "https"} or not url.host or url.port is None:
            raise Misuse(f"a peer's address begins with http:// or https://, not {base_url!r}")
        if identity is not None and url.scheme != "https":
            raise Misuse(f"a certificate is of no use without TLS: {base_url!r}")
        if identity is not None and identity.verify_mode is not ssl.CERT_REQUIRED:
            raise Misuse("a client that does not verify its peer trusts anybody")
        self._host, self._port = url.host, url.port
        self._prefix = url.raw_path.rstrip("/")
        self._name = url.authority
        self._tls = identity
        if identity is None and url.scheme == "https":
            self._tls = ssl.create_default_context()
        self._fixed = _written({"Host": url.authority, "Accept": "*/*", **headers})
        self._connect_s = connect_s
        self._read_s = read_s
        self._reply_bytes_max = reply_bytes_max
        self._idle: list[tuple[float, Exchanges]] = []
        self._open: set[Exchanges] = set()
        self._places = asyncio.Semaphore(CONNECTIONS_MAX)

    async def post(
        self,
        path: str,
        body: bytes,
        *,
        content_type: str = "application/json",
        headers: Mapping[str, str] = NO_HEADERS,
        read_s: float | None = None,
    ) -> Reply:
        """Post a body and give the reply, whatever its status."""
        return await self._send(
            "POST", path, body, {"Content-Type": content_type, **headers}, read_s
        )

    async def get(
        self, path: str, *, headers: Mapping[str, str] = NO_HEADERS, read_s: float | None = None
    ) -> Reply:
        """Get what stands under a path, whatever its status."""
        return await self._send("GET", path, None, headers, read_s)

    async def send(
        self,
        method: str,
        path: str,
        body: bytes | None = None,
        *,
        headers: Mapping[str, str] = NO_HEADERS,
        read_s: float | None = None,
    ) -> Reply:
        """Send a request with any other method (PATCH, PUT, DELETE)."""
        return await self._send(method, path, body, headers, read_s)

    async def close(self) -> None:
        """Close the connections; a later call opens new ones."""
        for exchanges in list(self._open):
            exchanges.close()
        self._idle.clear()
        await asyncio.sleep(0)  # the transports say goodbye in their own callbacks

    async def _send(
        self,
        method: str,
        path: str,
        body: bytes | None,
        headers: Mapping[str, str],
        read_s: float | None,
    ) -> Reply:
        request = self._request(method, path, body, headers)
        patience_s = self._read_s if read_s is None else read_s
        try:
            async with asyncio.timeout(2 * self._connect_s):
                await self._places.acquire()
        except TimeoutError as error:
            raise Unreachable(f"{self._name} could not be reached: too many calls") from error
        try:
            exchanges = self._kept() or await self._connected()
            return await self._exchange(exchanges, request, patience_s)
        finally:
            self._places.release()

    async def _exchange(self, exchanges: Exchanges, request: bytes, patience_s: float) -> Reply:
        reply = exchanges.ask(request, limit=self._reply_bytes_max)
        loop = asyncio.get_running_loop()
        timer = loop.call_later(patience_s, _ring, reply)
        try:
            answer = await reply
        except ReplyTooLarge as error:
            raise ReplyTooLarge(f"{self._name} answered with {error}") from error
        except TimeoutError as error:
            raise TimedOut(f"{self._name} did not answer in time") from error
        except Unreachable as error:
            raise Unreachable(f"{self._name} could not be reached: {error}") from error
        finally:
            timer.cancel()
            if not exchanges.usable:
                exchanges.drop()
        if exchanges.usable:
            self._idle.append((loop.time(), exchanges))
        return answer

    def _kept(self) -> Exchanges | None:
        """Give a connection that was used lately: the latest, so that the others may fall idle."""
        oldest = asyncio.get_running_loop().time() - IDLE_S
        while self._idle:
            since, exchanges = self._idle.pop()
            if exchanges.usable and since > oldest:
                return exchanges
            exchanges.close()
        return None

    async def _connected(self) -> Exchanges:
        """Connect; try once more at once where that fails, since nothing was sent yet."""
        try:
            return await self._connect()
        except (OSError, TimeoutError):
            pass
        try:
            return await self._connect()
        except (OSError, TimeoutError) as error:
            # Without the address's path or anything of the request.
            why = f"{self._name} could not be reached: {type(error).__name__}"
            raise Unreachable(why) from error

    async def _connect(self) -> Exchanges:
        loop = asyncio.get_running_loop()
        async with asyncio.timeout(self._connect_s):
            _, exchanges = await loop.create_connection(
                lambda: Exchanges(ended=self._open.discard),
                _machine_of(self._host),
                self._port,
                ssl=self._tls,
                server_hostname=self._host if self._tls is not None else None,
            )
        self._open.add(exchanges)
        return exchanges

    def _request(
        self, method: str, path: str, body: bytes | None, headers: Mapping[str, str]
    ) -> bytes:
        target = self._prefix + path
        if not _METHOD.fullmatch(method) or not _TARGET.fullmatch(target):
            raise Misuse("a request line that cannot be sent as it is")
        length = b"" if body is None else b"content-length: %d\r\n" % len(body)
        line = f"{method} {target or '/'} HTTP/1.1\r\n".encode("ascii")
        return b"".join((line, self._fixed, _written(headers), length, b"\r\n", body or b""))


def _ring(reply: "asyncio.Future[Reply]") -> None:
    if not reply.done():
        reply.set_exception(TimeoutError())


def _written(headers: Mapping[str, str]) -> bytes:
    """Write headers; raises Misuse for one that would end the line, or is no header at all."""
    for name, value in headers.items():
        if not _NAME.fullmatch(name) or not _VALUE.fullmatch(value):
            raise Misuse(f"the header {name!r} cannot be sent as it is")
    return "".join(f"{name}: {value}\r\n" for name, value in headers.items()).encode("ascii")


def _machine_of(host: str) -> str:
    """Give the name to be resolved: `*.localhost` is this machine, though few resolvers know that.

    RFC 6761, section 6.3.
    """
    return "localhost" if host.rstrip(".").lower().endswith(".localhost") else host
