"""The register: what the settings name, what operators change, and what a restart finds."""

import json
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from sekisho.adapters.http.client import Reply
from sekisho.kernel.brands import Brand
from sekisho.kernel.errors import Conflict, NotThere, TheyErred
from sekisho.protocol.codec import read_object
from sekisho.protocol.vocabulary import Json
from sekisho.testkit.cards import sandbox_card
from sekisho.testkit.emv_network import ACS_URL, SERVER_URL
from sekisho.testkit.emv_stage import DIRECTORY_SETTINGS, EmvStage, sandbox_range
from tests.directory_callers import RANGE, SECOND, answer, areq, operator, port, preq

JCB = sandbox_card(Brand.JCB, "0103").digits


async def asked(stage: EmvStage, method: str, path: str, body: object = None) -> Reply:
    """Call the operator's API."""
    reply = await port(stage).send(method, path, json.dumps(body).encode() if body else b"")
    assert reply is not None
    return reply


def faults(reply: Reply) -> dict[str, str]:
    """Which members a refusal names, and why."""
    document: dict[str, Any] = json.loads(reply.body)  # Any: a problem document
    return {fault["field"]: fault["message"] for fault in document.get("errors", [])}


@pytest.fixture
async def stage() -> EmvStage:
    """A Directory Server that has started."""
    stage = EmvStage()
    await stage.directory.start()
    return stage


@pytest.mark.parametrize("caller", ["server", "acs", "gateway", ""])
@pytest.mark.parametrize("path", ["/operator/members", "/operator/ranges"])
async def test_only_an_operators_certificate_opens_the_register(
    stage: EmvStage, caller: str, path: str
) -> None:
    """A member may not enrol itself or look at the others."""
    reply = await port(stage, caller).send("GET", path, b"")
    assert reply is not None
    assert reply.status == 403


async def test_members_are_listed_with_all_their_marks(stage: EmvStage) -> None:
    """Those of the settings first."""
    members = {str(each["id"]): each for each in await operator(stage).members()}
    assert members["acs"]["urls"] == [ACS_URL]
    assert members["server"]["urls"] == [SERVER_URL]
    assert (members["acs"]["role"], members["server"]["role"]) == ("ACS", "3DS Server")


@pytest.mark.parametrize("peer", ["server-2", "server-2b"])
@pytest.mark.parametrize("reference", ["3DS_LOA_SER_SECOND_1", "3DS_LOA_SER_SECOND_2"])
async def test_an_enrolled_server_asks_with_any_of_its_own_marks(
    stage: EmvStage, peer: str, reference: str
) -> None:
    """Several certificates and approved products belong to one member."""
    await operator(stage).put_member("second", SECOND)
    own: dict[str, Json] = {
        "threeDSServerRefNumber": reference,
        "threeDSServerOperatorID": "SECOND_OPERATOR",
        "threeDSServerURL": "https://second.example/3ds",
    }
    ares = await answer(stage, areq(**own), peer=peer)
    assert ares["messageType"] == "ARes"


async def test_marks_of_two_members_do_not_mix(stage: EmvStage) -> None:
    """303: one member's certificate with another one's reference number."""
    await operator(stage).put_member("second", SECOND)
    erro = await answer(stage, areq(), peer="server-2")
    assert erro["errorCode"] == "303"
    assert erro["errorDetail"] == "threeDSServerRefNumber,threeDSServerOperatorID,threeDSServerURL"


async def test_a_removed_member_is_a_stranger_at_once(stage: EmvStage) -> None:
    """303, and still after a restart."""
    desk = operator(stage)
    await desk.put_member("second", SECOND)
    await desk.remove_member("second")
    assert (await answer(stage, preq(), peer="server-2"))["errorCode"] == "303"
    stage.restarted_directory(DIRECTORY_SETTINGS)
    await stage.directory.start()
    assert (await answer(stage, preq(), peer="server-2"))["errorCode"] == "303"
    with pytest.raises(NotThere):
        await desk.remove_member("second")


async def test_an_enrolled_member_outlives_a_restart(stage: EmvStage) -> None:
    """The store holds it, not the memory."""
    await operator(stage).put_member("second", SECOND)
    stage.restarted_directory(DIRECTORY_SETTINGS)
    await stage.directory.start()
    assert "second" in {each["id"] for each in await operator(stage).members()}


async def test_a_member_that_the_settings_leave_out_later_is_none_any_more(stage: EmvStage) -> None:
    """Whoever strikes a line from the file expects the door to be shut."""
    stage.restarted_directory(replace(DIRECTORY_SETTINGS, members=()))
    await stage.directory.start()
    assert (await answer(stage, preq()))["errorCode"] == "303"


