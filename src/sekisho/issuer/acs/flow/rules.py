"""The bank's own rule set: readable rules, a score, and the reasons that go on record.

Nothing that a shop says of itself can lower the score (attack 30): its wishes are followed only
upwards, and where the protocol leaves no choice.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from sekisho.issuer.acs.flow.fitting import (
    CARD_UNKNOWN,
    INFORMATION_ONLY,
    INVALID_TRANSACTION,
    fitting,
)
from sekisho.issuer.acs.model import AcsSettings, ChallengeKind, Facts, Outcome, Verdict
from sekisho.kernel.money import Amount
from sekisho.protocol.vocabulary import Channel

__all__ = ["INVALID_TRANSACTION", "RULES", "SUSPECTED_FRAUD", "RuleSet", "fitting"]

SUSPECTED_FRAUD: Final = "11"
TOO_MANY_CHALLENGES: Final = "19"

WANTED: Final = frozenset({"03", "04", "09", "12"})
"""threeDSRequestorChallengeInd: the shop wants the cardholder asked."""
MANDATED: Final = "04"
TRUST_WANTED: Final = "09"
BINDING_WANTED: Final = "12"
"""And to be asked for the trust list, or for binding the device."""
RISK_ANALYSED: Final = "05"
TRUST_LISTED: Final = "08"
"""transChallengeExemption: why nobody was asked."""

EVERYWHERE: Final = frozenset(Channel)
PRESENT: Final = frozenset({Channel.APP, Channel.BROWSER})
"""Where the cardholder is there."""
IN_BROWSER: Final = frozenset({Channel.BROWSER})


@dataclass(frozen=True, slots=True)
class Rule:
    """One thing that raises concern."""

    name: str
    points: int
    holds: Callable[[Facts, AcsSettings], bool]
    channels: frozenset[Channel] = EVERYWHERE
    """Where it can be known at all."""


def _large(facts: Facts, settings: AcsSettings) -> bool:
    listed, otherwise = settings.large_amounts, settings.large_amount_major_otherwise
    return facts.amount is not None and facts.amount.minor >= _limit(
        facts.amount, listed, otherwise
    )


def _more_than_small(facts: Facts, settings: AcsSettings) -> bool:
    listed, otherwise = settings.small_amounts, settings.small_amount_major_otherwise
    return facts.amount is not None and facts.amount.minor > _limit(facts.amount, listed, otherwise)


def _limit(amount: Amount, by_currency: Mapping[str, int], otherwise_major: int) -> int:
    listed = by_currency.get(amount.currency)
    return otherwise_major * 10**amount.unit.exponent if listed is None else listed


def _other_language(facts: Facts, settings: AcsSettings) -> bool:
    spoken = facts.browser_language.partition("-")[0].lower()
    return facts.card is not None and bool(spoken) and spoken != facts.card.language


def _other_browser_than_seen(facts: Facts, settings: AcsSettings) -> bool:
    seen = facts.profile.get("userAgent") if facts.profile else None
    return seen is not None and seen != facts.browser_user_agent


RULES: Final = (
    Rule("the amount is large", 40, _large),
    Rule("the amount is not small", 20, _more_than_small),
    Rule(
        "the device is not known for this card",
        20,
        lambda facts, _: not facts.device_known,
        PRESENT,
    ),
    Rule("the 3DS Method saw nothing", 10, lambda facts, _: not facts.profile, IN_BROWSER),
    Rule("the browser differs from the one the 3DS Method saw", 40, _other_browser_than_seen),
    Rule("the browser speaks another language than the cardholder", 15, _other_language),
    Rule(
        "the shop is abroad",
        15,
        lambda facts, settings: facts.merchant_country not in (None, settings.home_country),
    ),
    Rule(
        "the buyer is new to the shop or a guest",
        10,
        lambda facts, _: facts.account_age in ("01", "02"),
    ),
    Rule("a code was wrong on this card lately", 20, lambda facts, _: facts.failed_codes > 0),
)


class RuleSet:
    """Decides by the rules above (B3, B10): no page, a page, or no without a page."""

    def __init__(self, settings: AcsSettings) -> None:
        self._settings = settings

    def decide(self, facts: Facts) -> Verdict:
        """Say what to answer, and why."""
        return fitting(self._standing(facts) or self._weighed(facts), facts)

    def _standing(self, facts: Facts) -> Verdict | None:
        """Answer what needs no weighing: the card's standing at the bank."""
        card = facts.card
        if card is None:
            return _plain(Outcome.UNAVAILABLE, CARD_UNKNOWN, "the bank does not know the card")
        if card.status == "suspended":
            return _plain(Outcome.REJECTED, SUSPECTED_FRAUD, "the card is suspended")
        if facts.locked:
            return _plain(Outcome.DENIED, TOO_MANY_CHALLENGES, "too many wrong codes on this card")
        if card.status != "active":
            return _plain(Outcome.ATTEMPTED, None, "the card cannot be registered")
        return None

    def _weighed(self, facts: Facts) -> Verdict:
        channel = facts.transaction.channel
        held = [
            rule for rule in RULES if channel in rule.channels and rule.holds(facts, self._settings)
        ]
        score = sum(rule.points for rule in held)
        because = tuple(rule.name for rule in held)
        if score >= self._settings.deny_from:
            return Verdict(
                outcome=Outcome.DENIED, reason=SUSPECTED_FRAUD, score=score, because=because
            )
        if facts.wishes & WANTED:
            return _asking(
                facts,
                score=score,
                because=(*because, "the shop wants the cardholder asked"),
            )
        if score >= self._settings.challenge_from:
            if facts.is_trusted and score < self._settings.trusted_until:
                because = (*because, "the cardholder trusts the shop")
                return Verdict(
                    outcome=Outcome.AUTHENTICATED,
                    exemption=TRUST_LISTED,
                    score=score,
                    because=because,
                )
            return _asking(facts, score=score, because=because)
        if facts.wishes & INFORMATION_ONLY:
            return Verdict(outcome=Outcome.INFORMATIONAL, score=score, because=because)
        return Verdict(
            outcome=Outcome.AUTHENTICATED, exemption=RISK_ANALYSED, score=score, because=because
        )


def _asking(facts: Facts, *, score: int, because: tuple[str, ...]) -> Verdict:
    """Ask the cardholder: within the purchase, or outside of it where the requestor prefers that."""
    apart = facts.transaction.allows("D")
    return Verdict(
        outcome=Outcome.DECOUPLED if apart else Outcome.CHALLENGE,
        kind=ChallengeKind.ONE_TIME_CODE,
        offers_trust=TRUST_WANTED in facts.wishes and not facts.is_trusted,
        offers_binding=BINDING_WANTED in facts.wishes and not facts.is_bound,
        mandated=MANDATED in facts.wishes,
        score=score,
        because=because,
    )


def _plain(outcome: Outcome, reason: str | None, because: str) -> Verdict:
    return Verdict(outcome=outcome, reason=reason, because=(because,))
