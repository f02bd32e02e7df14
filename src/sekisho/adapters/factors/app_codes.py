"""Codes of an authenticator app: TOTP with SHA-1, six digits and steps of thirty seconds.

Those are the parameters that every app knows; HMAC-SHA-1 is not weakened by collisions of SHA-1.
"""

import base64
import hmac
from datetime import datetime
from typing import Final

import pyotp

from sekisho.kernel.errors import Misuse
from sekisho.kernel.secret import Secret

DIGITS: Final = 6
STEP_S: Final = 30
SECRET_OCTETS: Final = 20
"""RFC 4226, section 4, requirement R6: 160 bits."""
DRIFT_STEPS: Final = 1
"""RFC 6238, section 5.2: one step for the network; phones set their clocks by it."""


class TotpCodes:
    """An `AuthenticatorApp`."""

    def __init__(self, *, drift_steps: int = DRIFT_STEPS) -> None:
        if not 0 <= drift_steps <= 10:  # noqa: PLR2004 - five minutes: beyond that a clock is wrong
            raise Misuse(f"codes are good for 0 to 10 steps around now, not {drift_steps}")
        self._drift = drift_steps

    def step_of(
        self, secret: Secret[bytes], typed: str, *, at: datetime, last_step: int | None
    ) -> int | None:
        """Give the step that a code proves, the latest first; every one is compared, in one time."""
        if len(typed) != DIGITS or not typed.isascii() or not typed.isdigit():
            return None
        codes = _codes(secret)
        if at.tzinfo is None:
            raise Misuse("a moment without a time zone")
        now = int(at.timestamp()) // STEP_S
        found = None
        for step in range(max(now - self._drift, 0), now + self._drift + 1):
            genuine = hmac.compare_digest(codes.generate_otp(step), typed)
            if genuine and (last_step is None or step > last_step):
                found = step
        return found

    def code_of(self, secret: Secret[bytes], *, at: datetime) -> Secret[str]:
        """Give the code that the cardholder's app shows at a moment."""
        if at.tzinfo is None:
            raise Misuse("a moment without a time zone")
        return Secret(_codes(secret).generate_otp(int(at.timestamp()) // STEP_S))

    def enrolment(self, secret: Secret[bytes], *, account: str, issuer: str) -> Secret[str]:
        """Give the `otpauth://` address that an app reads from a picture: it holds the secret."""
        return Secret(_codes(secret).provisioning_uri(name=account, issuer_name=issuer))


def _codes(secret: Secret[bytes]) -> pyotp.TOTP:
    if len(secret.reveal()) != SECRET_OCTETS:
        raise Misuse(f"the secret of an app has {SECRET_OCTETS} octets")
    return pyotp.TOTP(
        base64.b32encode(secret.reveal()).decode("ascii"), digits=DIGITS, interval=STEP_S
    )
