"""A browser with a software passkey that confirms payments: for tests and rehearsals of an SPC flow.

Deterministic: the key comes in. Nothing here is for a real cardholder.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from hashlib import sha256

from cryptography.hazmat.primitives.asymmetric.ec import ECDSA, EllipticCurvePrivateKey
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from sekisho.protocol import Json
from sekisho.protocol.forms import base64url
from sekisho.protocol.secure_payment_confirmation import PaymentRequest

PrivateKey = EllipticCurvePrivateKey | RSAPrivateKey | Ed25519PrivateKey


@dataclass(kw_only=True)
class SpcAuthenticator:
    """Holds one passkey; signs what it is shown, as the payment page of `origin` asks for it."""

    key: PrivateKey = field(repr=False)
    credential_id: bytes
    rp_id: str
    origin: str
    sign_count: int = 0
    """What it has counted so far; stays 0 for one that does not count."""
    flags: int = 0x05
    """User present and verified."""

    def cose_key(self) -> bytes:
        """Give the public key as an authenticator registers it."""
        public = self.key.public_key()
        if isinstance(self.key, EllipticCurvePrivateKey):
            point = public.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
            return cbor_map({1: 2, 3: -7, -1: 1, -2: point[1:33], -3: point[33:]})
        if isinstance(self.key, RSAPrivateKey):
            numbers = self.key.public_key().public_numbers()
            modulus = numbers.n.to_bytes((numbers.n.bit_length() + 7) // 8, "big")
            return cbor_map({1: 3, 3: -257, -1: modulus, -2: numbers.e.to_bytes(3, "big")})
        raw = public.public_bytes(Encoding.Raw, PublicFormat.Raw)
        return cbor_map({1: 1, 3: -8, -1: 6, -2: raw})

    def confirm(
        self, request: PaymentRequest, *, client: Mapping[str, Json] | None = None
    ) -> dict[str, Json]:
        """Give the assertion for a request; `client` replaces members of clientDataJSON."""
        self.sign_count += bool(self.sign_count)
        members = {**self.client_data(request), **(client or {})}
        client_json = json.dumps(members).encode()
        head = sha256(self.rp_id.encode()).digest() + bytes((self.flags,))
        authenticator_data = head + self.sign_count.to_bytes(4, "big")
        signature = self.sign(authenticator_data + sha256(client_json).digest())
        credential_id = base64url(self.credential_id)
        return {
            "id": credential_id,
            "rawId": credential_id,
            "type": "public-key",
            "response": {
                "clientDataJSON": base64url(client_json),
                "authenticatorData": base64url(authenticator_data),
                "signature": base64url(signature),
            },
        }

    def client_data(self, request: PaymentRequest) -> dict[str, Json]:
        """Give clientDataJSON as a browser writes it."""
        payment: dict[str, Json] = {
            "rpId": self.rp_id,
            "topOrigin": self.origin,
            "payeeName": request.payee_name,
            "payeeOrigin": request.payee_origin,
            "total": {"currency": request.currency, "value": request.value},
            "instrument": {"icon": request.icon, "displayName": request.display_name},
        }
        told: dict[str, Json] = {
            name: value for name, value in payment.items() if value is not None
        }
        return {
            "type": "payment.get",
            "challenge": base64url(request.challenge),
            "origin": self.origin,
            "crossOrigin": False,
            "payment": told,
        }

    def sign(self, data: bytes) -> bytes:
        """Sign as the key's own algorithm does."""
        if isinstance(self.key, EllipticCurvePrivateKey):
            return self.key.sign(data, ECDSA(SHA256()))
        if isinstance(self.key, RSAPrivateKey):
            return self.key.sign(data, PKCS1v15(), SHA256())
        return self.key.sign(data)


def cbor_map(members: Mapping[int, int | bytes]) -> bytes:
    """Write a map of numbers to numbers and octets as CBOR."""
    items = b"".join(_cbor(each) for pair in members.items() for each in pair)
    return _cbor_head(5, len(members)) + items


def _cbor(value: int | bytes) -> bytes:
    if isinstance(value, bytes):
        return _cbor_head(2, len(value)) + value
    return _cbor_head(0, value) if value >= 0 else _cbor_head(1, -1 - value)


def _cbor_head(major: int, argument: int) -> bytes:
    if argument < 24:  # noqa: PLR2004 - the rule of CBOR
        return bytes((major << 5 | argument,))
    size = 1 if argument < 1 << 8 else 2
    return bytes((major << 5 | 23 + size,)) + argument.to_bytes(size, "big")
