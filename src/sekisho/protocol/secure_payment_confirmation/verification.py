"""Whether an assertion confirms the payment that was asked for, by the passkey that was offered."""

import re
from collections.abc import Collection
from dataclasses import dataclass, field
from decimal import Decimal
from hashlib import sha256
from hmac import compare_digest
from typing import Final

from sekisho.protocol.secure_payment_confirmation.assertion import Assertion, BadAssertion
from sekisho.protocol.secure_payment_confirmation.cose import PasskeyKey, genuine
from sekisho.protocol.secure_payment_confirmation.request import OfferedPasskey, PaymentRequest

USER_PRESENT: Final = 0x01
USER_VERIFIED: Final = 0x04


@dataclass(frozen=True, slots=True, kw_only=True)
class Passkey:
    """A passkey as the bank keeps it."""

    credential_id: bytes
    rp_id: str
    key: PasskeyKey = field(repr=False)
    sign_count: int = 0
    """What its authenticator had counted last; 0 as long as it does not count."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Confirmation:
    """The cardholder has confirmed the payment."""

    passkey: OfferedPasskey
    sign_count: int
    """To be kept with the passkey."""


def verify(
    assertion: Assertion,
    *,
    request: PaymentRequest,
    passkey: Passkey,
    origins: Collection[str],
) -> Confirmation:
    """Tell that an assertion confirms a request; raises BadAssertion naming the first difference.

    `origins` are those that may show the confirmation: the requestor's, or the ACS's own when it
    runs the confirmation within a challenge. That a challenge is used once is its keeper's to see.
    """
    offered = OfferedPasskey(rp_id=passkey.rp_id, credential_id=passkey.credential_id)
    _require("id", holds=assertion.credential_id == passkey.credential_id)
    _require("id", holds=offered in request.passkeys)
    _require("challenge", holds=compare_digest(assertion.challenge, request.challenge))
    _require("origin", holds=assertion.origin in origins)
    _check_payment(assertion, request, rp_id=passkey.rp_id, origins=origins)
    _check_authenticator(assertion, passkey)
    _require("signature", holds=genuine(passkey.key, assertion.signature, assertion.signed))
    return Confirmation(passkey=offered, sign_count=assertion.authenticator.sign_count)


def same_value(one: str, other: str) -> bool:
    """Compare two decimal texts exactly: "12.5" is "12.50", and nothing else is; no exponents."""
    if not (_DECIMAL(one) and _DECIMAL(other)):
        return False
    return Decimal(one) == Decimal(other)


_DECIMAL: Final = re.compile(r"[0-9]{1,40}(?:\.[0-9]{1,40})?").fullmatch


def _check_payment(
    assertion: Assertion, request: PaymentRequest, *, rp_id: str, origins: Collection[str]
) -> None:
    signed = assertion.payment
    _require("payment.rpId", holds=signed.rp_id == rp_id)
    _require("payment.topOrigin", holds=signed.top_origin in origins)
    _require("payment.payeeName", holds=signed.payee_name == request.payee_name)
    _require("payment.payeeOrigin", holds=signed.payee_origin == request.payee_origin)
    _require("payment.total.currency", holds=signed.currency == request.currency)
    _require("payment.total.value", holds=same_value(signed.value, request.value))
    _require("payment.instrument.displayName", holds=signed.display_name == request.display_name)
    _require("payment.instrument.icon", holds=signed.icon == request.icon)


def _check_authenticator(assertion: Assertion, passkey: Passkey) -> None:
    told = assertion.authenticator
    _require("rpIdHash", holds=told.rp_id_hash == sha256(passkey.rp_id.encode()).digest())
    _require("user presence", holds=bool(told.flags & USER_PRESENT))
    _require("user verification", holds=bool(told.flags & USER_VERIFIED))
    # Who counts must count on: an authenticator that falls behind has been copied.
    uncounted = told.sign_count == passkey.sign_count == 0
    _require("sign count", holds=uncounted or told.sign_count > passkey.sign_count)


def _require(part: str, *, holds: bool) -> None:
    if not holds:
        raise BadAssertion(part)
