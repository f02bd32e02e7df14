"""Shapes of texts and the expressions made of them, at the edges of each."""

import re

import pytest

from sekisho.protocol import Category, Channel, Reading, Version
from sekisho.protocol.checks import well_formed
from sekisho.protocol.checks.expressions import (
    END,
    NOT_THERE,
    expressed,
    expression,
    listed_values,
)
from sekisho.protocol.checks.shapes import is_ip_address, iso_codes, pattern_of, recogniser
from sekisho.protocol.elements import Element, Shape
from sekisho.protocol.places import Place
from sekisho.protocol.vocabulary import Form

PLACE = Place(Form.AREQ, Version.V231, Channel.BROWSER, Category.PAYMENT, Reading.STRICT)


@pytest.mark.parametrize(
    ("shape", "text", "right"),
    [
        (Shape.UUID, "8A880DC0-D2D2-4067-BCB1-B08D1690B26E", True),
        (Shape.UUID, "8a880dc0-d2d2-4067-bcb1-b08d1690b26e", True),
        (Shape.UUID, "8a880dc0d2d24067bcb1b08d1690b26e", False),
        (Shape.UUID, "8a880dc0-d2d2-4067-bcb1-b08d1690b26g", False),
        (Shape.URL, "http://SHOP.localhost:8080/x", True),
        (Shape.URL, "http://shop.localhost/x", True),
        (Shape.URL, "http://localhost", True),
        (Shape.URL, "http://127.0.0.1:80", True),
        (Shape.URL, "http://127x0.0.1", False),
        (Shape.URL, "http://localhost.example", False),
        (Shape.URL, "http://localhost:123456", False),
        (Shape.URL, "https://a.example/\x7f", False),
        (Shape.URL, "https://a.example/~", True),
        (Shape.URL, "https://a@b.example", False),
        (Shape.IP, "2001:DB8::AF", True),
        (Shape.IP, "2001:db8::af", True),
        (Shape.IP, "10.0.0.1", True),
        (Shape.IP, "host", False),
        (Shape.ASCII, " ~", True),
        (Shape.ASCII, "\x7f", False),
        (Shape.ASCII, "\x1f", False),
        (Shape.EMAIL, "buyer@shop.example", True),
        (Shape.EMAIL, "a..b.@mail.example", True),
        (Shape.EMAIL, "buyer", False),
        (Shape.EMAIL, "a@b@c", False),
        (Shape.EMAIL, "a b@c", False),
        (Shape.BASE64URL, "aZ09-_", True),
        (Shape.BASE64URL, "a+b/", False),
        (Shape.BASE64URL, "YQ==", False),
        (Shape.DATE, "20260430", True),
        (Shape.DATE, "20261130", True),
        (Shape.DATE, "20260431", False),
        (Shape.DATE, "20261131", False),
        (Shape.DATE, "20260229", False),
        (Shape.DATE, "20280229", True),
        (Shape.DATE, "21000229", False),
        (Shape.DATE, "20000229", True),
    ],
)
def test_a_shape_has_its_edges(shape: Shape, text: str, right: bool) -> None:
    """F1: letters of both cases, the last character that counts and the first that does not."""
    assert well_formed(shape, text) is right


@pytest.mark.parametrize(
    ("text", "right"),
    [
        ("255.255.255.255", True), ("256.1.1.1", False), ("1.1.1", False), ("1.1.1.1.", False),
        ("01.1.1.1", False), ("::1", True), ("fe80::1%eth0", False), ("", False), ("1.2.3.0", True),
    ],
)  # fmt: skip
def test_an_ip_address_is_one_of_either_kind_without_zone(text: str, right: bool) -> None:
    """F1: browserIP."""
    assert is_ip_address(text) is right


def test_a_row_s_own_pattern_goes_before_its_shape() -> None:
    """F1: also for addresses, countries and currencies, which a table or a parser settles."""
    plain = Element(name="a", shape=Shape.IP)
    own = Element(name="a", shape=Shape.IP, pattern="x+")
    assert recogniser(plain) is is_ip_address
    matches = recogniser(own)
    assert matches is not None
    assert matches("xx")
    assert not matches("10.0.0.1")
    pattern = pattern_of(own)
    assert pattern is not None
    assert pattern.pattern == "x+"
    digits = pattern_of(Element(name="a", shape=Shape.DIGITS))
    assert digits is not None
    assert digits.pattern == "[0-9]*"
    assert recogniser(Element(name="a")) is pattern_of(Element(name="a")) is None
    assert iso_codes(Element(name="a")) is None
    assert not expressed(plain)
    assert expressed(own)
    assert expressed(Element(name="a", shape=Shape.DIGITS))
    assert not expressed(Element(name="a"))
    assert not expressed(Element(name="a", shape=Shape.DIGITS, codes={"1": "one"}))
    assert not expressed(Element(name="a", shape=Shape.COUNTRY))


def test_an_expression_takes_an_absent_text_only_where_it_may_be_absent() -> None:
    """F1: joined texts must not let a required one pass by its stand-in."""
    row = Element(name="a", shape=Shape.DIGITS)
    needed, free = (re.compile(expression(row, required=each)) for each in (True, False))
    assert needed.fullmatch(f"12{END}")
    assert not needed.fullmatch(f"{NOT_THERE}{END}")
    assert free.fullmatch(f"{NOT_THERE}{END}")
    assert free.fullmatch(f"12{END}")
    assert not free.fullmatch(f"x{END}")
    assert not free.fullmatch("12")
    own = re.compile(
        expression(Element(name="a", shape=Shape.DIGITS, pattern="x|y"), required=True)
    )
    assert own.fullmatch(f"y{END}")
    assert not own.fullmatch(f"1{END}")


def test_the_values_of_a_closed_list_are_the_codes_and_the_directory_server_s() -> None:
    """F1: 80 to 99, both included, and only where they are its to define."""
    codes = {"01": "one", "02": "two"}
    own = listed_values(Element(name="a", codes=codes, ds_codes=True), PLACE)
    assert own == {"01", "02", *(str(code) for code in range(80, 100))}
    assert listed_values(Element(name="a", codes=codes), PLACE) == {"01", "02"}
    assert listed_values(Element(name="a"), PLACE) is None
    currencies = listed_values(Element(name="a", shape=Shape.CURRENCY), PLACE)
    assert currencies is not None
    assert "392" in currencies
    assert "999" not in currencies
    countries = listed_values(Element(name="a", shape=Shape.COUNTRY), PLACE)
    assert countries is not None
    assert {"392", "900"} <= countries
    assert listed_values(Element(name="a", shape=Shape.CURRENCY, pattern="x"), PLACE) is None
