"""Hands mail to an SMTP server: one connection a mail, over TLS, all of it within one time limit.

aiosmtplib rather than the standard library's smtplib in a thread: a thread that reads from a server
which answers one octet at a time cannot be stopped, a task can.
"""

import asyncio
import ssl
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from typing import Final

import aiosmtplib

from sekisho.adapters.mail.letter import checked_address, written
from sekisho.kernel.errors import Misuse, SekishoError, TheyErred, TimedOut, Unreachable
from sekisho.kernel.mail import Mail
from sekisho.kernel.secret import Secret

PERMANENT: Final = 500
"""SMTP replies from here on: the same mail would be refused again (RFC 5321, section 4.2.1)."""
LOOPBACK: Final = frozenset({"localhost", "127.0.0.1", "::1"})
AT_ONCE_MAX: Final = 4
"""Connections: more would be turned away by many servers."""


class Security(Enum):
    """How the way to the server is secured."""

    TLS = "tls"
    """TLS from the first octet on (RFC 8314), mostly port 465."""
    STARTTLS = "starttls"
    """TLS before anything is said; a server that does not offer it gets no mail. Mostly port 587."""
    NONE = "none"
    """No TLS: to a relay on this machine only."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Smtp:
    """An SMTP server that takes the room's mail."""

    host: str
    """Its name, which its certificate must bear."""
    port: int = 587
    """Its port."""
    security: Security = Security.STARTTLS
    """`starttls`, `tls`, or `none` for a relay on this machine."""
    sender: str
    """Address that mail comes from; its domain stands in every Message-ID."""
    user: str | None = None
    """Name for the server; left out, none is given."""
    password: Secret[str] | None = None
    """Password for that name."""
    authority: Path | None = None
    """Certificates (PEM) that the server's must lead to; left out, those of the system."""
    timeout_s: float = 15.0
    """For one mail, from the first packet to the server's last word."""

    def __post_init__(self) -> None:
        if self.security is Security.NONE and self.host not in LOOPBACK:
            raise Misuse("codes do not cross a network in the clear: security is starttls or tls")
        if (self.user is None) is not (self.password is None):
            raise Misuse("user and password go together")
        if self.user is not None and self.security is Security.NONE:
            raise Misuse("a password is not sent in the clear")
        try:
            checked_address(self.sender)
        except TheyErred as error:
            raise Misuse("sender is the address of one mailbox") from error
        if self.timeout_s <= 0:
            raise Misuse("timeout_s is more than nothing")


class MailSetupFailed(SekishoError):
    """The certificates that the server is checked against cannot be read."""


class SmtpMailer:
    """A `Mailer` that speaks SMTP."""

    def __init__(self, server: Smtp) -> None:
        self._server = server
        self._at_once = asyncio.Semaphore(AT_ONCE_MAX)
        self._tls = None if server.security is Security.NONE else _context(server.authority)

    async def send(self, mail: Mail) -> None:
        """Hand one mail over; Unreachable to try again later, TheyErred when refused for good."""
        server = self._server
        letter = written(mail, sender=server.sender)
        try:
            async with self._at_once, asyncio.timeout(server.timeout_s), self._client() as client:
                await client.send_message(letter, sender=server.sender, recipients=[mail.to])
        except TimeoutError as error:
            raise TimedOut("the mail server did not answer in time") from error
        except aiosmtplib.SMTPRecipientsRefused as error:
            [refusal] = error.recipients
            raise _judged(refusal.code, "refused the recipient") from error
        except aiosmtplib.SMTPAuthenticationError as error:
            # Our own setting: once it is mended, the mail goes out.
            raise Unreachable(f"the mail server refused our name ({error.code})") from error
        except (aiosmtplib.SMTPDataError, aiosmtplib.SMTPSenderRefused) as error:
            raise _judged(error.code, "refused the mail") from error
        except (aiosmtplib.SMTPException, OSError) as error:
            # Its words may quote the recipient; its kind is enough to find the reason by.
            raise Unreachable(f"the mail server: {type(error).__name__}") from error

    def _client(self) -> aiosmtplib.SMTP:
        server = self._server
        return aiosmtplib.SMTP(
            hostname=server.host,
            port=server.port,
            username=server.user,
            password=None if server.password is None else server.password.reveal(),
            use_tls=server.security is Security.TLS,
            start_tls=server.security is Security.STARTTLS,
            tls_context=self._tls,
            # The machine's own name is nobody's business.
            local_hostname=server.sender.rpartition("@")[2],
            timeout=server.timeout_s,
        )


def _judged(code: int, what: str) -> SekishoError:
    words = f"the mail server {what} ({code})"
    return TheyErred(words) if code >= PERMANENT else Unreachable(words)


def _context(authority: Path | None) -> ssl.SSLContext:
    try:
        context = ssl.create_default_context(cafile=authority)
    except (OSError, ssl.SSLError) as error:
        raise MailSetupFailed(f"{authority} holds no certificates for the mail server") from error
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    return context
