"""The vault as the gateway calls it: make a token, claim the card behind one."""

from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

import msgspec

from sekisho.adapters.http.client import Peer, Reply
from sekisho.adapters.http.problems import reason_in
from sekisho.kernel.brands import Brand
from sekisho.kernel.cards import Card, Expiry, Pan
from sekisho.kernel.errors import Conflict, NotThere, TheyErred, Unreachable
from sekisho.kernel.secret import Secret

Answer = TypeVar("Answer")


class TokenExpired(TheyErred):
    """The token's time is up and the card behind it erased."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenFacts:
    """A fresh token and what may be said of the card behind it."""

    token: str
    brand: Brand
    last_four: str
    expiry: Expiry
    expires_at: datetime


class _Expiry(msgspec.Struct):
    month: int
    year: int


class _TokenReply(msgspec.Struct, rename="camel"):
    token: str
    brand: Brand
    last_four: str
    expiry: _Expiry
    expires_at: datetime


class _CardReply(msgspec.Struct, rename="camel"):
    account_number: str
    expiry: _Expiry
    security_code: str | None
    brand: Brand


class Vault:
    """Calls the vault room over mutual TLS.

    Raises Unreachable when the vault does not answer (or answers that it cannot), and TheyErred
    when it finds the request wrong.
    """

    def __init__(self, peer: Peer) -> None:
        self._peer = peer

    async def tokenize(self, merchant_id: str, card: Card) -> TokenFacts:
        """Put a card that came to the gateway itself into the vault; NotThere: no such merchant."""
        code = card.security_code
        body = {
            "merchantId": merchant_id,
            "accountNumber": card.pan.digits,
            "expiry": {"month": card.expiry.month, "year": card.expiry.year},
            "securityCode": code.reveal() if code else None,
        }
        made = _read(await self._post("/tokens", body), _TokenReply)
        return TokenFacts(
            token=made.token,
            brand=made.brand,
            last_four=made.last_four,
            expiry=Expiry(year=made.expiry.year, month=made.expiry.month),
            expires_at=made.expires_at,
        )

    async def claim(
        self, token: str, *, merchant_id: str, payment_id: str, with_security_code: bool
    ) -> Card:
        """Get the card for the payment that claims the token first, and again for that payment.

        The security code comes once. Raises NotThere (unknown, or another merchant's), Conflict
        (claimed by another payment), TokenExpired.
        """
        if not (token.isascii() and token.replace("-", "").replace("_", "").isalnum()):
            raise NotThere("a token has only letters, digits, - and _")  # and fits into a path
        body = {
            "merchantId": merchant_id,
            "paymentId": payment_id,
            "withSecurityCode": with_security_code,
        }
        found = _read(await self._post(f"/tokens/{token}/claim", body), _CardReply)
        return Card(
            pan=Pan(found.account_number),
            expiry=Expiry(year=found.expiry.year, month=found.expiry.month),
            security_code=None if found.security_code is None else Secret(found.security_code),
        )

    async def close(self) -> None:
        """Close the connections."""
        await self._peer.close()

    async def _post(self, path: str, body: object) -> Reply:
        reply = await self._peer.post(path, msgspec.json.encode(body))
        match reply.status:
            case 200 | 201:
                return reply
            case 404:
                raise NotThere("the vault has no such token of that merchant")
            case 409:
                raise Conflict("another payment has claimed the token")
            case 410:
                raise TokenExpired("the token's time is up")
            case status if status == 429 or status >= 500:  # noqa: PLR2004 - HTTP classes
                raise Unreachable(f"the vault answered {status}")
            case status:
                raise TheyErred(f"the vault answered {status}: {reason_in(reply.body)}")


def _read(reply: Reply, kind: type[Answer]) -> Answer:
    try:
        return msgspec.json.decode(reply.body, type=kind)
    except msgspec.DecodeError as error:
        raise Unreachable("the vault's answer cannot be read") from error
