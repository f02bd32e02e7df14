"""The table itself: what its rows say is what a record's types say, and what its formats take."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated, Optional

import pytest

from sekisho.app.docs.threeds1 import threeds1_page
from sekisho.kernel.secret import Secret
from sekisho.protocol.threeds1 import ErrorCode, IReqCode, MessageName
from sekisho.protocol.threeds1.element import Condition, Confidence, Element, Format
from sekisho.protocol.threeds1.findings import REPORTED_FIRST, Finding, verdict
from sekisho.protocol.threeds1.records import BODIES, Extension, Record
from sekisho.protocol.threeds1.rows import Row, rows_in, rows_of
from sekisho.protocol.threeds1.vocabulary import (
    ACTION_MEANINGS,
    CAVV_ALGORITHM_MEANINGS,
    DEVICE_MEANINGS,
    ENROLLED_MEANINGS,
    ERROR_MEANINGS,
    IREQ_MEANINGS,
    STATUS_MEANINGS,
    CavvAlgorithm,
    DeviceCategory,
    Enrolled,
    RangeAction,
    Status,
)


class Colour(StrEnum):
    """A closed list."""

    RED = "R"


def element(name: str, **facts: object) -> Element:
    return Element(name=name, title="", **facts)  # type: ignore[arg-type]


def fresh_records() -> tuple[type[Record], type[Record]]:
    """Make records that nobody has looked at before: rows are worked out once."""

    @dataclass(frozen=True, slots=True, kw_only=True, repr=False)
    class Inner(Record):
        """An element with elements of its own."""

        number: Annotated[str, element("number")]

    @dataclass(frozen=True, slots=True, kw_only=True, repr=False)
    class Outer(Record):
        """One field of every type that the table knows."""

        id: Annotated[str, element("id", attribute=True)]
        text: Annotated[str, element("text")]
        maybe: Annotated[str | None, element("maybe")] = None
        older: Annotated[Optional[str], element("older")] = None  # noqa: UP045 - both spellings exist
        secret: Annotated[Secret[str], element("secret")]
        colour: Annotated[Colour | None, element("colour")] = None
        flag: Annotated[bool, element("flag")]
        inner: Annotated[Inner, element("inner")]
        many: Annotated[tuple[Inner, ...], element("many")] = ()
        content: Annotated[str, element("", size=(0, 9))] = ""

    return Outer, Inner


def test_a_row_says_what_the_type_of_its_field_says() -> None:
    """F1: presence, number and kind are written once, as the type."""
    outer, inner = fresh_records()
    rows = rows_of(outer)
    told = [(row.field, row.name, row.required, row.many, row.kind) for row in rows]
    assert told == [
        ("id", "id", True, False, str),
        ("text", "text", True, False, str),
        ("maybe", "maybe", False, False, str),
        ("older", "older", False, False, str),
        ("secret", "secret", True, False, Secret),
        ("colour", "colour", False, False, Colour),
        ("flag", "flag", True, False, bool),
        ("inner", "inner", True, False, inner),
        ("many", "many", False, True, inner),
        ("content", "", False, False, str),
    ]
    by_field = {row.field: row for row in rows}
    assert by_field["inner"].children == by_field["many"].children == rows_of(inner)
    assert by_field["text"].children == ()
    assert [row.field for row in rows if row.is_object] == ["inner", "many"]
    assert [row.field for row in rows if row.is_content] == ["content"]
    assert by_field["id"].element.attribute
    assert rows_of(outer) is rows


def test_values_and_texts_are_each_others() -> None:
    """F1: what a row reads it writes again."""
    rows: dict[str, Row] = {row.field: row for row in rows_of(fresh_records()[0])}
    for field, text, value in (
        ("text", "a", "a"),
        ("secret", "a", Secret("a")),
        ("colour", "R", Colour.RED),
        ("flag", "true", True),
        ("flag", "false", False),
    ):
        assert rows[field].value_of(text) == value
        assert rows[field].text_of(value) == text
        assert type(rows[field].value_of(text)) is type(value)


def test_every_message_has_its_rows() -> None:
    """Section 12.2: by the names of the XML."""
    assert list(BODIES) == list(MessageName)
    names = {name.value: [row.name for row in rows_in(name)] for name in MessageName}
    assert names == {
        "VEReq": ["version", "pan", "Merchant", "Browser", "Extension"],
        "VERes": ["version", "CH", "url", "protocol", "IReq", "Extension"],
        "PAReq": ["version", "Merchant", "Purchase", "CH", "Extension"],
        "PARes": ["id", "version", "Merchant", "Purchase", "pan", "TX", "IReq", "Extension"],
        "CRReq": ["version", "Merchant", "serialNumber"],
        "CRRes": ["version", "CR", "serialNumber", "IReq"],
        "Error": ["version", "errorCode", "errorMessage", "errorDetail", "vendorCode"],
    }


def children(name: MessageName, *path: str) -> tuple[Row, ...]:
    """Give the rows inside an element of a message."""
    rows = rows_in(name)
    for step in path:
        (row,) = [row for row in rows if row.name == step]
        rows = row.children
    return rows


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        (children(MessageName.VEREQ, "Merchant"), "acqBIN<=11 merID<=24 password?<=8"),
        (children(MessageName.VEREQ, "Browser"), "deviceCategory? accept?<=2048 userAgent?<=2048"),
        (children(MessageName.VERES, "CH"), "enrolled acctID?<=28"),
        (
            children(MessageName.PAREQ, "Merchant"),
            "acqBIN<=11 merID<=24 name<=25 country<=3 url<=2048",
        ),
        (
            children(MessageName.PAREQ, "Purchase"),
            (
                "xid<=28 date<=17 amount<=20 purchAmount<=12 currency<=3 exponent<=1 desc?<=125 "
                "Recur? install?<=3"
            ),
        ),
        (children(MessageName.PAREQ, "Purchase", "Recur"), "frequency<=4 endRecur<=8"),
        (children(MessageName.PAREQ, "CH"), "acctID<=28 expiry<=4"),
        (children(MessageName.PARES, "Merchant"), "acqBIN<=11 merID<=24"),
        (
            children(MessageName.PARES, "Purchase"),
            "xid<=28 date<=17 purchAmount<=12 currency<=3 exponent<=1",
        ),
        (children(MessageName.PARES, "TX"), "time<=17 status cavv?<=28 eci?<=2 cavvAlgorithm?"),
        (children(MessageName.PARES, "IReq"), "iReqCode iReqDetail?<=2048 vendorCode?<=256"),
        (children(MessageName.CRRES, "CR"), "begin<=19 end<=19 action"),
    ],
)
def test_the_lengths_are_those_of_the_facts(rows: tuple[Row, ...], expected: str) -> None:
    """Section 12.2."""
    told = [
        row.name
        + ("" if row.required else "?")
        + ("" if row.element.codes or row.is_object else f"<={row.element.size[1]}")
        for row in rows
    ]
    assert " ".join(told) == expected


@pytest.mark.parametrize(
    ("codes", "expected"),
    [
        (ENROLLED_MEANINGS, Enrolled),
        (STATUS_MEANINGS, Status),
        (CAVV_ALGORITHM_MEANINGS, CavvAlgorithm),
        (DEVICE_MEANINGS, DeviceCategory),
        (ACTION_MEANINGS, RangeAction),
        (ERROR_MEANINGS, ErrorCode),
        (IREQ_MEANINGS, IReqCode),
    ],
    ids=lambda one: getattr(one, "__name__", ""),
)
def test_every_code_has_its_meaning(codes: dict[str, str], expected: type[StrEnum]) -> None:
    """F1: a list is closed, and said in words."""
    assert list(codes) == list(expected)
    assert all(codes.values())
    assert len(set(codes.values())) == len(codes)


def test_the_codes_are_those_of_the_facts() -> None:
    """Sections 12.2 to 12.4."""
    assert list(ErrorCode) == ["1", "2", "3", "4", "5", "6", "98", "99"]
    assert list(IReqCode) == [*map(str, range(50, 59)), "98", "99"]
    assert "".join(Enrolled) == "YNU"
    assert "".join(Status) == "YNUA"
    assert "".join(CavvAlgorithm) == "0123"
    assert "".join(DeviceCategory) == "01"
    assert "".join(RangeAction) == "AD"


FORMATS = {
    Format.TEXT: (["a", "日本", "\U0001f600", " ", "\x85"], ["\n", "\t", "\x7f", "\ufffe", "a\x00"]),
    Format.ASCII: (["a", " ~!"], ["é", "\n", "\x7f", "日"]),
    Format.TOKEN: (["a:b-1", "!$%&()~"], ["a b", "#", '"', "'", "é", "\x7f", "\n"]),
    Format.DIGITS: (["0", "0123456789"], ["a", "٣", "1 ", "-1", "+1", "1\n"]),
    Format.TWENTY_BYTES: (
        ["A" * 27 + "=", "+/az09AZ" * 3 + "+/8="],
        ["A" * 28, "A" * 26 + "==", "A" * 26 + "B=", "A" * 27 + "=\n", "-" + "A" * 26 + "="],
    ),
    Format.DATE: (["20240229", "19991231"], ["20230229", "20231301", "20230431", "2023012"]),
    Format.MOMENT: (
        ["20240229 23:59:59", "20240101 00:00:00"],
        ["20240101 24:00:00", "20240101 00:60:00", "20240101 00:00:60", "20240101T00:00:00",
         "20230229 00:00:00", "2024010100:00:00"],
    ),
    Format.MONTH: (["2712", "0001"], ["2713", "2700", "271", "27 1"]),
    Format.MASKED_PAN: (["00001234", "01234"], ["1234", "10000", "x0001234"]),
    Format.URL: (
        ["https://acs.example/a?b=c", "http://localhost:8080/", "http://bank.localhost"],
        ["http://acs.example", "javascript:alert(1)", "https://a@b", "//acs.example", "https://"],
    ),
    Format.WEB_URL: (
        ["http://shop.example", "https://shop.example/?a=b"],
        ["ftp://shop.example", "javascript:alert(1)", "shop.example", "http://a b", "http://<a>"],
    ),
    Format.VERSION: (["1.0.2", "10.20.30"], ["1.0", "1.0.2.3", "a.b.c", "1.0.٣", "100.0.0"]),
    Format.XML: (["", "<a/>\n"], []),
}  # fmt: skip


@pytest.mark.parametrize("format", Format)
def test_a_format_takes_what_it_says(format: Format) -> None:
    """F1: every edge of every format."""
    good, bad = FORMATS[format]
    one = element("x", format=format, size=(0, 99))
    assert [text for text in good if not one.fits(text)] == []
    assert [text for text in bad if one.fits(text)] == []
    assert format.value in one.rule


def test_a_length_is_counted_in_characters() -> None:
    """Both bounds belong to it."""
    one = element("x", size=(2, 3))
    assert [one.fits("é" * count) for count in range(5)] == [False, False, True, True, False]
    assert one.rule == "text without control characters, 2 to 3 characters"
    assert element("x", size=(1, 1)).rule == "text without control characters, 1 character"
    assert element("x", size=(2, 2)).rule == "text without control characters, 2 characters"
    coded = element("x", codes={"A": "a", "long code": "b"}, size=(1, 1))
    assert coded.fits("long code")
    assert not coded.fits("B")
    assert coded.rule == "one of A, long code"


def test_a_condition_decides_only_on_a_value_that_can_be() -> None:
    """Where the other element is missing or wrong, that one is the fault, and nothing follows."""
    condition = Condition(path="TX/status", values=("Y", "A"), codes=STATUS_MEANINGS)
    assert [condition.decide(each) for each in ("Y", "A", "N", "X", "", None)] == [
        True, True, False, None, None, None,
    ]  # fmt: skip
    assert condition.text == "TX.status is Y or A"
    opposite = Condition(path="TX/status", values=("Y",), codes=STATUS_MEANINGS, negated=True)
    assert [opposite.decide(each) for each in ("Y", "N", "X")] == [False, True, None]
    assert opposite.text == "TX.status is not Y"


def test_one_code_is_told_with_all_its_names() -> None:
    """What must be mended first comes first; each name once, in the order found."""
    assert verdict([]) is None
    assert set(REPORTED_FIRST) == set(ErrorCode) - {
        ErrorCode.TRANSIENT_FAILURE, ErrorCode.PERMANENT_FAILURE,
    }  # fmt: skip
    found = [Finding(code, name, "") for code in reversed(REPORTED_FIRST) for name in "bab"]
    for code in REPORTED_FIRST:
        assert verdict(found) == (code, ("b", "a"))
        found = [each for each in found if each.code is not code]
    assert "".join(code.value for code in REPORTED_FIRST) == "126345"


def test_what_is_guessed_is_marked() -> None:
    """Section 12: lengths are of low confidence, but where a form fixes them."""
    rows = {row.name: row.element for row in children(MessageName.PAREQ, "Purchase")}
    assert rows["xid"].size_confidence is Confidence.MEDIUM
    assert rows["amount"].size_confidence is Confidence.LOW
    assert rows["amount"].confidence is Confidence.MEDIUM


def test_the_page_has_every_element_and_code() -> None:
    """F1: what stands in the reference is what happens."""
    page = threeds1_page()
    for name in MessageName:
        assert page.count(f"\n### {name.value}\n") == 1
        for row in rows_in(name):
            for inner in row.children:
                if inner.name and not inner.element.attribute:
                    assert f"\n| `{row.name}.{inner.name}` | " in page
    for code in (*ErrorCode, *IReqCode):
        assert f"\n| {code.value} | " in page
    for line in (
        (
            "| `TX.cavv` | C | Proof for the issuer's authorization; there exactly when TX.status is Y or A "
            "| base64 of 20 bytes, 28 characters | medium, medium |"
        ),
        (
            "| `protocol` | C* | Protocols of the ACS; there exactly when CH.enrolled is Y "
            "| `ThreeDSecure` 3-D Secure | medium |"
        ),
        (
            "| `@id` | R | What the signature refers to | printable ASCII without space, quote and number "
            "sign, 1 to 128 characters | low, low |"
        ),
        (
            "| `Extension (content)` | O | What the extension says | well-formed XML, 0 to 4096 characters "
            "| medium, low |"
        ),
        "| Y | Y | 05 | 02 | 02 | 05 | 05 | 05 | 05 | 05 | issuer |  |",
    ):
        assert f"\n{line}\n" in page
    assert rows_of(Extension)[1].element.codes
