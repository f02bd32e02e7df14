"""Card ranges: which range a card number falls into, and what its issuer's side can do.

A number is matched against ranges of its own length, bounds included (protocol facts, section 10).

* `RangeIndex` finds any record by its bounds; `KnownRanges` holds what a Directory Server told, a
  million ranges in a few arrays; `Directories` asks several of them about one co-badged card.
* `card_range_updates` applies a PRes to `KnownRanges`; `whole_file` reads and writes the file that
  2.3.1 offers instead; `stored` keeps them as bytes between two runs.
* `cadence` says when which PReq may be sent.
"""

from sekisho.protocol.card_ranges.index import RangeIndex
from sekisho.protocol.card_ranges.known import (
    AcsVersion,
    Directories,
    DsUrl,
    KnownRange,
    KnownRanges,
    RangeAttributes,
)
from sekisho.protocol.card_ranges.spans import DIGITS_MAX, DIGITS_MIN, BadRanges, Overlapping

__all__ = [
    "DIGITS_MAX",
    "DIGITS_MIN",
    "AcsVersion",
    "BadRanges",
    "Directories",
    "DsUrl",
    "KnownRange",
    "KnownRanges",
    "Overlapping",
    "RangeAttributes",
    "RangeIndex",
]
