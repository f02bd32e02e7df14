"""What merchants' programs can do, over memory stores and peers that keep their contracts."""

import asyncio
import copy
from dataclasses import replace
from datetime import timedelta
from typing import Any

import msgspec
import pytest

from sekisho.acquirer.gateway.flow import Authorize
from sekisho.acquirer.gateway.model import Kind, State
from sekisho.acquirer.gateway.model.refusals import Refused, RequestInFlight, RequestReused
from sekisho.acquirer.gateway.service.desk import Answer
from sekisho.kernel.brands import Brand
from sekisho.kernel.errors import NotThere, Unreachable
from tests.unit.gateway.scenes import (
    GENEROUS,
    MERCHANT,
    OTHER,
    PAY,
    SEED_PASS_THROUGH,
    SHOP,
    STRICT,
    World,
    asked,
    straight,
    typed_card,
    verification,
)


@pytest.fixture
def world() -> World:
    """A gateway with its world in memory."""
    return World()


async def create(
    world: World, body: dict[str, Any], request_id: str = "r-1", kind: Kind = Kind.PAYMENT
) -> Answer:
    """Ask for a payment or a verification."""
    return await world.service.intake.create(world.merchant, kind, request_id, body)


def at(answer: Answer, *path: str) -> Any:
    """A member of an answer."""
    here: Any = answer.body
    for name in path:
        here = here[name]
    return here


async def read(world: World, answer: Answer, kind: Kind = Kind.PAYMENT) -> Answer:
    """Read the payment again."""
    return await world.service.payments.read(world.merchant, kind, at(answer, "transactionId"))


async def test_the_first_answer_asks_for_the_authentication(world: World) -> None:
    """C3 and trap 1: SUCCESS and PENDING, as independent clients of this API expect."""
    answer = await create(world, asked())
    assert answer.status == 200
    assert at(answer, "responseStatus") == "SUCCESS"
    assert at(answer, "transactionState") == "PENDING"
    assert at(answer, "responseCode") == "PERFORM_AUTHENTICATION"
    assert at(answer, "transactionId") == at(answer, "paymentRequestId")
    proof = at(answer, "paymentAuthenticationResult")
    assert proof["authenticationOrchestrationUrl"].startswith(f"{PAY}/3ds/orchestration?")
    assert proof["authenticationReturnUrl"].startswith(SHOP)
    assert proof["authenticationId"]
    assert world.bank.calls == []


async def test_without_a_return_address_the_bank_is_asked_at_once(world: World) -> None:
    """C1."""
    answer = await create(world, straight())
    assert at(answer, "transactionState") == "CLOSED"
    assert at(answer, "responseCode") == "APPROVED"
    assert at(answer, "approvalCode") == "123456"
    assert "paymentAuthenticationResult" not in answer.body
    (request,) = world.bank.requests.values()
    assert request.capture
    assert request.eci is None


async def test_a_shift_needs_a_verified_value(world: World) -> None:
    """C11: decided after the authorization, with the reason."""
    answer = await create(world, straight())
    assert at(answer, "fraudLiability") == {"party": "MERCHANT", "reason": "not authenticated"}


async def test_the_seeds_pass_through_request_is_taken(world: World) -> None:
    """Seed 002's second example, letter for letter: its values reach the bank unaltered."""
    answer = await create(world, SEED_PASS_THROUGH)
    assert at(answer, "transactionState") == "CLOSED"
    (request,) = world.bank.requests.values()
    assert request.eci == "05"
    assert request.authentication_value == "AABAIcJIo5DIzAgVAkiAAAAAAA="
    assert request.ds_trans_id == "01ade6ae340005c681c3a1890418"
    assert at(answer, "fraudLiability", "reason") == "the authentication value was not verified"


async def test_an_eci_of_another_brand_is_refused(world: World) -> None:
    """C9: an ECI is worth nothing outside its brand."""
    body = straight()
    body["paymentMethodType"]["card"]["authentication"] = {"electronicCommerceIndicator": "02"}
    with pytest.raises(Refused, match="electronicCommerceIndicator"):
        await create(world, body)
    assert world.bank.calls == []


