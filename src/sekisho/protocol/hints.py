"""A guess, from the bytes alone, at which place of the table a message will turn out to stand.

A guess costs little and decides nothing: what it leads to is held against the message itself. An
attacker who plants a false hint gets the slower reading.
"""

from functools import cache
from typing import Final

from sekisho.protocol.places import Place
from sekisho.protocol.vocabulary import Category, Channel, Form, MessageType, Reading, Version


def hinted_place(
    data: bytes, *, channel: Channel | None, category: Category | None, reading: Reading
) -> Place | None:
    """Give the place that a message seems to stand at; None: cannot tell."""
    form = _FORMS.get(_said(data, b'"messageType":"', 4))
    version = _VERSIONS.get(_said(data, b'"messageVersion":"', 5))
    if form is None or version is None:
        return None
    if form is Form.AREQ:
        channel = _CHANNELS.get(_said(data, b'"deviceChannel":"', 2))
    elif channel is None:
        channel = Channel.APP if b'"sdkTransID"' in data else Channel.BROWSER
    if form is Form.AREQ or form is Form.RREQ:
        category = _CATEGORIES.get(_said(data, b'"messageCategory":"', 2))
    elif category is None:
        category = Category.PAYMENT
    if channel is None or category is None:
        return None
    if form is Form.CRES and (
        channel is not Channel.APP or _said(data, b'"challengeCompletionInd":"', 1) == b"Y"
    ):
        form = Form.FINAL_CRES
    return _place(form, version, channel, category, reading)


@cache
def _place(
    form: Form, version: Version, channel: Channel, category: Category, reading: Reading
) -> Place:
    return Place(form, version, channel, category, reading)


def _said(data: bytes, mark: bytes, octets: int) -> bytes:
    """Give the text that follows the first occurrence of a name, if it is a short one."""
    at = data.find(mark)
    if at >= 0:
        at += len(mark)
        return data[at : at + octets]
    name = mark[:-2]  # without colon and quotation mark: there may be blanks around the colon
    at = data.find(name)
    if at < 0:
        return b""
    at += len(name)
    return data[at : at + _NEAR].partition(b'"')[2].partition(b'"')[0]


_NEAR: Final = 16
"""Colon, blanks, and a text of five characters in quotation marks."""
_FORMS: Final = {kind.value.encode(): Form(kind.value) for kind in MessageType}
_VERSIONS: Final = {version.value.encode(): version for version in Version}
_CHANNELS: Final = {channel.value.encode(): channel for channel in Channel}
_CATEGORIES: Final = {category.value.encode(): category for category in Category}
