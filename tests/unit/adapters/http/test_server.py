"""The server holds its ports, its limits and its word when told to stop."""

import asyncio
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager

import pytest
from litestar.types import Receive, Scope, Send

from sekisho.adapters.http import connection
from sekisho.adapters.http.client import Peer
from sekisho.adapters.http.raw import read_body, respond
from sekisho.adapters.http.server import Listener, PortTaken, serve
from sekisho.adapters.keys import Keyring

Serving = Callable[..., AbstractAsyncContextManager[int]]


async def echo(scope: Scope, receive: Receive, send: Send) -> None:
    """Answer with the body."""
    await respond(send, 200, await read_body(receive, limit=1_000_000), "text/plain")


@asynccontextmanager
async def _dialled(port: int) -> AsyncIterator[tuple[asyncio.StreamReader, asyncio.StreamWriter]]:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        yield reader, writer
    finally:
        writer.close()


async def _answer(port: int, request: bytes) -> bytes:
    async with _dialled(port) as (reader, writer):
        writer.write(request)
        return await reader.read()


async def test_the_server_does_not_say_what_it_is_made_of(serving: Serving) -> None:
    """A version in a header is a list of known weaknesses."""
    async with serving(echo) as port:
        answer = await _answer(port, b"GET / HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n")
    assert answer.startswith(b"HTTP/1.1 200 OK\r\ndate: ")
    assert b"server:" not in answer.lower()
    assert b"uvicorn" not in answer.lower()


@pytest.mark.parametrize(
    "head",
    [
        b"GET / HTTP/1.1\r\nhost: x\r\nx-big: " + b"a" * 40_000 + b"\r\n\r\n",
        b"GET / HTTP/1.1\r\nhost: x\r\nx-endless: " + b"a" * 40_000,
        b"GET / HTTP/1.1\r\nhost: x\r\n" + b"x-many: 1\r\n" * 8_000,
        b"GET /" + b"a" * 40_000 + b" HTTP/1.1\r\nhost: x\r\n\r\n",
    ],
    ids=["one header", "a header without end", "many headers", "a long address"],
)
async def test_a_head_beyond_any_honest_one_is_refused(serving: Serving, head: bytes) -> None:
    """The parser by itself would collect headers for as long as somebody sends them."""
    async with serving(echo) as port:
        answer = await _answer(port, head)
    assert answer.startswith(b"HTTP/1.1 431 ")
    assert answer.endswith(b"headers are too large")


async def test_a_large_head_behind_another_request_is_refused_too(serving: Serving) -> None:
    """Both in one piece: the first must not shield the second."""
    first = b"GET / HTTP/1.1\r\nhost: x\r\n\r\n"
    second = b"GET / HTTP/1.1\r\nhost: x\r\nx-big: " + b"a" * 40_000 + b"\r\n\r\n"
    async with serving(echo) as port:
        answer = await _answer(port, first + second)
    assert b"HTTP/1.1 200 " not in answer.partition(b"HTTP/1.1 431 ")[2]
    assert b"HTTP/1.1 431 " in answer


async def test_a_body_may_be_larger_than_a_head(serving: Serving) -> None:
    """In one piece with its head, or in several."""
    body = b"b" * 200_000
    head = b"POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 200000\r\nconnection: close\r\n\r\n"
    async with serving(echo) as port:
        answer = await _answer(port, head + body)
    assert answer.startswith(b"HTTP/1.1 200 ")
    assert answer.endswith(body)


async def test_a_head_that_comes_in_many_pieces_is_served(serving: Serving) -> None:
    """Slow is not wrong, as long as it is not endless."""
    request = b"POST /x HTTP/1.1\r\nhost: x\r\ncontent-length: 5\r\nconnection: close\r\n\r\nhello"
    async with serving(echo) as port, _dialled(port) as (reader, writer):
        for octet in request:
            writer.write(bytes([octet]))
            await writer.drain()
        answer = await reader.read()
    assert answer.startswith(b"HTTP/1.1 200 ")
    assert answer.endswith(b"\r\n\r\nhello")


@pytest.mark.parametrize(
    "begun",
    [b"", b"GET / HTTP/1.1\r\nhost: x\r\n", b"POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 9\r\n\r\nab"],
    ids=["nothing", "half a head", "half a body"],
)  # fmt: skip
async def test_whoever_does_not_finish_a_request_is_hung_up_on(
    serving: Serving, monkeypatch: pytest.MonkeyPatch, begun: bytes
) -> None:
    """Otherwise a thousand silent connections would shut everybody else out."""
    monkeypatch.setattr(connection, "RECEIVE_S", 0.05)
    async with serving(echo) as port, _dialled(port) as (reader, writer):
        writer.write(begun)
        assert await reader.read() == b""


