"""Takes a captured message out of what carried it: HTTP as logs have it, forms, addresses, pages."""

import html
import json
import re
import zlib
from typing import Final, NamedTuple
from urllib.parse import unquote

from sekisho.protocol.codec import RANGES_BYTES_MAX
from sekisho.protocol.explanation.explained import NoMessage

METHOD_FIELD: Final = "threeDSMethodData"
OLD_FIELDS: Final = frozenset({"PaReq", "PaRes"})


class Carried(NamedTuple):
    """What was carried, by what, and what is odd about the carrier."""

    data: bytes
    came_as: str
    """In words, to be followed by what the data are; empty: nothing carried them."""
    field: str | None = None
    """The form field that held them."""
    remark: str = ""
    """Why they may not be whole."""


def carried(data: bytes) -> Carried:
    """Take off HTTP, then a form, page, address or a text in quotation marks; raises NoMessage."""
    http = _http(data)
    if http is None:
        return _inside(data, "", "")
    name, target, headers, body = http
    whole = _decoded(headers, body)
    remark = _cut_off(headers, body)
    if not whole.strip():
        if _FIELD.search(target) is None:
            raise NoMessage(f"{name} without a body that is a message{remark}")
        whole = target
    return _inside(whole, f"{name}, ", remark)


class _Http(NamedTuple):
    """A request or response, as it was logged."""

    name: str
    target: bytes
    headers: dict[bytes, bytes]
    body: bytes


_START: Final = re.compile(
    rb"\A\s*(?:[<>]\s)?(?:(?P<method>[A-Z]{3,7})\s(?P<target>\S+)(?:\sHTTP/[0-9.]+)|"
    rb"HTTP/[0-9.]+\s[0-9]{3}[^\n]*)\s*?\n"
)
_HEADER: Final = re.compile(rb"(?:[<>]\s)?([A-Za-z0-9_-]+):[ \t]*(.*)")
_HEADERS_MOST: Final = 200
"""Lines of a heading, the empty one included; each is looked at, so there must be an end."""


def _http(data: bytes) -> _Http | None:
    """Tell HTTP by its first line, or by headers in front of an empty line."""
    start = _START.match(data)
    headers, body = _headers(data[start.end() :] if start else data.lstrip())
    if start is None:
        # A text with a colon in it is none, nor is an address: headers end with an empty line.
        return None if not headers or body is None else _Http(_PARTLY, b"", headers, body)
    target = start["target"] or b""
    name = "HTTP request" if target else "HTTP response"
    return _Http(name, target, headers, body or b"")


_PARTLY: Final = "HTTP headers and body"


def _headers(data: bytes) -> tuple[dict[bytes, bytes], bytes | None]:
    """Read headers, and give what is behind the empty line; None: there is no such line."""
    headers: dict[bytes, bytes] = {}
    at = 0
    for _ in range(_HEADERS_MOST):
        if at >= len(data):
            break
        end = data.find(b"\n", at)
        end = len(data) if end < 0 else end
        line = data[at:end].strip()
        if line in _EMPTY:
            return headers, data[end + 1 :]
        header = _HEADER.fullmatch(line)
        if header is None:
            break
        headers[header[1].lower()] = header[2].strip()
        at = end + 1
    return headers, None


_EMPTY: Final = frozenset({b"", b"<", b">"})


def _decoded(headers: dict[bytes, bytes], body: bytes) -> bytes:
    if headers.get(b"transfer-encoding", b"").lower() == b"chunked":
        body = _unchunked(body)
    if headers.get(b"content-encoding", b"").lower() in (b"gzip", b"deflate"):
        # What a log shows has often been decoded already, though the header still says otherwise.
        return _inflated(body) or body
    return body


_CHUNK: Final = re.compile(rb"\s*([0-9A-Fa-f]{1,8})[^\r\n]{0,200}\r?\n")


def _unchunked(body: bytes) -> bytes:
    """Join chunks; a body that has none was joined already by whoever logged it."""
    chunks = []
    at = 0
    while (head := _CHUNK.match(body, at)) is not None:
        octets = int(head[1], 16)
        if octets == 0:
            break
        chunks.append(body[head.end() : head.end() + octets])
        at = head.end() + octets
    return b"".join(chunks) or body


def _inflated(body: bytes) -> bytes:
    try:
        return zlib.decompressobj(wbits=47).decompress(body, RANGES_BYTES_MAX + 1)
    except zlib.error:
        return b""


def _cut_off(headers: dict[bytes, bytes], body: bytes) -> str:
    said = headers.get(b"content-length", b"")
    if not said.isdigit() or len(said) > _LENGTH_DIGITS or len(body) >= int(said):
        return ""
    return f"; the body is cut off: {len(body)} of {int(said)} bytes"


_LENGTH_DIGITS: Final = 12


def _inside(data: bytes, by: str, remark: str) -> Carried:
    """Take a message out of a body: what is no form, page or quotation stays as it is."""
    try:
        text = data.decode().strip()
    except UnicodeDecodeError:
        return Carried(data, by, remark=remark)
    if text[:1] == '"':
        return Carried(_unquoted(text), f"{by}text in quotation marks, ", remark=remark)
    if text[:1] == "<":
        return _from_page(text, by, remark)
    if text[:1] in ("{", "["):
        return Carried(text.encode(), by, remark=remark)
    field = _FIELD.search(text.encode())
    if field is None:
        return Carried(_unescaped(text), by, remark=remark)
    name = _FIELD_NAMES[field[1].lower()]
    value = _unescaped(field[2].decode())
    return Carried(value, f"{by}form field {name}, ", name, remark)


def _unescaped(text: str) -> bytes:
    """Undo the escapes of an address, which is slow work: what they make long is no message."""
    return unquote(text).encode() if len(text) <= ESCAPED_CHARACTERS_MAX else text.encode()


ESCAPED_CHARACTERS_MAX: Final = 4 * 1024 * 1024
"""Three times the largest message that travels in a form, each character escaped."""

_FIELD_NAMES: Final = {
    name.lower().encode(): name for name in ("creq", "cres", METHOD_FIELD, *sorted(OLD_FIELDS))
}
_FIELD: Final = re.compile(
    rb"(?:^|[?&\s])(" + b"|".join(_FIELD_NAMES) + rb")=([^&#\s]*)", re.IGNORECASE
)


def _unquoted(text: str) -> bytes:
    try:
        value = json.loads(text)
    except ValueError:
        return text.encode()
    return str(value).strip().encode("utf-8", "replace")


# A tag that is not closed ends where the next begins: else each would be read to the end of the page.
_INPUT: Final = re.compile(r"<input\b([^<>]*)>", re.IGNORECASE)
_ATTRIBUTE: Final = re.compile(r"""\b(name|value)\s*=\s*(?:"([^"]*)"|'([^']*)')""", re.IGNORECASE)


def _from_page(text: str, by: str, remark: str) -> Carried:
    """Take a form field out of a page that posts itself, as browsers carry creq and cres."""
    for each in _INPUT.finditer(text):
        said = {found[1].lower(): found[2] or found[3] or "" for found in _attributes(each[1])}
        name = _FIELD_NAMES.get(said.get("name", "").lower().encode("utf-8", "replace"))
        if name is not None:
            value = html.unescape(said.get("value", ""))
            return Carried(value.encode(), f"{by}HTML form, field {name}, ", name, remark)
    return Carried(text.encode(), by, remark=remark)


def _attributes(text: str) -> list[re.Match[str]]:
    return list(_ATTRIBUTE.finditer(text))
