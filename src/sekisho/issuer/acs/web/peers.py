"""The mutual-TLS port: AReqs from the Directory Server at `/3ds`, the bank's app's answers at `/prompts/…`.

Bare ASGI: every authentication passes here, and an Erro too is HTTP status 200.
"""

import asyncio

from litestar.enums import ScopeType
from litestar.types import ASGIApp, Receive, Scope, Send

from sekisho.adapters.http.emv import MESSAGE, TEXT, identifiers, posted_message
from sekisho.adapters.http.peers import peer_name
from sekisho.adapters.http.raw import respond
from sekisho.issuer.acs.service import Acs, too_large
from sekisho.issuer.acs.web.prompt_answers import PROMPTS, take_answer
from sekisho.protocol.codec import APP_MESSAGE_BYTES_MAX


def peers(acs: Acs) -> ASGIApp:
    """Build the application that stands behind mutual TLS."""

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != ScopeType.HTTP:
            return
        if scope["path"].startswith(PROMPTS):
            await take_answer(acs, scope, receive, send)
            return
        if scope["path"] != "/3ds":
            await respond(send, 404, b"no such address", TEXT)
            return
        body = await posted_message(
            scope, receive, send, limit=APP_MESSAGE_BYTES_MAX, too_large=too_large
        )
        if body is None:
            return
        answer = await acs.receive(peer_name(scope), body)
        if answer is not None:
            ids = identifiers(scope, answer, ours=b"acsTransID")
            await respond(send, 200, answer, MESSAGE, ids)
        elif not await gave_up(receive, within_s=acs.settings.silence_s):
            await respond(send, 504, b"", TEXT)

    return app


async def gave_up(receive: Receive, *, within_s: float) -> bool:
    """Say nothing until the peer hangs up, or until it was silent for as long as we hold on."""
    try:
        async with asyncio.timeout(within_s):
            while (await receive())["type"] != "http.disconnect":
                pass
    except TimeoutError:
        return False
    return True
