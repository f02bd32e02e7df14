"""Raw ASGI bodies, for the EMV endpoints that need no framework."""

from collections.abc import Iterable
from typing import Final, TypeAlias

from litestar.types import Receive, Send

from sekisho.kernel.errors import TheyErred

BODY_BYTES_MAX: Final = 64 * 1024
"""Larger than any honest message; small enough that a dishonest one costs nothing."""

HeaderPairs: TypeAlias = Iterable[tuple[bytes, bytes]]


class BodyTooLarge(TheyErred):
    """The body is longer than this endpoint reads."""


class BodyCut(TheyErred):
    """The sender went away before the body was whole."""


async def read_body(receive: Receive, *, limit: int = BODY_BYTES_MAX) -> bytes:
    """Read a request's whole body, and no more than `limit` octets of it.

    Raises BodyTooLarge as soon as one octet more arrives, BodyCut when the sender hangs up.
    """
    pieces: list[bytes] = []
    size = 0
    while True:
        message = await receive()
        if message["type"] != "http.request":
            raise BodyCut("the sender went away before the body was whole")
        piece = message["body"]
        size += len(piece)
        if size > limit:
            raise BodyTooLarge(f"the body is longer than {limit} bytes")
        if not message["more_body"]:
            # One piece is the rule; joining it would only copy it.
            return b"".join((*pieces, piece)) if pieces else piece
        pieces.append(piece)


async def respond(
    send: Send, status: int, body: bytes, content_type: str, headers: HeaderPairs = ()
) -> None:
    """Send a whole response with its length."""
    await send(
        {
            "type": "http.response.start",
            "status": status,
            "headers": [
                (b"content-type", content_type.encode("latin-1")),
                (b"content-length", str(len(body)).encode("ascii")),
                *headers,
            ],
        }
    )
    await send({"type": "http.response.body", "body": body, "more_body": False})
