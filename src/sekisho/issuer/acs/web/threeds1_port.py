"""The mutual-TLS port's address for 1.0.2: a VEReq comes in, a VERes or an Error goes out."""

from typing import Final

from litestar.enums import ScopeType
from litestar.types import ASGIApp, HTTPScope, Receive, Scope, Send

from sekisho.adapters.http.emv import TEXT, posted_message
from sekisho.adapters.http.peers import peer_name
from sekisho.adapters.http.raw import respond
from sekisho.issuer.acs.service.threeds1 import BYTES_MAX, OldAcs, too_large
from sekisho.issuer.acs.web.peers import gave_up

PATH: Final = "/3ds1"
DOCUMENT: Final = "application/xml; charset=utf-8"


def with_threeds1(app: ASGIApp, old: OldAcs | None) -> ASGIApp:
    """Put the address in front of what the port serves otherwise; without 1.0.2, nothing."""
    if old is None:
        return app
    spoken = old

    async def port(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == ScopeType.HTTP and scope["path"] == PATH:
            await _document(spoken, scope, receive, send)
        else:
            await app(scope, receive, send)

    return port


async def _document(old: OldAcs, scope: HTTPScope, receive: Receive, send: Send) -> None:
    body = await posted_message(scope, receive, send, limit=BYTES_MAX, too_large=too_large)
    if body is None:
        return
    answer = await old.receive(peer_name(scope), body)
    if answer is not None:
        await respond(send, 200, answer, DOCUMENT)
    elif not await gave_up(receive, within_s=old.settings.silence_s):
        await respond(send, 504, b"", TEXT)
