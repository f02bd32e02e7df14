"""Where in the element table a message stands: its form, version, channel and category."""

from collections.abc import Mapping
from typing import NamedTuple

from sekisho.protocol.vocabulary import Category, Channel, Form, Json, MessageType, Version


class Place(NamedTuple):
    """One column of the element table."""

    form: Form
    version: Version
    channel: Channel
    category: Category


def place_of(
    members: Mapping[str, Json],
    kind: MessageType,
    version: Version,
    channel: Channel | None,
    category: Category | None,
) -> Place:
    """Find the column from what the message says of itself and what the caller knows.

    What neither says is taken from the elements that only one channel has, else browser and
    payment: so that a message which misses its channel is still checked for everything else.
    """
    known_channel = _said(Channel, members.get("deviceChannel")) or channel or _guess(members)
    known_category = _said_category(members.get("messageCategory")) or category or Category.PAYMENT
    return Place(_form(members, kind, known_channel), version, known_channel, known_category)


def _said(kind: type[Channel], value: Json) -> Channel | None:
    return kind(value) if value in _CHANNEL_CODES else None


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
    return Form(kind.value)


_CHANNEL_CODES = frozenset(channel.value for channel in Channel)
