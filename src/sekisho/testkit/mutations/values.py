"""Values that are wrong in one way: for a row of the table, each with the rule that it breaks."""

from collections.abc import Iterator
from typing import Final, NamedTuple

from sekisho.protocol import ErrorCode, Json, Reading, Version
from sekisho.protocol.elements import Element, Kind, Shape
from sekisho.protocol.places import Place
from sekisho.testkit.messages.examples import examples, texts
from sekisho.testkit.mutations.rules import Rule

_FORMAT: Final = ErrorCode.FORMAT_INVALID

NEVER_WELL_FORMED: Final = "\x01"
"""A control character: no expression of the table takes a text of it, only free text does."""

ITEMS_MAX: Final = 200
"""Arrays that may hold more are not tried with one too many: it would be the test's time, not ours."""


class Wrong(NamedTuple):
    """A wrong value, the rule it breaks, and its error."""

    rule: Rule
    value: Json
    code: ErrorCode


def wrong_values(row: Element, place: Place, *, required: bool) -> Iterator[Wrong]:
    """List wrong values for an element; `required` decides what null and empty count as."""
    absent = ErrorCode.ELEMENT_MISSING if required else _FORMAT
    yield Wrong(Rule.NULL, None, absent)
    for empty in _empties(row):
        tolerated = (
            empty == {}
            and not required
            and place.reading is Reading.LENIENT
            and row.kind is Kind.OBJECT
            and all(child.letter != "R" for child in row.children)
        )
        if not tolerated:
            yield Wrong(Rule.EMPTY, empty, absent)
    for other in _of_other_types(row):
        yield Wrong(Rule.OTHER_TYPE, other, _FORMAT)
    yield from _KINDS[row.kind](row, place)


def _empties(row: Element) -> tuple[Json, ...]:
    if row.kind is Kind.BOOLEAN:
        return ("",)
    return ("", [], {})


def _of_other_types(row: Element) -> tuple[Json, ...]:
    if row.kind is Kind.TEXT:
        return (5, 5.5, True, {"a": "b"}, ["a"])
    if row.kind is Kind.BOOLEAN:
        return ("true", 1, {"a": "b"})
    if row.kind in (Kind.ARRAY, Kind.PAIRS):
        return ("a", 5, {"a": "b"}, [5], [True])
    if row.kind is Kind.OBJECT:
        return ("a", 5, True, [{"a": "b"}])
    return (5, True, ["a"])


def _wrong_texts(row: Element, place: Place) -> Iterator[Wrong]:
    """List texts that are wrong, where any text stands."""
    if row.codes:
        yield from _wrong_codes(row, place)
        return
    least, most = row.size
    well = texts(row, place)
    if most is not None:
        longest = max(well, key=len)
        yield Wrong(Rule.TOO_LONG, longest + longest[-1] * (most + 1 - len(longest)), _FORMAT)
    if least > 1:
        yield Wrong(Rule.TOO_SHORT, min(well, key=len)[: least - 1], _FORMAT)
    if row.pattern is not None or row.shape is not Shape.TEXT:
        yield Wrong(Rule.MALFORMED, NEVER_WELL_FORMED * max(least, 1), _FORMAT)
        # A line feed at the end, which careless expressions look over.
        if most is None or len(well[0]) < most:
            yield Wrong(Rule.MALFORMED, well[0] + "\n", _FORMAT)
    if row.pattern is None:
        yield from _wrong_in_shape(row)


def _wrong_in_shape(row: Element) -> Iterator[Wrong]:
    """List texts of the right form with a wrong content."""
    for unreal in _UNREAL.get(row.shape, ()):
        yield Wrong(Rule.UNREAL_DATE, unreal, _FORMAT)
    for unlisted in _NO_ISO_CODES.get(row.shape, ()):
        yield Wrong(Rule.NO_ISO_CODE, unlisted, ErrorCode.ISO_CODE_INVALID)
    for hostile in _HOSTILE.get(row.shape, ()):
        if row.size[1] is None or len(hostile) <= row.size[1]:
            yield Wrong(Rule.MALFORMED, hostile, _FORMAT)


def _wrong_codes(row: Element, place: Place) -> Iterator[Wrong]:
    """List values that a closed list does not have, or has for nobody yet."""
    listed = row.codes_for(place.form, place.version)
    length = row.size[0]
    yield Wrong(Rule.UNLISTED, "?" * max(length, 1), _FORMAT)
    yield Wrong(Rule.TOO_LONG, (*sorted(listed), "?" * length)[0] + "0", _FORMAT)
    if length != 2:  # noqa: PLR2004 - only two digits are reserved
        return
    reserved = next(f"{code:02}" for code in range(79, -1, -1) if f"{code:02}" not in listed)
    if row.ds_codes:
        younger = place.version >= Version.V231
        code = ErrorCode.RESERVED_VALUE if younger else _FORMAT
        yield Wrong(Rule.RESERVED, reserved, code)
    else:
        yield Wrong(Rule.UNLISTED, reserved, _FORMAT)
        yield Wrong(Rule.UNLISTED, "80", _FORMAT)


