"""The test-card rule and the table drawn from it."""

import json
from pathlib import Path
from typing import Any, Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sekisho.app.card_table import (
    AT_ONCE,
    ENROLLED,
    MEANING,
    SHORT,
    card_rows,
    card_table,
    long_table,
    outcome_rows,
)
from sekisho.issuer.acs.model import ChallengeKind
from sekisho.kernel.brands import BRANDS, Brand
from sekisho.kernel.cards import Pan, luhn_holds
from sekisho.testkit.card_calls import CALLS, Asks, Outcome
from sekisho.testkit.cards import (
    LAST_FOURS,
    LEGACY,
    LEGACY_VERSION,
    NOT_ENROLLED,
    SANDBOX_APP_SECRET,
    SANDBOX_PASSWORD,
    MethodBehaviour,
    rule_of,
    sandbox_card,
)

VECTORS: Final = Path(__file__).parents[4] / "shared" / "protocol" / "vectors.json"


def published() -> list[dict[str, Any]]:
    """The numbers that 3dsecure.io and a partner of theirs print, with what they call up."""
    assert VECTORS.is_file(), f"the test vectors must lie beside the working copy: {VECTORS.name}"
    listed: list[dict[str, Any]] = json.loads(VECTORS.read_text())["test_cards"]
    return [card for card in listed if "3dsecure.io" in card["provider"] and "pan" in card]


PUBLISHED: Final = published()


@pytest.mark.parametrize("card", PUBLISHED, ids=[card["pan"] for card in PUBLISHED])
def test_a_published_number_calls_up_its_published_outcome(card: dict[str, Any]) -> None:
    """F4: clients of 3dsecure.io find what they know, whether or not the number passes Luhn."""
    rule = rule_of(card["pan"])
    assert rule is not None
    assert rule.call.status == card["expected"]["ares"]
    by_itself = {"Y": Asks.PASSES_BY_ITSELF, "N": Asks.FAILS_BY_ITSELF}
    result = card["expected"].get("rreq", "Y or N")
    if rule.call.status == "C":
        assert rule.call.asks is by_itself.get(result, Asks.ONE_TIME_CODE)


def test_published_numbers_are_there_to_test_with() -> None:
    """F4: the list of published numbers has not gone missing."""
    assert len(PUBLISHED) >= 16


@pytest.mark.parametrize(
    ("ending", "versions", "method", "outcome"),
    [
        ("0003", ("2.1.0", "2.2.0", "2.3.1"), MethodBehaviour.ANSWERS, Outcome.AUTHENTICATED),
        ("0203", ("2.1.0", "2.2.0", "2.3.1"), MethodBehaviour.SILENT, Outcome.AUTHENTICATED),
        ("2003", ("2.2.0",), MethodBehaviour.ANSWERS, Outcome.AUTHENTICATED),
        ("1103", ("2.1.0",), MethodBehaviour.NONE, Outcome.AUTHENTICATED),
        ("1072", ("2.1.0",), MethodBehaviour.ANSWERS, Outcome.CHALLENGE),
        ("1872", ("2.1.0",), MethodBehaviour.ANSWERS, Outcome.CHALLENGE),
        ("2070", ("2.2.0",), MethodBehaviour.ANSWERS, Outcome.CHALLENGE_PASSES),
        ("1071", ("2.1.0",), MethodBehaviour.ANSWERS, Outcome.CHALLENGE_FAILS),
        ("3184", ("2.3.1",), MethodBehaviour.NONE, Outcome.PAYMENT_CONFIRMATION),
        ("9072", ("1.0.2",), MethodBehaviour.NONE, Outcome.CHALLENGE),
        ("8000", (), MethodBehaviour.NONE, Outcome.NOT_ENROLLED),
    ],
)
def test_the_rule_reads_examples(
    ending: str, versions: tuple[str, ...], method: MethodBehaviour, outcome: Outcome
) -> None:
    """F4: versions, 3DS Method and outcome, each by its own digit."""
    rule = rule_of(f"400000000000{ending}")
    assert rule is not None
    assert (rule.versions, rule.method, rule.outcome) == (versions, method, outcome)


@pytest.mark.parametrize(("ending", "enrolled"), [("9003", "Y"), ("9103", "N"), ("9203", "U")])
def test_the_second_digit_tells_of_enrolment_where_there_is_no_method(
    ending: str, enrolled: str
) -> None:
    """A1, F4: each answer to VEReq can be called up."""
    rule = rule_of(ending)
    assert rule is not None
    assert (rule.enrolled, rule.versions) == (enrolled, (LEGACY_VERSION,))