async def test_a_certificate_is_one_members(stage: EmvStage) -> None:
    """Else nobody could say who asked."""
    with pytest.raises(Conflict, match="certificate server is that of server"):
        await operator(stage).put_member("second", {**SECOND, "certificateNames": ["server"]})
    with pytest.raises(Conflict, match="enrolled as ACS"):
        await operator(stage).put_member("acs", SECOND)


async def test_an_acs_that_ranges_lead_to_stays(stage: EmvStage) -> None:
    """Its cards would be lost in silence."""
    with pytest.raises(Conflict, match="ranges still lead to acs"):
        await operator(stage).remove_member("acs")


@pytest.mark.parametrize(
    ("changes", "field", "message"),
    [
        ({"role": "SDK"}, "role", "must be one of 3DS Server, ACS"),
        ({"certificateNames": []}, "certificateNames", "must be a list of at least 1"),
        ({"certificateNames": "x"}, "certificateNames", "must be a list of at least 1"),
        ({"certificateNames": ["x", 1]}, "certificateNames[1]", "must be a text"),
        ({"certificateNames": ["x", "x"]}, "certificateNames", "must not say the same twice"),
        ({"referenceNumbers": ["x" * 33]}, "referenceNumbers[0]", "must have 1 to 32 characters"),
        ({"urls": ["http://plain.example"]}, "urls[0]", r"must match https://[\x21-\x7e]+"),
        ({"operatorIds": ["x"]}, "operatorIds", "is not known here"),
    ],
)
async def test_a_bad_member_is_refused_by_field(
    stage: EmvStage, changes: dict[str, Json], field: str, message: str
) -> None:
    """Each bad field is named; nothing is enrolled."""
    reply = await asked(stage, "PUT", "/operator/members/second", {**SECOND, **changes})
    assert (reply.status, faults(reply)) == (400, {field: message})
    assert len(await operator(stage).members()) == 2


async def test_an_enrolled_range_is_routed_and_told(stage: EmvStage) -> None:
    """The next AReq finds it, and so does the next PReq."""
    assert (await answer(stage, areq(acctNumber=JCB)))["errorCode"] == "305"
    before = (await answer(stage, preq()))["serialNum"]
    serial = await operator(stage).add_range(RANGE)
    assert (await answer(stage, areq(acctNumber=JCB)))["messageType"] == "ARes"
    stage.clock.advance(timedelta(hours=1))
    pres = await answer(stage, preq(serialNum=before))
    assert pres["serialNum"] == serial
    assert pres["cardRangeData"] == [
        {
            "startRange": "3558111100000000",
            "endRange": "3558111199999999",
            "actionInd": "A",
            "acsStartProtocolVersion": "2.2.0",
            "acsEndProtocolVersion": "2.2.0",
            "threeDSMethodURL": "https://bank.example/m",
            "acsInfoInd": ["01"],
        }
    ]


async def test_a_removed_range_is_out_at_once(stage: EmvStage) -> None:
    """And it is named as it was enrolled."""
    desk = operator(stage)
    await desk.add_range(RANGE)
    await desk.remove_range("3558111100000000", "3558111199999999")
    assert (await answer(stage, areq(acctNumber=JCB)))["errorCode"] == "305"
    with pytest.raises(NotThere):
        await desk.remove_range("3558111100000000", "3558111199999999")


async def test_ranges_are_listed_as_they_can_be_enrolled(stage: EmvStage) -> None:
    """In order, page by page; each line is what `add` and `import` take."""
    desk = operator(stage)
    await desk.add_range(RANGE)
    listed = await desk.ranges()
    assert [each["startRange"] for each in listed] == [
        "340000000000000",
        "3558111100000000",
        "4111111100000000",
    ]
    assert listed[1] == RANGE
    assert await desk.ranges(after="340000000000000", limit=1) == [RANGE]
    await desk.import_ranges(json.dumps(each).encode() for each in listed)
    assert await desk.ranges() == listed


async def test_overlapping_ranges_are_refused(stage: EmvStage) -> None:
    """A card with two issuers; nothing changes."""
    desk = operator(stage)
    await desk.add_range(RANGE)
    serial = (await answer(stage, preq()))["serialNum"]
    with pytest.raises(TheyErred):
        await desk.add_range({**RANGE, "startRange": "3558111199999999"})
    stage.clock.advance(timedelta(hours=1))
    assert (await answer(stage, preq()))["serialNum"] == serial


