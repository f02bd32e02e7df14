"""The bank's port for machines: card look-up and messages for the ACS, credit for the gateway."""

from typing import Annotated, Any, Final, TypeAlias

import msgspec
from litestar import Litestar, Request, Response, get, post
from litestar.params import Parameter

from sekisho.adapters.http.json_fields import JsonFields
from sekisho.adapters.http.peers import require_peer
from sekisho.adapters.http.problems import problem_handlers
from sekisho.issuer.members.model import Answer, MessageChannel
from sekisho.issuer.members.service import AuthorizationRequest, Members
from sekisho.issuer.members.web.factor_routes import factor_routes
from sekisho.issuer.members.web.lookups import Front, Port, card_facts
from sekisho.kernel.cards import Card, Expiry, Pan
from sekisho.kernel.currencies import CURRENCIES
from sekisho.kernel.errors import TheyErred
from sekisho.kernel.log import Log
from sekisho.kernel.money import MINOR_MAX, Amount
from sekisho.kernel.secret import Secret

BODY_BYTES_MAX: Final = 64 * 1024
ID: Final = r"[\x21-\x7e]+"
"""Ids of our peers: anything that prints, without spaces."""
VALUE_CHARACTERS_MAX: Final = 4_000
"""Of EMV 3DS 2.3.1. One that proves nothing, other providers' included, is answered and not refused:
whoever passes it through must learn what the bank makes of it."""
MESSAGE_CHARACTERS_MAX: Final = 2_000
"""A long e-mail; an SMS is a tenth of it."""

AnyRequest: TypeAlias = Request[Any, Any, Any]  # Any: no user, session or state is attached here
CHANNELS: Final = tuple(channel.value for channel in MessageChannel)
PathId: TypeAlias = Annotated[str, Parameter(max_length=64)]


@get("/healthz", sync_to_thread=False)
def healthz() -> dict[str, str]:
    """Say that the bank answers."""
    return {"status": "PASS"}


def peers(members: Members, *, log: Log) -> Litestar:
    """Build the application that stands behind mutual TLS."""

    @post("/cards/lookup", guards=[require_peer("acs")], status_code=200)
    async def look_up(request: AnyRequest) -> Response[bytes]:
        """Tell what the bank knows of a card."""
        fields = JsonFields.of(await request.body())
        digits = fields.text("acctNumber", most=19, check=Pan)
        fields.done()
        card = await members.cards.look_up(Pan(digits))
        return _json(200, card_facts(card, members.settings.issuer_name))

    @post("/cards/{card_id:str}/messages", guards=[require_peer("acs")], status_code=202)
    async def deliver(request: AnyRequest, card_id: PathId) -> Response[bytes]:
        """Send the cardholder an SMS or an e-mail, once for each message id."""
        fields = JsonFields.of(await request.body())
        message_id = fields.text("messageId", most=64, pattern=ID)
        channel = MessageChannel(fields.one_of("channel", CHANNELS))
        text = fields.text("text", most=MESSAGE_CHARACTERS_MAX)
        fields.done()
        card = await members.cards.by_id(card_id)
        await members.messages.deliver(card, message_id=message_id, channel=channel, text=text)
        return _json(202, {"messageId": message_id})

    @post("/authorizations", guards=[require_peer("gateway")], status_code=200)
    async def authorize(request: AnyRequest) -> Response[bytes]:
        """Decide on credit, once for each authorization id."""
        wanted = _authorization(JsonFields.of(await request.body()))
        answer = await members.authorizations.authorize(wanted)
        return _json(200, _answer(wanted.authorization_id, answer))

    @post("/authorizations/{id:str}/reversal", guards=[require_peer("gateway")], status_code=200)
    async def reverse(request: AnyRequest, id: PathId) -> Response[bytes]:
        """Undo an authorization, or bar one that has not come yet."""
        fields = JsonFields.of(await request.body())
        reason = fields.text("reason", most=200)
        fields.done()
        await members.authorizations.reverse(id, reason)
        return _json(200, {"reversed": True})

    port = Port(
        route_handlers=[look_up, deliver, authorize, reverse, healthz, *factor_routes(members)],
        exception_handlers=problem_handlers(log),
        request_max_body_size=BODY_BYTES_MAX,
        openapi_config=None,
        logging_config=None,
    )
    port.front = Front(members)
    return port


def _authorization(fields: JsonFields) -> AuthorizationRequest:
    money = fields.nested("amount")
    authorization_id = fields.text("authorizationId", most=64, pattern=ID)
    digits = fields.text("acctNumber", most=19, check=Pan)
    expiry = fields.text("expiry", most=4, check=Expiry.from_yymm)
    code = fields.optional_text("securityCode", most=4, least=3, pattern="[0-9]+")
    minor = money.whole("minor", most=MINOR_MAX)
    currency = money.text("currency", most=3, check=_currency)
    merchant_id = fields.text("merchantId", most=35, pattern=ID)
    merchant_name = fields.text("merchantName", most=200)
    category = fields.text("mcc", most=4, pattern="[0-9]{4}")
    capture = fields.flag("capture")
    eci = fields.optional_text("eci", most=2, pattern="[0-9]{2}")
    value = fields.optional_text("authenticationValue", most=VALUE_CHARACTERS_MAX)
    ds_trans_id = fields.optional_text("dsTransID", most=36, pattern=ID)
    fields.done()
    return AuthorizationRequest(
        authorization_id=authorization_id,
        card=Card(
            pan=Pan(digits),
            expiry=Expiry.from_yymm(expiry),
            security_code=None if code is None else Secret(code),
        ),
        amount=Amount(minor=minor, currency=currency),
        merchant_id=merchant_id,
        merchant_name=merchant_name,
        merchant_category=category,
        capture=capture,
        eci=eci,
        authentication_value=value,
        ds_trans_id=ds_trans_id,
    )


def _currency(code: str) -> None:
    if code not in CURRENCIES:
        raise TheyErred("must be a currency code of ISO 4217")


def _answer(authorization_id: str, answer: Answer) -> dict[str, object]:
    return {
        "authorizationId": authorization_id,
        "approved": answer.approved,
        "responseCode": answer.code.value,
        "approvalCode": answer.approval_code,
        "authenticationValueResult": answer.value_result.value,
        "securityCodeResult": answer.security_code_result.value,
    }


def _json(status: int, members: dict[str, object]) -> Response[bytes]:
    return Response(
        msgspec.json.encode(members),
        status_code=status,
        media_type="application/json",
        headers={"Cache-Control": "no-store"},
    )
