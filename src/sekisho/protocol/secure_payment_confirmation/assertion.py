"""The assertion that a browser brings back: a public-key credential about `payment.get`.

threeDSReqAuthData carries it as a JSON object, or as its text, which may be base64url. Read
strictly; whatever the bytes: an `Assertion` or BadAssertion.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Final

from sekisho.kernel.errors import TheyErred
from sekisho.protocol.codec import read_object
from sekisho.protocol.faults import ProtocolFault
from sekisho.protocol.jose.compact import octets_of
from sekisho.protocol.vocabulary import Json

CHARACTERS_MAX: Final = 50_000
"""threeDSReqAuthData, from the element table."""

HEAD_OCTETS: Final = 37
"""authenticatorData: 32 of the hash, one of flags, four of the counter."""


class BadAssertion(TheyErred):
    """The assertion confirms nothing; `differs` names the part that is not as it must be."""

    def __init__(self, differs: str) -> None:
        self.differs = differs
        super().__init__(f"the assertion is refused for its {differs}")


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedPayment:
    """What the browser showed and the passkey signed (`payment` of clientDataJSON)."""

    rp_id: str
    top_origin: str
    payee_name: str | None
    payee_origin: str | None
    currency: str
    value: str
    display_name: str
    icon: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AuthenticatorData:
    """What the authenticator says of itself."""

    rp_id_hash: bytes
    flags: int
    sign_count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Assertion:
    """An assertion taken apart and found well formed, not yet known to be genuine."""

    credential_id: bytes
    challenge: bytes = field(repr=False)
    origin: str
    payment: SignedPayment
    authenticator: AuthenticatorData
    signature: bytes = field(repr=False)
    signed: bytes = field(repr=False)
    """What the signature stands under: authenticatorData, and the hash of clientDataJSON."""


def read_assertion(data: Json) -> Assertion:
    """Read threeDSReqAuthData; raises BadAssertion and nothing else."""
    credential = _credential(data)
    response = _object(credential, "response")
    client_data = _octets(response, "clientDataJSON", within="response.")
    authenticator_data = _octets(response, "authenticatorData", within="response.")
    client = _members(client_data, "clientDataJSON")
    if client.get("type") != "payment.get":
        raise BadAssertion("type")
    return Assertion(
        credential_id=_credential_id(credential),
        challenge=_octets(client, "challenge"),
        origin=_text(client, "origin"),
        payment=_payment(_object(client, "payment")),
        authenticator=_authenticator(authenticator_data),
        signature=_octets(response, "signature", within="response."),
        signed=authenticator_data + sha256(client_data).digest(),
    )


def _credential(data: Json) -> Mapping[str, Json]:
    if isinstance(data, dict):
        return data
    if not isinstance(data, str) or len(data) > CHARACTERS_MAX:
        raise BadAssertion("form")
    octets = octets_of(data)
    try:
        return _members(data.encode() if octets is None else octets, "form")
    except UnicodeEncodeError as error:
        raise BadAssertion("form") from error


def _members(octets: bytes, name: str) -> dict[str, Json]:
    try:
        return read_object(octets)
    except ProtocolFault as fault:
        raise BadAssertion(name) from fault


def _credential_id(credential: Mapping[str, Json]) -> bytes:
    """Read the id, which a browser writes twice."""
    if credential.get("type") != "public-key":
        raise BadAssertion("credential type")
    octets = _octets(credential, "id")
    if credential.get("rawId", credential["id"]) != credential["id"]:
        raise BadAssertion("rawId")
    return octets


def _payment(payment: Mapping[str, Json]) -> SignedPayment:
    within = "payment."
    total, instrument = _object(payment, "total", within), _object(payment, "instrument", within)
    # Browsers of before 2023 call it "rp".
    name = "rpId" if "rpId" in payment else "rp"
    return SignedPayment(
        rp_id=_text(payment, name, within),
        top_origin=_text(payment, "topOrigin", within),
        payee_name=_text_or_none(payment, "payeeName", within),
        payee_origin=_text_or_none(payment, "payeeOrigin", within),
        currency=_text(total, "currency", "payment.total."),
        value=_text(total, "value", "payment.total."),
        display_name=_text(instrument, "displayName", "payment.instrument."),
        icon=_text(instrument, "icon", "payment.instrument."),
    )


def _authenticator(octets: bytes) -> AuthenticatorData:
    if len(octets) < HEAD_OCTETS:
        raise BadAssertion("authenticatorData")
    found = AuthenticatorData(
        rp_id_hash=octets[:32],
        flags=octets[32],
        sign_count=int.from_bytes(octets[33:HEAD_OCTETS], "big"),
    )
    # A credential is attested when it is made, never when it is used; extensions may follow.
    extended = bool(found.flags & EXTENSIONS)
    if found.flags & ATTESTED or (len(octets) > HEAD_OCTETS) is not extended:
        raise BadAssertion("authenticatorData")
    return found


ATTESTED: Final = 0x40
EXTENSIONS: Final = 0x80


def _object(members: Mapping[str, Json], name: str, within: str = "") -> Mapping[str, Json]:
    value = members.get(name)
    if not isinstance(value, dict):
        raise BadAssertion(within + name)
    return value


def _text(members: Mapping[str, Json], name: str, within: str = "") -> str:
    value = members.get(name)
    if not isinstance(value, str):
        raise BadAssertion(within + name)
    return value


def _text_or_none(members: Mapping[str, Json], name: str, within: str) -> str | None:
    return _text(members, name, within) if name in members else None


def _octets(members: Mapping[str, Json], name: str, within: str = "") -> bytes:
    octets = octets_of(_text(members, name, within))
    if octets is None:
        raise BadAssertion(within + name)
    return octets
