"""The test-card rule and the table drawn from it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sekisho.app.card_table import MEANING, card_rows, card_table, outcome_rows
from sekisho.kernel.brands import BRANDS, Brand
from sekisho.kernel.cards import Pan
from sekisho.testkit.cards import LAST_FOURS, MethodBehaviour, Outcome, rule_of, sandbox_card


@pytest.mark.parametrize(
    ("ending", "versions", "method", "outcome"),
    [
        ("0003", ("2.1.0", "2.2.0", "2.3.1"), MethodBehaviour.ANSWERS, Outcome.AUTHENTICATED),
        ("0203", ("2.1.0", "2.2.0", "2.3.1"), MethodBehaviour.SILENT, Outcome.AUTHENTICATED),
        ("2003", ("2.2.0",), MethodBehaviour.ANSWERS, Outcome.AUTHENTICATED),
        ("1103", ("2.1.0",), MethodBehaviour.NONE, Outcome.AUTHENTICATED),
        ("1072", ("2.1.0",), MethodBehaviour.ANSWERS, Outcome.CHALLENGE),
        ("2070", ("2.2.0",), MethodBehaviour.ANSWERS, Outcome.CHALLENGE_PASSES),
        ("1071", ("2.1.0",), MethodBehaviour.ANSWERS, Outcome.CHALLENGE_FAILS),
    ],
)
def test_the_rule_reads_published_examples(
    ending: str, versions: tuple[str, ...], method: MethodBehaviour, outcome: Outcome
) -> None:
    """F4: endings that existing clients know call up what they expect."""
    rule = rule_of(f"400000000000{ending}")
    assert rule is not None
    assert (rule.versions, rule.method, rule.outcome) == (versions, method, outcome)


@given(st.from_regex(r"\A[0-9]{13,19}\Z"))
def test_digits_that_encode_no_rule_have_none(digits: str) -> None:
    """F4: other cards are decided by the bank's own rules."""
    assert (rule_of(digits) is not None) == (digits[-4:] in LAST_FOURS)


@pytest.mark.parametrize("brand", Brand)
@pytest.mark.parametrize("ending", LAST_FOURS)
def test_every_ending_exists_for_every_brand(brand: Brand, ending: str) -> None:
    """C9, F4: each outcome can be called up with each brand by a number that passes the checks."""
    pan = sandbox_card(brand, ending)
    assert pan.brand is brand
    assert pan.last_four == ending
    assert len(pan.digits) in BRANDS[brand].lengths


def test_the_table_names_every_brand_and_every_outcome() -> None:
    """F4: the person at the keyboard finds what there is."""
    table = card_table()
    assert all(facts.name in table for facts in BRANDS.values())
    assert all(meaning in table for meaning in MEANING.values())


def test_rows_for_programs_are_whole() -> None:
    """F4: the long table has every brand with every ending, once."""
    rows = card_rows(everything=True)
    assert len({str(row["number"]) for row in rows}) == len(BRANDS) * len(LAST_FOURS)
    assert all(Pan(str(row["number"])) for row in rows)
    assert len(outcome_rows()) == len(Outcome)
