"""The vault's use cases: make a token of a card, give the card to the payment that claims it."""

from dataclasses import dataclass
from datetime import datetime, timedelta

import msgspec

from sekisho.acquirer.vault.flow import (
    START,
    ClaimAsked,
    EraseCard,
    TimeUp,
    TokenExpired,
    decide,
    timer,
)
from sekisho.acquirer.vault.model import (
    TOKEN_OCTETS,
    TOKEN_PREFIX,
    Merchant,
    TokenRecord,
    VaultSettings,
)
from sekisho.acquirer.vault.service.ports import Mac, Seal
from sekisho.acquirer.vault.service.security_codes import SecurityCodes
from sekisho.acquirer.vault.service.tickets import Tickets
from sekisho.kernel.brands import BRANDS, Brand
from sekisho.kernel.cards import BadCard, Card, Expiry, Pan
from sekisho.kernel.chance import Chance
from sekisho.kernel.clock import Clock
from sekisho.kernel.errors import Misuse, NotThere
from sekisho.kernel.log import Log
from sekisho.kernel.store import Store


class CardExpired(BadCard):
    """The card's last month is over."""


class BrandUnknown(BadCard):
    """No brand that we route has numbers that begin so and are that long."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MadeToken:
    """A fresh token and what may be said of the card behind it."""

    token: str
    brand: Brand
    last_four: str
    expiry: Expiry
    expires_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """Who claims a token, and what of the card is wanted."""

    merchant_id: str
    payment_id: str
    with_security_code: bool


class Vault:
    """Keeps cards under tokens, each for one merchant and one payment."""

    def __init__(
        self,
        settings: VaultSettings,
        *,
        tokens: Store[TokenRecord],
        seal: Seal,
        digest: Mac,
        clock: Clock,
        chance: Chance,
        log: Log,
    ) -> None:
        self.settings = settings
        self._tokens = tokens
        self._seal = seal
        self._digest = digest
        self._clock = clock
        self._chance = chance
        self._log = log
        self._codes = SecurityCodes(
            clock,
            lifetime=timedelta(minutes=settings.security_code_lifetime_min),
            most=settings.security_codes_most,
        )
        self.tickets = Tickets(
            digest,
            clock=clock,
            chance=chance,
            lifetime=timedelta(hours=settings.form_lifetime_h),
        )

    def merchant(self, merchant_id: str) -> Merchant:
        """Give the merchant with that id; NotThere if there is none."""
        for merchant in self.settings.merchants:
            if merchant.merchant_id == merchant_id:
                return merchant
        raise NotThere("no such merchant")

    def merchant_of_key(self, publishable_key: str) -> Merchant:
        """Give the merchant with that publishable key; NotThere if there is none."""
        for merchant in self.settings.merchants:
            if merchant.publishable_key == publishable_key:
                return merchant
        raise NotThere("no such publishable key")

    async def tokenize(self, merchant_id: str, card: Card) -> MadeToken:
        """Seal a card for a merchant and give the token that stands for it.

        Raises CardExpired, BrandUnknown, and NotThere for an unknown merchant.
        """
        merchant = self.merchant(merchant_id)
        now = self._clock.now()
        brand = card.pan.brand
        if brand is None or len(card.pan.digits) not in BRANDS[brand].lengths:
            raise BrandUnknown("no card brand that we route has such numbers")
        if card.expiry.is_past(now.date()):
            raise CardExpired("the card has expired")
        token = TOKEN_PREFIX + self._chance.token(TOKEN_OCTETS)
        record = TokenRecord(
            digest=self._digest_of(token),
            state=START,
            merchant_id=merchant.merchant_id,
            sealed_card=self._sealed(card, token, merchant.merchant_id),
            brand=brand,
            last_four=card.pan.last_four,
            made_at=now,
            expires_at=now + timedelta(minutes=self.settings.token_lifetime_min),
        )
        await self._tokens.add(record, (timer(record),))
        if card.security_code is not None:
            self._codes.put(record.digest, card.security_code)
        self._log.info("token made", merchant_id=merchant.merchant_id, brand=brand.value)
        return MadeToken(
            token=token,
            brand=record.brand,
            last_four=record.last_four,
            expiry=card.expiry,
            expires_at=record.expires_at,
        )

    async def claim(self, token: str, claim: Claim) -> Card:
        """Give the card to the payment that claims it first, and again to that payment only.

        The security code comes at most once. Raises NotThere (unknown, or another merchant's),
        ClaimedElsewhere, TokenExpired.
        """
        digest = self._digest_of(token)
        now = self._clock.now()
        asked = ClaimAsked(
            at=now,
            merchant_id=claim.merchant_id,
            payment_id=claim.payment_id,
            until=now + timedelta(minutes=self.settings.claim_lifetime_min),
        )
        record = await self._tokens.advance(digest, lambda kept: decide(kept, asked))
        if record.sealed_card is None:
            self._codes.forget(digest)
            raise TokenExpired("the token's time is up")
        card = self._opened(record.sealed_card, token, record.merchant_id)
        code = self._codes.take(digest) if claim.with_security_code else None
        return Card(pan=card.pan, expiry=card.expiry, security_code=code)

    async def perform(self, key: str, effect: object) -> None:
        """Carry out one effect that a transaction left behind; twice is as good as once."""
        if not isinstance(effect, EraseCard):
            raise Misuse(f"the vault has no effect {type(effect).__name__} ({key})")
        rang = TimeUp(at=self._clock.now())
        await self._tokens.advance(effect.digest, lambda kept: decide(kept, rang))
        self._codes.forget(effect.digest)

    def _digest_of(self, token: str) -> str:
        return self._digest.mac(b"token:" + token.encode()).hex()

    def _sealed(self, card: Card, token: str, merchant_id: str) -> str:
        plain = msgspec.json.encode((card.pan.digits, card.expiry.yymm))
        return self._seal.seal(plain, bound_to=_place(token, merchant_id))

    def _opened(self, sealed: str, token: str, merchant_id: str) -> Card:
        plain = self._seal.open(sealed, bound_to=_place(token, merchant_id))
        digits, yymm = msgspec.json.decode(plain, type=tuple[str, str])
        return Card(pan=Pan(digits), expiry=Expiry.from_yymm(yymm))


def _place(token: str, merchant_id: str) -> str:
    """Tie a sealed card to its token and merchant: moved to another row, it does not open."""
    return f"card:{token}:{merchant_id}"
