"""Scrubbing: whatever is about to be written down loses its card numbers, codes and keys first.

Three rules, each enough by itself:

* digits that could be a card number (13 to 19, Luhn-valid, with or without spaces and dashes
  between them, in any script's digits) become `<card 1111>`;
* a value under a name such as `securityCode` or `client_secret` becomes `<hidden>`, also when name
  and value stand in one text as `name=value`, `name: value` or JSON;
* `Secret` and `Pan` objects are never opened.

What must survive, so that a log stays useful: UUIDs, times in ISO 8601, the compact times of EMV
messages (14 digits that are a date), whole numbers that are a time since 1970, and longer ids.
"""

import dataclasses
import re
from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from datetime import date, datetime, timedelta
from enum import Enum
from itertools import islice
from typing import Any, Final

import msgspec

from sekisho.adapters.sensitive_names import is_sensitive
from sekisho.kernel.cards import PAN_DIGITS_MAX, PAN_DIGITS_MIN, Pan, luhn_holds
from sekisho.kernel.secret import Secret

HIDDEN: Final = "<hidden>"
TEXT_MAX: Final = 16_384
"""Characters of one value that are written; a message of a peer may be four times that."""
BITS_MAX: Final = 64
"""Whole numbers beyond this are written as text, as JSON readers lose their last digits."""
HARMLESS_BELOW: Final = 12
"""Characters: shorter than any card number, and than any scheme with its credentials."""
ITEMS_MAX: Final = 200
DEPTH_MAX: Final = 8

_GAP: Final = r"(?:[ \t+\u00a0\u2000-\u200a\u202f\u3000\-\u2010-\u2015\u2212\uff0d_]){1,3}"
_ESCAPE: Final = r"(?:%[0-9A-Fa-f]{2}|\\x[0-9A-Fa-f]{2}|\\u[0-9A-Fa-f]{4}|\\U[0-9A-Fa-f]{8})"
_DIGITS: Final = re.compile(rf"\d(?:(?:{_GAP})?\d){{{PAN_DIGITS_MIN - 1},}}")
_GROUP: Final = re.compile(r"(\d+)")
_ESCAPED_DIGITS: Final = re.compile(
    rf"{_ESCAPE}*\d(?:(?:{_GAP}|{_ESCAPE}{{1,3}})?\d){{{PAN_DIGITS_MIN - 1},}}"
)
"""As in `%22acctNumber%22%3A%22…`: the 22 of the quotation mark is no part of the number."""
_ESCAPED_GROUP: Final = re.compile(rf"{_ESCAPE}|(\d+)")
_UUID: Final = re.compile(
    r"(?<![0-9A-Za-z])[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}(?![0-9A-Za-z])",
    re.IGNORECASE,
)
_NAME: Final = re.compile(
    r"(?P<name>[A-Za-z][A-Za-z0-9_.\-]{1,60})\\*[\"']?\s{0,3}(?::|=|=>)\s{0,3}"
)
_VALUE: Final = re.compile(
    r"b?\\*\"(?:[^\"\\]|\\+[^\"\\])*\\*\"?|b?\\*'(?:[^'\\]|\\+[^'\\])*\\*'?"
    r"|(?:Bearer|Basic|Digest)\s+[^\s,;&]+|[\[{(][^\]})]*[\]})]*|[^\s,;&\"'}\])]+"
)
_TAIL: Final = re.compile(rf"(?:\d|{_GAP}){{1,64}}\Z")
_READ: Final = msgspec.json.Decoder()
_JSON: Final = msgspec.json.Encoder()
_CREDENTIALS: Final = re.compile(r"\b(Bearer|Basic)\s+[A-Za-z0-9\-._~+/]{6,}=*", re.IGNORECASE)


def scrub(value: object, *, name: str = "") -> object:
    """Give what may be written of a value that stands under a name: plain JSON types only."""
    return _scrub(value, name, DEPTH_MAX)


def scrub_text(text: str) -> str:
    """Mask card numbers, named secrets and credentials inside a text; what it gives is UTF-8."""
    if not text.isascii():
        # Half a character (a lone surrogate) cannot be written as UTF-8 and must not stop the log.
        text = text.encode("utf-8", "backslashreplace").decode("utf-8")
    if "=" in text or ":" in text:
        text = _hide_named(text)
    if len(text) < HARMLESS_BELOW:
        return text
    if " " in text or "\t" in text:
        text = _CREDENTIALS.sub(rf"\1 {HIDDEN}", text)
    return mask_card_numbers(text)


def _scrub(value: object, name: str, depth: int) -> object:  # noqa: PLR0911 - one rung a type
    if value is None or isinstance(value, bool):
        return value
    if name and is_sensitive(name):
        return HIDDEN
    if isinstance(value, str | bytes | bytearray | memoryview) and not isinstance(value, Enum):
        return _scrub_long(_as_text(value), depth)
    if isinstance(value, int | float) and not isinstance(value, Enum):
        return _scrub_number(value)
    if isinstance(value, Secret):
        return HIDDEN
    if isinstance(value, Pan):
        return f"<card {value.last_four}>"
    if isinstance(value, BaseException):
        return f"{type(value).__name__}: {scrub_text(str(value))}"
    return _scrub_structure(value, depth)


def _scrub_structure(value: object, depth: int) -> object:  # noqa: PLR0911 - one rung a type
    if depth == 0:
        # Deeper than any honest value; a structure that holds itself ends here.
        return "…"
    if isinstance(value, Enum):
        return _scrub(value.value, "", depth - 1)
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, timedelta):
        return value.total_seconds()
    fields = _fields(value)
    if fields is not None:
        named = ((_as_text(key), item) for key, item in islice(fields.items(), ITEMS_MAX))
        return {scrub_text(key): _scrub(item, key, depth - 1) for key, item in named}
    if isinstance(value, list | tuple | AbstractSet):
        return _scrub_items(list(islice(value, ITEMS_MAX)), depth)
    return _scrub_long(_as_text(value), depth)