async def test_an_exemption_is_refused_rather_than_ignored(world: World) -> None:
    """Whoever asks for an exemption must not be served without one."""
    body = straight()
    body["paymentMethodType"]["card"]["authentication"] = {
        "SCAExemptionReason": "LOW_VALUE_PAYMENT"
    }
    with pytest.raises(Refused, match="exemptions are not offered"):
        await create(world, body)


async def test_a_vault_token_pays(world: World) -> None:
    """E4: the merchant sends a token; the gateway restores the card."""
    token = world.vault.keep(MERCHANT.merchant_id, typed_card(brand=Brand.JCB))
    body = straight(accountNumber=token, accountNumberType="SAFETECH_TOKEN")
    del body["paymentMethodType"]["card"]["cvv"]
    answer = await create(world, body)
    card = at(answer, "paymentMethodType", "card")
    assert card["cardType"] == "JC"
    assert card["lastFour"] == "0103"
    (request,) = world.bank.requests.values()
    assert request.card.security_code is not None
    assert card["networkResponse"]["cardVerificationResult"] == "MATCH"


async def test_a_token_is_good_for_one_payment_of_its_merchant(world: World) -> None:
    """E5: unknown, another's, used, expired: each refused by the member's name."""
    mine = world.vault.keep(MERCHANT.merchant_id, typed_card())
    others = world.vault.keep(OTHER.merchant_id, typed_card())
    old = world.vault.keep(MERCHANT.merchant_id, typed_card())
    world.vault.expire(old)
    body = straight(accountNumberType="SAFETECH_TOKEN")
    del body["paymentMethodType"]["card"]["cvv"]
    card = body["paymentMethodType"]["card"]
    card["accountNumber"] = mine
    await create(world, body, "r-first")
    for nth, (token, why) in enumerate(
        [("tok_nobody", "no token"), (others, "no token"), (mine, "already used"), (old, "expired")]
    ):
        card["accountNumber"] = token
        with pytest.raises(Refused, match=why) as refusal:
            await create(world, body, f"r-{nth}")
        assert refusal.value.flaws[0].entity == "paymentMethodType.card.accountNumber"
    assert len(world.bank.requests) == 1


async def test_no_card_number_is_kept_or_answered(world: World) -> None:
    """Write-only members never come back, nor do they lie anywhere."""
    body = asked(cvv="987")
    number = body["paymentMethodType"]["card"]["accountNumber"]
    answer = await create(world, body)
    kept = [*await world.payments.newest(), *await world.slots.newest()]
    for text in (msgspec.json.encode(answer.body), msgspec.json.encode(kept)):
        assert number.encode() not in text
        assert b"987" not in text.replace(b"998001234567", b"")
    assert not any(number in str(line) for line in world.log.lines)


async def test_an_equal_request_gets_the_stored_answer(world: World) -> None:
    """The answer of the first time, to the letter, also after the payment has moved on."""
    first = await create(world, straight())
    world.bank.decline = "05"
    again = await create(world, straight())
    assert again == first
    assert len(await world.payments.newest()) == 1
    assert len(world.bank.requests) == 1


async def test_the_same_request_id_for_another_request_is_refused(world: World) -> None:
    """Attack 34."""
    await create(world, straight())
    body = straight()
    body["amount"] = 1
    with pytest.raises(RequestReused):
        await create(world, body)


async def test_equal_requests_at_once_have_one_effect(world: World) -> None:
    """However many arrive together: one payment, one authorization; the others are told to wait."""
    results = await asyncio.gather(
        *(create(world, straight()) for _ in range(20)), return_exceptions=True
    )
    answers = [result for result in results if isinstance(result, Answer)]
    assert answers
    assert all(isinstance(result, Answer | RequestInFlight) for result in results)
    assert all(answer == answers[0] for answer in answers)
    assert len(await world.payments.newest()) == 1
    assert [call for call, _ in world.bank.calls] == ["authorize"]


