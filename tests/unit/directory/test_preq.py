"""PReq: what a member is told, in each version, and that it then knows what the register holds."""

import gzip
import json
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sekisho.interoperability.directory.model import DirectorySettings
from sekisho.interoperability.directory.service.telling import TooMany, told
from sekisho.protocol import Component, Message, Version, parse
from sekisho.protocol.card_range_updates import updated
from sekisho.protocol.card_ranges import AcsVersion, KnownRange, KnownRanges, RangeAttributes
from sekisho.protocol.card_ranges.whole_file import read_file
from sekisho.protocol.codec import RANGES_BYTES_MAX, read_object, write_object
from sekisho.protocol.vocabulary import Json
from sekisho.testkit.emv_stage import DIRECTORY_SETTINGS, EmvStage
from tests.directory_callers import RANGE, answer, operator, preq

DS = ("2.1.0", "2.2.0")
OLD = (Version.V210, Version.V220)
EVERY = tuple(Version)


def attributes(*versions: AcsVersion, country: str | None = None) -> RangeAttributes:
    return RangeAttributes(acs=versions, ds_versions=OLD, country=country)


PLAIN = attributes(AcsVersion(version=Version.V220))
RICH = attributes(
    AcsVersion(version=Version.V210, method_url="https://old.example"),
    AcsVersion(version=Version.V220, method_url="https://new.example", info=("01", "02")),
)
NEW = attributes(AcsVersion(version=Version.V231, method_url="https://newest.example"))
GAP = attributes(AcsVersion(version=Version.V210), AcsVersion(version=Version.V231))
CHOICES = (PLAIN, RICH, NEW, GAP)


def sets() -> st.SearchStrategy[KnownRanges]:
    """Any of a few ranges, each with any attributes."""
    rows = st.dictionaries(st.integers(0, 5), st.sampled_from(CHOICES), max_size=5)
    return rows.map(
        lambda rows: KnownRanges.of(
            (f"41111111{at}0000000", f"41111111{at}9999999", each) for at, each in rows.items()
        )
    )


def pres(version: Version, ranges: bytes) -> Message:
    """A PRes that carries what was written."""
    members: dict[str, Json] = {
        "messageType": "PRes",
        "messageVersion": version.value,
        "threeDSServerTransID": "8a880dc0-d2d2-4067-bcb1-b08d1690b26e",
        "dsTransID": "8a880dc0-d2d2-4067-bcb1-b08d1690b26f",
        "serialNum": "2",
        **(
            {"dsProtocolVersions": [*DS], "readOrder": "01"}
            if version is Version.V231
            else {"dsStartProtocolVersion": DS[0], "dsEndProtocolVersion": DS[-1]}
        ),
    }
    return parse(write_object(members)[:-1] + ranges + b"}", receiver=Component.SERVER)


def facts(each: KnownRange, version: Version) -> object:
    """What a version can say of a range."""
    if version is Version.V231:
        return each.start, each.attributes
    return each.start, each.end


@given(old=sets(), new=sets(), version=st.sampled_from(EVERY))
def test_what_is_told_makes_the_old_ranges_the_new_ones(
    old: KnownRanges, new: KnownRanges, version: Version
) -> None:
    """A delta from any set to any other, in every version, and sound by the element table."""
    ranges = told(old, new, version, ds=DS)
    after = updated(old, pres(version, ranges), whole=False)
    assert {facts(each, version) for each in after} == {facts(each, version) for each in new}


@pytest.mark.parametrize("version", OLD)
def test_a_span_of_versions_claims_nothing_that_lies_between(version: Version) -> None:
    """2.1.0 and 2.3.1 without 2.2.0 is told as 2.1.0; one 3DS Method stands for all versions."""
    known = KnownRanges.of([("4111111100000000", "4111111199999999", GAP)])
    row = next(
        iter(
            updated(
                KnownRanges(), pres(version, told(KnownRanges(), known, version, ds=DS)), whole=True
            )
        )
    )
    assert row.versions == (Version.V210,)
    known = KnownRanges.of([("4111111100000000", "4111111199999999", RICH)])
    row = next(
        iter(
            updated(
                KnownRanges(), pres(version, told(KnownRanges(), known, version, ds=DS)), whole=True
            )
        )
    )
    assert {each.method_url for each in row.acs} == {"https://new.example"}
    assert row.acs[-1].info == (("01", "02") if version is Version.V220 else ())