@pytest.mark.parametrize(
    ("changes", "field", "message"),
    [
        ({"startRange": "12"}, "startRange", "must have 13 to 19 characters"),
        ({"startRange": None}, "startRange", "is required"),
        ({"startRange": "355811110000000x"}, "startRange", "must match [0-9]+"),
        ({"endRange": "3" * 13}, "endRange", "must be as long as startRange and not smaller"),
        (
            {"endRange": "3558111000000000"},
            "endRange",
            "must be as long as startRange and not smaller",
        ),
        ({"acs": "server"}, "acs", "is no ACS that is enrolled"),
        ({"acs": None}, "acs", "is required where nobody stands in"),
        ({"standIn": "Y"}, "standIn", "must be one of A, U"),
        ({"directoryServerID": "VISA"}, "directoryServerID", "must match [0-9A-F]{10}"),
        ({"issuerCountryCode": "JP"}, "issuerCountryCode", "must match [0-9]{3}"),
        ({"dsProtocolVersions": ["2.0.0"]}, "dsProtocolVersions", "must be of 2.1.0, 2.2.0, 2.3.1"),
        ({"acsProtocolVersions": []}, "acsProtocolVersions", "must be a list of at least 1"),
        ({"acsProtocolVersions": ["2.2.0"]}, "acsProtocolVersions[0]", "must be a JSON object"),
        (
            {"acsProtocolVersions": [{"version": "2.2.0"}, {"version": "2.2.0"}]},
            "acsProtocolVersions",
            "must not say the same twice",
        ),
        (
            {"acsProtocolVersions": [{"version": "2.2.0", "threeDSMethodUrl": "x"}]},
            "acsProtocolVersions[0].threeDSMethodUrl",
            "is not known here",
        ),
        (
            {"acsProtocolVersions": [{"version": "2.2.0", "acsInfoInd": ["1"]}]},
            "acsProtocolVersions[0].acsInfoInd[0]",
            "must match [0-9]{2}",
        ),
    ],
)
async def test_a_bad_range_is_refused_by_field(
    stage: EmvStage, changes: dict[str, Json], field: str, message: str
) -> None:
    """Each bad field is named, by itself and in a line of a file."""
    bad = {**RANGE, **changes}
    reply = await asked(stage, "POST", "/operator/ranges", bad)
    assert reply.status == 400
    assert faults(reply)[field] == message
    with pytest.raises(TheyErred, match="line 2"):
        await operator(stage).import_ranges(json.dumps(line).encode() for line in (RANGE, bad))
    assert len(await operator(stage).ranges()) == 2


async def test_an_import_takes_the_place_of_everything_or_of_nothing(stage: EmvStage) -> None:
    """Whole or not at all: a good file replaces all ranges, a bad one none."""
    desk = operator(stage)
    report = await desk.import_ranges([json.dumps(RANGE).encode()])
    assert (report["lines"], report["ranges"], report["badLines"]) == (1, 1, 0)
    assert await desk.ranges() == [RANGE]
    with pytest.raises(TheyErred):
        await desk.import_ranges([json.dumps(RANGE).encode()] * 2)
    assert await desk.ranges() == [RANGE]


async def test_the_report_of_a_bad_file_names_lines_and_fields(stage: EmvStage) -> None:
    """422, with the first hundred of them and the number of all."""
    begun = json.loads((await asked(stage, "POST", "/operator/imports")).body)["import"]
    lines = [json.dumps(RANGE), "{", *[json.dumps({**RANGE, "acs": "nobody"})] * 150]
    path = f"/operator/imports/{begun}"
    part = "\n".join(lines).encode()
    reply = await port(stage).send("PUT", f"{path}/parts/0", part)
    assert reply is not None
    assert json.loads(reply.body) == {"lines": 152, "ranges": 1, "badLines": 151}
    refused = await asked(stage, "POST", f"{path}/finish")
    assert refused.status == 422
    assert len(faults(refused)) == 100
    assert faults(refused)["line 2"] == "is not JSON"
    assert faults(refused)["line 3.acs"] == "is no ACS that is enrolled"
    assert len(await operator(stage).ranges()) == 2


async def test_a_part_that_comes_twice_counts_once(stage: EmvStage) -> None:
    """Its acknowledgement may have been lost; a part out of turn is refused."""
    begun = json.loads((await asked(stage, "POST", "/operator/imports")).body)["import"]
    path = f"/operator/imports/{begun}"
    for _ in range(2):
        assert (await asked(stage, "PUT", f"{path}/parts/0", RANGE)).status == 200
    assert (await asked(stage, "PUT", f"{path}/parts/2", RANGE)).status == 409
    done = await asked(stage, "POST", f"{path}/finish")
    assert json.loads(done.body)["ranges"] == 1


