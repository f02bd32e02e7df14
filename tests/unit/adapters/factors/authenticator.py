"""An authenticator in software: makes passkeys and answers with them, and lies when told to."""

import hashlib
import json
from dataclasses import dataclass, field

import cbor2
from cryptography.hazmat.primitives.asymmetric.ec import (
    ECDSA,
    SECP256R1,
    EllipticCurvePrivateKey,
    generate_private_key,
)
from cryptography.hazmat.primitives.hashes import SHA256

from sekisho.protocol.forms import base64url

PRESENT, VERIFIED, ATTESTED = 0x01, 0x04, 0x40
RP_ID, ORIGIN = "bank.example", "https://acs.bank.example"


@dataclass
class Authenticator:
    """One passkey on one device."""

    key: EllipticCurvePrivateKey = field(default_factory=lambda: generate_private_key(SECP256R1()))
    credential_id: bytes = b"passkey of the cardholder"
    count: int = 0
    flags: int = PRESENT | VERIFIED
    rp_id: str = RP_ID
    origin: str = ORIGIN
    kind: str | None = None

    def made(self, challenge: bytes) -> str:
        """Answer `navigator.credentials.create()`."""
        numbers = self.key.public_key().public_numbers()
        cose = {1: 2, 3: -7, -1: 1, -2: numbers.x.to_bytes(32, "big"),
                -3: numbers.y.to_bytes(32, "big")}  # fmt: skip
        held = bytes(16) + len(self.credential_id).to_bytes(2, "big") + self.credential_id
        data = self._data(ATTESTED) + held + cbor2.dumps(cose)
        attestation = cbor2.dumps({"fmt": "none", "attStmt": {}, "authData": data})
        return self._response(
            clientDataJSON=self._client("webauthn.create", challenge), attestationObject=attestation
        )

    def answered(self, challenge: bytes) -> str:
        """Answer `navigator.credentials.get()`."""
        client, data = self._client("webauthn.get", challenge), self._data(0)
        signed = data + hashlib.sha256(client).digest()
        return self._response(
            clientDataJSON=client,
            authenticatorData=data,
            signature=self.key.sign(signed, ECDSA(SHA256())),
        )

    def _data(self, more: int) -> bytes:
        hashed = hashlib.sha256(self.rp_id.encode()).digest()
        return hashed + bytes((self.flags | more,)) + self.count.to_bytes(4, "big")

    def _client(self, kind: str, challenge: bytes) -> bytes:
        client = {"type": self.kind or kind, "challenge": base64url(challenge),
                  "origin": self.origin}  # fmt: skip
        return json.dumps(client).encode()

    def _response(self, **parts: bytes) -> str:
        name_of_it = base64url(self.credential_id)
        response = {name: base64url(octets) for name, octets in parts.items()}
        return json.dumps(
            {"id": name_of_it, "rawId": name_of_it, "type": "public-key", "response": response}
        )
