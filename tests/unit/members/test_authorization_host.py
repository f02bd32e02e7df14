"""The authorization host as the gateway meets it."""

import asyncio
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sekisho.issuer.members.flow import State
from sekisho.issuer.members.model import CodeResult, ResponseCode, ValueResult
from sekisho.issuer.members.service import AuthorizationRequest
from sekisho.kernel.brands import BRANDS, Brand
from sekisho.kernel.cards import Card, Expiry
from sekisho.kernel.errors import Conflict
from sekisho.kernel.money import Amount
from sekisho.kernel.secret import Secret
from sekisho.protocol import authentication_value
from sekisho.testkit.cards import sandbox_card

Bank = Any  # the fixture's class lives in conftest
CARD = Card(
    pan=sandbox_card(Brand.JCB, "0103"),
    expiry=Expiry(year=2030, month=12),
    security_code=Secret("123"),
)
REQUEST = AuthorizationRequest(
    authorization_id="auth-1",
    card=CARD,
    amount=Amount(minor=14500, currency="JPY"),
    merchant_id="998482157632",
    merchant_name="Sakura Books",
    merchant_category="5942",
    capture=True,
)
DS_TRANS_ID = "7f1b8a3e-0f5e-4d8e-9a8b-3a1f0c6d2e11"


def _proven(bank: Bank, request: AuthorizationRequest, *, attempt: bool = False) -> Any:
    """Make the request carry what our ACS would have made for it."""
    facts = BRANDS[Brand.JCB]
    value = authentication_value.make(
        bank.keys.authentication_value[Brand.JCB].keys[1],
        acct_number=request.card.pan.digits,
        ds_trans_id=DS_TRANS_ID,
        amount_minor=request.amount.minor,
        currency_number=request.amount.unit.number,
        acquirer_merchant_id=request.merchant_id,
        attempt=attempt,
        unpredictable=b"\x01\x02\x03\x04",
    )
    return replace(
        request,
        eci=facts.eci_attempt if attempt else facts.eci_full,
        authentication_value=value,
        ds_trans_id=DS_TRANS_ID,
    )


async def _balance(bank: Bank) -> int:
    newest = await bank.postings.newest(limit=1)
    return newest[0].balance_minor if newest else 0


async def test_an_ordinary_purchase_is_approved(bank: Bank) -> None:
    """No authentication was sent, none is verified; the money is given all the same."""
    answer = await bank.members.authorizations.authorize(REQUEST)
    assert answer.approved
    assert len(answer.approval_code) == 6
    assert answer.value_result is ValueResult.NOT_VERIFIED
    assert answer.security_code_result is CodeResult.MATCH
    assert await _balance(bank) == 14500


@pytest.mark.parametrize("attempt", [False, True])
async def test_a_genuine_authentication_value_passes(bank: Bank, attempt: bool) -> None:
    """A5, D10: full and attempted authentication are both verified with the ACS's key."""
    answer = await bank.members.authorizations.authorize(_proven(bank, REQUEST, attempt=attempt))
    assert answer.approved
    passed = ValueResult.ATTEMPT_PASSED if attempt else ValueResult.PASSED
    assert answer.value_result is passed


@pytest.mark.parametrize(
    "changes",
    [
        {"amount": Amount(minor=90000, currency="JPY")},
        {"amount": Amount(minor=14500, currency="KRW")},
        {"merchant_id": "998482157633"},
        {"card": replace(CARD, pan=sandbox_card(Brand.JCB, "1103"))},
        {"ds_trans_id": DS_TRANS_ID.replace("7", "8")},
        {"ds_trans_id": None},
        {"authentication_value": "A" * 28},
        {"eci": "06"},
        {"eci": "07"},
        {"eci": None},
    ],
)
async def test_a_value_proves_nothing_about_another_purchase(bank: Bank, changes: Any) -> None:
    """Authenticated for one yen at one shop, asked for another amount, shop, card: refused."""
    answer = await bank.members.authorizations.authorize(replace(_proven(bank, REQUEST), **changes))
    assert answer.code is ResponseCode.DO_NOT_HONOR
    assert answer.value_result in {ValueResult.FAILED, ValueResult.ATTEMPT_FAILED}
    assert await _balance(bank) == 0


async def test_one_authentication_serves_one_authorization(bank: Bank) -> None:
    """A replayed value is refused, even in another spelling of the transaction's id."""
    first = _proven(bank, REQUEST)
    assert (await bank.members.authorizations.authorize(first)).approved
    again = replace(first, authorization_id="auth-2", ds_trans_id=DS_TRANS_ID.upper())
    answer = await bank.members.authorizations.authorize(again)
    assert (answer.code, answer.value_result) == (ResponseCode.DO_NOT_HONOR, ValueResult.FAILED)
    assert await _balance(bank) == 14500


