"""What an answer is worth: section 12.5, for every brand."""

from itertools import product

import pytest

from sekisho.kernel.brands import BRANDS, Brand
from sekisho.kernel.errors import Misuse
from sekisho.protocol.threeds1 import outcome
from sekisho.protocol.threeds1.outcomes import RULES, Liability, Outcome
from sekisho.protocol.threeds1.vocabulary import Enrolled, Status

EVERYTHING = tuple(product(Enrolled, (*Status, None), Brand))
TABLE = [
    (Enrolled.YES, Status.AUTHENTICATED, "05", "02", Liability.ISSUER),
    (Enrolled.YES, Status.ATTEMPTED, "06", "01", Liability.ISSUER),
    (Enrolled.NO, None, "06", "01", Liability.ISSUER),
    (Enrolled.UNABLE, None, "07", "00", Liability.MERCHANT),
    (Enrolled.YES, Status.FAILED, None, None, None),
    (Enrolled.YES, Status.UNABLE, "07", "00", Liability.MERCHANT),
    (Enrolled.YES, None, None, None, None),
]


@pytest.mark.parametrize(("enrolled", "status", "visa", "mastercard", "liability"), TABLE)
def test_the_table_is_that_of_the_facts(
    enrolled: Enrolled,
    status: Status | None,
    visa: str | None,
    mastercard: str | None,
    liability: Liability | None,
) -> None:
    """A1: 05, 06, 07 against 02, 01, 00; what stops has neither ECI nor liability."""
    for brand in Brand:
        eci = mastercard if brand in (Brand.MASTERCARD, Brand.MAESTRO) else visa
        expected = Outcome(eci=eci, liability=liability, may_authorise=eci is not None)
        assert outcome(enrolled, status, brand) == expected


@pytest.mark.parametrize(("enrolled", "status", "brand"), EVERYTHING)
def test_every_combination_is_answered(
    enrolled: Enrolled, status: Status | None, brand: Brand
) -> None:
    """Each has an outcome, or cannot be: nobody asks for a PARes without a VERes that says Y."""
    if enrolled is not Enrolled.YES and status is not None:
        with pytest.raises(Misuse, match=r"^a PARes without a VERes that says Y$"):
            outcome(enrolled, status, brand)
        return
    found = outcome(enrolled, status, brand)
    facts = BRANDS[brand]
    assert found.eci in (facts.eci_full, facts.eci_attempt, facts.eci_none, None)
    assert found.may_authorise is (found.eci is not None) is (found.liability is not None)
    assert not (found.may_authorise and status is Status.FAILED)
    shifted = found.liability is Liability.ISSUER
    assert shifted is (found.eci in (facts.eci_full, facts.eci_attempt))


def test_the_table_has_no_line_that_cannot_be() -> None:
    """It is whole, and nothing else."""
    assert set(RULES) == {(enrolled, status) for enrolled, status, *_ in TABLE}


def test_what_the_sources_leave_open_is_said() -> None:
    """A merchant reads the remark before relying on it."""
    assert RULES[Enrolled.NO, None].remark == "depends on brand and region"
    assert "sources are silent" in RULES[Enrolled.YES, None].remark
