"""How one member of a request is read: checked, and written the way EMV 3DS writes it.

A rule takes a JSON value and gives the value of the data element, or raises Bad with a sentence
that can be shown to the caller. Numbers and their decimal texts are taken alike, because clients
of this API are known to send either (security codes, telephone numbers, time zones).
"""

import ipaddress
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final, TypeAlias
from urllib.parse import urlsplit

from sekisho.kernel.countries import COUNTRIES, COUNTRIES_BY_ALPHA_3, COUNTRIES_BY_NUMBER
from sekisho.kernel.currencies import CURRENCIES
from sekisho.kernel.errors import TheyErred
from sekisho.protocol import Json

Read: TypeAlias = str | int | bool
Rule: TypeAlias = Callable[[Json], Read]

URL_CHARACTERS_MAX: Final = 2048
EMAIL: Final = re.compile(r"[^@\s]{1,64}@[^@\s.]+(?:\.[^@\s.]+)+")
EMAIL_CHARACTERS_MAX: Final = 254
LANGUAGE: Final = re.compile(r"[A-Za-z]{2,3}(?:-[A-Za-z0-9]{1,8})*")
LANGUAGE_CHARACTERS_MAX: Final = 8
"""Of EMV 3DS 2.1 and 2.2; a longer tag is cut between its subtags."""
COLOR_DEPTHS: Final = (48, 32, 24, 16, 15, 8, 4, 1)
"""The closed list of EMV 3DS 2.1 and 2.2; a browser's 30 becomes 24."""
UUID: Final = re.compile(r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
YEARS: Final = range(1900, 3000)
"""Years of four digits that a purchase or an account may name."""
LOOPBACK: Final = frozenset({"localhost", "127.0.0.1"})
HOST: Final = re.compile(
    r"[a-z0-9_](?:[a-z0-9_-]*[a-z0-9_])?(?:\.[a-z0-9_](?:[a-z0-9_-]*[a-z0-9_])?)*"
)
"""A host that content security policies can name: ASCII names and IPv4, no IPv6, no wildcards."""


class Bad(TheyErred):
    """The value cannot be taken; the text says why, and never repeats the value."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Text:
    """A text of 1 to `most` characters; `cut` shortens a longer one instead of refusing it.

    `plain` takes ASCII without blanks only, as identifiers are.
    """

    most: int
    cut: bool = False
    plain: bool = False

    def __call__(self, value: Json) -> str:
        """Read the text."""
        text = as_text(value)
        if not text.strip():
            raise Bad("must not be empty")
        if any(ord(letter) < 0x20 or ord(letter) == 0x7F for letter in text):  # noqa: PLR2004 - ASCII controls
            raise Bad("must not hold control characters")
        if self.plain and not (text.isascii() and " " not in text):
            raise Bad("must be ASCII without blanks")
        if len(text) > self.most:
            if not self.cut:
                raise Bad(f"must have at most {self.most} characters")
            return text[: self.most]
        return text


@dataclass(frozen=True, slots=True, kw_only=True)
class Digits:
    """Decimal digits, `least` to `most` of them, padded with zeros to `width`."""

    most: int
    least: int = 1
    width: int = 0

    def __call__(self, value: Json) -> str:
        """Read the digits."""
        text = as_text(value).strip()
        if not (text.isascii() and text.isdigit() and self.least <= len(text) <= self.most):
            span = f"{self.least} to {self.most}" if self.least < self.most else f"{self.most}"
            raise Bad(f"must be {span} digits")
        return text.zfill(self.width)


@dataclass(frozen=True, slots=True, kw_only=True)
class Count:
    """A number of things; one above `most` counts as `most`, padded with zeros to `width`."""

    most: int
    least: int = 0
    width: int = 0

    def __call__(self, value: Json) -> str:
        """Read the number."""
        number = as_number(value)
        if number < self.least:
            raise Bad(f"must be {self.least} or more")
        return str(min(number, self.most)).zfill(self.width)


@dataclass(frozen=True, slots=True)
class Code:
    """A word of a closed list, translated into the code of EMV 3DS."""

    codes: Mapping[str, str]

    def __call__(self, value: Json) -> str:
        """Translate the word."""
        code = self.codes.get(value) if isinstance(value, str) else None
        if code is None:
            raise Bad(f"must be one of {', '.join(self.codes)}")
        return code


@dataclass(frozen=True, slots=True, kw_only=True)
class YesNo:
    """A boolean, written as two codes."""

    yes: str
    no: str

    def __call__(self, value: Json) -> str:
        """Write the boolean as its code."""
        return self.yes if flag(value) else self.no


@dataclass(frozen=True, slots=True)
class Moment:
    """A date or a timestamp of RFC 3339, written in UTC by a `strftime` pattern."""

    pattern: str

    def __call__(self, value: Json) -> str:
        """Write the moment in UTC."""
        return as_moment(value).strftime(self.pattern)


def transaction_id(value: Json) -> str:
    """Take the UUID by which EMV 3DS names a transaction."""
    text = as_text(value).strip()
    if not UUID.fullmatch(text):
        raise Bad("must be a UUID of 36 characters")
    return text


def flag(value: Json) -> bool:
    """Take a boolean, also as a text."""
    if isinstance(value, bool):
        return value
    if isinstance(value, str) and value.lower() in {"true", "false"}:
        return value.lower() == "true"
    raise Bad("must be true or false")


def email(value: Json) -> str:
    """Take an e-mail address."""
    text = as_text(value).strip()
    if len(text) > EMAIL_CHARACTERS_MAX or not EMAIL.fullmatch(text):
        raise Bad("must be an e-mail address")
    return text


def country(value: Json) -> str:
    """Take an ISO 3166-1 country by two letters, three letters or three digits; give its number."""
    text = as_text(value).strip().upper()
    found = COUNTRIES.get(text) or COUNTRIES_BY_ALPHA_3.get(text) or COUNTRIES_BY_NUMBER.get(text)
    if found is None:
        raise Bad("must be a country code of ISO 3166-1")
    return found.number


def currency(value: Json) -> str:
    """Take an ISO 4217 currency by its three letters; give its number."""
    found = CURRENCIES.get(value) if isinstance(value, str) else None
    if found is None:
        raise Bad("must be a currency code of ISO 4217")
    return found.number


def subdivision(value: Json) -> str:
    """Take an ISO 3166-2 code with or without its country, as `US-FL` or `FL`."""
    text = as_text(value).strip().upper()
    local = text.partition("-")[2] or text
    if not re.fullmatch(r"[A-Z0-9]{1,3}", local):
        raise Bad("must be a subdivision code of ISO 3166-2, such as 13 for JP-13")
    return local


def ip_address(value: Json) -> str:
    """Take an IPv4 or IPv6 address, without a zone."""
    text = as_text(value).strip()
    try:
        address = ipaddress.ip_address(text)
    except ValueError as error:
        raise Bad("must be an IPv4 or IPv6 address") from error
    if "%" in text:
        raise Bad("must be an IPv4 or IPv6 address without a zone")
    return str(address)


def language(value: Json) -> str:
    """Take a BCP 47 language tag; cut it between subtags to what EMV 3DS 2.2 has room for."""
    text = as_text(value).strip()
    if not LANGUAGE.fullmatch(text):
        raise Bad("must be a language tag of BCP 47")
    while len(text) > LANGUAGE_CHARACTERS_MAX and "-" in text:
        text = text.rpartition("-")[0]
    return text


def color_depth(value: Json) -> str:
    """Take bits per pixel; give the nearest lower depth of EMV 3DS's closed list."""
    depth = as_number(value)
    for listed in COLOR_DEPTHS:
        if depth >= listed:
            return str(listed)
    raise Bad("must be 1 or more bits")


def time_zone(value: Json) -> str:
    """Take the difference between UTC and local time in minutes, as a browser reports it."""
    minutes = as_number(value)
    if not -14 * 60 <= minutes <= 14 * 60:
        raise Bad("must be minutes between UTC and local time, -840 to 840")
    return str(minutes)


def web_address(value: Json) -> str:
    """Take an absolute https address; plain http on this very machine only."""
    text = as_text(value).strip()
    if len(text) > URL_CHARACTERS_MAX:
        raise Bad(f"must have at most {URL_CHARACTERS_MAX} characters")
    origin_of(text)
    return text


def origin_of(address: str) -> str:
    """Give scheme, host and port of an address that a browser may be sent to.

    Raises Bad for anything but https, or http on loopback: `javascript:`, `data:` and addresses
    with a user name in them are how buyers are led astray, and a host such as `*` or `a;b` would
    open the policies that the origin is written into.
    """
    try:
        parts = urlsplit(address)
        port = parts.port
    except ValueError as error:
        raise Bad("must be an absolute https address") from error
    host = parts.hostname or ""
    spoiled = parts.username is not None or any(ord(sign) <= 0x20 for sign in address)  # noqa: PLR2004 - blanks and controls
    here = host in LOOPBACK or host.endswith(".localhost")
    if (
        not HOST.fullmatch(host)
        or spoiled
        or "\\" in address
        or not (parts.scheme == "https" or (parts.scheme == "http" and here))
    ):
        raise Bad("must be an absolute https address")
    usual = {"https": 443, "http": 80}[parts.scheme]
    return f"{parts.scheme}://{host}" + ("" if port in {None, usual} else f":{port}")


def as_text(value: Json) -> str:
    """Take a text, or a whole number as its decimal text."""
    if isinstance(value, str):
        return value
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    raise Bad("must be a text")


def as_number(value: Json) -> int:
    """Take a whole number, also as its decimal text."""
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if isinstance(value, str) and re.fullmatch(r"[+-]?[0-9]{1,15}", value.strip()):
        return int(value)
    raise Bad("must be a whole number")


def as_moment(value: Json) -> datetime:
    """Take a date or a timestamp; without a zone it is read as UTC."""
    try:
        moment = datetime.fromisoformat(as_text(value).strip())
    except ValueError as error:
        raise Bad("must be a date or a timestamp of RFC 3339") from error
    try:
        in_utc = moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
    except OverflowError as error:
        raise Bad("must be a date within the calendar") from error
    if in_utc.year not in YEARS:
        raise Bad("must be a date of our times")
    return in_utc
