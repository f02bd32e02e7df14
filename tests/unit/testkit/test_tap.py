"""The wire tap hears everything and changes nothing, over plain TCP and between two rooms."""

import asyncio
import ssl
from pathlib import Path

from sekisho.adapters.keys import Keyring
from sekisho.testkit.tap import Tap


async def echo(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Answer in capitals, then hang up."""
    writer.write((await reader.readline()).upper())
    await writer.drain()
    writer.close()


async def say(port: int, words: bytes, tls: ssl.SSLContext | None = None) -> bytes:
    """Say something and listen to the end."""
    host = "localhost" if tls else "127.0.0.1"
    reader, writer = await asyncio.open_connection(host, port, ssl=tls)
    writer.write(words)
    await writer.drain()
    answer = await reader.read()
    writer.close()
    return answer


async def test_a_tap_keeps_both_sides_of_every_conversation() -> None:
    """E1: what a shop's server says and hears can be looked at, octet by octet."""
    server = await asyncio.start_server(echo, "127.0.0.1", 0)
    async with server, Tap(server.sockets[0].getsockname()[1]).open() as tap:
        assert await say(tap.port, b"one\n") == b"ONE\n"
        assert await say(tap.port, b"two\n") == b"TWO\n"
        sides = [(bytes(each.sent), bytes(each.received)) for each in tap.conversations]
    assert sides == [(b"one\n", b"ONE\n"), (b"two\n", b"TWO\n")]
    assert all(words in tap.heard for words in (b"one", b"ONE", b"two", b"TWO"))


async def test_a_tap_between_two_rooms_hears_through_their_tls(tmp_path: Path) -> None:
    """E1: with both certificates of a house, its private line is open to its owner."""
    keys = Keyring(tmp_path / "keys")
    server = await asyncio.start_server(echo, "localhost", 0, ssl=keys.server_tls("ledger"))
    tap = Tap(
        server.sockets[0].getsockname()[1],
        front=keys.server_tls("ledger"), back=keys.client_tls("storefront"),
    )  # fmt: skip
    async with server, tap.open():
        assert await say(tap.port, b"order\n", keys.client_tls("storefront")) == b"ORDER\n"
    assert b"order" in tap.heard
    assert b"ORDER" in tap.heard


async def test_a_caller_of_nobody_is_cut_off() -> None:
    """A tap in front of a party that is down does not make it look up."""
    server = await asyncio.start_server(echo, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    server.close()
    await server.wait_closed()
    async with Tap(port).open() as tap:
        try:
            answer = await say(tap.port, b"anybody?\n")
        except ConnectionError:
            answer = b""
    assert answer == b""
