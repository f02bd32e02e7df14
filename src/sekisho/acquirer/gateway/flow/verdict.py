"""What a result means: whether the bank may be asked, and what the merchant is told."""

from collections.abc import Mapping
from typing import Final

from sekisho.acquirer.gateway.model.payment import (
    AuthenticationResult,
    Authorization,
    Kind,
    Outcome,
    Payment,
    State,
)
from sekisho.acquirer.gateway.model.settings import NEVER_AUTHORIZED

EXPIRED: Final = Outcome(
    code="EXPIRED", message="The buyer did not come to the authentication in time."
)
UNANSWERED: Final = Outcome(
    code="AUTHENTICATION_TIMEOUT", message="The card issuer never gave the challenge's result."
)
UNCLEAR: Final = Outcome(
    code="AUTHORIZATION_TIMEOUT",
    message="The bank did not answer in time; any authorization is reversed.",
)
IMPOSSIBLE: Final = Outcome(
    code="AUTHORIZATION_ERROR",
    message="The bank could not be asked properly; any authorization is reversed.",
)
VOIDED: Final = Outcome(code="VOIDED", message="The payment was voided at the merchant's request.")

_REFUSALS: Final[Mapping[str, Outcome]] = {
    "N": Outcome(
        code="AUTHENTICATION_FAILED", message="The card issuer did not authenticate the cardholder."
    ),
    "R": Outcome(
        code="AUTHENTICATION_REJECTED", message="The card issuer rejected the authentication."
    ),
    "U": Outcome(
        code="AUTHENTICATION_UNAVAILABLE",
        message="The cardholder could not be authenticated, and the merchant's policy asks for it.",
    ),
}
_REFUSED_OTHERWISE: Final = Outcome(
    code="AUTHENTICATION_INSUFFICIENT",
    message="The merchant's policy does not accept this result of the authentication.",
)
_ABORTED: Final = Outcome(
    code="CONSUMER_ABORTED", message="The cardholder cancelled the authentication."
)
_TIMED_OUT: Final = Outcome(
    code="AUTHENTICATION_TIMEOUT", message="The cardholder did not answer the card issuer in time."
)
_INCOMPLETE: Final = Outcome(
    code="AUTHENTICATION_ERROR",
    message="The card issuer's result is incomplete: it carries no authentication value.",
)
_UNKNOWN: Final = Outcome(
    code="AUTHENTICATION_ERROR", message="The card issuer's result is of no known kind."
)

_CANCELLED: Final = "01"
_TIMEOUTS: Final = frozenset({"03", "04", "05", "08"})
"""`challengeCancel` of a challenge that ran out of time."""
_PROVEN: Final = frozenset({"Y", "A"})
"""Results that must carry an authentication value to be worth anything in a payment."""

BANK_CODES: Final[Mapping[str, Outcome]] = {
    "05": Outcome(code="DO_NOT_HONOR", message="The bank declined the card."),
    "14": Outcome(code="INVALID_ACCOUNT_NUMBER", message="The bank does not know the card."),
    "41": Outcome(code="LOST_CARD", message="The card was reported lost."),
    "43": Outcome(code="STOLEN_CARD", message="The card was reported stolen."),
    "51": Outcome(code="INSUFFICIENT_FUNDS", message="The card's limit or balance is too low."),
    "54": Outcome(code="EXPIRED_CARD", message="The card has expired."),
    "57": Outcome(code="TRANSACTION_NOT_PERMITTED", message="The card is not for such purchases."),
    "61": Outcome(code="EXCEEDS_LIMIT", message="The amount exceeds the card's limit."),
    "65": Outcome(code="EXCEEDS_FREQUENCY", message="The card was used too often."),
    "82": Outcome(code="INVALID_SECURITY_CODE", message="The security code is wrong."),
    "91": Outcome(code="ISSUER_UNAVAILABLE", message="The bank cannot answer at present."),
    "96": Outcome(code="SYSTEM_ERROR", message="The bank has a disturbance."),
    "N7": Outcome(code="INVALID_SECURITY_CODE", message="The security code is wrong."),
}
"""What the bank's response codes of ISO 8583 field 39 are called in the payment API."""


def verdict(payment: Payment, result: AuthenticationResult) -> tuple[State, Outcome] | None:
    """Tell how the payment ends because of the result; None: go on to the bank.

    N and R never go on, whatever a policy says (requirement A5), nor does a result that claims
    success without its proof.
    """
    wanted = payment.authentication
    status = result.trans_status
    if wanted is None or status not in {"Y", "A", "I", "U", "N", "R"}:
        return State.ERROR, _UNKNOWN
    if result.challenge_cancel == _CANCELLED:
        return State.DECLINED, _ABORTED
    if status in NEVER_AUTHORIZED or status not in wanted.authorize_on:
        if result.challenge_cancel in _TIMEOUTS:
            return State.DECLINED, _TIMED_OUT
        return State.DECLINED, _REFUSALS.get(status, _REFUSED_OTHERWISE)
    if payment.kind is Kind.PAYMENT and status in _PROVEN and not _is_proven(result):
        return State.ERROR, _INCOMPLETE
    return None


def authentication_error(reason: str) -> Outcome:
    """Name an authentication that ended without any result."""
    return Outcome(code="AUTHENTICATION_ERROR", message=reason)


def bank_verdict(answer: Authorization) -> Outcome:
    """Name a bank's refusal."""
    return BANK_CODES.get(
        answer.response_code, Outcome(code="DECLINED", message="The bank declined the payment.")
    )


def _is_proven(result: AuthenticationResult) -> bool:
    return bool(result.authentication_value and result.eci)