def _wrong_booleans(row: Element, _place: Place) -> Iterator[Wrong]:
    if row.pattern == "true":
        yield Wrong(Rule.NOT_TRUE, value=False, code=_FORMAT)


def _wrong_objects(row: Element, place: Place) -> Iterator[Wrong]:
    del place
    if row.json_most is not None and (row.free or not row.children):
        heavy: Json = {"a": "x" * (row.json_most - len('{"a":""}') + 1)}
        yield Wrong(Rule.TOO_HEAVY, heavy, _FORMAT)


def _wrong_arrays(row: Element, place: Place) -> Iterator[Wrong]:
    least, most = row.items
    items: list[Json] = [
        item for each in examples(row, place) if isinstance(each, list) for item in each
    ]
    distinct = [*{str(item): item for item in items}.values()]
    if most is not None and most <= ITEMS_MAX:
        yield Wrong(Rule.TOO_MANY, (distinct * (most + 1))[: most + 1], _FORMAT)
    if row.json_most is not None and most is not None and row.children:
        yield Wrong(Rule.TOO_HEAVY, _heaviest(row, place, most), _FORMAT)
    if most is None or most > max(least, 1):
        yield Wrong(Rule.ITEM_TWICE, [distinct[0], distinct[0]], ErrorCode.DUPLICATE)
    if not row.children:
        for wrong in _wrong_texts(row, place):
            yield wrong._replace(value=[wrong.value])


def _heaviest(row: Element, place: Place, most: int) -> Json:
    """Give as many items as may be, each child as long as it may be and no two items alike."""
    longest: dict[str, Json] = {
        child.name: max(examples(child, place), key=lambda value: len(str(value)))
        for child in row.children
    }
    texts_ = {name: value for name, value in longest.items() if isinstance(value, str)}
    return [
        {**longest, **{name: f"{value[:-3]}{at:03}" for name, value in texts_.items()}}
        for at in range(most)
    ]


def _wrong_pairs(row: Element, _place: Place) -> Iterator[Wrong]:
    most = row.size[1] or 1
    odd: tuple[Json, ...] = (
        {"01": "a", "02": "b"},
        "01",
        {"01": 5},
        {"01": "x" * (most + 1)},
        {"": "a"},
    )
    for item in odd:
        yield Wrong(Rule.NOT_A_PAIR, [item], _FORMAT)
    pairs: list[Json] = [{f"{at}": "a"} for at in range((row.items[1] or 0) + 1)]
    yield Wrong(Rule.TOO_MANY, pairs, _FORMAT)
    yield Wrong(Rule.ITEM_TWICE, [pairs[0], pairs[0]], ErrorCode.DUPLICATE)


def _wrong_any(row: Element, place: Place) -> Iterator[Wrong]:
    yield from _wrong_texts(row, place)


_KINDS: Final = {
    Kind.TEXT: _wrong_texts,
    Kind.BOOLEAN: _wrong_booleans,
    Kind.OBJECT: _wrong_objects,
    Kind.ARRAY: _wrong_arrays,
    Kind.PAIRS: _wrong_pairs,
    Kind.ANY: _wrong_any,
}

_UNREAL: Final = {
    Shape.DATE: ("20230229", "20231301", "21000229"),
    Shape.MINUTE: ("202302290000", "202302282400", "202302280060"),
    Shape.MOMENT: ("20230229000000", "20230228240000", "20230228000060"),
}

_NO_ISO_CODES: Final = {
    Shape.COUNTRY: ("901", "999", "000"),
    Shape.CURRENCY: ("955", "964", "999", "000"),
}

_HOSTILE: Final = {
    Shape.URL: (
        "javascript:alert(1)",
        "http://acs.example/",
        "https://bank.example@evil.example/",
        "http://localhost.evil.example/",
        'https://acs.example/"><script>',
    ),
    Shape.APP_URL: ("javascript:alert(1)", "JavaScript:alert(1)", "http://shop.example/"),
    Shape.IMAGE: ("data:text/html;base64,PHA+", "http://bank.example/logo.png"),
    Shape.ORIGIN: ("https://shop.example/path", "http://shop.example"),
    Shape.IP: ("192.0.2.256", "fe80::1%eth0", "1:2:3:4:5:6:7", "192.0.2.07"),
    Shape.UUID: ("8a880dc0d2d240674bcb1b08d1690b26e012", "8a880dc0-d2d2-4067-bcb1-b08d1690b26g"),
    Shape.DIGITS: ("４１１１１１１１１１１１１１",),
    Shape.VERSION: ("2.1.0.", "2.1.x"),
    Shape.EMAIL: ("nobody", "a b@bank.example"),
    Shape.LANGUAGE: ("ja_JP", "関所"),
    Shape.BASE64URL: ("QUJD=", "QU+D"),
}
"""Texts that look right to a careless reader. Those too long for an element are not tried there."""
