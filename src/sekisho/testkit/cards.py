"""Test cards: the rule that calls up every outcome by a card's last four digits.

The rule is the one that 3dsecure.io publishes for its sandbox, so that its clients find the
outcomes they know, continued where that rule leaves digits free. With last four digits abcd:

* a, versions: 0 all of EMV 3DS, 1 only 2.1.0, 2 only 2.2.0, 3 only 2.3.1; ours: 9 only 1.0.2
* b, 3DS Method: 0 answers (8 as well, as in published numbers), 1 none, 2 never answers;
  ours: with 1.0.2, which has no 3DS Method, whether the card is enrolled: 0 yes, 1 no, 2 unable
* c, result: 0 Y, 1 N, 2 A, 3 R, 4 I, 5 U, 6 the ACS stays silent, 7 challenge;
  ours: 8 what came after 2.1.0, 9 a fault of the bank's or the scheme's machines
* d, flow: 3 frictionless; for challenges 0 passes by itself, 1 fails by itself, 2 the cardholder
  acts; ours: 3 to 9 in a challenge are the other methods, and any digit after c = 8 and c = 9

8000 is on no list: the card is not enrolled.
"""

from dataclasses import dataclass
from enum import Enum
from typing import Final

from sekisho.kernel.brands import BRANDS, Brand
from sekisho.kernel.cards import Pan, luhn_holds
from sekisho.testkit.card_calls import CALLS, Call, Outcome

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


@dataclass(frozen=True, slots=True, kw_only=True)
class CardRule:
    """What the last four digits of a test card call up."""

    versions: tuple[str, ...]
    """Empty: the card is not enrolled."""
    method: MethodBehaviour
    call: Call
    enrolled: str = "Y"
    """CH.enrolled of the VERes, in 1.0.2: Y, N or U."""

    @property
    def outcome(self) -> Outcome:
        """The name of what is called up."""
        return self.call.outcome


LEGACY: Final = "9"
LEGACY_VERSION: Final = "1.0.2"
NOT_ENROLLED: Final = "8000"

_VERSIONS: Final = {
    "0": ("2.1.0", "2.2.0", "2.3.1"),
    "1": ("2.1.0",),
    "2": ("2.2.0",),
    "3": ("2.3.1",),
    LEGACY: (LEGACY_VERSION,),
}
_METHODS: Final = {
    "0": MethodBehaviour.ANSWERS,
    "1": MethodBehaviour.NONE,
    "2": MethodBehaviour.SILENT,
}
_ENROLLED: Final = {"0": "Y", "1": "N", "2": "U"}
_SAME_AS: Final = {"8": "0"}
"""Published numbers have an 8 where the Luhn check wants one, and behave as those with a 0."""


def rule_of(digits: str) -> CardRule | None:
    """Read the rule from a card number's last four digits; None when they encode none."""
    if digits[-4:] == NOT_ENROLLED:
        call = Call(outcome=Outcome.NOT_ENROLLED, status=None)
        return CardRule(versions=(), method=MethodBehaviour.NONE, call=call, enrolled="N")
    first, second = digits[-4:-3], digits[-3:-2]
    second = _SAME_AS.get(second, second)
    versions, called = _VERSIONS.get(first), CALLS.get(digits[-2:])
    method = _METHODS.get(second)
    if versions is None or called is None or method is None:
        return None
    if first != LEGACY:
        return CardRule(versions=versions, method=method, call=called)
    if not called.legacy:
        return None
    enrolled, none = _ENROLLED[second], MethodBehaviour.NONE
    return CardRule(versions=versions, method=none, call=called, enrolled=enrolled)


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
"""Where a test card is not 16 digits long, unless another length is asked for."""


def sandbox_card(brand: Brand, last_four: str, *, length: int | None = None, nth: int = 0) -> Pan:
    """Make the brand's test card that ends in these four digits, its check digit set before them.

    `nth` gives others that call up the same, where the number is long enough to have them.
    """
    head = BRAND_HEADS[brand]
    free = (length or LENGTHS.get(brand, 16)) - len(head) - len(last_four)
    for filler in range(10 * nth, 10 * nth + 10):
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


LAST_FOURS: Final = (
    *(
        ending
        for first in _VERSIONS
        for second in _METHODS
        for last in CALLS
        if rule_of(ending := f"{first}{second}{last}") is not None
    ),
    NOT_ENROLLED,
)
"""Every ending that calls something up, but for those that say the same with an 8."""


def sandbox_cards(last_fours: tuple[str, ...] = LAST_FOURS) -> list[SandboxCard]:
    """List the test cards of every brand for these endings."""
    cards = []
    for brand in BRANDS:
        for ending in last_fours:
            rule = rule_of(ending)
            if rule is not None:
                cards.append(SandboxCard(brand=brand, pan=sandbox_card(brand, ending), rule=rule))
    return cards
