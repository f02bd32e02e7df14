"""The card range cache: filled at start and daily, never spoiled, never lost."""

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest

from sekisho.acquirer.server.model import DirectoryServer
from sekisho.kernel.brands import Brand
from sekisho.kernel.errors import Unreachable
from sekisho.protocol import (
    Component,
    ErrorCode,
    Message,
    MessageType,
    ProtocolFault,
    Version,
    build,
    erro_for,
    parse,
)
from sekisho.protocol.codec import read_object, write_object
from sekisho.protocol.vocabulary import Json
from sekisho.testkit.cards import sandbox_card
from sekisho.testkit.emv_network import DIRECTORY_URL, SERVER_URL
from sekisho.testkit.emv_stage import (
    DIRECTORY_SETTINGS,
    GATEWAY,
    MEMBER,
    SERVER_SETTINGS,
    EmvStage,
    sandbox_range,
)
from tests.directory_callers import RANGE, operator

VISA = sandbox_card(Brand.VISA, "0103").digits
AMEX = sandbox_card(Brand.AMEX, "0103").digits
JCB = sandbox_card(Brand.JCB, "0103").digits


def preqs(stage: EmvStage) -> int:
    return sum(b'"PReq"' in message for _, _, message in stage.wire.sent)


class FakeDirectory:
    """Answers a PReq with the rows it is given, right or wrong."""

    def __init__(self, rows: list[dict[str, Json]] | None) -> None:
        self.rows = rows
        self.complaints: list[str] = []

    async def receive(self, caller: str, body: bytes) -> bytes:
        assert caller == "server"
        preq = parse(body, receiver=Component.DIRECTORY)
        if preq.type is MessageType.ERRO:
            self.complaints.append(preq.text("errorCode"))
            return b""
        if preq.get("serialNum") not in {None, "7"}:
            refused = ProtocolFault(
                ErrorCode.SERIAL_NUMBER_INVALID, message_type=preq.type, version=preq.version
            )
            return erro_for(refused, component=Component.DIRECTORY).encode()
        elements: dict[str, Json] = {
            "threeDSServerTransID": preq["threeDSServerTransID"],
            "dsTransID": "11111111-2222-4333-8444-555555555555",
            "serialNum": "7",
            "dsStartProtocolVersion": "2.1.0",
            "dsEndProtocolVersion": "2.2.0",
        }
        pres = build(
            MessageType.PRES,
            Version.V220,
            elements | {"cardRangeData": [ROW]},
            sender=Component.DIRECTORY,
        )
        rows: dict[str, Json] = {} if self.rows is None else {"cardRangeData": [*self.rows]}
        without = {name: pres[name] for name in pres.elements if name != "cardRangeData"}
        return write_object(without | rows)


ROW: dict[str, Json] = {
    "startRange": "3558111100000000",
    "endRange": "3558111199999999",
    "acsStartProtocolVersion": "2.1.0",
    "acsEndProtocolVersion": "2.4.0",
    "dsStartProtocolVersion": "2.2.0",
    "dsEndProtocolVersion": "2.2.0",
}


async def test_the_ranges_are_there_when_the_start_is_over() -> None:
    """The first buyer finds them."""
    stage = EmvStage()
    with pytest.raises(Unreachable):
        stage.cache.lookup(VISA)
    await stage.server.start()
    facts = stage.cache.lookup(VISA)
    assert facts is not None
    assert facts.versions == ("2.1.0", "2.2.0")
    assert facts.ds_versions == ("2.1.0", "2.2.0")
    assert facts.three_ds_method_url("2.2.0") == "https://bank.example/acs/method"
    assert facts.acs_info_ind("2.2.0") == ("01", "02")
    amex = stage.cache.lookup(AMEX)
    assert amex is not None
    assert amex.versions == ("2.1.0",)
    assert stage.cache.lookup(JCB) is None


async def test_before_the_first_load_a_requestor_hears_of_a_passing_failure() -> None:
    """Not "not enrolled": that would send the purchase off unauthenticated (A5)."""
    stage = EmvStage()
    erro = await stage.preauth(VISA)
    assert (erro["errorCode"], erro["errorComponent"]) == ("403", "S")


