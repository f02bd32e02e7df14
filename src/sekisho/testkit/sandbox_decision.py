"""The test-card rule as a bank's decision: the last four digits call up the answer.

It stands in front of a real rule set and leaves it what the rule does not speak of: other numbers,
and cards that the bank has suspended or does not let in.
"""

from collections.abc import Mapping
from typing import Final, Protocol

from sekisho.issuer.acs.flow.rules import INVALID_TRANSACTION, SUSPECTED_FRAUD, fitting
from sekisho.issuer.acs.model import ChallengeKind, Facts, Outcome, Verdict
from sekisho.testkit import cards

CARD_AUTHENTICATION_FAILED: Final = "01"

VERDICTS: Final[Mapping[cards.Outcome, Verdict]] = {
    cards.Outcome.AUTHENTICATED: Verdict(outcome=Outcome.AUTHENTICATED),
    cards.Outcome.DENIED: Verdict(outcome=Outcome.DENIED, reason=CARD_AUTHENTICATION_FAILED),
    cards.Outcome.ATTEMPTED: Verdict(outcome=Outcome.ATTEMPTED),
    cards.Outcome.REJECTED: Verdict(outcome=Outcome.REJECTED, reason=SUSPECTED_FRAUD),
    cards.Outcome.INFORMATIONAL: Verdict(outcome=Outcome.INFORMATIONAL),
    cards.Outcome.UNAVAILABLE: Verdict(outcome=Outcome.UNAVAILABLE, reason=INVALID_TRANSACTION),
    cards.Outcome.SILENT: Verdict(outcome=Outcome.SILENT),
    cards.Outcome.CHALLENGE_PASSES: Verdict(
        outcome=Outcome.CHALLENGE, kind=ChallengeKind.PASSES_BY_ITSELF
    ),
    cards.Outcome.CHALLENGE_FAILS: Verdict(
        outcome=Outcome.CHALLENGE, kind=ChallengeKind.FAILS_BY_ITSELF
    ),
    cards.Outcome.CHALLENGE: Verdict(outcome=Outcome.CHALLENGE),
}


class Decision(Protocol):
    """A bank's decision."""

    def decide(self, facts: Facts) -> Verdict:
        """Say what to answer, and why."""
        ...


class SandboxDecision:
    """Lets the last four digits decide, and a real decision where they say nothing."""

    def __init__(self, otherwise: Decision) -> None:
        self._otherwise = otherwise

    def decide(self, facts: Facts) -> Verdict:
        """Say what the test card calls for, as far as the protocol allows it as an answer."""
        rule = cards.rule_of(facts.acct_number.reveal())
        standing = facts.card.status if facts.card is not None else "active"
        if rule is None or standing != "active":
            return self._otherwise.decide(facts)
        called_for = VERDICTS[rule.outcome]
        because = (f"the test card calls for: {rule.outcome.value}",)
        verdict = Verdict(
            outcome=called_for.outcome,
            kind=called_for.kind,
            reason=called_for.reason,
            mandated=facts.challenge_ind == "04" and called_for.outcome is Outcome.CHALLENGE,
            because=because,
        )
        return fitting(verdict, facts)
