"""A gateway and a ledger that keep their contract, and can be made to fall silent."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import msgspec

from sekisho.kernel.errors import Conflict, NotThere, TheyErred, Unreachable


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """A payment as the gateway's client gives it."""

    transaction_id: str
    response_status: str = "SUCCESS"
    transaction_state: str = "PENDING"
    response_code: str = "PERFORM_AUTHENTICATION"
    response_message: str = ""
    orchestration_url: str | None = None
    card_brand: str | None = "VISA"
    last_four: str | None = "1072"
    eci: str | None = None
    trans_status: str | None = None
    challenged: bool | None = None
    authentication_value_result: str | None = None
    raw: Mapping[str, object] = field(default_factory=lambda: {"amount": 14_500, "currency": "JPY"})


APPROVED = {
    "transaction_state": "AUTHORIZED",
    "response_code": "APPROVED",
    "eci": "05",
    "trans_status": "Y",
    "challenged": False,
    "authentication_value_result": "2",
}
DECLINED = {
    "response_status": "DENIED",
    "transaction_state": "DECLINED",
    "response_code": "INSUFFICIENT_FUNDS",
    "trans_status": "Y",
}
CANCELLED = {
    "response_status": "DENIED",
    "transaction_state": "DECLINED",
    "response_code": "CONSUMER_ABORTED",
    "trans_status": "N",
}


class Died(BaseException):
    """The process is gone: nobody catches this."""


@dataclass
class GatewayFake:
    """The payment API: the same request id makes the same payment; another body is refused."""

    asked: dict[str, Mapping[str, object]] = field(default_factory=dict)
    payments: dict[str, View] = field(default_factory=dict)
    opened: dict[str, str] = field(default_factory=dict)
    """Where each payment's browser is authenticated: told in the answer to the creation only."""
    creations: int = 0
    voids: list[str] = field(default_factory=list)
    silent: bool = False
    """Answers nothing at all."""
    loses_answers: bool = False
    """Acts, but its answer to a creation never arrives."""
    dies: bool = False
    """Acts, and takes the shop's process down with it."""
    refuses: bool = False
    """Refuses to make payments."""
    refuses_voids: bool = False
    at_once: Mapping[str, object] | None = None
    """How a payment ends without any authentication; None: it waits for the buyer."""

    async def create_payment(self, body: Mapping[str, object], *, request_id: str) -> View:
        """Make a payment, or find the one this request id made."""
        self.creations += 1
        if self.silent:
            raise Unreachable("the gateway is silent")
        if self.refuses:
            raise TheyErred("amount: is wrong")
        if request_id in self.asked:
            if self.asked[request_id] != body:
                raise Conflict("request-id was used with another body")
        else:
            self.asked[request_id] = body
            payment_id = f"payment-{len(self.payments) + 1}"
            opened = f"http://pay.localhost:8080/3ds/{payment_id}?Signature=s&Expires=1"
            self.opened[request_id] = opened
            raw = {"amount": body["amount"], "currency": body["currency"]}
            self.payments[request_id] = View(transaction_id=payment_id, raw=raw)
            if self.at_once is not None:
                self.settle(request_id, self.at_once)
        if self.dies:
            raise Died
        if self.loses_answers:
            raise Unreachable("the answer was lost")
        view = self.payments[request_id]
        if view.transaction_state != "PENDING":
            return view
        return replace(view, orchestration_url=self.opened[request_id])

    async def payment(self, transaction_id: str) -> View:
        """Tell how a payment stands."""
        if self.silent:
            raise Unreachable("the gateway is silent")
        for view in self.payments.values():
            if view.transaction_id == transaction_id:
                return view
        raise NotThere("no such payment")

    async def find_payment(self, request_id: str) -> View | None:
        """Find a payment by its request id."""
        if self.silent:
            raise Unreachable("the gateway is silent")
        return self.payments.get(request_id)

    async def void_payment(self, transaction_id: str, *, request_id: str) -> View:
        """Give a payment back."""
        assert len(request_id) <= 40
        view = await self.payment(transaction_id)
        if self.refuses_voids:
            raise TheyErred("the payment cannot be voided now")
        self.voids.append(transaction_id)
        our_id = next(key for key, known in self.payments.items() if known is view)
        self.settle(our_id, {"transaction_state": "VOIDED", "response_code": "VOIDED"})
        return self.payments[our_id]

    def settle(self, request_id: str, how: Mapping[str, object]) -> None:
        """Let a payment come to its end."""
        self.payments[request_id] = replace(
            self.payments[request_id], orchestration_url=None, **how
        )  # type: ignore[arg-type]  # the tests name real fields

    def held(self) -> list[View]:
        """The payments for which the buyer's money is held."""
        return [
            view
            for view in self.payments.values()
            if view.transaction_state in {"AUTHORIZED", "CLOSED"}
        ]


@dataclass
class LedgerFake:
    """The ledger: an order is written down once; other facts under its number are refused."""

    orders: dict[str, bytes] = field(default_factory=dict)
    silent: bool = False

    async def record_order(self, order: Mapping[str, object]) -> None:
        """Write an order down."""
        if self.silent:
            raise Unreachable("the ledger is silent")
        written = msgspec.json.encode(order, order="sorted")
        number = str(order["orderId"])
        if self.orders.setdefault(number, written) != written:
            raise Conflict("the number stands for other facts")
