"""A search that cannot find is worse than none: every form of a number is found where it stands."""

import base64
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sekisho.testkit.canary import code_beside_its_name, traces_of

PAN = "4111111100030072"

FORMS = {
    "bare": PAN.encode(),
    "spaces": b"4111 1111 0003 0072",
    "dashes": b"4111-1111-0003-0072",
    "form": b"number=4111+1111+0003+0072&x=1",
    "url": quote("4111 1111 0003 0072").encode(),
    "hex": PAN.encode().hex().encode(),
    "HEX": PAN.encode().hex().upper().encode(),
    "packed": bytes.fromhex(PAN),
    "json": b"".join(b"\\u%04X" % ord(digit) for digit in PAN),
    "percent": b"".join(b"%%%02X" % ord(digit) for digit in PAN),
    "entities": b"".join(b"&#%d;" % ord(digit) for digit in PAN),
    "wide": PAN.encode("utf-16-le"),
}


@pytest.mark.parametrize("form", FORMS)
def test_a_number_is_found_in_every_form(form: str) -> None:
    """E1, attack 35: whoever looks for a number must know how it may be written."""
    assert traces_of(PAN, b"before " + FORMS[form] + b" after")


@given(st.binary(max_size=20), st.binary(max_size=20))
def test_a_number_is_found_in_base64_wherever_it_begins(before: bytes, after: bytes) -> None:
    """E1: a token, a cookie and a creq are base64 of a longer text."""
    text = before + PAN.encode() + after
    assert "base64" in traces_of(PAN, base64.b64encode(text))
    assert "base64" in traces_of(PAN, base64.urlsafe_b64encode(text))


@given(st.binary(max_size=200))
def test_nothing_is_found_where_nothing_is(data: bytes) -> None:
    """A search that always finds would be switched off."""
    assert traces_of(PAN, data) == []


def test_a_masked_number_is_no_trace() -> None:
    """The first and the last digits may be shown."""
    assert traces_of(PAN, b"411111******0072 ****0072 41111111") == []


@pytest.mark.parametrize(
    "text",
    [b'"securityCode": "737"', b"cvv=737&x", b"security-code 737", b"CVC2: 737", b"<cvv>737</cvv>"],
)
def test_a_security_code_is_known_by_its_company(text: bytes) -> None:
    """Attack 35: three digits alone mean nothing."""
    assert code_beside_its_name("737", text)


@pytest.mark.parametrize(
    "text", [b"737", b'"amount": 737, "cvv": null', b"cvv 7373", b"securityCode: 123"]
)
def test_other_numbers_are_no_security_codes(text: bytes) -> None:
    """A price must not look like one."""
    assert not code_beside_its_name("737", text)
