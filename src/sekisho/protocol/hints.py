"""A guess, from the bytes alone, at which place of the table a message will turn out to stand.

A guess costs little and decides nothing: what it leads to is held against the message itself. An
attacker who plants a false hint gets the slower reading.
"""

from typing import Final

from sekisho.protocol.places import Place
from sekisho.protocol.vocabulary import Category, Channel, Form, MessageType, Reading, Version


def hinted_place(
    data: bytes, *, channel: Channel | None, category: Category | None, reading: Reading
) -> Place | None:
    """Give the place that a compactly written message seems to stand at; None: cannot tell."""
    form = _FORMS.get(_said(data, b'"messageType":"', 4))
    version = _VERSIONS.get(_said(data, b'"messageVersion":"', 5))
    if form is None or version is None:
        return None
    if form is Form.AREQ:
        channel = _CHANNELS.get(_said(data, b'"deviceChannel":"', 2))
    elif channel is None:
        channel = Channel.APP if b'"sdkTransID":"' in data else Channel.BROWSER
    if form is Form.AREQ or form is Form.RREQ:
        category = _CATEGORIES.get(_said(data, b'"messageCategory":"', 2))
    elif category is None:
        category = Category.PAYMENT
    if channel is None or category is None:
        return None
    if form is Form.CRES and (
        channel is not Channel.APP or b'"challengeCompletionInd":"Y"' in data
    ):
        form = Form.FINAL_CRES
    return Place(form, version, channel, category, reading)


def _said(data: bytes, mark: bytes, octets: int) -> bytes:
    at = data.find(mark)
    return b"" if at < 0 else data[at + len(mark) : at + len(mark) + octets]


_FORMS: Final = {kind.value.encode(): Form(kind.value) for kind in MessageType}
_VERSIONS: Final = {version.value.encode(): version for version in Version}
_CHANNELS: Final = {channel.value.encode(): channel for channel in Channel}
_CATEGORIES: Final = {category.value.encode(): category for category in Category}
