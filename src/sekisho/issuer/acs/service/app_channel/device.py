"""What the SDK told of the device: deviceInfo, which the Directory Server has decrypted. Pure.

Whoever wrote it held the card number's transaction, not the bank's trust: it is read with limits, and
what is not understood is not there (protocol facts, section 5.1).
"""

import re
from collections.abc import Mapping
from typing import Final

from sekisho.protocol import Message, ProtocolFault, Version
from sekisho.protocol.codec import APP_MESSAGE_BYTES_MAX, read_object
from sekisho.protocol.forms import from_base64url
from sekisho.protocol.vocabulary import Json

LOCALE: Final = "C005"
DATA_VERSION_MAX: Final = "1.6"
"""DV of the newest list of codes that is known here."""
_DATA_VERSION: Final = re.compile(r"1\.[0-6]", re.ASCII)


def device_data(areq: Message) -> Mapping[str, Json]:
    """Give what deviceInfo holds; nothing where it holds no object."""
    text = areq.text_or_none("deviceInfo")
    if text is None:
        return {}
    try:
        return read_object(from_base64url(text), limit=APP_MESSAGE_BYTES_MAX)
    except ProtocolFault:
        return {}


def device_facts(areq: Message) -> dict[str, str]:
    """Give the values by their codes (DD)."""
    facts = device_data(areq).get("DD")
    if not isinstance(facts, dict):
        return {}
    return {code: value for code, value in facts.items() if isinstance(value, str)}


def recognised(areq: Message) -> dict[str, Json]:
    """Give what every ARes of the app channel says of the device and the way back (since 2.3.1)."""
    if areq.version < Version.V231:
        return {}
    told = device_data(areq).get("DV")
    known = told if isinstance(told, str) and _is_known(told) else DATA_VERSION_MAX
    return {
        "deviceInfoRecognisedVersion": known,
        "threeDSRequestorAppURLInd": "N",
    }


def _is_known(data_version: str) -> bool:
    return _DATA_VERSION.fullmatch(data_version) is not None
