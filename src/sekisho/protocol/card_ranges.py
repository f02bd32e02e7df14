"""Card ranges: which range a card number falls into, the same for whoever routes by them.

A number is matched against ranges of its own length, bounds included (protocol.md section 10).
"""

from bisect import bisect_right
from collections.abc import Callable, Iterable
from itertools import pairwise
from typing import Final, Generic, TypeVar

from sekisho.kernel.errors import TheyErred

Range = TypeVar("Range")

DIGITS_MIN: Final = 13
DIGITS_MAX: Final = 19


class BadRanges(TheyErred):
    """A set of card ranges that cannot be: malformed bounds, or two ranges that overlap."""


class RangeIndex(Generic[Range]):
    """Finds a card number's range in logarithmic time; immutable, so that it is swapped whole.

    Raises BadRanges when a bound is not 13 to 19 digits, the bounds of one range differ in
    length or order, or two ranges overlap.
    """

    def __init__(self, ranges: Iterable[Range], bounds: Callable[[Range], tuple[str, str]]) -> None:
        by_length: dict[int, list[tuple[str, str, Range]]] = {}
        for item in ranges:
            start, end = bounds(item)
            _check(start, end)
            by_length.setdefault(len(start), []).append((start, end, item))
        self._starts: dict[int, list[str]] = {}
        self._rows: dict[int, list[tuple[str, str, Range]]] = {}
        for length, rows in by_length.items():
            rows.sort(key=lambda row: row[0])
            for (_, end, _), (start, _, _) in pairwise(rows):
                if start <= end:
                    raise BadRanges(f"the card range that starts with {start} overlaps another")
            self._starts[length] = [row[0] for row in rows]
            self._rows[length] = rows

    def find(self, digits: str) -> Range | None:
        """Give the range that holds this card number; None when none does."""
        starts = self._starts.get(len(digits))
        if starts is None:
            return None
        at = bisect_right(starts, digits) - 1
        if at < 0:
            return None
        start, end, item = self._rows[len(digits)][at]
        return item if start <= digits <= end else None

    def __len__(self) -> int:
        return sum(len(rows) for rows in self._rows.values())


def _check(start: str, end: str) -> None:
    for bound in (start, end):
        if not (DIGITS_MIN <= len(bound) <= DIGITS_MAX and bound.isascii() and bound.isdigit()):
            raise BadRanges(f"{bound!r} is not a bound of 13 to 19 digits")
    if len(start) != len(end) or start > end:
        raise BadRanges(f"{start} to {end} is not a card range")
