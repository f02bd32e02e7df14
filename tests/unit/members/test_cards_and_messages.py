"""Card look-up and messages to cardholders, as the ACS meets them."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest

from sekisho.issuer.members.model import CardStatus, MessageChannel, MessageState
from sekisho.kernel.brands import Brand
from sekisho.kernel.cards import Pan
from sekisho.kernel.errors import Conflict, Misuse, NotThere
from sekisho.testkit.cards import sandbox_card

Bank = Any  # the fixture's class lives in conftest
PAN = sandbox_card(Brand.JCB, "0172")


async def test_a_card_is_registered_when_it_is_first_seen(bank: Bank) -> None:
    """The sandbox bank holds every card of its ranges, each with the defaults of the settings."""
    card = await bank.members.cards.look_up(PAN)
    assert (card.status, card.language, card.brand) == (CardStatus.ACTIVE, "ja", Brand.JCB)
    assert card.personal_message == "桜の下で"
    assert card.masked_number == PAN.masked
    assert (card.phone_masked, card.email_masked) == ("•••-••••-5678", "t•••@example.jp")


async def test_a_card_stays_the_same_card(bank: Bank) -> None:
    """Seen twice, even at once, it is one record with one id."""
    found = await asyncio.gather(*(bank.members.cards.look_up(PAN) for _ in range(5)))
    again = await bank.members.cards.look_up(PAN)
    assert {card.card_id for card in found} == {again.card_id}
    assert await bank.members.cards.by_id(again.card_id) == again
    assert len(await bank.cards.newest()) == 1


async def test_a_card_outside_the_ranges_is_not_there(bank: Bank) -> None:
    """Nor is an id that no card has."""
    with pytest.raises(NotThere):
        await bank.members.cards.look_up(Pan("4470051300000000003"))
    with pytest.raises(NotThere):
        await bank.members.cards.by_id("none")


@pytest.mark.parametrize(
    ("ending", "status"),
    [("9062", CardStatus.SUSPENDED), ("9098", CardStatus.NOT_REGISTRABLE)],
)
async def test_endings_call_up_a_status(bank: Bank, ending: str, status: CardStatus) -> None:
    """B2, B13: cards that are suspended or cannot be registered can be met on demand."""
    card = await bank.members.cards.look_up(sandbox_card(Brand.VISA, ending))
    assert card.status is status


async def _deliver(bank: Bank, message_id: str = "m-1", text: str = "Code 123456") -> None:
    card = await bank.members.cards.look_up(PAN)
    await bank.members.messages.deliver(
        card, message_id=message_id, channel=MessageChannel.SMS, text=text
    )


async def test_a_message_arrives_with_its_whole_text(bank: Bank) -> None:
    """D4: the inbox is the phone; the recipient is masked there as everywhere."""
    await _deliver(bank)
    [message] = await bank.members.messages.inbox()
    assert (message.text, message.recipient_masked) == ("Code 123456", "•••-••••-5678")
    assert (message.last_four, message.delivered_at) == ("0172", bank.clock.now())


async def test_a_message_arrives_once_however_often_it_is_sent(bank: Bank) -> None:
    """The ACS repeats what it does not know to have arrived."""
    for _ in range(3):
        await _deliver(bank)
    assert len(await bank.members.messages.inbox()) == 1


async def test_another_message_under_the_same_id_is_refused(bank: Bank) -> None:
    """Silently keeping the first would lose a code."""
    await _deliver(bank)
    with pytest.raises(Conflict):
        await _deliver(bank, text="Code 654321")


async def test_the_newest_message_comes_first_and_one_card_can_be_picked(bank: Bank) -> None:
    """The filter is by the last four digits, as a person reads them off the card."""
    await _deliver(bank, "m-1", "first")
    await _deliver(bank, "m-2", "second")
    texts = [message.text for message in await bank.members.messages.inbox(last_four="0172")]
    assert texts == ["second", "first"]
    assert await bank.members.messages.inbox(last_four="0103") == []


async def test_a_message_is_erased_after_a_day(bank: Bank) -> None:
    """The text goes, the fact stays; a repeat of the same message does not bring it back."""
    await _deliver(bank)
    bank.clock.advance(timedelta(hours=23, minutes=59))
    assert await bank.outbox.run_due() == 0
    bank.clock.advance(timedelta(minutes=1))
    assert await bank.members.messages.inbox() == []
    assert await bank.outbox.run_due() == 1
    kept = await bank.messages.get("m-1")
    assert (kept.state, kept.sealed_text) == (MessageState.ERASED, None)
    await _deliver(bank)
    assert await bank.members.messages.inbox() == []


async def test_texts_are_sealed_where_they_lie(bank: Bank) -> None:
    """A copy of the database holds no one-time password."""
    await _deliver(bank)
    assert "123456" not in repr(await bank.messages.newest())


async def test_an_effect_of_another_room_is_our_mistake(bank: Bank) -> None:
    """It would otherwise vanish from the outbox as if done."""
    with pytest.raises(Misuse):
        await bank.members.perform("key", object())
