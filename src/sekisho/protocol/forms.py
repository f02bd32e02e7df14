"""What travels in browser forms: JSON in base64url, and the opaque session data."""

import base64
import binascii
from collections.abc import Mapping
from typing import Final

import msgspec

from sekisho.kernel.errors import Misuse
from sekisho.protocol.codec import MESSAGE_BYTES_MAX, not_a_message, read_object, write_object
from sekisho.protocol.faults import ErrorCode, ProtocolFault
from sekisho.protocol.vocabulary import Json

FORM_CHARACTERS_MAX: Final = MESSAGE_BYTES_MAX * 4 // 3 + 4
"""A form field holds a message of the usual size."""

SESSION_DATA_CHARACTERS_MAX: Final = 1024
"""threeDSSessionData, after encoding."""


def encode_form_json(members: Mapping[str, Json]) -> str:
    """Write a JSON object as a form field: creq, cres, threeDSMethodData."""
    return base64url(write_object(members))


def decode_form_json(text: str) -> dict[str, Json]:
    """Read a JSON object from a form field; raises ProtocolFault 101 or 204, nothing else."""
    return read_object(decode_form_bytes(text))


def decode_form_bytes(text: str) -> bytes:
    """Read the bytes in a form field, to be parsed as a message; raises ProtocolFault 101."""
    if len(text) > FORM_CHARACTERS_MAX:
        raise not_a_message()
    return from_base64url(text)


def base64url(data: bytes) -> str:
    """Write bytes in base64url without padding."""
    plain = _to_base64(data)[1:-1].rstrip(b"=")
    return plain.replace(b"+", b"-").replace(b"/", b"_").decode("ascii")


def from_base64url(text: str) -> bytes:
    """Read base64url, padded or not; raises ProtocolFault 101 for anything else."""
    bare = text.rstrip("=")
    if len(text) - len(bare) > _PADDING_MAX or not bare.isascii() or "+" in bare or "/" in bare:
        raise not_a_message()
    try:
        return base64.b64decode(bare + "=" * (-len(bare) % 4), altchars=b"-_", validate=True)
    except binascii.Error as error:
        raise not_a_message() from error


def encode_session_data(data: bytes) -> str:
    """Write the requestor's own state for threeDSSessionData; Misuse when it is too long."""
    text = base64url(data)
    if len(text) > SESSION_DATA_CHARACTERS_MAX:
        raise Misuse(f"session data of {len(text)} characters; {SESSION_DATA_CHARACTERS_MAX} fit")
    return text


def check_session_data(text: str) -> str:
    """Give the session data back unchanged if they may stand in a form; raises ProtocolFault 203.

    They are returned to the requestor letter for letter, so their characters matter to us: what is
    not base64url might break out of the form it is written into.
    """
    if len(text) > SESSION_DATA_CHARACTERS_MAX or not _is_base64url(text):
        raise ProtocolFault(ErrorCode.FORMAT_INVALID, elements=("threeDSSessionData",))
    return text


_PADDING_MAX: Final = 2
# As a JSON text, in quotes, base64 is written twice as fast as by the standard library.
_to_base64: Final = msgspec.json.Encoder().encode


def _is_base64url(text: str) -> bool:
    bare = text.rstrip("=")
    return len(text) - len(bare) <= _PADDING_MAX and all(
        character.isascii() and (character.isalnum() or character in "-_+/") for character in bare
    )
