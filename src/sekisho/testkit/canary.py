"""A canary: a card number or another secret looked for in what should hold no trace of it.

Looking for the digits alone would miss a number that was grouped, encoded or escaped on its way.
"""

import base64
import re
from collections.abc import Callable
from typing import Final

BETWEEN: Final = rb"(?:[ \-_.\t\r\n+]|%20|%2D|&nbsp;|\xc2\xa0){0,3}"
"""What people and forms put between groups of digits."""

CODE_NAMES: Final = (
    rb"cvv2?|cvc2?|csc|cid|card[-_ ]?verification|security[-_ ]?code|securityCode"
    rb"|%E3%82%BB%E3%82%AD%E3%83%A5%E3%83%AA%E3%83%86%E3%82%A3"
)
"""What a security code is called where it would give itself away."""

NEAR: Final = 24
"""Characters between a name and its value: quotes, colons, tags."""


def traces_of(digits: str, data: bytes) -> list[str]:
    """Name the forms in which a number stands in some octets; empty when there is no trace."""
    return [form for form, find in _FORMS.items() if find(digits, data)]


def code_beside_its_name(code: str, data: bytes) -> bool:
    """Tell whether a security code stands behind one of its names.

    Three digits alone are everywhere: only their company gives them away.
    """
    value = rb"(?<![0-9])" + code.encode() + rb"(?![0-9])"
    pattern = rb"(?i:" + CODE_NAMES + rb")[^0-9]{0,%d}" % NEAR + value
    return re.search(pattern, data) is not None


def _grouped(digits: str, data: bytes) -> bool:
    pattern = BETWEEN.join(re.escape(digit.encode()) for digit in digits)
    return re.search(pattern, data) is not None


def _hex(digits: str, data: bytes) -> bool:
    return digits.encode().hex().encode() in data.lower()


def _packed(digits: str, data: bytes) -> bool:
    """Two digits an octet, as ISO 8583 and chips write numbers."""
    even = digits if len(digits) % 2 == 0 else f"{digits}f"
    return bytes.fromhex(even) in data


def _escaped(digits: str, data: bytes) -> bool:
    lower = data.lower()
    return any(
        b"".join(mark % ord(digit) for digit in digits) in lower
        for mark in (b"%%%02x", b"\\u%04x", b"\\x%02x", b"&#%d;", b"&#x%x;")
    )


def _wide(digits: str, data: bytes) -> bool:
    return digits.encode("utf-16-le") in data


def _base64(digits: str, data: bytes) -> bool:
    """Wherever in a longer text the number began: three places change how it is written."""
    return any(
        base64.b64encode(b"\0" * before + digits.encode())[-(-before * 8 // 6) : -4] in data
        for before in range(3)
    )


_FORMS: Final[dict[str, Callable[[str, bytes], bool]]] = {
    "digits": _grouped,
    "hexadecimal": _hex,
    "packed": _packed,
    "escaped": _escaped,
    "UTF-16": _wide,
    "base64": _base64,
}