async def test_an_idle_connection_between_requests_is_kept(
    serving: Serving, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The patience is for a request under way; a handshake costs twenty requests."""
    monkeypatch.setattr(connection, "RECEIVE_S", 0.05)
    request = b"GET / HTTP/1.1\r\nhost: x\r\n\r\n"
    async with serving(echo) as port, _dialled(port) as (reader, writer):
        for _ in range(2):
            writer.write(request)
            head = await reader.readuntil(b"\r\n\r\n")
            assert head.startswith(b"HTTP/1.1 200 ")
            with pytest.raises(TimeoutError):
                await asyncio.wait_for(reader.read(1), 0.15)


async def test_requests_sent_ahead_are_answered_in_order(serving: Serving) -> None:
    """Pipelining is allowed by HTTP/1.1 and the limits must not break it."""
    one = b"POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 1\r\n\r\n%d"
    last = b"POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 1\r\nconnection: close\r\n\r\n4"
    async with serving(echo) as port:
        answer = await _answer(port, b"".join(one % n for n in range(4)) + last)
    assert [part[-1:] for part in answer.split(b"HTTP/1.1 200")[1:]] == [
        b"0",
        b"1",
        b"2",
        b"3",
        b"4",
    ]


@pytest.mark.parametrize(
    "garbage", [b"\x16\x03\x01\x02\x00\x01\x00", b"hello\r\n\r\n", b"GET  / HTTP/9.9\r\n\r\n"]
)
async def test_what_is_not_http_is_refused(serving: Serving, garbage: bytes) -> None:
    """A TLS hello on a plain port, a scanner, noise."""
    async with serving(echo) as port:
        assert (await _answer(port, garbage)).startswith(b"HTTP/1.1 400 ")


@pytest.mark.parametrize(
    "smuggling",
    [
        b"POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 5\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n",
        b"POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 5\r\ncontent-length: 6\r\n\r\nhello",
        b"POST / HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked, identity\r\n\r\n0\r\n\r\n",
    ],
    ids=["length and chunks", "two lengths", "chunks not last"],
)
async def test_a_body_of_two_lengths_is_refused(serving: Serving, smuggling: bytes) -> None:
    """Request smuggling needs two readers who disagree; we never guess."""
    async with serving(echo) as port:
        assert (await _answer(port, smuggling)).startswith(b"HTTP/1.1 400 ")


async def test_several_ports_are_served_and_stopped_together() -> None:
    """One process hosts every room; a stop closes idle connections and all ports."""
    sockets = [socket.create_server(("127.0.0.1", 0)) for _ in range(3)]
    ports = [sock.getsockname()[1] for sock in sockets]
    stop, ready = asyncio.Event(), asyncio.Event()
    listeners = [
        Listener(name=f"room {port}", app=echo, port=port, sock=sock)
        for port, sock in zip(ports, sockets, strict=True)
    ]
    serving = asyncio.create_task(serve(listeners, stop=stop, ready=ready.set))
    await ready.wait()
    peers = [Peer(f"http://127.0.0.1:{port}", identity=None) for port in ports]
    for peer in peers:
        assert (await peer.post("/", b"here")).body == b"here"
    stop.set()
    await serving
    for port in ports:
        with pytest.raises(ConnectionRefusedError):
            await asyncio.open_connection("127.0.0.1", port)
    for peer in peers:
        await peer.close()


async def test_a_request_under_way_is_finished_before_the_port_closes() -> None:
    """A deployment must not cut a payment in half."""
    under_way, go_on = asyncio.Event(), asyncio.Event()

    async def slow(scope: Scope, receive: Receive, send: Send) -> None:
        under_way.set()
        await go_on.wait()
        await respond(send, 200, b"done", "text/plain")

    sock = socket.create_server(("127.0.0.1", 0))
    port = sock.getsockname()[1]
    stop, ready = asyncio.Event(), asyncio.Event()
    listener = Listener(name="slow", app=slow, port=port, sock=sock)
    serving = asyncio.create_task(serve([listener], stop=stop, ready=ready.set))
    await ready.wait()
    peer = Peer(f"http://127.0.0.1:{port}", identity=None)
    reply = asyncio.create_task(peer.get("/"))
    await under_way.wait()
    stop.set()
    go_on.set()
    assert (await reply).body == b"done"
    await serving
    await peer.close()


async def test_a_peer_that_never_says_goodbye_does_not_hold_up_the_stop(
    house_keys: Keyring,
) -> None:
    """TLS connections are closed from our side after a short wait."""
    sock = socket.create_server(("127.0.0.1", 0))
    port = sock.getsockname()[1]
    stop, ready = asyncio.Event(), asyncio.Event()
    listener = Listener(
        name="acs", app=echo, port=port, sock=sock, tls=house_keys.server_tls("acs")
    )
    serving = asyncio.create_task(serve([listener], stop=stop, ready=ready.set))
    await ready.wait()
    silent = socket.create_connection(("127.0.0.1", port))
    stop.set()
    await asyncio.wait_for(serving, 30)
    silent.close()


async def test_a_taken_port_is_named() -> None:
    """The person who starts the house must know which port, for what, and what to do."""
    with socket.create_server(("127.0.0.1", 0)) as holder:
        port = holder.getsockname()[1]
        listener = Listener(name="directory", app=echo, port=port)
        with pytest.raises(PortTaken, match=rf"port {port} .* for directory, .*another port"):
            await serve([listener], stop=asyncio.Event(), ready=lambda: None)


async def test_nothing_is_served_when_one_of_the_ports_is_taken() -> None:
    """Half a house answers half the purchases."""
    with socket.create_server(("127.0.0.1", 0)) as holder, socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
        listeners = [
            Listener(name="vault", app=echo, port=port, sock=free),
            Listener(name="acs", app=echo, port=holder.getsockname()[1]),
        ]
        with pytest.raises(PortTaken):
            await serve(listeners, stop=asyncio.Event(), ready=lambda: None)
        with pytest.raises(ConnectionRefusedError):
            await asyncio.open_connection("127.0.0.1", port)


async def test_an_application_that_fails_answers_500_and_the_server_lives(
    serving: Serving,
) -> None:
    """A fault in one request is that request's."""

    async def failing(scope: Scope, receive: Receive, send: Send) -> None:
        raise RuntimeError("a bug")

    async with serving(failing) as port:
        for _ in range(2):
            answer = await _answer(port, b"GET / HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n")
            assert answer.startswith(b"HTTP/1.1 500 ")
            assert b"a bug" not in answer
