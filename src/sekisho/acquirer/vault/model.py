"""What the vault remembers: tokens, each with a sealed card for one merchant."""

from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from typing import Final

from sekisho.kernel.brands import Brand

TOKEN_PREFIX: Final = "tok_"
TOKEN_OCTETS: Final = 24
"""192 random bits: nobody guesses a token, whatever number of them is out."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Merchant:
    """A merchant whose pages may show the card form."""

    merchant_id: str
    """The merchant as the gateway knows it."""
    publishable_key: str
    """Names the merchant in the browser; no secret, and good for making tokens only."""
    name: str
    """As the buyer knows the shop; never cut short."""
    origins: tuple[str, ...]
    """Origins of the merchant's pages, as `https://shop.example`; no other page may frame us."""


@dataclass(frozen=True, slots=True, kw_only=True)
class VaultSettings:
    """How the vault is set up."""

    merchants: tuple[Merchant, ...]
    """The merchants that the vault keeps cards for."""
    site_origin: str
    """The origin under which browsers reach the vault, as `https://pay.example`."""
    token_lifetime_min: int = 20
    """How long a token waits to be claimed by a payment."""
    claim_lifetime_min: int = 60
    """How long the payment that claimed a token can read the card again.

    Longer than a challenge may take, so that a payment which outlives its token can end."""
    security_code_lifetime_min: int = 20
    """How long a security code stays in memory when nothing uses it."""
    security_codes_most: int = 20_000
    """Security codes in memory at once; the oldest is destroyed to make room."""
    form_lifetime_h: int = 12
    """How long a card form that was opened can be sent."""
    tokens_per_minute_and_address: int = 20
    """Tokens that one internet address may have made in a minute: card testing makes more."""
    tokens_per_minute_and_key: int = 600
    """Tokens that one publishable key may have made in a minute."""


class TokenState(Enum):
    """Whether a token still stands for a card."""

    FRESH = "fresh"
    """No payment has read the card yet."""
    CLAIMED = "claimed"
    """One payment has read the card; no other ever will."""
    EXPIRED = "expired"
    """The sealed card is erased."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenRecord:
    """One token, found by its keyed digest; the token itself is nowhere in the vault."""

    digest: str
    state: TokenState
    merchant_id: str
    sealed_card: str | None
    """Number and expiry date, bound to the token and the merchant; None once expired."""
    brand: Brand
    last_four: str
    made_at: datetime
    expires_at: datetime
    """When the token, or after a claim the claim, ends."""
    claimed_by: str | None = None
    claimed_at: datetime | None = None
