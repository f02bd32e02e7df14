"""What stands in a letter, whatever stands in the texts it is made of."""

from dataclasses import replace
from datetime import UTC, datetime
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sekisho.adapters.mail.letter import checked_address, message_id, written
from sekisho.kernel.errors import Misuse, TheyErred
from sekisho.kernel.mail import Mail
from sekisho.testkit.cards import sandbox_cards

MAIL = Mail(
    id="m-1", to="taro@example.jp", sender_name="Sekisho Bank", subject="About your card",
    text="123456 is your code.\n", language="en", at=datetime(2026, 3, 1, 9, tzinfo=UTC),
)  # fmt: skip
SENDER = "bank@example.jp"
HEADERS = [
    "From", "To", "Subject", "Date", "Message-ID", "Content-Language", "Auto-Submitted",
    "Content-Type", "Content-Transfer-Encoding", "MIME-Version",
]  # fmt: skip


def read(mail: Mail) -> EmailMessage:
    """Write a mail and read it as a mailbox does."""
    letter = message_from_bytes(written(mail, sender=SENDER).as_bytes(), policy=default)
    assert isinstance(letter, EmailMessage)
    return letter


def test_a_letter_says_who_to_whom_when_and_that_a_machine_wrote_it() -> None:
    """RFC 3834: nobody's absence note answers a code."""
    letter = read(MAIL)
    assert letter["From"] == "Sekisho Bank <bank@example.jp>"
    assert letter["To"] == "taro@example.jp"
    assert letter["Date"].datetime == MAIL.at
    assert letter["Auto-Submitted"] == "auto-generated"
    assert letter["Content-Language"] == "en"
    assert letter.get_content_type() == "text/plain"
    assert letter.get_content_charset() == "utf-8"


@given(
    name=st.text(max_size=60), subject=st.text(max_size=200), text=st.text(max_size=400),
    language=st.text(max_size=9), id=st.text(min_size=1, max_size=64),
)  # fmt: skip
def test_no_text_adds_a_header_or_a_recipient(
    name: str, subject: str, text: str, language: str, id: str
) -> None:
    """Whatever the texts: our headers, once each, one recipient, seven bits, no bare line end."""
    mail = replace(MAIL, sender_name=name, subject=subject, text=text, language=language, id=id)
    octets = written(mail, sender=SENDER).as_bytes()
    letter = message_from_bytes(octets, policy=default)
    assert sorted(letter.keys()) == sorted(HEADERS)
    assert [each.addr_spec for each in letter["To"].addresses] == [MAIL.to]
    assert [each.addr_spec for each in letter["From"].addresses] == [SENDER]
    assert octets.isascii()
    assert octets.count(b"\n") == octets.count(b"\r\n")


@pytest.mark.parametrize("inject", ["\r\nBcc: eve@example.com", "\nTo: eve@example.com", "\rX: y"])
def test_a_line_end_in_a_header_is_a_space(inject: str) -> None:
    """A shop's or a bank's name cannot become a header."""
    letter = read(replace(MAIL, subject=f"Hello{inject}", sender_name=f"Bank{inject}"))
    assert letter["Subject"] == f"Hello {inject.strip()}"
    assert letter["Bcc"] is None
    assert letter["X"] is None


@pytest.mark.parametrize(
    "address",
    ["", "taro", "@example.jp", "taro@", "a@b, c@d", "a@b\r\nBcc: c@d", "a b@example.jp", "a@b@c",
     "<a@b>", "a@-b", "a@b-", "a@b..c", "a@.b", "ä@example.jp", f"{'a' * 65}@b", "a@b\n",
     f"a@{'b' * 253}"],
)  # fmt: skip
def test_what_is_not_one_mailbox_gets_no_mail(address: str) -> None:
    """And the complaint does not repeat it."""
    with pytest.raises(TheyErred) as told:
        written(replace(MAIL, to=address), sender=SENDER)
    assert str(told.value) == "that is not the address of one mailbox"


@pytest.mark.parametrize(
    "address", ["a@b", "taro.yamada+card@mail.example.jp", f"{'a' * 64}@b", f"a@{'b' * 252}"]
)
def test_an_ordinary_mailbox_is_taken(address: str) -> None:
    """As browsers check the field for it."""
    assert checked_address(address) == address


def test_a_card_number_is_masked_in_every_text() -> None:
    """D4: mail lies about for ever; a code and an amount stay as they are."""
    digits = sandbox_cards(("0003",))[0].pan.digits
    spaced = " ".join(digits[place : place + 4] for place in range(0, len(digits), 4))
    letter = read(replace(MAIL, subject=f"Card {digits}", text=f"{spaced}: 123456, 14,500 JPY\n"))
    whole = f"{letter['Subject']} {letter.get_content()}"
    assert digits not in whole.replace(" ", "")
    assert letter["Subject"] == f"Card <card {digits[-4:]}>"
    assert letter.get_content() == f"<card {digits[-4:]}>: 123456, 14,500 JPY\r\n"


def test_the_id_follows_from_the_message_and_hides_it() -> None:
    """The same for the same message, in the sender's domain, of signs that every server takes."""
    assert message_id("m-1", SENDER) == message_id("m-1", SENDER) != message_id("m-2", SENDER)
    made = message_id("<a@b>\r\n\ud800", SENDER)
    assert made.startswith("<")
    assert made.endswith("@example.jp>")
    assert len(made) == len("<@example.jp>") + 32
    assert "m-1" not in message_id("m-1", SENDER)


def test_a_mail_does_not_print_its_text_or_its_recipient() -> None:
    """A code in a traceback is a code in a log."""
    assert "123456" not in repr(MAIL)
    assert "taro" not in repr(MAIL)


def test_a_mail_without_a_time_zone_is_our_mistake() -> None:
    """Any hour of the world could be meant."""
    with pytest.raises(Misuse, match="time zone"):
        written(replace(MAIL, at=datetime(2026, 3, 1)), sender=SENDER)  # noqa: DTZ001 - the mistake itself
