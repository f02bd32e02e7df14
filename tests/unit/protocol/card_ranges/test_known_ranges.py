"""Known ranges: a card number finds the range that holds it, and nothing else."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sekisho.protocol import Version
from sekisho.protocol.card_ranges import (
    AcsVersion,
    BadRanges,
    Directories,
    DsUrl,
    KnownRanges,
    Overlapping,
    RangeAttributes,
)
from sekisho.protocol.card_ranges.spans import NAMED_MAX
from tests.unit.protocol.card_ranges.naive import (
    COUNTRIES,
    Bounds,
    Naive,
    Overlap,
    attributes,
    bounds,
    digits_of,
    known,
    seen,
)

V210, V220, V231 = Version
LOW, HIGH = "4000000000000100", "4000000000000199"


@given(st.lists(st.tuples(bounds(), st.sampled_from(COUNTRIES)), max_size=12), st.data())
def test_the_index_answers_as_a_list_does(
    rows: list[tuple[Bounds, str]], data: st.DataObject
) -> None:
    """F1: whatever the ranges and their order, or both refuse them for overlapping."""
    naive = Naive([(*each, country) for each, country in rows])
    try:
        naive.check()
    except Overlap:
        with pytest.raises(Overlapping):
            known(*naive.rows)
        return
    table = known(*naive.rows)
    assert seen(table) == list(naive)
    assert len(table) == len(rows)
    for length in (12, 13, 14, 16, 19, 20):
        digits = digits_of(length, data.draw(st.integers(0, 70)))
        found, expected = table.find(digits), naive.find(digits)
        assert (found and (found.start, found.end, found.country)) == expected


def test_both_bounds_belong_to_the_range_and_their_neighbours_do_not() -> None:
    """F1: inclusive."""
    table = known((LOW, HIGH, "392"))
    assert table.find(LOW) == table.find(HIGH) is not None
    assert table.find("4000000000000099") is table.find("4000000000000200") is None


@pytest.mark.parametrize("length", range(13, 20))
def test_every_length_of_card_number_is_kept(length: int) -> None:
    """F1: 13 to 19 digits, each matched on its own length; the largest number fits."""
    table = known(("9" * length, "9" * length, "392"), ("0" * length, "0" * length, "840"))
    assert seen(table) == [("0" * length, "0" * length, "840"), ("9" * length, "9" * length, "392")]
    assert table.find("9" * length) is not None
    for other in (length - 1, length + 1):
        assert table.find("9" * other) is table.find("0" * other) is None


@pytest.mark.parametrize(
    "text",
    ["", "+400000000000010", "4_00000000000010", " 40000000000010 ", "٤" * 16, "²" * 16, "x" * 16],
)
def test_what_is_no_card_number_is_in_no_range(text: str) -> None:
    """F1: although Python would read some of these as numbers."""
    assert known(("0" * 16, "9" * 16, None)).find(text) is None


@pytest.mark.parametrize(
    ("start", "end"),
    [
        (HIGH, LOW),
        ("4" * 12, "5" * 12),
        ("4" * 20, "5" * 20),
        ("4" * 13, "4" * 14),
        ("4" * 15 + "x", "5" * 16),
        ("4" * 16, "٥" * 16),
        ("", ""),
    ],
)
def test_bounds_that_cannot_be_are_refused(start: str, end: str) -> None:
    """F1: not digits, not 13 to 19 of them, of two lengths, or the wrong way round."""
    with pytest.raises(BadRanges) as caught:
        known((start, end, None))
    assert not isinstance(caught.value, Overlapping)


def test_every_overlapping_range_is_named_once_in_order() -> None:
    """F1: 205 names them; neighbours that only touch them are not accused."""
    first, second, third = ("0" * 15 + each for each in "159")
    rows = [
        (third, third, None),
        (first, second, None),
        ("0" * 15 + "3", "0" * 15 + "3", None),
        ("0" * 15 + "5", "0" * 15 + "7", None),
    ]
    with pytest.raises(Overlapping) as caught:
        known(*rows)
    assert caught.value.names == (
        "0000000000000001-0000000000000005",
        "0000000000000003-0000000000000003",
        "0000000000000005-0000000000000007",
    )
    assert str(caught.value).startswith("card ranges overlap: 0000000000000001-")


def test_two_heaps_of_overlapping_ranges_are_both_named() -> None:
    """F1: the one that lies between them is not."""
    spots = [(1, 2), (2, 3), (3, 4), (6, 6), (8, 8), (8, 9)]
    with pytest.raises(Overlapping) as caught:
        known(*((digits_of(13, low), digits_of(13, high), None) for low, high in spots))
    assert [name[12] + name[-1] for name in caught.value.names] == ["12", "23", "34", "88", "89"]


def test_no_endless_list_of_overlapping_ranges_is_made() -> None:
    """F1: errorDetail would not hold it."""
    with pytest.raises(Overlapping) as caught:
        known(*(("0" * 13, "9" * 13, None) for _ in range(NAMED_MAX + 5)))
    assert len(caught.value.names) == NAMED_MAX


def test_like_attributes_are_kept_once() -> None:
    """F1: a million ranges share a few hundred of them."""
    rows = [(digits_of(13, number), COUNTRIES[number % 2]) for number in range(10)]
    table = known(*((number, number, country) for number, country in rows))
    assert table.attributes == (attributes("392"), attributes("840"))
    one, other = table.find(rows[0][0]), table.find(rows[2][0])
    assert one is not None
    assert other is not None
    assert one.attributes is other.attributes


def test_a_range_speaks_for_its_attributes() -> None:
    """C4: versions, 3DS Method, Directory Server versions, country."""
    told = RangeAttributes(
        acs=(
            AcsVersion(version=V220, method_url="https://acs.example/m"),
            AcsVersion(version=V231, info=("07",), message_extensions=(("A000000802-004", "1.0"),)),
        ),
        ds_versions=(V231,),
        country="392",
    )
    found = KnownRanges.of([(LOW, HIGH, told)]).find(LOW)
    assert found is not None
    assert (found.versions, found.ds_versions, found.country) == ((V220, V231), (V231,), "392")
    assert found.acs is told.acs
    assert found.method_url(V220) == "https://acs.example/m"
    assert found.method_url(V231) is found.method_url(V210) is None


def test_several_directories_may_know_one_card() -> None:
    """F1: a co-badged card; the requestor chooses, in its own order of preference."""
    national = known((LOW, LOW, "056"))
    world = known((LOW, HIGH, "840"))
    both = Directories(ranges={"A000000042": national, "A000000003": world})
    assert [name for name, _ in both.find_all(LOW)] == ["A000000042", "A000000003"]
    assert [(name, each.country) for name, each in both.find_all(HIGH)] == [("A000000003", "840")]
    assert both.find_all("5" * 16) == ()


def test_other_addresses_are_kept_by_country() -> None:
    """F1: dsUrlList; those without a country are for everybody who has none of their own."""
    urls = (
        DsUrl(url="https://a.example", country="392"),
        DsUrl(url="https://b.example"),
        DsUrl(url="https://c.example", country="392"),
        DsUrl(url="https://d.example"),
    )
    table = KnownRanges(ds_urls=urls)
    assert table.urls_for("392") == ("https://a.example", "https://c.example")
    assert (
        table.urls_for("840") == table.urls_for(None) == ("https://b.example", "https://d.example")
    )
    assert KnownRanges().urls_for("392") == ()


def test_nothing_is_known_at_first() -> None:
    """F1: no range, no serial number."""
    assert KnownRanges().find(LOW) is None
    assert KnownRanges().serial is None
    assert list(KnownRanges()) == []
    assert len(KnownRanges()) == 0
