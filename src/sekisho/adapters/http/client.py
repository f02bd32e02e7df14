"""The HTTP client for peers: pooled connections, our own trust anchors, hard limits."""

import asyncio
import ssl
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final, TypeAlias

import aiohttp
from multidict import CIMultiDict, CIMultiDictProxy
from yarl import URL

from sekisho.kernel import errors
from sekisho.kernel.errors import Misuse, Unreachable

ClientIdentity: TypeAlias = ssl.SSLContext
"""Our certificate and the one authority we trust, as `Keyring.client_tls(room)` makes it."""

REPLY_BYTES_MAX: Final = 1024 * 1024
"""The largest reply of any peer is a PRes with thousands of card ranges; others are kilobytes."""

CONNECTIONS_MAX: Final = 100
"""Open at once to one peer; more wait. A handshake costs as much as twenty requests."""

IDLE_S: Final = 30
"""Shorter than our server keeps idle connections, so that we never write to one just closed."""

NO_HEADERS: Final[Mapping[str, str]] = {}


class TimedOut(errors.TimedOut):
    """The peer took the request and did not answer in time; whether it acted is not known."""


class ReplyTooLarge(Unreachable):
    """The peer's reply is longer than we read; what it says is not known."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """What a peer answered, whatever the status."""

    status: int
    headers: Mapping[str, str]
    """Names in any case."""
    body: bytes = field(repr=False)


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
        if url.scheme not in {"http", "https"} or not url.host:
            raise Misuse(f"a peer's address begins with http:// or https://, not {base_url!r}")
        if identity is not None and url.scheme != "https":
            raise Misuse(f"a certificate is of no use without TLS: {base_url!r}")
        if identity is not None and identity.verify_mode is not ssl.CERT_REQUIRED:
            raise Misuse("a client that does not verify its peer trusts anybody")
        self._base = base_url.rstrip("/")
        self._name = url.authority
        self._identity = identity
        self._headers = dict(headers)
        self._connect_s = connect_s
        self._read_s = read_s
        self._reply_bytes_max = reply_bytes_max
        self._session: aiohttp.ClientSession | None = None

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
        session, self._session = self._session, None
        if session is not None:
            await session.close()

    async def _send(
        self,
        method: str,
        path: str,
        body: bytes | None,
        headers: Mapping[str, str],
        read_s: float | None,
    ) -> Reply:
        patience_s = self._read_s if read_s is None else read_s
        try:
            return await self._exchange(method, path, body, headers, patience_s)
        except (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError):
            # Nothing was sent: trying again at once cannot make the peer act twice.
            pass
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            raise self._told(error) from error
        try:
            return await self._exchange(method, path, body, headers, patience_s)
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            raise self._told(error) from error

    async def _exchange(
        self,
        method: str,
        path: str,
        body: bytes | None,
        headers: Mapping[str, str],
        read_s: float,
    ) -> Reply:
        timeout = aiohttp.ClientTimeout(
            total=2 * self._connect_s + read_s,  # a peer that trickles does not hold us longer
            connect=2 * self._connect_s,  # waiting for one of the pool's connections included
            sock_connect=self._connect_s,
            sock_read=read_s,
        )
        async with self._open().request(
            method,
            URL(self._base + path, encoded=True),
            data=body,
            headers=headers,
            timeout=timeout,
            allow_redirects=False,
        ) as response:
            return Reply(
                status=response.status,
                headers=_one_each(response.headers),
                body=await self._read(response),
            )

    async def _read(self, response: aiohttp.ClientResponse) -> bytes:
        pieces: list[bytes] = []
        size = 0
        async for piece in response.content.iter_any():
            size += len(piece)
            if size > self._reply_bytes_max:
                response.close()
                raise ReplyTooLarge(
                    f"{self._name} answered with more than {self._reply_bytes_max} bytes"
                )
            pieces.append(piece)
        return b"".join(pieces)

    def _open(self) -> aiohttp.ClientSession:
        """Give the session, made at the first call because it belongs to the running loop."""
        if self._session is None or self._session.closed:
            self._session = aiohttp.ClientSession(
                connector=aiohttp.TCPConnector(
                    ssl=True if self._identity is None else self._identity,
                    limit=CONNECTIONS_MAX,
                    keepalive_timeout=IDLE_S,
                    ttl_dns_cache=300,
                ),
                headers=self._headers,
                cookie_jar=aiohttp.DummyCookieJar(),
                auto_decompress=False,
                trust_env=False,
                skip_auto_headers=("Accept-Encoding", "Content-Type"),
            )
        return self._session

    def _told(self, error: Exception) -> Unreachable:
        """Say what failed, without the address's path or anything of the request."""
        if isinstance(error, TimeoutError | asyncio.TimeoutError) and not isinstance(
            error, aiohttp.ConnectionTimeoutError
        ):
            return TimedOut(f"{self._name} did not answer in time")
        return Unreachable(f"{self._name} could not be reached: {type(error).__name__}")


def _one_each(headers: CIMultiDictProxy[str]) -> CIMultiDictProxy[str]:
    """Join repeated headers as RFC 9110 section 5.3 says."""
    joined: CIMultiDict[str] = CIMultiDict()
    for name in headers:
        if name not in joined:
            joined[name] = ", ".join(headers.getall(name))
    return CIMultiDictProxy(joined)
