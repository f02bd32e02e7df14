"""What counts as paid, and what a failure is called."""

from itertools import product

import pytest

from sekisho.acquirer.storefront.model import Outcome, Standing
from sekisho.acquirer.storefront.service import read_view
from sekisho.acquirer.storefront.service.reading import brand_word
from sekisho.kernel.money import Amount

from .peers import View

ASKED = Amount(minor=14_500, currency="JPY")
STATUSES = ["SUCCESS", "DENIED", "ERROR", "", "success"]
STATES = ["AUTHORIZED", "VOIDED", "PENDING", "DECLINED", "CLOSED", "ERROR", "COMPLETED", ""]


def view(status: str, state: str, **more: object) -> View:
    """A payment that stands so."""
    return View(transaction_id="payment-1", response_status=status, transaction_state=state, **more)  # type: ignore[arg-type]  # real fields


@pytest.mark.parametrize(("status", "state"), list(product(STATUSES, STATES)))
def test_only_success_with_an_authorization_is_paid(status: str, state: str) -> None:
    """A5: nothing else makes an order, whatever a gateway may say."""
    paid = (status, state) in {("SUCCESS", "AUTHORIZED"), ("SUCCESS", "CLOSED")}
    assert (read_view(view(status, state), ASKED)[0] is Standing.APPROVED) is paid


@pytest.mark.parametrize(
    ("status", "state"),
    [("DENIED", "AUTHORIZED"), ("ERROR", "CLOSED"), ("SUCCESS", "DECLINED"), ("SUCCESS", "ERROR")],
)
def test_a_contradiction_is_waited_out(status: str, state: str) -> None:
    """It may hold the buyer's money: it is neither an order nor forgotten, and at last voided."""
    assert read_view(view(status, state), ASKED)[0] is Standing.PENDING


@pytest.mark.parametrize("trans_status", ["N", "R", "C", "D"])
def test_an_authorization_without_its_authentication_is_not_wanted(trans_status: str) -> None:
    """A5, D10: a failed or unfinished authentication never makes an order."""
    standing, _, outcome = read_view(
        view("SUCCESS", "AUTHORIZED", trans_status=trans_status), ASKED
    )
    assert standing is Standing.UNWANTED
    assert outcome is Outcome.AUTHENTICATION_FAILED


@pytest.mark.parametrize("trans_status", ["Y", "A", "U", "I", None])
def test_the_gateways_policy_decides_about_the_rest(trans_status: str | None) -> None:
    """D10: attempts count; what else is accepted was agreed with the gateway."""
    standing, _, _ = read_view(view("SUCCESS", "AUTHORIZED", trans_status=trans_status), ASKED)
    assert standing is Standing.APPROVED


@pytest.mark.parametrize(
    "raw",
    [
        {"amount": 1, "currency": "JPY"},
        {"amount": 14_500, "currency": "USD"},
        {"amount": "14500", "currency": "JPY"},
        {},
    ],
)
def test_a_payment_of_something_else_is_not_wanted(raw: dict[str, object]) -> None:
    """A genuine payment of one yen does not pay for a kettle: it is given back."""
    standing, _, outcome = read_view(view("SUCCESS", "AUTHORIZED", raw=raw), ASKED)
    assert standing is Standing.UNWANTED
    assert outcome is Outcome.SYSTEM_ERROR


@pytest.mark.parametrize(
    ("code", "trans_status", "status", "outcome"),
    [
        ("CONSUMER_ABORTED", "N", "DENIED", Outcome.CANCELLED),
        ("AUTHENTICATION_TIMEOUT", "N", "DENIED", Outcome.TIMED_OUT),
        ("EXPIRED", None, "ERROR", Outcome.TIMED_OUT),
        ("AUTHENTICATION_FAILED", "N", "DENIED", Outcome.AUTHENTICATION_FAILED),
        ("AUTHENTICATION_REJECTED", "R", "DENIED", Outcome.AUTHENTICATION_FAILED),
        ("AUTHENTICATION_UNAVAILABLE", "U", "DENIED", Outcome.AUTHENTICATION_FAILED),
        ("SOMETHING_NEW", "N", "DENIED", Outcome.AUTHENTICATION_FAILED),
        ("INSUFFICIENT_FUNDS", "Y", "DENIED", Outcome.DECLINED),
        ("DO_NOT_HONOR", "A", "DENIED", Outcome.DECLINED),
        ("AUTHORIZATION_TIMEOUT", "Y", "ERROR", Outcome.SYSTEM_ERROR),
        ("AUTHENTICATION_ERROR", None, "ERROR", Outcome.SYSTEM_ERROR),
    ],
)
def test_each_failure_has_its_own_words(
    code: str, trans_status: str | None, status: str, outcome: Outcome
) -> None:
    """D3: a clear message per outcome."""
    state = "DECLINED" if status == "DENIED" else "ERROR"
    failed = view(status, state, response_code=code, trans_status=trans_status)
    assert read_view(failed, ASKED)[2] is outcome


@pytest.mark.parametrize(
    ("said", "ours"),
    [
        ("VISA", "visa"),
        ("VI", "visa"),
        ("AMERICAN_EXPRESS", "amex"),
        ("INTERNATIONAL_MAESTRO", "maestro"),
        ("jcb", "jcb"),
        ("BANCONTACT", "BANCONTACT"),
        (None, None),
    ],
)
def test_a_brand_has_one_word(said: str | None, ours: str | None) -> None:
    """The ledger's rules go by brand: its names must not differ by where they came from."""
    assert brand_word(said) == ours
