"""What a cardholder proves to be there by: codes of an app, passkeys, passwords; as ports.

Each answers a question about what was typed or sent, and keeps nothing: what must be remembered (the
last time step, the signature counter) it gives back, and the caller keeps it with the answer in one
transaction. Attempts and lock-out are the caller's as well.
"""

import hashlib
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final, Protocol

from sekisho.kernel.errors import Misuse, TheyErred
from sekisho.kernel.secret import Secret

NONCE_OCTETS_MIN: Final = 16
"""WebAuthn, section 13.4.3."""


class NotProven(TheyErred):
    """What was sent proves nothing; says which check failed, never what was sent."""


class AuthenticatorApp(Protocol):
    """Checks codes of an authenticator app: TOTP (RFC 6238)."""

    def step_of(
        self, secret: Secret[bytes], typed: str, *, at: datetime, last_step: int | None
    ) -> int | None:
        """Give the time step that a code proves; None when it proves nothing.

        A code of `last_step` or before proves nothing: it may have been looked over a shoulder. The
        caller keeps the step as the next `last_step`.
        """
        ...

    def code_of(self, secret: Secret[bytes], *, at: datetime) -> Secret[str]:
        """Give the code that the cardholder's app shows at a moment."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Passkey:
    """A registered passkey, as the caller keeps it."""

    credential_id: str
    """base64url without padding."""
    public_key: bytes = field(repr=False)
    """As COSE writes it."""
    sign_count: int
    """What the authenticator counted last; 0 for those that do not count."""
    backed_up: bool
    """Whether it is synchronised between devices: it then proves less about the device."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ceremony:
    """One question to a passkey: unpredictable, and about one set of facts only."""

    nonce: bytes = field(repr=False)
    """At least 16 random octets, made for this question and used once."""
    facts: tuple[str, ...] = field(repr=False)
    """What the answer is for: transaction, amount, payee. Neither can be swapped afterwards."""


def challenge_of(ceremony: Ceremony) -> bytes:
    """Give the challenge that the page hands to the browser: 32 octets.

    Nonce and facts are digested, each behind its length: no two questions have one challenge.
    """
    if len(ceremony.nonce) < NONCE_OCTETS_MIN:
        raise Misuse(f"a nonce has {NONCE_OCTETS_MIN} octets or more")
    parts = (ceremony.nonce, *(fact.encode() for fact in ceremony.facts))
    return hashlib.sha256(b"".join(len(part).to_bytes(4, "big") + part for part in parts)).digest()


class Passkeys(Protocol):
    """Checks what a passkey says (WebAuthn, level 3), for one origin and relying party."""

    def challenge(self, ceremony: Ceremony) -> bytes:
        """Give the challenge that the page hands to the browser: 32 octets."""
        ...

    def register(self, ceremony: Ceremony, response: str) -> Passkey:
        """Check a registration; give the passkey. Raises NotProven, whatever the response."""
        ...

    def prove(self, passkey: Passkey, ceremony: Ceremony, response: str) -> Passkey:
        """Check an answer; give the passkey as it must be kept now. Raises NotProven.

        A counter that did not move on is a copied authenticator, or an answer played again.
        """
        ...


class Passwords(Protocol):
    """Keeps passwords as slow hashes, and compares with them."""

    async def hashed(self, password: Secret[str]) -> Secret[str]:
        """Give what is kept of a password."""
        ...

    async def fits(self, kept: Secret[str] | None, typed: Secret[str]) -> bool:
        """Tell whether that is the password; takes as long where None is kept: nobody learns who."""
        ...