async def test_a_restart_works_at_once_from_what_was_kept() -> None:
    """Even if the Directory Server is down at that moment."""
    stage = EmvStage()
    await stage.server.start()
    stage.wire.silence(DIRECTORY_URL)
    stage.clock.advance(timedelta(hours=2))
    server = stage.restarted_server()
    await server.start()
    assert stage.cache.lookup(VISA) is not None


async def test_a_restart_within_the_hour_asks_nothing() -> None:
    """The protocol allows one PReq an hour (103)."""
    stage = EmvStage()
    await stage.server.start()
    await stage.restarted_server().start()
    assert preqs(stage) == 1
    assert stage.cache.lookup(VISA) is not None
    stage.clock.advance(timedelta(hours=1))
    await stage.restarted_server().start()
    assert preqs(stage) == 2


async def test_the_ranges_are_fetched_again_every_day_and_only_then() -> None:
    """Once within 24 hours, however often timers ring."""
    stage = EmvStage()
    await stage.server.start()
    for _ in range(22):
        await stage.pass_time(timedelta(hours=1))
    assert preqs(stage) == 1
    await stage.pass_time(timedelta(hours=1))
    assert preqs(stage) == 2
    await stage.restarted_server().start()
    for _ in range(46):
        await stage.pass_time(timedelta(hours=1))
    assert preqs(stage) == 4


async def test_a_new_list_replaces_the_old_one_whole() -> None:
    """A range that is gone is gone; an end beyond our versions is no fault; own DS versions count."""
    stage = EmvStage()
    await stage.server.start()
    stage.wire.listen(DIRECTORY_URL, FakeDirectory([ROW]).receive)
    await stage.pass_time(timedelta(hours=23))
    assert stage.cache.lookup(VISA) is not None  # 307: everything is asked for an hour later
    await stage.pass_time(timedelta(hours=1))
    assert stage.cache.lookup(VISA) is None
    facts = stage.cache.lookup(JCB)
    assert facts is not None
    assert facts.versions == ("2.1.0", "2.2.0", "2.3.1")
    assert facts.ds_versions == ("2.2.0",)
    assert facts.three_ds_method_url("2.2.0") is None


@pytest.mark.parametrize(
    ("rows", "code"),
    [
        (None, "201"),
        ([ROW, {**ROW, "startRange": "3558111150000000"}], "203"),
        ([{**ROW, "startRange": "3558111199999999", "endRange": "3558111100000000"}], "203"),
        ([{**ROW, "endRange": "355811119999999"}], "203"),
        ([ROW, {**ROW, "startRange": "0" * 16, "endRange": "9" * 16}], "203"),
        ([{**ROW, "threeDSMethodURL": "javascript:alert(1)"}], "203"),
        ([{**ROW, "threeDSMethodURL": "data:text/html,x"}], "203"),
        ([{**ROW, "threeDSMethodURL": "http://bank.example/method"}], "203"),
    ],
    ids=["empty", "overlap", "backwards", "lengths", "huge", "script", "data", "plain http"],
)
async def test_a_bad_list_leaves_the_old_one(rows: list[dict[str, Json]] | None, code: str) -> None:
    """Attack 12: nothing of a bad list is used; we say so, and ask for all of it in an hour."""
    stage = EmvStage()
    await stage.server.start()
    faulty = FakeDirectory(rows)
    stage.wire.listen(DIRECTORY_URL, faulty.receive)
    await stage.pass_time(timedelta(hours=23))
    await stage.pass_time(timedelta(hours=1))
    assert faulty.complaints == [code]
    assert stage.cache.lookup(VISA) is not None
    book = await stage.books.get("directory")
    assert book.last_fault is not None
    assert book.count == 2
    stage.wire.listen(DIRECTORY_URL, FakeDirectory([ROW]).receive)
    await stage.pass_time(timedelta(minutes=59))
    assert stage.cache.lookup(JCB) is None
    await stage.pass_time(timedelta(minutes=1))
    assert stage.cache.lookup(JCB) is not None


