"""The expression for IP addresses: what a parser recognises in `checks.shapes`, said as a pattern."""

from typing import Final

_BYTE: Final = "(?:25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])"
_IPV4: Final = rf"{_BYTE}(?:\.{_BYTE}){{3}}"
_GROUP: Final = "[0-9a-fA-F]{1,4}"
_TAIL: Final = f"(?:{_GROUP}:{_GROUP}|{_IPV4})"
"""The last 32 bits of an IPv6 address, which may be written as IPv4."""


def _before(most: int) -> str:
    """Give what may stand before "::": nothing, or up to so many groups."""
    return f"(?:(?:{_GROUP}:){{0,{most - 1}}}{_GROUP})?" if most else ""


IP_ADDRESS: Final = "|".join(
    (
        _IPV4,
        f"(?:{_GROUP}:){{6}}{_TAIL}",
        *(f"{_before(5 - after)}::(?:{_GROUP}:){{{after}}}{_TAIL}" for after in range(5, -1, -1)),
        f"{_before(6)}::{_GROUP}",
        f"{_before(7)}::",
    )
)
"""IPv4, or IPv6 in any of the forms of RFC 4291 without zone: "::" stands for one group or more."""
