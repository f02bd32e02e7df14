"""Content encryption: the two ways EMV allows, AES-128-CBC with HMAC-SHA-256 and AES-128-GCM."""

import hmac
from enum import StrEnum
from hashlib import sha256
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.ciphers.algorithms import AES128
from cryptography.hazmat.primitives.ciphers.modes import CBC

from sekisho.kernel.errors import Misuse


class Enc(StrEnum):
    """`enc`: how the content is encrypted."""

    CBC = "A128CBC-HS256"
    GCM = "A128GCM"

    @property
    def key_octets(self) -> int:
        """How long its key is."""
        return _KEY_OCTETS[self]

    @property
    def iv_octets(self) -> int:
        """How long its initialisation vector is."""
        return _IV_OCTETS[self]


TAG_OCTETS: Final = 16


class NotGenuine(Exception):
    """The content was not made under this key; turned into a ProtocolFault by whoever asked."""


def encrypt(enc: Enc, key: bytes, iv: bytes, plaintext: bytes, aad: bytes) -> tuple[bytes, bytes]:
    """Encrypt; give the ciphertext and the tag. The IV must be new under this key."""
    _fits(enc, key, iv)
    if enc is Enc.GCM:
        sealed = AESGCM(key).encrypt(iv, plaintext, aad)
        return sealed[:-TAG_OCTETS], sealed[-TAG_OCTETS:]
    over = _BLOCK - len(plaintext) % _BLOCK
    encryptor = Cipher(AES128(key[_HALF:]), CBC(iv)).encryptor()
    ciphertext = encryptor.update(plaintext + bytes((over,)) * over) + encryptor.finalize()
    return ciphertext, _cbc_tag(key, iv, ciphertext, aad)


def decrypt(enc: Enc, key: bytes, iv: bytes, ciphertext: bytes, aad: bytes, *, tag: bytes) -> bytes:
    """Decrypt what is genuine; raises NotGenuine for everything else, and says nothing more.

    The tag is looked at first, in constant time: no forger learns anything from the padding.
    """
    _fits(enc, key, iv)
    # Every tag is whole: a shorter one is easier to guess.
    if len(tag) != TAG_OCTETS:
        raise NotGenuine
    if enc is Enc.GCM:
        try:
            return AESGCM(key).decrypt(iv, ciphertext + tag, aad)
        except InvalidTag as error:
            raise NotGenuine from error
    if not hmac.compare_digest(_cbc_tag(key, iv, ciphertext, aad), tag):
        raise NotGenuine
    decryptor = Cipher(AES128(key[_HALF:]), CBC(iv)).decryptor()
    # Only who holds the key comes this far: what is wrong now is an honest but broken sender.
    try:
        return _without_padding(decryptor.update(ciphertext) + decryptor.finalize())
    except ValueError as error:
        raise NotGenuine from error


_HALF: Final = 16
_BLOCK: Final = 16
"""Octets of a block of AES."""
_KEY_OCTETS: Final = {Enc.CBC: 32, Enc.GCM: 16}
_IV_OCTETS: Final = {Enc.CBC: 16, Enc.GCM: 12}


def _fits(enc: Enc, key: bytes, iv: bytes) -> None:
    if len(key) != _KEY_OCTETS[enc] or len(iv) != _IV_OCTETS[enc]:
        raise Misuse(
            f"{enc.value} takes a key of {enc.key_octets} and an IV of {enc.iv_octets} octets"
        )


def _without_padding(padded: bytes) -> bytes:
    """Take off the padding of PKCS #7, which is never absent."""
    over = padded[-1] if padded else 0
    if not (1 <= over <= _BLOCK and padded.endswith(bytes((over,)) * over)):
        raise NotGenuine
    return padded[:-over]


def _cbc_tag(key: bytes, iv: bytes, ciphertext: bytes, aad: bytes) -> bytes:
    length = (8 * len(aad)).to_bytes(8, "big")
    return hmac.digest(key[:_HALF], b"".join((aad, iv, ciphertext, length)), sha256)[:TAG_OCTETS]
