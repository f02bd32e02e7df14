"""An index over any records that have bounds: which of them holds a card number."""

from collections.abc import Callable, Iterable
from typing import Generic, TypeVar

from sekisho.protocol.card_ranges.spans import NOWHERE, gathered

Range = TypeVar("Range")


class RangeIndex(Generic[Range]):
    """Finds a card number's range in logarithmic time; immutable, so that it is swapped whole.

    Raises BadRanges when a bound is not 13 to 19 digits, the bounds of one range differ in
    length or order, or two ranges overlap.
    """

    def __init__(self, ranges: Iterable[Range], bounds: Callable[[Range], tuple[str, str]]) -> None:
        self._ranges = tuple(ranges)
        self._spans = gathered((*bounds(each), at) for at, each in enumerate(self._ranges))

    def find(self, digits: str) -> Range | None:
        """Give the range that holds this card number; None when none does."""
        spans = self._spans.get(len(digits))
        # int() reads more than digits: signs, spaces, underscores, the digits of other scripts.
        if spans is None or not (digits.isascii() and digits.isdigit()):
            return None
        at = spans.holding(int(digits))
        return None if at == NOWHERE else self._ranges[spans.owners[at]]

    def __len__(self) -> int:
        return len(self._ranges)