def test_1_0_2_has_only_what_it_has() -> None:
    """A1: no card of 1.0.2 calls up what came with EMV 3DS."""
    assert rule_of("9033") is None
    assert rule_of("9080") is None
    legacy = {ending[2:] for ending in LAST_FOURS if ending[0] == LEGACY}
    assert legacy == {last for last, call in CALLS.items() if call.legacy}


@given(st.from_regex(r"\A[0-9]{13,19}\Z"))
def test_digits_that_encode_no_rule_have_none(digits: str) -> None:
    """F4: other cards are decided by the bank's own rules. An 8 for the 3DS Method is a 0."""
    same = digits[-4:-3] + ("0" if digits[-3] == "8" else digits[-3]) + digits[-2:]
    assert (rule_of(digits) is not None) == (same in LAST_FOURS)
    if digits[-4:] != NOT_ENROLLED:
        assert rule_of(digits) == rule_of(same)


@pytest.mark.parametrize("brand", Brand)
def test_every_ending_exists_for_every_brand(brand: Brand) -> None:
    """C9, F4: each outcome can be called up with each brand by a number that passes the checks."""
    for ending in LAST_FOURS:
        pan = sandbox_card(brand, ending)
        assert pan.brand is brand
        assert pan.last_four == ending
        assert len(pan.digits) in BRANDS[brand].lengths


@pytest.mark.parametrize(
    ("brand", "length"), [(brand, length) for brand in Brand for length in BRANDS[brand].lengths]
)
def test_every_length_of_a_brand_has_test_cards(brand: Brand, length: int) -> None:
    """F4: Maestro's thirteen digits, Diners' nineteen."""
    pan = sandbox_card(brand, "0072", length=length)
    assert len(pan.digits) == length
    assert pan.brand is brand
    assert luhn_holds(pan.digits)


def test_there_are_more_cards_than_one_of_an_ending() -> None:
    """F4: what a bank counts by card, as wrong codes, need not be shared."""
    cards = {sandbox_card(Brand.VISA, "0074", nth=nth).digits for nth in range(10)}
    assert len(cards) == 10
    assert all(luhn_holds(digits) and digits[8:10] == "00" for digits in cards)


def test_every_outcome_is_called_up_by_one_ending() -> None:
    """F4: nothing is named that no number calls up."""
    called = [call.outcome for call in CALLS.values()]
    assert len(set(called)) == len(called)
    assert {*called, Outcome.NOT_ENROLLED} == set(Outcome) == set(MEANING)


def test_every_answer_and_every_method_of_challenge_is_reachable() -> None:
    """A4, F4: each transStatus of an ARes, each thing a bank may ask."""
    assert {call.status for call in CALLS.values()} == {*"YNARIUCDS", None}
    asked = {call.asks for call in CALLS.values() if call.status == "C"}
    assert asked == set(Asks)
    assert {kind.name for kind in ChallengeKind} <= {asks.name for asks in Asks}


def test_the_table_names_every_brand_and_every_outcome() -> None:
    """F4: the person at the keyboard finds what there is."""
    table = card_table()
    assert all(facts.name in table for facts in BRANDS.values())
    assert all(meaning in table for meaning in MEANING.values())
    assert all(text in table for text in ENROLLED.values())


def test_the_table_says_what_challenges_ask_for() -> None:
    """D4, F4: password, app secret and right choices can be tried by number alone."""
    table = card_table(AT_ONCE)
    assert all(text in table for text in (SANDBOX_PASSWORD, SANDBOX_APP_SECRET, "odawara", "/app"))


def test_the_first_table_is_short() -> None:
    """F4: who has just started the house sees what a first hour needs, not forty lines."""
    first = card_table(AT_ONCE)
    assert set(AT_ONCE) < set(SHORT)
    assert all(f"  {ending}  " in first for ending in AT_ONCE)
    assert first.count("\n") < 25


def test_rows_for_programs_are_whole() -> None:
    """F4: the long table has every brand with every ending, once."""
    rows = card_rows(everything=True)
    assert len({str(row["number"]) for row in rows}) == len(BRANDS) * len(LAST_FOURS)
    assert all(Pan(str(row["number"])) for row in rows)
    assert len(long_table().splitlines()) == len(rows)
    assert [row.ending for row in outcome_rows()] == list(SHORT)
