"""E-mails of the bank: what they say, when they are sent, and what a refusal changes."""

from dataclasses import dataclass, field, replace
from datetime import timedelta

import pytest

from sekisho.issuer.members.model import CardRecord, MessageChannel
from sekisho.issuer.members.service.mails import BODIES, SUBJECTS, written
from sekisho.kernel.brands import Brand
from sekisho.kernel.errors import TheyErred, Unreachable
from sekisho.kernel.mail import Mail
from sekisho.testkit.cards import sandbox_card
from tests.unit.members.conftest import SETTINGS, START, Bank, make_bank

TEXT = "123456 is your code."


@dataclass
class Postbox:
    """A mailer that keeps what it takes, and refuses as it is told."""

    taken: list[Mail] = field(default_factory=list)
    refusals: list[Exception] = field(default_factory=list)

    async def send(self, mail: Mail) -> None:
        if self.refusals:
            raise self.refusals.pop(0)
        self.taken.append(mail)


@pytest.fixture
def postbox() -> Postbox:
    """Put up a postbox."""
    return Postbox()


@pytest.fixture
def posting(postbox: Postbox) -> Bank:
    """Open a bank that writes mail."""
    return make_bank(SETTINGS, mailer=postbox)


async def card_of(bank: Bank) -> CardRecord:
    """Give the card of a cardholder."""
    return await bank.members.cards.look_up(sandbox_card(Brand.VISA, "0072"))


async def deliver(
    bank: Bank, *, message_id: str = "m-1", channel: MessageChannel = MessageChannel.EMAIL
) -> None:
    """Deliver a message, and let the outbox do what is due."""
    card = await card_of(bank)
    await bank.members.messages.deliver(card, message_id=message_id, channel=channel, text=TEXT)
    await bank.outbox.flush(message_id)


async def test_an_e_mail_goes_to_the_cardholders_mailbox(posting: Bank, postbox: Postbox) -> None:
    """A5: with its text, under the message's own id, dated when it was delivered."""
    await deliver(posting)
    [mail] = postbox.taken
    assert (mail.id, mail.to, mail.at) == ("m-1", SETTINGS.email, START)
    assert mail.sender_name == SETTINGS.issuer_name
    assert mail.text.startswith(f"{TEXT}\n\n")
    assert (await posting.members.messages.inbox())[0].text == TEXT


async def test_an_sms_is_no_mail(posting: Bank, postbox: Postbox) -> None:
    """It goes the way of SMS."""
    await deliver(posting, channel=MessageChannel.SMS)
    assert postbox.taken == []


async def test_a_bank_without_a_mailer_keeps_its_mail_in_the_inbox(bank: Bank) -> None:
    """The sandbox: nothing waits in the outbox but the erasure."""
    await deliver(bank)
    assert [type(each.effect).__name__ for each in bank.outbox.pending] == ["EraseMessage"]


async def test_a_mail_that_was_not_taken_is_sent_again(posting: Bank, postbox: Postbox) -> None:
    """The outbox tries until the server takes it: then once, under the same id."""
    postbox.refusals = [Unreachable("later"), Unreachable("later")]
    await deliver(posting)
    assert postbox.taken == []
    for _ in range(3):
        posting.clock.advance(timedelta(minutes=1))
        await posting.outbox.run_due()
    assert [mail.id for mail in postbox.taken] == ["m-1"]


async def test_a_mail_refused_for_good_is_not_sent_again(posting: Bank, postbox: Postbox) -> None:
    """It would be refused again; a person hears of it, without text or recipient."""
    postbox.refusals = [TheyErred("no such mailbox")]
    await deliver(posting)
    await posting.outbox.flush("m-1")
    assert postbox.taken == []
    [line] = [line for line in posting.log.lines if "refused for good" in line]
    assert line.startswith("error")
    assert "m-1" in line
    assert "123456" not in line
    assert SETTINGS.email not in line


async def test_a_mail_whose_text_is_erased_is_not_sent(posting: Bank, postbox: Postbox) -> None:
    """A code of yesterday would only alarm."""
    postbox.refusals = [Unreachable("later")]
    await deliver(posting)
    posting.clock.advance(timedelta(hours=25))
    await posting.outbox.run_due()
    assert postbox.taken == []


@pytest.mark.parametrize("language", ["ja", "en"])
async def test_a_mail_is_in_the_cardholders_language(bank: Bank, language: str) -> None:
    """B13: subject and body, the card by its mask, the code in the body alone."""
    card = replace(await card_of(bank), language=language)
    mail = written(card, mail_id="m-1", bank="Bank", text=TEXT, at=START)
    assert mail.language == language
    assert mail.subject == SUBJECTS[language].format(bank="Bank")
    assert TEXT in mail.text
    assert "123456" not in mail.subject
    assert card.masked_number in mail.text
    assert sandbox_card(Brand.VISA, "0072").digits not in mail.text


async def test_another_language_is_written_in_english(bank: Bank) -> None:
    """The bank writes two languages."""
    card = replace(await card_of(bank), language="fr")
    mail = written(card, mail_id="m-1", bank="Bank", text=TEXT, at=START)
    assert mail.language == "en"
    assert set(BODIES) == set(SUBJECTS) == {"ja", "en"}
