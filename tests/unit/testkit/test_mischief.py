"""The switches of mischief: how they are written, when they happen, and what they do to a message."""

import json
from contextlib import suppress
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sekisho.kernel.brands import Brand
from sekisho.kernel.errors import Misuse, TimedOut, Unreachable
from sekisho.testkit.asgi_peer import Asgi
from sekisho.testkit.card_calls import CALLS
from sekisho.testkit.cards import rule_of, sandbox_card
from sekisho.testkit.mischief import (
    FAULTS,
    Mischief,
    Plans,
    Role,
    UnknownSwitch,
    asks_for_mischief,
    card_with_mischief,
    members_of,
    read_switches,
    switches_of_card,
)
from sekisho.testkit.mischief.deeds import Scene
from sekisho.testkit.mischief.legs import ACS_ARES, ACS_RREQ, DIRECTORY_RREQ
from sekisho.testkit.mischief.switches import PLANS_MAX, WANTED

TRANS_ID = "11111111-2222-4333-8444-555555555555"
ARES = {
    "messageType": "ARes", "messageVersion": "2.2.0", "threeDSServerTransID": TRANS_ID,
    "dsTransID": "d" * 36, "acsTransID": "a" * 36, "acsReferenceNumber": "ACS", "transStatus": "Y",
}  # fmt: skip
AREQ = {"messageType": "AReq", "messageVersion": "2.2.0", "threeDSServerTransID": TRANS_ID}


def octets(members: object) -> bytes:
    return json.dumps(members).encode()


class Way:
    """A road that keeps what went along it, and answers the same to everything."""

    def __init__(self, answer: bytes = b"{}") -> None:
        self.sent: list[bytes] = []
        self._answer = answer

    async def send(
        self, message: bytes, *, read_s: float, to: str | None = None, request_id: str | None = None
    ) -> bytes:
        self.sent.append(message)
        return self._answer

    async def fetch(self, url: str) -> bytes:
        return url.encode()


async def at_once(_seconds: float) -> None:
    """Let no time pass."""


def test_a_switch_names_role_message_fault_and_times() -> None:
    """The shortest form finds the role's first leg for the fault."""
    first, second = read_switches("acs=late, directory.RReq=twice:2")
    assert (first.leg, first.fault.name, first.times) == (ACS_ARES, "late", None)
    assert (second.leg, second.fault.name, second.times) == (DIRECTORY_RREQ, "twice", 2)
    assert read_switches("") == ()


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("acs=lat", "faults are late"),
        ("bank=late", "roles are server, directory, acs"),
        ("acs.AReq=late", "can happen at"),
        ("server=missing-acs-url", "can happen at acs.ARes, directory.ARes"),
        ("acs=late:often", "a number of times"),
        ("late", "faults are late"),
    ],
)
def test_an_unknown_switch_says_what_there_is(text: str, told: str) -> None:
    """Whoever mistypes one must not believe that the other side is steadfast."""
    with pytest.raises(UnknownSwitch, match=told):
        read_switches(text)


@given(st.text(max_size=60))
def test_no_header_raises_anything_but_an_unknown_switch(text: str) -> None:
    """F1: whatever stands in the header, it is a switch or it is refused."""
    with suppress(UnknownSwitch):
        read_switches(text)


def test_every_fault_has_a_number_of_its_own_that_fits_a_card() -> None:
    """By test card: the fault is called up and the outcome of the last four digits stays."""
    assert len({fault.number for fault in FAULTS.values()}) == len(FAULTS)
    for brand in (Brand.VISA, Brand.MASTERCARD, Brand.JCB, Brand.UNIONPAY):
        for fault in FAULTS.values():
            plain = sandbox_card(brand, "0072").digits
            card = card_with_mischief(plain, fault)
            assert [each.fault for each in switches_of_card(card)] == [fault]
            assert rule_of(card) == rule_of(plain)
            assert switches_of_card(plain) == ()


@pytest.mark.parametrize("ending", [each for each in CALLS if CALLS[each].fault])
def test_a_test_card_calls_its_fault_up_by_its_last_digits(ending: str) -> None:
    """What the table of test cards promises is a switch that there is, whatever the brand."""
    for brand in Brand:
        (switch,) = switches_of_card(sandbox_card(brand, f"00{ending}").digits)
        assert (switch,) == read_switches(str(CALLS[ending].fault))


def test_a_short_card_has_no_room_for_mischief() -> None:
    """Diners and American Express: their numbers are shorter."""
    for brand in (Brand.AMEX, Brand.DINERS):
        card = sandbox_card(brand, "0072").digits
        assert switches_of_card(card) == ()
        with pytest.raises(Misuse):
            card_with_mischief(card, FAULTS["late"])


