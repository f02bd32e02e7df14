"""What an answer is worth: the one table of section 12.5, with each brand's ECI.

Who bears a fraud chargeback is the scheme's rule, by region and kind of card, at its widest in the
attempts. The table says what the schemes said in general; whoever is in doubt asks the acquirer.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Final

from sekisho.kernel.brands import BRANDS, Brand, BrandFacts
from sekisho.kernel.errors import Misuse
from sekisho.protocol.threeds1.vocabulary import Enrolled, Status


class Liability(Enum):
    """Who bears a fraud chargeback."""

    ISSUER = "issuer"
    MERCHANT = "merchant"


class Strength(Enum):
    """Which of a brand's ECI values says what happened."""

    FULL = "authenticated"
    ATTEMPT = "attempted"
    NONE = "not authenticated"


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One line of the table."""

    strength: Strength | None
    """None: the purchase stops, there is no ECI."""
    liability: Liability | None
    remark: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What the merchant may do with an answer."""

    eci: str | None
    """For the authorization; None: there will be none."""
    liability: Liability | None
    """None: nothing is sold, so nobody bears anything."""
    may_authorise: bool


RULES: Final[Mapping[tuple[Enrolled, Status | None], Rule]] = {
    (Enrolled.YES, Status.AUTHENTICATED): Rule(
        strength=Strength.FULL, liability=Liability.ISSUER, remark=""
    ),
    (Enrolled.YES, Status.ATTEMPTED): Rule(
        strength=Strength.ATTEMPT, liability=Liability.ISSUER, remark=""
    ),
    (Enrolled.YES, Status.FAILED): Rule(strength=None, liability=None, remark="do not authorise"),
    (Enrolled.YES, Status.UNABLE): Rule(
        strength=Strength.NONE, liability=Liability.MERCHANT, remark=""
    ),
    (Enrolled.YES, None): Rule(
        strength=None,
        liability=None,
        remark="no PARes came: the sources are silent, and we stop",
    ),
    (Enrolled.NO, None): Rule(
        strength=Strength.ATTEMPT, liability=Liability.ISSUER, remark="depends on brand and region"
    ),
    (Enrolled.UNABLE, None): Rule(strength=Strength.NONE, liability=Liability.MERCHANT, remark=""),
}
"""By VERes and PARes; without enrolment no PARes is asked for."""


def outcome(enrolled: Enrolled, status: Status | None, brand: Brand) -> Outcome:
    """Tell what a VERes, and the PARes if there was one, are worth for a card of that brand.

    Raises Misuse for a PARes where the VERes was not Y: nobody may have asked for it.
    """
    rule = RULES.get((enrolled, status))
    if rule is None:
        raise Misuse("a PARes without a VERes that says Y")
    strength = rule.strength
    return Outcome(
        eci=None if strength is None else eci_of(BRANDS[brand], strength),
        liability=rule.liability,
        may_authorise=strength is not None,
    )


def eci_of(facts: BrandFacts, strength: Strength) -> str:
    """Give a brand's ECI."""
    return {
        Strength.FULL: facts.eci_full,
        Strength.ATTEMPT: facts.eci_attempt,
        Strength.NONE: facts.eci_none,
    }[strength]
