"""Who may frame the ACS's pages, and where their forms may go (attack 16)."""

import re
from typing import Final
from urllib.parse import urlsplit

from sekisho.adapters.pages import Csp
from sekisho.issuer.acs.model import Challenge

SELF: Final = "'self'"
_HOST: Final = re.compile(r"[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?")

LOOPBACK: Final = (
    "http://localhost:*",
    "http://*.localhost:*",
    "http://127.0.0.1:*",
)
ANYBODY: Final = ("https:", *LOOPBACK)
"""For pages that show nothing and ask nothing. The 3DS Method runs before the bank is told whose
shop it is: only the notification address is known, and between that site's frame and the shop's
page there may be others, all of which a browser holds against `frame-ancestors`."""

WITHOUT_DATA: Final = Csp(frame_ancestors=ANYBODY)


def origin_of(url: str) -> str | None:
    """Give the origin of a web address in the form that a content security policy takes.

    None for what has no plain host name: nothing of a shop's address may end a directive.
    """
    try:
        parts = urlsplit(url)
        host = (parts.hostname or "").encode("idna").decode("ascii").lower()
        port = parts.port
    except (ValueError, UnicodeError):
        return None
    if parts.scheme not in {"https", "http"} or not _HOST.fullmatch(host):
        return None
    return f"{parts.scheme}://{host}" + (f":{port}" if port is not None else "")


def challenge_csp(challenge: Challenge, *, returning: bool = False) -> Csp:
    """Give the policy of a challenge page: framed by its own requestor and nobody else.

    With `returning`, its form goes back to the requestor.
    """
    known = (origin_of(challenge.notification_url), origin_of(challenge.requestor_url))
    origins = tuple(dict.fromkeys(origin for origin in known if origin))
    form_action = (SELF, *origins) if returning else (SELF,)
    return Csp(frame_ancestors=origins, form_action=form_action)


def method_csp(notification_url: str) -> Csp:
    """Give the policy of the 3DS Method's page: its form goes to the notification address."""
    origin = origin_of(notification_url)
    return Csp(
        frame_ancestors=ANYBODY,
        form_action=(origin,) if origin else (),
        connect_src=(SELF,),
    )