def test_cards_of_other_programmes_call_up_nothing() -> None:
    """Numbers that clients of another test bank know keep their meaning alone."""
    for number in ("4111111111101203", "3558111111121872", "8171998927611203"):
        assert switches_of_card(number) == ()


def test_a_fault_happens_as_often_as_was_asked_and_to_nobody_else() -> None:
    """Transactions do not disturb each other."""
    plans = Plans()
    plans.plan(TRANS_ID, *read_switches("acs=late:2"))
    assert [bool(plans.due(ACS_ARES, AREQ)) for _ in range(4)] == [True, True, False, False]
    assert plans.due(ACS_ARES, {**AREQ, "threeDSServerTransID": "another"}) is None
    assert plans.due(ACS_RREQ, AREQ) is None


def test_old_plans_make_room() -> None:
    """A sandbox may run for weeks."""
    plans = Plans()
    for number in range(PLANS_MAX + 1):
        plans.plan(str(number), *read_switches("acs=late"))
    assert plans.due(ACS_ARES, {"threeDSServerTransID": "0"}) is None
    assert plans.due(ACS_ARES, {"threeDSServerTransID": "1"}) is not None


async def test_calls_pass_untouched_without_a_plan() -> None:
    """Nothing happens by itself."""
    way = Way()
    road = Mischief().road(Role.SERVER, way)
    assert await road.send(octets(AREQ), read_s=1) == b"{}"
    assert way.sent == [octets(AREQ)]
    assert await road.fetch("https://file") == b"https://file"


async def test_a_late_request_arrives_after_its_sender_has_given_up() -> None:
    """And one that never comes does not."""
    for fault, arrivals in (("late", 1), ("never", 0)):
        way, mischief = Way(), Mischief(wait=at_once)
        mischief.plans.plan(TRANS_ID, *read_switches(f"server={fault}"))
        with pytest.raises(TimedOut):
            await mischief.road(Role.SERVER, way).send(octets(AREQ), read_s=1)
        await mischief.settle()
        assert len(way.sent) == arrivals


async def test_a_foreign_certificate_goes_by_a_road_of_its_own() -> None:
    """Where there is none, the other side hangs up all the same."""
    way, stranger, mischief = Way(), Way(), Mischief()
    mischief.plans.plan(TRANS_ID, *read_switches("server=foreign-certificate"))
    await mischief.road(Role.SERVER, way, stranger=stranger).send(octets(AREQ), read_s=1)
    assert (way.sent, stranger.sent) == ([], [octets(AREQ)])
    with pytest.raises(Unreachable):
        await mischief.road(Role.SERVER, way).send(octets(AREQ), read_s=1)


async def test_the_wish_of_a_request_goes_with_its_transaction() -> None:
    """The header is read where the AReq goes out, and holds for every later message."""
    mischief = Mischief()
    token = WANTED.set(read_switches("directory.RReq=reset"))
    await mischief.road(Role.SERVER, Way()).send(
        octets({**AREQ, "acctNumber": sandbox_card(Brand.VISA, "0003").digits}), read_s=1
    )
    WANTED.reset(token)
    rreq = octets({"messageType": "RReq", "threeDSServerTransID": TRANS_ID})
    with pytest.raises(Unreachable):
        await mischief.road(Role.DIRECTORY, Way()).send(rreq, read_s=1)


async def test_a_header_that_nobody_understands_is_refused() -> None:
    """HTTP status 400, and the transaction does not happen."""

    async def never_called(*_arguments: object) -> None:
        raise AssertionError("the request must not get through")

    reply = await Asgi(app=asks_for_mischief(never_called)).send(
        "POST", "/auth", b"{}", {"X-Sekisho-Mischief": "acs=tipsy"}
    )
    assert reply is not None
    assert reply.status == 400
    assert b"faults are late" in reply.body


def test_bad_signature_changes_the_signature_alone() -> None:
    """What is signed stays: only its verification can tell."""
    spoilt = FAULTS["bad-signature"].spoil(scene({**ARES, "acsSignedContent": "head.body.c2ln"}))
    signed = str(members_of(spoilt.octets)["acsSignedContent"])
    assert signed.startswith("head.body.")
    assert signed != "head.body.c2ln"
    assert FAULTS["bad-signature"].spoil(scene(ARES)).octets is not None


def scene(members: dict[str, str]) -> Scene:
    return Scene(octets=octets(members), members=members, asked=AREQ, before=b"the one before")


@pytest.mark.parametrize("fault", FAULTS.values(), ids=lambda fault: fault.name)
def test_no_fault_happens_by_being_looked_at(fault: object) -> None:
    """Pure: the same message is spoilt the same way, and stays itself."""
    before = scene(dict(ARES))
    assert FAULTS[fault.name].spoil(before) == FAULTS[fault.name].spoil(before)  # type: ignore[attr-defined]
    assert before == replace(before, members=ARES)
