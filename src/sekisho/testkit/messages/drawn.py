"""Well-formed values of a row of the table as chance has them: strategies for hypothesis."""

import re
from collections.abc import Mapping
from typing import Final

from hypothesis import strategies as st

from sekisho.kernel.countries import COUNTRIES_BY_NUMBER
from sekisho.kernel.currencies import CURRENCIES_BY_NUMBER
from sekisho.protocol import Json
from sekisho.protocol.elements import Element, Kind, Shape
from sekisho.protocol.places import Place
from sekisho.testkit.messages.examples import examples

LONGEST: Final = 40
"""Texts are drawn no longer than this where the table allows more; examples reach the limits."""


def values(row: Element, place: Place) -> st.SearchStrategy[Json]:
    """Give a strategy of well-formed values for one row of the table."""
    drawn = _drawn(row, place)
    short = [each for each in examples(row, place) if len(str(each)) < 50 * LONGEST]
    return drawn | st.sampled_from(short) if short else drawn


def _drawn(row: Element, place: Place) -> st.SearchStrategy[Json]:
    if row.kind is Kind.BOOLEAN:
        return st.booleans().map(lambda given: given or row.pattern == "true")
    if row.kind is Kind.ARRAY:
        return _lists(row, place)
    if row.kind is Kind.PAIRS:
        text = st.text(_CHARACTERS, min_size=1, max_size=4)
        pairs = st.lists(st.tuples(text, text), min_size=1, max_size=3, unique=True)
        return pairs.map(lambda given: [{code: words} for code, words in given])
    if row.kind is Kind.OBJECT:
        return _objects(row, place)
    return _texts(row, place)


def _lists(row: Element, place: Place) -> st.SearchStrategy[Json]:
    least, most = max(row.items[0], 1), row.items[1] or 3
    item = _objects(row, place) if row.children else _texts(row, place)
    return st.lists(item, min_size=least, max_size=max(least, min(most, 3)), unique_by=str)


@st.composite
def _objects(draw: st.DrawFn, row: Element, place: Place) -> Json:
    if row.free or not row.children:
        return dict(draw(st.dictionaries(_WORDS, _WORDS, min_size=1, max_size=3)))
    inside: dict[str, Json] = {}
    for child in row.children:
        if child.letter == "R" or child.child_needed is not None or draw(st.booleans()):
            inside[child.name] = draw(values(child, place))
    if not inside:
        inside[row.children[0].name] = draw(values(row.children[0], place))
    return inside


def _texts(row: Element, place: Place) -> st.SearchStrategy[Json]:
    if row.codes:
        return st.sampled_from(sorted(row.codes_for(place.form, place.version)))
    if row.pattern is not None:
        return st.from_regex(re.compile(row.pattern, re.ASCII), fullmatch=True).filter(
            lambda text: _fits(row, text)
        )
    least = max(row.size[0], 1)
    most = max(least, min(row.size[1] or LONGEST, LONGEST))
    alphabet = _ALPHABETS.get(row.shape)
    if alphabet is not None:
        return st.text(alphabet, min_size=least, max_size=most)
    return _SHAPES[row.shape].filter(lambda text: _fits(row, text))


def _fits(row: Element, text: str) -> bool:
    least, most = row.size
    return least <= len(text) and (most is None or len(text) <= most)


_CHARACTERS: Final = st.characters(exclude_categories=["Cs"])
_WORDS: Final = st.text("abcdefghij", min_size=1, max_size=10)
_BASE64URL: Final = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
_ALPHABETS: Final[Mapping[Shape, st.SearchStrategy[str]]] = {
    Shape.TEXT: _CHARACTERS,
    Shape.ASCII: st.characters(min_codepoint=0x20, max_codepoint=0x7E),
    Shape.DIGITS: st.sampled_from("0123456789"),
    Shape.BASE64URL: st.sampled_from(_BASE64URL),
}
_HOSTS: Final = st.sampled_from(
    ("https://acs.example", "https://shop.example:8443", "http://bank.localhost:8080")
)
_SHAPES: Final[Mapping[Shape, st.SearchStrategy[str]]] = {
    Shape.UUID: st.uuids().map(str),
    Shape.URL: st.builds("{}/{}".format, _HOSTS, _WORDS),
    Shape.APP_URL: st.builds("{}/{}".format, _HOSTS, _WORDS),
    Shape.IMAGE: st.builds("{}/{}.png".format, _HOSTS, _WORDS),
    Shape.ORIGIN: _HOSTS,
    Shape.DATE: st.datetimes().map("{:%Y%m%d}".format).map(lambda text: text.zfill(8)),
    Shape.MINUTE: st.datetimes().map("{:%Y%m%d%H%M}".format).map(lambda text: text.zfill(12)),
    Shape.MOMENT: st.datetimes().map("{:%Y%m%d%H%M%S}".format).map(lambda text: text.zfill(14)),
    Shape.COUNTRY: st.sampled_from(sorted(COUNTRIES_BY_NUMBER)),
    Shape.CURRENCY: st.sampled_from(sorted(CURRENCIES_BY_NUMBER)),
    Shape.EMAIL: st.builds("{}@{}.example".format, _WORDS, _WORDS),
    Shape.IP: st.ip_addresses().map(str),
    Shape.LANGUAGE: st.sampled_from(("ja", "en-GB", "zh-Hant", "sr-Latn-RS")),
    Shape.VERSION: st.sampled_from(("2.1.0", "2.2.0", "2.3.1")),
}
