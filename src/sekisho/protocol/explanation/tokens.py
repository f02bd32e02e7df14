"""Opens the tokens of the protocol: JWE of a challenge, device data, signed contents."""

import base64
import binascii
from collections.abc import Iterator, Mapping
from hashlib import sha256
from typing import Final, NamedTuple

from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.utils import CryptographyDeprecationWarning
from cryptography.x509 import InvalidVersion, load_der_x509_certificate

from sekisho.kernel.brands import BRANDS
from sekisho.protocol.codec import APP_MESSAGE_BYTES_MAX, read_object
from sekisho.protocol.explanation.keys import Keys, Trust
from sekisho.protocol.faults import ErrorCode, ProtocolFault
from sekisho.protocol.jose import DirectoryKey, Enc, Side, open_device_data
from sekisho.protocol.jose.compact import Concern, read_header, read_segment, segments
from sekisho.protocol.jose.device_data import CONCERN as DEVICE_DATA
from sekisho.protocol.jose.jwe import Jwe, read_jwe
from sekisho.protocol.jose.jws import CERTIFICATES_MAX, read_jws
from sekisho.protocol.jose.secure_channel import counted_iv
from sekisho.protocol.vocabulary import Json, MessageType, Version

CHALLENGE: Final = Concern(
    code=ErrorCode.DECRYPTION_FAILED,
    subject="the message",
    message_type=MessageType.CRES,
    characters_max=APP_MESSAGE_BYTES_MAX * 4 // 3 + 1024,
)
"""CReq or CRes: which of them is not known before it is open."""

NOT_OPENED: Final = "no key that was given opens it"


class Mismatch(NamedTuple):
    """Something in or about a token that a receiver refuses."""

    code: ErrorCode
    element: str
    expected: str
    found: str


class Opened(NamedTuple):
    """A message out of a JWE."""

    plaintext: bytes
    jwe: Jwe
    half: Side | None
    """Whose half of the session key opened it; None: a key that is not split, or half of one."""


class Signed(NamedTuple):
    """What a JWS holds, whether or not anybody should believe it."""

    header: dict[str, Json]
    members: dict[str, Json]
    distrust: str
    """Why it is not to be believed; empty when it is, or when nothing was given to tell by."""


def open_challenge(text: str, keys: Keys) -> Opened:
    """Open a CReq or CRes under a session key or a content key; raises ProtocolFault 302."""
    jwe = read_jwe(text, CHALLENGE)
    if jwe.alg != "dir" or jwe.encrypted_key:
        raise CHALLENGE.fault("it is not encrypted under the agreed key itself")
    for key, half in _challenge_keys(keys, jwe.enc):
        try:
            return Opened(jwe.open(key), jwe, half)
        except ProtocolFault:
            continue  # another key may fit; when none does, the fault below says so
    raise CHALLENGE.fault(NOT_OPENED)


def mismatches(token: Opened, members: Mapping[str, Json]) -> Iterator[Mismatch]:
    """Hold a message against the JWE that it came in (protocol facts, section 5.4)."""
    kid, trans_id = token.jwe.kid, members.get("acsTransID")
    if isinstance(trans_id, str) and (kid or "").lower() != trans_id.lower():
        expected = "the kid of the JWE"
        yield Mismatch(ErrorCode.TRANSACTION_UNKNOWN, "acsTransID", expected, f"kid {kid}")
    sender = _SENDERS.get(str(members.get("messageType")))
    if sender is None or token.jwe.enc is not Enc.GCM:
        return
    if token.half not in (None, sender):
        expected = f"the half of the session key that the {sender.name} encrypts with"
        yield Mismatch(ErrorCode.DECRYPTION_FAILED, "", expected, "the other half")
    counter = _count(members.get(sender.counter_name))
    if counter is not None and token.jwe.iv != counted_iv(sender, counter):
        iv = counted_iv(sender, counter).hex()
        name = sender.counter_name
        expected = f"IV {iv}, the {sender.name}'s with that counter"
        yield Mismatch(ErrorCode.DECRYPTION_FAILED, name, expected, f"IV {token.jwe.iv.hex()}")


