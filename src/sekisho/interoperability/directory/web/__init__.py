"""How the world reaches the Directory Server: the mutual-TLS port.

Bare ASGI where EMV messages come: every authentication passes here, and an Erro too is HTTP status
200. What operators call is under `/operator`.
"""

import re
from collections.abc import Sequence
from typing import Final

from litestar.enums import ScopeType
from litestar.types import ASGIApp, HTTPScope, Receive, Scope, Send

from sekisho.adapters.http.emv import MESSAGE, TEXT, identifiers, posted_message
from sekisho.adapters.http.peers import peer_name
from sekisho.adapters.http.raw import respond
from sekisho.interoperability.directory.service import Directory, too_large
from sekisho.interoperability.directory.service.threeds1 import ThreeDS1
from sekisho.interoperability.directory.web.operator import operator_api
from sekisho.interoperability.directory.web.threeds1 import threeds1_message
from sekisho.kernel.log import Log
from sekisho.protocol.codec import APP_MESSAGE_BYTES_MAX

FILES: Final = "/ranges/"
OPERATOR: Final = "/operator/"
THREEDS1: Final = "/3ds1"
GZIP: Final = "application/gzip"


def peers(
    directory: Directory,
    *,
    operators: Sequence[str],
    log: Log,
    threeds1: ThreeDS1 | None = None,
) -> ASGIApp:
    """The mutual-TLS port: messages at `/3ds`, the file of card ranges, the operator's API.

    With `threeds1`, documents of 3-D Secure 1.0.2 at `/3ds1`.
    """
    desk = operator_api(
        directory.enrolment, directory.operations, operators=operators, log=log, threeds1=threeds1
    )

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != ScopeType.HTTP:
            return
        path = scope["path"]
        if path == "/3ds":
            await _message(directory, scope, receive, send)
        elif path == THREEDS1 and threeds1 is not None:
            await threeds1_message(threeds1, scope, receive, send)
        elif path.startswith(OPERATOR):
            await desk(scope, receive, send)
        elif path.startswith(FILES):
            await _file(directory, path.removeprefix(FILES), scope, send)
        else:
            await respond(send, 404, b"no such address", TEXT)

    return app


async def _message(directory: Directory, scope: HTTPScope, receive: Receive, send: Send) -> None:
    body = await posted_message(
        scope, receive, send, limit=APP_MESSAGE_BYTES_MAX, too_large=too_large
    )
    if body is not None:
        answer = await directory.receive(peer_name(scope), body)
        await respond(send, 200, answer, MESSAGE, identifiers(scope, answer, ours=b"dsTransID"))


async def _file(directory: Directory, name: str, scope: HTTPScope, send: Send) -> None:
    """Give the file of card ranges, or the part of it that a broken download still lacks."""
    if scope["method"] != "GET":
        await respond(send, 405, b"GET only", TEXT, ((b"allow", b"GET"),))
        return
    octets = await directory.range_file(peer_name(scope), name)
    if octets is None:
        await respond(send, 404, b"no such file", TEXT)
        return
    asked = next((value for key, value in scope["headers"] if key == b"range"), b"")
    first, last = _part(asked.decode("latin-1"), len(octets))
    # The name tells one file from the next, so that parts of two are never put together.
    headers = ((b"accept-ranges", b"bytes"), (b"etag", f'"{name}"'.encode()))
    if first is None:
        await respond(send, 200, octets, GZIP, headers)
    elif first > last:
        where = f"bytes */{len(octets)}".encode()
        await respond(send, 416, b"", GZIP, (*headers, (b"content-range", where)))
    else:
        where = f"bytes {first}-{last}/{len(octets)}".encode()
        part = octets[first : last + 1]
        await respond(send, 206, part, GZIP, (*headers, (b"content-range", where)))


def _part(asked: str, size: int) -> tuple[int | None, int]:
    """Read a Range header of one part (RFC 9110, section 14); None for the whole."""
    match = _RANGE.fullmatch(asked)
    if match is None or match["first"] == match["last"] == "":
        return None, 0
    if match["first"] == "":
        return (max(0, size - int(match["last"])), size - 1) if int(match["last"]) else (size, 0)
    first = int(match["first"])
    last = size - 1 if match["last"] == "" else min(int(match["last"]), size - 1)
    if match["last"] and int(match["last"]) < first:
        return None, 0  # no range at all: the whole is given
    return first, last


_RANGE: Final = re.compile(r"bytes=(?P<first>[0-9]{0,15})-(?P<last>[0-9]{0,15})", re.ASCII)
