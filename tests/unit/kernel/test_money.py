"""Money is whole minor units of a currency, and nothing else."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sekisho.kernel.currencies import CURRENCIES, CURRENCIES_BY_NUMBER
from sekisho.kernel.money import MINOR_MAX, Amount, BadAmount

AMOUNTS = st.builds(
    Amount, minor=st.integers(0, MINOR_MAX), currency=st.sampled_from(sorted(CURRENCIES))
)


@given(AMOUNTS)
def test_an_amount_in_major_units_is_the_same_amount(amount: Amount) -> None:
    """D15: no fraction is lost or invented, whatever the currency's exponent."""
    text = amount.major_text()
    assert Decimal(text).scaleb(amount.unit.exponent) == amount.minor
    assert len(text.partition(".")[2]) == amount.unit.exponent
    assert str(amount) == f"{text} {amount.currency}"


def test_yen_have_no_decimals_and_dinars_three() -> None:
    """E6: exponents of ISO 4217."""
    assert Amount(minor=14500, currency="JPY").major_text() == "14500"
    assert Amount(minor=14500, currency="USD").major_text() == "145.00"
    assert Amount(minor=5, currency="KWD").major_text() == "0.005"


@given(st.integers(0, 10**6), st.integers(0, 10**6), st.integers(0, 100))
def test_amounts_add_and_multiply_like_whole_numbers(one: int, other: int, times: int) -> None:
    """D15: sums of fees."""
    yen = [Amount(minor=minor, currency="JPY") for minor in (one, other)]
    assert (yen[0] + yen[1]).minor == one + other
    assert (yen[0] * times).minor == one * times


def test_different_currencies_do_not_add_up() -> None:
    """E6: a sum over currencies means nothing."""
    with pytest.raises(BadAmount):
        Amount(minor=1, currency="JPY") + Amount(minor=1, currency="USD")


@pytest.mark.parametrize(
    ("minor", "currency"),
    [(-1, "JPY"), (MINOR_MAX + 1, "JPY"), (True, "JPY"), (1, "XXX"), (1, "jpy"), (1, "")],
)
def test_what_no_purchase_has_is_no_amount(minor: int, currency: str) -> None:
    """C2: refused when made, so that nobody need check again."""
    with pytest.raises(BadAmount):
        Amount(minor=minor, currency=currency)


def test_a_sum_beyond_the_largest_amount_is_refused() -> None:
    """C2: rather than sent and cut elsewhere."""
    most = Amount(minor=MINOR_MAX, currency="JPY")
    with pytest.raises(BadAmount):
        most + Amount(minor=1, currency="JPY")
    with pytest.raises(BadAmount):
        most * 2


def test_the_currencies_have_one_number_each() -> None:
    """F1: and none that EMV 3DS refuses by name."""
    assert len(CURRENCIES_BY_NUMBER) == len(CURRENCIES)
    assert str(CURRENCIES["JPY"]) == "JPY"
    refused = {f"{number}" for number in range(955, 965)} | {"999"}
    assert not refused & set(CURRENCIES_BY_NUMBER)
