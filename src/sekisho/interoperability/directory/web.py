"""How the world reaches the Directory Server: one address for EMV messages, over mutual TLS.

Bare ASGI: every authentication passes here, and an Erro too is HTTP status 200.
"""

from litestar.enums import ScopeType
from litestar.types import ASGIApp, Receive, Scope, Send

from sekisho.adapters.http.emv import MESSAGE, TEXT, posted_message
from sekisho.adapters.http.peers import peer_name
from sekisho.adapters.http.raw import respond
from sekisho.interoperability.directory.service import Directory, too_large
from sekisho.protocol.codec import APP_MESSAGE_BYTES_MAX


def peers(directory: Directory) -> ASGIApp:
    """The mutual-TLS port: AReq and PReq from 3DS Servers, RReq from ACSs, at `/3ds`."""

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != ScopeType.HTTP:
            return
        if scope["path"] != "/3ds":
            await respond(send, 404, b"no such address", TEXT)
            return
        body = await posted_message(
            scope, receive, send, limit=APP_MESSAGE_BYTES_MAX, too_large=too_large
        )
        if body is not None:
            answer = await directory.receive(peer_name(scope), body)
            await respond(send, 200, answer, MESSAGE)

    return app
