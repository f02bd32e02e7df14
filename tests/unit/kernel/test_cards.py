"""Card numbers are checked when made and masked when shown."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sekisho.kernel.brands import BRANDS, Brand, brand_of
from sekisho.kernel.cards import (
    BadCard,
    Card,
    Expiry,
    Pan,
    is_merchant_number,
    luhn_holds,
    luhn_sum,
    mask_digits,
)
from sekisho.kernel.countries import COUNTRIES, COUNTRIES_BY_ALPHA_3, COUNTRIES_BY_NUMBER
from sekisho.kernel.secret import Secret
from sekisho.testkit.cards import sandbox_card

DIGITS = st.text("0123456789", min_size=12, max_size=18)


def numbered(digits: str) -> str:
    """Put the check digit behind some digits."""
    return digits + str(-luhn_sum(digits + "0") % 10)


@given(DIGITS)
def test_digits_with_their_check_digit_are_a_card_number(digits: str) -> None:
    """E1: 13 to 19 of them."""
    pan = Pan(numbered(digits))
    assert pan.last_four == pan.digits[-4:]
    assert pan == Pan(pan.digits)
    assert hash(pan) == hash(Pan(pan.digits))


@given(DIGITS, st.data())
def test_one_wrong_digit_is_no_card_number(digits: str, data: st.DataObject) -> None:
    """E1: the check digit catches every single typing error."""
    good = numbered(digits)
    at = data.draw(st.integers(0, len(good) - 1))
    wrong = data.draw(st.sampled_from([each for each in "0123456789" if each != good[at]]))
    assert luhn_holds(good)
    with pytest.raises(BadCard):
        Pan(good[:at] + wrong + good[at + 1 :])


@given(DIGITS)
def test_a_card_number_shows_its_last_four_digits_only(digits: str) -> None:
    """E1: however it is printed."""
    pan = Pan(numbered(digits))
    shown = f"{pan} {pan!s} {pan!r} {pan:>30} {Card(pan=pan, expiry=Expiry(year=2030, month=1))}"
    assert "".join(each for each in pan.masked if each.isdigit()) == pan.last_four
    assert pan.digits[:-4] not in shown
    assert repr(pan) == "Pan()"


@pytest.mark.parametrize(
    "text", ["", "4" * 12, "4" * 20, "４" * 16, "4111 1111 1111 1111", "x" * 16]
)
def test_what_is_not_13_to_19_digits_is_no_card_number(text: str) -> None:
    """E1: full-width digits look like digits and are none."""
    with pytest.raises(BadCard) as caught:
        Pan(text)
    assert text == "" or text not in str(caught.value)


def test_a_card_number_equals_only_card_numbers() -> None:
    """A text with the same digits is not a card number."""
    assert Pan("4111111111111111") != "4111111111111111"


def test_a_bad_number_is_masked_for_lists() -> None:
    """E1: what failed to be a card number may still be one, mistyped."""
    assert mask_digits("4111111111111112") == "•" * 12 + "1112"
    assert mask_digits("123") == "•••"


@pytest.mark.parametrize("brand", Brand)
def test_every_brand_knows_its_own_cards(brand: Brand) -> None:
    """C12, C9: prefix, length, ECI values and the Directory Server they go to."""
    pan = sandbox_card(brand, "0003")
    facts = BRANDS[brand]
    assert pan.brand is brand
    assert len(pan.digits) in facts.lengths
    assert len({facts.eci_full, facts.eci_attempt, facts.eci_none}) == 3
    assert facts.directory_server_id.startswith("A000000")


def test_the_longest_prefix_decides() -> None:
    """C12: 2720 is Mastercard's last, 622126 UnionPay's; a number of nobody has no brand."""
    assert brand_of("27209999") is Brand.MASTERCARD
    assert brand_of("27210000") is None
    assert brand_of("62212600") is Brand.UNIONPAY
    assert brand_of("65000000") is Brand.DISCOVER
    assert brand_of("99") is None
    assert brand_of("3") is None
    assert Pan("9999999999999995").brand is None


def test_a_more_specific_prefix_wins_whatever_the_order() -> None:
    """C12: Maestro's four digits say more than one."""
    assert brand_of("30950000") is Brand.DINERS
    assert brand_of("67599900") is Brand.MAESTRO


@given(st.integers(2000, 2099), st.integers(1, 12))
def test_an_expiry_date_is_written_year_first(year: int, month: int) -> None:
    """F1: the form of cardExpiryDate."""
    expiry = Expiry(year=year, month=month)
    assert Expiry.from_yymm(expiry.yymm) == expiry
    assert not expiry.is_past(date(year, month, 28))
    assert expiry.is_past(date(year + 1, month, 1))


@pytest.mark.parametrize("text", ["", "2513", "2500", "25-1", "２５０１", "250101"])
def test_what_is_no_month_is_no_expiry_date(text: str) -> None:
    """C2: refused by name."""
    with pytest.raises(BadCard):
        Expiry.from_yymm(text)
    with pytest.raises(BadCard):
        Expiry(year=1999, month=1)


def test_the_security_code_of_a_card_does_not_print() -> None:
    """E1: nor leave the process."""
    card = Card(
        pan=Pan("4111111111111111"),
        expiry=Expiry(year=2030, month=1),
        security_code=Secret("123"),
    )
    assert "123" not in repr(card)


def test_countries_have_one_code_of_each_kind() -> None:
    """F1: and none of the user-assigned numbers that EMV 3DS refuses."""
    assert len(COUNTRIES) == len(COUNTRIES_BY_ALPHA_3) == len(COUNTRIES_BY_NUMBER)
    assert COUNTRIES["JP"].number == "392"
    assert max(COUNTRIES_BY_NUMBER) < "900"


@pytest.mark.parametrize(
    ("text", "is_one"),
    [
        ("000601229068593", True),
        ("998001234567890", True),
        ("378282246310005", False),
        ("341111111111111", False),
        ("180012345678901", False),
        ("213112345678901", False),
        ("00060122906859", False),
        ("0006012290685931", False),
        ("00060122906859x", False),
        ("００0601229068593", False),
    ],
)
def test_fifteen_digits_that_begin_like_no_card_are_a_merchant_s(text: str, is_one: bool) -> None:
    """F6: the last is fullwidth; no acquirer writes so."""
    assert is_merchant_number(text) is is_one
