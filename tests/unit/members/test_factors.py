"""What cardholders prove themselves by, as the ACS asks the bank over its port."""

import asyncio
import base64
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sekisho.adapters.factors import TotpCodes
from sekisho.clients.members_factors import IssuersBank
from sekisho.issuer.members.flow import factors as flow
from sekisho.issuer.members.model import Factors, Method
from sekisho.issuer.members.service import Proof
from sekisho.issuer.members.service.questions import RIGHT
from sekisho.issuer.members.web import peers
from sekisho.kernel.brands import Brand
from sekisho.kernel.errors import NotThere, OutOfTurn, TheyErred
from sekisho.kernel.factors import Ceremony, NotProven, Passkey, challenge_of
from sekisho.kernel.secret import Secret
from sekisho.testkit.asgi_peer import Asgi, AsgiPeer
from sekisho.testkit.cards import (
    SANDBOX_ANSWERS,
    SANDBOX_APP_SECRET,
    SANDBOX_PASSWORD,
    sandbox_card,
)
from tests.unit.adapters.factors.authenticator import Authenticator
from tests.unit.members.conftest import SETTINGS, make_bank

Room = Any  # the fixture's class lives in conftest
PAN = sandbox_card(Brand.VISA, "0072")
ASKED = Ceremony(nonce=b"n" * 32, facts=("trans=1", "amount=14500 JPY", "payee=Toge Chaya"))


def client_of(bank: Room, name: str = "acs") -> IssuersBank:
    """Call the bank's port as one of the rooms."""
    return IssuersBank(AsgiPeer(Asgi(app=peers(bank.members, log=bank.log), caller=name)))


def app_code(bank: Room) -> str:
    """Read the code that the cardholder's app shows now."""
    secret = Secret(base64.b32decode(SANDBOX_APP_SECRET))
    return TotpCodes().code_of(secret, at=bank.clock.now()).reveal()


def authenticator(**changes: Any) -> Authenticator:
    """Give the cardholder a device."""
    made = Authenticator(rp_id="bank.localhost", origin="http://bank.localhost:8080")
    return replace(made, **changes)


async def with_passkey(bank: Room) -> tuple[str, Authenticator]:
    """Register a passkey for the card."""
    card = await bank.members.cards.look_up(PAN)
    device = authenticator()
    asked = await bank.members.proving.open_registration(card)
    await bank.members.proving.register(card, device.made(challenge_of(asked)))
    return card.card_id, device


async def test_a_sandbox_card_has_every_factor_but_a_passkey_from_the_start(bank: Room) -> None:
    """D4, F4: a card that was never seen can be challenged by every method at once."""
    card = await client_of(bank).lookup_card(PAN)
    assert card.methods == ("password", "app_code", "question", "prompt")


async def test_a_real_bank_knows_of_no_factor_that_nobody_enrolled() -> None:
    """Without sandbox factors a card has nothing, and nothing proves it."""
    bank = make_bank(replace(SETTINGS, sandbox_factors=None))
    client = client_of(bank)
    card = await client.lookup_card(PAN)
    assert card.methods == ()
    for kind in ("password", "app_code", "answer"):
        assert not await client.prove(card.card_id, proof_id="p", kind=kind, typed=Secret("x"))
    assert await client.questions(card.card_id) == ()


async def test_the_password_proves_and_nothing_near_it(bank: Room) -> None:
    """D4: the password of the members' web service."""
    client = client_of(bank)
    card_id = (await client.lookup_card(PAN)).card_id
    for typed, proven in (
        (SANDBOX_PASSWORD, True), (SANDBOX_PASSWORD.upper(), False), ("", False),
        (SANDBOX_PASSWORD + " ", False),
    ):  # fmt: skip
        found = await client.prove(card_id, proof_id="p", kind="password", typed=Secret(typed))
        assert found is proven, typed


async def test_an_app_code_is_good_once(bank: Room) -> None:
    """D4, attack 20: seen over a shoulder, it is worth nothing; asked again, the answer stands."""
    client = client_of(bank)
    card_id = (await client.lookup_card(PAN)).card_id
    code = Secret(app_code(bank))
    assert await client.prove(card_id, proof_id="p-1", kind="app_code", typed=code)
    assert await client.prove(card_id, proof_id="p-1", kind="app_code", typed=code)
    assert not await client.prove(card_id, proof_id="p-2", kind="app_code", typed=code)
    bank.clock.advance(timedelta(seconds=60))
    again = Secret(app_code(bank))
    assert await client.prove(card_id, proof_id="p-3", kind="app_code", typed=again)


async def test_of_a_hundred_uses_of_one_app_code_at_once_one_counts(bank: Room) -> None:
    """Attack 20: two browsers with the same code race for one step."""
    card = await bank.members.cards.look_up(PAN)
    code = Secret(app_code(bank))
    found = await asyncio.gather(
        *(
            bank.members.proving.prove(card, proof_id=f"p-{n}", kind=Proof.APP_CODE, typed=code)
            for n in range(100)
        )
    )
    assert found.count(True) == 1


async def test_questions_are_asked_without_their_answers(bank: Room) -> None:
    """What goes to the ACS holds no right answer, nor does the bank's database."""
    client = client_of(bank)
    card_id = (await client.lookup_card(PAN)).card_id
    asked = {each.question_id: each for each in await client.questions(card_id)}
    assert asked.keys() == RIGHT.keys() == SANDBOX_ANSWERS.keys()
    assert RIGHT == SANDBOX_ANSWERS
    for question_id, right in RIGHT.items():
        assert set(right) < {option.code for option in asked[question_id].options}
        assert asked[question_id].several is (len(right) > 1)
        assert asked[question_id].texts.keys() == {"ja", "en"}
    kept = await bank.factors.get(card_id)
    assert "odawara" not in kept.questions[0].right


