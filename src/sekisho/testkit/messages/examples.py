"""Well-formed values of every row of the table, listed: shortest, longest, every code, every child.

Nothing is drawn here: what is listed today is listed tomorrow, so that a test can say that every
code of every list was tried.
"""

import json
import re
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from itertools import product
from typing import Final, TypeAlias

from hypothesis import find, settings
from hypothesis import strategies as st

from sekisho.protocol import Json
from sekisho.protocol.elements import Element, Kind, Shape
from sekisho.protocol.places import Place

TEXT_MAX: Final = 300_000
"""What we try as the longest text where the table sets no limit, or a higher one."""

LISTED_MAX: Final = 20
"""Arrays are tried in full length up to so many items."""


def examples(row: Element, place: Place) -> tuple[Json, ...]:
    """List well-formed values for one row: the plainest first."""
    return _listed(_Key(row), place.form.value, place)


def plain(row: Element, place: Place) -> Json:
    """Give the plainest well-formed value: the required children of an object, one item."""
    return examples(row, place)[0]


class _Key:
    """A row as a key: rows hold mappings, which do not hash; they are made once and stay."""

    def __init__(self, row: Element) -> None:
        self.row = row

    def __hash__(self) -> int:
        return id(self.row)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Key) and other.row is self.row


@cache
def _listed(key: _Key, _form: str, place: Place) -> tuple[Json, ...]:
    row = key.row
    if row.kind is Kind.BOOLEAN:
        return (True,) if row.pattern == "true" else (True, False)
    if row.kind is Kind.ARRAY:
        return tuple(_arrays(row, place))
    if row.kind is Kind.PAIRS:
        return tuple(_pairs(row))
    if row.kind is Kind.OBJECT:
        return tuple(_objects(row, place))
    return (*texts(row, place), *((({"a": "b"},)) if row.kind is Kind.ANY else ()))


def texts(row: Element, place: Place) -> tuple[str, ...]:
    """List texts of a row, or of each item of an array: every code, or the limits of the form."""
    if row.codes:
        codes = sorted(row.codes_for(place.form, place.version))
        return (*codes, "80", "99") if row.ds_codes else tuple(codes)
    if row.pattern is not None:
        return _matching(row.pattern, row.size)
    least, most = max(row.size[0], 1), row.size[1] or TEXT_MAX
    found = [text for text in _SHAPED[row.shape](least, most) if least <= len(text) <= most]
    return tuple(dict.fromkeys(found))


def _arrays(row: Element, place: Place) -> Iterator[Json]:
    listed: list[Json] = [*texts(row, place)]
    if row.children:
        listed = [*{str(each): each for each in _inner(row, place)}.values()]
    least, most = max(row.items[0], 1), min(row.items[1] or LISTED_MAX, LISTED_MAX)
    yield listed[:least]
    for item in listed[least:]:
        yield [item, *listed[1:least]]
    if len(listed) > least:
        yield listed[: max(most, least)]


def _light(row: Element, value: Json) -> bool:
    """Tell whether an object or array is short enough as JSON."""
    written = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    return row.json_most is None or len(written) <= row.json_most


def _pairs(row: Element) -> Iterator[Json]:
    least, most = row.size[0], row.size[1] or 1
    yield [{"01": "関所"}]
    yield [{f"{number}".zfill(most): "x" * most} for number in range(row.items[1] or 1)]
    yield [{"a" * least: "b" * least}]


def _objects(row: Element, place: Place) -> Iterator[Json]:
    if row.free or not row.children:
        yield {"a": "b"}
        if row.json_most is not None:
            yield {"a": "x" * (row.json_most - len('{"a":""}'))}
        return
    yield from (inside for inside in _inner(row, place) if _light(row, inside))


def _inner(row: Element, place: Place) -> Iterator[dict[str, Json]]:
    """List objects: the barest, then each further value of each child, then all children at once."""
    bare: dict[str, Json] = {
        child.name: plain(child, place) for child in row.children if child.letter == "R"
    }
    if not bare:
        first = row.children[0]
        bare = {first.name: plain(first, place)}
    yield bare
    for child in row.children:
        for value in examples(child, place):
            if bare.get(child.name) != value:
                yield {**bare, child.name: value}
    full = {child.name: plain(child, place) for child in row.children}
    if full != bare:
        yield full


_Lister: TypeAlias = Callable[[int, int], Iterator[str]]


def _plain_texts(least: int, most: int) -> Iterator[str]:
    yield "a" * least
    yield ("関所 Ünïcødé \U0001f6c3 " * 3)[:most]
    yield "z" * most


