"""Writes a mail as RFC 5322 has it: no header but ours, whatever stands in the texts."""

import hashlib
import re
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from typing import Final

from sekisho.adapters.scrubbing import mask_card_numbers
from sekisho.kernel.errors import Misuse, TheyErred
from sekisho.kernel.mail import Mail

ADDRESS: Final = re.compile(
    r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?"
    r"(?:\.[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?)*",
    re.ASCII,
)
"""One mailbox, as browsers check it: no second address, no comment, no line end."""
ADDRESS_CHARACTERS_MAX: Final = 254
ID_DIGITS: Final = 32
_CONTROLS: Final = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]+")


def checked_address(text: str) -> str:
    """Give the address back; TheyErred, without naming it, when it is not exactly one mailbox."""
    if len(text) > ADDRESS_CHARACTERS_MAX or not ADDRESS.fullmatch(text):
        raise TheyErred("that is not the address of one mailbox")
    return text


def message_id(mail_id: str, sender: str) -> str:
    """Give the Message-ID, the same whenever the mail is sent; ids of peers may hold any sign."""
    digest = hashlib.sha256(mail_id.encode("utf-8", "surrogatepass")).hexdigest()[:ID_DIGITS]
    return f"<{digest}@{sender.rpartition('@')[2]}>"


def written(mail: Mail, *, sender: str) -> EmailMessage:
    """Write the mail. Card numbers in its texts are masked, and a header is one line.

    The text travels as base64 of UTF-8: seven bits through every relay, and no line of it can
    end the message or begin with a dot.
    """
    if mail.at.tzinfo is None:
        raise Misuse("a mail is dated with a time zone")
    letter = EmailMessage(policy=SMTP)
    # First of all: it takes away whatever describes a content that was there before.
    letter.set_content(mask_card_numbers(_whole(mail.text)), charset="utf-8", cte="base64")
    letter["From"] = Address(display_name=_one_line(mail.sender_name), addr_spec=sender)
    letter["To"] = Address(addr_spec=checked_address(mail.to))
    letter["Subject"] = _one_line(mask_card_numbers(mail.subject))
    letter["Date"] = mail.at
    letter["Message-ID"] = message_id(mail.id, sender)
    letter["Content-Language"] = _one_line(mail.language)
    # RFC 3834: no out-of-office note answers a code, and no list takes it.
    letter["Auto-Submitted"] = "auto-generated"
    return letter


def _one_line(text: str) -> str:
    return _CONTROLS.sub(" ", _whole(text)).strip()


def _whole(text: str) -> str:
    """Put a question mark for half a character, which UTF-8 cannot write."""
    return text.encode("utf-8", "replace").decode("utf-8")