async def test_one_import_runs_at_a_time_until_it_is_forgotten(stage: EmvStage) -> None:
    """A client that died makes room, by its own word or after half an hour."""
    first = json.loads((await asked(stage, "POST", "/operator/imports")).body)["import"]
    assert (await asked(stage, "POST", "/operator/imports")).status == 409
    stage.clock.advance(timedelta(minutes=30))
    second = json.loads((await asked(stage, "POST", "/operator/imports")).body)["import"]
    assert (await asked(stage, "POST", f"/operator/imports/{first}/finish")).status == 404
    assert (await asked(stage, "DELETE", f"/operator/imports/{second}")).status == 204
    assert (await asked(stage, "POST", "/operator/imports")).status == 201


async def test_an_imported_file_outlives_a_restart(stage: EmvStage) -> None:
    """Also one of many pieces: what was cut is put together again."""
    lines = (
        json.dumps(
            {
                **RANGE,
                "startRange": f"{number:010d}000000",
                "endRange": f"{number:010d}999999",
                "issuerCountryCode": f"{number * 7919 % 1000:03d}",
            }
        ).encode()
        for number in range(3_000_000_000, 3_000_020_000)
    )
    await operator(stage).import_ranges(lines)
    before = stage.directory.enrolment.ranges(after=None, limit=30_000)
    stage.restarted_directory(DIRECTORY_SETTINGS)
    await stage.directory.start()
    assert stage.directory.enrolment.ranges(after=None, limit=30_000) == before
    assert len(before) == 20_000


async def test_changed_settings_are_taken_over_until_an_operator_changes_ranges(
    stage: EmvStage,
) -> None:
    """A house on another port must hear of its ACS's new address; an operator's work stays."""
    other = replace(DIRECTORY_SETTINGS, ranges=(sandbox_range(Brand.JCB),))
    stage.restarted_directory(other)
    await stage.directory.start()
    assert [row[0][:4] for row in stage.directory.enrolment.ranges(after=None, limit=9)] == ["3558"]
    await operator(stage).remove_range("3558111100000000", "3558111199999999")
    stage.restarted_directory(DIRECTORY_SETTINGS)
    await stage.directory.start()
    assert stage.directory.enrolment.count() == 0


async def test_a_crash_before_the_last_change_leaves_the_set_before(stage: EmvStage) -> None:
    """Pieces of a new set may lie about; the head still names the old one."""
    head = await stage.range_heads.get("ranges")
    await operator(stage).import_ranges([json.dumps(RANGE).encode()])
    await stage.range_heads.advance("ranges", lambda _: (head, ()))
    stage.restarted_directory(DIRECTORY_SETTINGS)
    await stage.directory.start()
    assert stage.directory.enrolment.count() == 2


async def test_sets_take_turns_in_their_places(stage: EmvStage) -> None:
    """However often ranges change, no more places are used than sets are kept, and one to write."""
    desk = operator(stage)
    for _ in range(12):
        await desk.add_range(RANGE)
        await desk.remove_range("3558111100000000", "3558111199999999")
    others = [{**RANGE, "issuerCountryCode": f"{number:03d}"} for number in range(12)]
    for each in others:
        await desk.import_ranges([json.dumps(each).encode()])
    head = await stage.range_heads.get("ranges")
    assert len(head.editions) == DIRECTORY_SETTINGS.serials_kept
    assert {each.slot for each in head.editions} <= set(range(DIRECTORY_SETTINGS.serials_kept + 1))
    assert len({each.serial for each in head.editions}) == len(head.editions)


async def test_the_file_of_ranges_is_for_members_and_may_be_had_in_parts(stage: EmvStage) -> None:
    """2.3.1: gzip, HTTP Range, and 416 for what lies beyond the end."""
    serial = read_object(await stage.directory.receive("server", preq()))["serialNum"]
    path = f"/ranges/{serial}.json.gz"
    whole = await port(stage, "server").send("GET", path, b"")
    assert whole is not None
    assert (whole.status, whole.body[:2]) == (200, b"\x1f\x8b")
    size = len(whole.body)
    for asked_for, status, part in (
        ("bytes=0-9", 206, whole.body[:10]),
        ("bytes=10-", 206, whole.body[10:]),
        ("bytes=-5", 206, whole.body[-5:]),
        (f"bytes={size}-", 416, b""),
        ("bytes=9-0", 200, whole.body),
        ("bytes=-", 200, whole.body),
        ("lines=1-2", 200, whole.body),
    ):
        reply = await port(stage, "server").send("GET", path, b"", {"Range": asked_for})
        assert reply is not None
        assert (reply.status, reply.body) == (status, part), asked_for
    for caller, where in (("acs", path), ("server", "/ranges/other.json.gz")):
        none = await port(stage, caller).send("GET", where, b"")
        assert none is not None
        assert none.status == 404
