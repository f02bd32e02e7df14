"""The vault's port for the gateway: make a token, claim the card behind one."""

from typing import Annotated, Any, Final, TypeAlias

from litestar import Litestar, Request, Response, get, post
from litestar.params import Parameter

from sekisho.acquirer.vault.flow import ClaimedElsewhere, TokenExpired
from sekisho.acquirer.vault.service import Claim, Vault
from sekisho.acquirer.vault.web.card_body import answered, read_card, tokenized
from sekisho.adapters.http.json_fields import JsonFields
from sekisho.adapters.http.peers import require_peer
from sekisho.adapters.http.problems import problem, problem_handlers
from sekisho.kernel.brands import brand_of
from sekisho.kernel.cards import Card
from sekisho.kernel.log import Log

BODY_BYTES_MAX: Final = 64 * 1024
ID: Final = r"[\x21-\x7e]+"

AnyRequest: TypeAlias = Request[Any, Any, Any]  # Any: no user, session or state is attached here
PathToken: TypeAlias = Annotated[str, Parameter(max_length=100)]


def peers(vault: Vault, *, log: Log) -> Litestar:
    """Build the application that stands behind mutual TLS; only the gateway is let in."""
    only_gateway = [require_peer("gateway")]

    @post("/tokens", guards=only_gateway)
    async def make(request: AnyRequest) -> Response[bytes]:
        """Make a token for a card that came to the gateway."""
        fields = JsonFields.of(await request.body())
        merchant_id = fields.text("merchantId", most=35, pattern=ID)
        card = read_card(fields, code_required=False)
        fields.done()
        return await tokenized(vault, merchant_id, card)

    @post("/tokens/{token:str}/claim", guards=only_gateway, status_code=200)
    async def claim(request: AnyRequest, token: PathToken) -> Response[bytes]:
        """Give the card behind a token, to the one payment that claims it."""
        fields = JsonFields.of(await request.body())
        wanted = Claim(
            merchant_id=fields.text("merchantId", most=35, pattern=ID),
            payment_id=fields.text("paymentId", most=64, pattern=ID),
            with_security_code=fields.flag("withSecurityCode"),
        )
        fields.done()
        card = await vault.claim(token, wanted)
        return answered(200, _members(card))

    @get("/healthz", sync_to_thread=False)
    def healthz() -> dict[str, str]:
        """Say that the vault answers."""
        return {"status": "PASS"}

    return Litestar(
        route_handlers=[make, claim, healthz],
        exception_handlers={
            **problem_handlers(log),
            ClaimedElsewhere: lambda _, error: problem(409, str(error)),
            TokenExpired: lambda _, error: problem(410, str(error)),
        },
        request_max_body_size=BODY_BYTES_MAX,
        openapi_config=None,
        logging_config=None,
    )


def _members(card: Card) -> dict[str, object]:
    brand = brand_of(card.pan.digits)
    code = card.security_code
    return {
        "accountNumber": card.pan.digits,
        "expiry": {"month": card.expiry.month, "year": card.expiry.year},
        "securityCode": code.reveal() if code else None,
        "brand": brand.value if brand else None,
    }
