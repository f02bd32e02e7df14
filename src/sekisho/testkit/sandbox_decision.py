"""The test-card rule as a bank's decision: the last four digits call up the answer.

It stands in front of a real rule set and leaves it what the rule does not speak of: other numbers,
and cards that the bank has suspended or does not let in.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Final, Protocol

from sekisho.issuer.acs.flow.rules import INVALID_TRANSACTION, SUSPECTED_FRAUD, fitting
from sekisho.issuer.acs.model import ChallengeKind, Facts, Outcome, Verdict
from sekisho.testkit import cards
from sekisho.testkit.card_calls import Call, Offers

CARD_AUTHENTICATION_FAILED: Final = "01"

REASONS: Final[Mapping[str, str]] = {
    "N": CARD_AUTHENTICATION_FAILED,
    "R": SUSPECTED_FRAUD,
    "U": INVALID_TRANSACTION,
}


def called_up(call: Call) -> Verdict:
    """Give a bank's verdict for what a card calls up."""
    because = (f"the test card calls for: {call.outcome.value}",)
    if call.status is None:
        return Verdict(outcome=Outcome.SILENT, because=because)
    names = {kind.name: kind for kind in ChallengeKind}
    known = Outcome(call.status) if call.status in {each.value for each in Outcome} else None
    # A method that the ACS has not learned yet is a one-time code.
    kind = names.get(call.asks.name if call.asks else "", ChallengeKind.ONE_TIME_CODE)
    return Verdict(
        outcome=known or Outcome.CHALLENGE,
        kind=kind,
        reason=REASONS.get(call.status),
        html=call.html,
        offers_trust=call.offers is Offers.TRUST_LIST,
        offers_binding=call.offers is Offers.DEVICE_BINDING,
        falls_back=call.falls_back,
        reaches=call.acts,
        because=because,
    )


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
        verdict = called_up(rule.call)
        asked = verdict.outcome in {Outcome.CHALLENGE, Outcome.DECOUPLED, Outcome.SPC}
        verdict = replace(verdict, mandated=asked and facts.challenge_ind == "04")
        return fitting(verdict, facts)
