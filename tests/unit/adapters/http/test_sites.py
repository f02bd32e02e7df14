"""Sites are told apart by host, applications by path, and no site answers to a strange name."""

import asyncio
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from litestar.types import ASGIApp, Receive, Scope, Send

from sekisho.adapters.http.client import Peer, Reply
from sekisho.adapters.http.raw import read_body, respond
from sekisho.adapters.http.sites import Paths, Sites, mount_of
from sekisho.kernel.errors import Misuse

Serving = Callable[..., AbstractAsyncContextManager[int]]


def teller(name: str) -> ASGIApp:
    """An application that answers with its name, its root and the path it sees."""

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        said = f"{name} {mount_of(scope) or '-'} {scope['path']}"
        await respond(send, 200, said.encode(), "text/plain")

    return app


PAY = Paths({"/": teller("gateway"), "/vault": teller("vault")})
SITES = Sites(
    {"shop.localhost": teller("shop"), "pay.localhost": PAY},
    prefixes={"/pay": PAY, "/3dss": teller("server"), "/3dss/deep": teller("deep")},
)


async def ask(app: ASGIApp, path: str, *hosts: str) -> tuple[int, str]:
    """Send one request through an application; give status and body."""
    sent: list[Any] = []
    scope: Any = {
        "type": "http",
        "method": "GET",
        "path": path,
        "raw_path": path.encode(),
        "query_string": b"",
        "headers": [(b"host", host.encode()) for host in hosts],
    }

    async def receive() -> Any:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: Any) -> None:
        sent.append(message)

    await app(scope, receive, send)
    return sent[0]["status"], sent[1]["body"].decode()


@pytest.mark.parametrize(
    ("host", "path", "answer"),
    [
        ("shop.localhost:8080", "/cart", "shop - /cart"),
        ("SHOP.localhost", "/", "shop - /"),
        ("shop.localhost.", "/", "shop - /"),
        ("pay.localhost:8080", "/api/v2/payments", "gateway - /api/v2/payments"),
        ("pay.localhost:8080", "/vault/js/x.js", "vault /vault /js/x.js"),
        ("pay.localhost:8080", "/vault", "vault /vault /"),
        ("pay.localhost:8080", "/vaults", "gateway - /vaults"),
        ("localhost:8080", "/pay/oauth2/token", "gateway /pay /oauth2/token"),
        ("localhost:8080", "/pay/vault/tokens", "vault /pay/vault /tokens"),
        ("127.0.0.1:8080", "/3dss/auth", "server /3dss /auth"),
        ("[::1]:8080", "/3dss/auth", "server /3dss /auth"),
        ("localhost", "/3dss/deep/x", "deep /3dss/deep /x"),
        ("localhost", "/3dss/pay/pay", "server /3dss /pay/pay"),
    ],
)
async def test_a_request_reaches_its_application(host: str, path: str, answer: str) -> None:
    """Each sees paths from its own root and knows what was taken away."""
    assert await ask(SITES, path, host) == (200, answer)


@pytest.mark.parametrize(
    "hosts",
    [("evil.example",), ("shop.localhost.evil.example",), (), ("shop.localhost", "pay.localhost"), ("",)],
)  # fmt: skip
async def test_a_strange_host_is_misdirected(hosts: tuple[str, ...]) -> None:
    """DNS rebinding: a page of another name must not become the same origin as ours."""
    status, text = await ask(SITES, "/", *hosts)
    assert status == 421
    assert "shop.localhost" in text


async def test_a_path_that_is_nobodys_is_not_found() -> None:
    """On the plain host there is nothing but prefixes."""
    assert (await ask(SITES, "/", "localhost"))[0] == 404


@given(st.text("/abpyv3ds.%", max_size=20).map("/{}".format))
async def test_no_path_leaves_its_prefix(path: str) -> None:
    """Prefix and remaining path always make the whole path again."""
    status, text = await ask(SITES, path, "localhost")
    if status == 200:
        _, root, rest = text.split(" ")
        assert root + rest in {path, path + "/"}


@pytest.mark.parametrize("path", ["pay", "", "//pay", "/pay?x"])
def test_a_prefix_that_is_none_is_misuse(path: str) -> None:
    """Found at start."""
    with pytest.raises(Misuse):
        Paths({path: teller("x")})


