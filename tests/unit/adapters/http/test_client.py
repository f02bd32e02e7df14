"""The client says what it knows: reached or not, in time or not, and never more than it may read."""

import asyncio
import socket
import ssl
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager, suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st
from litestar.types import Receive, Scope, Send

from sekisho.adapters.http.client import Peer, ReplyTooLarge, TimedOut
from sekisho.adapters.http.exchange import Exchanges
from sekisho.adapters.http.raw import read_body, respond
from sekisho.adapters.keys import Keyring
from sekisho.kernel.errors import Misuse, Unreachable

Serving = Callable[..., AbstractAsyncContextManager[int]]


PIECES = (
    b"HTTP/1.1 200 OK\r\n", b"HTTP/1.1 100 Go\r\n\r\n", b"content-length: 5\r\n", b"\r\n", b"hello",
    b"transfer-encoding: chunked\r\n", b"5\r\nhello\r\n", b"0\r\n\r\n", b"content-length: 60\r\n", b"x" * 60,
)  # fmt: skip


def _peer(port: int, **settings: float | int) -> Peer:
    return Peer(f"http://127.0.0.1:{port}/base", identity=None, **settings)  # type: ignore[arg-type]  # numbers of either kind


def _free_port() -> int:
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        port: int = sock.getsockname()[1]
        return port


async def test_a_reply_is_given_whatever_its_status(serving: Serving) -> None:
    """What a status means is the caller's to say."""

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        assert scope["type"] == "http"  # type: ignore[comparison-overlap]  # litestar's enum is a str
        said = b"|".join(
            (scope["method"].encode(), scope["path"].encode(), await read_body(receive))
        )
        await respond(send, 409, said, "text/plain", ((b"x-id", b"1"), (b"x-id", b"2")))

    async with serving(app) as port:
        peer = _peer(port)
        posted = await peer.post("/orders", b"{}", headers={"Idempotency-Key": "k"})
        assert (posted.status, posted.body) == (409, b"POST|/base/orders|{}")
        assert posted.headers["X-ID"] == "1, 2"
        assert (await peer.get("/orders?x=%2F")).body == b"GET|/base/orders|"
        assert (await peer.send("PATCH", "/orders/1", b"p")).body == b"PATCH|/base/orders/1|p"
        await peer.close()


async def test_fixed_headers_go_with_every_request(serving: Serving) -> None:
    """An API key is given once, at wiring."""

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        names = dict(scope["headers"])
        await respond(
            send,
            200,
            names[b"apikey"] + b" " + names.get(b"accept-encoding", b"none"),
            "text/plain",
        )

    async with serving(app) as port:
        peer = Peer(f"http://127.0.0.1:{port}", identity=None, headers={"APIKey": "k1"})
        assert (await peer.get("/")).body == b"k1 none"
        await peer.close()


async def test_nobody_listening_is_unreachable() -> None:
    """Connecting was tried twice; nothing was sent."""
    peer = _peer(_free_port())
    with pytest.raises(Unreachable, match="could not be reached"):
        await peer.post("/", b"{}")
    await peer.close()


