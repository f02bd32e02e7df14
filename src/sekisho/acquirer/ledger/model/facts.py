"""Facts about an order. A fact is never changed; a later fact says what happened next.

Facts are msgspec structs rather than dataclasses, because a list of facts of several kinds is kept
in one record and each must say of which kind it is.
"""

from datetime import datetime
from typing import TypeAlias

import msgspec

from sekisho.kernel.money import Amount


class Place(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """A postal address."""

    line1: str
    city: str
    postal_code: str
    country: str
    line2: str | None = None
    state: str | None = None
    """Subdivision code of ISO 3166-2 without the country."""
    state_name: str | None = None
    """The subdivision as the buyer read it."""


class Buyer(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """Who ordered."""

    given_name: str
    family_name: str
    email: str
    phone: str
    address: Place


class Delivery(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """Who receives the goods, and where."""

    given_name: str
    family_name: str
    address: Place


class Goods(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """One line of the order, as it was offered."""

    sku: str
    name_ja: str
    name_en: str
    unit_minor: int
    quantity: int

    def name(self, language: str) -> str:
        """The name in the reader's language."""
        return self.name_ja if language == "ja" else self.name_en


class PaidBy(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """The payment as the gateway described it when the order was placed."""

    transaction_id: str
    brand: str
    """Word of the card brand; one that we do not know never shifts liability."""
    last_four: str
    trans_status: str | None = None
    """transStatus of the authentication; None when there was none."""
    eci: str | None = None
    challenged: bool | None = None
    authentication_value_result: str | None = None
    """What the issuer said of the authentication value when it authorized."""


class OrderPlaced(
    msgspec.Struct, frozen=True, kw_only=True, rename="camel", tag_field="fact", tag="OrderPlaced"
):
    """A buyer placed an order and its payment was authorized."""

    order_id: str
    placed_at: datetime
    language: str
    amount: Amount
    lines: tuple[Goods, ...]
    buyer: Buyer
    delivery: Delivery
    payment: PaidBy

    @property
    def at(self) -> datetime:
        """When it happened."""
        return self.placed_at


Fact: TypeAlias = OrderPlaced
"""Everything that can be known of an order. A further kind of fact is a further struct here, with
its tag, and a further row in `liability.RULES`."""
