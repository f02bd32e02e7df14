"""The HTTP server: several ports in one process, mutual TLS with the caller's name, hard limits."""

import asyncio
import socket
import ssl
from collections.abc import Callable, Sequence
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from typing import Final

import uvicorn
from litestar.types import ASGIApp

from sekisho.adapters import log
from sekisho.adapters.http.connection import PeerNamingProtocol
from sekisho.kernel.errors import SekishoError

KEEP_ALIVE_S: Final = 75
"""Longer than our client keeps idle connections, so that the client is the one to close."""
HANDSHAKE_S: Final = 5.0
CONNECTIONS_MAX: Final = 2_000
"""Connections and running requests of one port; beyond it the answer is 503 at once."""
GRACE_S: Final = 2
"""How long running requests may take once the process was told to stop."""
CLOSING_S: Final = 0.5
"""How long a peer may take to say goodbye in TLS."""
DATE_S: Final = 1.0
BACKLOG: Final = 1_024


class PortTaken(SekishoError):
    """A port that we should listen on cannot be had."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Listener:
    """One port and the application behind it."""

    name: str
    """Whose port it is, for messages."""
    app: ASGIApp
    port: int
    host: str = "127.0.0.1"
    tls: ssl.SSLContext | None = None
    """`Keyring.server_tls(room)` for mutual TLS; None for plain HTTP."""
    sock: socket.socket | None = None
    """A socket that is bound already (by a service manager, or to learn a free port)."""
    proxies: tuple[str, ...] = ()
    """Addresses of reverse proxies in front that are believed about the caller's own address."""


async def serve(
    listeners: Sequence[Listener], *, stop: asyncio.Event, ready: Callable[[], None]
) -> None:
    """Serve until `stop` is set; call `ready` once when every port answers.

    Raises PortTaken before anything is served if one of the ports cannot be had. Signals are the
    caller's: nothing here listens for them. Applications get no lifespan events.
    """
    log.adopt_libraries()
    with ExitStack() as opened:
        sockets = [_bind(listener) for listener in listeners]
        for sock in sockets:
            opened.callback(sock.close)
        servers = [_Port(listener) for listener in listeners]
        for server, sock in zip(servers, sockets, strict=True):
            await server.open(sock)
        async with asyncio.TaskGroup() as group:
            for server, sock in zip(servers, sockets, strict=True):
                group.create_task(server.run_until(stop, sock))
            ready()


class _Port(uvicorn.Server):
    """One uvicorn server that is opened and stopped by us alone."""

    def __init__(self, listener: Listener) -> None:
        super().__init__(_config(listener))
        self._tls = listener.tls

    async def open(self, sock: socket.socket) -> None:
        """Begin to accept connections. Requests are answered as soon as the loop turns."""
        self.config.load()
        self.lifespan = self.config.lifespan_class(self.config)
        await self.on_tick(0)
        server = await asyncio.get_running_loop().create_server(
            self._connection,
            sock=sock,
            ssl=self._tls,
            backlog=BACKLOG,
            ssl_handshake_timeout=HANDSHAKE_S if self._tls else None,
            ssl_shutdown_timeout=CLOSING_S if self._tls else None,
        )
        self.servers = [server]
        self.started = True

    async def run_until(self, stop: asyncio.Event, sock: socket.socket) -> None:
        """Renew the `Date` header every second until told to stop, then let requests finish."""
        try:
            while not stop.is_set():
                await self.on_tick(0)
                with suppress(TimeoutError):
                    await asyncio.wait_for(stop.wait(), DATE_S)
            await self.shutdown(sockets=[sock])
        finally:
            # What has not finished within its grace, or when we are cancelled, is cut.
            for server in self.servers:
                server.close()
            for connection in list(self.server_state.connections):
                connection.transport.abort()

    def _connection(self) -> asyncio.Protocol:
        return PeerNamingProtocol(config=self.config, server_state=self.server_state, app_state={})


def _config(listener: Listener) -> uvicorn.Config:
    return uvicorn.Config(
        listener.app,
        http=PeerNamingProtocol,
        ws="none",
        interface="asgi3",
        lifespan="off",
        loop="none",
        log_config=None,
        access_log=False,  # addresses may carry signatures and tokens
        proxy_headers=bool(listener.proxies),
        forwarded_allow_ips=list(listener.proxies),
        server_header=False,
        limit_concurrency=CONNECTIONS_MAX,
        backlog=BACKLOG,
        timeout_keep_alive=KEEP_ALIVE_S,
        timeout_graceful_shutdown=GRACE_S,
    )


def _bind(listener: Listener) -> socket.socket:
    if listener.sock is not None:
        listener.sock.setblocking(False)  # noqa: FBT003 - socket's own signature
        return listener.sock
    family = socket.AF_INET6 if ":" in listener.host else socket.AF_INET
    sock = socket.socket(family, socket.SOCK_STREAM)
    try:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        sock.bind((listener.host, listener.port))
        # A second process may bind the same address as long as nobody listens.
        sock.listen(BACKLOG)
    except OSError as error:
        sock.close()
        raise PortTaken(
            f"port {listener.port} on {listener.host}, for {listener.name}, cannot be had: "
            f"{error.strerror}; stop what uses it or choose another port"
        ) from error
    sock.setblocking(False)  # noqa: FBT003 - socket's own signature
    return sock
