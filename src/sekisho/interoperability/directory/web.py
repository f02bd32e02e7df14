"""How the world reaches the Directory Server: one address for EMV messages, over mutual TLS.

Bare ASGI: every authentication passes here, and an Erro too is HTTP status 200.
"""

from typing import Final

from litestar.enums import ScopeType
from litestar.types import ASGIApp, Receive, Scope, Send

from sekisho.adapters.http.peers import peer_name
from sekisho.adapters.http.raw import BodyCut, BodyTooLarge, read_body, respond
from sekisho.interoperability.directory.service import Directory, too_large
from sekisho.protocol.codec import APP_MESSAGE_BYTES_MAX

JSON: Final = "application/json; charset=utf-8"
TEXT: Final = "text/plain; charset=utf-8"


def peers(directory: Directory) -> ASGIApp:
    """The mutual-TLS port: AReq and PReq from 3DS Servers, RReq from ACSs, at `/3ds`."""

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != ScopeType.HTTP:
            return
        if scope["path"] != "/3ds":
            await respond(send, 404, b"no such address", TEXT)
            return
        if scope["method"] != "POST":
            await respond(send, 405, b"POST only", TEXT, ((b"allow", b"POST"),))
            return
        try:
            body = await read_body(receive, limit=APP_MESSAGE_BYTES_MAX)
        except BodyTooLarge:
            await respond(send, 413, too_large(), JSON)
            return
        except BodyCut:
            return  # nobody is left to answer
        await respond(send, 200, await directory.receive(peer_name(scope), body), JSON)

    return app
