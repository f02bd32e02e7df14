"""The vault as gateway and browser meet it, with everything real but the database."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from sekisho.acquirer.vault.flow import ClaimedElsewhere, State, TokenExpired
from sekisho.acquirer.vault.service import BrandUnknown, CardExpired, Claim
from sekisho.adapters.keys import SealBroken
from sekisho.kernel.brands import Brand
from sekisho.kernel.cards import Card, Expiry, Pan
from sekisho.kernel.errors import Misuse, NotThere
from sekisho.kernel.secret import Secret
from sekisho.testkit.cards import sandbox_card

Room = Any  # the fixture's class lives in conftest
MERCHANT = "998482157632"
CARD = Card(
    pan=sandbox_card(Brand.JCB, "0103"),
    expiry=Expiry(year=2026, month=3),
    security_code=Secret("123"),
)
CLAIM = Claim(merchant_id=MERCHANT, payment_id="pay-1", with_security_code=True)


async def test_a_token_says_nothing_of_the_card_but_its_ending(room: Room) -> None:
    """E1: what the shop gets names brand, last four digits and expiry date."""
    made = await room.vault.tokenize(MERCHANT, CARD)
    assert made.token.startswith("tok_")
    assert len(made.token) >= 36
    assert (made.brand, made.last_four, made.expiry) == (Brand.JCB, "0103", CARD.expiry)
    assert made.expires_at == room.clock.now() + timedelta(minutes=20)


async def test_the_payment_that_claims_the_token_gets_the_card(room: Room) -> None:
    """E4: the gateway restores the card from the token."""
    made = await room.vault.tokenize(MERCHANT, CARD)
    card = await room.vault.claim(made.token, CLAIM)
    assert (card.pan, card.expiry, card.security_code) == (CARD.pan, CARD.expiry, Secret("123"))


async def test_the_security_code_is_given_once(room: Room) -> None:
    """E5: destroyed at first use; the card itself can be read again by the same payment."""
    made = await room.vault.tokenize(MERCHANT, CARD)
    without = replace(CLAIM, with_security_code=False)
    assert (await room.vault.claim(made.token, without)).security_code is None
    assert (await room.vault.claim(made.token, CLAIM)).security_code == Secret("123")
    assert (await room.vault.claim(made.token, CLAIM)).security_code is None


async def test_the_security_code_is_forgotten_after_its_time(room: Room) -> None:
    """Even where the token was claimed and the payment is still under way."""
    made = await room.vault.tokenize(MERCHANT, CARD)
    await room.vault.claim(made.token, replace(CLAIM, with_security_code=False))
    room.clock.advance(timedelta(minutes=20))
    card = await room.vault.claim(made.token, CLAIM)
    assert (card.pan, card.security_code) == (CARD.pan, None)


async def test_a_stolen_token_is_worthless(room: Room) -> None:
    """E5: to another merchant it does not exist; to another payment it is used up."""
    made = await room.vault.tokenize(MERCHANT, CARD)
    with pytest.raises(NotThere):
        await room.vault.claim(made.token, replace(CLAIM, merchant_id="998482157633"))
    await room.vault.claim(made.token, CLAIM)
    with pytest.raises(ClaimedElsewhere):
        await room.vault.claim(made.token, replace(CLAIM, payment_id="pay-2"))
    with pytest.raises(NotThere):
        await room.vault.claim("tok_guess", CLAIM)


async def test_a_token_expires_and_its_card_is_erased(room: Room) -> None:
    """Twenty minutes unclaimed, then nothing in the vault can restore the card."""
    made = await room.vault.tokenize(MERCHANT, CARD)
    room.clock.advance(timedelta(minutes=20))
    with pytest.raises(TokenExpired):
        await room.vault.claim(made.token, CLAIM)
    [record] = await room.tokens.newest()
    assert (record.state, record.sealed_card) == (State.EXPIRED, None)


async def test_the_timer_erases_what_nobody_asks_for(room: Room) -> None:
    """After the claim's own time as well."""
    await room.vault.tokenize(MERCHANT, CARD)
    made = await room.vault.tokenize(MERCHANT, CARD)
    await room.vault.claim(made.token, CLAIM)
    room.clock.advance(timedelta(minutes=20))
    await room.outbox.run_due()
    assert [record.state for record in await room.tokens.newest()] == [
        State.CLAIMED,
        State.EXPIRED,
    ]
    room.clock.advance(timedelta(minutes=40))
    await room.outbox.run_due()
    assert {record.sealed_card for record in await room.tokens.newest()} == {None}
    assert room.outbox.pending == []


async def test_a_sealed_card_does_not_open_in_another_row(room: Room) -> None:
    """E5: whoever can write to the database cannot swap cards between tokens or merchants."""
    mine = await room.vault.tokenize(MERCHANT, CARD)
    other = await room.vault.tokenize(
        "998482157633", replace(CARD, pan=sandbox_card(Brand.VISA, "0103"))
    )
    second, first = await room.tokens.newest()
    await room.tokens.advance(
        first.digest, lambda row: (replace(row, sealed_card=second.sealed_card), ())
    )
    with pytest.raises(SealBroken):
        await room.vault.claim(mine.token, CLAIM)
    assert other.token != mine.token


async def test_nothing_kept_or_logged_holds_card_code_or_token(room: Room) -> None:
    """E1: a copy of the vault's database without its keys is worth nothing."""
    made = await room.vault.tokenize(MERCHANT, CARD)
    await room.vault.claim(made.token, CLAIM)
    text = repr(await room.tokens.newest()) + repr(room.tokens.effects) + repr(room.log.lines)
    for secret in (CARD.pan.digits, made.token, "'123'"):
        assert secret not in text


async def test_cards_that_cannot_be_charged_are_not_kept(room: Room) -> None:
    """The buyer hears it while the form is still open."""
    room.clock.advance(timedelta(days=31))
    with pytest.raises(CardExpired):
        await room.vault.tokenize(MERCHANT, CARD)
    with pytest.raises(BrandUnknown):
        await room.vault.tokenize(
            MERCHANT, Card(pan=Pan("9999999999999995"), expiry=Expiry(year=2030, month=1))
        )
    with pytest.raises(NotThere):
        await room.vault.tokenize("nobody", replace(CARD, expiry=Expiry(year=2030, month=1)))
    assert await room.tokens.newest() == []


async def test_merchants_are_found_by_id_and_by_key(room: Room) -> None:
    """A key that nobody has is not there."""
    assert room.vault.merchant_of_key("pk_sakura") == room.vault.merchant(MERCHANT)
    with pytest.raises(NotThere):
        room.vault.merchant_of_key("pk_none")


async def test_an_effect_of_another_room_is_our_mistake(room: Room) -> None:
    """It would otherwise vanish from the outbox as if done."""
    with pytest.raises(Misuse):
        await room.vault.perform("key", object())