async def test_two_merchants_may_use_the_same_request_id(world: World) -> None:
    """A request id is its merchant's own."""
    await create(world, straight())
    body = straight()
    answer = await world.service.intake.create(OTHER, Kind.PAYMENT, "r-1", body)
    assert answer.status == 200
    assert len(await world.payments.newest()) == 2


async def test_a_refused_request_leaves_its_id_free(world: World) -> None:
    """Nothing was made: the merchant mends the request and sends it again."""
    token = world.vault.keep(OTHER.merchant_id, typed_card())
    body = straight(accountNumber=token, accountNumberType="SAFETECH_TOKEN")
    del body["paymentMethodType"]["card"]["cvv"]
    with pytest.raises(Refused):
        await create(world, body)
    assert (await create(world, straight())).status == 200


async def test_a_vault_out_of_reach_leaves_the_id_free(world: World) -> None:
    """The same request, sent again, goes through."""
    world.vault.unreachable = True
    with pytest.raises(Unreachable):
        await create(world, straight())
    world.vault.unreachable = False
    assert at(await create(world, straight()), "transactionState") == "CLOSED"


async def test_a_token_stays_good_for_the_request_that_claimed_it(world: World) -> None:
    """The vault had acted, then something was out of reach: the same request may come again."""
    token = world.vault.keep(MERCHANT.merchant_id, typed_card())
    body = straight(accountNumber=token, accountNumberType="SAFETECH_TOKEN")
    del body["paymentMethodType"]["card"]["cvv"]
    body["paymentMethodType"]["card"]["authentication"] = {"electronicCommerceIndicator": "02"}
    with pytest.raises(Refused, match="must be one of"):
        await create(world, body)
    body["paymentMethodType"]["card"]["authentication"] = {"electronicCommerceIndicator": "05"}
    assert at(await create(world, body), "transactionState") == "CLOSED"


async def test_a_request_whose_process_died_is_taken_up_again(world: World) -> None:
    """Attack 34: a crash between the payment and its answer must not make a second payment."""
    first = await create(world, straight())
    slot = await world.slots.get(f"{MERCHANT.merchant_id}:r-1")
    await world.slots.advance(slot.key, lambda s: (replace(s, status=None, answer=None), ()))
    with pytest.raises(RequestInFlight):
        await create(world, straight())
    world.clock.advance(timedelta(seconds=61))
    again = await create(world, straight())
    assert at(again, "transactionId") == at(first, "transactionId")
    assert at(again, "transactionState") == "CLOSED"
    assert len(world.bank.requests) == 1


async def test_a_payment_is_found_by_its_request(world: World) -> None:
    """After a time-out the merchant looks up what became of the request."""
    first = await create(world, straight())
    found = await world.service.payments.find(MERCHANT, Kind.PAYMENT, "r-1")
    assert at(found, "transactionId") == at(first, "transactionId")
    with pytest.raises(NotThere):
        await world.service.payments.find(MERCHANT, Kind.PAYMENT, "r-2")
    with pytest.raises(NotThere):
        await world.service.payments.find(OTHER, Kind.PAYMENT, "r-1")


async def test_another_merchants_payment_is_as_good_as_none(world: World) -> None:
    """Not even its existence is told, and it cannot be voided."""
    made = at(await create(world, straight()), "transactionId")
    with pytest.raises(NotThere):
        await world.service.payments.read(OTHER, Kind.PAYMENT, made)
    with pytest.raises(NotThere):
        await world.service.payments.change(OTHER, made, "r-9", {"isVoid": True})
    with pytest.raises(NotThere):
        await world.service.payments.read(MERCHANT, Kind.VERIFICATION, made)


async def test_a_void_reverses_what_the_bank_holds(world: World) -> None:
    """PATCH isVoid, repeated with the same id or a new one."""
    made = at(await create(world, straight()), "transactionId")
    for request_id in ("v-1", "v-1", "v-2"):
        answer = await world.service.payments.change(MERCHANT, made, request_id, {"isVoid": True})
        assert at(answer, "transactionState") == "VOIDED"
    assert world.bank.holding == set()


