"""Who bears a fraud chargeback: worked out from an order's facts each time, never stored.

Decided after authorization, from three witnesses: the authentication's transStatus, the ECI that
went into the authorization, and what the issuer said of the authentication value. The ECI is what
the shop claims; it counts for no more than the other two support. So a shop that writes "fully
authenticated" over a mere attempt, or over an authentication that could not be performed, gains
nothing, and neither does one whose value the issuer did not find good.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import Enum, IntEnum
from typing import Final

from sekisho.acquirer.ledger.model import Fact, OrderPlaced
from sekisho.kernel.brands import BRANDS, Brand, BrandFacts


class Party(Enum):
    """Who pays when the cardholder says it was somebody else."""

    ISSUER = "issuer"
    SHOP = "shop"


class Icon(Enum):
    """The authentication icon beside the payment icon (requirement D6)."""

    AUTHENTICATED = "authenticated"
    WAS_AUTHENTICATED = "was authenticated"
    SUBSCRIPTION = "subscription"
    NONE = "none"


class Reason(Enum):
    """Why; each has its own words on the order's page."""

    AUTHENTICATED = "authenticated"
    ATTEMPTED = "attempted"
    NO_AUTHENTICATION = "no authentication"
    NOT_AUTHENTICATED = "not authenticated"
    COULD_NOT_AUTHENTICATE = "could not authenticate"
    INFORMATION_ONLY = "information only"
    ECI_NOT_AUTHENTICATED = "eci not authenticated"
    ECI_OF_NO_BRAND = "eci of no brand"
    ECI_ABOVE_STATUS = "eci above status"
    VALUE_NOT_VERIFIED = "value not verified"
    VALUE_FAILED = "value failed"
    VALUE_BELOW_ECI = "value below eci"
    UNKNOWN_BRAND = "unknown brand"


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """One thing that was looked at: its name on the scheme's paper, its value, since when."""

    name: str
    value: str | None
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Liability:
    """Who bears a fraud chargeback, why, and by which evidence."""

    party: Party
    icon: Icon
    reasons: tuple[Reason, ...]
    evidence: tuple[Evidence, ...]

    @property
    def shifted(self) -> bool:
        """Whether the issuer bears it."""
        return self.party is Party.ISSUER


class Proof(IntEnum):
    """How much a witness supports."""

    NONE = 0
    ATTEMPT = 1
    FULL = 2


STATUS_PROOF: Final[Mapping[str, Proof]] = {"Y": Proof.FULL, "A": Proof.ATTEMPT}
"""Every other transStatus supports nothing."""

VALUE_PROOF: Final[Mapping[str, Proof]] = {
    "2": Proof.FULL,
    "3": Proof.ATTEMPT,
    "8": Proof.ATTEMPT,
    "A": Proof.ATTEMPT,
}
"""Result of the authentication value in the authorization's answer, as Visa's field 44.13 has it:
2 passed; 3 attempt passed; 8 and A attempt by stand-in passed. Every other supports nothing."""

VALUE_FAILED: Final = frozenset({"1", "4", "7", "9"})
"""The issuer looked at the value and found it wrong."""

_STATUS_REASONS: Final[Mapping[str | None, Reason]] = {
    None: Reason.NO_AUTHENTICATION,
    "N": Reason.NOT_AUTHENTICATED,
    "R": Reason.NOT_AUTHENTICATED,
    "U": Reason.COULD_NOT_AUTHENTICATE,
    "I": Reason.INFORMATION_ONLY,
}


def liability(facts: Sequence[Fact]) -> Liability:
    """Work out who bears a fraud chargeback, fact by fact from the order on."""
    standing: Liability | None = None
    for fact in facts:
        standing = RULES[type(fact)](standing, fact)
    if standing is None:
        raise ValueError("an order has at least the fact of having been placed")
    return standing


def at_order(_: Liability | None, fact: OrderPlaced) -> Liability:
    """The first word: what the authentication at order time is worth."""
    payment = fact.payment
    evidence = (
        Evidence(name="brand", value=payment.brand, at=fact.at),
        Evidence(name="transStatus", value=payment.trans_status, at=fact.at),
        Evidence(name="ECI", value=payment.eci, at=fact.at),
        Evidence(
            name="authenticationValueResult",
            value=payment.authentication_value_result,
            at=fact.at,
        ),
    )
    reasons = _objections(fact)
    if reasons:
        return Liability(party=Party.SHOP, icon=Icon.NONE, reasons=reasons, evidence=evidence)
    reason = Reason.AUTHENTICATED if payment.trans_status == "Y" else Reason.ATTEMPTED
    return Liability(
        party=Party.ISSUER, icon=Icon.AUTHENTICATED, reasons=(reason,), evidence=evidence
    )


RULES: Final[Mapping[type[Fact], Callable[[Liability | None, Fact], Liability]]] = {
    OrderPlaced: at_order,
}
"""What each kind of fact does to the liability as it stood before. A table of rules: a kind of
fact that moves liability (a changed amount, a new authorization) is a row here."""


def _objections(fact: OrderPlaced) -> tuple[Reason, ...]:
    """Everything that speaks against a shift; nothing does when the issuer is bound."""
    payment = fact.payment
    try:
        brand = BRANDS[Brand(payment.brand)]
    except ValueError:
        return (Reason.UNKNOWN_BRAND,)
    status = STATUS_PROOF.get(payment.trans_status or "", Proof.NONE)
    value = VALUE_PROOF.get(payment.authentication_value_result or "", Proof.NONE)
    claimed = _claim(brand, payment.eci)
    found = []
    if status is Proof.NONE:
        found.append(_STATUS_REASONS.get(payment.trans_status, Reason.COULD_NOT_AUTHENTICATE))
    if claimed is None:
        found.append(Reason.ECI_OF_NO_BRAND)
        return tuple(found)
    if claimed is Proof.NONE:
        found.append(Reason.ECI_NOT_AUTHENTICATED)
    if claimed > status:
        found.append(Reason.ECI_ABOVE_STATUS)
    if payment.authentication_value_result in VALUE_FAILED:
        found.append(Reason.VALUE_FAILED)
    elif value is Proof.NONE:
        found.append(Reason.VALUE_NOT_VERIFIED)
    elif claimed > value:
        found.append(Reason.VALUE_BELOW_ECI)
    return tuple(found)


def _claim(brand: BrandFacts, eci: str | None) -> Proof | None:
    """What an ECI claims in the brand's own values; None when the brand has no such value."""
    claims = {
        brand.eci_full: Proof.FULL,
        brand.eci_attempt: Proof.ATTEMPT,
        brand.eci_none: Proof.NONE,
        None: Proof.NONE,
    }
    return claims.get(eci)
