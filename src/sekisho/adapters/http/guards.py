"""What stands around every site: a limit on bodies, and headers that close what nobody opened."""

from typing import Final

from litestar.enums import ScopeType
from litestar.types import (
    ASGIApp,
    HTTPDisconnectEvent,
    HTTPReceiveMessage,
    HTTPScope,
    Message,
    Receive,
    Scope,
    Send,
)

from sekisho.adapters.http.raw import BODY_BYTES_MAX

TEXT: Final = "text/plain; charset=utf-8"

DEFAULT_HEADERS: Final = (
    (b"x-content-type-options", b"nosniff"),
    # The origin still goes along: whoever takes a cross-site post wants to know whose it is.
    (b"referrer-policy", b"strict-origin"),
    (
        b"permissions-policy",
        # Frames of banks ask for passkeys and payment confirmation through our pages.
        (
            b"publickey-credentials-get=*, publickey-credentials-create=*, payment=*, "
            b"camera=(), geolocation=(), microphone=(), usb=()"
        ),
    ),
)
"""Set on every response that does not say otherwise."""


def with_security_headers(app: ASGIApp) -> ASGIApp:
    """Wrap an application so that every response carries the default security headers."""

    async def guarded(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != ScopeType.HTTP:
            return

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                said = {name.lower() for name, _ in message["headers"]}
                missing = [pair for pair in DEFAULT_HEADERS if pair[0] not in said]
                message["headers"] = [*message["headers"], *missing]
            await send(message)

        await app(scope, receive, send_with_headers)

    return guarded


def with_body_limit(app: ASGIApp, *, limit: int = BODY_BYTES_MAX) -> ASGIApp:
    """Wrap an application so that a longer body is answered with 413 and never kept in memory.

    A declared length is refused before the application is called. A body without one (chunked) is
    counted as it comes; past the limit the application is told that the sender went away, and
    whatever it says after that is replaced by the 413.
    """

    async def guarded(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != ScopeType.HTTP:
            return
        declared = _declared_length(scope)
        if declared is None:
            await _counted(app, scope, receive, send, limit)
        elif declared > limit:
            await _refuse(scope, receive, send, limit, more_comes=True)
        else:
            # The server's parser holds a body to its declared length: no need to count again.
            await app(scope, receive, send)

    return guarded


async def _counted(
    app: ASGIApp, scope: HTTPScope, receive: Receive, send: Send, limit: int
) -> None:
    size = 0
    started = False
    too_large = False
    ended = False

    async def counting() -> HTTPReceiveMessage:
        nonlocal size, too_large, ended
        if too_large:
            return GONE
        message = await receive()
        if message["type"] == "http.request":
            size += len(message["body"])
            too_large = size > limit
            ended = not message["more_body"]
        return GONE if too_large else message  # type: ignore[return-value]  # HTTP scopes only

    async def unless_refused(message: Message) -> None:
        nonlocal started
        if too_large and not started:
            return
        started = True
        await send(message)

    try:
        await app(scope, counting, unless_refused)
    except Exception:
        if not too_large or started:
            raise
        # What the application thinks of a body cut short does not matter: the refusal says why.
    if too_large and not started:
        await _refuse(scope, receive, send, limit, more_comes=not ended)


GONE: Final[HTTPDisconnectEvent] = {"type": "http.disconnect"}


def _declared_length(scope: HTTPScope) -> int | None:
    """Read `Content-Length`; a request with neither length nor chunks has no body."""
    chunked = False
    for name, value in scope["headers"]:
        if name == b"content-length":
            # The parser has refused anything but digits, and two lengths that differ.
            return int(value)
        chunked = chunked or name == b"transfer-encoding"
    return None if chunked else 0


async def _refuse(
    scope: HTTPScope, receive: Receive, send: Send, limit: int, *, more_comes: bool
) -> None:
    """Answer at once, then let the rest of the body pass by unread.

    To close the connection on a sender in the middle of its body would make it lose the answer: the
    reset overtakes what it has not read yet. How long that may take is the server's to limit.
    """
    body = f"the body is longer than {limit} bytes, the most that is read here".encode()
    waits = any(name == b"expect" for name, _ in scope["headers"])
    headers = [
        (b"content-type", TEXT.encode()),
        (b"content-length", str(len(body)).encode()),
        *([(b"connection", b"close")] if waits else []),
    ]
    await send({"type": "http.response.start", "status": 413, "headers": headers})
    if more_comes and not waits:
        # Whoever asked first (Expect: 100-continue) has sent nothing and will send nothing.
        await send({"type": "http.response.body", "body": body, "more_body": True})
        await _pass_by(receive)
        body = b""
    await send({"type": "http.response.body", "body": body, "more_body": False})


async def _pass_by(receive: Receive) -> None:
    while True:
        message = await receive()
        if message["type"] != "http.request" or not message["more_body"]:
            return
