"""The bank as its ACS and the gateway call it: look up, deliver, authorize, reverse."""

from dataclasses import dataclass
from typing import Literal, TypeVar

import msgspec

from sekisho.adapters.http.client import Peer, Reply
from sekisho.adapters.http.problems import reason_in
from sekisho.kernel.cards import Card, Pan
from sekisho.kernel.errors import Conflict, NotThere, TheyErred, Unreachable
from sekisho.kernel.money import Amount

Facts = TypeVar("Facts")


@dataclass(frozen=True, slots=True, kw_only=True)
class CardFacts:
    """A card of the bank, as its ACS may know it."""

    card_id: str
    masked_number: str
    status: Literal["active", "suspended", "not_registrable"]
    personal_message: str
    language: str
    phone_masked: str
    email_masked: str
    product_name: str
    issuer_name: str
    methods: tuple[str, ...] = ()
    """What can be asked beside codes: password, app_code, question, passkey, prompt."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AuthorizationAnswer:
    """The bank's decision on a request for credit."""

    authorization_id: str
    approved: bool
    response_code: str
    approval_code: str | None
    authentication_value_result: str
    security_code_result: str


class _CardReply(msgspec.Struct, rename="camel"):
    card_id: str
    masked_number: str
    status: Literal["active", "suspended", "not_registrable"]
    personal_message: str
    language: str
    phone_masked: str
    email_masked: str
    product_name: str
    issuer_name: str
    methods: tuple[str, ...] = ()


class _AnswerReply(msgspec.Struct, rename="camel"):
    authorization_id: str
    approved: bool
    response_code: str
    approval_code: str | None
    authentication_value_result: str
    security_code_result: str


class Bank:
    """Calls the members room over mutual TLS.

    Raises Unreachable when the bank does not answer (or answers that it cannot), NotThere,
    Conflict, and TheyErred when the bank finds the request wrong.
    """

    def __init__(self, peer: Peer) -> None:
        self._peer = peer

    async def lookup_card(self, pan: Pan) -> CardFacts:
        """Find a card of the bank; NotThere when the number is none of its."""
        reply = await self._post("/cards/lookup", {"acctNumber": pan.digits})
        found = read(reply, _CardReply)
        return CardFacts(**msgspec.structs.asdict(found))

    async def deliver(
        self, card_id: str, *, message_id: str, channel: Literal["sms", "email"], text: str
    ) -> None:
        """Send a message to the cardholder, once for every message id."""
        body = {"messageId": message_id, "channel": channel, "text": text}
        await self._post(f"/cards/{card_id}/messages", body)

    async def authorize(
        self,
        authorization_id: str,
        card: Card,
        amount: Amount,
        *,
        merchant_id: str,
        merchant_name: str,
        merchant_category: str,
        capture: bool,
        eci: str | None = None,
        authentication_value: str | None = None,
        ds_trans_id: str | None = None,
    ) -> AuthorizationAnswer:
        """Ask for credit; the same id with the same request gets the same answer.

        Conflict when the id belongs to another request.
        """
        code = card.security_code
        body = {
            "authorizationId": authorization_id,
            "acctNumber": card.pan.digits,
            "expiry": card.expiry.yymm,
            "securityCode": code.reveal() if code else None,
            "amount": {"minor": amount.minor, "currency": amount.currency},
            "merchantId": merchant_id,
            "merchantName": merchant_name,
            "mcc": merchant_category,
            "capture": capture,
            "eci": eci,
            "authenticationValue": authentication_value,
            "dsTransID": ds_trans_id,
        }
        answer = read(await self._post("/authorizations", body), _AnswerReply)
        return AuthorizationAnswer(**msgspec.structs.asdict(answer))

    async def reverse(self, authorization_id: str, reason: str) -> None:
        """Take an authorization back; safe to repeat, and safe before the bank knows the id."""
        await self._post(f"/authorizations/{authorization_id}/reversal", {"reason": reason})

    async def close(self) -> None:
        """Close the connections."""
        await self._peer.close()

    async def _post(self, path: str, body: object) -> Reply:
        return answered(await self._peer.post(path, msgspec.json.encode(body)))


def answered(reply: Reply) -> Reply:
    """Give a reply that says yes; raise what any other means."""
    match reply.status:
        case 200 | 202:
            return reply
        case 404:
            raise NotThere("the bank knows no such card")
        case 409:
            raise Conflict("the bank has another request under that id")
        case status if status in {429, 503} or status >= 500:  # noqa: PLR2004 - HTTP classes
            raise Unreachable(f"the bank answered {status}")
        case status:
            raise TheyErred(f"the bank answered {status}: {reason_in(reply.body)}")


def read(reply: Reply, kind: type[Facts]) -> Facts:
    """Read a reply's body as one kind of facts."""
    try:
        return msgspec.json.decode(reply.body, type=kind)
    except msgspec.DecodeError as error:
        # Whether it acted is not known: asking again with the same id finds out.
        raise Unreachable("the bank's answer cannot be read") from error
