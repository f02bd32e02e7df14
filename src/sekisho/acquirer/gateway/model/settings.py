"""What the gateway must be told before it starts."""

import re
from dataclasses import dataclass
from typing import Final

from sekisho.acquirer.gateway.model.rules import origin_of
from sekisho.kernel.countries import COUNTRIES
from sekisho.kernel.errors import Misuse
from sekisho.kernel.secret import Secret

NEVER_AUTHORIZED: Final = frozenset({"N", "R"})
"""No policy can turn these into an authorization (requirement A5)."""
POSSIBLE: Final = frozenset({"Y", "A", "I", "U"})
SECRET_CHARACTERS_MIN: Final = 24
ANY_ORIGIN: Final = "*"
"""In `return_origins`: every https origin, and http on loopback. For sandboxes: a merchant that is
not known yet cannot have registered its origin."""
ANY_SOURCE: Final = (
    "https:",
    "http://localhost:*",
    "http://*.localhost:*",
    "http://127.0.0.1:*",
)
"""What ANY_ORIGIN means in a content security policy."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MerchantProfile:
    """A merchant that may use the payment API.

    Raises Misuse when a part of it cannot be.
    """

    merchant_id: str
    """8 to 12 letters or digits; the `merchant-id` header and EMV 3DS `acquirerMerchantID`."""
    client_id: str
    """OAuth 2.0 client identifier of the merchant's programs."""
    client_secret: Secret[str]
    """OAuth 2.0 client secret, at least 24 characters."""
    name: str
    """Name that cardholders see at the issuer; at most 40 characters."""
    mcc: str
    """Merchant category code of ISO 18245: four digits."""
    country: str
    """Country of the merchant: two letters of ISO 3166-1."""
    acquirer_bin: str
    """The acquirer's identification number: up to 11 digits."""
    requestor_id: str
    """3DS Requestor ID as the directory knows it; at most 35 characters."""
    requestor_name: str
    """3DS Requestor name as the directory knows it; at most 40 characters."""
    requestor_url: str
    """The merchant's web site or customer care page, where the return address tells no other."""
    return_origins: tuple[str, ...]
    """Origins (`https://shop.example`) that an `authenticationReturnUrl` may have; `*` allows every
    https origin and http on loopback, which only a sandbox should."""
    authorize_on: tuple[str, ...] = ("Y", "A", "I")
    """Results of an authentication after which the bank is asked; `U` may be added, never N or R."""
    personal_data_forbidden: bool = False
    """True where a mandate forbids sending the cardholder's data to the issuer: the members marked
    `**` are then neither required nor sent."""

    def __post_init__(self) -> None:
        if not re.fullmatch(r"[A-Za-z0-9]{8,12}", self.merchant_id):
            raise Misuse("a merchant id has 8 to 12 letters or digits")
        if len(self.client_secret.reveal()) < SECRET_CHARACTERS_MIN:
            raise Misuse(f"a client secret has at least {SECRET_CHARACTERS_MIN} characters")
        if self.country not in COUNTRIES:
            raise Misuse(f"{self.country!r} is not a country code of ISO 3166-1")
        if not set(self.authorize_on) <= POSSIBLE:
            raise Misuse(f"payments can be authorized only after {sorted(POSSIBLE)}")
        for origin in self.return_origins:
            if origin != ANY_ORIGIN and origin_of(origin) != origin:
                raise Misuse(f"{origin!r} is not an origin; did you mean {origin_of(origin)!r}?")

    def may_return_to(self, address: str) -> bool:
        """Tell whether a buyer may be sent back to an address. Raises Bad when it is none."""
        origin = origin_of(address)
        return origin in self.return_origins or ANY_ORIGIN in self.return_origins

    def site_of(self, return_address: str) -> str:
        """Give the site that a buyer is on. An issuer lets that site alone frame its challenge."""
        origin = origin_of(return_address)
        return self.requestor_url if origin_of(self.requestor_url) == origin else origin


@dataclass(frozen=True, slots=True, kw_only=True)
class GatewaySettings:
    """Settings of the payment gateway."""

    public_url: str
    """Origin under which browsers reach the orchestration pages, without a slash at the end."""
    merchants: tuple[MerchantProfile, ...]
    """The merchants that may use the payment API."""
    signing_key: Secret[bytes]
    """Signs access tokens, orchestration addresses and what browsers carry; 32 octets or more."""
    token_life_s: int = 3600
    """Seconds that an access token is good for."""
    orchestration_life_s: int = 900
    """Seconds within which a buyer must have come and been sent on to the issuer."""
    method_limit_s: int = 10
    """Seconds that the 3DS Method may take after its frame has loaded; in 2.3.1 at most 5."""
    result_interval_s: int = 30
    """Seconds between looks at the result of a challenge whose browser says nothing."""
    challenge_limit_s: int = 1500
    """Seconds after which a challenge without a result is given up."""
    authorization_limit_s: int = 120
    """Seconds after which an authorization without an answer is given up and reversed."""

    def __post_init__(self) -> None:
        if origin_of(self.public_url) != self.public_url:
            raise Misuse("the public address is an origin, without a path")
        if len(self.signing_key.reveal()) < 32:  # noqa: PLR2004 - the octets of HMAC-SHA-256
            raise Misuse("the signing key has at least 32 octets")
        for word in ("merchant_id", "client_id"):
            known = [getattr(merchant, word) for merchant in self.merchants]
            if len(set(known)) != len(known):
                raise Misuse(f"two merchants have the same {word}")

    @property
    def framing_sources(self) -> tuple[str, ...]:
        """Who may frame a page that belongs to no payment: every shop, since which one is unknown.

        A page of a payment is framed by the origin of that payment's return address alone.
        """
        origins = [origin for merchant in self.merchants for origin in merchant.return_origins]
        named = tuple(dict.fromkeys(origin for origin in origins if origin != ANY_ORIGIN))
        return named + (ANY_SOURCE if ANY_ORIGIN in origins else ())

    def merchant(self, merchant_id: str) -> MerchantProfile | None:
        """Find a merchant by its id."""
        return next((m for m in self.merchants if m.merchant_id == merchant_id), None)

    def client(self, client_id: str) -> MerchantProfile | None:
        """Find a merchant by its OAuth 2.0 client id."""
        return next((m for m in self.merchants if m.client_id == client_id), None)
