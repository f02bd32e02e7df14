"""A vault in memory: tokens bound to a merchant, then to the payment that claims them first."""

from dataclasses import dataclass, replace

from sekisho.kernel.cards import Card
from sekisho.kernel.chance import Chance
from sekisho.kernel.errors import Conflict, NotThere, TheyErred, Unreachable


@dataclass
class _Kept:
    merchant_id: str
    card: Card
    claimed_by: str | None = None
    expired: bool = False


@dataclass(frozen=True, slots=True)
class Receipt:
    """What the vault gives for a card."""

    token: str


class MemoryVault:
    """A vault: tokens bound to a merchant, then to the payment that claims them first."""

    def __init__(self, chance: Chance) -> None:
        self._chance = chance
        self._kept: dict[str, _Kept] = {}
        self.unreachable = False
        """Nobody answers: what a restart of the vault looks like."""
        self.claims: list[tuple[str, str, bool]] = []

    def keep(self, merchant_id: str, card: Card) -> str:
        """Take a card in as the browser's form would, and give its token."""
        token = f"tok_{self._chance.token(24)}"
        self._kept[token] = _Kept(merchant_id, card)
        return token

    def expire(self, token: str) -> None:
        """Let a token's time be over."""
        self._kept[token].expired = True

    def forget_codes(self) -> None:
        """Lose every security code, as a restart does: they are in memory only."""
        for kept in self._kept.values():
            kept.card = replace(kept.card, security_code=None)

    async def tokenize(self, merchant_id: str, card: Card) -> Receipt:
        """Take in a card that came to the gateway itself."""
        self._answer()
        return Receipt(self.keep(merchant_id, card))

    async def claim(
        self, token: str, *, merchant_id: str, payment_id: str, with_security_code: bool
    ) -> Card:
        """Give the card out; its security code once."""
        self._answer()
        kept = self._kept.get(token)
        if kept is None or kept.merchant_id != merchant_id:
            raise NotThere("the vault has no such token of that merchant")
        if kept.expired:
            raise TheyErred("the token's time is up")
        if kept.claimed_by not in {None, payment_id}:
            raise Conflict("another payment has claimed the token")
        kept.claimed_by = payment_id
        self.claims.append((token, payment_id, with_security_code))
        given = kept.card
        if with_security_code:
            kept.card = replace(kept.card, security_code=None)
        else:
            given = replace(given, security_code=None)
        return given

    def _answer(self) -> None:
        if self.unreachable:
            raise Unreachable("the vault does not answer")
