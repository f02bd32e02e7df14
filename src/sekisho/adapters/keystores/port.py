"""What a store of working keys is: keys are made in it, used in it, and never come out of it."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Final, Protocol, TypeAlias

from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey

from sekisho.kernel.errors import Misuse, SekishoError

PrivateKey: TypeAlias = EllipticCurvePrivateKey | RSAPrivateKey
"""Cryptography's own interfaces: where the key itself lies is the store's affair."""

NUMBER_MAX: Final = 255
"""The number of a key stands in one octet of the values made with it."""
NAME: Final = re.compile(r"[a-z][a-z0-9-]{0,62}", re.ASCII)
RSA_BITS: Final = 3072
"""As strong as P-256 by NIST SP 800-57."""
MAC_OCTETS: Final = 32


class KeyKind(Enum):
    """What a key can do, and nothing else: one use, one key."""

    MAC = "hmac-sha256"
    """HMAC-SHA-256 of authentication values."""
    SIGN_EC = "es256"
    """ES256: signatures by a key of P-256."""
    SIGN_RSA = "ps256"
    """PS256: signatures by an RSA key of 3072 bits."""
    AGREE = "ecdh-p256"
    """Key agreement by a key of P-256."""
    UNWRAP = "rsa-oaep-256"
    """Decryption by an RSA key of 3072 bits, with OAEP and SHA-256."""


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class KeyName:
    """One key of a store: the purpose's name and a number that counts up with every rotation.

    Raises Misuse for a name that would not be safe in a file name, or a number out of range.
    """

    name: str
    number: int

    def __post_init__(self) -> None:
        if not NAME.fullmatch(self.name):
            raise Misuse(f"{self.name!r} names no key: small letters, digits and - only")
        if not 1 <= self.number <= NUMBER_MAX:
            raise Misuse(f"keys are numbered 1 to {NUMBER_MAX}, not {self.number}")

    def __str__(self) -> str:
        return f"{self.name}.{self.number}"


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldKey:
    """A key that a store holds."""

    name: KeyName
    kind: KeyKind


class KeyStoreFailed(SekishoError):
    """The store cannot be used: its module, its token or its PIN; nothing was computed."""


class KeyMissing(SekishoError):
    """The store does not hold a key that is needed, or holds one that it must not use."""


class WorkingMac(Protocol):
    """HMAC-SHA-256 under a key that stays in its store."""

    def mac(self, data: bytes) -> bytes:
        """Compute the code of the data: 32 octets. KeyStoreFailed when the store cannot."""
        ...


class KeyStore(Protocol):
    """Where working keys live. Safe to use from several threads at once."""

    @property
    def makes_at_need(self) -> bool:
        """Whether a room may make what it lacks at its start, rather than refuse to start."""
        ...

    def held(self) -> Sequence[HeldKey]:
        """List the keys, by name and number."""
        ...

    def make(self, name: str, kind: KeyKind, *, if_none: bool = False) -> HeldKey:
        """Make a key under the next number of its name: the newest works, older ones still verify.

        With `if_none`, give the newest of that name and kind where there is one. Raises Misuse
        when the numbers are used up.
        """
        ...

    def mac(self, key: KeyName) -> WorkingMac:
        """Give the use of a MAC key; KeyMissing when there is none of that name."""
        ...

    def private(self, key: KeyName) -> PrivateKey:
        """Give the use of a private key; KeyMissing when there is none of that name."""
        ...

    def close(self) -> None:
        """Let go of the store; what it gave out works no more."""
        ...


def newest(held: Sequence[HeldKey], name: str, kind: KeyKind) -> HeldKey | None:
    """Give the newest key of a name and kind; None when there is none."""
    found = [key for key in held if (key.name.name, key.kind) == (name, kind)]
    return max(found, key=lambda key: key.name, default=None)


def next_number(held: Sequence[HeldKey], name: str) -> int:
    """Give the number of the next key of a name. Raises Misuse when the numbers are used up."""
    last = max((each.name.number for each in held if each.name.name == name), default=0)
    if last == NUMBER_MAX:
        raise Misuse(f"{name} has had {NUMBER_MAX} keys: an octet holds no more numbers")
    return last + 1
