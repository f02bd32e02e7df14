"""What the shop understands of a payment at the gateway."""

from dataclasses import dataclass
from enum import Enum


class Standing(Enum):
    """Where a payment stands, as far as money and an order are concerned."""

    PENDING = "pending"
    """The buyer is being authenticated, or the gateway's answer contradicts itself."""
    APPROVED = "approved"
    """Authorized: the only standing that makes an order."""
    UNWANTED = "unwanted"
    """Authorized, but after a failed authentication or not for what was asked: to be voided."""
    REFUSED = "refused"
    """Will never be authorized."""
    VOIDED = "voided"
    """Was given back."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentFacts:
    """The part of the gateway's answer that the shop keeps."""

    transaction_id: str
    response_code: str = ""
    response_message: str = ""
    orchestration_url: str | None = None
    """Where the browser is authenticated; only while the payment is pending."""
    card_brand: str | None = None
    last_four: str | None = None
    eci: str | None = None
    trans_status: str | None = None
    challenged: bool | None = None
    authentication_value_result: str | None = None
    """What the issuer said of the authentication value when it authorized."""
