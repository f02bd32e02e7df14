"""The payment API as a merchant's program calls it: token, payments, voids."""

import asyncio
import base64
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final
from urllib.parse import quote, quote_plus, urlencode

import msgspec

from sekisho.adapters.http.client import Peer, Reply
from sekisho.kernel.errors import Conflict, NotThere, TheyErred, Unreachable
from sekisho.kernel.secret import Secret
from sekisho.protocol import Json

TOKEN_PATH: Final = "/oauth2/token"
PAYMENTS_PATH: Final = "/api/v2/payments"
FORM: Final = "application/x-www-form-urlencoded"
UNAUTHORIZED: Final = 401


@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentView:
    """A payment as the gateway describes it."""

    transaction_id: str
    response_status: str
    """SUCCESS, DENIED or ERROR."""
    transaction_state: str
    """AUTHORIZED, VOIDED, PENDING, DECLINED, CLOSED or ERROR."""
    response_code: str
    response_message: str
    orchestration_url: str | None
    """Where the browser is authenticated; in the answer to the request only."""
    card_brand: str | None
    last_four: str | None
    eci: str | None
    trans_status: str | None
    challenged: bool | None
    """Whether the issuer asked the cardholder; None while there is no result."""
    authentication_value_result: str | None
    raw: Mapping[str, Json]
    """The whole answer."""


class Gateway:
    """The payment API for one merchant.

    Raises Unreachable when it is not known whether the gateway acted (every call may be repeated
    with the same `request_id`), Conflict while an earlier call with that id is under way, NotThere,
    and TheyErred when the gateway refuses, naming the members at fault.
    """

    def __init__(
        self, peer: Peer, client_id: str, client_secret: Secret[str], merchant_id: str
    ) -> None:
        self._peer = peer
        self._client_id = client_id
        self._client_secret = client_secret
        self._merchant_id = merchant_id
        self._token: Secret[str] | None = None
        self._asking = asyncio.Lock()

    async def create_payment(self, body: Mapping[str, Json], *, request_id: str) -> PaymentView:
        """Ask for a payment; the same request id gives the same payment."""
        return _view(await self._call("POST", PAYMENTS_PATH, body, request_id))

    async def payment(self, transaction_id: str) -> PaymentView:
        """Tell how a payment stands."""
        return _view(await self._call("GET", f"{PAYMENTS_PATH}/{quote(transaction_id, safe='')}"))

    async def find_payment(self, request_id: str) -> PaymentView | None:
        """Find the payment that a request id made; None when it made none."""
        query = urlencode({"requestIdentifier": request_id})
        try:
            return _view(await self._call("GET", f"{PAYMENTS_PATH}?{query}"))
        except NotThere:
            return None

    async def void_payment(self, transaction_id: str, *, request_id: str) -> PaymentView:
        """Give the payment back, or keep it from ever being authorized."""
        path = f"{PAYMENTS_PATH}/{quote(transaction_id, safe='')}"
        return _view(await self._call("PATCH", path, {"isVoid": True}, request_id))

    async def close(self) -> None:
        """Close the connections."""
        await self._peer.close()

    async def _call(
        self,
        method: str,
        path: str,
        body: Mapping[str, Json] | None = None,
        request_id: str | None = None,
    ) -> Reply:
        token = await self._access()
        reply = await self._send(method, path, body, request_id, token)
        if reply.status == UNAUTHORIZED:
            # It has expired, or the gateway has new keys: one more try with a fresh one.
            token = await self._access(instead_of=token)
            reply = await self._send(method, path, body, request_id, token)
        match reply.status:
            case 200:
                return reply
            case 404:
                raise NotThere("the gateway has no such payment of this merchant")
            case 409:
                raise Conflict("the gateway is still at the first request with this id")
            case status if status == 429 or status >= 500:  # noqa: PLR2004 - HTTP classes
                raise Unreachable(f"the gateway answered {status}")
            case status:
                raise TheyErred(f"the gateway answered {status}: {_reason(reply)}")

    async def _send(
        self,
        method: str,
        path: str,
        body: Mapping[str, Json] | None,
        request_id: str | None,
        token: Secret[str],
    ) -> Reply:
        headers = {
            "Authorization": f"Bearer {token.reveal()}",
            "merchant-id": self._merchant_id,
            "Accept": "application/json",
        }
        if request_id is not None:
            headers["request-id"] = request_id
        octets = None
        if body is not None:
            headers["Content-Type"] = "application/json"
            octets = msgspec.json.encode(body)
        return await self._peer.send(method, path, octets, headers=headers)

    async def _access(self, *, instead_of: Secret[str] | None = None) -> Secret[str]:
        """Give the access token, asking for a fresh one when there is none, or not a good one."""
        async with self._asking:
            if self._token is None or self._token == instead_of:
                self._token = await self._grant()
            return self._token

    async def _grant(self) -> Secret[str]:
        pair = f"{quote_plus(self._client_id)}:{quote_plus(self._client_secret.reveal())}"
        basic = base64.b64encode(pair.encode()).decode()
        reply = await self._peer.post(
            TOKEN_PATH,
            b"grant_type=client_credentials",
            content_type=FORM,
            headers={"Authorization": f"Basic {basic}"},
        )
        if reply.status == 429 or reply.status >= 500:  # noqa: PLR2004 - HTTP classes
            raise Unreachable(f"the gateway's token address answered {reply.status}")
        answer = _json(reply)
        token = answer.get("access_token")
        if reply.status != 200 or not isinstance(token, str):  # noqa: PLR2004 - HTTP OK, as RFC 6749 has it
            raise TheyErred(f"the gateway gives no access token: {answer.get('error')}")
        return Secret(token)


