"""What the browser carries: inflated within bounds, and every field distrusted."""

import base64
import tracemalloc
import zlib
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sekisho.kernel.errors import Misuse
from sekisho.protocol.threeds1 import ErrorCode, ThreeDS1Fault, deflated, encode, inflated
from sekisho.protocol.threeds1.forms import (
    FIELD_CHARACTERS_MAX,
    INFLATED_BYTES_MAX,
    RequestForm,
    ResponseForm,
    read_request_form,
    read_response_form,
    write_request_form,
    write_response_form,
)
from tests.unit.protocol.threeds1.material import PAREQ, PARES, REAL, fault_of

XML = encode(PAREQ)
TERM = "https://shop.example/term"


def field(data: bytes) -> str:
    return base64.b64encode(data).decode()


def refused(text: str, reason: str) -> None:
    fault = fault_of(lambda: inflated(text))
    assert (fault.error_code, fault.elements) == (ErrorCode.ROOT_INVALID, ("ThreeDSecure",))
    assert fault.reason == f"a form field {reason}"


@given(st.binary(max_size=500))
def test_what_is_deflated_is_inflated(data: bytes) -> None:
    """Section 12.2: base64 of RFC 1950, without line breaks when we write it."""
    text = deflated(data)
    assert inflated(text) == data
    assert "\n" not in text
    assert zlib.decompress(base64.b64decode(text)) == data
    assert text.startswith("eN")  # as small as it gets: it travels through a browser twice


@given(st.text(max_size=60) | st.binary(max_size=60).map(field))
def test_whatever_the_field_bytes_or_a_fault(text: str) -> None:
    """F6: the browser belongs to whoever holds the card."""
    try:
        data = inflated(text)
    except ThreeDS1Fault:
        return
    assert inflated(deflated(data)) == data


@given(st.integers(0, 10_000), st.integers(1, 255))
def test_a_changed_stream_is_never_another_message(at: int, flip: int) -> None:
    """The stream ends with a checksum: cut, padded or changed, it is refused or unchanged."""
    data = bytearray(zlib.compress(XML))
    data[at % len(data)] ^= flip
    try:
        xml = inflated(field(bytes(data)))
    except ThreeDS1Fault:
        return
    assert xml == XML


@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_line_breaks_are_nothing(end: str) -> None:
    """Section 12.2: allowed on input, as MIME encoders make them."""
    text = REAL["pares_form_value"]
    lines = end.join(text[at : at + 76] for at in range(0, len(text), 76))
    assert inflated(lines + end) == REAL["xml"].encode()


def test_what_is_not_base64_is_refused() -> None:
    """A plus sign that became a space on the way is damage, not a form of writing."""
    for text in ("eJ", "eJ w=", "é", "e-_w", deflated(XML) + "="):
        refused(text, "that is not base64")
    refused("", "that is cut off, or goes on behind its end")
    refused(field(XML), "that is not deflated")
    raw = zlib.compress(XML)[2:-4]
    refused(field(raw), "that is not deflated")


def test_a_stream_ends_where_it_ends() -> None:
    """F6: bytes behind the end could be a second message for another reader."""
    whole = zlib.compress(XML)
    for data in (whole[:-1], whole[:20], whole + b"x", whole + whole):
        refused(field(data), "that is cut off, or goes on behind its end")


def test_a_deflate_bomb_stays_folded() -> None:
    """F6: a thousand to one; nothing behind the limit is ever inflated."""
    bomb = zlib.compress(b"x" * (50 * 1024 * 1024), 9)
    tracemalloc.start()
    refused(field(bomb), "that inflates beyond any message")
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert most < 8 * INFLATED_BYTES_MAX
    assert len(inflated(field(zlib.compress(b"x" * INFLATED_BYTES_MAX)))) == INFLATED_BYTES_MAX
    over = zlib.compress(b"x" * (INFLATED_BYTES_MAX + 1))
    refused(field(over), "that inflates beyond any message")


