"""Version selection: the newest version that everybody speaks."""

from hypothesis import given
from hypothesis import strategies as st

from sekisho.protocol import Version
from sekisho.protocol.selection import highest_common, versions_between, versions_listed

V210, V220, V231 = Version


def test_the_newest_common_version_is_spoken() -> None:
    """F1: highest version common to 3DS Server, Directory Server, ACS (and SDK)."""
    assert highest_common(Version, (V210, V220), (V210, V220, V231)) is V220
    assert highest_common(Version, (V210,), (V220,)) is None
    assert highest_common() is None


@given(st.lists(st.sets(st.sampled_from(Version)), min_size=1, max_size=4))
def test_what_is_spoken_everybody_speaks(parties: list[set[Version]]) -> None:
    """F1: and nobody on the road speaks a newer one that all the others do, too."""
    common = set.intersection(*parties)
    assert highest_common(*parties) == (max(common) if common else None)


def test_an_end_newer_than_ours_is_no_error() -> None:
    """F1: a range may reach beyond what we know; numbers compare as numbers."""
    assert versions_between("2.1.0", "2.10.0") == tuple(Version)
    assert versions_between("2.2.0", "2.2.0") == (V220,)
    assert versions_between("1.0.2", "2.0.1") == ()
    assert versions_listed(["2.4.0", "2.3.1"]) == (V231,)
