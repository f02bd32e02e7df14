"""Who bears a fraud chargeback: every brand, every status, and every way to claim too much."""

from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sekisho.acquirer.ledger.flow import Icon, Party, Reason, liability
from sekisho.kernel.brands import BRANDS, Brand

from .orders import NOON, placed

ISSUER, SHOP = Party.ISSUER, Party.SHOP

# transStatus, which of the brand's ECIs, value result, who bears it, why
CASES = [
    ("Y", "full", "2", ISSUER, (Reason.AUTHENTICATED,)),
    ("A", "attempt", "3", ISSUER, (Reason.ATTEMPTED,)),
    ("A", "attempt", "8", ISSUER, (Reason.ATTEMPTED,)),
    ("A", "attempt", "A", ISSUER, (Reason.ATTEMPTED,)),
    # An issuer that verified a full value is bound whatever less was claimed.
    ("A", "attempt", "2", ISSUER, (Reason.ATTEMPTED,)),
    ("Y", "attempt", "2", ISSUER, (Reason.AUTHENTICATED,)),
    ("Y", "attempt", "3", ISSUER, (Reason.AUTHENTICATED,)),
    # Claims above what the witnesses support.
    ("A", "full", "2", SHOP, (Reason.ECI_ABOVE_STATUS,)),
    ("A", "full", "3", SHOP, (Reason.ECI_ABOVE_STATUS, Reason.VALUE_BELOW_ECI)),
    ("Y", "full", "3", SHOP, (Reason.VALUE_BELOW_ECI,)),
    ("U", "full", "2", SHOP, (Reason.COULD_NOT_AUTHENTICATE, Reason.ECI_ABOVE_STATUS)),
    (
        "U",
        "full",
        None,
        SHOP,
        (Reason.COULD_NOT_AUTHENTICATE, Reason.ECI_ABOVE_STATUS, Reason.VALUE_NOT_VERIFIED),
    ),
    (
        "U",
        "attempt",
        None,
        SHOP,
        (Reason.COULD_NOT_AUTHENTICATE, Reason.ECI_ABOVE_STATUS, Reason.VALUE_NOT_VERIFIED),
    ),
    # The value was not verified, or found wrong.
    ("Y", "full", None, SHOP, (Reason.VALUE_NOT_VERIFIED,)),
    ("Y", "full", "0", SHOP, (Reason.VALUE_NOT_VERIFIED,)),
    ("Y", "full", "6", SHOP, (Reason.VALUE_NOT_VERIFIED,)),
    ("Y", "full", "B", SHOP, (Reason.VALUE_NOT_VERIFIED,)),
    ("Y", "full", "1", SHOP, (Reason.VALUE_FAILED,)),
    ("A", "attempt", "4", SHOP, (Reason.VALUE_FAILED,)),
    ("A", "attempt", "7", SHOP, (Reason.VALUE_FAILED,)),
    # No authentication to speak of.
    (
        "U",
        "none",
        None,
        SHOP,
        (Reason.COULD_NOT_AUTHENTICATE, Reason.ECI_NOT_AUTHENTICATED, Reason.VALUE_NOT_VERIFIED),
    ),
    (
        "N",
        "none",
        None,
        SHOP,
        (Reason.NOT_AUTHENTICATED, Reason.ECI_NOT_AUTHENTICATED, Reason.VALUE_NOT_VERIFIED),
    ),
    (
        "R",
        "none",
        None,
        SHOP,
        (Reason.NOT_AUTHENTICATED, Reason.ECI_NOT_AUTHENTICATED, Reason.VALUE_NOT_VERIFIED),
    ),
    (
        "I",
        "none",
        "2",
        SHOP,
        (Reason.INFORMATION_ONLY, Reason.ECI_NOT_AUTHENTICATED),
    ),
    (
        None,
        None,
        None,
        SHOP,
        (Reason.NO_AUTHENTICATION, Reason.ECI_NOT_AUTHENTICATED, Reason.VALUE_NOT_VERIFIED),
    ),
    # A shop that writes the lowest ECI claims nothing, and gets it.
    ("Y", "none", "2", SHOP, (Reason.ECI_NOT_AUTHENTICATED,)),
]


