"""The address for 3-D Secure 1.0.2: a document in, a document out; an Error too is HTTP status 200."""

from litestar.types import HTTPScope, Receive, Send

from sekisho.adapters.http.emv import posted_message
from sekisho.adapters.http.peers import peer_name
from sekisho.adapters.http.raw import respond
from sekisho.interoperability.directory.service.threeds1 import BYTES_MAX, ThreeDS1, too_large

DOCUMENT = "application/xml; charset=utf-8"


async def threeds1_message(
    threeds1: ThreeDS1, scope: HTTPScope, receive: Receive, send: Send
) -> None:
    """Take a VEReq or a CRReq and send the answer."""
    body = await posted_message(scope, receive, send, limit=BYTES_MAX, too_large=too_large)
    if body is not None:
        await respond(send, 200, await threeds1.receive(peer_name(scope), body), DOCUMENT)
