"""Where in the element table a message stands: its form, version, channel and category."""

from collections.abc import Mapping
from typing import Final, NamedTuple

from sekisho.protocol.vocabulary import Category, Channel, Form, Json, MessageType, Reading, Version


class Place(NamedTuple):
    """One column of the element table."""

    form: Form
    version: Version
    channel: Channel
    category: Category
    reading: Reading


def place_of(
    members: Mapping[str, Json],
    kind: MessageType,
    version: Version,
    *,
    channel: Channel | None,
    category: Category | None,
    reading: Reading,
) -> Place:
    """Find the column from what the message says of itself and what the caller knows.

    What neither says is taken from the elements that only one channel has, else browser and
    payment: so that a message which misses its channel is still checked for everything else.
    """
    known_channel = _said_channel(members.get("deviceChannel")) or channel or _guess(members)
    known_category = _said_category(members.get("messageCategory")) or category or Category.PAYMENT
    return Place(
        _form(members, kind, known_channel), version, known_channel, known_category, reading
    )


def _said_channel(value: Json) -> Channel | None:
    return _CHANNELS.get(value) if isinstance(value, str) else None


def _said_category(value: Json) -> Category | None:
    if not isinstance(value, str):
        return None
    # 80 to 99 are the Directory Server's categories; what they demand is its rule, as for 02.
    return Category.PAYMENT if value == Category.PAYMENT else Category.NON_PAYMENT


def _guess(members: Mapping[str, Json]) -> Channel:
    if "sdkTransID" in members or "sdkCounterStoA" in members or "acsCounterAtoS" in members:
        return Channel.APP
    return Channel.THREE_RI if "threeRIInd" in members else Channel.BROWSER


def _form(members: Mapping[str, Json], kind: MessageType, channel: Channel) -> Form:
    if kind is MessageType.CRES and (
        channel is not Channel.APP or members.get("challengeCompletionInd") == "Y"
    ):
        return Form.FINAL_CRES
    return _FORMS[kind]


_CHANNELS: Final = {channel.value: channel for channel in Channel}
_FORMS: Final = {kind: Form(kind.value) for kind in MessageType}
