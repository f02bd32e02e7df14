"""What a PRes does to the ranges known so far, told beside a naive model of it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sekisho.protocol import Component, Json, Message, ProtocolFault, Version, parse
from sekisho.protocol.card_range_updates import changes, updated
from sekisho.protocol.card_ranges import DsUrl, KnownRanges
from sekisho.protocol.card_ranges.rows import RANGES_PER_ITEM_MAX, items_of
from sekisho.testkit import samples
from sekisho.testkit.samples import wire
from tests.unit.protocol.card_ranges.naive import (
    COUNTRIES,
    Bounds,
    Impossible,
    Naive,
    Overlap,
    bounds,
    digits_of,
    item,
    known,
    pres,
    seen,
)

V210, V220, V231 = Version
ONE, TWO, THREE, FOUR = (each * 16 for each in "1234")


def refused(known_so_far: KnownRanges, message: Message, *, whole: bool = False) -> ProtocolFault:
    before = seen(known_so_far)
    with pytest.raises(ProtocolFault) as caught:
        updated(known_so_far, message, whole=whole)
    assert caught.value.ids["threeDSServerTransID"] == samples.SERVER_ID
    assert seen(known_so_far) == before
    return caught.value


def told(fault: ProtocolFault) -> tuple[str, str]:
    return fault.error_code.value, fault.error_detail


Step = tuple[str, Bounds, str]
STEPS = st.lists(
    st.tuples(st.sampled_from("AADM"), bounds(most=20), st.sampled_from(COUNTRIES)), max_size=8
)
STARTS = st.lists(st.tuples(bounds(most=20), st.sampled_from(COUNTRIES)), max_size=6)


@given(STARTS, STEPS, st.data())
def test_a_delta_does_what_the_naive_model_does(
    start: list[tuple[Bounds, str]], steps: list[Step], data: st.DataObject
) -> None:
    """F1: add, delete and modify in either read order; or both refuse, for the same reason."""
    naive = Naive()
    for each, country in start:
        trial = Naive([*naive.rows, (*each, country)])
        try:
            trial.check()
        except Overlap:
            continue
        naive = trial
    # Among any actions few can be carried out: half of them are aimed at what is there.
    aimed = [
        (action, data.draw(st.sampled_from(naive.rows))[:2], country)
        if action != "A" and naive.rows and data.draw(st.booleans())
        else (action, each, country)
        for action, each, country in steps
    ]
    aimed = list(dict.fromkeys(aimed))  # an item that comes twice is a 204 before all this
    order = data.draw(st.sampled_from(("01", "02")))
    before = known(*naive.rows)
    written = aimed if order == "01" else aimed[::-1]
    message = pres(
        *(item(*each, action, country) for action, each, country in written), readOrder=order
    )
    try:
        for step in aimed:
            naive.take(*step)
        naive.check()
    except Impossible:
        assert told(refused(before, message))[0] == "206"
    except Overlap:
        assert told(refused(before, message))[0] == "205"
    else:
        assert seen(updated(before, message, whole=False)) == list(naive)


@given(STARTS, STARTS)
def test_the_words_for_a_change_make_it(
    one: list[tuple[Bounds, str]], other: list[tuple[Bounds, str]]
) -> None:
    """F1: what the Directory Server writes, the 3DS Server reads."""
    old, new = (_without_overlap(rows) for rows in (one, other))
    items = changes(old, new)
    after = updated(old, pres(*items, serialNum="2"), whole=False) if items else old
    assert list(after) == list(new)
    assert bool(items) is (list(old) != list(new))


def _without_overlap(rows: list[tuple[Bounds, str]]) -> KnownRanges:
    naive = Naive()
    for each, country in rows:
        trial = Naive([*naive.rows, (*each, country)])
        try:
            trial.check()
        except Overlap:
            continue
        naive = trial
    return known(*naive.rows)


def test_changes_are_worded_so_that_no_order_of_reading_matters_within_them() -> None:
    """F1: gone, come, changed; every item carries what the table requires."""
    old = known((ONE, ONE, "392"), (TWO, TWO, "392"), (FOUR, FOUR, "840"))
    new = known((TWO, TWO, "840"), (THREE, THREE, "392"), (FOUR, FOUR, "840"))
    items = changes(old, new)
    assert [(each["actionInd"], each["ranges"]) for each in items] == [
        ("D", [{"start": ONE, "end": ONE}]),
        ("A", [{"start": THREE, "end": THREE}]),
        ("M", [{"start": TWO, "end": TWO}]),
    ]
    assert items[0] == {
        "ranges": [{"start": ONE, "end": ONE}],
        "actionInd": "D",
        "issuerCountryCode": "392",
        "dsProtocolVersions": ["2.2.0", "2.3.1"],
        "acsProtocolVersions": [
            {
                "version": "2.3.1",
                "acsInfoInd": ["01"],
                "threeDSMethodURL": "https://acs.example/m",
            }
        ],
    }


def test_an_item_lists_no_more_ranges_than_it_may() -> None:
    """F1: five thousand; what is alike stands together."""
    table = known(
        *((digits_of(13, number),) * 2 + ("392",) for number in range(RANGES_PER_ITEM_MAX + 1)),
        ("4" * 16, "4" * 16, "840"),
    )
    items = list(items_of(((each.start, each.end), each.attributes) for each in table))
    counts = [len(listed) for each in items if isinstance(listed := each["ranges"], list)]
    assert counts == [RANGES_PER_ITEM_MAX, 1, 1]
    assert "actionInd" not in items[0]


def test_a_full_answer_replaces_everything() -> None:
    """F1: actionInd is ignored when the PReq had no serial number."""
    old = updated(KnownRanges(), pres(item(ONE, TWO)), whole=True)
    new = updated(old, pres(item(THREE, FOUR, "D"), serialNum="2"), whole=True)
    assert seen(new) == [(THREE, FOUR, None)]
    assert (old.serial, new.serial) == ("1", "2")
    assert old.find(ONE) is not None
    assert new.find(ONE) is None


def test_a_full_answer_may_come_in_any_order() -> None:
    """F1: no order is promised; neither is one of lengths."""
    message = pres(item(THREE, FOUR), item("1" * 19, "2" * 19), item(ONE, TWO))
    assert [row[:2] for row in seen(updated(KnownRanges(), message, whole=True))] == [
        (ONE, TWO),
        (THREE, FOUR),
        ("1" * 19, "2" * 19),
    ]


def test_an_empty_full_answer_is_refused() -> None:
    """F1: taking nothing for an answer would end all business."""
    assert told(refused(known((ONE, TWO, None)), pres(), whole=True)) == ("201", "cardRangeData")


def test_an_answer_without_news_changes_nothing() -> None:
    """F1: an unchanged serial number and no ranges."""
    before = known((ONE, TWO, "392"))
    after = updated(before, pres(), whole=False)
    assert (seen(after), after.serial) == (seen(before), "1")
    assert after.spans[16] is before.spans[16]


def test_a_serial_number_is_kept_until_there_is_another() -> None:
    """F1: 2.2.0 need not repeat it."""
    message = pres(version=V220, serialNum=None)
    assert updated(known((ONE, TWO, None), serial="7"), message, whole=False).serial == "7"
    assert updated(known((ONE, TWO, None)), pres(serialNum="8"), whole=False).serial == "8"


def test_who_looks_up_in_the_old_ranges_is_not_disturbed() -> None:
    """F1: an update is a new value; the ranges are swapped, never changed."""
    before = known((ONE, ONE, "392"), (TWO, TWO, "392"))
    message = pres(item(ONE, ONE, "M", "840"), item(TWO, TWO, "D"), item(THREE, THREE))
    after = updated(before, message, whole=False)
    assert seen(before) == [(ONE, ONE, "392"), (TWO, TWO, "392")]
    assert seen(after) == [(ONE, ONE, "840"), (THREE, THREE, None)]


def test_the_last_of_its_length_may_go() -> None:
    """F1: nothing of that length is found any more, and the length itself is forgotten."""
    after = updated(known((ONE, ONE, None)), pres(item(ONE, ONE, "D")), whole=False)
    assert (after.find(ONE), dict(after.spans)) == (None, {})


def test_the_first_of_a_length_may_come() -> None:
    """F1: in the order of lengths."""
    after = updated(known((ONE, ONE, None)), pres(item("1" * 13, "1" * 13)), whole=False)
    assert [row[0] for row in seen(after)] == ["1" * 13, ONE]


def test_the_last_item_may_be_the_first_to_apply() -> None:
    """F1: readOrder 02 reads from the end."""
    before = known((ONE, TWO, None))
    swap = (item(ONE, TWO, "A", "840"), item(ONE, TWO, "D"))
    after = updated(before, pres(*swap, readOrder="02"), whole=False)
    assert seen(after) == [(ONE, TWO, "840")]
    assert told(refused(before, pres(*swap))) == ("206", f"{ONE}-{TWO},A")


def test_a_bound_moves_in_either_order() -> None:
    """F1: overlap is judged when all items are applied."""
    before = known((ONE, TWO, None))
    for steps in (("A", "D"), ("D", "A")):
        rows = {"A": item(ONE, ONE, "A"), "D": item(ONE, TWO, "D")}
        after = updated(before, pres(*(rows[step] for step in steps)), whole=False)
        assert seen(after) == [(ONE, ONE, None)]


@pytest.mark.parametrize("action", ["D", "M"])
def test_actions_on_ranges_that_are_not_there_are_refused(action: str) -> None:
    """F1: 206; a part of a range is not that range."""
    before = known((ONE, THREE, None))
    for start, end in ((TWO, TWO), (ONE, TWO), (TWO, THREE), (FOUR, FOUR)):
        assert told(refused(before, pres(item(start, end, action)))) == (
            "206",
            f"{start}-{end},{action}",
        )


def test_what_was_deleted_is_not_there_any_more() -> None:
    """F1: item by item; a second deletion finds nothing."""
    gone = item(ONE, ONE, "D")
    assert told(refused(known((ONE, ONE, None)), pres(gone, item(ONE, ONE, "M"))))[0] == "206"
    twice = pres({**gone, "issuerCountryCode": "392"}, gone)
    assert told(refused(known((ONE, ONE, None)), twice))[0] == "206"


def test_what_comes_and_goes_in_one_answer_leaves_no_trace() -> None:
    """F1: and what goes and comes again is there with its new attributes."""
    before = known((ONE, ONE, "392"))
    fleeting = pres(item(TWO, TWO), item(TWO, TWO, "D"))
    assert seen(updated(before, fleeting, whole=False)) == seen(before)
    replaced = pres(item(ONE, ONE, "D"), item(ONE, ONE, "A", "840"))
    assert seen(updated(before, replaced, whole=False)) == [(ONE, ONE, "840")]


def test_before_2_3_1_there_is_only_203() -> None:
    """F1: 205 and 206 are younger; the element is named instead."""
    missing = pres(samples.card_range(V220, ONE, TWO, action="D"), version=V220)
    assert told(refused(KnownRanges(), missing)) == ("203", "cardRangeData")
    both = [samples.card_range(V220, ONE, each) for each in (TWO, THREE)]
    assert told(refused(KnownRanges(), pres(*both, version=V220), whole=True)) == (
        "203",
        "cardRangeData",
    )


def test_overlapping_ranges_are_refused_with_both_names() -> None:
    """F1: 205, whether they come together or one was there before."""
    names = f"{ONE}-{THREE},{TWO}-{FOUR}"
    both = pres(item(ONE, THREE), item(TWO, FOUR))
    assert told(refused(KnownRanges(), both, whole=True)) == ("205", names)
    later = pres(item(TWO, FOUR))
    assert told(refused(known((ONE, THREE, None)), later)) == ("205", names)
    sooner = pres(item(ONE, THREE))
    assert told(refused(known((TWO, FOUR, None)), sooner)) == ("205", names)
    again = [item(ONE, THREE), item(ONE, THREE, None, "392")]
    assert told(refused(KnownRanges(), pres(*again), whole=True))[0] == "205"


def test_bounds_that_do_not_fit_are_refused() -> None:
    """F1: start after end, or of another length; the element is named."""
    for start, end in ((TWO, ONE), (ONE, "2" * 17)):
        for whole in (True, False):
            fault = refused(KnownRanges(), pres(item(start, end)), whole=whole)
            assert told(fault) == ("203", "cardRangeData.ranges")
    old = pres(samples.card_range(V220, TWO, ONE), version=V220)
    assert told(refused(KnownRanges(), old, whole=True)) == ("203", "cardRangeData.startRange")


def test_only_a_pres_updates_ranges() -> None:
    """F1: an Erro in its place is a fault, not an empty answer."""
    erro = parse(wire(samples.erro()), receiver=Component.SERVER)
    with pytest.raises(ProtocolFault) as caught:
        updated(KnownRanges(), erro, whole=True)
    assert caught.value.error_code == "101"
    assert not caught.value.answerable


@pytest.mark.parametrize("whole", [True, False])
def test_a_named_file_changes_no_range_before_it_is_read(whole: bool) -> None:
    """F1: the message itself tells other addresses, and nothing of ranges."""
    urls: list[Json] = [{"threeDSServerToDsUrl": "https://ds.example"}]
    message = pres(serialNum=None, cardRangeDataFileURL="https://ds.example/ranges", dsUrlList=urls)
    after = updated(known((ONE, TWO, "392")), message, whole=whole)
    assert (seen(after), after.serial) == ([(ONE, TWO, "392")], "1")
    assert after.ds_urls == (DsUrl(url="https://ds.example"),)


def test_other_addresses_come_and_go_with_each_answer() -> None:
    """F1: an absent dsUrlList means that the stored ones are forgotten."""
    urls: list[Json] = [
        {"threeDSServerToDsUrl": "https://ds.example/jp", "dsCountryCode": "392"},
        {"threeDSServerToDsUrl": "https://ds.example"},
    ]
    listed = (DsUrl(url="https://ds.example/jp", country="392"), DsUrl(url="https://ds.example"))
    full = updated(KnownRanges(), pres(item(ONE, TWO), dsUrlList=urls), whole=True)
    assert full.ds_urls == listed
    assert updated(full, pres(dsUrlList=urls[1:]), whole=False).ds_urls == listed[1:]
    assert updated(full, pres(), whole=False).ds_urls == ()


def test_one_item_may_hold_many_ranges() -> None:
    """F1: 2.3.1 lists what is alike together; the action is that of all of them."""
    many: list[Json] = [{"start": each * 16, "end": each * 16} for each in "3214"]
    table = updated(KnownRanges(), pres({**item(ONE, ONE), "ranges": many}), whole=True)
    assert [row[0] for row in seen(table)] == [ONE, TWO, THREE, FOUR]
    gone = updated(table, pres({**item(ONE, ONE, "D"), "ranges": many[:3]}), whole=False)
    assert [row[0] for row in seen(gone)] == [FOUR]


def test_attributes_that_no_range_has_are_forgotten_in_time() -> None:
    """F1: a year of deltas must not fill the memory; whose attributes stay finds them again."""
    rows = [(digits_of(13, number),) * 2 for number in range(9)]
    table = known(*((*each, digits_of(3, at)) for at, each in enumerate(rows)))
    message = pres(*(item(*each, "M", "392") for each in rows[:4]))
    after = updated(table, message, whole=False)
    assert (len(after), len(after.attributes)) == (9, 10)
    message = pres(*(item(*each, "M", "392") for each in rows[:5]))
    after = updated(table, message, whole=False)
    assert (len(after), len(after.attributes)) == (9, 5 + 5)
    message = pres(*(item(*each, "M", "392") for each in rows[:6]))
    after = updated(table, message, whole=False)
    assert (len(after), len(after.attributes)) == (9, 4)
    assert [each.country for each in after] == ["392"] * 6 + ["006", "007", "008"]


def test_a_range_tells_versions_and_method_for_each() -> None:
    """C4: 2.3.1 per version; 2.2.0 one URL for all of them."""
    extension: list[Json] = [{"id": "A000000802-004", "version": "2.0"}]
    row = item(ONE, TWO)
    assert isinstance(row["acsProtocolVersions"], list)
    assert isinstance(row["acsProtocolVersions"][1], dict)
    row["acsProtocolVersions"][1]["supportedMsgExt"] = extension
    new = updated(KnownRanges(), pres(row), whole=True).find(ONE)
    assert new is not None
    assert new.versions == (V220, V231)
    assert new.method_url(V220) == "https://acs.example/method"
    assert new.method_url(V231) is new.method_url(V210) is None
    assert new.acs[1].info == ("01", "81")
    assert [each.message_extensions for each in new.acs] == [(), (("A000000802-004", "2.0"),)]
    assert new.ds_versions == (V220, V231)
    message = pres(samples.card_range(V220, ONE, TWO), version=V220)
    old = updated(KnownRanges(), message, whole=True).find(ONE)
    assert old is not None
    assert old.versions == old.ds_versions == (V210, V220)
    assert old.method_url(V210) == "https://acs.example/method"
    assert old.acs[0].info == ("01",)
    assert old.country is None


def test_a_range_s_own_directory_versions_come_first() -> None:
    """F1: they override those of the message."""
    for change, expected in (
        ({"dsStartProtocolVersion": "2.2.0"}, (V220,)),
        ({"dsEndProtocolVersion": "2.1.0"}, (V210,)),
        ({"acsInfoInd": None}, (V210, V220)),
    ):
        row = samples.changed(samples.card_range(V220, ONE, TWO), change)
        found = updated(KnownRanges(), pres(row, version=V220), whole=True).find(ONE)
        assert found is not None
        assert found.ds_versions == expected
        assert found.acs[0].info == (() if "acsInfoInd" in change else ("01",))
    newer: dict[str, Json] = {**item(ONE, TWO), "dsProtocolVersions": ["2.3.1"]}
    found = updated(KnownRanges(), pres(newer), whole=True).find(ONE)
    assert found is not None
    assert found.ds_versions == (V231,)


def test_what_is_written_of_a_range_is_read_again() -> None:
    """F1: method URL, features, extensions, versions and country, or none of them."""
    full: dict[str, Json] = {**item(ONE, TWO, None, "392"), "dsProtocolVersions": ["2.2.0"]}
    bare: dict[str, Json] = {
        **item(THREE, FOUR),
        "acsProtocolVersions": [
            {"version": "2.3.1", "supportedMsgExt": [{"id": "A000000802-001", "version": "1.0"}]}
        ],
    }
    table = updated(KnownRanges(), pres(full, bare), whole=True)
    again = updated(KnownRanges(), pres(*changes(KnownRanges(), table)), whole=True)
    assert list(again) == list(table)


def test_a_method_url_must_be_safe() -> None:
    """F1: https, or http to this machine; a browser will be sent there."""
    for url in ("http://acs.example/method", "javascript:1", "data:text/html,x"):
        spoilt: dict[str, Json] = {**samples.card_range(V220, ONE, TWO), "threeDSMethodURL": url}
        with pytest.raises(ProtocolFault) as caught:
            pres(spoilt, version=V220)
        assert caught.value.elements == ("cardRangeData.threeDSMethodURL",)
    local = {
        **samples.card_range(V220, ONE, TWO),
        "threeDSMethodURL": "http://bank.localhost:8080/m",
    }
    assert pres(local, version=V220)["cardRangeData"]
