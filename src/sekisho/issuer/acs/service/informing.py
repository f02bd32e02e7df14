"""What the shop must tell the cardholder who is asked outside of the purchase, and how that is called. Pure."""

from typing import Final

from sekisho.issuer.acs.service.reading import language_of
from sekisho.protocol import Message, Version
from sekisho.protocol.vocabulary import Json

TEXTS: Final = {
    "en": "{bank} will ask you to confirm this purchase in its app. You need not stay on this page.",
    "ja": "{bank}のアプリでお支払いの確認をお願いします。この画面を閉じてもかまいません。",
}
TEXT_CHARACTERS_MAX: Final = 128
"""Of cardholderInfo, in every version."""

APART_TYPE: Final = "04"
"""authenticationType: decoupled."""
APART: Final = "12"
OTHERWISE_OUT_OF_BAND: Final = "09"


def information(areq: Message, bank_name: str) -> Json:
    """Give cardholderInfo of an ARes with D: a text, or since 2.3.1 an object that holds one."""
    frame = TEXTS[language_of(areq)]
    room = TEXT_CHARACTERS_MAX - len(frame.format(bank=""))
    text = frame.format(bank=bank_name[:room])
    return {"text": text} if areq.version >= Version.V231 else text


def apart_method(version: Version) -> str:
    """Give authenticationMethod of a decoupled authentication: its own word since 2.3.1."""
    return APART if version >= Version.V231 else OTHERWISE_OUT_OF_BAND
