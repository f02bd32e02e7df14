"""Finds the message in what was captured: JSON, base64url of it, a token, or XML of 1.0.2.

Whatever the bytes: one of the three, or NoMessage, which says what the bytes are instead.
"""

import json
import zlib
from collections import Counter
from typing import Final, NamedTuple

from sekisho.protocol.codec import RANGES_BYTES_MAX, read_object, too_deep
from sekisho.protocol.explanation.carrying import OLD_FIELDS, Carried, carried
from sekisho.protocol.explanation.explained import NoMessage
from sekisho.protocol.faults import ProtocolFault
from sekisho.protocol.forms import from_base64url
from sekisho.protocol.threeds1 import ThreeDS1Fault, inflated
from sekisho.protocol.vocabulary import Json


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


class Token(NamedTuple):
    """A compact JWE or JWS."""

    text: str
    header: dict[str, Json]
    came_as: str
    """What carried it, in words to be followed by others."""
    encrypted: bool


class Old(NamedTuple):
    """A document of 3-D Secure 1.0.2, or the fault that it cannot be read as one."""

    xml: bytes
    came_as: str
    fault: ThreeDS1Fault | None = None


def unwrapped(data: bytes) -> Unwrapped | Token | Old:
    """Find the message; raises NoMessage."""
    if len(data) > RANGES_BYTES_MAX:
        raise NoMessage(f"{len(data)} bytes, more than any message may have")
    if not data.strip():
        raise NoMessage("nothing: no bytes but white space")
    found = carried(data)
    try:
        return _found(found)
    except NoMessage as nothing:
        if found.remark:
            raise NoMessage(f"{nothing.saw}{found.remark}") from nothing
        raise


def members_in(data: bytes, came_as: str, field: str | None = None) -> Unwrapped:
    """Read the JSON object of a message; raises NoMessage."""
    try:
        members = read_object(data, limit=RANGES_BYTES_MAX)
    except ProtocolFault as fault:
        if not fault.elements:
            raise NoMessage(_not_json(data, came_as)) from fault
        members, repeated = _with_repeats(data, came_as)
        return Unwrapped(members, came_as, field, len(data), repeated, fault)
    return Unwrapped(members, came_as, field, len(data))


def _found(found: Carried) -> Unwrapped | Token | Old:
    if found.field in OLD_FIELDS:
        return _old_field(found)
    try:
        text = found.data.decode()
    except UnicodeDecodeError as error:
        xml = _inflated(found.data)
        if _is_old(xml):
            return Old(xml, f"{found.came_as}deflated XML of 1.0.2")
        raise NoMessage(f"{len(found.data)} bytes that are no UTF-8 text") from error
    if text[:1] == "\ufeff":
        raise NoMessage("text behind a byte order mark, which no message may begin with")
    if found.field is None and text[:1] in ("{", "["):
        return members_in(found.data, f"{found.came_as}EMV 3DS JSON")
    if found.field is None and text[:1] == "<":
        if _is_old(found.data):
            return Old(found.data, f"{found.came_as}XML of 1.0.2")
        raise NoMessage("XML or HTML, not a message of EMV 3DS or of 3-D Secure 1.0.2")
    return _encoded("".join(text.split()), found)


def _old_field(found: Carried) -> Old:
    came_as = f"{found.came_as}deflated XML of 1.0.2"
    try:
        return Old(inflated("".join(found.data.decode("ascii", "replace").split())), came_as)
    except ThreeDS1Fault as fault:
        return Old(b"", came_as, fault)


def _encoded(text: str, found: Carried) -> Unwrapped | Token | Old:
    token = _token(text, found.came_as)
    if token is not None:
        return token
    plain = "+" in text or "/" in text
    try:
        data = from_base64url(text.translate(_TO_BASE64URL))
    except ProtocolFault as fault:
        raise NoMessage(_neither(text, found.field)) from fault
    xml = _inflated(data)
    if _is_old(xml):
        return Old(xml, f"{found.came_as}base64 of deflated XML of 1.0.2")
    if data.lstrip()[:1] not in (b"{", b"["):
        raise NoMessage(_neither(text, found.field))
    came_as = f"{found.came_as}base64url of JSON"
    return members_in(data, came_as, found.field)._replace(plain_base64=plain)


_TO_BASE64URL: Final = str.maketrans("+/", "-_")
_JWE_PARTS: Final = 5
_JWS_PARTS: Final = 3
_HEADER_CHARACTERS_MAX: Final = 64 * 1024
"""Of the header of a token: a chain of certificates stands in it."""


def _token(text: str, came_as: str) -> Token | None:
    """Tell what has the form of a JWE or JWS."""
    first, *others = text.split(".", _JWE_PARTS)
    parts = 1 + len(others)
    if parts not in (_JWE_PARTS, _JWS_PARTS) or len(first) > _HEADER_CHARACTERS_MAX:
        return None
    try:
        header = read_object(from_base64url(first))
    except ProtocolFault:
        return None  # dots in something else
    if "alg" not in header:
        return None
    return Token(text, header, came_as, encrypted=parts == _JWE_PARTS)


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


_INFLATED_MOST: Final = 64 * 1024
"""More than a message of 1.0.2 has; a bomb stays folded."""


def _inflated(data: bytes) -> bytes:
    try:
        return zlib.decompressobj().decompress(data, _INFLATED_MOST)
    except zlib.error:
        return b""


def _is_old(xml: bytes) -> bool:
    return b"<ThreeDSecure" in xml or b"<PAReq" in xml or b"<PARes" in xml