def _runs(alphabet: str) -> _Lister:
    def run(least: int, most: int) -> Iterator[str]:
        for length in (least, min(most, least + 3), most):
            yield (alphabet * (length // len(alphabet) + 1))[:length]

    return run


def _padded(*starts: str) -> _Lister:
    """Give texts that may be made as long as allowed."""

    def pad(_least: int, most: int) -> Iterator[str]:
        yield from starts
        if most < TEXT_MAX:
            yield starts[0] + "x" * (most - len(starts[0]))

    return pad


def _fixed(*listed: str) -> _Lister:
    def give(_least: int, _most: int) -> Iterator[str]:
        yield from listed

    return give


_URLS: Final = _padded(
    "https://acs.example/", "https://a.example", "http://bank.localhost:8080/x?y=z"
)
_MOMENTS: Final = ("20240229235959", "19991231000000", "20000229120000")
_SHAPED: Final[Mapping[Shape, _Lister]] = {
    Shape.TEXT: _plain_texts,
    Shape.ASCII: _runs("~ az09"),
    Shape.DIGITS: _runs("4111111100000003"),
    Shape.UUID: _fixed(
        "8a880dc0-d2d2-4067-bcb1-b08d1690b26e", "F25084F0-5B16-4C0A-AE5D-B24808A95E4B"
    ),
    Shape.URL: _URLS,
    Shape.APP_URL: _padded("https://shop.example/app", "shop.app:back?from=3ds"),
    Shape.IMAGE: _padded("https://bank.example/logo.png", "data:image/png;base64,iVBORw0KGgo="),
    Shape.ORIGIN: _fixed("https://shop.example", "http://localhost:8080"),
    Shape.DATE: _fixed(*(moment[:8] for moment in _MOMENTS)),
    Shape.MINUTE: _fixed(*(moment[:12] for moment in _MOMENTS)),
    Shape.MOMENT: _fixed(*_MOMENTS),
    Shape.COUNTRY: _fixed("392", "840", "004", "900"),
    Shape.CURRENCY: _fixed("392", "840", "048", "990"),
    Shape.EMAIL: _fixed("a@b", "dots..before.@docomo.example", "x" * 241 + "@bank.example"),
    Shape.IP: _fixed(
        "192.0.2.7", "::", "2001:db8::7", "0000:0000:0000:0000:0000:ffff:255.255.255.255"
    ),
    Shape.LANGUAGE: _fixed("ja", "en-GB", "zh-Hant-TW-x-any"),
    Shape.VERSION: _fixed("2.1.0", "2.2.0", "2.3.1", "2.10.100"),
    Shape.BASE64URL: _runs("QUJD_-09"),
}


@cache
def _matching(pattern: str, size: tuple[int, int | None]) -> tuple[str, ...]:
    """List texts that an expression takes: the shortest, the longest and one between."""
    accepts = re.compile(pattern).fullmatch
    least, most = max(size[0], 1), size[1] or TEXT_MAX
    found = [text for text in _POOL if accepts(text) and least <= len(text) <= most]
    for sample in [*found]:
        found += [
            text for text in _longer(sample, most) if accepts(text) and least <= len(text) <= most
        ]
    if not found:
        drawn = st.from_regex(re.compile(pattern, re.ASCII), fullmatch=True)
        fitting = drawn.filter(lambda text: least <= len(text) <= most)
        quiet = settings(database=None, derandomize=True, deadline=None)
        found = [find(fitting, lambda _: True, settings=quiet)]
    found.sort(key=len)
    return tuple(dict.fromkeys((found[0], found[-1], found[len(found) // 2])))


def _longer(sample: str, most: int) -> Iterator[str]:
    for fill in ("A", "1"):
        yield sample + fill * (most - len(sample))


_POOL: Final = (
    *("".join(digits) for length in (1, 2, 3) for digits in product("0123456789", repeat=length)),
    *("00001", "00030", "10080", "60000", "500000", "12345678901", "1230", "9912"),
    *("Y", "N", "EC", "P-256", "JPY", "USD", "05", "N2", "AReq", "Erro"),
    *(
        "A000000802-004",
        "JP",
        "1.0",
        "1.0.0",
        "2.3.1",
        "12.50",
        "+540",
        "-540",
        "-1",
        "a.b.c",
        "a..b.c.d",
        "a.b.c.d.e",
    ),
    *("A" * 27 + "=", "A" * 16, "QUJD", "a_b-c"),
)
