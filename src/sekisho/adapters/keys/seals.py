"""Seals keep what is stored secret and unaltered; codes prove who made a value.

A sealed text is `s1.<key>.<octets>`: the format's version, which key sealed it, and base64url of
nonce, ciphertext and tag. AES-256-GCM with random nonces of 96 bits: rotate a key before it has
sealed 2^32 texts.
"""

import base64
import binascii
import hashlib
import hmac
import os
from collections.abc import Sequence
from typing import Final, Protocol

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from sekisho.kernel.errors import Misuse, SekishoError

VERSION: Final = "s1"
KEY_OCTETS: Final = 32
NONCE_OCTETS: Final = 12
TAG_OCTETS: Final = 16


class SealBroken(SekishoError):
    """A sealed text was altered, moved to another place, or sealed with a key we do not hold."""


class KeyPort(Protocol):
    """A symmetric key that may live in a hardware module: it does the work, and never shows itself."""

    @property
    def identifier(self) -> str:
        """A short name of this key, without dots; stays the same for as long as the key does."""
        ...

    def encrypt(self, nonce: bytes, plaintext: bytes, associated: bytes) -> bytes:
        """Encrypt with AES-256-GCM and give ciphertext and tag."""
        ...

    def decrypt(self, nonce: bytes, ciphertext: bytes, associated: bytes) -> bytes:
        """Decrypt ciphertext and tag; SealBroken when the tag does not hold."""
        ...

    def authenticate(self, data: bytes) -> bytes:
        """Compute HMAC-SHA-256 over the data."""
        ...


class SoftwareKey:
    """A key in this process's memory. Sealing and authenticating use keys derived apart."""

    def __init__(self, octets: bytes) -> None:
        if len(octets) != KEY_OCTETS:
            raise Misuse(f"a key has {KEY_OCTETS} octets, not {len(octets)}")
        self._cipher = AESGCM(_derive(octets, b"sekisho seal"))
        self._mac = hmac.new(_derive(octets, b"sekisho mac"), digestmod=hashlib.sha256)
        self._identifier = _derive(octets, b"sekisho identifier").hex()[:8]

    def __repr__(self) -> str:
        return f"SoftwareKey({self._identifier})"

    @property
    def identifier(self) -> str:
        """Eight hexadecimal digits that follow from the key and do not reveal it."""
        return self._identifier

    def encrypt(self, nonce: bytes, plaintext: bytes, associated: bytes) -> bytes:
        """Encrypt with AES-256-GCM and give ciphertext and tag."""
        return self._cipher.encrypt(nonce, plaintext, associated)

    def decrypt(self, nonce: bytes, ciphertext: bytes, associated: bytes) -> bytes:
        """Decrypt ciphertext and tag; SealBroken when the tag does not hold."""
        try:
            return self._cipher.decrypt(nonce, ciphertext, associated)
        except InvalidTag as error:
            raise SealBroken("the sealed text was altered or belongs elsewhere") from error

    def authenticate(self, data: bytes) -> bytes:
        """Compute HMAC-SHA-256 over the data."""
        mac = self._mac.copy()
        mac.update(data)
        return mac.digest()


class Seal:
    """Seals octets for one place: what is bound to one record does not open in another."""

    def __init__(self, key: KeyPort | bytes, *, older: Sequence[KeyPort | bytes] = ()) -> None:
        self._key = _port(key)
        self._by_name = {port.identifier: port for port in map(_port, older)}
        self._by_name[self._key.identifier] = self._key

    def seal(self, plaintext: bytes, *, bound_to: str) -> str:
        """Encrypt for the place that `bound_to` names, such as `card/<token>`."""
        nonce = os.urandom(NONCE_OCTETS)
        ciphertext = self._key.encrypt(nonce, plaintext, bound_to.encode())
        octets = base64.urlsafe_b64encode(nonce + ciphertext).rstrip(b"=").decode("ascii")
        return f"{VERSION}.{self._key.identifier}.{octets}"

    def open(self, sealed: str, *, bound_to: str) -> bytes:
        """Decrypt what was sealed for this place; SealBroken otherwise, whatever the text."""
        version, _, rest = sealed.partition(".")
        identifier, _, text = rest.partition(".")
        if version != VERSION:
            raise SealBroken("not a sealed text of a version we know")
        key = self._by_name.get(identifier)
        if key is None:
            raise SealBroken("sealed with a key that we do not hold")
        octets = _decode(text)
        if len(octets) < NONCE_OCTETS + TAG_OCTETS:
            raise SealBroken("the sealed text is too short")
        nonce, ciphertext = octets[:NONCE_OCTETS], octets[NONCE_OCTETS:]
        return key.decrypt(nonce, ciphertext, bound_to.encode())


class Mac:
    """Computes and checks authentication codes: HMAC-SHA-256. Callable, as a function of octets."""

    def __init__(self, key: KeyPort | bytes, *, older: Sequence[KeyPort | bytes] = ()) -> None:
        self._key = _port(key)
        self._older = tuple(map(_port, older))

    def __call__(self, data: bytes) -> bytes:
        """Compute the code, for whoever takes a plain function."""
        return self.mac(data)

    def mac(self, data: bytes) -> bytes:
        """Compute the code of the data with the newest key: 32 octets."""
        return self._key.authenticate(data)

    def holds(self, data: bytes, code: bytes) -> bool:
        """Check a code in constant time, made with the newest key or an older one."""
        return any(
            hmac.compare_digest(key.authenticate(data), code) for key in (self._key, *self._older)
        )


def _port(key: KeyPort | bytes) -> KeyPort:
    return SoftwareKey(key) if isinstance(key, bytes) else key


def _derive(octets: bytes, purpose: bytes) -> bytes:
    """Make a key for one purpose from a key that is itself uniformly random."""
    return hmac.digest(octets, purpose, "sha256")


def _decode(text: str) -> bytes:
    try:
        octets = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError) as error:
        raise SealBroken("the sealed text is not base64url") from error
    if base64.urlsafe_b64encode(octets).rstrip(b"=").decode("ascii") != text:
        # Two spellings of one sealed text would let a stored value change without being noticed.
        raise SealBroken("the sealed text is not in its one spelling")
    return octets
