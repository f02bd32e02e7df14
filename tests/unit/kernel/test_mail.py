"""Mail as rooms hand it on: what a mailbox needs is shown, what it says is not."""

from datetime import UTC, datetime

from sekisho.kernel.mail import Mail


def test_what_a_mail_says_is_not_printed() -> None:
    """D4: a one-time code and an address do not stand in a log by accident."""
    mail = Mail(
        id="m1",
        to="hanako@example.jp",
        sender_name="Hakone Bank",
        subject="Your code",
        text="123456 is your code",
        language="en",
        at=datetime(2026, 4, 1, tzinfo=UTC),
    )
    assert "123456" not in repr(mail)
    assert "hanako" not in repr(mail)
    assert "m1" in repr(mail)
