"""A merchant asks for a payment or a verification: read it, put the card away, keep it, answer."""

from collections.abc import Mapping
from datetime import timedelta
from functools import partial
from typing import Final

from sekisho.acquirer.gateway.flow import Limits, begin
from sekisho.acquirer.gateway.model.order import CARD, Order, check_brand, read_order
from sekisho.acquirer.gateway.model.payment import (
    AuthenticationRequest,
    CardFacts,
    Kind,
    Merchant,
    Payment,
    PaymentId,
    State,
)
from sekisho.acquirer.gateway.model.refusals import Refused, malformed
from sekisho.acquirer.gateway.model.reply import reply
from sekisho.acquirer.gateway.model.settings import GatewaySettings, MerchantProfile
from sekisho.acquirer.gateway.service.desk import Answer, Desk
from sekisho.acquirer.gateway.service.ports import Vault
from sekisho.acquirer.gateway.service.signing import Signer
from sekisho.kernel.cards import Card
from sekisho.kernel.chance import Chance
from sekisho.kernel.clock import Clock
from sekisho.kernel.errors import Conflict, Misuse, NotThere, TheyErred
from sekisho.kernel.store import Outbox, Store
from sekisho.protocol import Json

ORCHESTRATION_PATH: Final = "/3ds/orchestration"
OK: Final = 200


class Intake:
    """Takes payments and verifications in."""

    def __init__(
        self,
        *,
        settings: GatewaySettings,
        limits: Limits,
        payments: Store[Payment],
        outbox: Outbox,
        desk: Desk,
        vault: Vault,
        signer: Signer,
        clock: Clock,
        chance: Chance,
    ) -> None:
        self._settings = settings
        self._limits = limits
        self._payments = payments
        self._outbox = outbox
        self._desk = desk
        self._vault = vault
        self._signer = signer
        self._clock = clock
        self._chance = chance

    async def create(
        self, merchant: MerchantProfile, kind: Kind, request_id: str, body: Mapping[str, Json]
    ) -> Answer:
        """Take a request in. Raises Refused with every flaw, or what `Desk.once` raises."""
        now = self._clock.now()
        order = read_order(body, kind=kind, merchant=merchant, today=now.date())
        asked: Json = ["POST", kind.value, dict(body)]
        make = partial(self._make, merchant, request_id, order)
        return await self._desk.once(merchant.merchant_id, request_id, asked, make)

    async def _make(
        self, merchant: MerchantProfile, request_id: str, order: Order, payment_id: PaymentId
    ) -> Answer:
        card = await self._put_away(merchant, order, payment_id)
        now = self._clock.now()
        payment = Payment(
            id=payment_id,
            kind=order.kind,
            merchant=Merchant(
                merchant_id=merchant.merchant_id, name=merchant.name, software=order.software
            ),
            request_id=request_id,
            state=State.PENDING,
            created_at=now,
            changed_at=now,
            amount=order.amount,
            capture=order.capture,
            card=card,
            authentication=self._wanted(order, merchant),
            passed_through=order.passed_through,
        )
        payment, effects = begin(payment, self._limits)
        try:
            await self._payments.add(payment, effects)
        except Conflict:
            # An earlier attempt at this very request got this far before its process ended.
            payment = await self._payments.get(payment_id)
        if payment.authentication is None:
            await self._outbox.flush(payment_id)
            payment = await self._payments.get(payment_id)
        return Answer(status=OK, body=reply(payment, orchestration_url=self._address(payment)))

    async def _put_away(
        self, merchant: MerchantProfile, order: Order, payment_id: PaymentId
    ) -> CardFacts:
        """Put a typed card into the vault, bind its token to this payment, check what it is."""
        token = order.card
        if isinstance(token, Card):
            token = await self._tokenize(merchant, token)
        claimed = await self._claim(merchant, token, payment_id)
        brand = claimed.pan.brand
        if brand is None:
            raise Refused(malformed(f"{CARD}.accountNumber", "is of no card brand served here"))
        if claimed.expiry.is_past(self._clock.now().date()):
            raise Refused(malformed(f"{CARD}.expiry", "the card has expired"))
        check_brand(order, brand)
        return CardFacts(token=token, brand=brand, last_four=claimed.pan.last_four)

    async def _tokenize(self, merchant: MerchantProfile, card: Card) -> str:
        try:
            kept = await self._vault.tokenize(merchant.merchant_id, card)
        except NotThere as error:
            raise Misuse("the vault does not serve a merchant that we serve") from error
        return kept.token

    async def _claim(self, merchant: MerchantProfile, token: str, payment_id: PaymentId) -> Card:
        entity = f"{CARD}.accountNumber"
        try:
            return await self._vault.claim(
                token,
                merchant_id=merchant.merchant_id,
                payment_id=payment_id,
                with_security_code=False,
            )
        except NotThere as error:
            raise Refused(malformed(entity, "is no token of this merchant's")) from error
        except Conflict as error:
            raise Refused(
                malformed(entity, "is a token already used by another payment")
            ) from error
        except TheyErred as error:
            raise Refused(malformed(entity, "is a token that has expired")) from error

    def _wanted(self, order: Order, merchant: MerchantProfile) -> AuthenticationRequest | None:
        if order.wanted is None:
            return None
        return AuthenticationRequest(
            authentication_id=self._chance.uuid(),
            return_url=order.wanted.return_url,
            window_size=order.wanted.window_size,
            elements=order.wanted.elements,
            authorize_on=merchant.authorize_on,
        )

    def _address(self, payment: Payment) -> str | None:
        if payment.authentication is None or payment.state is not State.PENDING:
            return None
        until = payment.created_at + timedelta(seconds=self._settings.orchestration_life_s)
        base = self._settings.public_url + ORCHESTRATION_PATH
        return self._signer.orchestration_address(base, payment.id, until)
