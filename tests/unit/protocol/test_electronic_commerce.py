"""ECI and proof: every brand answers every outcome."""

import pytest

from sekisho.kernel.brands import Brand
from sekisho.protocol.authentication_value import Proof
from sekisho.protocol.electronic_commerce import ECIS, Occasion, eci_of, proof_of
from sekisho.protocol.elements import BY_NAME

STATUSES = "YNUACRDIS"
PAYMENT, NON_PAYMENT, MERCHANT, DATA_ONLY = Occasion


def row(brand: Brand, occasion: Occasion) -> str:
    """Give the ECI of every outcome in one line."""
    return " ".join(eci_of(brand, status, occasion) or "--" for status in STATUSES)


def test_every_brand_answers_every_status_on_every_occasion() -> None:
    """C9: no combination is left to chance; what is pending has no ECI, the rest has one or none."""
    assert set(STATUSES) == set(BY_NAME["transStatus"].codes)
    assert set(ECIS) == {
        (brand, occasion, status) for brand in Brand for occasion in Occasion for status in STATUSES
    }
    for (_, _, status), eci in ECIS.items():
        assert eci is None if status in "CDS" else eci is None or len(eci) == 2


@pytest.mark.parametrize("occasion", Occasion)
@pytest.mark.parametrize(
    "brand", [Brand.VISA, Brand.JCB, Brand.DINERS, Brand.DISCOVER, Brand.UNIONPAY]
)
def test_most_brands_say_05_06_and_07(brand: Brand, occasion: Occasion) -> None:
    """C9: whatever the occasion; shared data prove nothing."""
    assert row(brand, occasion) == "05 07 07 06 -- 07 -- 07 --"


@pytest.mark.parametrize("occasion", Occasion)
def test_american_express_does_not_use_i(occasion: Occasion) -> None:
    """C9: otherwise as most brands."""
    assert row(Brand.AMEX, occasion) == "05 07 07 06 -- 07 -- -- --"


@pytest.mark.parametrize("brand", [Brand.MASTERCARD, Brand.MAESTRO])
@pytest.mark.parametrize(
    ("occasion", "expected"),
    [
        (PAYMENT, "02 00 00 01 -- 00 -- 06 --"),
        (NON_PAYMENT, "N2 N0 N0 N0 -- N0 -- N0 --"),
        (MERCHANT, "07 00 00 01 -- 00 -- 06 --"),
        (DATA_ONLY, "02 00 04 01 -- 00 -- 06 --"),
    ],
)
def test_mastercard_tells_occasions_apart(brand: Brand, occasion: Occasion, expected: str) -> None:
    """C9: exemptions, insights, 3RI and cards on file have values of their own."""
    assert row(brand, occasion) == expected


def test_a_payment_is_what_is_meant_unless_it_is_said() -> None:
    """C9: the usual case needs no word."""
    assert eci_of(Brand.MASTERCARD, "Y") == "02"
    with pytest.raises(KeyError):
        eci_of(Brand.VISA, "X")


@pytest.mark.parametrize("challenged", [False, True])
@pytest.mark.parametrize("occasion", Occasion)
@pytest.mark.parametrize("status", STATUSES)
def test_only_what_can_be_proved_carries_a_value(
    status: str, occasion: Occasion, challenged: bool
) -> None:
    """D10: Y, A and I of a payment; how the cardholder was authenticated is part of it."""
    authenticated = Proof.CHALLENGED if challenged else Proof.FRICTIONLESS
    expected = {
        "Y": Proof.MERCHANT_INITIATED if occasion is MERCHANT else authenticated,
        "A": Proof.ATTEMPTED,
        "I": Proof.INFORMATIONAL,
    }.get(status)
    found = proof_of(status, occasion, challenged=challenged)
    assert found is (None if occasion is NON_PAYMENT else expected)
