"""What is signed: `acsSignedContent` by the ACS for the SDK, `sdkServerSignedContent` for the DS.

Protocol facts, sections 2.9 and 5.3. Whatever fails is 308, which `erro_for` words for versions that
do not know it; an SDK ends the challenge and tells its requestor.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePublicKey

from sekisho.kernel.errors import Misuse
from sekisho.protocol.codec import read_object, write_object
from sekisho.protocol.faults import ErrorCode, ProtocolFault
from sekisho.protocol.jose.agreement import jwk_of, read_jwk
from sekisho.protocol.jose.compact import Concern
from sekisho.protocol.jose.jws import Signer, read_jws, write_jws
from sekisho.protocol.jose.trust import Roots
from sekisho.protocol.threeds_method import is_safe_url
from sekisho.protocol.vocabulary import Json, MessageType

ACS_CONCERN: Final = Concern(
    code=ErrorCode.SIGNATURE_INVALID,
    subject="acsSignedContent",
    message_type=MessageType.ARES,
    characters_max=16_000,
)
SDK_SERVER_CONCERN: Final = Concern(
    code=ErrorCode.SIGNATURE_INVALID,
    subject="sdkServerSignedContent",
    message_type=MessageType.AREQ,
    characters_max=4_000,
)
"""Lengths: from the element table."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AcsContent:
    """What the ACS vouches for: both ephemeral keys and where the challenge is held."""

    acs_key: EllipticCurvePublicKey
    sdk_key: EllipticCurvePublicKey
    acs_url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SdkServerContent:
    """What the server of a split SDK vouches for."""

    sdk_reference_number: str
    sdk_trans_id: str
    split_sdk_server_id: str
    signed_at: datetime


def sign_acs_content(content: AcsContent, signer: Signer) -> str:
    """Write acsSignedContent."""
    if not is_safe_url(content.acs_url):
        raise Misuse("acsURL is not an address that an SDK may call")
    members: dict[str, Json] = {
        "acsEphemPubKey": jwk_of(content.acs_key),
        "sdkEphemPubKey": jwk_of(content.sdk_key),
        "acsURL": content.acs_url,
    }
    return _signed(members, signer, ACS_CONCERN)


def verify_acs_content(
    text: str, *, roots: Roots, at: datetime, sdk_key: EllipticCurvePublicKey
) -> AcsContent:
    """Read acsSignedContent as the SDK that sent `sdk_key`; raises 308 and nothing else.

    The SDK's own key must come back: else an old content could be played into a new transaction.
    """
    members = _members(text, roots, at, ACS_CONCERN)
    code = ACS_CONCERN.code
    content = AcsContent(
        acs_key=read_jwk(members.get("acsEphemPubKey"), element="acsEphemPubKey", code=code),
        sdk_key=read_jwk(members.get("sdkEphemPubKey"), element="sdkEphemPubKey", code=code),
        acs_url=_text(members, "acsURL", ACS_CONCERN),
    )
    if content.sdk_key != sdk_key:
        raise ACS_CONCERN.fault("sdkEphemPubKey is not the key that was sent")
    if not is_safe_url(content.acs_url):
        raise ACS_CONCERN.fault("acsURL is not an address")
    return content


def sign_sdk_server_content(content: SdkServerContent, signer: Signer) -> str:
    """Write sdkServerSignedContent."""
    if content.signed_at.tzinfo is None:
        raise Misuse("a moment without a time zone")
    members: dict[str, Json] = {
        "sdkReferenceNumber": content.sdk_reference_number,
        "sdkSignatureTimestamp": content.signed_at.astimezone(UTC).strftime(_MOMENT),
        "sdkTransID": content.sdk_trans_id,
        "splitSdkServerID": content.split_sdk_server_id,
    }
    return _signed(members, signer, SDK_SERVER_CONCERN)


def verify_sdk_server_content(
    text: str, *, roots: Roots, at: datetime, sdk_trans_id: str, sdk_reference_number: str
) -> SdkServerContent:
    """Read sdkServerSignedContent as the directory; raises 308 and nothing else.

    What is signed must be what the AReq says; how old it may be is the directory's own rule.
    """
    concern = SDK_SERVER_CONCERN
    members = _members(text, roots, at, concern)
    content = SdkServerContent(
        sdk_reference_number=_text(members, "sdkReferenceNumber", concern),
        sdk_trans_id=_text(members, "sdkTransID", concern),
        split_sdk_server_id=_text(members, "splitSdkServerID", concern),
        signed_at=_moment(_text(members, "sdkSignatureTimestamp", concern)),
    )
    if content.sdk_trans_id.lower() != sdk_trans_id.lower():
        raise concern.fault("sdkTransID is not the one of the transaction")
    if content.sdk_reference_number != sdk_reference_number:
        raise concern.fault("sdkReferenceNumber is not the one of the transaction")
    return content


_MOMENT: Final = "%Y%m%d%H%M%S"
_MOMENT_CHARACTERS: Final = 14


def _signed(members: Mapping[str, Json], signer: Signer, concern: Concern) -> str:
    token = write_jws(write_object(members), signer)
    if len(token) > concern.characters_max:
        raise Misuse(f"{concern.subject} of {len(token)} characters; the chain is too long")
    return token


def _members(text: str, roots: Roots, at: datetime, concern: Concern) -> dict[str, Json]:
    payload = read_jws(text, roots=roots, at=at, concern=concern)
    try:
        return read_object(payload)
    except ProtocolFault as fault:
        raise concern.fault(f"{concern.subject} holds no JSON object") from fault


def _text(members: Mapping[str, Json], name: str, concern: Concern) -> str:
    value = members.get(name)
    if not isinstance(value, str) or not value:
        raise concern.fault(f"{concern.subject} lacks {name}")
    return value


def _moment(text: str) -> datetime:
    if len(text) == _MOMENT_CHARACTERS and text.isascii() and text.isdigit():
        try:
            return datetime.strptime(text, _MOMENT).replace(tzinfo=UTC)
        except ValueError:
            # Fourteen digits that are no moment are refused below, as all other texts are.
            pass
    raise SDK_SERVER_CONCERN.fault("sdkSignatureTimestamp is no moment")
