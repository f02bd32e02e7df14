"""What a Directory Server told of its card ranges, as a value: looked up, iterated, swapped whole."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import TypeAlias

import msgspec

from sekisho.protocol.card_ranges.spans import NOWHERE, Spans, gathered
from sekisho.protocol.vocabulary import Version


class AcsVersion(msgspec.Struct, frozen=True, kw_only=True):
    """What the ACS of a range offers in one protocol version."""

    version: Version
    method_url: str | None = None
    info: tuple[str, ...] = ()
    """acsInfoInd: its features, by code."""
    message_extensions: tuple[tuple[str, str], ...] = ()
    """supportedMsgExt: id and version of each message extension that it understands."""


class RangeAttributes(msgspec.Struct, frozen=True, kw_only=True, cache_hash=True):
    """Everything that is said of a card range but its bounds; many ranges share one of these.

    A struct because its hash is kept: a million ranges ask for it.
    """

    acs: tuple[AcsVersion, ...]
    ds_versions: tuple[Version, ...]
    country: str | None = None
    """issuerCountryCode, where the Directory Server tells it."""


class DsUrl(msgspec.Struct, frozen=True, kw_only=True):
    """An address at which the Directory Server may be reached as well (dsUrlList)."""

    url: str
    country: str | None = None
    """Whom it is for; None: for everybody."""


class KnownRange(msgspec.Struct, frozen=True, gc=False):
    """One card range: the numbers from `start` to `end`, both included, and their ACS.

    A struct because it is made anew for each look-up, in a tenth of a microsecond.
    """

    first: int
    last: int
    digits: int
    """How many digits the numbers of the range have, leading zeros included."""
    attributes: RangeAttributes

    @property
    def start(self) -> str:
        """The first card number of the range."""
        return f"{self.first:0{self.digits}d}"

    @property
    def end(self) -> str:
        """The last card number of the range."""
        return f"{self.last:0{self.digits}d}"

    @property
    def acs(self) -> tuple[AcsVersion, ...]:
        """What the ACS offers, oldest version first."""
        return self.attributes.acs

    @property
    def versions(self) -> tuple[Version, ...]:
        """The versions of the ACS, oldest first."""
        return tuple(each.version for each in self.attributes.acs)

    @property
    def ds_versions(self) -> tuple[Version, ...]:
        """The versions that the Directory Server speaks for this range."""
        return self.attributes.ds_versions

    @property
    def country(self) -> str | None:
        """issuerCountryCode, where the Directory Server tells it."""
        return self.attributes.country

    def method_url(self, version: Version) -> str | None:
        """Give the 3DS Method URL for a version; None when there is none."""
        return next(
            (each.method_url for each in self.attributes.acs if each.version is version), None
        )


Row: TypeAlias = tuple[str, str, RangeAttributes]
"""Start, end and attributes of a range that is to be known."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class KnownRanges:
    """All ranges a Directory Server told of, and the serial number they stand for.

    A value that never changes: an update makes another one, and whoever still holds this one goes
    on finding what it held.
    """

    spans: Mapping[int, Spans] = field(default_factory=dict, repr=False)
    """The ranges of each length; the owner of each is its place in `attributes`."""
    attributes: tuple[RangeAttributes, ...] = field(default=(), repr=False)
    serial: str | None = None
    ds_urls: tuple[DsUrl, ...] = ()

    @classmethod
    def of(
        cls, rows: Iterable[Row], *, serial: str | None = None, ds_urls: Iterable[DsUrl] = ()
    ) -> "KnownRanges":
        """Know these ranges; raises BadRanges, and Overlapping when two share a number."""
        places = Places()
        spans = gathered((start, end, places.of(each)) for start, end, each in rows)
        return cls(spans=spans, attributes=places.listed(), serial=serial, ds_urls=tuple(ds_urls))

    def find(self, digits: str) -> KnownRange | None:
        """Give the range of a card number; None when it has none."""
        spans = self.spans.get(len(digits))
        # int() reads more than digits: signs, spaces, underscores, the digits of other scripts.
        if spans is None or not (digits.isascii() and digits.isdigit()):
            return None
        at = spans.holding(int(digits))
        return None if at == NOWHERE else self._range(spans, at)

    def urls_for(self, country: str | None) -> tuple[str, ...]:
        """Give the other addresses for a country, in order; those for everybody if it has none."""
        own = tuple(each.url for each in self.ds_urls if each.country == country)
        return own or tuple(each.url for each in self.ds_urls if each.country is None)

    def compact(self) -> "KnownRanges":
        """Give the same ranges without the attributes that no range has, once they are the most."""
        used = sorted(set().union(*(spans.owners for spans in self.spans.values())))
        if 2 * len(used) >= len(self.attributes):
            return self
        place = {old: new for new, old in enumerate(used)}
        return replace(
            self,
            spans={digits: spans.owned(place) for digits, spans in self.spans.items()},
            attributes=tuple(self.attributes[old] for old in used),
        )

    def __iter__(self) -> Iterator[KnownRange]:
        for spans in self.spans.values():
            for at in range(len(spans)):
                yield self._range(spans, at)

    def __len__(self) -> int:
        return sum(len(spans) for spans in self.spans.values())

    def _range(self, spans: Spans, at: int) -> KnownRange:
        return KnownRange(
            spans.starts[at], spans.ends[at], spans.digits, self.attributes[spans.owners[at]]
        )


class Places:
    """Numbers attributes by when they were first seen, so that like ones are kept once."""

    def __init__(self, known: Iterable[RangeAttributes] = ()) -> None:
        self._places = {each: at for at, each in enumerate(known)}

    def of(self, attributes: RangeAttributes) -> int:
        """Give the place of attributes in the list."""
        return self._places.setdefault(attributes, len(self._places))

    def listed(self) -> tuple[RangeAttributes, ...]:
        """Give all that were seen, each at its place."""
        return tuple(self._places)


@dataclass(frozen=True, slots=True, kw_only=True)
class Directories:
    """The ranges of several Directory Servers, by directoryServerID, the preferred ones first.

    A co-badged card is known to more than one; which road it takes is the requestor's choice
    (protocol facts, section 10), so all are told.
    """

    ranges: Mapping[str, KnownRanges]

    def find_all(self, digits: str) -> tuple[tuple[str, KnownRange], ...]:
        """Give each directory that knows the card number, with the range it has for it."""
        found = ((name, known.find(digits)) for name, known in self.ranges.items())
        return tuple((name, each) for name, each in found if each is not None)
