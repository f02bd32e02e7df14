"""The card range cache: a CRRes is applied whole, or not at all."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sekisho.protocol.card_ranges import BadRanges
from sekisho.protocol.threeds1 import ErrorCode, IReqCode, MessageName, build
from sekisho.protocol.threeds1.answers import unusable_crreq
from sekisho.protocol.threeds1.range_cache import RangeCache, updated
from sekisho.protocol.threeds1.records import IReq
from tests.unit.protocol.threeds1.material import CRREQ, crres, fault_of

A = ("4000000000000000", "4000009999999999")
B = ("4100000000000000", "4100009999999999")
C = ("410000000000000", "410000999999999")
EMPTY = RangeCache()
KNOWN = RangeCache(ranges=dict([A, B]), serial_number="1")


def add(*ranges: tuple[str, str]) -> list[tuple[str, str, str]]:
    return [(*each, "A") for each in ranges]


def delete(*ranges: tuple[str, str]) -> list[tuple[str, str, str]]:
    return [(*each, "D") for each in ranges]


def test_the_first_answer_is_everything() -> None:
    """Section 12.1."""
    cache = updated(EMPTY, crres(*add(A, B, C)), whole=True)
    assert cache == RangeCache(ranges=dict([A, B, C]), serial_number="2")
    assert cache.holds("4000001234567890")
    assert cache.holds(B[0])
    assert cache.holds(B[1])
    assert cache.holds("410000123456789")
    assert not cache.holds("4200000000000000")
    assert not EMPTY.holds("4000001234567890")


def test_a_whole_answer_replaces_what_was_known() -> None:
    """And its serial number, which may be missing."""
    assert updated(KNOWN, crres(*add(C)), whole=True).ranges == dict([C])
    assert updated(KNOWN, crres(*add(C), serial=None), whole=True).serial_number is None


def test_a_later_answer_tells_what_has_changed() -> None:
    """A serial number that is missing then means that it did not change."""
    cache = updated(KNOWN, crres(*delete(A), *add(C)), whole=False)
    assert cache == RangeCache(ranges=dict([B, C]), serial_number="2")
    assert dict(KNOWN.ranges) == dict([A, B])
    assert updated(KNOWN, crres(serial=None), whole=False) == KNOWN


def test_a_range_may_change_by_delete_and_add() -> None:
    """In the order of the message."""
    longer = (A[0], "4000019999999999")
    cache = updated(KNOWN, crres(*delete(A), *add(longer)), whole=False)
    assert cache.ranges == dict([longer, B])


@pytest.mark.parametrize(
    ("changes", "whole", "reason"),
    [
        (add(A), False, "a range is added that is there"),
        (add(A, A), True, "a range is added that is there"),
        (add(("4000000000000000", "4000000000000001")), False, "a range is added that is there"),
        (delete(C), False, "a range is deleted that is not there"),
        (delete(A), True, "a range is deleted that is not there"),
        (delete((A[0], B[1])), False, "a range is deleted that is not there"),
        (add(("4000005000000000", B[0])), False, "ranges overlap, or bounds do not fit"),
        (add((B[1], B[0])), True, "ranges overlap, or bounds do not fit"),
        (add((C[0], B[1])), True, "ranges overlap, or bounds do not fit"),
    ],
)
def test_an_impossible_answer_changes_nothing(
    changes: list[tuple[str, str, str]], whole: bool, reason: str
) -> None:
    """F6: whoever tells half a truth is asked again for all of it."""
    fault = fault_of(lambda: updated(KNOWN, crres(*changes), whole=whole))
    assert (fault.error_code, fault.elements) == (ErrorCode.FORMAT_INVALID, ("CR",))
    assert fault.reason == reason
    assert (fault.message_id, fault.message_name) == ("c1", MessageName.CRRES)
    assert KNOWN.ranges == dict([A, B])


def test_a_refusal_changes_no_range() -> None:
    """57 makes the next CRReq ask for everything; any other asks again from where we are."""
    unknown = unusable_crreq(CRREQ, IReq(i_req_code=IReqCode.SERIAL_NUMBER_INVALID))
    assert updated(KNOWN, unknown, whole=False) == replace(KNOWN, serial_number=None)
    busy = unusable_crreq(CRREQ, IReq(i_req_code=IReqCode.TRANSIENT_FAILURE))
    assert updated(KNOWN, busy, whole=False) == KNOWN
    with_ranges = build("c1", replace(busy.body, card_ranges=crres(*add(C)).body.card_ranges))
    assert updated(KNOWN, with_ranges, whole=True) == KNOWN


def test_a_cache_of_overlapping_ranges_cannot_be_made() -> None:
    """It would answer by chance."""
    with pytest.raises(BadRanges):
        RangeCache(ranges=dict([A, ("4000000000000001", B[1])]))


@given(st.lists(st.integers(0, 9), unique=True), st.lists(st.integers(0, 9), unique=True))
def test_changes_lead_where_the_whole_would(before: list[int], after: list[int]) -> None:
    """Whoever follows the changes knows what whoever asks for everything is told."""
    spans = {n: (f"4{n}00000000000000", f"4{n}99999999999999") for n in range(10)}
    known = updated(EMPTY, crres(*add(*(spans[n] for n in before))), whole=True)
    gone = delete(*(spans[n] for n in before if n not in after))
    new = add(*(spans[n] for n in after if n not in before))
    whole = updated(EMPTY, crres(*add(*(spans[n] for n in after))), whole=True)
    assert updated(known, crres(*gone, *new), whole=False) == whole
