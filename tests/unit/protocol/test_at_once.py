"""What is read at once, by types and lengths, is what a slower reading would have found."""

import json
from collections.abc import Mapping

import pytest

from sekisho.protocol import (
    Channel,
    Component,
    ErrorCode,
    Json,
    Message,
    ProtocolFault,
    Version,
    parse,
)
from sekisho.protocol.codec import DEPTH_MAX
from sekisho.testkit import samples
from sekisho.testkit.samples import wire
from tests.unit.protocol.nesting import extended, nested

PHONE = {"cc": "81", "subscriber": "312345678"}


def read(members: Mapping[str, Json]) -> Message:
    """Read an AReq as the Directory Server does."""
    return parse(wire(members), receiver=Component.DIRECTORY)


def test_an_element_is_given_as_json_knows_it() -> None:
    """F1: texts, booleans and objects, and nothing that was not said."""
    members = samples.areq(homePhone=PHONE)
    message = read(members)
    assert message.elements == message.received == members
    assert type(message.elements) is type(message["homePhone"]) is dict
    assert json.loads(message.encode()) == members


def test_blanks_do_not_make_a_message_another() -> None:
    """A1: what is read at once is the same, however it is written."""
    members = samples.areq(homePhone=PHONE, cardholderName="O/Hara")
    for data in (
        json.dumps(members).encode(),
        json.dumps(members, indent=2).encode(),
        json.dumps(members).replace("O/Hara", "O\\/Hara").encode(),
    ):
        message = parse(data, receiver=Component.DIRECTORY)
        assert message.elements == message.received == members


@pytest.mark.parametrize("blank", ["", " "])
@pytest.mark.parametrize(
    ("name", "more"),
    [
        ("mcc", '"mcc":{b}"5942",'),
        ("merchantName", '"merchantName":{b}"a\\"b",'),
        ("merchantName", '"merchantName":{b}"a\\u0022b\\u0022",'),
        ("browserJavaEnabled", '"browserJavaEnabled":{b}true,'),
    ],
)
def test_a_member_that_stands_twice_is_found_whatever_surrounds_it(
    blank: str, name: str, more: str
) -> None:
    """F1: 204, with and without blanks, with quotation marks inside texts."""
    data = json.dumps(samples.areq(), separators=("," + blank, ":" + blank))
    twice = "{" + more.replace("{b}", blank) + data[1:]
    with pytest.raises(ProtocolFault) as caught:
        parse(twice.encode(), receiver=Component.DIRECTORY)
    assert (caught.value.error_code, caught.value.elements) == (ErrorCode.DUPLICATE, (name,))


def test_an_unknown_member_is_received_and_not_known() -> None:
    """A1: also where the blanks that are left out make up for its length."""
    for data in (json.dumps(samples.areq(later="x")), wire(samples.areq(later="x")).decode()):
        message = parse(data.encode(), receiver=Component.DIRECTORY)
        assert "later" not in message
        assert message.received["later"] == "x"


def test_an_extension_may_be_wide_and_hold_fractions() -> None:
    """What it holds is the sender's business, written however they like."""
    for data in ({"a": 1.5}, {"a": [[1]] * (DEPTH_MAX + 1)}):
        assert read(extended(data))["messageExtension"] == extended(data)["messageExtension"]


def test_an_extension_is_as_deep_as_any_other_object() -> None:
    """F1: the message, the array and the extension are three levels, the rest is free."""
    deepest = DEPTH_MAX - 3
    assert read(extended(nested(deepest)))["messageExtension"]
    with pytest.raises(ProtocolFault) as caught:
        read(extended(nested(deepest + 1)))
    assert caught.value.error_code is ErrorCode.MESSAGE_INVALID


@pytest.mark.parametrize("version", Version)
def test_a_text_that_looks_like_the_name_of_an_element_decides_nothing(version: Version) -> None:
    """A1: an ARes does not say its channel; one that speaks of the app's element is none of an app."""
    members = samples.ares(version) | {"acsOperatorID": "sdkTransID"}
    message = parse(wire(members), receiver=Component.SERVER)
    assert message.channel is Channel.BROWSER
    assert message.elements == members


def test_a_planted_hint_does_not_put_a_message_elsewhere() -> None:
    """F1: bytes inside an extension that look like an app's are not the message's own."""
    extension = {"id": "A000000099-9", "name": "x", "criticalityIndicator": False}
    planted = [extension | {"data": {"sdkTransID": samples.SDK_ID}}]
    members = samples.pres(Version.V220, messageExtension=planted)
    message = parse(wire(members), receiver=Component.SERVER)
    assert message.channel is Channel.BROWSER
    assert message.elements == members