@pytest.mark.parametrize(
    ("question_id", "typed", "proven"),
    [
        ("branch", "odawara", True),
        ("branch", "gora", False),
        ("branch", "", False),
        ("payments", "electricity,water", True),
        ("payments", "water,electricity", True),
        ("payments", "electricity", False),
        ("payments", "electricity,water,gas", False),
        ("payments", "odawara", False),
        ("none", "odawara", False),
        (None, "odawara", False),
    ],
)
async def test_an_answer_proves_when_it_is_all_of_it_and_no_more(
    bank: Room, question_id: str | None, typed: str, proven: bool
) -> None:
    """A4: single and several choices, in any order."""
    client = client_of(bank)
    card_id = (await client.lookup_card(PAN)).card_id
    found = await client.prove(
        card_id, proof_id="p", kind="answer", typed=Secret(typed), question_id=question_id
    )
    assert found is proven


async def test_a_passkey_that_was_registered_proves_for_these_facts_only(bank: Room) -> None:
    """A4, attack 18: what the cardholder confirmed cannot be swapped for something else."""
    card_id, device = await with_passkey(bank)
    client = client_of(bank)
    assert "passkey" in (await client.lookup_card(PAN)).methods
    response = device.answered(challenge_of(ASKED))
    other = ("trans=1", "amount=90000 JPY", "payee=Toge Chaya")
    for facts, proven in ((other, False), (ASKED.facts, True)):
        found = await client.prove_passkey(
            card_id, proof_id="p-1", nonce=ASKED.nonce, facts=facts, response=response
        )
        assert found is proven


async def test_an_answer_of_a_passkey_that_counts_is_good_once(bank: Room) -> None:
    """The same proof asked again is the same answer; the same response as another proof is not."""
    card_id, device = await with_passkey(bank)
    client = client_of(bank)
    response = replace(device, count=1).answered(challenge_of(ASKED))
    for proof_id, proven in (("p-1", True), ("p-1", True), ("p-2", False)):
        found = await client.prove_passkey(
            card_id, proof_id=proof_id, nonce=ASKED.nonce, facts=ASKED.facts, response=response
        )
        assert found is proven, proof_id
    known = await client.passkeys(card_id)
    assert (known.rp_id, known.origin) == ("bank.localhost", "http://bank.localhost:8080")
    assert [each.sign_count for each in known.passkeys] == [1]


async def test_a_registration_answers_one_question_once_and_in_time(bank: Room) -> None:
    """A response made earlier, or twice, registers nothing."""
    card = await bank.members.cards.look_up(PAN)
    proving = bank.members.proving
    with pytest.raises(NotProven):
        await proving.register(card, "{}")
    asked = await proving.open_registration(card)
    device = authenticator()
    made = device.made(challenge_of(asked))
    newer = await proving.open_registration(card)
    with pytest.raises(NotProven):
        await proving.register(card, made)
    bank.clock.advance(timedelta(minutes=10))
    with pytest.raises(OutOfTurn):
        await proving.register(card, device.made(challenge_of(newer)))
    assert (await proving.of(card)).passkeys == ()


async def test_a_bank_without_an_origin_has_no_passkeys() -> None:
    """Nothing to register, nothing to prove."""
    bank = make_bank(replace(SETTINGS, passkey_origin=None))
    client = client_of(bank)
    known = await client.passkeys((await client.lookup_card(PAN)).card_id)
    assert (known.rp_id, known.passkeys) == (None, ())


async def test_a_second_registration_of_one_passkey_replaces_the_first(bank: Room) -> None:
    """One authenticator is one passkey."""
    passkey = Passkey(credential_id="c", public_key=b"k", sign_count=0, backed_up=False)
    factors = Factors(card_id="1")
    for nonce in ("a", "b"):
        at = bank.clock.now()
        factors, _ = flow.open_registration(
            factors, nonce=nonce, good_until=at + timedelta(minutes=1)
        )
        factors, _ = flow.register_passkey(factors, passkey, nonce=nonce, at=at)
    assert len(factors.passkeys) == 1
    assert Method.PASSKEY.value == "passkey"


@pytest.mark.parametrize("caller", ["gateway", "directory", "server", None])
async def test_only_the_acs_may_ask(bank: Room, caller: str | None) -> None:
    """A certificate of another room is refused before anything is looked at."""
    client = client_of(bank, caller)  # type: ignore[arg-type]  # nobody is a caller too
    with pytest.raises(TheyErred):
        await client.prove("c", proof_id="p", kind="password", typed=Secret("x"))
    with pytest.raises(TheyErred):
        await client.passkeys("c")


async def test_a_card_that_is_not_there_proves_nothing(bank: Room) -> None:
    """Nor has it questions."""
    with pytest.raises(NotThere):
        await client_of(bank).questions("none")


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=40)
@given(response=st.text(max_size=300) | st.binary(max_size=200).map(lambda octets: octets.hex()))
async def test_whatever_is_sent_as_a_passkeys_answer_it_is_yes_or_no(
    bank: Room, response: str
) -> None:
    """The property of this parser: never an error of ours."""
    card = await bank.members.cards.look_up(PAN)
    assert not await bank.members.proving.prove_passkey(
        card, proof_id="p", ceremony=ASKED, response=response
    )
