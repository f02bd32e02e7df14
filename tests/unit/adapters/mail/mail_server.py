"""A real SMTP server on loopback, in the test's own loop, that can be told to misbehave."""

import asyncio
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from pathlib import Path
from typing import Any

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

from sekisho.adapters.keys import DevelopmentCa
from sekisho.adapters.mail import Security, Smtp

NAME, PASSWORD = "bank", "correct horse"


@dataclass
class MailServer:
    """What the server was given, and how it answers."""

    port: int = 0
    letters: list[bytes] = field(default_factory=list)
    envelopes: list[Envelope] = field(default_factory=list)
    refuse_recipient: str = ""
    refuse_data: str = ""
    silent: bool = False

    async def handle_RCPT(  # noqa: N802 - aiosmtpd's name
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if self.refuse_recipient:
            return self.refuse_recipient
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802 - aiosmtpd's name
        if self.silent:
            await asyncio.Event().wait()
        if self.refuse_data:
            return self.refuse_data
        assert isinstance(envelope.original_content, bytes)
        self.letters.append(envelope.original_content)
        self.envelopes.append(envelope)
        return "250 taken"

    def letter(self) -> EmailMessage:
        """Give the one letter that came, read as a mailbox reads it.

        No property: the server asks for everything that its handler has before a letter came.
        """
        [octets] = self.letters
        letter = message_from_bytes(octets, policy=default)
        assert isinstance(letter, EmailMessage)
        return letter


def authority_of(folder: Path) -> Path:
    """The certificate that the server's leads to."""
    ca = DevelopmentCa(folder)
    ca.make_sure()
    return ca.certificate_file


def server_tls(folder: Path, *, name: str = "localhost") -> ssl.SSLContext:
    """Make the server's certificate, in that name."""
    authority_of(folder)
    identity = folder / "mail.pem"
    identity.write_bytes(DevelopmentCa(folder).issue("mail", names=(name,)))
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(identity)
    return context


def login(
    server: SMTP, session: Session, envelope: Envelope, mechanism: str, data: object
) -> AuthResult:
    """Know one name and one password."""
    known = LoginPassword(NAME.encode(), PASSWORD.encode())
    return AuthResult(success=data == known, handled=False)


@asynccontextmanager
async def mail_server(
    tls: ssl.SSLContext | None = None, *, security: Security = Security.STARTTLS, **more: Any
) -> AsyncIterator[MailServer]:
    """Serve until the block ends."""
    kept = MailServer()
    starttls = tls if security is Security.STARTTLS else None
    loop = asyncio.get_running_loop()

    def protocol() -> SMTP:
        return SMTP(
            kept, hostname="localhost", tls_context=starttls, require_starttls=starttls is not None,
            loop=loop, **more,
        )  # fmt: skip

    server = await loop.create_server(
        protocol, "127.0.0.1", 0, ssl=tls if security is Security.TLS else None
    )
    kept.port = server.sockets[0].getsockname()[1]
    try:
        yield kept
    finally:
        server.close()


def settings(server: MailServer, authority: Path | None, **changes: Any) -> Smtp:
    """Say where the server is, as a settings file would."""
    wanted = {"host": "localhost", "port": server.port, "sender": "bank@example.jp",
              "authority": authority, "timeout_s": 20.0}  # fmt: skip
    return Smtp(**{**wanted, **changes})
