"""Whatever the bytes, a message or a protocol fault: JSON without any forgiveness."""

import json
from typing import Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sekisho.protocol import Component, ErrorCode, Json, Message, ProtocolFault, parse
from sekisho.protocol.codec import (
    DEPTH_MAX,
    MESSAGE_BYTES_MAX,
    json_characters,
    read_object,
    write_object,
)
from sekisho.testkit import samples

JSONISH: Final = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=10), inner, max_size=6)
    ),
    max_leaves=20,
)
NAMES: Final = st.sampled_from([*samples.areq(), *samples.ares(), "messageExtension", "acctInfo"])
MESSAGEISH: Final = st.dictionaries(NAMES, JSONISH, max_size=12).map(
    lambda odd: json.dumps({**samples.areq(), **odd}).encode()
)


@given(
    st.binary(max_size=400) | JSONISH.map(lambda value: json.dumps(value).encode()) | MESSAGEISH,
    st.sampled_from(Component),
)
def test_no_bytes_raise_anything_but_a_protocol_fault(data: bytes, receiver: Component) -> None:
    """F1: nothing that a peer sends is an error of ours."""
    try:
        message = parse(data, receiver=receiver)
    except ProtocolFault:
        return
    assert isinstance(message, Message)


@given(st.dictionaries(st.text(max_size=10), JSONISH, max_size=6))
def test_what_is_written_is_read_back(members: dict[str, object]) -> None:
    """Both ways of reading, the quick and the thorough, give what was written."""
    try:
        written = json.dumps(members, allow_nan=False).encode()
        expected = json.loads(written)
        compact = write_object(expected)
    except (ValueError, OverflowError, UnicodeEncodeError):
        return  # not JSON, or a number that no element has
    assert read_object(compact) == expected
    assert read_object(json.dumps(expected, indent=2).encode()) == expected


def test_a_member_that_comes_twice_is_named() -> None:
    """F1: error 204, wherever the member stands and however the message is printed."""
    for data, name in [
        (b'{"a":1,"a":1}', "a"),
        (b'{ "a" : 1 , "b" : 2 , "a" : 1 }', "a"),
        (b'{"a":{"b":1,"b":2}}', "b"),
        (b'{"a":[{"c":1,"c":1}]}', "c"),
        (b'{"\\u0061":1,"a":1}', "a"),
    ]:
        with pytest.raises(ProtocolFault) as caught:
            read_object(data)
        assert caught.value.error_code is ErrorCode.DUPLICATE
        assert caught.value.elements == (name,)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"null",
        b"[]",
        b'"text"',
        b"12",
        b"{",
        b'{"a":1,}',
        b'{"a":1} ,',
        b'{"a":1}{"b":2}',
        b"{'a':1}",
        b'{"a":NaN}',
        b'{"a":Infinity}',
        b'{"a":-Infinity}',
        b'{"a":1e999}',
        b'{"a":01}',
        b'{"a":"\\ud800"}',
        b'{"a":"\\ud800x and more"}',
        b'{"a":"\\udc00"}',
        b'{"a":"\xff"}',
        b'{"a":"\xed\xa0\x80"}',
        b'\xef\xbb\xbf{"a":1}',
        b'{"a":"\n"}',
        '{"a":1}'.encode("utf-16"),
        b'{"a":' * 2000,
        b'{"a":' * 2000 + b"1" + b"}" * 2000,
        b'{"a":' + b"[" * (DEPTH_MAX + 2) + b"]" * (DEPTH_MAX + 2) + b"}",
        b'{"a":' + b"9" * 5000 + b"}",
    ],
    ids=lambda data: repr(data[:24]),
)
def test_what_is_no_json_object_is_no_message(data: bytes) -> None:
    """F1: error 101. An attacker would look here for two parsers that disagree."""
    with pytest.raises(ProtocolFault) as caught:
        read_object(data)
    assert caught.value.error_code is ErrorCode.MESSAGE_INVALID
    assert caught.value.error_detail == "Invalid Formatted Message"


