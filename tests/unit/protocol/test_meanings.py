"""The wire's digits and letters as amounts, cards, moments and yes or no."""

from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sekisho.kernel.cards import BadCard, Expiry, Pan
from sekisho.kernel.currencies import CURRENCIES_BY_NUMBER
from sekisho.kernel.money import MINOR_MAX, Amount, BadAmount
from sekisho.protocol import Component, Json, Message, ProtocolFault, Version, parse
from sekisho.protocol.meanings import (
    card_expiry,
    card_number,
    day,
    is_yes,
    moment,
    purchase_amount,
    purchase_moment,
    recurring_amount,
)
from sekisho.testkit import samples


def areq(version: Version = Version.V220, **changes: Json) -> Message:
    return parse(samples.wire(samples.areq(version, **changes)), receiver=Component.DIRECTORY)


def test_a_purchase_is_an_amount_of_its_currency() -> None:
    """Minor units stay minor units; the currency goes by its letters."""
    assert purchase_amount(areq()) == Amount(minor=14500, currency="JPY")
    dinars = areq(purchaseCurrency="048", purchaseExponent="3", purchaseAmount="0001")
    assert purchase_amount(dinars) == Amount(minor=1, currency="BHD")


@given(st.sampled_from(sorted(CURRENCIES_BY_NUMBER)), st.integers(0, MINOR_MAX))
def test_every_amount_of_the_kernel_comes_back(number: str, minor: int) -> None:
    """Whatever can be paid can be read."""
    unit = CURRENCIES_BY_NUMBER[number]
    message = areq(
        purchaseAmount=str(minor), purchaseCurrency=number, purchaseExponent=str(unit.exponent)
    )
    assert purchase_amount(message) == Amount(minor=minor, currency=unit.code)


def test_an_amount_that_no_payment_carries_is_refused() -> None:
    """The protocol allows 48 digits."""
    with pytest.raises(BadAmount):
        purchase_amount(areq(purchaseAmount="1" + "0" * 12))


def test_a_message_without_a_purchase_costs_nothing_that_we_know() -> None:
    """Non-payment: amount and currency may be there each without the other."""
    bare = {"purchaseAmount": None, "purchaseCurrency": None, "purchaseExponent": None}
    assert purchase_amount(areq(messageCategory="02", **bare)) is None
    half = areq(messageCategory="02", purchaseCurrency=None, purchaseExponent=None)
    assert purchase_amount(half) is None
    other = areq(messageCategory="02", purchaseAmount=None)
    assert purchase_amount(other) is None
    assert recurring_amount(areq()) is None


def test_each_payment_of_a_series_has_its_own_amount() -> None:
    """Since 2.3.1 the first may differ from those that follow."""
    series = areq(
        Version.V231,
        threeDSRequestorAuthenticationInd="02",
        recurringInd={"amountInd": "01", "frequencyInd": "02"},
        recurringExpiry="20301231",
        recurringAmount="980",
        recurringCurrency="840",
        recurringExponent="2",
    )
    assert recurring_amount(series) == Amount(minor=980, currency="USD")
    assert purchase_amount(series) == Amount(minor=14500, currency="JPY")


def test_a_card_number_comes_as_one_that_hides_itself() -> None:
    """E1: and with its check digit looked at, which the protocol does not."""
    good = "4111111100000002"
    assert card_number(areq(acctNumber=good)) == Pan(good)
    with pytest.raises(BadCard):
        card_number(areq())
    answer = parse(samples.wire(samples.ares()), receiver=Component.DIRECTORY)
    with pytest.raises(KeyError):
        card_number(answer)


def test_an_expiry_date_is_a_month() -> None:
    """Year first on the wire."""
    assert card_expiry(areq(cardExpiryDate="3012")) == Expiry(year=2030, month=12)
    assert card_expiry(areq()) is None


def test_moments_are_utc() -> None:
    """To the second, to the minute, to the day."""
    assert purchase_moment(areq()) == datetime(2024, 2, 29, 9, 30, tzinfo=UTC)
    series = areq(
        threeDSRequestorAuthenticationInd="02",
        recurringExpiry="20301231",
        recurringFrequency="28",
    )
    assert moment(series, "recurringExpiry") == datetime(2030, 12, 31, tzinfo=UTC)
    assert day(series, "recurringExpiry") == date(2030, 12, 31)
    assert moment(areq(), "recurringExpiry") is None
    assert day(areq(), "recurringExpiry") is None
    without = areq(messageCategory="02", purchaseDate=None)
    assert purchase_moment(without) is None


def test_the_year_0000_is_their_mistake() -> None:
    """It has the right form; no calendar of ours begins so early."""
    early = areq(purchaseDate="00000101000000")
    with pytest.raises(ProtocolFault) as caught:
        purchase_moment(early)
    assert (caught.value.error_code, caught.value.elements) == ("203", ("purchaseDate",))
    assert (caught.value.message_type, caught.value.version) == ("AReq", "2.2.0")


def test_yes_and_no_are_told_from_neither() -> None:
    """U, and silence, are neither."""
    assert is_yes(areq(), "threeDSCompInd") is True
    assert is_yes(areq(threeDSCompInd="N"), "threeDSCompInd") is False
    assert is_yes(areq(threeDSCompInd="U"), "threeDSCompInd") is None
    assert is_yes(areq(), "addrMatch") is None
