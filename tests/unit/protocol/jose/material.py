"""Keys, certificates and vectors that the tests of this folder share; none of them guards anything."""

import json
from collections.abc import Callable
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any, Final

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.ec import (
    SECP256R1,
    EllipticCurve,
    EllipticCurvePrivateKey,
    derive_private_key,
)
from cryptography.hazmat.primitives.asymmetric.rsa import (
    RSAPrivateKey,
    RSAPrivateNumbers,
    RSAPublicNumbers,
)
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.x509.oid import NameOID

from sekisho.protocol import ErrorCode, ProtocolFault
from sekisho.protocol.forms import base64url, from_base64url
from sekisho.protocol.jose import SigningKey

VECTORS: Final = Path(__file__).parents[5] / "shared" / "protocol" / "vectors.json"
NOW: Final = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)


def vectors(name: str) -> list[dict[str, Any]]:
    """Load one list of vectors; their absence fails the module, it does not skip it."""
    assert VECTORS.is_file(), f"the test vectors must lie beside the working copy: {VECTORS.name}"
    loaded: list[dict[str, Any]] = json.loads(VECTORS.read_text())[name]
    return loaded


def vector(group: str, id: str) -> dict[str, Any]:
    """Give one vector by its id."""
    return next(one for one in vectors(group) if one["id"] == id)


def number(text: str) -> int:
    """Read a number of a JWK."""
    return int.from_bytes(from_base64url(text), "big")


def private_ec(jwk: dict[str, str]) -> EllipticCurvePrivateKey:
    """Read a private key of P-256."""
    return derive_private_key(number(jwk["d"]), SECP256R1())


def private_rsa(jwk: dict[str, str]) -> RSAPrivateKey:
    """Read a private RSA key."""
    public = RSAPublicNumbers(number(jwk["e"]), number(jwk["n"]))
    parts = (number(jwk[name]) for name in ("p", "q", "d", "dp", "dq", "qi"))
    return RSAPrivateNumbers(*parts, public).private_key()


@cache
def ec(seed: int, curve: type[EllipticCurve] = SECP256R1) -> EllipticCurvePrivateKey:
    """Give a key on a curve by a number."""
    return derive_private_key(seed, curve())


@cache
def rsa() -> RSAPrivateKey:
    """Give the one RSA key of the vectors."""
    one = vector("sdkEncData_jwe", "sdkEncData-rsa-oaep-256-cbc")
    return private_rsa(one["ds_private_jwk"])


def certificate(
    subject: str,
    key: SigningKey,
    *,
    issuer: str,
    issuer_key: SigningKey,
    ca: bool | None = False,
    signs: bool | None = None,
    until: int = 2040,
) -> x509.Certificate:
    """Issue a certificate; `signs` says what its key usage is, None leaves key usage out."""
    builder = (
        x509.CertificateBuilder()
        .subject_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, subject)]))
        .issuer_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, issuer)]))
        .public_key(key.public_key())
        .serial_number(7)
        .not_valid_before(datetime(2020, 1, 1, tzinfo=UTC))
        .not_valid_after(datetime(until, 1, 1, tzinfo=UTC))
    )
    if ca is not None:
        builder = builder.add_extension(
            x509.BasicConstraints(ca=ca, path_length=None), critical=True
        )
    if signs is not None:
        builder = builder.add_extension(_usage(signs=signs, ca=bool(ca)), critical=True)
    return builder.sign(issuer_key, SHA256())


def _usage(*, signs: bool, ca: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=signs and not ca, key_cert_sign=signs and ca, content_commitment=False,
        key_encipherment=not ca, data_encipherment=False, key_agreement=False,
        crl_sign=ca, encipher_only=False, decipher_only=False,
    )  # fmt: skip


ROOT_KEY: Final = ec(11)
ROOT: Final = certificate("DS", ROOT_KEY, issuer="DS", issuer_key=ROOT_KEY, ca=True, signs=True)
MIDDLE_KEY: Final = ec(12)
MIDDLE: Final = certificate(
    "DS members", MIDDLE_KEY, issuer="DS", issuer_key=ROOT_KEY, ca=True, signs=True
)


def code_of(call: Callable[[], object]) -> ErrorCode:
    """Call what must be refused; give the code it was refused with."""
    with pytest.raises(ProtocolFault) as caught:
        call()
    return caught.value.error_code


def flipped(text: str, place: int, bit: int) -> str:
    """Flip one of the eight bits of one character."""
    octets = bytearray(text.encode("ascii"))
    octets[place % len(octets)] ^= 1 << bit
    return octets.decode("latin-1")


def with_header(token: str, **changes: object) -> str:
    """Write the token again with another header; a member of None is taken away."""
    head, rest = token.split(".", 1)
    header = json.loads(from_base64url(head)) | changes
    kept = {name: value for name, value in header.items() if value is not None}
    return f"{base64url(json.dumps(kept).encode())}.{rest}"
