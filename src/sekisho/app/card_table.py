"""The table of test cards as the command line shows it, drawn from the one rule."""

from typing import Final

from sekisho.kernel.brands import BRANDS
from sekisho.testkit.cards import LAST_FOURS, Outcome, rule_of, sandbox_cards

SHORT = tuple(ending for ending in LAST_FOURS if ending.startswith("00"))
"""Every version, 3DS Method answers: the endings that matter first."""

N_: Final = str
"""Marks a text that is translated where it is shown."""

MEANING: Final = {
    Outcome.AUTHENTICATED: N_("authenticated, without a word (Y)"),
    Outcome.DENIED: N_("not authenticated (N)"),
    Outcome.ATTEMPTED: N_("attempt: the bank takes no part, the scheme vouches (A)"),
    Outcome.REJECTED: N_("rejected by the bank (R)"),
    Outcome.INFORMATIONAL: N_("informational, where it was asked for (I)"),
    Outcome.UNAVAILABLE: N_("could not be authenticated (U)"),
    Outcome.SILENT: N_("the bank does not answer"),
    Outcome.CHALLENGE_PASSES: N_("challenge that passes by itself (C, then Y)"),
    Outcome.CHALLENGE_FAILS: N_("challenge that fails by itself (C, then N)"),
    Outcome.CHALLENGE: N_("challenge: type the code from the inbox (C)"),
}
"""What each outcome means to the person at the keyboard."""


def outcome_rows() -> list[tuple[str, str, list[str]]]:
    """List ending, outcome and every brand's number for the endings that matter first."""
    return [
        (ending, MEANING[rule.outcome], [card.pan.digits for card in sandbox_cards((ending,))])
        for ending in SHORT
        if (rule := rule_of(ending)) is not None
    ]


def card_rows(*, everything: bool = False) -> list[dict[str, object]]:
    """List the test cards as plain rows: brand, number, versions, 3DS Method, outcome."""
    return [
        {
            "brand": card.brand.value,
            "number": card.pan.digits,
            "versions": list(card.rule.versions),
            "threeDSMethod": card.rule.method.value,
            "outcome": card.rule.outcome.value,
        }
        for card in sandbox_cards(LAST_FOURS if everything else SHORT)
    ]


def card_table(*, everything: bool = False) -> str:
    """Write the table for a terminal: one line an ending, one column a brand when it is short."""
    if everything:
        return "\n".join(
            f"{row['brand']!s:11} {row['number']!s:17} {row['outcome']!s:24} "
            f"method {row['threeDSMethod']!s:13} {' '.join(map(str, _listed(row['versions'])))}"
            for row in card_rows(everything=True)
        )
    lines = [
        "Test cards: any future expiry date, any security code; the last four digits decide.",
        "",
    ]
    for ending in SHORT:
        rule = rule_of(ending)
        lines.append(f"  {ending}  {MEANING[rule.outcome] if rule else ''}")
    lines.append("")
    for brand, facts in BRANDS.items():
        cards = [card.pan.digits for card in sandbox_cards(("0003", "0072")) if card.brand is brand]
        lines.append(f"  {facts.name:17} {cards[0]:17} passes    {cards[1]:17} is challenged")
    return "\n".join(lines)


def _listed(value: object) -> list[object]:
    return list(value) if isinstance(value, list) else [value]
