"""What the shop needs of the payment gateway and of the order ledger, in its own words."""

from collections.abc import Mapping
from typing import Protocol

from sekisho.protocol import Json


class PaymentView(Protocol):
    """A payment as the gateway describes it."""

    @property
    def transaction_id(self) -> str:
        """The gateway's id of the payment."""
        ...

    @property
    def response_status(self) -> str:
        """SUCCESS, DENIED or ERROR."""
        ...

    @property
    def transaction_state(self) -> str:
        """AUTHORIZED, VOIDED, PENDING, DECLINED, CLOSED or ERROR."""
        ...

    @property
    def response_code(self) -> str:
        """The gateway's word for the result."""
        ...

    @property
    def response_message(self) -> str:
        """The result in a sentence."""
        ...

    @property
    def orchestration_url(self) -> str | None:
        """Where the browser is authenticated; given when the payment is made, perhaps never again."""
        ...

    @property
    def card_brand(self) -> str | None:
        """The card's brand."""
        ...

    @property
    def last_four(self) -> str | None:
        """The card number's last four digits."""
        ...

    @property
    def eci(self) -> str | None:
        """The electronic commerce indicator of the authentication."""
        ...

    @property
    def trans_status(self) -> str | None:
        """The authentication's transStatus."""
        ...

    @property
    def challenged(self) -> bool | None:
        """Whether the buyer saw the card company's page."""
        ...

    @property
    def authentication_value_result(self) -> str | None:
        """What the issuer said of the authentication value when it authorized."""
        ...

    @property
    def raw(self) -> Mapping[str, object]:
        """The whole answer; `amount` and `currency` are read from it."""
        ...


class Gateway(Protocol):
    """The payment gateway. Every call is idempotent by its ids.

    Raises Unreachable when it is not known whether it acted, TheyErred when it refused.
    """

    async def create_payment(self, body: Mapping[str, Json], *, request_id: str) -> PaymentView:
        """Ask for a payment; the same request id gives the same payment."""
        ...

    async def payment(self, transaction_id: str) -> PaymentView:
        """Tell how a payment stands; NotThere when there is none."""
        ...

    async def find_payment(self, request_id: str) -> PaymentView | None:
        """Find the payment that a request id made; None when it made none."""
        ...

    async def void_payment(self, transaction_id: str, *, request_id: str) -> PaymentView:
        """Give the payment back, or keep it from ever being authorized."""
        ...


class Ledger(Protocol):
    """The order ledger."""

    async def record_order(self, order: Mapping[str, Json]) -> None:
        """Write an order down, once by its `orderId`."""
        ...
