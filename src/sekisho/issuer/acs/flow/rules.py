"""The bank's own rule set: readable rules, a score, and the reasons that go on record.

Nothing that a shop says of itself can lower the score (attack 30): its wishes are followed only
upwards, and where the protocol leaves no choice.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from sekisho.issuer.acs.model import AcsSettings, ChallengeKind, Facts, Outcome, Verdict
from sekisho.kernel.money import Amount

CARD_UNKNOWN: Final = "08"
SUSPECTED_FRAUD: Final = "11"
TOO_MANY_CHALLENGES: Final = "19"
INVALID_TRANSACTION: Final = "07"
THREE_RI_UNSUPPORTED: Final = "21"

WANTED: Final = frozenset({"03", "04", "09"})
"""threeDSRequestorChallengeInd: the shop wants the cardholder asked."""
MANDATED: Final = "04"
INFORMATION_ONLY: Final = frozenset({"05", "06", "07"})
"""The shop asks for no authentication, or has one: I may be the answer."""
DATA_ONLY: Final = "06"
"""Data are shared and nothing else: a challenge is forbidden."""

THREE_RI: Final = "03"


@dataclass(frozen=True, slots=True)
class Rule:
    """One thing that raises concern."""

    name: str
    points: int
    holds: Callable[[Facts, AcsSettings], bool]


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
    Rule("the device is not known for this card", 20, lambda facts, _: not facts.device_known),
    Rule("the 3DS Method saw nothing", 10, lambda facts, _: not facts.profile),
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
        held = [rule for rule in RULES if rule.holds(facts, self._settings)]
        score = sum(rule.points for rule in held)
        because = tuple(rule.name for rule in held)
        if score >= self._settings.deny_from:
            return Verdict(
                outcome=Outcome.DENIED, reason=SUSPECTED_FRAUD, score=score, because=because
            )
        if facts.challenge_ind in WANTED:
            return Verdict(
                outcome=Outcome.CHALLENGE,
                mandated=facts.challenge_ind == MANDATED,
                score=score,
                because=(*because, "the shop wants the cardholder asked"),
            )
        if score >= self._settings.challenge_from:
            return Verdict(outcome=Outcome.CHALLENGE, score=score, because=because)
        if facts.challenge_ind in INFORMATION_ONLY:
            return Verdict(outcome=Outcome.INFORMATIONAL, score=score, because=because)
        return Verdict(outcome=Outcome.AUTHENTICATED, score=score, because=because)


def fitting(verdict: Verdict, facts: Facts) -> Verdict:
    """Bend a verdict to what the protocol allows as an answer to what was asked (section 7)."""
    if facts.channel == THREE_RI and verdict.outcome is Outcome.CHALLENGE:
        because = "nobody is there to be asked"
        return _plain(Outcome.UNAVAILABLE, THREE_RI_UNSUPPORTED, because)
    if verdict.outcome is Outcome.CHALLENGE:
        return _challenge_or_less(verdict, facts)
    asked_for = facts.version >= "2.2" and facts.challenge_ind in INFORMATION_ONLY
    if verdict.outcome is Outcome.INFORMATIONAL and not asked_for:
        return _plain(
            Outcome.UNAVAILABLE, INVALID_TRANSACTION, "information only, but nobody asked for that"
        )
    return verdict


def _challenge_or_less(verdict: Verdict, facts: Facts) -> Verdict:
    if facts.challenge_ind == DATA_ONLY:
        because = (*verdict.because, "a challenge is forbidden: data only")
        informed = Verdict(outcome=Outcome.INFORMATIONAL, score=verdict.score, because=because)
        return fitting(informed, facts)
    if verdict.kind is ChallengeKind.ONE_TIME_CODE and facts.card is None:
        return _plain(Outcome.UNAVAILABLE, CARD_UNKNOWN, "the bank knows nowhere to send a code")
    return verdict


def _plain(outcome: Outcome, reason: str | None, because: str) -> Verdict:
    return Verdict(outcome=outcome, reason=reason, because=(because,))
