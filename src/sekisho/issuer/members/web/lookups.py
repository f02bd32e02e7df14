"""Card look-ups without a framework: every authentication begins with one.

What goes smoothly is answered here; everything else goes on to the application behind, which says why.
"""

from typing import Final

import msgspec
from litestar import Litestar
from litestar.enums import ScopeType
from litestar.types import (
    HTTPReceiveMessage,
    LifeSpanReceive,
    LifeSpanScope,
    LifeSpanSend,
    Receive,
    Scope,
    Send,
)

from sekisho.adapters.http.json_fields import JsonFields
from sekisho.adapters.http.peers import peer_name
from sekisho.adapters.http.raw import BodyCut, BodyTooLarge, read_body, respond
from sekisho.issuer.members.model import CardRecord
from sekisho.issuer.members.service import Members
from sekisho.kernel.cards import Pan
from sekisho.kernel.errors import SekishoError

LOOK_UP: Final = "/cards/lookup"
ACS: Final = "acs"
BODY_BYTES_MAX: Final = 1024
"""A card number and its name; a longer body is for the application to refuse."""
JSON: Final = "application/json"
UNCACHED: Final = ((b"cache-control", b"no-store"),)


class Front:
    """Stands before the bank's port and answers look-ups."""

    def __init__(self, members: Members) -> None:
        self._members = members

    def takes(self, scope: Scope | LifeSpanScope) -> bool:
        """Tell whether a request is a look-up by the ACS."""
        return (
            scope["type"] == ScopeType.HTTP
            and scope.get("path") == LOOK_UP
            and scope.get("method") == "POST"
            and peer_name(scope) == ACS
        )

    async def serve(self, behind: Litestar, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a look-up, or have the application behind answer it."""
        try:
            body = await read_body(receive, limit=BODY_BYTES_MAX)
        except BodyCut:
            return
        except BodyTooLarge:
            await respond(send, 413, b"", JSON)
            return
        try:
            card = await self._members.cards.look_up(_number_in(body))
        except SekishoError:
            await Litestar.__call__(behind, scope, _again(body), send)
            return
        told = msgspec.json.encode(card_facts(card, self._members.settings.issuer_name))
        await respond(send, 200, told, JSON, UNCACHED)


class Port(Litestar):
    """An application with a front before it."""

    __slots__ = ("front",)
    front: Front

    async def __call__(
        self,
        scope: Scope | LifeSpanScope,
        receive: Receive | LifeSpanReceive,
        send: Send | LifeSpanSend,
    ) -> None:
        """Let the front answer what it takes, and the application all else."""
        if self.front.takes(scope):
            await self.front.serve(self, scope, receive, send)  # type: ignore[arg-type]  # it is HTTP
        else:
            await super().__call__(scope, receive, send)


def card_facts(card: CardRecord, issuer_name: str) -> dict[str, object]:
    """Tell of a card what its ACS may know: never the number."""
    return {
        "cardId": card.card_id,
        "maskedNumber": card.masked_number,
        "status": card.status.value,
        "personalMessage": card.personal_message,
        "language": card.language,
        "phoneMasked": card.phone_masked,
        "emailMasked": card.email_masked,
        "productName": card.product_name,
        "issuerName": issuer_name,
        "methods": [method.value for method in card.methods],
    }


def _number_in(body: bytes) -> Pan:
    fields = JsonFields.of(body)
    digits = fields.text("acctNumber", most=19, check=Pan)
    fields.done()
    return Pan(digits)


def _again(body: bytes) -> Receive:
    """Give a body that was read already."""

    async def receive() -> HTTPReceiveMessage:
        return {"type": "http.request", "body": body, "more_body": False}

    return receive
