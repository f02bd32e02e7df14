"""COSE public keys as authenticators make them: ES256 on P-256, RS256, and EdDSA on Ed25519.

Only as much CBOR is read as such a key needs: one map of small integers to integers and octets, in
shortest form, each label once. Nothing nests, so nothing can be deep.
"""

from collections.abc import Iterator
from typing import Final, TypeAlias

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ec import (
    ECDSA,
    SECP256R1,
    EllipticCurvePublicKey,
)
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey, RSAPublicNumbers
from cryptography.hazmat.primitives.hashes import SHA256

from sekisho.kernel.errors import TheyErred

PasskeyKey: TypeAlias = EllipticCurvePublicKey | RSAPublicKey | Ed25519PublicKey

KEY_BYTES_MAX: Final = 2048
MODULUS_BITS_MIN: Final = 2048
MODULUS_BITS_MAX: Final = 8192
EXPONENT_BITS_MAX: Final = 32
"""Larger ones would only cost us time."""


class BadKey(TheyErred):
    """The octets are no public key of a kind that confirms payments."""


def read_cose_key(data: bytes) -> PasskeyKey:
    """Read a COSE_Key; raises BadKey for everything that is none of the three kinds."""
    if len(data) > KEY_BYTES_MAX:
        raise BadKey("a key of that size is none")
    members = _Cbor(data).map()
    kind = tuple(members.get(label) for label in (_KTY, _ALG, _CRV))
    try:
        if kind == (2, _ES256, 1):
            point = b"\x04" + _octets(members, _X, 32) + _octets(members, _Y, 32)
            return EllipticCurvePublicKey.from_encoded_point(SECP256R1(), point)
        if kind == (1, _EDDSA, 6):
            return Ed25519PublicKey.from_public_bytes(_octets(members, _X, 32))
        if kind[:2] == (3, _RS256):
            return _rsa(_number(members, _N), _number(members, _E))
    except ValueError as error:
        raise BadKey("the numbers of the key are none of a key") from error
    raise BadKey("neither ES256, RS256 nor EdDSA")


def genuine(key: PasskeyKey, signature: bytes, signed: bytes) -> bool:
    """Verify a signature by the key's own algorithm."""
    try:
        if isinstance(key, EllipticCurvePublicKey):
            key.verify(signature, signed, ECDSA(SHA256()))
        elif isinstance(key, RSAPublicKey):
            key.verify(signature, signed, PKCS1v15(), SHA256())
        else:
            key.verify(signature, signed)
    except InvalidSignature:
        return False
    return True


_KTY, _ALG, _CRV, _X, _Y = 1, 3, -1, -2, -3
_N, _E = -1, -2
_ES256, _EDDSA, _RS256 = -7, -8, -257

Item: TypeAlias = int | bytes


def _rsa(modulus: int, exponent: int) -> RSAPublicKey:
    fits = MODULUS_BITS_MIN <= modulus.bit_length() <= MODULUS_BITS_MAX
    if not fits or exponent.bit_length() > EXPONENT_BITS_MAX:
        raise BadKey("an RSA key too short to be safe, or too long to be used")
    return RSAPublicNumbers(exponent, modulus).public_key()


def _octets(members: dict[int, Item], label: int, size: int) -> bytes:
    value = members.get(label)
    if not isinstance(value, bytes) or len(value) != size:
        raise BadKey("a coordinate of the wrong length")
    return value


def _number(members: dict[int, Item], label: int) -> int:
    value = members.get(label)
    if not isinstance(value, bytes):
        raise BadKey("a number that is none")
    return int.from_bytes(value, "big")


class _Cbor:
    """Reads CBOR from the left; raises BadKey where it is not what a key needs."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._at = 0

    def map(self) -> dict[int, Item]:
        """Read the one map that the octets hold, and nothing behind it."""
        members = dict(self._members())
        if self._at != len(self._data):
            raise BadKey("something follows the key")
        return members

    def _members(self) -> Iterator[tuple[int, Item]]:
        major, count = self._head()
        if major != _MAP:
            raise BadKey("a key is a map")
        seen: set[Item] = set()
        for _ in range(count):
            label, value = self._item(), self._item()
            if not isinstance(label, int) or label in seen:
                raise BadKey("a label that is no number, or comes twice")
            seen.add(label)
            yield label, value

    def _item(self) -> Item:
        major, argument = self._head()
        match major:
            case 0:
                return argument
            case 1:
                return -1 - argument
            case 2:
                return self._take(argument)
        raise BadKey("a kind of value that no key has")

    def _head(self) -> tuple[int, int]:
        """Read major type and argument, which stands in its shortest form."""
        first = self._take(1)[0]
        major, short = first >> 5, first & 0x1F
        if short < _ONE_OCTET:
            return major, short
        if short > _TWO_OCTETS:
            raise BadKey("a number too large for any key")
        size = 1 << (short - _ONE_OCTET)
        argument = int.from_bytes(self._take(size), "big")
        if argument < (_ONE_OCTET if size == 1 else 1 << 8):
            raise BadKey("a number that is not in its shortest form")
        return major, argument

    def _take(self, count: int) -> bytes:
        end = self._at + count
        if end > len(self._data):
            raise BadKey("the key ends too early")
        octets, self._at = self._data[self._at : end], end
        return octets


_MAP: Final = 5
_ONE_OCTET: Final = 24
"""An argument of that value and more stands in the octet behind, or in two."""
_TWO_OCTETS: Final = 25
