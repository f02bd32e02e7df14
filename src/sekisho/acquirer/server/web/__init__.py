"""How the world reaches the 3DS Server: the raw EMV API, and results over mutual TLS.

Bare ASGI: both lie on the hot path of every purchase, and their answers are EMV messages with
HTTP status 200 even where they say what was wrong (protocol.md section 1).
"""

from collections.abc import Awaitable, Callable

from litestar.enums import ScopeType
from litestar.types import ASGIApp, HTTPScope, Receive, Scope, Send

from sekisho.acquirer.server.model import Requestor
from sekisho.acquirer.server.service import Server, StillAsking, too_large
from sekisho.acquirer.server.service.threeds1 import PlugIn
from sekisho.acquirer.server.web.threeds1 import PlugInApi
from sekisho.adapters.http.emv import MESSAGE, TEXT, identifiers, posted_message
from sekisho.adapters.http.peers import peer_name
from sekisho.adapters.http.raw import respond
from sekisho.protocol.codec import APP_MESSAGE_BYTES_MAX

Call = Callable[[Requestor, bytes], Awaitable[bytes]]


def site(server: Server, plug_in: PlugIn | None = None) -> ASGIApp:
    """The raw EMV API for programs: by API key, one address for each question.

    With a merchant plug-in, /mpi/enrolment and /mpi/result of 3-D Secure 1.0.2 as well.
    """
    old = None if plug_in is None else PlugInApi(plug_in)
    calls: dict[str, Call] = {
        "/preauth": server.preauth,
        "/auth": server.auth,
        "/postauth": server.postauth,
        "/spc": server.spc,
        "/optout": server.optout,
    }

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != ScopeType.HTTP:
            return
        call = calls.get(scope["path"])
        if old is not None and old.knows(scope["path"]):
            await _call_old(server, old, scope, receive, send)
        elif call is None:
            await respond(send, 404, b"no such address", TEXT)
        else:
            await _call(server, call, scope, receive, send)

    return app


def peers(server: Server, plug_in: PlugIn | None = None) -> ASGIApp:
    """The mutual-TLS port: what Directory Servers send, the raw EMV API for the gateway."""
    programs = site(server, plug_in)

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != ScopeType.HTTP:
            return
        path = scope["path"]
        if path == "/3ds":
            await _message(server, scope, receive, send)
        elif path.startswith("/3dss/"):
            scope["path"] = path.removeprefix("/3dss")
            await programs(scope, receive, send)
        else:
            await respond(send, 404, b"no such address", TEXT)

    return app


async def _call(server: Server, call: Call, scope: HTTPScope, receive: Receive, send: Send) -> None:
    requestor = server.requestor_of(_header(scope, b"apikey"))
    if requestor is None:
        await respond(send, 401, b"invalid API key", TEXT)
        return
    body = await posted_message(
        scope, receive, send, limit=APP_MESSAGE_BYTES_MAX, too_large=too_large
    )
    if body is None:
        return
    try:
        answer = await call(requestor, body)
    except StillAsking as busy:
        await respond(send, 503, busy.erro, MESSAGE, ((b"retry-after", b"1"),))
        return
    await respond(send, 200, answer, MESSAGE)


async def _call_old(
    server: Server, old: PlugInApi, scope: HTTPScope, receive: Receive, send: Send
) -> None:
    requestor = server.requestor_of(_header(scope, b"apikey"))
    if requestor is None:
        await respond(send, 401, b"invalid API key", TEXT)
        return
    await old.serve(requestor, scope, receive, send)


async def _message(server: Server, scope: HTTPScope, receive: Receive, send: Send) -> None:
    body = await posted_message(
        scope, receive, send, limit=APP_MESSAGE_BYTES_MAX, too_large=too_large
    )
    if body is not None:
        answer = await server.receive(peer_name(scope), body)
        await respond(
            send, 200, answer, MESSAGE, identifiers(scope, answer, ours=b"threeDSServerTransID")
        )


def _header(scope: HTTPScope, name: bytes) -> str | None:
    for key, value in scope["headers"]:
        if key == name:
            return value.decode("latin-1")
    return None
