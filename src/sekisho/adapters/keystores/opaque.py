"""Private keys as cryptography knows them, whose secret lies elsewhere: they work, and never show.

`cryptography` keeps its key classes abstract for exactly this. What would give the key away raises
Misuse; everything else that is not asked of these keys is refused, too.
"""

from collections.abc import Callable
from typing import Any, Final, NoReturn

from cryptography.hazmat.primitives.asymmetric.ec import (
    ECDH,
    ECDSA,
    EllipticCurve,
    EllipticCurvePrivateKey,
    EllipticCurvePublicKey,
    EllipticCurveSignatureAlgorithm,
)
from cryptography.hazmat.primitives.asymmetric.padding import (
    OAEP,
    PSS,
    AsymmetricPadding,
    PKCS1v15,
)
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPublicKey
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA1, SHA256, Hash
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from sekisho.kernel.errors import Misuse

Work = Callable[[bytes], bytes]


def no_work(_: bytes) -> NoReturn:
    """Stand for what a key was not made for."""
    raise Misuse("that key was made for another use")


class OpaqueEcKey(EllipticCurvePrivateKey):
    """A key of P-256: signs a SHA-256 digest as raw r and s, or agrees with a point."""

    def __init__(
        self, public: EllipticCurvePublicKey, *, sign: Work = no_work, agree: Work = no_work
    ) -> None:
        self._public = public
        self._sign = sign
        self._agree = agree

    def __repr__(self) -> str:
        return "<private key of P-256 in a module>"

    def public_key(self) -> EllipticCurvePublicKey:
        """Give the public half."""
        return self._public

    @property
    def curve(self) -> EllipticCurve:
        """P-256."""
        return self._public.curve

    @property
    def key_size(self) -> int:
        """256."""
        return self._public.key_size

    def sign(
        self,
        data: Any,  # Any: cryptography's buffer, a type of its own
        signature_algorithm: EllipticCurveSignatureAlgorithm,
    ) -> bytes:
        """Sign by ECDSA with SHA-256; the signature is DER, as cryptography gives it."""
        if not isinstance(signature_algorithm, ECDSA) or not isinstance(
            signature_algorithm.algorithm, SHA256
        ):
            raise Misuse("this key signs by ECDSA with SHA-256")
        raw = self._sign(_sha256(bytes(data)))
        half = len(raw) // 2
        r, s = int.from_bytes(raw[:half], "big"), int.from_bytes(raw[half:], "big")
        return encode_dss_signature(r, s)

    def exchange(self, algorithm: ECDH, peer_public_key: EllipticCurvePublicKey) -> bytes:
        """Compute the shared secret Z, 32 octets."""
        if peer_public_key.curve.name != self.curve.name:
            raise ValueError("the keys are of two curves")
        return self._agree(
            peer_public_key.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
        )

    def private_numbers(self) -> NoReturn:
        """Refuse: the key does not leave its module."""
        raise _stays()

    def private_bytes(self, *_: object, **__: object) -> NoReturn:
        """Refuse: the key does not leave its module."""
        raise _stays()

    def __copy__(self) -> "OpaqueEcKey":
        return self

    def __deepcopy__(self, memo: object) -> "OpaqueEcKey":
        return self


class OpaqueRsaKey(RSAPrivateKey):
    """An RSA key: signs by PSS with SHA-256, or decrypts by OAEP with SHA-256.

    One that signs does so by PKCS #1 v1.5 with SHA-1 as well: 3-D Secure 1.0.2 knows nothing else.
    """

    def __init__(
        self,
        public: RSAPublicKey,
        *,
        sign: Work = no_work,
        sign_old: Work = no_work,
        decrypt: Work = no_work,
    ) -> None:
        self._public = public
        self._sign = sign
        self._sign_old = sign_old
        self._decrypt = decrypt

    def __repr__(self) -> str:
        return "<private RSA key in a module>"

    def public_key(self) -> RSAPublicKey:
        """Give the public half."""
        return self._public

    @property
    def key_size(self) -> int:
        """Bits of the modulus."""
        return self._public.key_size

    def sign(self, data: bytes, padding: AsymmetricPadding, algorithm: object) -> bytes:
        """Sign by PSS with SHA-256, MGF1 with SHA-256 and a salt as long as the digest; or for 1.0.2."""
        if isinstance(padding, PKCS1v15) and isinstance(algorithm, SHA1):
            return self._sign_old(bytes(data))
        if not isinstance(padding, PSS) or not isinstance(algorithm, SHA256):
            raise Misuse("this key signs by PSS with SHA-256")
        return self._sign(bytes(data))

    def decrypt(self, ciphertext: bytes, padding: AsymmetricPadding) -> bytes:
        """Decrypt by OAEP with SHA-256; ValueError for what was not encrypted to this key."""
        if not isinstance(padding, OAEP) or not isinstance(padding.algorithm, SHA256):
            raise Misuse("this key decrypts by OAEP with SHA-256")
        return self._decrypt(ciphertext)

    def private_numbers(self) -> NoReturn:
        """Refuse: the key does not leave its module."""
        raise _stays()

    def private_bytes(self, *_: object, **__: object) -> NoReturn:
        """Refuse: the key does not leave its module."""
        raise _stays()

    def __copy__(self) -> "OpaqueRsaKey":
        return self

    def __deepcopy__(self, memo: object) -> "OpaqueRsaKey":
        return self


STAYS: Final = "the key does not leave its module"


def _stays() -> Misuse:
    return Misuse(STAYS)


def _sha256(data: bytes) -> bytes:
    digest = Hash(SHA256())
    digest.update(data)
    return digest.finalize()
