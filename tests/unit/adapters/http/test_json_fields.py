"""JSON bodies read member by member: everything wrong is named, nothing sent is repeated."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sekisho.adapters.http.json_fields import BadFields, JsonFields
from sekisho.kernel.cards import Pan


def _faults(fields: JsonFields) -> dict[str, str]:
    with pytest.raises(BadFields) as caught:
        fields.done()
    return {fault.field: fault.message for fault in caught.value.faults}


def test_good_members_are_read_as_they_are() -> None:
    """And absence is None, never an empty text."""
    fields = JsonFields.of(
        b'{"name": "\xe6\xa1\x9c", "count": 3, "on": true, "in": {"deep": "x"}, "none": null}'
    )
    assert fields.text("name", most=10) == "桜"
    assert fields.whole("count", most=5) == 3
    assert fields.flag("on") is True
    assert fields.flag("absent", otherwise=False) is False
    assert fields.nested("in").text("deep", most=1) == "x"
    assert fields.optional_text("none", most=1) is None
    assert fields.one_of("name", ("桜", "梅")) == "桜"
    fields.done()


def test_every_bad_member_is_named_with_its_path() -> None:
    """A caller mends its request in one go."""
    fields = JsonFields.of(
        json.dumps(
            {"long": "xxxx", "kind": 5, "form": "a1", "card": "41", "n": True, "in": {"m": 13}}
        ).encode()
    )
    fields.text("missing", most=5)
    fields.text("long", most=3)
    fields.text("kind", most=3)
    fields.text("form", most=3, pattern="[0-9]+")
    fields.text("card", most=19, check=Pan)
    fields.whole("n")
    fields.flag("long")
    fields.nested("in").whole("m", least=1, most=12)
    fields.nested("kind").text("silent", most=1)
    fields.one_of("long", ("a", "b"))
    fields.refuse("pair", "does not fit")
    assert _faults(fields) == {
        "missing": "is required",
        "long": "must be one of a, b",
        "kind": "must be a JSON object",
        "form": "must match [0-9]+",
        "card": "a card number has 13 to 19 digits",
        "n": "must be a whole number from 0 to 9007199254740991",
        "in.m": "must be a whole number from 1 to 12",
        "pair": "does not fit",
    }


@pytest.mark.parametrize("text", ["\x00", "a\x00b", "\ud800", "\udfff x"])
def test_what_no_database_keeps_is_no_text(text: str) -> None:
    """Half a surrogate pair and NUL are refused at the border, not at the store."""
    fields = JsonFields({"t": text}, faults=[])
    fields.text("t", most=10)
    assert _faults(fields) == {"t": "must be Unicode text"}


def test_digits_are_ascii_digits() -> None:
    """Other scripts' digits would pass a naive pattern and fail later."""
    fields = JsonFields({"t": "１２３４"}, faults=[])
    fields.text("t", most=10, pattern=r"\d+")
    assert "t" in _faults(fields)


@pytest.mark.parametrize("body", [b"", b"[]", b"7", b"{", b"\xff", b"[" * 100_000, b'{"a": NaN}'])
def test_what_is_no_object_is_refused_whole(body: bytes) -> None:
    """Garbage, other values, NaN and nesting without end."""
    with pytest.raises(BadFields):
        JsonFields.of(body)


@given(st.binary(max_size=300))
def test_no_bytes_raise_anything_but_bad_fields(body: bytes) -> None:
    """Whatever the bytes, members or a refusal."""
    try:
        fields = JsonFields.of(body)
        fields.text("a", most=3)
        fields.nested("b").whole("c")
        fields.done()
    except BadFields:
        pass


@given(st.text(min_size=1, max_size=30).filter(lambda text: text not in "must have to characters"))
def test_a_refusal_never_repeats_what_was_sent(text: str) -> None:
    """It may be a card number, and refusals go into logs."""
    fields = JsonFields({"number": text * 20}, faults=[])
    fields.text("number", most=5)
    assert text * 20 not in _faults(fields)["number"]