def test_a_field_has_a_greatest_length() -> None:
    """F6: and what cannot be deflated at all still fits into it."""
    refused("A" * (FIELD_CHARACTERS_MAX + 1), "longer than any message")
    refused("A" * FIELD_CHARACTERS_MAX, "that is not deflated")
    stored = zlib.compress(bytes(INFLATED_BYTES_MAX), 0)
    assert inflated(field(stored)) == bytes(INFLATED_BYTES_MAX)


def test_what_nobody_would_read_is_not_written() -> None:
    """What we send is always sound."""
    with pytest.raises(Misuse, match=r"^a message of 65537 bytes; 65536 fit$"):
        deflated(bytes(INFLATED_BYTES_MAX + 1))
    assert inflated(deflated(bytes(INFLATED_BYTES_MAX)))


@given(st.text(st.characters(min_codepoint=0x20, max_codepoint=0x7E), max_size=254))
def test_the_merchants_data_come_back_letter_for_letter(md: str) -> None:
    """Section 12.1: MD is opaque; TermUrl says where it goes."""
    form = RequestForm(pareq=XML, term_url=TERM, md=md)
    fields = write_request_form(form)
    assert set(fields) == {"PaReq", "TermUrl", "MD"}
    assert read_request_form(fields) == form
    answer = ResponseForm(pares=encode(PARES), md=md)
    back = write_response_form(answer)
    assert set(back) == {"PaRes", "MD"}
    assert read_response_form(back) == answer


@pytest.mark.parametrize(
    "url",
    [
        "http://shop.example",
        "javascript:alert(1)",
        "https://a@b.example",
        "",
        "https://x y",
        "/term",
    ],
)
def test_a_term_url_is_https_or_this_machine(url: str) -> None:
    """F6: the ACS sends the browser there, with a signed answer."""
    with pytest.raises(Misuse, match=r"^the TermUrl is neither https nor http to loopback$"):
        write_request_form(RequestForm(pareq=XML, term_url=url, md=""))
    fields = write_request_form(RequestForm(pareq=XML, term_url=TERM, md=""))
    fault = fault_of(lambda: read_request_form(fields | {"TermUrl": url}))
    code = ErrorCode.FORMAT_INVALID if url else ErrorCode.ELEMENT_MISSING
    assert (fault.error_code, fault.elements) == (code, ("TermUrl",))
    local = {"TermUrl": "http://shop.localhost:8080/term"}
    assert read_request_form(fields | local).term_url == local["TermUrl"]


def test_missing_fields_are_named() -> None:
    """Section 12.4, code 3; an MD is the merchant's business and may be missing."""
    fields = write_request_form(RequestForm(pareq=XML, term_url=TERM, md="x"))
    for name in ("PaReq", "TermUrl"):
        less = {key: value for key, value in fields.items() if key != name}
        fault = fault_of(lambda less=less: read_request_form(less))
        assert (fault.error_code, fault.elements) == (ErrorCode.ELEMENT_MISSING, (name,))
    assert fault_of(lambda: read_response_form({"PaRes": ""})).elements == ("PaRes",)
    del fields["MD"]
    assert read_request_form(fields).md == ""


def test_an_md_is_printable_ascii_of_some_length() -> None:
    """254 when we write it; more is given back, for it is not ours; a line break is not."""
    fields: dict[str, Any] = write_response_form(ResponseForm(pares=XML, md=""))
    assert read_response_form(fields | {"MD": "x" * 2048}).md == "x" * 2048
    for md in ("x" * 2049, "a\nb", "é", "\x00"):
        fault = fault_of(lambda md=md: read_response_form(fields | {"MD": md}))
        assert (fault.error_code, fault.elements) == (ErrorCode.FORMAT_INVALID, ("MD",))
    for md in ("x" * 255, "é"):
        with pytest.raises(Misuse, match=r"^an MD is printable ASCII of at most 254 characters$"):
            write_request_form(RequestForm(pareq=XML, term_url=TERM, md=md))
    assert write_request_form(RequestForm(pareq=XML, term_url=TERM, md="x" * 254))["MD"]


def test_a_form_shows_nothing() -> None:
    """F6: it holds a message, and the merchant's own data."""
    shown = repr(RequestForm(pareq=XML, term_url=TERM, md="secret"))
    assert "secret" not in shown
    assert "xid" not in shown
