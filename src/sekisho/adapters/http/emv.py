"""The address where EMV 3DS messages are posted: the same for 3DS Server, Directory Server and ACS.

Bare ASGI, since every authentication passes through such addresses, and HTTP status 200 for an Erro
too (protocol.md section 1).
"""

import re
from collections.abc import Callable
from typing import Final

from litestar.types import HTTPScope, Receive, Send

from sekisho.adapters.http.raw import BodyCut, BodyTooLarge, HeaderPairs, read_body, respond

MESSAGE: Final = "application/json; charset=utf-8"
TEXT: Final = "text/plain; charset=utf-8"

_NEWEST: Final = b'"messageVersion":"2.3.1"'
_UUID: Final = re.compile(rb"[0-9A-Fa-f-]{36}")


async def posted_message(
    scope: HTTPScope, receive: Receive, send: Send, *, limit: int, too_large: Callable[[], bytes]
) -> bytes | None:
    """Read the message that was posted; None when there is none and the sender has its answer.

    `too_large` makes the Erro for a body of more than `limit` octets.
    """
    if scope["method"] != "POST":
        await respond(send, 405, b"POST only", TEXT, ((b"allow", b"POST"),))
        return None
    try:
        return await read_body(receive, limit=limit)
    except BodyTooLarge:
        await respond(send, 413, too_large(), MESSAGE)
    except BodyCut:
        pass  # nobody is left to answer
    return None


def identifiers(scope: HTTPScope, answer: bytes, *, ours: bytes) -> HeaderPairs:
    """Give the headers of 2.3.1: the request's own identifier back, and ours (section 1).

    `ours` is the name of the element that identifies the answer's sender.
    """
    if _NEWEST not in answer:
        return ()
    asked = next((value for name, value in scope["headers"] if name == b"x-request-id"), b"")
    _, _, after = answer.partition(b'"' + ours + b'":"')
    found = _UUID.match(after)
    return (
        *(((b"x-request-id", asked),) if _UUID.fullmatch(asked) else ()),
        *(((b"x-response-id", found[0]),) if found else ()),
    )
