"""Messages drawn from the element table survive the wire, and one broken rule is one error."""

import json
from typing import Final

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sekisho.protocol import (
    Category,
    Channel,
    MessageType,
    Reading,
    Version,
    parse,
)
from sekisho.testkit.messages import ROADS, messages

CASES: Final = [
    (kind, version, channel, category)
    for version in Version
    for kind in MessageType
    for channel in Channel
    for category in Category
    if (version is Version.V231 or kind not in (MessageType.OREQ, MessageType.ORES))
    and not (
        version is Version.V210 and channel is Channel.THREE_RI and category is Category.PAYMENT
    )
    and not (channel is Channel.THREE_RI and kind in (MessageType.CREQ, MessageType.CRES))
]


def name_of(case: object) -> str:
    return str(getattr(case, "value", case))


@pytest.mark.parametrize(("kind", "version", "channel", "category"), CASES, ids=name_of)
@settings(max_examples=6, deadline=None)
@given(data=st.data())
def test_what_is_built_is_read_back_as_it_was(
    kind: MessageType, version: Version, channel: Channel, category: Category, data: st.DataObject
) -> None:
    """F1: in every version, channel and category, both readings agree with what was sent."""
    made = data.draw(messages(kind, version, channel, category))
    for reading in Reading:
        read = parse(
            made.encode(),
            receiver=ROADS[kind][1],
            channel=channel,
            category=category,
            reading=reading,
        )
        assert read.elements == made.elements
        printed = json.dumps(made.elements, indent=1, ensure_ascii=True).encode()
        assert (
            parse(
                printed,
                receiver=ROADS[kind][1],
                channel=channel,
                category=category,
                reading=reading,
            ).elements
            == read.elements
        )
        assert (read.type, read.version) == (kind, version)
