"""What can happen to a checkout; each event says when."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final, TypeAlias

from sekisho.acquirer.storefront.flow.effects import (
    CreatePayment,
    RecordOrder,
    RereadPayment,
    VoidPayment,
    Why,
)
from sekisho.acquirer.storefront.model import (
    Browser,
    Buyer,
    CardChosen,
    Delivery,
    Line,
    Outcome,
    PaymentFacts,
    Standing,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class CartRead:
    """The buyer looks at the checkout; this is what the cart holds, at today's prices."""

    at: datetime
    lines: tuple[Line, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class DetailsGiven:
    """The buyer said who pays, where to deliver, and with which card."""

    at: datetime
    lines: tuple[Line, ...]
    buyer: Buyer
    delivery: Delivery
    card: CardChosen


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderPressed:
    """The buyer pressed the button on the confirmation page."""

    at: datetime
    attempt_id: str
    return_key: str
    language: str
    mark: str
    """What the page showed: see `Checkout.mark`."""
    browser: Browser


@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentSeen:
    """The gateway said how a payment stands."""

    at: datetime
    attempt_id: str
    standing: Standing
    facts: PaymentFacts
    outcome: Outcome | None = None
    """Why it was refused or is not wanted."""
    why: Why | None = None
    """What made us ask; None when the answer came with the creation or the void."""
    nth: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentRejected:
    """The gateway refused our request. An earlier try of the same may have gone through."""

    at: datetime
    attempt_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PostbackCame:
    """The buyer's browser was sent back to us. It proves nothing: we ask the gateway."""

    at: datetime
    attempt_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class GaveUp:
    """The buyer pressed cancel on the payment page."""

    at: datetime
    attempt_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PeerSilent:
    """A peer did not answer, or not conclusively: the same must be tried again."""

    at: datetime
    effect: CreatePayment | RereadPayment | VoidPayment | RecordOrder


@dataclass(frozen=True, slots=True, kw_only=True)
class NothingCame:
    """There is nothing to void: the gateway knows no payment by the attempt's id, or not yet."""

    at: datetime
    effect: VoidPayment


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderRecorded:
    """The ledger has the order."""

    at: datetime


Event: TypeAlias = (
    CartRead
    | DetailsGiven
    | OrderPressed
    | PaymentSeen
    | PaymentRejected
    | PostbackCame
    | GaveUp
    | PeerSilent
    | NothingCame
    | OrderRecorded
)

EVENTS: Final = (
    CartRead,
    DetailsGiven,
    OrderPressed,
    PaymentSeen,
    PaymentRejected,
    PostbackCame,
    GaveUp,
    PeerSilent,
    NothingCame,
    OrderRecorded,
)