def eci_of(brand: Brand, which: str | None) -> str | None:
    """The brand's own value."""
    facts = BRANDS[brand]
    return {
        "full": facts.eci_full,
        "attempt": facts.eci_attempt,
        "none": facts.eci_none,
        None: None,
    }[which]


@pytest.mark.parametrize("brand", list(Brand))
@pytest.mark.parametrize(("status", "which", "value", "party", "reasons"), CASES)
def test_each_brand_and_status_has_its_party(
    *,
    brand: Brand,
    status: str | None,
    which: str | None,
    value: str | None,
    party: Party,
    reasons: tuple[Reason, ...],
) -> None:
    """C11, D6, D10: attempts shift, failures and unproven claims do not, for every brand alike."""
    worked_out = liability(
        (
            placed(
                brand=brand.value,
                trans_status=status,
                eci=eci_of(brand, which),
                authentication_value_result=value,
            ),
        )
    )
    assert (worked_out.party, worked_out.reasons) == (party, reasons)
    assert worked_out.icon is (Icon.AUTHENTICATED if party is ISSUER else Icon.NONE)


@pytest.mark.parametrize(
    ("brand", "eci"),
    [("mastercard", "05"), ("maestro", "06"), ("visa", "02"), ("jcb", "01"), ("visa", "99")],
)
def test_another_brands_eci_shifts_nothing(brand: str, eci: str) -> None:
    """C9: 05 means nothing on a Mastercard."""
    worked_out = liability((placed(brand=brand, eci=eci),))
    assert (worked_out.party, worked_out.reasons) == (SHOP, (Reason.ECI_OF_NO_BRAND,))


def test_an_unknown_brand_shifts_nothing() -> None:
    """Nobody has promised anything for a brand that is not in the table."""
    worked_out = liability((placed(brand="bancontact"),))
    assert (worked_out.party, worked_out.reasons) == (SHOP, (Reason.UNKNOWN_BRAND,))


def test_the_evidence_says_what_was_looked_at_and_since_when() -> None:
    """Staff must be able to answer "why" with the witnesses and the moment."""
    evidence = liability((placed(),)).evidence
    assert [(one.name, one.value) for one in evidence] == [
        ("brand", "visa"),
        ("transStatus", "Y"),
        ("ECI", "05"),
        ("authenticationValueResult", "2"),
    ]
    assert {one.at for one in evidence} == {NOON}


def test_an_order_without_facts_is_no_order() -> None:
    """There is no liability for nothing."""
    with pytest.raises(ValueError, match="at least the fact"):
        liability(())


STATUSES = ["Y", "A", "U", "N", "R", "I", "C", "D", None, "?"]
ECIS = ["00", "01", "02", "05", "06", "07", "04", None, ""]
RESULTS = ["2", "3", "8", "A", "1", "4", "7", "9", "0", "6", "B", "C", "D", None, ""]


@given(
    st.sampled_from([*(brand.value for brand in Brand), "unknown"]),
    st.sampled_from(STATUSES),
    st.sampled_from(ECIS),
    st.sampled_from(RESULTS),
)
def test_no_claim_shifts_more_than_status_and_value_support(
    brand: str, status: str | None, eci: str | None, result: str | None
) -> None:
    """Raising the ECI alone never moves liability away from the shop."""
    worked_out = liability(
        (placed(brand=brand, trans_status=status, eci=eci, authentication_value_result=result),)
    )
    if worked_out.shifted:
        assert status in {"Y", "A"}
        assert result in {"2", "3", "8", "A"}
        full = eci == BRANDS[Brand(brand)].eci_full
        assert not full or (status == "Y" and result == "2")
    assert worked_out.reasons


def test_nothing_shifts_after_a_failed_authentication() -> None:
    """A5: N and R, whatever else was claimed, for every brand."""
    for brand, status, eci, result in product(Brand, ("N", "R", "U", "I", None), ECIS, RESULTS):
        paid = placed(
            brand=brand.value, trans_status=status, eci=eci, authentication_value_result=result
        )
        assert not liability((paid,)).shifted
