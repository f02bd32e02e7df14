"""Card numbers: checked when made, masked when shown."""

import hmac
from dataclasses import dataclass, field
from datetime import date
from typing import Final

from sekisho.kernel.brands import Brand, brand_of
from sekisho.kernel.errors import TheyErred
from sekisho.kernel.secret import Secret

PAN_DIGITS_MIN: Final = 13
PAN_DIGITS_MAX: Final = 19


class BadCard(TheyErred):
    """What was given is not a card number, an expiry date or a security code."""


@dataclass(frozen=True, slots=True, repr=False)
class Pan:
    """A primary account number. `repr` shows nothing, `str` shows the last four digits only.

    Raises BadCard when made of anything but 13 to 19 digits that satisfy the Luhn check.
    """

    digits: str = field(repr=False)

    def __post_init__(self) -> None:
        if not (
            PAN_DIGITS_MIN <= len(self.digits) <= PAN_DIGITS_MAX
            and self.digits.isascii()
            and self.digits.isdigit()
        ):
            raise BadCard("a card number has 13 to 19 digits")
        if not luhn_holds(self.digits):
            raise BadCard("the card number's check digit is wrong")

    @property
    def last_four(self) -> str:
        """The last four digits, which may be shown and stored."""
        return self.digits[-4:]

    @property
    def masked(self) -> str:
        """Bullets for all but the last four digits, grouped by four from the left."""
        hidden = "•" * (len(self.digits) - 4) + self.last_four
        return " ".join(hidden[at : at + 4] for at in range(0, len(hidden), 4))

    @property
    def brand(self) -> Brand | None:
        """The brand by prefix; None when no brand of ours has it."""
        return brand_of(self.digits)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Pan) and hmac.compare_digest(self.digits, other.digits)

    def __hash__(self) -> int:
        return hash(self.digits)

    def __repr__(self) -> str:
        return "Pan()"

    def __str__(self) -> str:
        return self.masked

    def __format__(self, spec: str) -> str:
        return format(self.masked, spec)


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Expiry:
    """The last month a card is good for.

    Raises BadCard when the month is not 1 to 12 or the year not 2000 to 2099.
    """

    year: int
    month: int

    def __post_init__(self) -> None:
        if not (1 <= self.month <= 12 and 2000 <= self.year <= 2099):  # noqa: PLR2004 - a century
            raise BadCard("an expiry date is a month of this century")

    @property
    def yymm(self) -> str:
        """The form of EMV 3DS `cardExpiryDate` and of ISO 8583."""
        return f"{self.year % 100:02d}{self.month:02d}"

    @classmethod
    def from_yymm(cls, text: str) -> "Expiry":
        """Read four digits, year first."""
        if not (len(text) == 4 and text.isascii() and text.isdigit()):  # noqa: PLR2004 - four of YYMM
            raise BadCard("an expiry date is written YYMM")
        return cls(year=2000 + int(text[:2]), month=int(text[2:]))

    def is_past(self, today: date) -> bool:
        """Tell whether the card's last month is over on that day."""
        return (self.year, self.month) < (today.year, today.month)


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """A card as its holder typed it; lives in memory only."""

    pan: Pan
    expiry: Expiry
    security_code: Secret[str] | None = None


def luhn_holds(digits: str) -> bool:
    """Check the ISO/IEC 7812-1 check digit of a string of ASCII digits."""
    return luhn_sum(digits) % 10 == 0


def luhn_sum(digits: str) -> int:
    """Sum the digits as ISO/IEC 7812-1 weighs them, the last one being the check digit."""
    total = 0
    for place, digit in enumerate(reversed(digits)):
        value = ord(digit) - 48
        if place % 2:
            value = value * 2 - 9 if value > 4 else value * 2  # noqa: PLR2004 - digit sum of 2n
        total += value
    return total


def is_merchant_number(text: str) -> bool:
    """Tell whether a text where a merchant belongs is one: 15 digits that begin like no card of 15.

    Acquirers number their merchants so, and one in ten has a card number's check digit.
    """
    return (
        len(text) == _MERCHANT_DIGITS
        and text.isascii()
        and text.isdigit()
        and not text.startswith(_CARDS_OF_15)
    )


_MERCHANT_DIGITS: Final = 15
_CARDS_OF_15: Final = ("34", "37", "1800", "2131")


def mask_digits(text: str) -> str:
    """Show the last four of a card number that may not be a valid one, for refusals and lists."""
    return "•" * max(len(text) - 4, 0) + text[-4:] if len(text) > 4 else "•" * len(text)  # noqa: PLR2004 - the last four