def test_wide_but_shallow_objects_are_read() -> None:
    """The limit on depth looks at levels, not at how many brackets there are."""
    members = {"a": [{"b": [str(each)]} for each in range(100)]}
    assert read_object(write_object(members)) == members


def test_a_number_beyond_any_integer_is_kept() -> None:
    """An extension may carry one; it must neither be cut nor break the reading."""
    data = b'{"a":123456789012345678901234567890}'
    assert read_object(data) == {"a": 123456789012345678901234567890}


def test_a_message_above_the_limit_is_not_looked_at() -> None:
    """Larger than any honest message: not even parsed."""
    data = write_object({"a": "x" * MESSAGE_BYTES_MAX})
    with pytest.raises(ProtocolFault):
        read_object(data)
    assert read_object(data, limit=len(data))["a"]


def test_characters_are_counted_not_octets() -> None:
    """One UTF-8 character is one, whatever its octets."""
    assert json_characters({"a": "関所"}) == len('{"a":"関所"}')


def nested(levels: int) -> dict[str, Json]:
    """Give an AReq with an extension whose data nest that deep."""
    inner: dict[str, Json] = {"a": "b"}
    for _ in range(levels):
        inner = {"a": inner}
    extension: dict[str, Json] = {
        "name": "deep",
        "id": "A000000802-001",
        "criticalityIndicator": False,
        "data": inner,
    }
    return samples.areq(messageExtension=[extension])


@pytest.mark.parametrize("levels", range(DEPTH_MAX - 6, DEPTH_MAX + 2))
def test_depth_does_not_depend_on_how_a_message_is_printed(levels: int) -> None:
    """F1: the quick reading and the slow one draw the line at the same level."""
    verdicts = []
    for printed in (write_object(nested(levels)), json.dumps(nested(levels), indent=1).encode()):
        try:
            parse(printed, receiver=Component.DIRECTORY)
            verdicts.append("read")
        except ProtocolFault as fault:
            verdicts.append(fault.error_code.value)
    assert verdicts in (["read"] * 2, ["101"] * 2)
    assert (verdicts[0] == "read") is (levels <= DEPTH_MAX - 4)


@pytest.mark.parametrize(
    "planted",
    [
        {"deviceChannel": "01"},
        {"messageType": "ARes"},
        {"messageType": "PReq", "messageVersion": "2.3.1"},
        {"messageVersion": "2.1.0"},
        {"messageCategory": "02"},
        {"messageCategory": "80"},
    ],
)
def test_a_planted_hint_changes_nothing(planted: dict[str, Json]) -> None:
    """F1: what an attacker writes before the true members never decides how they are checked."""
    sound = write_object({"ours": planted, **samples.areq()})
    assert parse(sound, receiver=Component.DIRECTORY)["mcc"] == "5942"
    faulty = write_object({"ours": planted, **samples.areq(mcc="x")})
    with pytest.raises(ProtocolFault) as caught:
        parse(faulty, receiver=Component.DIRECTORY)
    assert caught.value.elements == ("mcc",)
    inside = samples.areq(messageExtension=[{**planted, **samples.areq(mcc="x")}])
    reordered = {"messageExtension": inside.pop("messageExtension"), **inside}
    with pytest.raises(ProtocolFault):
        parse(write_object(reordered), receiver=Component.DIRECTORY)


def test_a_repeated_member_of_a_sound_message_is_found() -> None:
    """F1: the quick reading must not take the last of two."""
    data = write_object(samples.areq())
    for repeated in (b'{"mcc":"9999",', b'{"mcc":"5942",', b'{"acctInfo":{"a":1,"a":1},'):
        with pytest.raises(ProtocolFault) as caught:
            parse(repeated + data[1:], receiver=Component.DIRECTORY)
        assert caught.value.error_code is ErrorCode.DUPLICATE
