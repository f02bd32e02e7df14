"""Sound messages of 3-D Secure 1.0.2, drawn from its table. Needs hypothesis (the `dev` extra).

`messages(name)` is a strategy of messages that satisfy every rule; `threeds1_mutations` breaks one rule
of such a message at a time.
"""

from collections.abc import Callable, Mapping
from typing import Final

from hypothesis import strategies as st

from sekisho.protocol.threeds1 import Message, MessageName, build
from sekisho.protocol.threeds1.element import Condition, Element, Format
from sekisho.protocol.threeds1.records import BODIES, MESSAGE_ID, Body, Record
from sekisho.protocol.threeds1.rows import Row, rows_of
from sekisho.protocol.threeds1.vocabulary import VERSION


@st.composite
def messages(draw: st.DrawFn, name: MessageName) -> Message[Body]:
    """Draw a sound message of a kind; its extensions are not critical."""
    kind = BODIES[name]
    gates = {path: draw(st.sampled_from(sorted(codes))) for path, codes in gates_of(kind).items()}
    make: Callable[..., Body] = kind
    return build(draw(texts(MESSAGE_ID)), make(**_fields(draw, kind, "", gates)))


def gates_of(kind: type[Record]) -> dict[str, Mapping[str, str]]:
    """Find the elements on which a condition of the message depends, and their values."""
    return {condition.path: condition.codes for condition in _conditions(kind)}


def texts(element: Element) -> st.SearchStrategy[str]:
    """Give a strategy of texts that fit an element."""
    if element.codes:
        return st.sampled_from(sorted(element.codes))
    special = _TEXTS.get(element.format)
    if special is not None:
        return special
    least, most = element.size
    return st.text(_ALPHABETS[element.format], min_size=least, max_size=min(most, _LONGEST))


def _conditions(kind: type[Record]) -> list[Condition]:
    found = []
    for row in rows_of(kind):
        found += [each for each in (row.element.needed, row.element.allowed) if each is not None]
        if issubclass(row.kind, Record):
            found += _conditions(row.kind)
    return found


def _fields(
    draw: st.DrawFn, kind: type[Record], path: str, gates: Mapping[str, str]
) -> dict[str, object]:
    return {
        row.field: _field(draw, row, f"{path}/{row.name}".lstrip("/"), gates)
        for row in rows_of(kind)
    }


def _field(draw: st.DrawFn, row: Row, at: str, gates: Mapping[str, str]) -> object:
    if at in gates:
        return row.value_of(gates[at])
    needed = row.required or row.is_content or _decided(row.element.needed, gates)
    possible = row.element.allowed is None or _decided(row.element.allowed, gates)
    if row.many:
        count = draw(st.integers(1 if needed else 0, 3)) if possible else 0
        return tuple(_value(draw, row, at, gates) for _ in range(count))
    if needed or (possible and draw(st.booleans())):
        return _value(draw, row, at, gates)
    return None


def _value(draw: st.DrawFn, row: Row, at: str, gates: Mapping[str, str]) -> object:
    if issubclass(row.kind, Record):
        make: Callable[..., Record] = row.kind
        return make(**_fields(draw, row.kind, at, gates))
    if row.kind is bool:
        return False
    return row.value_of(draw(texts(row.element)))


def _decided(condition: Condition | None, gates: Mapping[str, str]) -> bool:
    return condition is not None and bool(condition.decide(gates[condition.path]))


_LONGEST: Final = 40
"""Texts are drawn no longer than this where the table allows more: rules do not depend on it."""

_ASCII: Final = st.characters(min_codepoint=0x20, max_codepoint=0x7E)
_ALPHABETS: Final[Mapping[Format, st.SearchStrategy[str]]] = {
    Format.TEXT: st.characters(
        min_codepoint=0x20, exclude_categories=["Cs"], exclude_characters="\x7f\ufffe\uffff"
    ),
    Format.ASCII: _ASCII,
    Format.TOKEN: st.characters(min_codepoint=0x21, max_codepoint=0x7E, exclude_characters="\"'#"),
    Format.DIGITS: st.sampled_from("0123456789"),
}
_BASE64: Final = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
_MOMENTS: Final = st.datetimes()
_PATHS: Final = st.text("abc/-?&=", max_size=8)
_TEXTS: Final[Mapping[Format, st.SearchStrategy[str]]] = {
    Format.VERSION: st.just(VERSION),
    Format.TWENTY_BYTES: st.builds(
        "{}{}=".format,
        st.text(_BASE64, min_size=26, max_size=26),
        st.sampled_from(_BASE64[::4]),
    ),
    Format.DATE: _MOMENTS.map(lambda at: f"{at.year:04d}{at:%m%d}"),
    Format.MOMENT: _MOMENTS.map(lambda at: f"{at.year:04d}{at:%m%d %H:%M:%S}"),
    Format.MONTH: st.builds("{:02d}{:02d}".format, st.integers(0, 99), st.integers(1, 12)),
    Format.MASKED_PAN: st.builds(
        lambda zeros, last: "0" * zeros + f"{last:04d}", st.integers(9, 15), st.integers(0, 9999)
    ),
    Format.URL: st.builds(
        "{}/{}".format,
        st.sampled_from(("https://acs.example", "http://bank.localhost:8080")),
        _PATHS,
    ),
    Format.WEB_URL: st.builds("http://shop.example/{}".format, _PATHS),
    Format.XML: st.sampled_from(
        ("", "text", "&lt;&amp;", "<a/>", '<a b="c">d</a>e', '<x:y xmlns:x="urn:x">z</x:y>')
    ),
}
