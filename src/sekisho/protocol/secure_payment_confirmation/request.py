"""What the ACS wants confirmed: webAuthnCredList and spcTransData as one record."""

from dataclasses import dataclass, field
from typing import Final

from sekisho.kernel.errors import Misuse
from sekisho.protocol.faults import ErrorCode, ProtocolFault
from sekisho.protocol.forms import base64url
from sekisho.protocol.jose.compact import octets_of
from sekisho.protocol.messages import Message
from sekisho.protocol.vocabulary import Json

CHALLENGE_OCTETS_MIN: Final = 32
"""43 characters of base64url."""
PASSKEYS_MAX: Final = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class OfferedPasskey:
    """A passkey of the cardholder that may confirm the payment (an item of webAuthnCredList)."""

    rp_id: str
    """The domain that the passkey belongs to: the bank's."""
    credential_id: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentRequest:
    """What the browser shows and the passkey signs; raises Misuse when it names nothing to sign.

    The payee is named by origin, by name, or by both; the confirmation must then say the same.
    """

    passkeys: tuple[OfferedPasskey, ...]
    challenge: bytes = field(repr=False)
    """At least 32 fresh random octets."""
    currency: str
    """ISO 4217, three letters."""
    value: str
    """The amount in major units as a decimal text, "12.50": `Amount.major_text` writes it."""
    display_name: str
    """What the card is called on the screen."""
    icon: str
    timeout_ms: int
    payee_name: str | None = None
    payee_origin: str | None = None
    additional_data: str | None = None

    def __post_init__(self) -> None:
        if not 1 <= len(self.passkeys) <= PASSKEYS_MAX:
            raise Misuse(f"1 to {PASSKEYS_MAX} passkeys can be asked")
        if len(self.challenge) < CHALLENGE_OCTETS_MIN:
            raise Misuse(f"a challenge has at least {CHALLENGE_OCTETS_MIN} random octets")
        if self.payee_name is None and self.payee_origin is None:
            raise Misuse("a confirmation names its payee")

    def elements(self) -> dict[str, Json]:
        """Write the two elements of the ARes."""
        listed: list[Json] = [
            {"rpID": each.rp_id, "credentialIds": base64url(each.credential_id)}
            for each in self.passkeys
        ]
        told: dict[str, Json] = {
            "challenge": base64url(self.challenge),
            "currency": self.currency,
            "value": self.value,
            "displayName": self.display_name,
            "icon": self.icon,
            "timeout": str(self.timeout_ms),
            "payeeName": self.payee_name,
            "payeeOrigin": self.payee_origin,
            "additionalData": self.additional_data,
        }
        data: dict[str, Json] = {name: each for name, each in told.items() if each is not None}
        return {"webAuthnCredList": listed, "spcTransData": data}


def request_in(ares: Message) -> PaymentRequest:
    """Read what an ARes with transStatus S asks; raises 203 for what no browser could carry out."""
    data, listed = ares.get("spcTransData"), ares.get("webAuthnCredList")
    if not isinstance(data, dict) or not isinstance(listed, list):
        raise _fault(ares, ErrorCode.ELEMENT_MISSING, "spcTransData")
    passkeys = tuple(_passkey(ares, each) for each in listed if isinstance(each, dict))
    challenge = octets_of(str(data["challenge"]))
    if challenge is None or len(challenge) < CHALLENGE_OCTETS_MIN:
        raise _fault(ares, ErrorCode.FORMAT_INVALID, "spcTransData.challenge")
    if "payeeName" not in data and "payeeOrigin" not in data:
        raise _fault(ares, ErrorCode.ELEMENT_MISSING, "spcTransData.payeeOrigin")
    return PaymentRequest(
        passkeys=passkeys,
        challenge=challenge,
        currency=str(data["currency"]),
        value=str(data["value"]),
        display_name=str(data["displayName"]),
        icon=str(data["icon"]),
        timeout_ms=int(str(data["timeout"])),
        payee_name=_text(data, "payeeName"),
        payee_origin=_text(data, "payeeOrigin"),
        additional_data=_text(data, "additionalData"),
    )


def _passkey(ares: Message, each: dict[str, Json]) -> OfferedPasskey:
    credential_id = octets_of(str(each["credentialIds"]))
    if credential_id is None:
        raise _fault(ares, ErrorCode.FORMAT_INVALID, "webAuthnCredList.credentialIds")
    return OfferedPasskey(rp_id=str(each["rpID"]), credential_id=credential_id)


def _text(data: dict[str, Json], name: str) -> str | None:
    value = data.get(name)
    return value if isinstance(value, str) else None


def _fault(ares: Message, code: ErrorCode, element: str) -> ProtocolFault:
    return ProtocolFault(code, elements=(element,), message_type=ares.type, version=ares.version)
