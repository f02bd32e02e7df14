"""What cardholders prove themselves by: app codes (pyotp), passkeys (webauthn), passwords (argon2)."""

from sekisho.adapters.factors.app_codes import TotpCodes
from sekisho.adapters.factors.passkeys import WebAuthnPasskeys
from sekisho.adapters.factors.passwords import Argon2Passwords

__all__ = ["Argon2Passwords", "TotpCodes", "WebAuthnPasskeys"]