async def test_a_failed_connection_is_tried_once_more(
    serving: Serving, house_keys: Keyring
) -> None:
    """A peer that restarts is back within the moment; nothing was sent, so nothing is repeated."""
    tries = 0

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        await respond(send, 200, b"", "text/plain")

    async with serving(app, tls=house_keys.server_tls("acs")) as port:

        async def cut_the_first(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            nonlocal tries
            tries += 1
            if tries > 1:
                onward = await asyncio.open_connection("127.0.0.1", port)
                await asyncio.gather(_pipe(reader, onward[1]), _pipe(onward[0], writer))
            writer.close()

        between = await asyncio.start_server(cut_the_first, "127.0.0.1", 0)
        async with between:
            address = f"https://127.0.0.1:{between.sockets[0].getsockname()[1]}"
            peer = Peer(address, identity=house_keys.client_tls("directory"))
            assert (await peer.get("/")).status == 200
            assert tries == 2
            await peer.close()


async def _pipe(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while octets := await reader.read(65536):
        writer.write(octets)
    writer.close()


async def test_a_peer_that_does_not_answer_timed_out(serving: Serving) -> None:
    """It may have acted: not the same as not reached."""
    asked = asyncio.Event()

    async def silent(scope: Scope, receive: Receive, send: Send) -> None:
        asked.set()
        while (await receive())["type"] != "http.disconnect":
            pass

    async with serving(silent) as port:
        peer = _peer(port, read_s=0.05)
        with pytest.raises(TimedOut):
            await peer.post("/", b"{}")
        assert asked.is_set()
        await peer.close()


async def test_a_peer_that_trickles_timed_out_too(serving: Serving) -> None:
    """Each octet renews the socket's patience, not ours."""

    async def trickling(scope: Scope, receive: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": []})
        gone = asyncio.ensure_future(receive())
        while not gone.done() or gone.result()["type"] != "http.disconnect":
            await send({"type": "http.response.body", "body": b".", "more_body": True})
            await asyncio.wait([gone], timeout=0.01)
            if gone.done() and gone.result()["type"] == "http.request":
                gone = asyncio.ensure_future(receive())

    async with serving(trickling) as port:
        peer = _peer(port, connect_s=0.05, read_s=0.05)
        with pytest.raises(TimedOut):
            await peer.get("/")
        await peer.close()


async def test_a_call_may_have_its_own_patience(serving: Serving) -> None:
    """An AReq may take longer than a look-up."""
    answer = asyncio.Event()

    async def slow(scope: Scope, receive: Receive, send: Send) -> None:
        await answer.wait()
        await respond(send, 200, b"late", "text/plain")

    async with serving(slow) as port:
        peer = _peer(port, read_s=0.01)
        call = asyncio.create_task(peer.get("/", read_s=30))
        await asyncio.wait([call], timeout=0.1)
        answer.set()
        assert (await call).body == b"late"
        await peer.close()


@pytest.mark.parametrize("chunked", [False, True])
async def test_a_reply_too_long_is_not_read(serving: Serving, *, chunked: bool) -> None:
    """A peer must not fill our memory, with a declared length or without."""

    async def vast(scope: Scope, receive: Receive, send: Send) -> None:
        headers = [] if chunked else [(b"content-length", b"5000000")]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        for left in range(49, -1, -1):
            await send(
                {"type": "http.response.body", "body": b"x" * 100_000, "more_body": left > 0}
            )

    async with serving(vast) as port:
        peer = _peer(port, reply_bytes_max=10_000)
        with pytest.raises(ReplyTooLarge, match="more than 10000 bytes"):
            await peer.get("/")
        await peer.close()


async def test_redirects_are_not_followed(serving: Serving) -> None:
    """A peer must not send our request, its body and our key, somewhere else."""

    async def elsewhere(scope: Scope, receive: Receive, send: Send) -> None:
        await respond(send, 307, b"", "text/plain", ((b"location", b"http://127.0.0.1:1/"),))

    async with serving(elsewhere) as port:
        peer = _peer(port)
        assert (await peer.post("/", b"{}")).status == 307
        await peer.close()


async def test_cookies_are_not_kept(serving: Serving) -> None:
    """Peers hold no sessions."""

    async def baker(scope: Scope, receive: Receive, send: Send) -> None:
        sent = dict(scope["headers"]).get(b"cookie", b"none")
        await respond(send, 200, sent, "text/plain", ((b"set-cookie", b"a=b"),))

    async with serving(baker) as port:
        peer = _peer(port)
        await peer.get("/")
        assert (await peer.get("/")).body == b"none"
        await peer.close()


async def test_connections_are_used_again(serving: Serving) -> None:
    """A mutual-TLS handshake costs as much as twenty requests."""
    callers = set()

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        callers.add(scope.get("client"))
        await respond(send, 200, b"", "text/plain")

    async with serving(app) as port:
        peer = _peer(port)
        for _ in range(5):
            await peer.get("/")
        assert len(callers) == 1
        await peer.close()


async def test_a_connection_cut_in_the_middle_is_unreachable() -> None:
    """The request was sent, so it is not sent again: whether the peer acted is not known."""
    requests = 0

    async def cutting(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal requests
        await reader.readuntil(b"\r\n\r\n")
        requests += 1
        writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nhalf")
        writer.close()

    server = await asyncio.start_server(cutting, "127.0.0.1", 0)
    async with server:
        peer = _peer(server.sockets[0].getsockname()[1])
        with pytest.raises(Unreachable):
            await peer.post("/", b"")
        assert requests == 1
        await peer.close()


@pytest.mark.parametrize(
    "garbage", [b"\x00\x01\x02\r\n\r\n", b"SSH-2.0-x\r\n", b"HTTP/1.1 abc\r\n\r\n"]
)
async def test_a_peer_that_does_not_speak_http_is_unreachable(garbage: bytes) -> None:
    """Whatever the bytes, one family of errors."""

    async def noisy(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(garbage)
        writer.close()

    server = await asyncio.start_server(noisy, "127.0.0.1", 0)
    async with server:
        peer = _peer(server.sockets[0].getsockname()[1])
        with pytest.raises(Unreachable):
            await peer.get("/")
        await peer.close()


@pytest.mark.parametrize(
    ("said", "status", "body"),
    [
        (b"HTTP/1.1 200 OK\r\n\r\nuntil the end", 200, b"until the end"),
        (b"HTTP/1.0 200 OK\r\ncontent-length: 2\r\n\r\nok", 200, b"ok"),
        (b"HTTP/1.1 103 Early\r\nlink: x\r\n\r\nHTTP/1.1 201 C\r\ncontent-length: 1\r\n\r\nx", 201, b"x"),
        (b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n2\r\nab\r\n0\r\n\r\n", 200, b"ab"),
        (b"HTTP/1.1 204 None\r\n\r\n", 204, b""),
    ],
)  # fmt: skip
async def test_every_way_to_end_a_reply_is_understood(
    said: bytes, status: int, body: bytes
) -> None:
    """With a length, in chunks, by closing, or after a word in advance."""
    async with _saying(said) as port:
        peer = _peer(port)
        reply = await peer.get("/")
        assert (reply.status, reply.body) == (status, body)
        assert "link" not in reply.headers
        await peer.close()


async def test_a_reply_that_nobody_asked_for_does_not_answer_the_next_request() -> None:
    """What comes behind a reply, or between requests, ends the connection (response splitting)."""
    extra = b"HTTP/1.1 200 OK\r\ncontent-length: 6\r\n\r\nforged"
    async with _saying(b"HTTP/1.1 200 OK\r\ncontent-length: 4\r\n\r\ntrue" + extra) as port:
        peer = _peer(port)
        for _ in range(3):
            assert (await peer.get("/")).body == b"true"
        await peer.close()


async def test_headers_without_end_are_not_read() -> None:
    """A head that grows for ever fills no memory."""

    async def endless(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 200 OK\r\n")
        with suppress(ConnectionError):
            while True:
                writer.write(b"x-more: " + b"y" * 4000 + b"\r\n")
                await writer.drain()
        writer.close()

    async with await asyncio.start_server(endless, "127.0.0.1", 0) as server:
        peer = _peer(server.sockets[0].getsockname()[1])
        with pytest.raises(Unreachable):
            await peer.get("/")
        await peer.close()


@pytest.mark.parametrize(
    ("path", "headers"),
    [
        ("/a b", {}), ("/a\r\nX: y", {}), ("/ä", {}),
        ("/", {"X": "a\r\nY: b"}), ("/", {"X\r\nY": "a"}), ("/", {"X": "ä\0"}), ("/", {"": "a"}),
    ],
)  # fmt: skip
async def test_no_text_of_ours_ends_a_line(path: str, headers: dict[str, str]) -> None:
    """Request splitting: what cannot be a path or a header is not sent at all."""
    peer = _peer(_free_port())
    with pytest.raises(Misuse):
        await peer.get(path, headers=headers)


async def test_a_call_that_is_given_up_leaves_no_connection_behind(serving: Serving) -> None:
    """Its reply must not be taken for the next one's."""
    answer, asked = asyncio.Event(), asyncio.Event()
    callers = []

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        callers.append(scope.get("client"))
        if scope["path"] == "/base/slow":  # type: ignore[typeddict-item]  # http only
            asked.set()
            await answer.wait()
        await respond(send, 200, scope["path"].encode(), "text/plain")  # type: ignore[typeddict-item]  # http only

    async with serving(app) as port:
        peer = _peer(port)
        await peer.get("/first")
        call = asyncio.create_task(peer.get("/slow"))
        await asked.wait()
        call.cancel()
        with pytest.raises(asyncio.CancelledError):
            await call
        answer.set()
        assert (await peer.get("/next")).body == b"/base/next"
        assert callers[0] == callers[1] != callers[2]
        await peer.close()


@asynccontextmanager
async def _saying(said: bytes) -> AsyncIterator[int]:
    """A peer that answers every request with these octets, then closes after the first kind."""

    async def speak(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(said)
        writer.close()

    async with await asyncio.start_server(speak, "127.0.0.1", 0) as server:
        yield server.sockets[0].getsockname()[1]


@given(pieces=st.lists(st.one_of(st.binary(max_size=40), st.sampled_from(PIECES)), max_size=12))
def test_whatever_a_peer_sends_an_exchange_ends(pieces: list[bytes]) -> None:
    """A reply, or one family of errors, and never more octets than we wanted."""

    async def exchange() -> None:
        transport = StoppedTransport()
        exchanges = Exchanges(ended=lambda _: None)
        exchanges.connection_made(transport)
        reply = exchanges.ask(b"GET / HTTP/1.1\r\n\r\n", limit=50)
        for piece in pieces:
            if not transport.is_closing():
                exchanges.data_received(piece)
        exchanges.connection_lost(None)
        assert reply.done()
        error = reply.exception()
        assert isinstance(error, Unreachable) or len(reply.result().body) <= 50
        assert not exchanges.usable

    asyncio.run(exchange())


class StoppedTransport(asyncio.Transport):
    """A transport that goes nowhere."""

    def __init__(self) -> None:
        super().__init__()
        self._closing = False

    def write(self, data: bytes | bytearray | memoryview) -> None:
        """Take the request."""

    def is_closing(self) -> bool:
        return self._closing

    def abort(self) -> None:
        self._closing = True

    close = abort


async def test_messages_name_the_peer_and_nothing_of_the_request() -> None:
    """Addresses carry tokens; an error message ends in logs."""
    port = _free_port()
    peer = _peer(port)
    with pytest.raises(Unreachable) as caught:
        await peer.get("/tokens/secret-token")
    assert f"127.0.0.1:{port}" in str(caught.value)
    assert "secret-token" not in str(caught.value)
    await peer.close()


async def test_a_closed_peer_opens_again(serving: Serving) -> None:
    """Closing twice, or calling after closing, is no fault."""

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        await respond(send, 204, b"", "text/plain")

    async with serving(app) as port:
        peer = _peer(port)
        await peer.close()
        await peer.get("/")
        await peer.close()
        await peer.close()


def test_wrong_wiring_is_misuse() -> None:
    """Found at start, not at the first purchase."""
    unverified = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    unverified.check_hostname = False
    unverified.verify_mode = ssl.CERT_NONE
    good = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    for base_url, identity in [
        ("ftp://x", None), ("https://", None), ("localhost:1", None),
        ("http://localhost:1", good), ("https://localhost:1", unverified),
    ]:  # fmt: skip
        with pytest.raises(Misuse):
            Peer(base_url, identity=identity)
