"""The bank's records: ranges, masks, accounts."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sekisho.issuer.members.flow.account import limit_of
from sekisho.issuer.members.model import CardRange, MembersSettings, mask_email, mask_phone
from sekisho.kernel.brands import Brand
from sekisho.testkit.cards import sandbox_card

RANGE = CardRange(low="35581111", high="35581119", brand=Brand.JCB, product_name="Sandbox")
SETTINGS = MembersSettings(
    issuer_name="Bank", ranges=(RANGE,), credit_limits={"JPY": 5}, credit_limit_major_otherwise=7,
    personal_message="m", phone="+819012345678", email="taro@example.jp",
    sandbox_rules=True, sandbox_inbox=True,
)  # fmt: skip


def test_a_range_holds_the_numbers_between_its_ends() -> None:
    """Both ends belong to it, and nothing beyond them."""
    assert RANGE.holds(sandbox_card(Brand.JCB, "0103"))
    assert not RANGE.holds(sandbox_card(Brand.VISA, "0103"))
    assert not RANGE.holds(sandbox_card(Brand.AMEX, "0103"))


@pytest.mark.parametrize(("low", "high"), [("3559", "3558"), ("355", "3559"), ("a", "b")])
def test_a_range_that_is_none_is_refused(low: str, high: str) -> None:
    """A slip in the settings must not make the bank disown its cards."""
    with pytest.raises(ValueError, match="range"):
        CardRange(low=low, high=high, brand=Brand.JCB, product_name="x")


def test_limits_are_in_minor_units_of_each_currency() -> None:
    """A currency that the settings do not name gets the same number of its major units."""
    assert limit_of(SETTINGS, "JPY") == 5
    assert limit_of(SETTINGS, "USD") == 700
    assert limit_of(SETTINGS, "KWD") == 7000


@given(st.from_regex(r"\+?[0-9]{2,4}-?[0-9]{2,4}-?[0-9]{4}", fullmatch=True))
def test_a_masked_phone_shows_its_last_four_digits_only(phone: str) -> None:
    """B17: the cardholder recognises the number, an onlooker does not learn it."""
    masked = mask_phone(phone)
    assert len(masked) == len(phone)
    assert masked[-4:] == phone[-4:]
    assert not any(sign.isdigit() for sign in masked[:-4])


def test_a_masked_address_shows_its_first_letter_and_domain() -> None:
    """Enough to know which mailbox to open."""
    assert mask_email("taro@example.jp") == "t•••@example.jp"
