"""A checkout: who buys what, every attempt to pay for it, and at most one order."""

import hashlib
from dataclasses import dataclass
from datetime import datetime
from enum import Enum

from sekisho.acquirer.storefront.model.payment import PaymentFacts
from sekisho.kernel.errors import NotThere
from sekisho.kernel.money import Amount


class State(Enum):
    """Where a checkout stands."""

    OPEN = "open"
    """The buyer has yet to say who pays, where to deliver and with which card."""
    CONFIRMED = "confirmed"
    """Everything is said; the confirmation page can be shown."""
    PAYING = "paying"
    """The newest attempt is with the gateway."""
    PLACED = "placed"
    """There is an order, paid by exactly one attempt."""


class AttemptState(Enum):
    """Where one attempt to pay stands."""

    ASKED = "asked"
    """The gateway was asked; it has not answered yet."""
    AUTHENTICATING = "authenticating"
    """The gateway knows it and authenticates the buyer."""
    APPROVED = "approved"
    """It paid for the order."""
    REFUSED = "refused"
    """It failed, and the buyer may try again."""
    GIVEN_UP = "given up"
    """Nobody waits for it any more: whatever comes of it is voided."""
    VOIDED = "voided"
    """It was given up and nothing is left of it at the gateway."""


class Outcome(Enum):
    """Why an attempt did not make an order; each has its own words on the checkout page."""

    CANCELLED = "cancelled"
    AUTHENTICATION_FAILED = "authentication failed"
    DECLINED = "declined"
    TIMED_OUT = "timed out"
    SYSTEM_ERROR = "system error"


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One line of the order, with the price at which it was offered."""

    sku: str
    name_ja: str
    name_en: str
    unit_minor: int
    quantity: int

    @property
    def total_minor(self) -> int:
        """The line's price in minor units."""
        return self.unit_minor * self.quantity


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """A postal address."""

    line1: str
    line2: str | None
    city: str
    state: str | None
    """Subdivision code without the country (ISO 3166-2), as `13` for Tokyo."""
    postal_code: str
    country: str
    """ISO 3166-1 two-letter code."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Buyer:
    """Who orders and pays."""

    given_name: str
    family_name: str
    email: str
    phone_country: str
    """Calling code, digits only."""
    phone: str
    """Digits only, without the national prefix."""
    address: Address


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """Who receives the goods, and where."""

    given_name: str
    family_name: str
    address: Address


@dataclass(frozen=True, slots=True, kw_only=True)
class CardChosen:
    """The card as the shop may know it: a token and what may be shown."""

    token: str
    brand: str
    last_four: str
    expiry_month: int
    expiry_year: int
    holder_given_name: str
    """The holder's name in the letters of the card, which the card company can read."""
    holder_family_name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Browser:
    """The browser as the card company asks for it: what script told and what the server saw."""

    accept_header: str
    ip_address: str
    language: str
    color_depth: str
    screen_height: str
    screen_width: str
    time_zone_minutes: str
    user_agent: str
    challenge_window: str
    java_enabled: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """One attempt to pay, with one card token, known to the gateway by our `id`."""

    id: str
    """Also the `request-id`, so that asking twice makes one payment."""
    state: AttemptState
    started_at: datetime
    language: str
    return_key: str
    """Stands in the return address because no cookie comes with a cross-site form. It opens
    nothing: whoever holds it can only make the shop ask the gateway once more."""
    card: CardChosen
    browser: Browser
    payment: PaymentFacts | None = None
    """The gateway's newest word."""
    outcome: Outcome | None = None

    @property
    def transaction_id(self) -> str | None:
        """The gateway's id of the payment; None before it answered."""
        return self.payment.transaction_id if self.payment else None

    @property
    def orchestration_url(self) -> str | None:
        """Where the buyer's browser is authenticated, once the gateway has said so."""
        return self.payment.orchestration_url if self.payment else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Checkout:
    """One purchase from the checkout page to the order."""

    number: str
    """Made once, when the checkout begins; the order will bear it."""
    cart_key: str
    state: State
    started_at: datetime
    currency: str
    lines: tuple[Line, ...]
    buyer: Buyer | None = None
    delivery: Delivery | None = None
    card: CardChosen | None = None
    attempts: tuple[Attempt, ...] = ()
    placed_at: datetime | None = None
    recorded: bool = False
    """Whether the ledger has acknowledged the order."""

    @property
    def amount(self) -> Amount:
        """What the buyer pays."""
        total = sum(line.total_minor for line in self.lines)
        return Amount(minor=total, currency=self.currency)

    @property
    def current(self) -> Attempt | None:
        """The newest attempt."""
        return self.attempts[-1] if self.attempts else None

    def attempt(self, id: str) -> Attempt:
        """The attempt of that id; NotThere when the checkout has none."""
        for attempt in self.attempts:
            if attempt.id == id:
                return attempt
        raise NotThere("no such attempt to pay")

    @property
    def mark(self) -> str:
        """A digest of everything the confirmation page shows.

        The button sends it back, so that a page left open in another tab cannot order what its
        reader does not see.
        """
        shown = repr((self.number, self.currency, self.lines, self.buyer, self.delivery, self.card))
        return hashlib.sha256(shown.encode()).hexdigest()[:32]
