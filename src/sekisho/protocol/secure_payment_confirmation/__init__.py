"""Secure Payment Confirmation: what the ACS asks a passkey to confirm, and whether it did.

Protocol facts, section 2.8. The ACS sends a `PaymentRequest` in the ARes; the browser shows it and
the passkey signs it; the second AReq brings the `Assertion` in threeDSReqAuthData; `verify` tells
whether it confirms that request and no other.

WebAuthn libraries verify logins: they insist on `webauthn.get` and read none of what a
`payment.get` says about the payment, which is all that matters here. So this reads the few
structures itself and leaves the mathematics to `cryptography`.
"""

from sekisho.protocol.secure_payment_confirmation.assertion import (
    Assertion,
    BadAssertion,
    read_assertion,
)
from sekisho.protocol.secure_payment_confirmation.cose import BadKey, PasskeyKey, read_cose_key
from sekisho.protocol.secure_payment_confirmation.request import (
    OfferedPasskey,
    PaymentRequest,
    request_in,
)
from sekisho.protocol.secure_payment_confirmation.verification import (
    Confirmation,
    Passkey,
    same_value,
    verify,
)

__all__ = [
    "Assertion",
    "BadAssertion",
    "BadKey",
    "Confirmation",
    "OfferedPasskey",
    "Passkey",
    "PasskeyKey",
    "PaymentRequest",
    "read_assertion",
    "read_cose_key",
    "request_in",
    "same_value",
    "verify",
]
