"""A payment as the merchant sees it: the answer of the payment API, masked by construction.

Whatever a merchant wrote and must not read again (card number, expiry, security code, token) has
no place in the record this is made from, or is not copied.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Final

from sekisho.acquirer.gateway.model.liability import liability_of
from sekisho.acquirer.gateway.model.payment import (
    AuthenticationResult,
    Authorization,
    Kind,
    Outcome,
    Payment,
    State,
)
from sekisho.kernel.brands import BRANDS
from sekisho.protocol import Json

SUCCESS: Final = "SUCCESS"
DENIED: Final = "DENIED"
ERROR: Final = "ERROR"

_PERFORM: Final = Outcome(
    code="PERFORM_AUTHENTICATION", message="Open the orchestration address in the buyer's browser."
)
_ASKING: Final = Outcome(
    code="AUTHORIZATION_PENDING", message="The bank has not answered yet; read the payment again."
)
_APPROVED: Final = Outcome(code="APPROVED", message="Transaction approved by Issuer")
_UNDOING: Final = Outcome(
    code="VOID_PENDING", message="The bank has not confirmed the void yet; read the payment again."
)
_FAILED: Final = Outcome(code="ERROR", message="The payment failed.")

SHOWN: Final[Mapping[State, tuple[str, str, Outcome]]] = {
    State.PENDING: (SUCCESS, "PENDING", _PERFORM),
    State.PREPARING: (SUCCESS, "PENDING", _PERFORM),
    State.METHOD: (SUCCESS, "PENDING", _PERFORM),
    State.AUTHENTICATING: (SUCCESS, "PENDING", _PERFORM),
    State.CHALLENGING: (SUCCESS, "PENDING", _PERFORM),
    State.AUTHORIZING: (SUCCESS, "PENDING", _ASKING),
    State.AUTHORIZED: (SUCCESS, "AUTHORIZED", _APPROVED),
    State.CLOSED: (SUCCESS, "CLOSED", _APPROVED),
    State.DECLINED: (DENIED, "DECLINED", _FAILED),
    State.REVERSING: (ERROR, "ERROR", _FAILED),
    State.VOIDING: (SUCCESS, "PENDING", _UNDOING),
    State.VOIDED: (SUCCESS, "VOIDED", _FAILED),
    State.ERROR: (ERROR, "ERROR", _FAILED),
}
"""responseStatus, transactionState, and what is said where the payment itself names no reason."""

RESULT_MEMBERS: Final = {
    Kind.PAYMENT: "paymentAuthenticationResult",
    Kind.VERIFICATION: "verificationAuthenticationResult",
}
CHALLENGE_TYPES: Final = {"01": "STATIC", "02": "DYNAMIC", "03": "OOB", "04": "DECOUPLED"}
CHALLENGE_METHODS: Final = {
    "01": "STATIC_PASSCODE",
    "02": "SMS_OTP",
    "03": "KEY_FOB",
    "04": "APP_OTP",
    "05": "OTP_OTHER",
    "06": "KBA",
    "07": "OOB_BIOMETRICS",
    "08": "OOB_LOGIN",
    "09": "OOB_OTHER",
    "10": "OTHER",
    "11": "PUSH_CONFIRMATION",
}
REASONS: Final = {
    "01": "Card authentication failed",
    "02": "Unknown device",
    "03": "Unsupported device",
    "04": "Exceeds authentication frequency limit",
    "05": "Expired card",
    "06": "Invalid card number",
    "07": "Invalid transaction",
    "08": "No card record",
    "09": "Security failure",
    "10": "Stolen card",
    "11": "Suspected fraud",
    "12": "Transaction not permitted to cardholder",
    "13": "Cardholder not enrolled in service",
    "14": "Transaction timed out at the issuer",
    "15": "Low confidence",
    "16": "Medium confidence",
    "17": "High confidence",
    "18": "Very high confidence",
    "19": "Exceeds the issuer's maximum challenges",
    "20": "Non-payment transaction not supported",
    "21": "3RI transaction not supported",
    "22": "Technical issue at the issuer",
    "23": "Decoupled authentication required but not requested",
    "24": "Decoupled authentication: maximum time exceeded",
    "25": "Decoupled authentication: not enough time given",
    "26": "Authentication attempted but not performed by the cardholder",
}


def reply(payment: Payment, *, orchestration_url: str | None = None) -> dict[str, Json]:
    """Answer a POST or a GET about a payment."""
    status, state, usual = SHOWN[payment.state]
    said = payment.outcome if payment.outcome and payment.state is not State.VOIDING else usual
    answer: dict[str, Json] = {
        "transactionId": payment.id,
        "paymentRequestId": payment.id,
        "requestId": payment.request_id,
        "responseStatus": status,
        "transactionState": state,
        "responseCode": said.code,
        "responseMessage": said.message,
        "transactionDate": _moment(payment.created_at),
        "amount": payment.amount.minor,
        "currency": payment.amount.currency,
        "merchant": _merchant(payment),
        "paymentMethodType": {"card": _card(payment)},
    }
    if payment.kind is Kind.PAYMENT:
        answer["captureMethod"] = payment.capture.value
        taken = payment.state is State.CLOSED
        answer["remainingRefundableAmount"] = payment.amount.minor if taken else 0
        answer["remainingAuthAmount"] = (
            payment.amount.minor if payment.state is State.AUTHORIZED else 0
        )
    if payment.authorization is not None:
        answer["approvalCode"] = payment.authorization.approval_code
    if payment.authentication is not None:
        answer[RESULT_MEMBERS[payment.kind]] = _authentication(payment, orchestration_url)
    liability = liability_of(payment)
    if liability is not None:
        answer["fraudLiability"] = {"party": liability.party, "reason": liability.reason}
    return answer


def postback_status(payment: Payment) -> str | None:
    """Give the `responseStatus` of the postback; None while the end is not known."""
    match payment.state:
        case State.AUTHORIZED | State.CLOSED:
            return SUCCESS
        case State.DECLINED:
            return DENIED
        case State.REVERSING | State.VOIDING | State.VOIDED | State.ERROR:
            return ERROR
        case _:
            return None


def _merchant(payment: Payment) -> dict[str, Json]:
    merchant: dict[str, Json] = {"merchantId": payment.merchant.merchant_id}
    if payment.merchant.software:
        merchant["merchantSoftware"] = dict(payment.merchant.software)
    return merchant


def _card(payment: Payment) -> dict[str, Json]:
    facts = BRANDS[payment.card.brand]
    card: dict[str, Json] = {
        "cardType": facts.api_code,
        "cardTypeName": facts.api_name,
        "maskedAccountNumber": f"************{payment.card.last_four}",
        "lastFour": payment.card.last_four,
    }
    if payment.authorization is not None:
        card["networkResponse"] = _network_response(payment.authorization)
    return card


def _network_response(answer: Authorization) -> dict[str, Json]:
    return {
        "networkResponseCode": answer.response_code,
        "cardVerificationResult": answer.security_code_result,
        "cardAuthenticationVerificationResult": answer.authentication_value_result,
    }


def _authentication(payment: Payment, orchestration_url: str | None) -> dict[str, Json]:
    wanted = payment.authentication
    if wanted is None:
        return {}
    shown: dict[str, Json] = {
        "authenticationId": wanted.authentication_id,
        "authenticationReturnUrl": wanted.return_url,
    }
    if orchestration_url is not None:
        shown["authenticationOrchestrationUrl"] = orchestration_url
    result = payment.result
    if payment.challenge is not None:
        shown["threeDomainSecureChallenge"] = {
            "threeDSAcsUrl": payment.challenge.acs_url,
            "authenticationStatusReasonText": REASONS.get(result.reason or "") if result else None,
            "updateTimestamp": _moment(payment.challenge.demanded_at),
        }
    if result is not None:
        shown["threeDomainSecureCompletion"] = _completion(result)
        shown["authenticationValue"] = result.authentication_value
    if payment.authentication_error is not None:
        shown["threeDomainSecureServerErrorMessageText"] = payment.authentication_error
    return shown


def _completion(result: AuthenticationResult) -> dict[str, Json]:
    return {
        "acsTransactionId": result.acs_trans_id,
        "threeDSDirectoryServerTransactionId": result.ds_trans_id,
        "threeDSAuthenticationValue": result.authentication_value,
        "electronicCommerceIndicator": result.eci,
        "threeDSTransactionStatus": result.trans_status,
        "threeDSVersion": result.version,
        "challengeAuthenticationType": CHALLENGE_TYPES.get(result.authentication_type or ""),
        "challengeAuthenticationMethod": CHALLENGE_METHODS.get(result.authentication_method or ""),
        "authenticationStatusReasonText": REASONS.get(result.reason or ""),
        "cardholderInformationText": result.cardholder_info,
        "updateTimestamp": _moment(result.at),
    }


def _moment(at: datetime) -> str:
    return at.isoformat(timespec="milliseconds").replace("+00:00", "Z")