async def test_a_void_of_a_pending_payment_ends_it_at_once(world: World) -> None:
    """Nobody can open its orchestration address any more, and the bank is never asked."""
    answer = await create(world, asked())
    made = at(answer, "transactionId")
    voided = await world.service.payments.change(MERCHANT, made, "v-1", {"isVoid": True})
    assert at(voided, "transactionState") == "VOIDED"
    await world.later(minutes=60)
    assert world.bank.calls == []
    assert (await world.only()).state is State.VOIDED


async def test_a_void_waits_for_a_bank_that_is_silent(world: World) -> None:
    """The answer says that it is under way; the reversal goes on until acknowledged."""
    made = at(await create(world, straight()), "transactionId")
    world.bank.unreachable = True
    answer = await world.service.payments.change(MERCHANT, made, "v-1", {"isVoid": True})
    assert at(answer, "responseCode") == "VOID_PENDING"
    for _ in range(150):
        await world.later(seconds=30)
    assert (await world.only()).state is State.VOIDING
    world.bank.unreachable = False
    await world.later(seconds=30)
    assert (await world.only()).state is State.VOIDED
    assert world.bank.holding == set()


@pytest.mark.parametrize(
    ("body", "entity"),
    [
        ({"amount": 1}, "amount"),
        ({"captureMethod": "NOW", "isVoid": True}, "captureMethod"),
        ({"isReauthorization": True}, "isReauthorization"),
        ({"isVoid": False}, "isVoid"),
        ({"isVoid": "perhaps"}, "isVoid"),
        ({}, "isVoid"),
    ],
)
async def test_other_changes_are_refused_by_name(
    world: World, body: dict[str, Any], entity: str
) -> None:
    """A change that we do not do must not look done."""
    made = at(await create(world, straight()), "transactionId")
    with pytest.raises(Refused) as refusal:
        await world.service.payments.change(MERCHANT, made, "c-1", body)
    assert entity in {flaw.entity for flaw in refusal.value.flaws}


async def test_a_declined_payment_cannot_be_voided(world: World) -> None:
    """There is nothing to give back; the merchant is told so."""
    world.bank.decline = "51"
    answer = await create(world, straight())
    assert at(answer, "responseStatus") == "DENIED"
    assert at(answer, "transactionState") == "DECLINED"
    assert at(answer, "responseCode") == "INSUFFICIENT_FUNDS"
    with pytest.raises(Refused, match="nothing to void"):
        made = at(answer, "transactionId")
        await world.service.payments.change(MERCHANT, made, "v-1", {"isVoid": True})


async def test_manual_capture_only_reserves(world: World) -> None:
    """Trap 6 the other way round: without NOW the state is AUTHORIZED."""
    body = straight()
    body["captureMethod"] = "MANUAL"
    answer = await create(world, body)
    assert at(answer, "transactionState") == "AUTHORIZED"
    assert at(answer, "remainingAuthAmount") == 14500
    (request,) = world.bank.requests.values()
    assert not request.capture


async def test_delayed_capture_is_refused_rather_than_forgotten(world: World) -> None:
    """Nobody would take the money two hours later."""
    body = straight()
    body["captureMethod"] = "DELAYED"
    with pytest.raises(Refused, match="captureMethod"):
        await create(world, body)


async def test_an_expired_token_card_is_refused(world: World) -> None:
    """The vault may have kept it since last month."""
    old = replace(typed_card(), expiry=replace(typed_card().expiry, year=2026, month=10))
    token = world.vault.keep(MERCHANT.merchant_id, old)
    body = straight(accountNumber=token, accountNumberType="SAFETECH_TOKEN")
    del body["paymentMethodType"]["card"]["cvv"]
    with pytest.raises(Refused, match="expired"):
        await create(world, body)


async def test_a_bank_that_answers_late_is_asked_again_with_the_same_id(world: World) -> None:
    """The answer got lost: the bank has acted, and must not act twice."""
    world.bank.lose_answers = True
    answer = await create(world, straight())
    assert at(answer, "responseCode") == "AUTHORIZATION_PENDING"
    world.bank.lose_answers = False
    await world.later(seconds=2)
    again = await read(world, answer)
    assert at(again, "transactionState") == "CLOSED"
    assert at(again, "paymentMethodType", "card", "networkResponse", "cardVerificationResult") == (
        "MATCH"
    )
    assert len(world.bank.answers) == 1