def open_sdk_data(text: str, keys: Keys, directory_server_id: str | None) -> dict[str, Json]:
    """Open sdkEncData with a key of the Directory Server, or its content key; raises 302.

    Its name goes into the key (ECDH-ES); where nobody says it, those of the known brands are tried.
    """
    jwe = read_jwe(text, DEVICE_DATA)
    for plaintext in _sdk_data(text, jwe, keys, directory_server_id):
        try:
            return read_object(plaintext)
        except ProtocolFault as fault:
            raise DEVICE_DATA.fault("it holds no JSON object") from fault
    raise DEVICE_DATA.fault(NOT_OPENED)


def read_signed(text: str, concern: Concern, trust: Trust | None) -> Signed:
    """Read a signed content, and verify it where roots are given.

    Raises ProtocolFault 308 for what is no JWS, or none that holds a JSON object.
    """
    parts = segments(text, 3, concern)
    header = read_header(parts[0], concern)
    try:
        members = read_object(read_segment(parts[1], concern))
    except ProtocolFault as fault:
        raise concern.fault("it holds no JSON object") from fault
    distrust = ""
    if trust is not None:
        try:
            read_jws(text, roots=trust.roots, at=trust.at, concern=concern)
        except ProtocolFault as fault:
            distrust = fault.error_detail
    return Signed(header, members, distrust)


def certificates_in(x5c: Json) -> Iterator[str]:
    """Name the certificates of a header: whose, by whom, from when to when."""
    for text in x5c[:CERTIFICATES_MAX] if isinstance(x5c, list) else ():
        try:
            found = load_der_x509_certificate(base64.b64decode(str(text), validate=True))
            yield (
                f"{found.subject.rfc4514_string()}, issued by {found.issuer.rfc4514_string()}, "
                f"{found.not_valid_before_utc:%Y-%m-%d} to {found.not_valid_after_utc:%Y-%m-%d}"
            )
        except _NO_CERTIFICATE:
            yield "no certificate that could be read"


# As where signatures are verified: InvalidVersion is of no family, and odd serial numbers are warned
# about, which is an error where warnings are errors.
_NO_CERTIFICATE: Final = (
    binascii.Error,
    ValueError,
    InvalidVersion,
    CryptographyDeprecationWarning,
)
_SENDERS: Final = {"CReq": Side.SDK, "CRes": Side.ACS}
_SESSION_OCTETS: Final = 32
_HALF: Final = 16
_COUNTER_DIGITS: Final = 3
_COUNTER_MAX: Final = 255


def _challenge_keys(keys: Keys, enc: Enc) -> Iterator[tuple[bytes, Side | None]]:
    """Give what may have encrypted a message: a key as it is, or the halves of a session key."""
    for secret in keys.contents:
        key = secret.reveal()
        if len(key) == enc.key_octets:
            yield key, None
        elif len(key) == _SESSION_OCTETS:
            yield key[:_HALF], Side.SDK
            yield key[_HALF:], Side.ACS


def _count(value: Json) -> int | None:
    if not isinstance(value, str) or len(value) != _COUNTER_DIGITS:
        return None
    counts = value.isascii() and value.isdigit() and int(value) <= _COUNTER_MAX
    return int(value) if counts else None


def _sdk_data(text: str, jwe: Jwe, keys: Keys, directory_server_id: str | None) -> Iterator[bytes]:
    """Give the plaintext under each key that opens it."""
    for secret in keys.contents:
        if len(secret.reveal()) == jwe.enc.key_octets:
            try:
                yield jwe.open(secret.reveal())
            except ProtocolFault:
                continue  # the caller says that none fits
    names = _DIRECTORIES if directory_server_id is None else (directory_server_id,)
    for key in keys.directory:
        for name in names:
            try:
                yield open_device_data(
                    text, keys={"": key}, directory_server_id=name,
                    version=Version.V210, spare=_spare(key, text),
                )  # fmt: skip
            except ProtocolFault:
                continue  # the caller says that none fits


_DIRECTORIES: Final = tuple(sorted({facts.directory_server_id for facts in BRANDS.values()}))


def _spare(key: DirectoryKey, text: str) -> bytes:
    """Give octets that nobody without the key can foretell: chance does not come in here."""
    octets = key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
    return sha256(octets + text.encode("utf-8", "replace")).digest()