def test_more_rows_than_a_message_takes_are_not_told(monkeypatch: pytest.MonkeyPatch) -> None:
    """An element table's limit; the file has none."""
    monkeypatch.setattr("sekisho.interoperability.directory.service.telling.ITEMS_MAX", 1)
    known = KnownRanges.of(
        (f"41111111{at}0000000", f"41111111{at}9999999", PLAIN) for at in range(2)
    )
    with pytest.raises(TooMany):
        told(KnownRanges(), known, Version.V220, ds=DS)
    assert told(KnownRanges(), known, Version.V231, ds=DS)


async def test_a_member_is_told_what_changed_since_any_serial_that_is_kept() -> None:
    """And 307 for one that is older, or was never given."""
    stage = EmvStage()
    await stage.directory.start()
    desk = operator(stage)
    serials = [stage.directory.enrolment.serial()]
    for number in range(9):
        serials.append(await desk.add_range({**RANGE, **_at(number)}))
    codes = []
    for serial in serials:
        stage.clock.advance(timedelta(hours=1))
        reply = await answer(stage, preq(serialNum=serial))
        rows = reply.get("cardRangeData") or []
        assert isinstance(rows, list)
        codes.append(reply.get("errorCode", len(rows)))
    assert codes == ["307", "307", 7, 6, 5, 4, 3, 2, 1, 0]


async def test_a_refused_serial_does_not_make_the_member_wait() -> None:
    """After 307 everything must be asked for, and may be at once."""
    stage = EmvStage()
    assert (await answer(stage, preq(serialNum="?")))["errorCode"] == "307"
    assert (await answer(stage, preq()))["messageType"] == "PRes"


async def test_a_file_is_named_and_holds_what_the_list_would() -> None:
    """2.3.1: no serial number and no list beside it."""
    stage = EmvStage()
    stage.directory = stage.restarted_directory(_of_231())
    reply = await stage.directory.receive(
        "server", preq(Version.V231, cardRangeDataDownloadInd="Y")
    )
    named = parse(reply, receiver=Component.SERVER)
    assert {"serialNum", "cardRangeData"}.isdisjoint(named.elements)
    name = named.text("cardRangeDataFileURL").rpartition("/")[2]
    octets = await stage.directory.range_file("server", name)
    assert octets is not None
    assert json.loads(gzip.decompress(octets))["cardRangeData"]
    known = read_file([octets], named)
    stage.clock.advance(timedelta(hours=12))
    listed = read_object(
        await stage.directory.receive("server", preq(Version.V231)), limit=RANGES_BYTES_MAX
    )
    again = updated(
        KnownRanges(), parse(write_object(listed), receiver=Component.SERVER), whole=True
    )
    assert {(each.start, each.attributes) for each in known} == {
        (each.start, each.attributes) for each in again
    }


async def test_everything_may_be_asked_for_every_twelve_hours_in_231() -> None:
    """103 before; what has changed may be asked for every hour."""
    stage = EmvStage()
    stage.restarted_directory(_of_231())
    first = await answer(stage, preq(Version.V231))
    stage.clock.advance(timedelta(hours=1))
    assert (await answer(stage, preq(Version.V231)))["errorCode"] == "103"
    partial = await answer(stage, preq(Version.V231, serialNum=first["serialNum"]))
    assert partial["messageType"] == "PRes"
    stage.clock.advance(timedelta(hours=11))
    assert (await answer(stage, preq(Version.V231)))["messageType"] == "PRes"


def _at(number: int) -> dict[str, Json]:
    return {
        "startRange": f"35581111000000{number}0",
        "endRange": f"35581111000000{number}9",
    }


def _of_231() -> DirectorySettings:
    return replace(DIRECTORY_SETTINGS, versions=("2.1.0", "2.2.0", "2.3.1"))
