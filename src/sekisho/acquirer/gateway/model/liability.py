"""Who bears a fraud chargeback, decided after the authorization and never before (C11, D10)."""

from dataclasses import dataclass
from typing import Final

from sekisho.acquirer.gateway.model.payment import Kind, Payment, State
from sekisho.kernel.brands import BRANDS

ISSUER: Final = "ISSUER"
MERCHANT: Final = "MERCHANT"

PROVEN: Final = frozenset({"2", "3", "8", "A"})
"""Results of verifying the authentication value with which the issuer stands by it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Liability:
    """The party that bears a fraud chargeback, and why."""

    party: str
    reason: str


def liability_of(payment: Payment) -> Liability | None:
    """Decide from the ECI and from what the bank found of the value; None before that.

    An ECI alone shifts nothing: the merchant could have written it.
    """
    bank = payment.authorization
    taken = payment.state in {State.AUTHORIZED, State.CLOSED}
    if bank is None or not taken or payment.kind is not Kind.PAYMENT:
        return None
    eci = payment.result.eci if payment.result else None
    status = payment.result.trans_status if payment.result else None
    if payment.passed_through is not None:
        eci = payment.passed_through.eci
    facts = BRANDS[payment.card.brand]
    if payment.result is not None and status not in {"Y", "A"}:
        return Liability(party=MERCHANT, reason=f"authentication result {status}")
    if eci not in {facts.eci_full, facts.eci_attempt}:
        return Liability(party=MERCHANT, reason="not authenticated")
    if bank.authentication_value_result not in PROVEN:
        return Liability(party=MERCHANT, reason="the authentication value was not verified")
    if eci == facts.eci_full:
        return Liability(party=ISSUER, reason="fully authenticated")
    return Liability(party=ISSUER, reason="authentication attempted")
