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
from cryptography.hazmat.primitives.padding import PKCS7

from sekisho.kernel.errors import Misuse


class Enc(StrEnum):
    """`enc`: how the content is encrypted."""

    CBC = "A128CBC-HS256"
    GCM = "A128GCM"

    @property
    def key_octets(self) -> int:
        """How long its key is."""
        return 32 if self is Enc.CBC else 16

    @property
    def iv_octets(self) -> int:
        """How long its initialisation vector is."""
        return 16 if self is Enc.CBC else 12


TAG_OCTETS: Final = 16


class NotGenuine(Exception):
    """The content was not made under this key; turned into a ProtocolFault by whoever asked."""


def encrypt(enc: Enc, key: bytes, iv: bytes, plaintext: bytes, aad: bytes) -> tuple[bytes, bytes]:
    """Encrypt; give the ciphertext and the tag. The IV must be new under this key."""
    _fits(enc, key, iv)
    if enc is Enc.GCM:
        sealed = AESGCM(key).encrypt(iv, plaintext, aad)
        return sealed[:-TAG_OCTETS], sealed[-TAG_OCTETS:]
    padder = PKCS7(AES128.block_size).padder()
    encryptor = Cipher(AES128(key[_HALF:]), CBC(iv)).encryptor()
    padded = padder.update(plaintext) + padder.finalize()
    ciphertext = encryptor.update(padded) + encryptor.finalize()
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
    unpadder = PKCS7(AES128.block_size).unpadder()
    try:
        padded = decryptor.update(ciphertext) + decryptor.finalize()
        return unpadder.update(padded) + unpadder.finalize()
    except ValueError as error:
        # Only who holds the key comes this far: an honest but broken sender.
        raise NotGenuine from error


_HALF: Final = 16


def _fits(enc: Enc, key: bytes, iv: bytes) -> None:
    if len(key) != enc.key_octets or len(iv) != enc.iv_octets:
        raise Misuse(
            f"{enc.value} takes a key of {enc.key_octets} and an IV of {enc.iv_octets} octets"
        )


def _cbc_tag(key: bytes, iv: bytes, ciphertext: bytes, aad: bytes) -> bytes:
    length = (8 * len(aad)).to_bytes(8, "big")
    return hmac.digest(key[:_HALF], b"".join((aad, iv, ciphertext, length)), sha256)[:TAG_OCTETS]