def _view(reply: Reply) -> PaymentView:
    answer = _json(reply)
    card = _at(answer, "paymentMethodType", "card")
    proof = _at(answer, "paymentAuthenticationResult")
    ending = _at(proof, "threeDomainSecureCompletion")
    transaction_id = _text(answer, "transactionId")
    if transaction_id is None:
        raise Unreachable("the gateway's answer names no payment")
    return PaymentView(
        transaction_id=transaction_id,
        response_status=_text(answer, "responseStatus") or "",
        transaction_state=_text(answer, "transactionState") or "",
        response_code=_text(answer, "responseCode") or "",
        response_message=_text(answer, "responseMessage") or "",
        orchestration_url=_text(proof, "authenticationOrchestrationUrl"),
        card_brand=_text(card, "cardTypeName"),
        last_four=_text(card, "lastFour"),
        eci=_text(ending, "electronicCommerceIndicator"),
        trans_status=_text(ending, "threeDSTransactionStatus"),
        challenged="threeDomainSecureChallenge" in proof if ending else None,
        authentication_value_result=_text(
            _at(card, "networkResponse"), "cardAuthenticationVerificationResult"
        ),
        raw=answer,
    )


def _json(reply: Reply) -> dict[str, Json]:
    try:
        answer: Json = msgspec.json.decode(reply.body)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        # Whether it acted is not known: asking again with the same id finds out.
        raise Unreachable("the gateway's answer cannot be read") from error
    if not isinstance(answer, dict):
        raise Unreachable("the gateway's answer is no object")
    return answer


def _at(within: Mapping[str, Json], *path: str) -> Mapping[str, Json]:
    here: Json = dict(within)
    for name in path:
        here = here.get(name) if isinstance(here, dict) else None
    return here if isinstance(here, dict) else {}


def _text(within: Mapping[str, Json], name: str) -> str | None:
    value = within.get(name)
    return value if isinstance(value, str) else None


def _reason(reply: Reply) -> str:
    """Say why, with the members at fault; the gateway never repeats their values."""
    answer = _json(reply)
    flaws = answer.get("validationErrors")
    named = [
        f"{flaw.get('entity')}: {flaw.get('message')}"
        for flaw in (flaws if isinstance(flaws, list) else [])
        if isinstance(flaw, dict)
    ]
    return "; ".join(named) or str(answer.get("responseMessage", "without a reason"))
