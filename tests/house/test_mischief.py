"""Each role against the misbehaving twin of every peer: over real sockets and mutual TLS.

The twin is the real room with mischief around it. Every fault that the table knows, at every leg
where it can happen, has its row in `REACTIONS`; a fault without one fails here.
"""

import re
from collections.abc import AsyncIterator
from typing import TypeVar

import pytest
import pytest_asyncio

from sekisho.acquirer.server import store as server_store
from sekisho.adapters.records import Records, Table
from sekisho.interoperability.directory import store as directory_store
from sekisho.issuer.acs import store as acs_store
from sekisho.kernel.brands import Brand
from sekisho.protocol.states import acs_authentication, directory_relay, server_table
from sekisho.testkit.cards import sandbox_card
from sekisho.testkit.emv_network import purchase
from sekisho.testkit.mischief import (
    FAULTS,
    LEGS,
    REACTIONS,
    Fault,
    Leg,
    Reaction,
    Switch,
    card_with_mischief,
    members_of,
)
from sekisho.testkit.mischief.legs import ANSWER_TO
from tests.joined_rooms import JoinedRooms, joined_rooms

pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.xdist_group("mischief")]

Record = TypeVar("Record")
CASES = [(leg, fault) for leg in LEGS for fault in FAULTS.values() if leg in fault.legs]
SHORT_S = 0.2
"""How long a message is waited for that will not come in time."""
CHALLENGED, FRICTIONLESS = "0070", "0003"
VERSION = "2.2.0"
"""Of every transaction here: what is answered differs a little from version to version."""
NO_RESULT_YET = "305"
FINAL_STATES = {
    state.value
    for final in (server_table.FINAL, directory_relay.FINAL, acs_authentication.FINAL)
    for state in final
}


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def rooms(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[JoinedRooms]:
    """Four rooms that all cases share: each has a transaction of its own."""
    async with joined_rooms(tmp_path_factory.mktemp("joined")) as running:
        await running.call(
            "/auth", purchase(messageVersion=VERSION)
        )  # the transaction before, for answers swapped
        yield running


async def test_every_fault_has_its_reaction_everywhere() -> None:
    """A new switch without an expectation fails here, and so does an expectation of nothing."""
    assert {(leg, fault.name) for leg, fault in CASES} == set(REACTIONS)


@pytest.mark.parametrize(
    ("leg", "fault"), CASES, ids=[f"{leg}-{fault.name}" for leg, fault in CASES]
)
async def test_the_other_side_answers_as_it_must(
    rooms: JoinedRooms, leg: Leg, fault: Fault, capsys: pytest.CaptureFixture[str]
) -> None:
    """A2, A3, A4, F1: the right Erro or status, and no card number in logs, Erros or answers."""
    rooms.mischief.heard.clear()
    rooms.mischief.patience_s = patience(leg, fault)
    if leg.message.value in {"PReq", "PRes"}:
        read = await card_ranges(rooms, leg, fault)
    else:
        read = await a_purchase(rooms, leg, fault)
    told = [members_of(heard.message) for heard in rooms.mischief.heard if heard.role is leg.role]
    heard = ", ".join(filter(None, map(in_short, told))) or "nothing"
    assert Reaction(told=heard, read=read) == REACTIONS[leg, fault.name]
    printed = capsys.readouterr().err
    assert "mischief" in printed or fault.name == "never"
    assert_no_card_number(printed, *(heard.message.decode() for heard in rooms.mischief.heard))


async def a_purchase(rooms: JoinedRooms, leg: Leg, fault: Fault) -> str:
    """Buy with a card that is challenged and a cardholder who does not come."""
    ending = FRICTIONLESS if fault.name == "unannounced-result" else CHALLENGED
    question = purchase(acctNumber=sandbox_card(Brand.VISA, ending).digits, messageVersion=VERSION)
    switch = {"X-Sekisho-Mischief": f"{leg}={fault.name}"}
    answer = await rooms.call("/auth", question, switch)
    assert_no_card_number(str(answer))
    if answer.get("transStatus") != "C":
        newest = await records(rooms, "server", server_store.AUTHENTICATIONS).newest(limit=1)
        await rooms.settle(newest[0].id)
        return in_short(answer)
    await rooms.pass_time(31)
    await rooms.settle(answer["acsTransID"], answer["threeDSServerTransID"])
    named = {"threeDSServerTransID": answer["threeDSServerTransID"]}
    result = await rooms.call("/postauth", named)
    if result.get("errorCode") == NO_RESULT_YET:
        return "ARes C, no result"
    return f"ARes C, {in_short(result)}"


async def card_ranges(rooms: JoinedRooms, leg: Leg, fault: Fault) -> str:
    """Ask for the card ranges; cards are found all the same."""
    rooms.mischief.plans.always(Switch(leg=leg, fault=fault))
    try:
        await rooms.ask_for_ranges()
    finally:
        rooms.mischief.plans.clear()
    await rooms.settle("directory")
    card = sandbox_card(Brand.VISA, CHALLENGED).digits
    found = await rooms.call("/preauth", {"acctNumber": card})
    return "its card ranges" if found["messageType"] == "CRD" else in_short(found)


def patience(leg: Leg, fault: Fault) -> dict[str, float]:
    """Say how long whoever waits in vain does so; everybody else has all the time of the protocol."""
    if fault.name not in {"late", "never"}:
        return {}
    awaited = leg if leg.is_answer else None
    name = str(awaited) if awaited else f"{leg.to.value}.{ANSWER_TO[leg.message].value}"
    return {name: SHORT_S}


def in_short(members: dict[str, object]) -> str:
    """Say in short what a message says."""
    match members.get("messageType"):
        case None:
            return ""
        case "Erro":
            return f"Erro {members['errorCode']} {members['errorComponent']}"
        case kind:
            status = members.get("transStatus") or members.get("resultsStatus") or ""
            return f"{kind} {status}".strip()


def assert_no_card_number(*texts: str) -> None:
    """A canary: the cards of these tests, in any writing without blanks."""
    for text in texts:
        for digits in re.findall(r"\d{13,19}", text):
            assert digits not in CARDS


CARDS = {sandbox_card(Brand.VISA, ending).digits for ending in (CHALLENGED, FRICTIONLESS, "0103")}


async def test_a_test_card_calls_a_fault_up(rooms: JoinedRooms) -> None:
    """A3: by its last digits, and by digits 9 and 10; a header that nobody knows is refused."""
    plain = sandbox_card(Brand.VISA, FRICTIONLESS).digits
    for card, code in (
        (sandbox_card(Brand.VISA, "0091").digits, "101"),
        (card_with_mischief(plain, FAULTS["wrong-ids"]), "301"),
        (plain, None),
    ):
        answer = await rooms.call("/auth", purchase(acctNumber=card, messageVersion=VERSION))
        assert answer.get("errorCode") == code, answer
    refused = await rooms.call(
        "/auth", purchase(messageVersion=VERSION), {"X-Sekisho-Mischief": "acs=tipsy"}
    )
    assert "faults are late" in refused["refused"]


async def test_no_transaction_is_stuck(rooms: JoinedRooms) -> None:
    """F1: whatever was done to it, in the end every transaction has come to a final state."""
    rooms.mischief.patience_s = {}
    for _ in range(70):
        await rooms.pass_time(61)
        await rooms.keep_up()
    for room, table in TABLES:
        kept = await records(rooms, room, table).newest(limit=1000)
        found = {state_of(record) for record in kept}
        assert found
        assert found <= FINAL_STATES, room


TABLES: tuple[tuple[str, Table[object]], ...] = (
    ("server", server_store.AUTHENTICATIONS),
    ("directory", directory_store.RELAYS),
    ("acs", acs_store.AUTHENTICATIONS),
)


def records(rooms: JoinedRooms, room: str, table: Table[Record]) -> Records[Record]:
    """What a room remembers."""
    return Records(rooms.rooms[room].database, table, kick=rooms.rooms[room].outbox.kick)


def state_of(record: object) -> str:
    """Read a record's state, its own or that of its table."""
    holder = record if hasattr(record, "state") else record.stage
    return str(holder.state.value)