async def test_an_eci_without_a_value_shifts_nothing(bank: Bank) -> None:
    """A claim of 05 costs nothing to type: the result says that nothing was verified."""
    answer = await bank.members.authorizations.authorize(replace(REQUEST, eci="05"))
    assert (answer.approved, answer.value_result) == (True, ValueResult.NOT_VERIFIED)


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"card": replace(CARD, expiry=Expiry(year=2026, month=2))}, ResponseCode.EXPIRED),
        ({"card": replace(CARD, security_code=Secret("999"))}, ResponseCode.DO_NOT_HONOR),
        ({"card": replace(CARD, pan=sandbox_card(Brand.JCB, "9062"))}, ResponseCode.RESTRICTED),
        ({"amount": Amount(minor=52100, currency="JPY")}, ResponseCode.INSUFFICIENT_FUNDS),
        ({"amount": Amount(minor=53000, currency="JPY")}, ResponseCode.DO_NOT_HONOR),
        ({"amount": Amount(minor=1_000_001, currency="JPY")}, ResponseCode.INSUFFICIENT_FUNDS),
    ],
)
async def test_each_decline_has_its_code_and_charges_nothing(
    bank: Bank, changes: Any, code: ResponseCode
) -> None:
    """F4: the outcomes that the sandbox's documentation promises."""
    answer = await bank.members.authorizations.authorize(replace(REQUEST, **changes))
    assert (answer.code, answer.approval_code) == (code, None)
    await bank.outbox.run_due()
    assert await _balance(bank) == 0


async def test_a_card_of_another_bank_is_unknown(bank: Bank) -> None:
    """And leaves no account behind."""
    stranger = replace(CARD, pan=type(CARD.pan)("3566003566003566"))
    answer = await bank.members.authorizations.authorize(replace(REQUEST, card=stranger))
    assert answer.code is ResponseCode.NO_SUCH_CARD
    assert await bank.outbox.run_due() == 0
    assert await bank.cards.newest() == []


async def test_a_repeat_gets_the_same_answer_and_no_second_charge(bank: Bank) -> None:
    """The gateway may ask again after a crash, without the security code, which is gone by then."""
    first = await bank.members.authorizations.authorize(REQUEST)
    without_code = replace(REQUEST, card=replace(CARD, security_code=None))
    assert await bank.members.authorizations.authorize(without_code) == first
    assert await _balance(bank) == 14500


async def test_another_request_under_the_same_id_is_refused(bank: Bank) -> None:
    """An id stands for one request: a caller that mixes two up must hear of it."""
    await bank.members.authorizations.authorize(REQUEST)
    other = replace(REQUEST, amount=Amount(minor=1, currency="JPY"))
    with pytest.raises(Conflict):
        await bank.members.authorizations.authorize(other)


async def test_a_reversal_gives_the_money_back_once(bank: Bank) -> None:
    """Asked twice, posted once; the charge and its reversal both remain as facts."""
    await bank.members.authorizations.authorize(REQUEST)
    for _ in range(2):
        await bank.members.authorizations.reverse("auth-1", "the buyer left")
    assert await _balance(bank) == 0
    assert [posting.balance_minor for posting in await bank.postings.newest()] == [0, 14500]


async def test_a_reversed_authorization_is_approved_no_more(bank: Bank) -> None:
    """A late repeat must not make the gateway believe that it holds money."""
    await bank.members.authorizations.authorize(REQUEST)
    await bank.members.authorizations.reverse("auth-1", "timeout")
    again = await bank.members.authorizations.authorize(REQUEST)
    assert (again.code, again.approval_code) == (ResponseCode.DO_NOT_HONOR, None)


async def test_a_reversal_before_its_authorization_leaves_a_tombstone(bank: Bank) -> None:
    """The request that the reversal overtook is refused when it arrives at last."""
    await bank.members.authorizations.reverse("auth-1", "timeout")
    answer = await bank.members.authorizations.authorize(REQUEST)
    assert not answer.approved
    assert await _balance(bank) == 0
    assert (await bank.authorizations.get("auth-1")).state is State.REVERSED


