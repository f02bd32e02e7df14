"""How a token moves: it waits, one payment claims it, then the card behind it is erased."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final, TypeAlias

from sekisho.acquirer.vault.model import TokenRecord, TokenState
from sekisho.kernel.effects import Effect, Later
from sekisho.kernel.errors import NotThere, TheyErred

State: TypeAlias = TokenState


class ClaimedElsewhere(TheyErred):
    """Another payment has claimed the token."""


class TokenExpired(TheyErred):
    """The token's time is up and the card behind it erased."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ClaimAsked:
    """A payment of a merchant wants the card."""

    at: datetime
    merchant_id: str
    payment_id: str
    until: datetime
    """How long the payment may read the card again, if this is its first claim."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TimeUp:
    """The token's timer rang."""

    at: datetime


Event: TypeAlias = ClaimAsked | TimeUp


@dataclass(frozen=True, slots=True, kw_only=True)
class EraseCard:
    """Erase the sealed card of a token whose time is up."""

    digest: str


START: Final = State.FRESH
FINAL: Final = frozenset({State.EXPIRED})

NEXT: Final[Mapping[tuple[State, type[Event]], State]] = {
    (State.FRESH, ClaimAsked): State.CLAIMED,
    (State.FRESH, TimeUp): State.EXPIRED,
    (State.CLAIMED, ClaimAsked): State.CLAIMED,  # by the same payment only: see decide()
    (State.CLAIMED, TimeUp): State.EXPIRED,
}


def timer(token: TokenRecord) -> Later:
    """Ask for the erasure when the token's time is up."""
    return Later(token.expires_at, EraseCard(digest=token.digest))


def decide(token: TokenRecord, event: Event) -> tuple[TokenRecord, tuple[Effect, ...]]:
    """Apply one event; return the token as it now stands and what must be done about it.

    A claim that comes too late erases the card, as the timer will that has not rung yet. A timer
    that rings too early (the claim lengthened the token's time) is set again.
    Raises NotThere to another merchant, who must not learn that the token exists, and
    ClaimedElsewhere to another payment of the same merchant.
    """
    if isinstance(event, ClaimAsked) and event.merchant_id != token.merchant_id:
        raise NotThere("no token of that merchant")
    if token.state in FINAL:
        return token, ()
    if event.at >= token.expires_at:
        return replace(token, state=NEXT[token.state, TimeUp], sealed_card=None), ()
    if isinstance(event, TimeUp):
        return token, (timer(token),)
    if token.state is State.CLAIMED:
        if token.claimed_by != event.payment_id:
            raise ClaimedElsewhere("another payment has claimed the token")
        return token, ()
    after = replace(
        token,
        state=NEXT[token.state, ClaimAsked],
        claimed_by=event.payment_id,
        claimed_at=event.at,
        expires_at=max(token.expires_at, event.until),
    )
    return after, ()