async def test_an_unreachable_directory_is_tried_again_soon() -> None:
    """A house that starts up finds it within seconds; a long outage costs one try a minute."""
    stage = EmvStage()
    stage.wire.silence(DIRECTORY_URL)
    await stage.server.start()
    for seconds in (1, 2, 5, 15, 60, 60):
        await stage.pass_time(timedelta(seconds=seconds))
    assert preqs(stage) == 7
    stage.wire.listen(DIRECTORY_URL, stage.directory.receive)
    await stage.pass_time(timedelta(seconds=60))
    assert stage.cache.lookup(VISA) is not None


async def test_a_refusal_is_heeded_and_the_old_ranges_serve_on() -> None:
    """Erro 103 and its like: asking at once again would only be refused again."""
    stage = EmvStage(replace(SERVER_SETTINGS, directories=(DirectoryServer(ranges_again_s=0),)))
    await stage.server.start()
    await stage.restarted_server().start()
    book = await stage.books.get("directory")
    assert "103" in (book.last_fault or "")
    assert stage.cache.lookup(VISA) is not None
    asked = preqs(stage)
    await stage.pass_time(timedelta(seconds=59))
    assert preqs(stage) == asked
    await stage.pass_time(timedelta(hours=1))
    assert (await stage.books.get("directory")).last_fault is None


async def test_a_directory_that_answers_with_anything_else_changes_nothing() -> None:
    """A result, an echo, garbage: all the same."""
    stage = EmvStage()
    await stage.server.start()
    for reply in (b"", b"{}", b'{"messageType":"PRes"}', b"\xff"):

        async def answer(_caller: str, _body: bytes, reply: bytes = reply) -> bytes:
            return reply

        stage.wire.listen(DIRECTORY_URL, answer)
        await stage.pass_time(timedelta(hours=24))
        assert stage.cache.lookup(VISA) is not None


async def test_the_sandbox_and_the_member_agree() -> None:
    """What the stage's settings say is what the cache then knows."""
    stage = EmvStage(
        directory=replace(
            DIRECTORY_SETTINGS,
            ranges=(replace(sandbox_range(Brand.JCB), three_ds_method_url=None, acs_info_ind=()),),
        )
    )
    await stage.server.start()
    facts = stage.cache.lookup(JCB)
    assert facts is not None
    assert facts.three_ds_method_url("2.2.0") is None
    assert facts.acs_info_ind("2.2.0") == ()
    assert SERVER_URL in MEMBER.result_urls


async def joined(version: str = "2.2.0") -> EmvStage:
    """A 3DS Server that has everything from a Directory Server with a register."""
    stage = EmvStage(
        replace(SERVER_SETTINGS, directories=(DirectoryServer(preq_version=version),)),
        replace(DIRECTORY_SETTINGS, versions=("2.1.0", "2.2.0", "2.3.1")),
    )
    await stage.directory.start()
    await stage.server.start()
    return stage


def last_preq(stage: EmvStage) -> Message:
    """What was asked for last."""
    sent = [body for _, _, body in stage.wire.sent if b'"PReq"' in body]
    return parse(sent[-1], receiver=Component.DIRECTORY)


async def test_what_has_changed_is_asked_for_and_taken_over() -> None:
    """The daily PReq names the serial number; additions and deletions arrive alone."""
    stage = await joined()
    await operator(stage).add_range(RANGE)
    await operator(stage).remove_range("4111111100000000", "4111111199999999")
    await stage.pass_time(timedelta(hours=23))
    assert "serialNum" in last_preq(stage)
    assert stage.cache.lookup(JCB) is not None
    assert stage.cache.lookup(VISA) is None
    assert stage.cache.lookup(AMEX) is not None


async def test_nothing_new_changes_nothing_and_is_kept_as_fresh() -> None:
    """A PRes without ranges after a serial number is no fault."""
    stage = await joined()
    await stage.pass_time(timedelta(hours=23))
    book = await stage.books.get("directory")
    assert (book.count, book.last_fault) == (2, None)
    assert book.loaded_at == stage.clock.now()


async def test_the_file_of_231_is_fetched_and_taken_over() -> None:
    """And everything is asked for again, since a file brings no serial number."""
    stage = await joined("2.3.1")
    assert last_preq(stage)["cardRangeDataDownloadInd"] == "Y"
    assert len(stage.wire.fetched) == 1
    assert stage.cache.lookup(VISA) is not None
    await operator(stage).add_range(RANGE)
    await stage.pass_time(timedelta(hours=23))
    assert stage.cache.lookup(JCB) is not None
    assert len(stage.wire.fetched) == 2