async def test_a_bank_that_stays_silent_is_reversed(world: World) -> None:
    """The payment ends ERROR, and whatever the bank did is undone."""
    world.bank.lose_answers = True
    answer = await create(world, straight())
    await world.later(seconds=121)
    world.bank.lose_answers = False
    for _ in range(12):
        await world.later(seconds=30)
    again = await read(world, answer)
    assert at(again, "responseStatus") == "ERROR"
    assert at(again, "responseCode") == "AUTHORIZATION_TIMEOUT"
    assert world.bank.holding == set()
    assert (await world.only()).state is State.ERROR


async def test_a_security_code_lost_in_a_restart_never_authorizes_twice(world: World) -> None:
    """The bank knows the first request; a second one without the code is another: undo and end."""
    world.bank.lose_answers = True
    answer = await create(world, straight())
    world.bank.lose_answers = False
    world.vault.forget_codes()
    world.service = world.started()
    for _ in range(4):
        await world.later(seconds=30)
    again = await read(world, answer)
    assert at(again, "transactionState") == "ERROR"
    assert world.bank.holding == set()
    assert len(world.bank.answers) == 1


async def test_there_is_one_authorization_effect_for_a_payment(world: World) -> None:
    """Counted in the store, over the whole life of a payment."""
    world.bank.unreachable = True
    await create(world, straight())
    for _ in range(20):
        await world.later(seconds=10)
    world.bank.unreachable = False
    for _ in range(20):
        await world.later(seconds=30)
    assert [effect for _, effect in world.payments.effects].count(Authorize()) == 1


async def test_a_card_is_verified_without_money(world: World) -> None:
    """C1: a verification without 3-D Secure asks the bank for nothing but a yes."""
    body = straight()
    del body["amount"]
    answer = await create(world, body, kind=Kind.VERIFICATION)
    assert at(answer, "transactionState") == "CLOSED"
    assert at(answer, "amount") == 0
    (request,) = world.bank.requests.values()
    assert request.amount.minor == 0
    assert not request.capture
    assert "fraudLiability" not in answer.body


async def test_a_verification_asks_for_its_own_authentication(world: World) -> None:
    """C1: the member is called verificationAuthenticationRequest there."""
    answer = await create(world, verification(), kind=Kind.VERIFICATION)
    assert at(answer, "responseCode") == "PERFORM_AUTHENTICATION"
    assert "authenticationOrchestrationUrl" in at(answer, "verificationAuthenticationResult")


def test_a_policy_cannot_let_denials_through() -> None:
    """A5: a merchant's settings with N or R do not even load."""
    assert STRICT.authorize_on == ("Y",)
    assert "U" in GENEROUS.authorize_on
    with pytest.raises(Exception, match="authorized only after"):
        replace(MERCHANT, authorize_on=("Y", "N"))


async def test_a_wrong_currency_does_not_hide_a_wrong_amount(world: World) -> None:
    """C2: every flaw at once."""
    body = straight() | {"amount": -1, "currency": "YEN"}
    with pytest.raises(Refused) as refused:
        await create(world, body)
    assert {flaw.entity for flaw in refused.value.flaws} == {"amount", "currency"}


@pytest.mark.parametrize("amount", [-1, 0, 1.5, "ten", True, None, 10**12])
async def test_an_amount_is_a_positive_number_of_minor_units(world: World, amount: object) -> None:
    """Named, like every other member."""
    body = straight()
    body["amount"] = amount
    with pytest.raises(Refused) as refusal:
        await create(world, body)
    assert {flaw.entity for flaw in refusal.value.flaws} == {"amount"}


