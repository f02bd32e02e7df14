"""Card ranges as nobody would keep them: a list, looked through from the start. What tests hold
the quick ones against."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from hypothesis import strategies as st

from sekisho.protocol import Component, Json, Message, Version, parse
from sekisho.protocol.card_ranges import AcsVersion, KnownRanges, RangeAttributes
from sekisho.testkit import samples
from sekisho.testkit.samples import wire

V210, V220, V231 = Version

Bounds = tuple[str, str]


class Impossible(Exception):
    """An action that cannot be carried out (206)."""


class Overlap(Exception):
    """Ranges that share a number (205)."""


@dataclass
class Naive:
    """Ranges in a list; every question goes through all of them."""

    rows: list[tuple[str, str, str]] = field(default_factory=list)
    """Start, end and country."""

    def find(self, digits: str) -> tuple[str, str, str] | None:
        for start, end, country in self.rows:
            if len(start) == len(digits) and start <= digits <= end:
                return start, end, country
        return None

    def take(self, action: str, bounds: Bounds, country: str) -> None:
        there = [row for row in self.rows if row[:2] == bounds]
        if bool(there) is (action == "A"):
            raise Impossible
        self.rows = [row for row in self.rows if row[:2] != bounds]
        if action != "D":
            self.rows.append((*bounds, country))

    def check(self) -> None:
        for one in self.rows:
            for other in self.rows:
                apart = len(one[0]) != len(other[0]) or one[1] < other[0] or other[1] < one[0]
                if one is not other and not apart:
                    raise Overlap

    def __iter__(self) -> Iterator[tuple[str, str, str]]:
        return iter(sorted(self.rows, key=lambda row: (len(row[0]), row[0])))


def attributes(country: str | None = None, *, version: Version = V231) -> RangeAttributes:
    """Give attributes that differ by the country alone."""
    return RangeAttributes(
        acs=(AcsVersion(version=version, method_url="https://acs.example/m", info=("01",)),),
        ds_versions=(V220, V231),
        country=country,
    )


def known(*rows: tuple[str, str, str | None], serial: str | None = "1") -> KnownRanges:
    """Know these ranges."""
    return KnownRanges.of(
        ((start, end, attributes(country)) for start, end, country in rows), serial=serial
    )


def seen(ranges: KnownRanges) -> list[tuple[str, str, str | None]]:
    """Give the ranges as rows."""
    return [(each.start, each.end, each.country) for each in ranges]


def item(
    start: str, end: str, action: str | None = None, country: str | None = None
) -> dict[str, Json]:
    """Give one item of 2.3.1 with one range."""
    row = samples.card_range(V231, start, end)
    return samples.changed(row, {"actionInd": action, "issuerCountryCode": country})


def pres(*items: dict[str, Json], version: Version = V231, **changes: Json) -> Message:
    """Give a PRes with these items, as it is received."""
    rows: list[Json] = list(items)
    members = samples.pres(version, **{"cardRangeData": rows or None, **changes})
    return parse(wire(members), receiver=Component.SERVER)


COUNTRIES = ("392", "840", "056")


def digits_of(length: int, number: int) -> str:
    """Write a number with leading zeros."""
    return f"{number:0{length}d}"


@st.composite
def bounds(draw: st.DrawFn, *, most: int = 60) -> Bounds:
    """Give a short range among few numbers, so that ranges meet, of one of three lengths."""
    length = draw(st.sampled_from((13, 16, 19)))
    low = draw(st.integers(0, most))
    return digits_of(length, low), digits_of(length, low + draw(st.integers(0, 6)))
