"""Test cards: the rule that calls up every outcome by a card's last four digits, and the table.

The rule is the one that 3dsecure.io publishes for its sandbox, so that its clients find the
outcomes they know. With last four digits abcd:

* a, versions: 0 all, 1 only 2.1.0, 2 only 2.2.0, 3 only 2.3.1
* b, 3DS Method: 0 answers, 1 none, 2 never answers
* c, result: 0 Y, 1 N, 2 A, 3 R, 4 I, 5 U, 6 the ACS stays silent, 7 challenge
* d, flow: 3 frictionless; for challenges 0 passes by itself, 1 fails by itself, 2 the cardholder acts
"""

from dataclasses import dataclass
from enum import Enum
from typing import Final

from sekisho.kernel.brands import BRANDS, Brand
from sekisho.kernel.cards import Pan, luhn_holds

SANDBOX_PASSWORD: Final = "hakone-1619"
"""The password of every sandbox card's holder in the bank's web service."""
SANDBOX_APP_SECRET: Final = "SEKISHOHAKONETOGECHAYA2345672345"
"""The secret of every sandbox card's authenticator app, in base32: good for any such app."""
SANDBOX_ANSWERS: Final = {"branch": ("odawara",), "payments": ("electricity", "water")}
"""What every sandbox card's holder answers to the bank's questions."""


class MethodBehaviour(Enum):
    """What the card's 3DS Method does."""

    ANSWERS = "answers"
    NONE = "none"
    SILENT = "never answers"


class Outcome(Enum):
    """What the bank answers to an authentication of the card."""

    AUTHENTICATED = "Y"
    DENIED = "N"
    ATTEMPTED = "A"
    REJECTED = "R"
    INFORMATIONAL = "I"
    UNAVAILABLE = "U"
    SILENT = "no answer"
    CHALLENGE_PASSES = "C, passes by itself"
    CHALLENGE_FAILS = "C, fails by itself"
    CHALLENGE = "C, the cardholder acts"


@dataclass(frozen=True, slots=True, kw_only=True)
class CardRule:
    """What the last four digits of a test card call up."""

    versions: tuple[str, ...]
    method: MethodBehaviour
    outcome: Outcome


_VERSIONS: Final = {
    "0": ("2.1.0", "2.2.0", "2.3.1"),
    "1": ("2.1.0",),
    "2": ("2.2.0",),
    "3": ("2.3.1",),
}
_METHODS: Final = {
    "0": MethodBehaviour.ANSWERS,
    "1": MethodBehaviour.NONE,
    "2": MethodBehaviour.SILENT,
}
_OUTCOMES: Final = {
    "03": Outcome.AUTHENTICATED,
    "13": Outcome.DENIED,
    "23": Outcome.ATTEMPTED,
    "33": Outcome.REJECTED,
    "43": Outcome.INFORMATIONAL,
    "53": Outcome.UNAVAILABLE,
    "63": Outcome.SILENT,
    "70": Outcome.CHALLENGE_PASSES,
    "71": Outcome.CHALLENGE_FAILS,
    "72": Outcome.CHALLENGE,
}


def rule_of(digits: str) -> CardRule | None:
    """Read the rule from a card number's last four digits; None when they encode none."""
    versions = _VERSIONS.get(digits[-4:-3])
    method = _METHODS.get(digits[-3:-2])
    outcome = _OUTCOMES.get(digits[-2:])
    if versions is None or method is None or outcome is None:
        return None
    return CardRule(versions=versions, method=method, outcome=outcome)


BRAND_HEADS: Final[dict[Brand, str]] = {
    Brand.VISA: "41111111",
    Brand.MASTERCARD: "52000000",
    Brand.MAESTRO: "67599900",
    Brand.AMEX: "34000000",
    Brand.JCB: "35581111",
    Brand.DINERS: "36000000",
    Brand.DISCOVER: "60110000",
    Brand.UNIONPAY: "62212600",
}
"""The first eight digits of our test cards: the sandbox bank's ranges."""

LENGTHS: Final[dict[Brand, int]] = {Brand.AMEX: 15, Brand.DINERS: 14}
"""Where a test card is not 16 digits long."""


def sandbox_card(brand: Brand, last_four: str) -> Pan:
    """Make the brand's test card that ends in these four digits, its check digit set before them."""
    head = BRAND_HEADS[brand]
    free = LENGTHS.get(brand, 16) - len(head) - len(last_four)
    for filler in range(10):
        digits = f"{head}{filler:0{free}d}{last_four}"
        if luhn_holds(digits):
            return Pan(digits)
    raise AssertionError("one of ten digits always satisfies the Luhn check")


@dataclass(frozen=True, slots=True, kw_only=True)
class SandboxCard:
    """One row of the table that `sekisho cards` and `sekisho up` print."""

    brand: Brand
    pan: Pan
    rule: CardRule


LAST_FOURS: Final = tuple(
    f"{version}{method}{outcome}"
    for version in _VERSIONS
    for method in _METHODS
    for outcome in _OUTCOMES
)


def sandbox_cards(last_fours: tuple[str, ...] = LAST_FOURS) -> list[SandboxCard]:
    """List the test cards of every brand for these endings."""
    cards = []
    for brand in BRANDS:
        for ending in last_fours:
            rule = rule_of(ending)
            if rule is not None:
                cards.append(SandboxCard(brand=brand, pan=sandbox_card(brand, ending), rule=rule))
    return cards
