"""Key agreement: ECDH on P-256 with JWKs, and the Concat KDF with the inputs that EMV prescribes.

RFC 7518 puts the name of `enc` into the KDF; EMV leaves AlgorithmID and PartyUInfo empty and names
the party in PartyVInfo (protocol facts, section 5.2). So no ready-made ECDH-ES fits here.
"""

from typing import Final, TypeAlias

from cryptography.hazmat.primitives.asymmetric.ec import (
    ECDH,
    SECP256R1,
    EllipticCurvePrivateKey,
    EllipticCurvePublicKey,
    derive_private_key,
)
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.concatkdf import ConcatKDFHash
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from sekisho.kernel.errors import Misuse
from sekisho.kernel.secret import Secret
from sekisho.protocol.faults import ErrorCode, ProtocolFault
from sekisho.protocol.forms import base64url
from sekisho.protocol.jose.compact import octets_of
from sekisho.protocol.vocabulary import Json

Jwk: TypeAlias = "dict[str, Json]"

COORDINATE_OCTETS: Final = 32
KEY_BITS: Final = 256
"""keydatalen of every key that EMV derives."""
KEY_SEED_OCTETS: Final = 40
"""64 bits more than the order of P-256 has: so many hide that what is left over is not quite even."""


def ephemeral_key(random: bytes) -> EllipticCurvePrivateKey:
    """Make a private key of P-256 from 40 fresh random octets (FIPS 186-5, appendix A.2.1)."""
    if len(random) != KEY_SEED_OCTETS:
        raise Misuse(f"an ephemeral key is made from {KEY_SEED_OCTETS} random octets")
    return derive_private_key(int.from_bytes(random, "big") % (_ORDER - 1) + 1, SECP256R1())


def jwk_of(key: EllipticCurvePublicKey) -> Jwk:
    """Write a public key of P-256 as JWK."""
    _on_p256(key.curve.name)
    point = key.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)[1:]
    return {
        "kty": "EC",
        "crv": "P-256",
        "x": base64url(point[:COORDINATE_OCTETS]),
        "y": base64url(point[COORDINATE_OCTETS:]),
    }


def read_jwk(
    value: Json, *, element: str, code: ErrorCode = ErrorCode.FORMAT_INVALID
) -> EllipticCurvePublicKey:
    """Read a public key of P-256; raises ProtocolFault with the code and the element's name.

    A point that is not on the curve is refused: agreeing with one would give our private key away
    piece by piece.
    """
    refused = ProtocolFault(code, elements=(element,))
    if not isinstance(value, dict) or (value.get("kty"), value.get("crv")) != ("EC", "P-256"):
        raise refused
    x, y = _coordinate(value.get("x")), _coordinate(value.get("y"))
    if x is None or y is None:
        raise refused
    try:
        return EllipticCurvePublicKey.from_encoded_point(SECP256R1(), _UNCOMPRESSED + x + y)
    except ValueError as error:
        raise refused from error


def agree(own: EllipticCurvePrivateKey, peers: EllipticCurvePublicKey) -> bytes:
    """Compute Z, the shared secret of two keys of P-256."""
    _on_p256(own.curve.name)
    _on_p256(peers.curve.name)
    return own.exchange(ECDH(), peers)


def derive(z: bytes, *, party_v: str) -> Secret[bytes]:
    """Derive the 256 bits that EMV wants; PartyVInfo is directoryServerID or sdkReferenceNumber."""
    if not party_v.isascii() or not party_v:
        raise Misuse("PartyVInfo is an ASCII text")
    info = other_info(algorithm_id=b"", party_u=b"", party_v=party_v.encode("ascii"), bits=KEY_BITS)
    return Secret(concat_kdf(z, info=info, bits=KEY_BITS))


def other_info(*, algorithm_id: bytes, party_u: bytes, party_v: bytes, bits: int) -> bytes:
    """Lay out OtherInfo of NIST SP 800-56A as RFC 7518 does: a length before each field."""
    fields = (algorithm_id, party_u, party_v)
    return b"".join(_with_length(field) for field in fields) + bits.to_bytes(4, "big")


def concat_kdf(z: bytes, *, info: bytes, bits: int) -> bytes:
    """Derive `bits` bits from Z by the Concat KDF with SHA-256."""
    return ConcatKDFHash(SHA256(), bits // 8, info).derive(z)


_ORDER: Final = 0xFFFFFFFF_00000000_FFFFFFFF_FFFFFFFF_BCE6FAAD_A7179E84_F3B9CAC2_FC632551
"""Of the base point of P-256 (SEC 2, section 2.4.2)."""
_UNCOMPRESSED: Final = b"\x04"


def _coordinate(value: Json) -> bytes | None:
    octets = octets_of(value) if isinstance(value, str) else None
    # Exactly 32 octets: leading zeros are part of the form.
    return octets if octets is not None and len(octets) == COORDINATE_OCTETS else None


def _on_p256(curve: str) -> None:
    if curve != SECP256R1.name:
        raise Misuse(f"a key of {curve}; EMV agrees on P-256")


def _with_length(field: bytes) -> bytes:
    return len(field).to_bytes(4, "big") + field