async def test_a_crash_after_the_charge_ends_in_one_charge(bank: Bank) -> None:
    """The record says received, the account is charged: the repeat goes on from there."""
    interrupted = bank.authorizations.advance

    async def crash(*_: Any) -> None:
        raise KeyboardInterrupt

    bank.authorizations.advance = crash
    with pytest.raises(KeyboardInterrupt):
        await bank.members.authorizations.authorize(REQUEST)
    bank.authorizations.advance = interrupted
    assert await _balance(bank) == 14500
    assert (await bank.members.authorizations.authorize(REQUEST)).approved
    assert await _balance(bank) == 14500


async def test_a_crash_after_the_charge_then_a_reversal_holds_no_money(bank: Bank) -> None:
    """The gateway gave up instead of repeating: what was charged comes back."""
    interrupted = bank.authorizations.advance

    async def crash(*_: Any) -> None:
        raise KeyboardInterrupt

    bank.authorizations.advance = crash
    with pytest.raises(KeyboardInterrupt):
        await bank.members.authorizations.authorize(REQUEST)
    bank.authorizations.advance = interrupted
    await bank.members.authorizations.reverse("auth-1", "gave up")
    assert await _balance(bank) == 0


async def test_fifty_at_once_stay_within_the_limit(strict_bank: Bank) -> None:
    """A race of purchases on one card: the account's postings are made one after the other."""
    requests = [
        replace(
            REQUEST, authorization_id=f"race-{number}", amount=Amount(minor=300, currency="JPY")
        )
        for number in range(50)
    ]
    answers = await asyncio.gather(
        *(strict_bank.members.authorizations.authorize(request) for request in requests)
    )
    assert sum(answer.approved for answer in answers) == 3
    assert await _balance(strict_bank) == 900


async def test_two_deliveries_of_one_request_charge_once(bank: Bank) -> None:
    """Both callers hear the same answer."""
    first, second = await asyncio.gather(
        bank.members.authorizations.authorize(REQUEST),
        bank.members.authorizations.authorize(REQUEST),
    )
    assert first == second
    assert await _balance(bank) == 14500


STEPS = st.lists(
    st.tuples(
        st.sampled_from(["authorize", "reverse", "repeat at once"]),
        st.integers(0, 3),
        st.sampled_from([200, 400, 700]),
    ),
    max_size=12,
)


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=STEPS)
async def test_approved_less_reversed_never_exceeds_the_limit(
    make_strict_bank: Any, steps: list[tuple[str, int, int]]
) -> None:
    """Whatever is asked in whatever order; and the account agrees with the authorizations."""
    bank = make_strict_bank()
    host = bank.members.authorizations
    for action, number, minor in steps:
        request = replace(
            REQUEST,
            authorization_id=f"a-{number}",
            amount=Amount(minor=minor, currency="JPY"),
        )
        try:
            match action:
                case "authorize":
                    await host.authorize(request)
                case "repeat at once":
                    await asyncio.gather(host.authorize(request), host.authorize(request))
                case _:
                    await host.reverse(request.authorization_id, "test")
        except Conflict:
            continue
    await bank.outbox.run_due()
    records = await bank.authorizations.newest()
    approved = sum(record.amount.minor for record in records if record.state is State.APPROVED)
    assert approved <= 1_000
    assert await _balance(bank) == approved


async def test_no_record_and_no_line_holds_the_card(bank: Bank) -> None:
    """The number is sealed, the security code nowhere, in the records and in the log."""
    await bank.members.authorizations.authorize(_proven(bank, REQUEST))
    await bank.members.authorizations.reverse("auth-1", "test")
    kept = [
        *await bank.cards.newest(),
        *await bank.authorizations.newest(),
        *await bank.postings.newest(),
        *await bank.spent.newest(),
    ]
    text = repr(kept) + repr(bank.log.lines) + repr(bank.authorizations.effects)
    assert CARD.pan.digits not in text
    assert "Secret" not in text
    [card] = await bank.cards.newest()
    opened = bank.keys.seal.open(card.sealed_pan, bound_to=f"card:{card.card_id}")
    assert opened.decode() == CARD.pan.digits


async def test_capture_is_remembered_only_where_money_moved(bank: Bank) -> None:
    """Captured at once when the merchant asked for it; never on what was declined or reversed."""
    await bank.members.authorizations.authorize(REQUEST)
    assert (await bank.authorizations.get("auth-1")).captured
    await bank.members.authorizations.reverse("auth-1", "test")
    assert not (await bank.authorizations.get("auth-1")).captured
    later = replace(REQUEST, authorization_id="auth-2", capture=False)
    await bank.members.authorizations.authorize(later)
    assert not (await bank.authorizations.get("auth-2")).captured
