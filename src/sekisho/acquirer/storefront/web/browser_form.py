"""The buyer's browser: what the script told in hidden fields, and what the server saw itself."""

import re
from collections.abc import Mapping
from typing import Final

from sekisho.acquirer.storefront.model import Browser

WINDOWS: Final = frozenset({"250_400", "390_400", "500_600", "600_400", "FULL_SCREEN"})
_PATTERNS: Final = {
    "browserLanguage": re.compile(r"[A-Za-z]{2,3}(?:-[A-Za-z0-9]{1,8})*"),
    "browserColorDepth": re.compile(r"[0-9]{1,2}"),
    "browserScreenHeight": re.compile(r"[0-9]{1,6}"),
    "browserScreenWidth": re.compile(r"[0-9]{1,6}"),
    "deviceLocalTimeZone": re.compile(r"-?[0-9]{1,3}"),
}
HEADER_CHARACTERS_MAX: Final = 2048


def read_browser(
    values: Mapping[str, str], *, accept: str, user_agent: str, address: str
) -> Browser | None:
    """Read the browser; None when the script did not run, without which nobody can be verified.

    What the server saw itself (headers, address) is never taken from the form.
    """
    told = {name: values.get(name, "") for name in _PATTERNS}
    if not all(_PATTERNS[name].fullmatch(value) for name, value in told.items()):
        return None
    window = values.get("challengeWindowSize", "")
    return Browser(
        accept_header=_header(accept) or "*/*",
        ip_address=address,
        language=told["browserLanguage"],
        color_depth=told["browserColorDepth"],
        screen_height=told["browserScreenHeight"],
        screen_width=told["browserScreenWidth"],
        time_zone_minutes=told["deviceLocalTimeZone"],
        user_agent=_header(user_agent) or "unknown",
        challenge_window=window if window in WINDOWS else "FULL_SCREEN",
        java_enabled=values.get("javaEnabled") == "true",
    )


def _header(value: str) -> str:
    return "".join(sign for sign in value if sign.isprintable())[:HEADER_CHARACTERS_MAX]
