"""The bank's rules for giving credit, row by row."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sekisho.issuer.members.flow.credit import (
    Case,
    Proof,
    failed,
    refusal,
    security_code_result,
    spent,
    value_result,
)
from sekisho.issuer.members.model import CardStatus, CodeResult, ResponseCode, ValueResult
from sekisho.kernel.brands import BRANDS, Brand
from sekisho.kernel.cards import Expiry
from sekisho.kernel.money import Amount
from sekisho.kernel.secret import Secret

GOOD = Case(
    today=date(2026, 3, 31),
    status=CardStatus.ACTIVE,
    expiry=Expiry(year=2026, month=3),
    amount=Amount(minor=14500, currency="JPY"),
    value_result=ValueResult.PASSED,
    security_code_result=CodeResult.MATCH,
    sandbox_rules=True,
)


def _with(**changes: object) -> Case:
    facts = {name: getattr(GOOD, name) for name in Case.__slots__} | changes
    return Case(**facts)


def test_a_good_case_leaves_only_the_limit_to_ask() -> None:
    """The card is good until the last day of its last month."""
    assert refusal(GOOD) is None


@pytest.mark.parametrize(
    ("case", "code"),
    [
        (_with(status=CardStatus.SUSPENDED), ResponseCode.RESTRICTED),
        (_with(today=date(2026, 4, 1)), ResponseCode.EXPIRED),
        (_with(value_result=ValueResult.FAILED), ResponseCode.DO_NOT_HONOR),
        (_with(value_result=ValueResult.ATTEMPT_FAILED), ResponseCode.DO_NOT_HONOR),
        (_with(security_code_result=CodeResult.NO_MATCH), ResponseCode.DO_NOT_HONOR),
        (_with(amount=Amount(minor=52100, currency="USD")), ResponseCode.INSUFFICIENT_FUNDS),
        (_with(amount=Amount(minor=53000, currency="USD")), ResponseCode.DO_NOT_HONOR),
    ],
)
def test_each_ground_for_refusal_has_its_code(case: Case, code: ResponseCode) -> None:
    """F4: the sandbox's outcomes are called up as its documentation says."""
    assert refusal(case) is code


@pytest.mark.parametrize(
    "case",
    [
        _with(status=CardStatus.NOT_REGISTRABLE),
        _with(value_result=ValueResult.NOT_VERIFIED),
        _with(value_result=ValueResult.ATTEMPT_PASSED),
        _with(security_code_result=CodeResult.NOT_PRESENT),
        _with(security_code_result=CodeResult.NOT_PROCESSED),
        _with(amount=Amount(minor=52100, currency="USD"), sandbox_rules=False),
    ],
)
def test_what_is_no_ground_for_refusal(case: Case) -> None:
    """B2: a card that cannot be registered still pays; an absent proof is an ordinary purchase."""
    assert refusal(case) is None


@pytest.mark.parametrize("brand", Brand)
def test_the_claim_must_be_what_the_proof_bears_out(brand: Brand) -> None:
    """C9: each brand's ECI for full and for attempted, and no other, passes."""
    facts = BRANDS[brand]
    for eci in (facts.eci_full, facts.eci_attempt, facts.eci_none, None):
        full = value_result(brand, eci, Proof.FULL)
        attempt = value_result(brand, eci, Proof.ATTEMPT)
        assert (full is ValueResult.PASSED) == (eci == facts.eci_full)
        assert (attempt is ValueResult.ATTEMPT_PASSED) == (eci == facts.eci_attempt)
        assert failed(full) == (eci != facts.eci_full)
        assert failed(attempt) == (eci != facts.eci_attempt)
        assert failed(value_result(brand, eci, Proof.WRONG))


@given(st.sampled_from(Brand), st.sampled_from(["05", "06", "07", "02", "01", "00", None]))
def test_a_claim_without_proof_proves_nothing(brand: Brand, eci: str | None) -> None:
    """An ECI can be typed by anybody: without the value there is no shift of liability."""
    assert value_result(brand, eci, Proof.NOTHING_SENT) is ValueResult.NOT_VERIFIED


def test_a_used_value_fails_as_what_it_claimed() -> None:
    """The reply still tells an attempt from a full authentication."""
    assert spent(ValueResult.PASSED) is ValueResult.FAILED
    assert spent(ValueResult.ATTEMPT_PASSED) is ValueResult.ATTEMPT_FAILED


@pytest.mark.parametrize(
    ("brand", "code", "result"),
    [
        (Brand.VISA, "111", CodeResult.MATCH),
        (Brand.VISA, "999", CodeResult.NO_MATCH),
        (Brand.VISA, "1111", CodeResult.NO_MATCH),
        (Brand.AMEX, "1111", CodeResult.MATCH),
        (Brand.AMEX, "3111", CodeResult.NO_MATCH),
        (Brand.AMEX, "3112", CodeResult.NOT_PROCESSED),
        (Brand.JCB, "611", CodeResult.NO_MATCH),
        (Brand.DINERS, "612", CodeResult.NOT_PROCESSED),
        (Brand.DISCOVER, "111", CodeResult.MATCH),
    ],
)
def test_security_codes_call_up_their_result(brand: Brand, code: str, result: CodeResult) -> None:
    """F4: the published sandbox values, and 999 for a mismatch with any brand."""
    assert security_code_result(brand, Secret(code), sandbox_rules=True) is result


def test_an_absent_security_code_is_said_to_be_absent() -> None:
    """And a bank without the sandbox's rules does not pretend to have checked one."""
    assert security_code_result(Brand.JCB, None, sandbox_rules=True) is CodeResult.NOT_PRESENT
    unchecked = security_code_result(Brand.JCB, Secret("123"), sandbox_rules=False)
    assert unchecked is CodeResult.NOT_PROCESSED
