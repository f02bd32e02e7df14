"""ECI: what a brand's outcome is called in the authorization request (protocol facts, section 11).

The three values that every brand has come from the table of brands; what else a brand distinguishes
is declared here. Brands' own documents are not public: where the facts say nothing of `I`, it is
given the value of no authentication, for that is what it is.
"""

from collections.abc import Mapping
from enum import Enum
from typing import Final

from sekisho.kernel.brands import BRANDS, Brand
from sekisho.protocol.authentication_value.layouts import Proof
from sekisho.protocol.elements import BY_NAME


class Occasion(Enum):
    """What kind of transaction an outcome belongs to."""

    PAYMENT = "a payment by the cardholder"
    NON_PAYMENT = "no payment: a card is added or verified"
    MERCHANT_INITIATED = "a payment by the merchant (3RI)"
    DATA_ONLY = "a payment of which data are shared and no authentication is asked"


def eci_of(brand: Brand, trans_status: str, occasion: Occasion = Occasion.PAYMENT) -> str | None:
    """Give the ECI of an outcome; None when it has none, or is no outcome yet (C, D, S).

    KeyError for what is no transStatus.
    """
    return ECIS[brand, occasion, trans_status]


def proof_of(trans_status: str, occasion: Occasion, *, challenged: bool) -> Proof | None:
    """Tell what an authentication value must prove for an outcome; None when it carries none.

    A card that is added has paid nothing yet: there is nothing to prove to an authorization host.
    """
    if occasion is Occasion.NON_PAYMENT:
        return None
    match trans_status:
        case "Y" if occasion is Occasion.MERCHANT_INITIATED:
            return Proof.MERCHANT_INITIATED
        case "Y":
            return Proof.CHALLENGED if challenged else Proof.FRICTIONLESS
        case "A":
            return Proof.ATTEMPTED
        case "I":
            return Proof.INFORMATIONAL
    return None


_PENDING: Final = frozenset("CDS")
"""transStatus that leads to another outcome later."""


def _usual(brand: Brand, trans_status: str) -> str | None:
    facts = BRANDS[brand]
    if trans_status in _PENDING:
        return None
    return {"Y": facts.eci_full, "A": facts.eci_attempt}.get(trans_status, facts.eci_none)


_MASTERCARD: Final[Mapping[tuple[Occasion, str], str | None]] = {
    (Occasion.PAYMENT, "I"): "06",
    (Occasion.MERCHANT_INITIATED, "I"): "06",
    (Occasion.MERCHANT_INITIATED, "Y"): "07",
    (Occasion.DATA_ONLY, "U"): "04",
    (Occasion.DATA_ONLY, "I"): "06",
    (Occasion.NON_PAYMENT, "Y"): "N2",
    **{(Occasion.NON_PAYMENT, status): "N0" for status in "ANURI"},
}
"""Identity Check Insights ends with U and 04; an acquirer's exemption or data with I and 06."""

_AMEX: Final[Mapping[tuple[Occasion, str], str | None]] = {
    (occasion, "I"): None for occasion in Occasion
}
"""SafeKey does not use I."""

_OWN: Final[Mapping[Brand, Mapping[tuple[Occasion, str], str | None]]] = {
    Brand.MASTERCARD: _MASTERCARD,
    Brand.MAESTRO: _MASTERCARD,
    Brand.AMEX: _AMEX,
}

ECIS: Final[Mapping[tuple[Brand, Occasion, str], str | None]] = {
    (brand, occasion, status): _OWN.get(brand, {}).get((occasion, status), _usual(brand, status))
    for brand in Brand
    for occasion in Occasion
    for status in BY_NAME["transStatus"].codes
}
"""Every brand, every occasion, every transStatus."""