async def test_a_file_that_cannot_be_had_leaves_the_old_ranges() -> None:
    """It is asked for again like any peer that is down."""
    stage = await joined("2.3.1")
    stage.wire.serve(_no_file)
    await stage.pass_time(timedelta(hours=23))
    assert stage.cache.lookup(VISA) is not None
    stage.wire.serve(stage.directory.range_file)
    await operator(stage).add_range(RANGE)
    await stage.pass_time(timedelta(minutes=1))
    assert stage.cache.lookup(JCB) is None  # the Directory Server tells everything every 12 hours
    await stage.pass_time(timedelta(hours=12))
    assert stage.cache.lookup(JCB) is not None


@pytest.mark.parametrize("octets", [b"", b"{}", b"\x1f\x8b broken", b'{"cardRangeData":[{}]}'])
async def test_a_damaged_file_leaves_the_old_ranges_and_is_told(octets: bytes) -> None:
    """Truncated, empty or not what it should be: an Erro goes back."""
    stage = await joined("2.3.1")

    async def damaged(_caller: str, _name: str) -> bytes:
        return octets

    stage.wire.serve(damaged)
    await stage.pass_time(timedelta(hours=23))
    assert stage.cache.lookup(VISA) is not None
    assert (await stage.books.get("directory")).last_fault is not None
    assert parse(stage.wire.sent[-1][2], receiver=Component.DIRECTORY).type is MessageType.ERRO


async def test_after_a_fault_everything_is_asked_for() -> None:
    """Whatever was taken over before may no longer be what the Directory Server thinks."""
    stage = await joined()
    stage.wire.listen(DIRECTORY_URL, _garbage)
    await stage.pass_time(timedelta(hours=23))
    stage.wire.listen(DIRECTORY_URL, stage.directory.receive)
    await stage.pass_time(timedelta(hours=1))
    assert "serialNum" not in last_preq(stage)
    assert (await stage.books.get("directory")).last_fault is None


async def test_a_crash_while_ranges_are_kept_leaves_those_before() -> None:
    """The new pieces go into the other place; the book names the old one until they are whole."""
    stage = await joined()
    before = await stage.books.get("directory")
    await operator(stage).add_range(RANGE)
    await stage.pass_time(timedelta(hours=23))
    assert (await stage.books.get("directory")).slot != before.slot
    await stage.books.advance("directory", lambda _: (before, ()))
    stage.wire.silence(DIRECTORY_URL)
    await stage.restarted_server().start()
    assert stage.cache.lookup(VISA) is not None
    assert stage.cache.lookup(JCB) is None


async def test_kept_ranges_that_are_damaged_are_fetched_anew() -> None:
    """A disk that lies costs one PReq, not the business."""
    stage = await joined()
    book = await stage.books.get("directory")
    piece = await stage.server_pieces.get(f"directory/{book.slot}/0")
    await stage.server_pieces.advance(piece.id, lambda _: (replace(piece, octets=b"?"), ()))
    stage.clock.advance(timedelta(hours=1))
    await stage.restarted_server().start()
    assert "serialNum" not in last_preq(stage)
    assert stage.cache.lookup(VISA) is not None


async def test_another_process_takes_over_what_one_has_fetched() -> None:
    """Several processes of one room have one PReq a day between them, and the same ranges."""
    stage = await joined()
    asked = preqs(stage)
    elsewhere = stage.second_process()
    await elsewhere.start()
    assert preqs(stage) == asked
    await operator(stage).add_range(RANGE)
    await stage.pass_time(timedelta(hours=23))
    assert preqs(stage) == asked + 1
    body = write_object({"acctNumber": JCB})
    answer = read_object(await elsewhere.preauth(GATEWAY, body))
    while answer["messageType"] == "Erro":  # it is read beside the traffic, which goes on
        await asyncio.sleep(0)
        answer = read_object(await elsewhere.preauth(GATEWAY, body))
    assert answer["messageType"] == "CRD"
    assert preqs(stage) == asked + 1


async def _no_file(_caller: str, _name: str) -> None:
    return None


async def _garbage(_caller: str, _body: bytes) -> bytes:
    return b"?"
