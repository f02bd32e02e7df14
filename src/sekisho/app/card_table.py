"""The table of test cards as the command line shows it, drawn from the one rule."""

from dataclasses import dataclass
from typing import Final

from sekisho.kernel.brands import BRANDS
from sekisho.testkit.card_calls import Outcome
from sekisho.testkit.cards import (
    LAST_FOURS,
    LEGACY,
    LEGACY_VERSION,
    NOT_ENROLLED,
    SANDBOX_ANSWERS,
    SANDBOX_APP_SECRET,
    SANDBOX_PASSWORD,
    CardRule,
    rule_of,
    sandbox_cards,
)

SHORT: Final = (
    *(ending for ending in LAST_FOURS if ending.startswith("00")),
    *(ending for ending in LAST_FOURS if ending.startswith(f"{LEGACY}0")),
    f"{LEGACY}103",
    f"{LEGACY}203",
    NOT_ENROLLED,
)
"""Every version with a 3DS Method that answers, then 1.0.2: the endings that matter first."""

AT_ONCE: Final = tuple(ending for ending in SHORT if ending[:2] == "00" and ending < "0074")
"""What a first hour needs, and what `sekisho up` prints."""

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
    Outcome.STATIC_PASSWORD: N_("challenge: type the password of the bank's web service (C)"),
    Outcome.APP_CODE: N_("challenge: type a code of the authenticator app (C)"),
    Outcome.OUT_OF_BAND: N_("challenge: approve in the bank's app (C)"),
    Outcome.PASSKEY: N_("challenge: use a passkey (C)"),
    Outcome.SINGLE_SELECT: N_("challenge: choose the one right answer (C)"),
    Outcome.MULTI_SELECT: N_("challenge: choose all right answers (C)"),
    Outcome.INFORMATION: N_("challenge: read what the bank has to say (C, then Y)"),
    Outcome.DECOUPLED_PASSES: N_("decoupled: approved by itself (D, then Y)"),
    Outcome.DECOUPLED_FAILS: N_("decoupled: denied by itself (D, then N)"),
    Outcome.DECOUPLED: N_("decoupled: approve later in the bank's app (D)"),
    Outcome.DECOUPLED_SILENT: N_("decoupled: nobody is reached until the time is over (D)"),
    Outcome.PAYMENT_CONFIRMATION: N_("Secure Payment Confirmation with a passkey (S)"),
    Outcome.FALLS_BACK: N_("challenge that goes on decoupled, where that is allowed (C, then D)"),
    Outcome.HTML: N_("challenge by code, in an app as the bank's HTML (C)"),
    Outcome.HTML_OUT_OF_BAND: N_("challenge in the bank's app, in a shop's app as HTML (C)"),
    Outcome.TRUST_LIST: N_("challenge by code that offers to trust the shop (C)"),
    Outcome.DEVICE_BINDING: N_("challenge by code that offers to remember the device (C)"),
    Outcome.LATE: N_("fault: the bank's answer comes too late"),
    Outcome.CUT_OFF: N_("fault: the bank's answer is cut off"),
    Outcome.OTHER_VERSION: N_("fault: the answer is of another version"),
    Outcome.NO_DS_TRANS_ID: N_("fault: the answer lacks dsTransID"),
    Outcome.NO_ACS_URL: N_("fault: a challenge without acsURL"),
    Outcome.BAD_SIGNATURE: N_("fault: the bank's signature does not hold"),
    Outcome.CRITICAL_EXTENSION: N_("fault: a critical extension that nobody knows"),
    Outcome.EXTRA_MEMBERS: N_("harmless: members added and in another order (Y)"),
    Outcome.RESULT_TWICE: N_("fault: the result of a challenge is sent twice"),
    Outcome.RESULT_NEVER: N_("fault: the result of a challenge is never sent"),
    Outcome.NOT_ENROLLED: N_("not enrolled: there is no 3-D Secure for it"),
}
"""What each outcome means to the person at the keyboard."""

ENROLLED: Final = {
    "Y": N_("1.0.2"),
    "N": N_("1.0.2, and the card is not enrolled (VERes N)"),
    "U": N_("1.0.2, and the bank cannot tell whether the card is enrolled (VERes U)"),
}
"""What the VERes says of a card that knows only 3-D Secure 1.0.2."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One ending of the table."""

    ending: str
    texts: tuple[str, ...]
    """What it calls up, in one or two parts, each to be translated where it is shown."""
    numbers: tuple[str, ...]
    """A number of each brand."""

    @property
    def meaning(self) -> str:
        """What it calls up, in English."""
        return ": ".join(self.texts)


def outcome_rows() -> list[Row]:
    """List what is called up by the endings that matter first."""
    return [
        Row(
            ending=ending,
            texts=_texts(rule),
            numbers=tuple(card.pan.digits for card in sandbox_cards((ending,))),
        )
        for ending in SHORT
        if (rule := rule_of(ending)) is not None
    ]


def _texts(rule: CardRule) -> tuple[str, ...]:
    meaning = MEANING[rule.outcome]
    if rule.versions != (LEGACY_VERSION,):
        return (meaning,)
    return (
        (ENROLLED[rule.enrolled], meaning) if rule.enrolled == "Y" else (ENROLLED[rule.enrolled],)
    )


def card_rows(*, everything: bool = False) -> list[dict[str, object]]:
    """List the test cards as plain rows: brand, number, versions, 3DS Method, outcome."""
    return [
        {
            "brand": card.brand.value,
            "number": card.pan.digits,
            "versions": list(card.rule.versions),
            "threeDSMethod": card.rule.method.value,
            "enrolled": card.rule.enrolled,
            "outcome": card.rule.outcome.value,
            "since": card.rule.call.since,
        }
        for card in sandbox_cards(LAST_FOURS if everything else SHORT)
    ]


def card_table(endings: tuple[str, ...] = SHORT) -> str:
    """Write the table for a terminal: one line an ending, then two numbers of each brand."""
    lines = [
        "Test cards: any future expiry date, any security code; the last four digits decide.",
        "",
    ]
    lines += [f"  {row.ending}  {row.meaning}" for row in outcome_rows() if row.ending in endings]
    lines.append("")
    for brand, facts in BRANDS.items():
        cards = [card.pan.digits for card in sandbox_cards(("0003", "0072")) if card.brand is brand]
        lines.append(f"  {facts.name:17} {cards[0]:17} passes    {cards[1]:17} is challenged")
    return "\n".join((*lines, *(f"  {words}" for words in known_by_heart())))


def known_by_heart() -> tuple[str, str]:
    """Say what the holder of every sandbox card knows and has: what challenges ask for."""
    answers = "; ".join(" and ".join(codes) for codes in SANDBOX_ANSWERS.values())
    return (
        f"Password {SANDBOX_PASSWORD}; right choices {answers}.",
        f"App secret {SANDBOX_APP_SECRET}; its codes, approvals and passkeys: the bank's /app.",
    )


def long_table() -> str:
    """Write every number for a terminal: one line each."""
    return "\n".join(
        f"{card.brand.value:11} {card.pan.digits:17} {card.rule.outcome.value:45} "
        f"method {card.rule.method.value:13} {' '.join(card.rule.versions)}"
        for card in sandbox_cards()
    )
