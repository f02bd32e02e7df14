"""Known ranges as bytes: what was kept comes back, and nothing else is taken for it."""

import sys
from array import array

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sekisho.protocol import Version
from sekisho.protocol.card_ranges import AcsVersion, BadRanges, DsUrl, KnownRanges, RangeAttributes
from sekisho.protocol.card_ranges.stored import ROW_OCTETS, SIGNATURE, from_bytes, to_bytes
from tests.unit.protocol.card_ranges.naive import digits_of, known, seen

RICH = KnownRanges.of(
    [
        (
            digits_of(length, 10 * place),
            digits_of(length, 10 * place + 9),
            RangeAttributes(
                acs=(
                    AcsVersion(
                        version=Version.V231,
                        method_url=f"https://acs{place}.example",
                        info=("01", "07"),
                        message_extensions=(("A000000802-004", "1.0"),),
                    ),
                ),
                ds_versions=(Version.V220, Version.V231),
                country="392" if place else None,
            ),
        )
        for length in (13, 19)
        for place in range(3)
    ],
    serial="17",
    ds_urls=(DsUrl(url="https://ds.example", country="392"), DsUrl(url="https://ds.example/2")),
)
BYTES = to_bytes(RICH)
COLUMNS = len(BYTES) - ROW_OCTETS * len(RICH)
"""Where the header ends."""


def spoilt(at: int, octets: bytes) -> bytes:
    return BYTES[:at] + octets + BYTES[at + len(octets) :]


def header(old: bytes, new: bytes) -> bytes:
    """Change the header, and its length with it."""
    body = BYTES[len(SIGNATURE) + 4 : COLUMNS]
    assert body.count(old) == 1
    body = body.replace(old, new)
    return SIGNATURE + len(body).to_bytes(4, "big") + body + BYTES[COLUMNS:]


def test_everything_that_was_kept_comes_back() -> None:
    """F1: ranges, attributes, serial number, other addresses; and so it can be updated further."""
    again = from_bytes(BYTES)
    assert list(again) == list(RICH)
    assert (again.serial, again.ds_urls, again.attributes) == (
        RICH.serial,
        RICH.ds_urls,
        RICH.attributes,
    )
    assert again.find(digits_of(19, 15)) == RICH.find(digits_of(19, 15)) is not None


def test_a_range_takes_twenty_octets() -> None:
    """F1: a million of them 20 MB."""
    more = known(*((digits_of(13, each),) * 2 + (None,) for each in range(100)))
    fewer = known(*((digits_of(13, each),) * 2 + (None,) for each in range(10)))
    assert len(to_bytes(more)) - len(to_bytes(fewer)) == 90 * ROW_OCTETS + len("0")


def test_nothing_can_be_kept_as_well() -> None:
    """F1: a first start."""
    again = from_bytes(to_bytes(KnownRanges()))
    assert (seen(again), again.serial) == ([], None)


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"", "no kept card ranges"),
        (SIGNATURE + b"\0\0\0", "no kept card ranges"),
        (SIGNATURE.replace(b"1", b"2") + BYTES[len(SIGNATURE) :], "no kept card ranges"),
        (SIGNATURE + b"\0\0\0\2{}", "no header"),
        (SIGNATURE + b"\0\0\0\4null", "no header"),
        (SIGNATURE + b"\xff\xff\xff\xff" + b"[" * 100_000, "no header"),
        (header(b'"serial":"17"', b'"serial":"17","x":1'), "no header"),
        (header(b'"serial":"17"', b'"serial":17'), "no header"),
        (header(sys.byteorder.encode(), b"middle"), "byte order"),
        (BYTES[:-1], "not whole"),
        (BYTES + b"\0", "not whole"),
        (header(b"[[13,3],[19,3]]", b"[[13,4],[19,3]]"), "not whole"),
        (header(b"[[13,3],[19,3]]", b"[[13,-3],[19,9]]"), "no length"),
        (header(b"[[13,3],[19,3]]", b"[[13,0],[19,6]]"), "no length"),
        (header(b"[[13,3],[19,3]]", b"[[12,3],[19,3]]"), "no length"),
        (header(b"[[13,3],[19,3]]", b"[[13,3],[20,3]]"), "no length"),
        (header(b"[[13,3],[19,3]]", b"[[19,3],[13,3]]"), "not in order"),
        (header(b"[[13,3],[19,3]]", b"[[13,3],[13,3]]"), "not in order"),
        (spoilt(COLUMNS, b"\xff" * 8), "bounds that cannot be"),
        (spoilt(COLUMNS + 40, array("Q", [10**13]).tobytes()), "bounds that cannot be"),
        (spoilt(COLUMNS + 8, array("Q", [8]).tobytes()), "overlap"),
        (spoilt(COLUMNS + 8, array("Q", [9]).tobytes()), "overlap"),
        (spoilt(COLUMNS + 48, array("I", [3]).tobytes()), "attributes that are not there"),
    ],
)
def test_what_cannot_have_been_kept_is_refused(data: bytes, why: str) -> None:
    """F1: a damaged store is found out at the start, not by a card that finds no issuer."""
    with pytest.raises(BadRanges, match=why):
        from_bytes(data)


def test_the_largest_number_of_a_length_is_kept() -> None:
    """F1: the bound of all bounds is right."""
    table = known(("9" * 13, "9" * 13, None))
    assert seen(from_bytes(to_bytes(table))) == [("9" * 13, "9" * 13, None)]


@given(st.binary(max_size=200), st.integers(0, len(BYTES)), st.integers(0, 40))
def test_no_bytes_raise_anything_but_bad_ranges(noise: bytes, at: int, skip: int) -> None:
    """F1: whatever the bytes, ranges or one error type; and the ranges are sound."""
    for data in (noise, SIGNATURE + noise, BYTES[:at] + noise + BYTES[at + skip :]):
        try:
            table = from_bytes(data)
        except BadRanges:
            continue
        rows = list(table)
        assert all(one.start <= one.end for one in rows)
