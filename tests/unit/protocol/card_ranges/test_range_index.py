"""Card ranges: a number falls into the one range that holds it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sekisho.protocol.card_ranges import BadRanges, RangeIndex

Pair = tuple[str, str]


def index(*ranges: Pair) -> RangeIndex[Pair]:
    return RangeIndex(ranges, bounds=lambda pair: pair)


VISA = ("4111110000000000", "4111119999999999")
LONG = ("4111110000000000000", "4111119999999999999")


def test_both_bounds_belong_to_the_range() -> None:
    """The protocol's ranges are inclusive (F1)."""
    table = index(VISA)
    assert table.find(VISA[0]) == VISA
    assert table.find(VISA[1]) == VISA
    assert table.find("4111120000000000") is None
    assert table.find("4111109999999999") is None


def test_a_number_is_matched_on_its_own_length() -> None:
    """A 19-digit card is not in a 16-digit range that it begins like."""
    table = index(VISA, LONG)
    assert table.find("4111115555555555555") == LONG
    assert table.find("41111155555555555") is None
    assert len(table) == 2


@pytest.mark.parametrize(
    "ranges",
    [
        [("4111119999999999", "4111110000000000")],
        [("411111", "411112")],
        [("41111100000000", "4111119999999999")],
        [("411111000000000x", "4111119999999999")],
        [("４111110000000000", "4111119999999999")],
        [VISA, ("4111119999999999", "4111129999999999")],
        [VISA, VISA],
    ],
)
def test_a_set_that_cannot_be_is_refused(ranges: list[Pair]) -> None:
    """A card must never have two issuers (errors 203 and 205)."""
    with pytest.raises(BadRanges):
        index(*ranges)


@given(
    st.lists(st.integers(0, 10**16 - 1), min_size=2, max_size=30, unique=True),
    st.integers(0, 10**16 - 1),
)
def test_the_index_agrees_with_a_plain_search(bounds: list[int], number: int) -> None:
    """Fast and slow look-up always give the same range."""
    edges = [f"{bound:016d}" for bound in sorted(bounds)]
    ranges = list(zip(edges[::2], edges[1::2], strict=False))
    table = index(*ranges)
    for digits in (f"{number:016d}", *edges):
        plain = next((pair for pair in ranges if pair[0] <= digits <= pair[1]), None)
        assert table.find(digits) == plain
