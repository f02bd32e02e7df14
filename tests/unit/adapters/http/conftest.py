"""A real server on a free loopback port, and keys made for the test."""

import asyncio
import socket
import ssl
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path

import pytest
from litestar.types import ASGIApp

from sekisho.adapters.http.server import Listener, serve
from sekisho.adapters.keys import Keyring

Serving = Callable[..., AbstractAsyncContextManager[int]]


def bound_socket() -> socket.socket:
    """A socket that holds a free loopback port."""
    sock = socket.socket()
    sock.bind(("127.0.0.1", 0))
    return sock


@asynccontextmanager
async def _serving(app: ASGIApp, *, tls: ssl.SSLContext | None = None) -> AsyncIterator[int]:
    sock = bound_socket()
    port: int = sock.getsockname()[1]
    stop, ready = asyncio.Event(), asyncio.Event()
    listener = Listener(name="test", app=app, port=port, tls=tls, sock=sock)
    async with asyncio.TaskGroup() as group:
        group.create_task(serve([listener], stop=stop, ready=ready.set))
        await ready.wait()
        try:
            yield port
        finally:
            stop.set()


@pytest.fixture
def serving() -> Serving:
    """`async with serving(app, tls=…) as port:`."""
    return _serving


@pytest.fixture(scope="session")
def house_keys(tmp_path_factory: pytest.TempPathFactory) -> Keyring:
    """The keyring of the house under test."""
    return Keyring(tmp_path_factory.mktemp("house") / "keys")


@pytest.fixture(scope="session")
def foreign_keys(tmp_path_factory: pytest.TempPathFactory) -> Keyring:
    """The keyring of another house, with an authority of its own."""
    return Keyring(tmp_path_factory.mktemp("foreign") / "keys")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder for keys that one test spoils."""
    return tmp_path / "keys"
