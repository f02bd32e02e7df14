"""A merchant looks at its payments, finds one again, or takes one back."""

from collections.abc import Mapping
from functools import partial

from sekisho.acquirer.gateway.flow import Limits, VoidRequested, decide
from sekisho.acquirer.gateway.model.payment import Kind, Payment, PaymentId, request_key
from sekisho.acquirer.gateway.model.refusals import Refused, malformed, missing, not_offered
from sekisho.acquirer.gateway.model.reply import reply
from sekisho.acquirer.gateway.model.rules import Bad, flag
from sekisho.acquirer.gateway.model.settings import MerchantProfile
from sekisho.acquirer.gateway.service.desk import Answer, Desk
from sekisho.kernel.clock import Clock
from sekisho.kernel.errors import NotThere, OutOfTurn
from sekisho.kernel.store import Outbox, Store
from sekisho.protocol import Json

CHANGES_NOT_OFFERED = (
    "amount",
    "captureMethod",
    "isReauthorization",
    "gratuityAmount",
    "taxAmount",
)


class Payments:
    """What a merchant can do with a payment that exists."""

    def __init__(
        self,
        *,
        limits: Limits,
        payments: Store[Payment],
        outbox: Outbox,
        desk: Desk,
        clock: Clock,
    ) -> None:
        self._limits = limits
        self._payments = payments
        self._outbox = outbox
        self._desk = desk
        self._clock = clock

    async def read(self, merchant: MerchantProfile, kind: Kind, payment_id: str) -> Answer:
        """Answer with a payment. Raises NotThere, also for another merchant's."""
        return Answer(status=200, body=reply(await self._own(merchant, kind, payment_id)))

    async def find(self, merchant: MerchantProfile, kind: Kind, request_id: str) -> Answer:
        """Answer with the payment that a request made. Raises NotThere."""
        key = request_key(merchant.merchant_id, request_id)
        for payment in await self._payments.find("request_key", key, limit=1):
            if payment.kind is kind:
                return Answer(status=200, body=reply(payment))
        raise NotThere("no such request")

    async def change(
        self,
        merchant: MerchantProfile,
        payment_id: str,
        request_id: str,
        body: Mapping[str, Json],
    ) -> Answer:
        """Void a payment; other changes are refused by name. Raises Refused or NotThere."""
        await self._own(merchant, Kind.PAYMENT, payment_id)
        _require_void(body)
        asked: Json = ["PATCH", payment_id, dict(body)]
        make = partial(self._void, payment_id)
        return await self._desk.once(merchant.merchant_id, request_id, asked, make)

    async def _void(self, payment_id: str, _: PaymentId) -> Answer:
        event = VoidRequested(at=self._clock.now())
        try:
            await self._payments.advance(payment_id, lambda held: decide(held, event, self._limits))
        except OutOfTurn as error:
            why = "the payment has ended without taking anything: there is nothing to void"
            raise Refused(malformed("isVoid", why)) from error
        await self._outbox.flush(payment_id)
        payment = await self._payments.get(payment_id)
        return Answer(status=200, body=reply(payment))

    async def _own(self, merchant: MerchantProfile, kind: Kind, payment_id: str) -> Payment:
        payment = await self._payments.get(payment_id)
        # Another merchant's payment is as good as none: not even its existence is told.
        if payment.merchant.merchant_id != merchant.merchant_id or payment.kind is not kind:
            raise NotThere("no such payment")
        return payment


def _require_void(body: Mapping[str, Json]) -> None:
    flaws = [
        not_offered(name, "cannot be changed here; only isVoid: true is offered")
        for name in CHANGES_NOT_OFFERED
        if body.get(name) is not None
    ]
    value = body.get("isVoid")
    if value is None:
        flaws.append(missing("isVoid"))
    else:
        try:
            if not flag(value):
                flaws.append(malformed("isVoid", "must be true: a void cannot be undone"))
        except Bad as bad:
            flaws.append(malformed("isVoid", str(bad)))
    if flaws:
        raise Refused(*flaws)
