"""Money: whole minor units and a currency, never a fraction."""

from dataclasses import dataclass

from sekisho.kernel.currencies import CURRENCIES, Currency
from sekisho.kernel.errors import TheyErred

MINOR_MAX = 999_999_999_999
"""The payment API's largest amount: twelve digits, as in ISO 8583 field 4."""


class BadAmount(TheyErred):
    """An amount or a currency that no purchase can have."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Amount:
    """A sum of money: `minor` units (yen, cents) of an ISO 4217 currency named by its code.

    Raises BadAmount for an unknown currency or a number outside 0 to 999,999,999,999.
    """

    minor: int
    currency: str

    def __post_init__(self) -> None:
        if self.currency not in CURRENCIES:
            raise BadAmount(f"{self.currency!r} is not a currency code of ISO 4217")
        if isinstance(self.minor, bool) or not 0 <= self.minor <= MINOR_MAX:
            raise BadAmount(f"{self.minor} minor units are outside 0 to {MINOR_MAX}")

    @property
    def unit(self) -> Currency:
        """The currency's row of ISO 4217."""
        return CURRENCIES[self.currency]

    def major_text(self) -> str:
        """Write the amount in major units with all its decimals, as `145.00` or `14500` for yen."""
        exponent = self.unit.exponent
        if exponent == 0:
            return str(self.minor)
        whole, part = divmod(self.minor, 10**exponent)
        return f"{whole}.{part:0{exponent}d}"

    def __add__(self, other: "Amount") -> "Amount":
        if other.currency != self.currency:
            raise BadAmount(f"{self.currency} and {other.currency} do not add up")
        return Amount(minor=self.minor + other.minor, currency=self.currency)

    def __mul__(self, times: int) -> "Amount":
        return Amount(minor=self.minor * times, currency=self.currency)

    def __str__(self) -> str:
        return f"{self.major_text()} {self.currency}"
