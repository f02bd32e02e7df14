"""Mail over real sockets: what a server receives, and what its refusals mean."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from sekisho.adapters.mail import Security, Smtp, SmtpMailer
from sekisho.adapters.mail.smtp import MailSetupFailed
from sekisho.kernel.errors import Misuse, TheyErred, TimedOut, Unreachable
from sekisho.kernel.mail import Mail
from sekisho.kernel.secret import Secret
from tests.unit.adapters.mail.mail_server import (
    NAME,
    PASSWORD,
    authority_of,
    login,
    mail_server,
    server_tls,
    settings,
)

MAIL = Mail(
    id="m-1", to="taro@example.jp", sender_name="関所銀行", subject="【関所銀行】お知らせ",
    text="確認コードは 123456 です。\n.\n5分間有効です。\n", language="ja",
    at=datetime(2026, 3, 1, 9, tzinfo=UTC),
)  # fmt: skip


@pytest.mark.parametrize("security", [Security.STARTTLS, Security.TLS])
async def test_a_mail_arrives_as_it_was_written(tmp_path: Path, security: Security) -> None:
    """A5: in UTF-8, over TLS, to one recipient and from the bank; a lone dot ends nothing."""
    async with mail_server(server_tls(tmp_path), security=security) as server:
        mailer = SmtpMailer(settings(server, authority_of(tmp_path), security=security))
        await mailer.send(MAIL)
    [envelope] = server.envelopes
    assert (envelope.mail_from, envelope.rcpt_tos) == ("bank@example.jp", ["taro@example.jp"])
    assert server.letter()["Subject"] == "【関所銀行】お知らせ"
    assert server.letter()["From"].addresses[0].display_name == "関所銀行"
    assert server.letter().get_content().splitlines() == MAIL.text.splitlines()
    assert server.letters[0].isascii()


async def test_a_relay_on_this_machine_needs_no_tls() -> None:
    """Nothing leaves the machine in the clear by that."""
    async with mail_server(security=Security.NONE) as server:
        await SmtpMailer(settings(server, None, host="127.0.0.1", security=Security.NONE)).send(
            MAIL
        )
    assert len(server.letters) == 1


async def test_a_server_without_starttls_gets_no_mail(tmp_path: Path) -> None:
    """Who strips the offer off the line must not read codes."""
    async with mail_server(security=Security.NONE) as server:
        mailer = SmtpMailer(settings(server, authority_of(tmp_path)))
        with pytest.raises(Unreachable, match="SMTP"):
            await mailer.send(MAIL)
    assert server.letters == []


@pytest.mark.parametrize("security", [Security.STARTTLS, Security.TLS])
async def test_a_server_with_a_foreign_certificate_gets_no_mail(
    tmp_path: Path, security: Security
) -> None:
    """Neither a certificate of another authority nor one in another name will do."""
    ours, foreign = tmp_path / "ours", tmp_path / "foreign"
    ours.mkdir()
    foreign.mkdir()
    authority = authority_of(ours)
    # 127.0.0.1 and the room's name stand in every certificate of the development authority.
    for tls in (server_tls(foreign), server_tls(ours, name="other.example")):
        async with mail_server(tls, security=security) as server:
            mailer = SmtpMailer(settings(server, authority, security=security))
            with pytest.raises(Unreachable):
                await mailer.send(MAIL)
        assert server.letters == []


async def test_a_server_that_wants_a_name_gets_it_behind_tls(tmp_path: Path) -> None:
    """A wrong password is our own setting: mended, the mail goes out, so it is tried again."""
    tls, authority = server_tls(tmp_path), authority_of(tmp_path)
    async with mail_server(tls, authenticator=login, auth_required=True) as server:
        right = settings(server, authority, user=NAME, password=Secret(PASSWORD))
        wrong = settings(server, authority, user=NAME, password=Secret("battery staple"))
        with pytest.raises(Unreachable, match="refused our name") as told:
            await SmtpMailer(wrong).send(MAIL)
        assert "battery" not in str(told.value)
        assert server.letters == []
        await SmtpMailer(right).send(MAIL)
    assert len(server.letters) == 1


@pytest.mark.parametrize(
    ("where", "reply", "kind"),
    [
        ("refuse_recipient", "550 no such mailbox taro@example.jp", TheyErred),
        ("refuse_recipient", "450 mailbox busy", Unreachable),
        ("refuse_recipient", "499 later", Unreachable),
        ("refuse_recipient", "500 what", TheyErred),
        ("refuse_data", "554 refused", TheyErred),
        ("refuse_data", "451 later", Unreachable),
    ],
)
async def test_a_refusal_is_for_good_or_for_now(
    where: str, reply: str, kind: type[Exception]
) -> None:
    """RFC 5321, 4.2.1: a reply of 5 would come again; one of 4 may not. Neither names the recipient."""
    async with mail_server(security=Security.NONE) as server:
        setattr(server, where, reply)
        mailer = SmtpMailer(settings(server, None, host="127.0.0.1", security=Security.NONE))
        with pytest.raises(kind, match="refused the") as told:
            await mailer.send(MAIL)
    assert type(told.value) is kind
    assert "taro" not in str(told.value)


async def test_a_silent_server_is_left_in_time() -> None:
    """One limit for the whole of it: it may have taken the mail, so the id must stay the same."""
    async with mail_server(security=Security.NONE) as server:
        server.silent = True
        mailer = SmtpMailer(
            settings(server, None, host="127.0.0.1", security=Security.NONE, timeout_s=0.3)
        )
        with pytest.raises(TimedOut):
            await mailer.send(MAIL)


async def test_a_server_that_is_not_there_is_unreachable() -> None:
    """The outbox tries again."""
    async with mail_server(security=Security.NONE) as server:
        gone = settings(server, None, host="127.0.0.1", security=Security.NONE)
    with pytest.raises(Unreachable):
        await SmtpMailer(gone).send(MAIL)


async def test_the_same_mail_has_the_same_id_to_the_octet() -> None:
    """Sent twice because the first answer was lost, a mailbox shows it once."""
    async with mail_server(security=Security.NONE) as server:
        mailer = SmtpMailer(settings(server, None, host="127.0.0.1", security=Security.NONE))
        await mailer.send(MAIL)
        await mailer.send(MAIL)
    first, second = server.letters
    assert first == second


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"security": Security.NONE}, "in the clear"),
        ({"host": "localhost", "security": Security.NONE, "user": "a", "password": Secret("b")},
         "password is not sent in the clear"),
        ({"user": "a"}, "go together"),
        ({"password": Secret("b")}, "go together"),
        ({"sender": "bank"}, "sender is the address"),
        ({"timeout_s": 0.0}, "more than nothing"),
    ],
)  # fmt: skip
def test_settings_that_would_send_codes_in_the_clear_are_refused(
    changes: dict[str, Any], words: str
) -> None:
    """Before anything is sent."""
    with pytest.raises(Misuse, match=words):
        Smtp(**{"host": "mail.example", "sender": "bank@example.jp", **changes})


def test_an_authority_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    """At the start, not at the first code."""
    empty = tmp_path / "none.pem"
    for file in (empty, tmp_path):
        with pytest.raises(MailSetupFailed, match=file.name):
            SmtpMailer(Smtp(host="mail.example", sender="bank@example.jp", authority=file))