def test_two_applications_under_one_prefix_are_misuse() -> None:
    """One would never answer."""
    with pytest.raises(Misuse):
        Paths({"/pay": teller("x"), "/pay/": teller("y")})


async def _post(port: int, body: bytes, path: str = "/") -> Reply:
    peer = Peer(f"http://localhost:{port}", identity=None)
    try:
        return await peer.post(path, body)
    finally:
        await peer.close()


async def test_default_headers_stand_on_every_answer(serving: Serving) -> None:
    """Also on refusals; an application that says otherwise is right."""

    async def own_words(scope: Scope, receive: Receive, send: Send) -> None:
        await respond(send, 200, b"", "text/plain", ((b"Referrer-Policy", b"no-referrer"),))

    async with serving(Sites({}, prefixes={"/a": teller("a"), "/own": own_words})) as port:
        for path, policy in (
            ("/a", "strict-origin"),
            ("/b", "strict-origin"),
            ("/own", "no-referrer"),
        ):
            reply = await _post(port, b"", path)
            assert reply.headers["X-Content-Type-Options"] == "nosniff"
            assert reply.headers["Referrer-Policy"] == policy
            assert "publickey-credentials-get=*" in reply.headers["Permissions-Policy"]


async def test_ten_megabytes_are_refused_before_the_application_is_called(
    serving: Serving,
) -> None:
    """The declared length is enough to say no."""
    called = False

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        nonlocal called
        called = True

    async with serving(Sites({}, prefixes={"/": app})) as port:
        reply = await _post(port, b"x" * 10_000_000)
    assert reply.status == 413
    assert b"longer than" in reply.body
    assert not called


async def test_a_body_of_undeclared_length_is_counted(serving: Serving) -> None:
    """Chunks hide the length; the application gets no more than the limit and 413 goes out."""
    seen = 0

    async def greedy(scope: Scope, receive: Receive, send: Send) -> None:
        nonlocal seen
        while True:
            message = await receive()
            if message["type"] != "http.request":
                raise RuntimeError("the sender went away")
            seen += len(message["body"])
            if not message["more_body"]:
                await respond(send, 200, b"", "text/plain")
                return

    async with serving(Sites({}, prefixes={"/": greedy}, body_limit=1000)) as port:
        small = await _chunked(port, [b"x" * 500] * 2)
        assert small.startswith(b"HTTP/1.1 200 ")
        assert seen == 1000
        large = await _chunked(port, [b"x" * 500] * 400)
        in_one_piece = await _chunked(port, [b"x" * 1001])
    assert large.startswith(b"HTTP/1.1 413 ")
    assert in_one_piece.startswith(b"HTTP/1.1 413 ")
    assert seen <= 3000


async def test_whoever_asks_before_sending_a_large_body_is_told_at_once(serving: Serving) -> None:
    """`Expect: 100-continue`: the refusal comes in place of the invitation."""
    async with serving(SITES) as port:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(
            b"POST /pay HTTP/1.1\r\nhost: localhost\r\ncontent-length: 10000000\r\n"
            b"expect: 100-continue\r\n\r\n"
        )
        answer = await reader.read()
        writer.close()
    assert answer.startswith(b"HTTP/1.1 413 ")


async def _chunked(port: int, pieces: list[bytes]) -> bytes:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(
        b"POST / HTTP/1.1\r\nhost: localhost\r\ntransfer-encoding: chunked\r\nconnection: close\r\n\r\n"
    )
    for piece in pieces:
        writer.write(b"%x\r\n%s\r\n" % (len(piece), piece))
        await writer.drain()
    writer.write(b"0\r\n\r\n")
    answer = await reader.read()
    writer.close()
    return answer


async def test_a_fault_of_the_application_is_not_taken_for_a_large_body(serving: Serving) -> None:
    """Only the refusal itself hides what the application thinks of it."""

    async def failing(scope: Scope, receive: Receive, send: Send) -> None:
        await read_body(receive)
        raise RuntimeError("a bug")

    async with serving(Sites({}, prefixes={"/": failing})) as port:
        answer = await _chunked(port, [b"x"])
    assert answer.startswith(b"HTTP/1.1 500 ")
