"""Whether the bank gives credit: the rules, without the account's limit.

The sandbox's own rules, when `MembersSettings.sandbox_rules` is on:

* an amount of 52100 minor units is declined 51, one of 53000 is declined 05;
* security code 999 (American Express 9999), or one with the wrong number of digits, does not match;
  American Express 3111 and, for Discover, Diners Club and JCB, 611 do not match either;
  3112 and 612 are not processed; every other code matches;
* a security code that does not match is declined 05. One that is absent or not processed is not.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import Enum
from typing import Final

from sekisho.issuer.members.model import CardStatus, CodeResult, ResponseCode, ValueResult
from sekisho.kernel.brands import BRANDS, Brand
from sekisho.kernel.cards import Expiry
from sekisho.kernel.money import Amount
from sekisho.kernel.secret import Secret

SANDBOX_AMOUNTS: Final[Mapping[int, ResponseCode]] = {
    52100: ResponseCode.INSUFFICIENT_FUNDS,
    53000: ResponseCode.DO_NOT_HONOR,
}

_LIKE_DISCOVER: Final = {
    "611": CodeResult.NO_MATCH,
    "612": CodeResult.NOT_PROCESSED,
    "999": CodeResult.NO_MATCH,
}
_OTHERS: Final = {"999": CodeResult.NO_MATCH}
SANDBOX_CODES: Final[Mapping[Brand, Mapping[str, CodeResult]]] = dict.fromkeys(Brand, _OTHERS) | {
    Brand.AMEX: {
        "3111": CodeResult.NO_MATCH,
        "3112": CodeResult.NOT_PROCESSED,
        "9999": CodeResult.NO_MATCH,
    },
    Brand.DISCOVER: _LIKE_DISCOVER,
    Brand.DINERS: _LIKE_DISCOVER,
    Brand.JCB: _LIKE_DISCOVER,
}


class Proof(Enum):
    """What an authentication value turned out to prove."""

    NOTHING_SENT = "nothing sent"
    FULL = "full"
    ATTEMPT = "attempt"
    WRONG = "wrong"
    """It was not made by our ACS for this card, amount, currency, merchant and transaction."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """What the decision on one authorization rests upon."""

    today: date
    status: CardStatus
    expiry: Expiry
    amount: Amount
    value_result: ValueResult
    security_code_result: CodeResult
    sandbox_rules: bool


def value_result(brand: Brand, eci: str | None, proof: Proof) -> ValueResult:
    """Hold the claim (ECI) against the proof (authentication value).

    A claim without any proof is worth nothing, and an ordinary authorization. A proof with another
    claim than it bears out has been tampered with, and fails.
    """
    facts = BRANDS[brand]
    match proof:
        case Proof.NOTHING_SENT:
            return ValueResult.NOT_VERIFIED
        case Proof.FULL if eci == facts.eci_full:
            return ValueResult.PASSED
        case Proof.ATTEMPT if eci == facts.eci_attempt:
            return ValueResult.ATTEMPT_PASSED
    return ValueResult.ATTEMPT_FAILED if eci == facts.eci_attempt else ValueResult.FAILED


def failed(result: ValueResult) -> bool:
    """Tell whether an authentication value was sent and does not hold."""
    return result in {ValueResult.FAILED, ValueResult.ATTEMPT_FAILED}


def spent(result: ValueResult) -> ValueResult:
    """Give the result for a good value that another authorization has used before."""
    if result is ValueResult.ATTEMPT_PASSED:
        return ValueResult.ATTEMPT_FAILED
    return ValueResult.FAILED


def security_code_result(
    brand: Brand, code: Secret[str] | None, *, sandbox_rules: bool
) -> CodeResult:
    """Check the security code as the sandbox does; a bank without its rules has no key to."""
    if code is None:
        return CodeResult.NOT_PRESENT
    if not sandbox_rules:
        return CodeResult.NOT_PROCESSED
    digits = code.reveal()
    if len(digits) != BRANDS[brand].security_code_digits:
        return CodeResult.NO_MATCH
    return SANDBOX_CODES[brand].get(digits, CodeResult.MATCH)


def refusal(case: Case) -> ResponseCode | None:
    """Tell why the bank declines; None when only the account's limit remains to be asked."""
    if case.status is CardStatus.SUSPENDED:
        return ResponseCode.RESTRICTED
    if case.expiry.is_past(case.today):
        return ResponseCode.EXPIRED
    if failed(case.value_result) or case.security_code_result is CodeResult.NO_MATCH:
        return ResponseCode.DO_NOT_HONOR
    return SANDBOX_AMOUNTS.get(case.amount.minor) if case.sandbox_rules else None
