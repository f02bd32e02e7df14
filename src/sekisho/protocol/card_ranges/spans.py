"""Spans: the card ranges of one length as sorted arrays, searched and edited at the speed of C.

Eight octets for each bound and four for the owner: a million ranges fit into 20 MB. A number of 19
digits fits into 64 bits.
"""

from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from heapq import merge
from itertools import islice
from operator import ge
from typing import Final, TypeAlias

from sekisho.kernel.errors import TheyErred

DIGITS_MIN: Final = 13
DIGITS_MAX: Final = 19
NOWHERE: Final = -1
"""The position of what is not there."""

NAMED_MAX: Final = 50
"""How many overlapping ranges are named: as many as fit into errorDetail."""

SORTED_AT_ONCE: Final = 50_000
"""A sort holds the interpreter: a few hundred thousand ranges at once would stop every request."""


class BadRanges(TheyErred):
    """A set of card ranges that cannot be: malformed bounds, or two ranges that overlap."""


class Overlapping(BadRanges):
    """Ranges that share numbers; `names` lists them, each as "start-end"."""

    def __init__(self, names: Sequence[str]) -> None:
        self.names = tuple(names)
        super().__init__(f"card ranges overlap: {', '.join(self.names)}")


def numbers() -> "array[int]":
    """Make an empty array of card numbers."""
    return array("Q")


def places() -> "array[int]":
    """Make an empty array of positions in some other list."""
    return array("I")


@dataclass(frozen=True, slots=True, kw_only=True)
class Spans:
    """Ranges of card numbers of one length, in order and apart; never changed once made.

    `owners` tells for each range where in the keeper's list that stands which belongs to it.
    """

    digits: int
    starts: "array[int]" = field(default_factory=numbers)
    ends: "array[int]" = field(default_factory=numbers)
    owners: "array[int]" = field(default_factory=places)

    def __len__(self) -> int:
        return len(self.starts)

    def holding(self, number: int) -> int:
        """Give the position of the range that holds a number; NOWHERE when none does."""
        at = bisect_right(self.starts, number) - 1
        return at if at >= 0 and number <= self.ends[at] else NOWHERE

    def position(self, start: int, end: int) -> int:
        """Give the position of the range with exactly these bounds; NOWHERE when there is none."""
        at = bisect_left(self.starts, start)
        there = at < len(self) and self.starts[at] == start and self.ends[at] == end
        return at if there else NOWHERE

    def bounds(self, at: int) -> tuple[str, str]:
        """Write start and end of a range in digits."""
        return f"{self.starts[at]:0{self.digits}d}", f"{self.ends[at]:0{self.digits}d}"

    def name(self, at: int) -> str:
        """Write a range as error details name it."""
        return "-".join(self.bounds(at))

    def edited(
        self, owners: Mapping[int, int | None], added: Iterable[tuple[int, int, int]]
    ) -> "Spans":
        """Give the spans with new owners at some positions (None: gone), and with spans added.

        Costs a copy of the arrays and a search for each change. Raises Overlapping.
        """
        kept = self.owners[:]
        gone = []
        for at, owner in owners.items():
            if owner is None:
                gone.append(at)
            else:
                kept[at] = owner
        after = Spans(digits=self.digits)
        copied = 0
        for at, leave_out, span in sorted(self._cuts(gone, added)):
            after._extend(self, kept, copied, at)
            if not leave_out:
                after._append(*span)
            copied = at + leave_out
        after._extend(self, kept, copied, len(self))
        return after.checked()

    def owned(self, place: Mapping[int, int]) -> "Spans":
        """Give the same spans where every owner has another place."""
        return replace(self, owners=array("I", map(place.__getitem__, self.owners)))

    def checked(self) -> "Spans":
        """Give the spans back if they are apart and in order; raises Overlapping."""
        if any(map(ge, self.ends, islice(self.starts, 1, None))):
            raise Overlapping(list(islice(self._overlapping(), NAMED_MAX)))
        return self

    def sorted(self) -> "Spans":
        """Give the spans in the order of their starts."""
        if not any(map(ge, self.starts, islice(self.starts, 1, None))):
            return self
        start_of = self.starts.__getitem__
        parts = (
            sorted(range(low, min(low + SORTED_AT_ONCE, len(self))), key=start_of)
            for low in range(0, len(self), SORTED_AT_ONCE)
        )
        order = array("Q", merge(*parts, key=start_of))
        return Spans(
            digits=self.digits,
            starts=array("Q", map(self.starts.__getitem__, order)),
            ends=array("Q", map(self.ends.__getitem__, order)),
            owners=array("I", map(self.owners.__getitem__, order)),
        )

    def _cuts(
        self, gone: Iterable[int], added: Iterable[tuple[int, int, int]]
    ) -> Iterator[tuple[int, bool, tuple[int, int, int]]]:
        """Tell where the arrays are cut: to put a span in before, or to leave the one there out."""
        for at in gone:
            yield at, True, _NO_SPAN
        for span in added:
            yield bisect_left(self.starts, span[0]), False, span

    def _extend(self, other: "Spans", owners: "array[int]", low: int, high: int) -> None:
        self.starts.extend(other.starts[low:high])
        self.ends.extend(other.ends[low:high])
        self.owners.extend(owners[low:high])

    def _append(self, start: int, end: int, owner: int) -> None:
        self.starts.append(start)
        self.ends.append(end)
        self.owners.append(owner)

    def _overlapping(self) -> Iterator[str]:
        """Name every range that shares a number with another, once, in order."""
        furthest, named = 0, False
        for at in range(1, len(self)):
            if self.starts[at] > self.ends[furthest]:
                furthest, named = at, False
                continue
            if not named:
                yield self.name(furthest)
            yield self.name(at)
            named = True
            if self.ends[at] > self.ends[furthest]:
                furthest = at


_NO_SPAN: Final = (0, 0, 0)


def gathered(rows: Iterable[tuple[str, str, int]]) -> dict[int, Spans]:
    """Sort ranges by their length and their start; each row is start, end and owner.

    Raises BadRanges when a bound is not 13 to 19 digits, when the bounds of a range differ in
    length or order, and Overlapping when two ranges share a number.
    """
    drafts: dict[int, Spans] = {}
    # One look-up instead of three for each of a million rows.
    takers: dict[int, tuple[_Take, _Take, _Take]] = {}
    for start, end, owner in rows:
        digits = checked_digits(start, end)
        taker = takers.get(digits)
        if taker is None:
            draft = drafts[digits] = Spans(digits=digits)
            taker = draft.starts.append, draft.ends.append, draft.owners.append
            takers[digits] = taker
        take_start, take_end, take_owner = taker
        take_start(int(start))
        take_end(int(end))
        take_owner(owner)
    return {digits: drafts[digits].sorted().checked() for digits in sorted(drafts)}


_Take: TypeAlias = Callable[[int], None]


def checked_digits(start: str, end: str) -> int:
    """Give the length of a range's bounds; raises BadRanges unless they are bounds of a range."""
    digits = len(start)
    both = start + end
    if not (DIGITS_MIN <= digits <= DIGITS_MAX and both.isascii() and both.isdigit()):
        raise BadRanges("a bound of a card range is not 13 to 19 digits")
    # Texts of one length compare as their numbers do.
    if digits != len(end) or start > end:
        raise BadRanges(f"{start} to {end} is not a card range")
    return digits