def _scrub_items(items: list[object], depth: int) -> list[object]:
    name = items[0] if len(items) == 2 else ""  # noqa: PLR2004 - a header or a form field: name, value
    if isinstance(name, str | bytes) and is_sensitive(_as_text(name)):
        return [_scrub(name, "", depth - 1), HIDDEN]
    return [_scrub(item, "", depth - 1) for item in items]


def _fields(value: object) -> Mapping[Any, object] | None:  # Any: keys of any kind are written
    if isinstance(value, Mapping):
        return value
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {field.name: getattr(value, field.name, None) for field in dataclasses.fields(value)}
    if isinstance(value, msgspec.Struct):
        return {key: getattr(value, key, None) for key in value.__struct_fields__}
    return None


def _as_text(value: object) -> str:
    if isinstance(value, bytes | bytearray | memoryview):
        return bytes(value).decode("utf-8", "backslashreplace")
    try:
        return str(value)
    except Exception as error:  # noqa: BLE001 - a value that cannot say itself must not stop the log
        return f"<{type(value).__name__}: {type(error).__name__}>"


def _scrub_long(text: str, depth: int) -> str:
    if len(text) > TEXT_MAX:
        # A cut must not make half a card number that nobody recognises.
        text = f"{_TAIL.sub('', text[:TEXT_MAX])}…"
    elif depth and text.lstrip()[:1] in {"{", "["}:
        # A message body: its own structure tells better than any pattern what stands under a name.
        try:
            return _JSON.encode(_scrub(_READ.decode(text), "", depth - 1)).decode()
        except (msgspec.MsgspecError, RecursionError, UnicodeEncodeError):
            return scrub_text(text)
    return scrub_text(text)


def _scrub_number(value: int | float) -> object:
    if isinstance(value, int) and value.bit_length() > BITS_MAX:
        if value.bit_length() > TEXT_MAX // 8:
            return f"<a number of {value.bit_length()} bits>"
        return mask_card_numbers(str(value))
    text = str(abs(value))
    if not text.isdigit() or _is_epoch(text) or not _is_card(text):
        return value
    return f"<card {text[-4:]}>"


def _hide_named(text: str) -> str:
    pieces, at = [], 0
    for match in _NAME.finditer(text):
        if match.start() < at or not is_sensitive(match["name"].rpartition(".")[2]):
            continue
        value = _VALUE.match(text, match.end())
        if value is not None:
            quote = '"' if value[0].startswith('"') else ""
            pieces += [text[at : match.end()], quote, HIDDEN, quote]
            at = value.end()
    pieces.append(text[at:])
    return "".join(pieces)


def mask_card_numbers(text: str) -> str:
    """Mask card numbers inside a text and leave everything else as it is."""
    uuids = [match.span() for match in _UUID.finditer(text)] if "-" in text else []
    pieces, at = [], 0
    for start, end in uuids:
        pieces += [_mask_between(text[at:start]), text[start:end]]
        at = end
    pieces.append(_mask_between(text[at:]))
    return "".join(pieces)


def _mask_between(text: str) -> str:
    text = _DIGITS.sub(lambda match: _mask_run(match[0], _GROUP), text)
    if "%" in text or "\\" in text:
        # What looks like an escape may be one or not: both readings are tried.
        return _ESCAPED_DIGITS.sub(lambda match: _mask_run(match[0], _ESCAPED_GROUP), text)
    return text


def _mask_run(run: str, group: re.Pattern[str]) -> str:
    """Mask every stretch of whole groups that is a card number; a run may hold more than one."""
    groups = [
        (part.start(1), part.end(1), _ascii(part[1])) for part in group.finditer(run) if part[1]
    ]
    pieces, at, first = [], 0, 0
    while first < len(groups):
        last = _card_from(groups, first)
        if last is None:
            first += 1
            continue
        pieces += [run[at : groups[first][0]], f"<card {groups[last][2][-4:]}>"]
        at, first = groups[last][1], last + 1
    pieces.append(run[at:])
    return "".join(pieces)


def _card_from(groups: list[tuple[int, int, str]], first: int) -> int | None:
    digits = ""
    longest: int | None = None
    for last in range(first, len(groups)):
        digits += groups[last][2]
        if len(digits) > PAN_DIGITS_MAX:
            break
        if _is_card(digits):
            longest = last
    return longest


def _is_card(digits: str) -> bool:
    return (
        PAN_DIGITS_MIN <= len(digits) <= PAN_DIGITS_MAX
        and luhn_holds(digits)
        and not _is_compact_time(digits)
    )


def _ascii(digits: str) -> str:
    return digits if digits.isascii() else "".join(str(int(digit)) for digit in digits)


def _is_compact_time(digits: str) -> bool:
    """Tell a YYYYMMDDHHMMSS of this century: no card number of 14 digits begins with 20."""
    if len(digits) != 14 or not digits.startswith("20"):  # noqa: PLR2004 - the form's own length
        return False
    try:
        datetime.strptime(digits, "%Y%m%d%H%M%S")  # noqa: DTZ007 - only its form matters
    except ValueError:
        return False
    return True


def _is_epoch(digits: str) -> bool:
    """Tell milli-, micro- or nanoseconds between 2001 and 2033: no such card number begins with 1."""
    return len(digits) in {13, 16, 19} and digits.startswith("1")
