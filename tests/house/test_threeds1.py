"""3-D Secure 1.0.2 through the running house: plug-in, Directory Server and ACS over mutual TLS.

The cardholder's browser has no script and no cookie; with Chromium in `tests/journeys`.
"""

from collections.abc import Iterator

import pytest

from tests.foreign_payer import code_from, inbox
from tests.old_shop import PASSWORD, OldShop, an_old_shop
from tests.running_house import RunningHouse

pytestmark = [pytest.mark.house, pytest.mark.xdist_group("house")]


@pytest.fixture(scope="module")
def shop(house: RunningHouse) -> Iterator[OldShop]:
    """An old shop with the sandbox document."""
    with an_old_shop(house) as running:
        yield running


def test_a_right_password_is_an_authentication(shop: OldShop) -> None:
    """A1: enrolled, asked on the bank's own page, signed, believed."""
    told = shop.enrol("9073")
    page = shop.visit(told)
    assert "An old shop" in page.text
    result = shop.go_back(shop.press(page, "/challenge/code", code=PASSWORD))
    assert (result["verified"], result["status"], result["eci"]) == (True, "Y", "05")
    assert (result["liability"], result["mayAuthorise"]) == ("issuer", True)
    assert (len(result["cavv"]), result["cavvAlgorithm"]) == (28, "0")
    assert result["xid"] == told["xid"]


def test_a_right_code_is_an_authentication(shop: OldShop) -> None:
    """A1, B5: the code comes to the cardholder's phone."""
    known = len(inbox(shop.foreigner, "9072"))
    page = shop.visit(shop.enrol("9072"))
    code = code_from(shop.foreigner, "9072", known)
    result = shop.go_back(shop.press(page, "/challenge/code", code=code))
    assert (result["status"], result["eci"]) == ("Y", "05")


def test_three_wrong_answers_and_a_cancel_are_an_n(shop: OldShop) -> None:
    """A1, D10: the purchase stops."""
    page = shop.visit(shop.enrol("9073"))
    for wrong in ("one", "two", "three"):
        page = shop.press(page, "/challenge/code", code=wrong)
    failed = shop.go_back(page)
    cancelled = shop.go_back(shop.press(shop.visit(shop.enrol("9073")), "/challenge/cancel"))
    for result in (failed, cancelled):
        assert (result["verified"], result["status"], result["mayAuthorise"]) == (True, "N", False)
        assert "cavv" not in result


@pytest.mark.parametrize(
    ("ending", "status", "eci", "liability"),
    [("9003", "Y", "05", "issuer"), ("9023", "A", "06", "issuer"), ("9053", "U", "07", "merchant")],
)
def test_each_status_by_number(
    shop: OldShop, ending: str, status: str, eci: str, liability: str
) -> None:
    """D10, F4: an attempt counts, what could not be tried does not."""
    result = shop.go_back(shop.visit(shop.enrol(ending)))
    assert (result["status"], result["eci"], result["liability"]) == (status, eci, liability)


@pytest.mark.parametrize(
    ("ending", "enrolled", "eci"), [("9103", "N", "06"), ("9203", "U", "07"), ("9063", "U", "07")]
)
def test_who_does_not_take_part_by_number(
    shop: OldShop, ending: str, enrolled: str, eci: str
) -> None:
    """D10, F4: VERes N, VERes U, and an ACS that stays silent."""
    told = shop.enrol(ending)
    assert (told["enrolled"], told["eci"], told["mayAuthorise"]) == (enrolled, eci, True)
    assert "PaReq" not in told


def test_what_is_forged_or_swapped_is_not_believed(shop: OldShop) -> None:
    """D10: a signature that does not hold, and the answer to a cheaper basket."""
    page = shop.visit(shop.enrol("9095"))
    forged = shop.go_back(shop.press(page, "/challenge/continue"))
    assert (forged["verified"], forged["mayAuthorise"]) == (False, False)
    assert forged["errorDetail"] == "Signature"
    cheap, dear = shop.enrol("9003", amount="1"), shop.enrol("9003")
    shop.press(shop.visit(cheap), "/back")
    fields = {**shop.site.arrivals[-1].fields, "MD": dear["MD"]}
    status, swapped = shop.call("/mpi/result", fields)
    assert status == 200
    assert (swapped["verified"], swapped["mayAuthorise"]) == (False, False)
    assert "Purchase.purchAmount" in swapped["errorDetail"]


def test_a_merchant_that_must_have_a_password_needs_the_right_one(shop: OldShop) -> None:
    """Section 12.4: IReq 52 and 53, and 51 for who does not take part."""
    codes = {
        "51": shop.enrol("9003", merID="NOBODY"),
        "52": shop.enrol("9003", merID="GUARDED"),
        "53": shop.enrol("9003", merID="GUARDED", password="wrong"),
    }
    assert {code: told["iReqCode"] for code, told in codes.items()} == {key: key for key in codes}
    assert shop.enrol("9003", merID="GUARDED", password="hakone16")["enrolled"] == "Y"
