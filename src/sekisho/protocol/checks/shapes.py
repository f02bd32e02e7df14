"""How each shape of a text is recognised: one anchored expression each, or a table of codes."""

import ipaddress
import re
from collections.abc import Callable
from functools import cache
from typing import Final

from sekisho.kernel.countries import COUNTRIES_BY_NUMBER
from sekisho.kernel.currencies import CURRENCIES_BY_NUMBER
from sekisho.protocol.elements import Element, Shape

_DAY: Final = (
    r"(?:[0-9]{4}(?:(?:0[13578]|1[02])(?:0[1-9]|[12][0-9]|3[01])"
    r"|(?:0[469]|11)(?:0[1-9]|[12][0-9]|30)|02(?:0[1-9]|1[0-9]|2[0-8]))"
    r"|(?:[0-9]{2}(?:0[48]|[2468][048]|[13579][26])|(?:[02468][048]|[13579][26])00)0229)"
)
_MINUTE: Final = r"(?:[01][0-9]|2[0-3])[0-5][0-9]"
_PATH: Final = r"(?:[/?#][^\x00-\x20\x7f\"<>\\^`{|}\s]*)?"
# No user name before the host ("https://bank.example@evil.example"), no backslash that a browser
# would take for a slash, no scheme that runs script.
_HTTPS: Final = r"https://[^\x00-\x20\x7f/?#\\@\"<>^`{|}\s]+"
_LOOPBACK: Final = r"http://(?:(?:[A-Za-z0-9-]+\.)*localhost|127\.0\.0\.1)(?::[0-9]{1,5})?"

PATTERNS: Final[dict[Shape, str]] = {
    Shape.ASCII: r"[\x20-\x7e]*",
    Shape.DIGITS: r"[0-9]*",
    Shape.UUID: r"[0-9a-fA-F]{8}-(?:[0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}",
    Shape.URL: rf"(?:{_HTTPS}|{_LOOPBACK}){_PATH}",
    Shape.APP_URL: rf"(?!(?i:javascript|data|file|vbscript|blob):)(?!http:)"
    rf"(?:[A-Za-z][A-Za-z0-9+.-]*:[^\x00-\x20\x7f\"<>\\^`{{|}}\s]+)|{_LOOPBACK}{_PATH}",
    Shape.IMAGE: rf"(?:{_HTTPS}|{_LOOPBACK}){_PATH}|data:image/[a-z0-9.+-]+;base64,[A-Za-z0-9+/=]+",
    Shape.ORIGIN: rf"{_HTTPS}|{_LOOPBACK}",
    Shape.DATE: _DAY,
    Shape.MINUTE: _DAY + _MINUTE,
    Shape.MOMENT: _DAY + _MINUTE + "[0-5][0-9]",
    Shape.COUNTRY: r"[0-9]{3}",
    Shape.CURRENCY: r"[0-9]{3}",
    # Not RFC 5322 to the letter: Japanese carriers once gave out addresses that it forbids.
    Shape.EMAIL: r"[^\s@]+@[^\s@]+",
    Shape.IP: r"[0-9a-fA-F.:]+",
    Shape.LANGUAGE: r"[A-Za-z]{1,8}(?:-[A-Za-z0-9]{1,8})*",
    Shape.VERSION: r"[0-9]+\.[0-9]+\.[0-9]+",
    Shape.BASE64URL: r"[A-Za-z0-9_-]*",
}

ISO_CODES: Final[dict[Shape, frozenset[str]]] = {
    # 900 is the market code that JCB and CB accept beside ISO 3166-1.
    Shape.COUNTRY: frozenset(COUNTRIES_BY_NUMBER) | {"900"},
    Shape.CURRENCY: frozenset(CURRENCIES_BY_NUMBER),
}
"""Three digits that are not in the table are error 304, anything else 203."""


def pattern_of(row: Element) -> re.Pattern[str] | None:
    """Compile the expression that the whole text must match; None: any text does."""
    if row.pattern is not None:
        return re.compile(row.pattern)
    text = PATTERNS.get(row.shape)
    return None if text is None else re.compile(text)


def recogniser(row: Element) -> Callable[[str], object] | None:
    """Give the test that tells a well-formed text from another; None: any text is."""
    if row.pattern is None:
        return _RECOGNISERS.get(row.shape)
    return _whole(row.pattern)


@cache
def _whole(pattern: str) -> Callable[[str], object]:
    """Compile an expression of the table; the table has a few dozen."""
    return re.compile(pattern).fullmatch


def iso_codes(row: Element) -> frozenset[str] | None:
    """Give the codes of the ISO standard that the element's text must be one of."""
    return ISO_CODES.get(row.shape)


def is_ip_address(text: str) -> bool:
    """Recognise an IPv4 or IPv6 address without zone."""
    if _IPV4.fullmatch(text):
        return True
    try:
        ipaddress.IPv6Address(text)
    except ValueError:
        return False
    return "%" not in text


_IPV4: Final = re.compile(r"(?:(?:25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])(?:\.(?!\Z)|\Z)){4}")


def well_formed(shape: Shape, text: str) -> bool:
    """Tell whether a text has one of the shapes."""
    return _COMPILED[shape].fullmatch(text) is not None


_COMPILED: Final = {shape: re.compile(text) for shape, text in PATTERNS.items()}
_RECOGNISERS: Final[dict[Shape, Callable[[str], object]]] = {
    **{shape: compiled.fullmatch for shape, compiled in _COMPILED.items()},
    Shape.IP: is_ip_address,
}
