"""Version selection and what a PRes does to the ranges it is made from."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sekisho.protocol import Component, Json, Message, ProtocolFault, Version, parse
from sekisho.protocol.card_range_updates import KnownRanges, updated
from sekisho.protocol.selection import highest_common, versions_between, versions_listed
from sekisho.testkit import samples
from sekisho.testkit.samples import wire

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


def pres(*items: dict[str, Json], version: Version = V231, **changes: Json) -> Message:
    rows: list[Json] = list(items)
    members = samples.pres(version, cardRangeData=rows or None, **changes)
    return parse(wire(members), receiver=Component.SERVER)


def item(start: str, end: str, action: str = "A", version: Version = V231) -> dict[str, Json]:
    return samples.card_range(version, start * 16, end * 16, action=action)


def fault(known: KnownRanges, message: Message, *, whole: bool = False) -> tuple[str, str]:
    with pytest.raises(ProtocolFault) as caught:
        updated(known, message, whole=whole)
    assert caught.value.ids["threeDSServerTransID"] == samples.SERVER_ID
    return caught.value.error_code.value, caught.value.error_detail


def test_a_full_answer_replaces_everything() -> None:
    """F1: actionInd is ignored when the PReq had no serial number."""
    old = updated(KnownRanges(), pres(item("1", "2")), whole=True)
    new = updated(old, pres(item("3", "4", "D"), serialNum="2"), whole=True)
    assert [(each.start[0], each.end[0]) for each in new.ranges] == [("3", "4")]
    assert new.serial == "2"
    assert old.find("1" * 16) is not None
    assert new.find("1" * 16) is None


def test_a_partial_answer_adds_deletes_and_modifies() -> None:
    """F1: item by item; what is not named stays."""
    known = updated(KnownRanges(), pres(item("1", "2"), item("3", "4")), whole=True)
    changed = item("3", "4", "M")
    changed["issuerCountryCode"] = "392"
    after = updated(known, pres(item("1", "2", "D"), changed, item("5", "6")), whole=False)
    assert [each.start[0] for each in after.ranges] == ["3", "5"]
    found = after.find("3" * 16)
    assert found is not None
    assert found.country == "392"


def test_no_news_change_nothing() -> None:
    """F1: an unchanged serial number and no ranges."""
    known = updated(KnownRanges(), pres(item("1", "2")), whole=True)
    assert updated(known, pres(), whole=False).ranges == known.ranges


def test_the_last_item_may_be_the_first_to_apply() -> None:
    """F1: readOrder 02 reads from the end."""
    known = updated(KnownRanges(), pres(item("1", "2")), whole=True)
    swap = (item("1", "2"), item("1", "2", "D"))
    assert updated(known, pres(*swap, readOrder="02"), whole=False).ranges
    assert fault(known, pres(*swap)) == ("206", f"{'1' * 16}-{'2' * 16},A")


def test_actions_on_ranges_that_are_not_there_are_refused() -> None:
    """F1: 206; before 2.3.1 there is only 203."""
    assert fault(KnownRanges(), pres(item("1", "2", "D")))[0] == "206"
    assert fault(KnownRanges(), pres(item("1", "2", "M")))[0] == "206"
    old = pres(item("1", "2", "D", V220), version=V220)
    assert fault(KnownRanges(), old) == ("203", "cardRangeData")


def test_overlapping_ranges_are_refused() -> None:
    """F1: 205, with both; and nothing of the answer is kept."""
    both = pres(item("1", "3"), item("2", "4"))
    expected = ("205", f"{'1' * 16}-{'3' * 16},{'2' * 16}-{'4' * 16}")
    assert fault(KnownRanges(), both, whole=True) == expected
    again = {**item("1", "3"), "issuerCountryCode": "392"}
    assert fault(KnownRanges(), pres(item("1", "3"), again), whole=True)[0] == "205"


def test_ranges_of_different_lengths_do_not_overlap() -> None:
    """F1: a number is matched against ranges of its own length."""
    longer = samples.card_range(V231, "1" * 19, "2" * 19)
    known = updated(KnownRanges(), pres(item("1", "2"), longer), whole=True)
    assert known.find("1" * 19) is not known.find("1" * 16)


def test_bounds_that_do_not_fit_are_refused() -> None:
    """F1: start after end, or of another length."""
    assert fault(KnownRanges(), pres(item("2", "1")))[0] == "203"
    uneven = samples.card_range(V231, "1" * 16, "2" * 17)
    assert fault(KnownRanges(), pres(uneven))[0] == "203"


def test_only_a_pres_updates_ranges() -> None:
    """F1: an Erro in its place is a fault, not an empty answer."""
    erro = parse(wire(samples.erro()), receiver=Component.SERVER)
    with pytest.raises(ProtocolFault):
        updated(KnownRanges(), erro, whole=True)


def test_a_range_tells_versions_and_method_for_each() -> None:
    """C4: 2.3.1 per version; 2.2.0 one URL for all of them."""
    new = updated(KnownRanges(), pres(item("1", "2")), whole=True).find("1" * 16)
    assert new is not None
    assert new.versions == (V220, V231)
    assert new.method_url(V220) == "https://acs.example/method"
    assert new.method_url(V231) is None
    assert new.method_url(V210) is None
    assert new.acs[1].info == ("01", "81")
    assert new.ds_versions == (V220, V231)
    old = updated(KnownRanges(), pres(item("1", "2", version=V220), version=V220), whole=True).find(
        "1" * 16
    )
    assert old is not None
    assert old.versions == old.ds_versions == (V210, V220)
    assert old.method_url(V210) == "https://acs.example/method"


def test_a_range_s_own_directory_versions_come_first() -> None:
    """F1: they override those of the message."""
    narrow = {**item("1", "2", version=V220), "dsStartProtocolVersion": "2.2.0"}
    found = updated(KnownRanges(), pres(narrow, version=V220), whole=True).find("1" * 16)
    assert found is not None
    assert found.ds_versions == (V220,)
    bare = {
        name: value for name, value in item("1", "2", version=V220).items() if name != "acsInfoInd"
    }
    found = updated(KnownRanges(), pres(bare, version=V220), whole=True).find("1" * 16)
    assert found is not None
    assert found.acs[0].info == ()


def test_a_method_url_must_be_safe() -> None:
    """F1: https, or http to this machine; a browser will be sent there."""
    for url in ("http://acs.example/method", "javascript:1", "data:text/html,x"):
        spoilt = {**item("1", "2", version=V220), "threeDSMethodURL": url}
        with pytest.raises(ProtocolFault) as caught:
            pres(spoilt, version=V220)
        assert caught.value.elements == ("cardRangeData.threeDSMethodURL",)
    local = {**item("1", "2", version=V220), "threeDSMethodURL": "http://bank.localhost:8080/m"}
    assert pres(local, version=V220)
