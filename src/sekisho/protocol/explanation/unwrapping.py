"""Finds the message in what was captured: JSON, base64url of it, or a form that carries it.

Whatever the bytes, members or NoMessage, which says what the bytes are instead.
"""

import json
import re
import zlib
from collections import Counter
from typing import Final, NamedTuple
from urllib.parse import unquote

import msgspec

from sekisho.protocol.codec import RANGES_BYTES_MAX, read_object, too_deep
from sekisho.protocol.explanation.explained import NoMessage
from sekisho.protocol.faults import ProtocolFault
from sekisho.protocol.forms import from_base64url
from sekisho.protocol.vocabulary import Json

METHOD_FIELD: Final = "threeDSMethodData"


class Unwrapped(NamedTuple):
    """The members of a captured object, and how they came."""

    members: dict[str, Json]
    came_as: str
    field: str | None
    """The form field that held it."""
    size: int
    """Bytes of the JSON."""
    repeated: tuple[str, ...] = ()
    """Members that occur twice; the last of each is in `members`."""
    refusal: ProtocolFault | None = None
    """The fault that a receiver reports for those."""
    plain_base64: bool = False
    """The field uses the alphabet with + and /, which is not base64url."""


def unwrapped(data: bytes) -> Unwrapped:
    """Find the object; raises NoMessage."""
    if len(data) > RANGES_BYTES_MAX:
        raise NoMessage(f"{len(data)} bytes, more than any message may have")
    if not data.strip():
        raise NoMessage("nothing: no bytes but white space")
    try:
        text = data.decode().strip()
    except UnicodeDecodeError as error:
        raise NoMessage(_binary(data)) from error
    if text[0] == "\ufeff":
        raise NoMessage("text behind a byte order mark, which no message may begin with")
    if text[0] in "{[":
        return _object(text.encode(), "EMV 3DS JSON", None)
    if text[0] == "<":
        raise NoMessage(_OLD_XML if _is_old(text) else "XML or HTML, not a message of EMV 3DS")
    field = _FIELD.search(text)
    if field is not None:
        name = _FIELD_NAMES[field[1].lower()]
        return _encoded(unquote(field[2]), f"form field {name}, base64url of JSON", name)
    return _encoded("".join(unquote(text).split()), "base64url of JSON", None)


_FIELD_NAMES: Final = {
    name.lower(): name for name in ("creq", "cres", METHOD_FIELD, "PaReq", "PaRes")
}
_FIELD: Final = re.compile(
    rf"(?:^|[?&\s])({'|'.join(_FIELD_NAMES)})=([^&#\s]*)", re.ASCII | re.IGNORECASE
)
_OLD_XML: Final = "a message of 3-D Secure 1.0.2 (XML), which is not explained here"
_OLD_DEFLATED: Final = (
    "a PaReq or PaRes of 3-D Secure 1.0.2 (deflated XML), which is not explained here"
)
_INFLATED_MOST: Final = 4096
"""Enough to tell what it is; a bomb stays folded."""


def _object(data: bytes, came_as: str, field: str | None) -> Unwrapped:
    try:
        members = read_object(data, limit=RANGES_BYTES_MAX)
    except ProtocolFault as fault:
        if not fault.elements:
            raise NoMessage(_not_json(data, came_as)) from fault
        members, repeated = _with_repeats(data, came_as)
        return Unwrapped(members, came_as, field, len(data), repeated, fault)
    return Unwrapped(members, came_as, field, len(data))


def _with_repeats(data: bytes, came_as: str) -> tuple[dict[str, Json], tuple[str, ...]]:
    """Read JSON in which members occur twice: the last one counts, as with most parsers."""
    twice: Counter[str] = Counter()

    def gathered(pairs: list[tuple[str, Json]]) -> dict[str, Json]:
        counts = Counter(name for name, _ in pairs)
        twice.update({name: count for name, count in counts.items() if count > 1})
        return dict(pairs)

    try:
        value = json.loads(data, object_pairs_hook=gathered)
    except (ValueError, RecursionError) as error:
        raise NoMessage(_not_json(data, came_as)) from error
    if not isinstance(value, dict) or too_deep(value):
        raise NoMessage(_not_json(data, came_as))
    return value, tuple(twice)


def _encoded(text: str, came_as: str, field: str | None) -> Unwrapped:
    if field in ("PaReq", "PaRes"):
        raise NoMessage(_OLD_DEFLATED)
    _refuse_tokens(text)
    plain = "+" in text or "/" in text
    try:
        data = from_base64url(text.translate(_TO_BASE64URL))
    except ProtocolFault as fault:
        raise NoMessage(_neither(text, field)) from fault
    if data[:1] == b"\x78" and _is_old(_inflated(data)):
        raise NoMessage(_OLD_DEFLATED)
    if data.lstrip()[:1] not in (b"{", b"["):
        raise NoMessage(_neither(text, field))
    return _object(data, came_as, field)._replace(plain_base64=plain)


_TO_BASE64URL: Final = str.maketrans("+/", "-_")
_JWE_PARTS: Final = 5
_JWS_PARTS: Final = 3


def _refuse_tokens(text: str) -> None:
    """Raise NoMessage for what has the form of a JWE or JWS."""
    parts = text.split(".")
    if len(parts) not in (_JWE_PARTS, _JWS_PARTS):
        return
    try:
        header = msgspec.json.decode(from_base64url(parts[0]))
    except (ProtocolFault, msgspec.MsgspecError, ValueError, RecursionError):
        return  # dots in something else
    if not isinstance(header, dict) or "alg" not in header:
        return
    if len(parts) == _JWE_PARTS:
        raise NoMessage(
            "an encrypted message (JWE): its content cannot be told without the key of the "
            "challenge or of the Directory Server"
        )
    raise NoMessage("a signed object (JWS), as in acsSignedContent; by itself it is no message")


def _neither(text: str, field: str | None) -> str:
    if field is None:
        return "text that is neither JSON nor a form nor base64url of JSON"
    what = "which holds no base64url of JSON" if text else "which is empty"
    return f"the form field {field}, {what}"


def _not_json(data: bytes, came_as: str) -> str:
    """Say where JSON ends to be JSON; no content of it."""
    try:
        value = json.loads(data)
    except json.JSONDecodeError as error:
        place = f"line {error.lineno}, column {error.colno}"
        return f"{came_as}, but the JSON is broken at {place}: {error.msg}"
    except (ValueError, RecursionError):
        return f"{came_as}, but the JSON is not sound: not UTF-8, or nested beyond sense"
    if not isinstance(value, dict):
        return f"{came_as}, but it is an array, and a message is one object"
    return (
        f"{came_as}, but it holds what the protocol forbids: NaN, half characters, too many levels"
    )


def _binary(data: bytes) -> str:
    if data[:1] == b"\x78" and _is_old(_inflated(data)):
        return _OLD_DEFLATED
    return f"{len(data)} bytes that are no UTF-8 text"


def _inflated(data: bytes) -> str:
    try:
        return zlib.decompressobj().decompress(data, _INFLATED_MOST).decode("utf-8", "replace")
    except zlib.error:
        return ""


def _is_old(text: str) -> bool:
    return "<ThreeDSecure" in text or "<PAReq" in text or "<PARes" in text
