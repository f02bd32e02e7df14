"""The 3DS Method and the challenge in the browser: what their forms hold, sizes and time limits."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import Final

from sekisho.kernel.errors import Misuse
from sekisho.protocol.checks import well_formed
from sekisho.protocol.elements import Shape
from sekisho.protocol.faults import ErrorCode, ProtocolFault
from sekisho.protocol.forms import decode_form_json, encode_form_json
from sekisho.protocol.vocabulary import Json, Version

METHOD_LIMIT: Final[Mapping[Version, timedelta]] = {
    Version.V210: timedelta(seconds=10),
    Version.V220: timedelta(seconds=10),
    Version.V231: timedelta(seconds=5),
}
"""How long the 3DS Method may take, counted from the loading of its frame (section 3)."""

METHOD_REUSE: Final = timedelta(minutes=10)
"""How long 2.3.1 lets an earlier result serve again, under its threeDSMethodId."""

FIRST_CREQ_LIMIT: Final = timedelta(seconds=30)
"""How long after an ARes with C the first CReq may take (section 9)."""

CHALLENGE_PAGE_LIMIT: Final = timedelta(minutes=10)
"""How long the cardholder may look at one page of a challenge."""

DECOUPLED_GRACE: Final[Mapping[Version, timedelta]] = {
    Version.V220: timedelta(seconds=30),
    Version.V231: timedelta(hours=1, seconds=30),
}
"""How long the 3DS Server waits for the RReq beyond threeDSRequestorDecMaxTime."""

METHOD_URL_CHARACTERS_MAX: Final = 2048


class WindowSize(StrEnum):
    """`challengeWindowSize`."""

    W250_H400 = "01"
    W390_H400 = "02"
    W500_H600 = "03"
    W600_H400 = "04"
    FULL = "05"


WINDOW_PIXELS: Final[Mapping[WindowSize, tuple[int, int] | None]] = {
    WindowSize.W250_H400: (250, 400),
    WindowSize.W390_H400: (390, 400),
    WindowSize.W500_H600: (500, 600),
    WindowSize.W600_H400: (600, 400),
    WindowSize.FULL: None,
}
"""Width and height in CSS pixels; None: the whole page."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MethodRequest:
    """What the requestor posts to the ACS in the hidden frame."""

    three_ds_server_trans_id: str
    notification_url: str


def method_form(request: MethodRequest) -> str:
    """Write threeDSMethodData for the ACS."""
    if not is_safe_url(request.notification_url):
        raise Misuse("the notification URL is neither https nor http to loopback")
    return encode_form_json(
        {
            "threeDSServerTransID": request.three_ds_server_trans_id,
            "threeDSMethodNotificationURL": request.notification_url,
        }
    )


def read_method_form(text: str) -> MethodRequest:
    """Read threeDSMethodData as the ACS; raises ProtocolFault."""
    members = decode_form_json(text)
    url = members.get("threeDSMethodNotificationURL")
    if url is None or url == "":
        raise ProtocolFault(ErrorCode.ELEMENT_MISSING, elements=("threeDSMethodNotificationURL",))
    if not isinstance(url, str) or not is_safe_url(url):
        raise ProtocolFault(ErrorCode.FORMAT_INVALID, elements=("threeDSMethodNotificationURL",))
    return MethodRequest(three_ds_server_trans_id=_trans_id(members), notification_url=url)


def method_done_form(three_ds_server_trans_id: str) -> str:
    """Write the threeDSMethodData with which the ACS's page says that it has finished."""
    return encode_form_json({"threeDSServerTransID": three_ds_server_trans_id})


def read_method_done_form(text: str) -> str:
    """Read the ACS's notification; give its threeDSServerTransID; raises ProtocolFault."""
    return _trans_id(decode_form_json(text))


def is_safe_url(text: str) -> bool:
    """Tell whether a browser may be sent there: https, or http to this very machine."""
    return len(text) <= METHOD_URL_CHARACTERS_MAX and well_formed(Shape.URL, text)


def _trans_id(members: Mapping[str, Json]) -> str:
    value = members.get("threeDSServerTransID")
    if value is None or value == "":
        raise ProtocolFault(ErrorCode.ELEMENT_MISSING, elements=("threeDSServerTransID",))
    # No look at version digits: the specification's own example is no UUID of any RFC version.
    if not isinstance(value, str) or not well_formed(Shape.UUID, value):
        raise ProtocolFault(ErrorCode.FORMAT_INVALID, elements=("threeDSServerTransID",))
    return value
