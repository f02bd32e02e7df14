"""What a result is held against: the ARes that announced it, as far as a record remembers it."""

from collections.abc import Mapping

from sekisho.protocol.messages import Message
from sekisho.protocol.vocabulary import Category, Channel, Json, MessageType, Version


def announcing_ares(
    *,
    version: Version,
    channel: Channel,
    category: Category,
    ids: Mapping[str, str | None],
    decoupled: bool,
) -> Message:
    """Give the ARes that demanded a challenge, reduced to its transaction ids and its kind.

    Enough for `parse(..., request=...)` to check an RReq's ids, version, channel and transStatus,
    without a whole message having to be kept.
    """
    elements: dict[str, Json] = {
        "messageType": MessageType.ARES.value,
        **{name: value for name, value in ids.items() if value},
        "acsDecConInd": "Y" if decoupled else "N",
    }
    return Message(
        type=MessageType.ARES,
        version=version,
        channel=channel,
        category=category,
        elements=elements,
        received=elements,
    )
