"""Compact JWS with the signer's certificates: PS256 or ES256, trusted by way of the directory's CA.

The algorithm is what the certificate's key can do, never what the token says alone: `none` and the
HMAC of a public key find no branch to run in. OpenSSL makes the salt of PS256 and the nonce of ES256
by itself; they are the only randomness that does not come in as an argument.
"""

import base64
import binascii
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final, TypeAlias

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ec import (
    ECDSA,
    SECP256R1,
    EllipticCurvePrivateKey,
    EllipticCurvePublicKey,
)
from cryptography.hazmat.primitives.asymmetric.padding import MGF1, PSS
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPublicKey
from cryptography.hazmat.primitives.asymmetric.utils import (
    decode_dss_signature,
    encode_dss_signature,
)
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.utils import CryptographyDeprecationWarning
from cryptography.x509 import Certificate, InvalidVersion, load_der_x509_certificate

from sekisho.kernel.errors import Misuse
from sekisho.protocol.forms import base64url
from sekisho.protocol.jose.compact import (
    Concern,
    read_header,
    read_segment,
    segments,
    write_header,
)
from sekisho.protocol.jose.trust import Roots, Untrusted
from sekisho.protocol.vocabulary import Json

SigningKey: TypeAlias = RSAPrivateKey | EllipticCurvePrivateKey

CERTIFICATES_MAX: Final = 4
"""The signer and three intermediates: more than any scheme uses."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Signer:
    """Who signs: the private key, its certificate, then the intermediates, without the root.

    Signs ES256 with a key of P-256, PS256 with an RSA key. The header is written once: it is the
    same for whatever is signed.
    """

    key: SigningKey = field(repr=False)
    chain: Sequence[Certificate]
    header: str = field(init=False, repr=False)

    def __post_init__(self) -> None:
        if not 1 <= len(self.chain) <= CERTIFICATES_MAX:
            raise Misuse(f"a chain of 1 to {CERTIFICATES_MAX} certificates")
        if self.chain[0].public_key() != self.key.public_key():
            raise Misuse("the first certificate is not that of the signing key")
        if not isinstance(self.key, RSAPrivateKey) and not isinstance(self.key.curve, SECP256R1):
            raise Misuse("ES256 signs with a key of P-256")
        x5c: list[Json] = [
            base64.b64encode(certificate.public_bytes(Encoding.DER)).decode("ascii")
            for certificate in self.chain
        ]
        alg = "PS256" if isinstance(self.key, RSAPrivateKey) else "ES256"
        object.__setattr__(self, "header", write_header({"alg": alg, "x5c": x5c}))


def write_jws(payload: bytes, signer: Signer) -> str:
    """Sign a payload."""
    signed = f"{signer.header}.{base64url(payload)}"
    return f"{signed}.{base64url(_signature(signer.key, signed.encode('ascii')))}"


def read_jws(text: str, *, roots: Roots, at: datetime, concern: Concern) -> bytes:
    """Give the payload of a token whose signer the roots trusted at that time; else the fault."""
    parts = segments(text, 3, concern)
    header = read_header(parts[0], concern)
    signature = read_segment(parts[2], concern)
    certificates = _certificates(header.get("x5c"), concern)
    try:
        roots.check(certificates, at=at)
    except Untrusted as error:
        raise concern.fault(f"the certificate of {concern.subject} is not trusted") from error
    signed = f"{parts[0]}.{parts[1]}".encode("ascii", "replace")
    if not _genuine(header.get("alg"), certificates[0], signature, signed):
        raise concern.fault(f"the signature of {concern.subject} is not genuine")
    return read_segment(parts[1], concern)


# Beside ValueError: InvalidVersion is of no family, and a serial number that is not positive is only
# warned about, which is an error where warnings are errors.
_NO_CERTIFICATE: Final = (
    binascii.Error,
    ValueError,
    InvalidVersion,
    CryptographyDeprecationWarning,
)
_PSS: Final = PSS(mgf=MGF1(SHA256()), salt_length=SHA256.digest_size)
_ECDSA: Final = ECDSA(SHA256())
_SCALAR_OCTETS: Final = 32


def _signature(key: SigningKey, signed: bytes) -> bytes:
    if isinstance(key, RSAPrivateKey):
        return key.sign(signed, _PSS, SHA256())
    r, s = decode_dss_signature(key.sign(signed, _ECDSA))
    return r.to_bytes(_SCALAR_OCTETS, "big") + s.to_bytes(_SCALAR_OCTETS, "big")


def _certificates(x5c: Json, concern: Concern) -> list[Certificate]:
    if not isinstance(x5c, list) or not 1 <= len(x5c) <= CERTIFICATES_MAX:
        raise concern.fault(f"{concern.subject} carries no certificates, or too many")
    texts = [text for text in x5c if isinstance(text, str)]
    if len(texts) != len(x5c):
        raise concern.fault(f"{concern.subject} carries what is no certificate")
    try:
        return [load_der_x509_certificate(base64.b64decode(text, validate=True)) for text in texts]
    except _NO_CERTIFICATE as error:
        raise concern.fault(f"{concern.subject} carries what is no certificate") from error


def _genuine(alg: Json, certificate: Certificate, signature: bytes, signed: bytes) -> bool:
    """Verify by the key's own algorithm, which is the only one that the header may name."""
    try:
        key = certificate.public_key()
        if alg == "PS256" and isinstance(key, RSAPublicKey):
            key.verify(signature, signed, _PSS, SHA256())
            return True
        if alg == "ES256" and isinstance(key, EllipticCurvePublicKey):
            key.verify(_dss(key, signature), signed, _ECDSA)
            return True
    except (InvalidSignature, UnsupportedAlgorithm, ValueError):
        return False
    return False


def _dss(key: EllipticCurvePublicKey, signature: bytes) -> bytes:
    if len(signature) != 2 * _SCALAR_OCTETS or not isinstance(key.curve, SECP256R1):
        raise InvalidSignature
    r, s = signature[:_SCALAR_OCTETS], signature[_SCALAR_OCTETS:]
    return encode_dss_signature(int.from_bytes(r, "big"), int.from_bytes(s, "big"))
