"""Version selection: the newest version that everybody on the road speaks."""

from collections.abc import Collection, Iterable

from sekisho.protocol.vocabulary import Version


def highest_common(*parties: Iterable[Version]) -> Version | None:
    """Give the newest version that every party speaks; None when there is none."""
    if not parties:
        return None
    common = set(Version).intersection(*(set(party) for party in parties))
    return max(common, default=None)


def versions_between(start: str, end: str) -> tuple[Version, ...]:
    """List our versions within a range of the 2.1/2.2 kind, ends included.

    An end newer than anything we know is no error: the range reaches at least as far as we do.
    """
    low, high = number_of(start), number_of(end)
    return tuple(version for version in Version if low <= number_of(version) <= high)


def versions_listed(names: Collection[str]) -> tuple[Version, ...]:
    """List our versions among those that are named, as 2.3.1 does it."""
    return tuple(version for version in Version if version.value in names)


def number_of(version: str) -> tuple[int, ...]:
    """Give a version as numbers that compare rightly ("2.10.0" is newer than "2.9.0")."""
    return tuple(int(part) for part in version.split("."))
