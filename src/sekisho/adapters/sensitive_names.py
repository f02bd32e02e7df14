"""Names under which nothing is ever written down, whatever stands there."""

import re
from functools import lru_cache
from typing import Final

from sekisho.kernel.cards import PAN_DIGITS_MIN

WHOLE_NAMES: Final = frozenset(
    {"authorization", "proxyauthorization", "cookie", "setcookie", "creq", "cres", "pareq", "pares",
     "token", "signature", "digits", "pem"}
)  # fmt: skip
"""Sensitive only as the whole name: `authorization_id` and `token_type` may be read."""
WORDS: Final = frozenset(
    {"password", "passwd", "passcode", "passphrase", "secret", "secrets", "otp", "totp", "cvv",
     "cvv2", "cvc", "cvc2", "cav", "cavv", "aav", "pin", "pan", "apikey", "jwt", "credentials"}
)  # fmt: skip
"""Sensitive as any word of the name, so that `footprint` is not an `otp`."""
PHRASES: Final = (
    "securitycode", "cardsecurity", "apikey", "authenticationvalue", "acctnumber", "accountnumber",
    "cardnumber", "challengedataentry", "challengehtmldataentry", "privatekey", "secretkey",
    "signingkey", "sealingkey", "accesstoken", "refreshtoken", "idtoken", "onetimepassword",
    "encryptedcard", "trackdata",
)  # fmt: skip
"""Sensitive anywhere in the name once its case and punctuation are gone."""
ABOUT: Final = frozenset(
    {"result", "present", "id", "count", "attempts", "left", "at", "status", "type", "length",
     "name", "reason", "masked"}
)  # fmt: skip
"""A name that ends so tells about the secret, not the secret: `securityCodeResult`, `otp_id`."""

_WORD: Final = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+")


def is_sensitive(name: str) -> bool:
    """Tell whether a value under this name must not be written, whatever it is."""
    # Names repeat. One that is long enough to be a card number itself is not kept in memory.
    return _is_sensitive_short(name) if len(name) < PAN_DIGITS_MIN else _is_sensitive(name)


def _is_sensitive(name: str) -> bool:
    words = [word.lower() for word in _WORD.findall(name)]
    if not words or words[-1] in ABOUT:
        return False
    joined = "".join(words)
    return (
        joined in WHOLE_NAMES
        or not WORDS.isdisjoint(words)
        or any(phrase in joined for phrase in PHRASES)
    )


_is_sensitive_short: Final = lru_cache(maxsize=2048)(_is_sensitive)
