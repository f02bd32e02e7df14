"""What is asked of a card: the decision's way of asking, as far as the card has it. Pure."""

from dataclasses import replace

from sekisho.issuer.acs.flow.ways import offered
from sekisho.issuer.acs.model import AcsSettings, BankCard, ChallengeKind, Question, Verdict


def askable(verdict: Verdict, card: BankCard | None, *, in_app: bool = False) -> Verdict:
    """Give the verdict with what the card can be asked: a code, where it has not what was meant."""
    kind, _ = offered(verdict.kind, card.methods if card else (), in_app=in_app)
    return verdict if kind is verdict.kind else replace(verdict, kind=kind)


def question_of(
    verdict: Verdict, card: BankCard | None, settings: AcsSettings, *, in_app: bool = False
) -> Question:
    """Begin the question that a verdict calls for."""
    methods = card.methods if card else ()
    kind, others = offered(verdict.kind, methods, passwords=settings.other_ways, in_app=in_app)
    if kind is ChallengeKind.OUT_OF_BAND and not _can_have_codes(card):
        others = ()
    return Question(
        kind=kind,
        others=others,
        attempts_left=settings.attempts,
        codes_left=settings.codes,
        prompts_left=settings.prompts,
        can_prompt="prompt" in methods,
        offers_trust=verdict.offers_trust,
        offers_binding=verdict.offers_binding,
    )


def _can_have_codes(card: BankCard | None) -> bool:
    return card is not None and bool(card.phone_masked or card.email_masked)
