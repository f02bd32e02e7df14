"""Bends a verdict to what the protocol, and the bank's own caution, allow as an answer. Pure.

Whoever decides may call for anything; here it becomes what this version, channel and request can have
(protocol facts, sections 2.3, 2.5, 2.8 and 7). Nobody is asked who is not there, and a requestor alone
authenticates nobody: it must refer to an authentication that its cardholder once passed (attack 23).
"""

from dataclasses import replace
from datetime import timedelta
from typing import Final

from sekisho.issuer.acs.model import ChallengeKind, Facts, Outcome, Prior, Verdict
from sekisho.protocol.states.decoupled import NEEDED, decision_on
from sekisho.protocol.vocabulary import Category, Channel, Version

INVALID_TRANSACTION: Final = "07"
CARD_UNKNOWN: Final = "08"
THREE_RI_UNSUPPORTED: Final = "21"
"""transStatusReason."""

INFORMATION_ONLY: Final = frozenset({"05", "06", "07"})
"""threeDSRequestorChallengeInd: the shop asks for no authentication, or has one: I may be the answer."""

CONTINUES: Final = frozenset({"01", "02", "06", "07", "11", "12", "15", "16"})
"""threeRIInd: payments that follow from one in which the cardholder took part."""

DECOUPLED_LEAST: Final = timedelta(minutes=1)
"""Less time than that is no time to ask anybody."""

BY_ITSELF: Final = frozenset({ChallengeKind.PASSES_BY_ITSELF, ChallengeKind.FAILS_BY_ITSELF})
PROVES_NOTHING: Final = frozenset({Outcome.DECOUPLED, Outcome.INFORMATIONAL})
REFUSALS: Final = frozenset({Outcome.DENIED, Outcome.REJECTED, Outcome.UNAVAILABLE})


def fitting(verdict: Verdict, facts: Facts) -> Verdict:
    """Bend a verdict to what is allowed as an answer to what was asked."""
    if facts.transaction.channel is Channel.THREE_RI:
        verdict = _with_nobody_there(verdict, facts)
    match verdict.outcome:
        case Outcome.SPC if not facts.transaction.allows("S"):
            return _challenge_or_less(_asking(verdict), facts)
        case Outcome.DECOUPLED:
            return _decoupled_or_less(verdict, facts)
        case Outcome.CHALLENGE:
            return _challenge_or_less(verdict, facts)
        case Outcome.INFORMATIONAL:
            return _informed(verdict, facts)
    return verdict


def _with_nobody_there(verdict: Verdict, facts: Facts) -> Verdict:
    """Say what a requestor can be told that comes without its cardholder."""
    if verdict.outcome in REFUSALS or verdict.outcome is Outcome.SILENT:
        return verdict
    if facts.prior is Prior.BAD:
        return _plain(Outcome.DENIED, INVALID_TRANSACTION, "it refers to no good authentication")
    if facts.prior is Prior.GOOD or verdict.outcome in PROVES_NOTHING:
        return verdict
    if facts.three_ri_ind in CONTINUES:
        return _plain(Outcome.DENIED, INVALID_TRANSACTION, "there was no authentication before")
    is_payment = facts.transaction.category is Category.PAYMENT
    if is_payment and verdict.outcome is Outcome.AUTHENTICATED:
        return replace(verdict, outcome=Outcome.CHALLENGE)  # only the cardholder can say yes
    return verdict  # A and I say nothing of a cardholder


def _decoupled_or_less(verdict: Verdict, facts: Facts) -> Verdict:
    if not _is_known(verdict, facts):
        return _nobody()
    asked = decision_on(facts.transaction, least=DECOUPLED_LEAST)
    if asked.trans_status == Outcome.DECOUPLED.value:
        return verdict
    if asked.reason == NEEDED and facts.transaction.allows("C"):
        return _challenge_or_less(_asking(verdict), facts)
    return _unasked(facts, asked.reason)


def _challenge_or_less(verdict: Verdict, facts: Facts) -> Verdict:
    if facts.transaction.challenge_forbidden:
        because = (*verdict.because, "a challenge is forbidden: data only")
        informed = Verdict(outcome=Outcome.INFORMATIONAL, score=verdict.score, because=because)
        return _informed(informed, facts)
    if not _is_known(verdict, facts):
        return _nobody()
    if facts.transaction.allows("C"):
        version = facts.transaction.version
        return replace(
            verdict,
            outcome=Outcome.CHALLENGE,
            offers_trust=verdict.offers_trust and version >= Version.V220,
            offers_binding=verdict.offers_binding and version >= Version.V231,
        )
    asked = decision_on(facts.transaction, least=DECOUPLED_LEAST)
    if asked.trans_status == Outcome.DECOUPLED.value:
        return replace(verdict, outcome=Outcome.DECOUPLED)
    return _unasked(facts, asked.reason)


def _informed(verdict: Verdict, facts: Facts) -> Verdict:
    asked_for = facts.wishes & INFORMATION_ONLY
    if facts.transaction.version >= Version.V220 and asked_for:
        return verdict
    because = "information only, but nobody asked for that"
    return _plain(Outcome.UNAVAILABLE, INVALID_TRANSACTION, because)


def _unasked(facts: Facts, reason: str | None) -> Verdict:
    """Say that the cardholder would have to be asked, and cannot be: 2.1.0 has no word for why."""
    words = reason if facts.transaction.version >= Version.V220 else THREE_RI_UNSUPPORTED
    return _plain(Outcome.UNAVAILABLE, words, "nobody is there to be asked")


def _is_known(verdict: Verdict, facts: Facts) -> bool:
    return facts.card is not None or verdict.kind in BY_ITSELF


def _nobody() -> Verdict:
    return _plain(Outcome.UNAVAILABLE, CARD_UNKNOWN, "the bank knows nobody to ask")


def _asking(verdict: Verdict) -> Verdict:
    return replace(verdict, outcome=Outcome.CHALLENGE)


def _plain(outcome: Outcome, reason: str | None, because: str) -> Verdict:
    return Verdict(outcome=outcome, reason=reason, because=(because,))