@pytest.mark.parametrize(
    ("card", "entity"),
    [
        ({"accountNumber": "4112344112344114"}, "accountNumber"),
        ({"accountNumber": "1234567890123452"}, "accountNumber"),
        ({"accountNumber": None}, "accountNumber"),
        ({"accountNumber": []}, "accountNumber"),
        ({"accountNumberType": "NETWORK_TOKEN"}, "accountNumberType"),
        ({"accountNumberType": "SAFETECH_TOKEN"}, "cvv"),
        ({"accountNumberType": "SAFETECH_TOKEN", "accountNumber": {}}, "accountNumber"),
        ({"accountNumberType": "SAFETECH_TOKEN", "accountNumber": 1.5}, "accountNumber"),
        ({"expiry": {"month": 13, "year": 2040}}, "expiry"),
        ({"expiry": {"month": 10, "year": 2026}}, "expiry"),
        ({"expiry": {"month": 10}}, "expiry.year"),
        ({"cvv": "12"}, "cvv"),
        ({"authentication": {}, "cvv": "x"}, "cvv"),
        ({"authentication": {"threeDS": {}, "x": 1}}, "authentication.electronicCommerceIndicator"),
        ({"authentication": "05"}, "authentication"),
    ],
)
async def test_a_bad_card_is_refused_by_name_and_never_repeated(
    world: World, card: dict[str, Any], entity: str
) -> None:
    """C2; a refusal is logged and stored by others, so it holds no number."""
    body = straight(**card)
    with pytest.raises(Refused) as refusal:
        await create(world, body)
    assert f"paymentMethodType.card.{entity}" in {flaw.entity for flaw in refusal.value.flaws}
    assert "4112344112344114" not in str(refusal.value)


async def test_pass_through_cannot_stand_beside_orchestration(world: World) -> None:
    """Two authentications for one payment: which one would count?"""
    body = asked(authentication={"electronicCommerceIndicator": "05"})
    with pytest.raises(Refused, match="choose one"):
        await create(world, body)


@pytest.mark.parametrize("member", ["authenticationValue", "authenticationTransactionId"])
@pytest.mark.parametrize("value", ["with blanks", "日本"])
async def test_what_is_passed_through_can_stand_in_a_message(
    world: World, member: str, value: str
) -> None:
    """C6: refused by name here, and not by the bank after the card was put away."""
    body = copy.deepcopy(SEED_PASS_THROUGH)
    body["paymentMethodType"]["card"]["authentication"]["threeDS"][member] = value
    with pytest.raises(Refused) as refused:
        await create(world, body)
    (flaw,) = refused.value.flaws
    assert flaw.entity.endswith(f".threeDS.{member}")


async def test_a_jcb_prepaid_account_needs_a_jcb_card(world: World) -> None:
    """Known only once the vault has opened the token."""
    token = world.vault.keep(MERCHANT.merchant_id, typed_card())
    body = asked(accountNumber=token, accountNumberType="SAFETECH_TOKEN")
    card = body["paymentMethodType"]["card"]
    del card["cvv"]
    card["paymentAuthenticationRequest"]["accountType"] = "JCB_PREPAID"
    with pytest.raises(Refused, match="JCB cards only"):
        await create(world, body)


@pytest.mark.parametrize("value", ["SOON", 7, {}])
async def test_an_unknown_capture_method_is_refused(world: World, value: object) -> None:
    """An empty object counts as absent, which is NOW."""
    body = straight()
    body["captureMethod"] = value
    if value == {}:
        assert at(await create(world, body), "captureMethod") == "NOW"
        return
    with pytest.raises(Refused, match="captureMethod"):
        await create(world, body)


async def test_a_verification_takes_no_money(world: World) -> None:
    """An amount there is a mistake, not an order."""
    with pytest.raises(Refused, match="takes no money"):
        await create(world, straight(), kind=Kind.VERIFICATION)


async def test_a_request_without_its_objects_is_refused_by_name(world: World) -> None:
    """Each of the four required members of the API."""
    with pytest.raises(Refused) as refusal:
        await create(world, {})
    assert {flaw.entity for flaw in refusal.value.flaws} == {
        "amount", "currency", "merchant", "paymentMethodType.card.accountNumber",
    }  # fmt: skip
