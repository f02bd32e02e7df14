"""The bank's own rules, and the test cards in front of them."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sekisho.issuer.acs.flow.rules import RULES, RuleSet, fitting
from sekisho.issuer.acs.model import ChallengeKind, Facts, Outcome, Verdict
from sekisho.kernel.brands import Brand
from sekisho.kernel.money import Amount
from sekisho.kernel.secret import Secret
from sekisho.testkit.card_calls import CALLS
from sekisho.testkit.cards import sandbox_card
from sekisho.testkit.sandbox_decision import SandboxDecision

from .conftest import AGENT, SETTINGS, KnownCard

CALM = Facts(
    acct_number=Secret(sandbox_card(Brand.VISA, "9999").digits),
    version="2.2.0",
    channel="02",
    category="01",
    challenge_ind="01",
    card=KnownCard(),
    amount=Amount(minor=5_000, currency="JPY"),
    merchant_country="392",
    method_completed="Y",
    browser_language="ja",
    browser_user_agent=AGENT,
    browser_time_zone=540,
    account_age="05",
    profile={"userAgent": AGENT},
    device_known=True,
    failed_codes=0,
    locked=False,
)
RULE_SET = RuleSet(SETTINGS)


def outcome(**changes: object) -> Outcome:
    return RULE_SET.decide(replace(CALM, **changes)).outcome  # type: ignore[arg-type]  # by name


def test_a_calm_purchase_needs_no_page() -> None:
    """A3, B10: known device, small amount, at home."""
    verdict = RULE_SET.decide(CALM)
    assert (verdict.outcome, verdict.score, verdict.because) == (Outcome.AUTHENTICATED, 0, ())


@pytest.mark.parametrize(
    "changes",
    [
        {"amount": Amount(minor=100_000, currency="JPY")},
        {"amount": Amount(minor=100_000, currency="EUR")},
        {"device_known": False, "profile": None},
        {"device_known": False, "merchant_country": "840"},
        {"browser_language": "en", "merchant_country": "840"},
        {"browser_user_agent": "another"},
        {"failed_codes": 1, "account_age": "01"},
        {"challenge_ind": "03"},
        {"challenge_ind": "04"},
    ],
)
def test_concern_calls_for_a_page(changes: dict[str, object]) -> None:
    """B3, B10: each of these is worth a question."""
    assert outcome(**changes) is Outcome.CHALLENGE


def test_a_calm_purchase_that_asks_for_nothing_gets_information_only() -> None:
    """Section 7: I, and no proof."""
    assert outcome(challenge_ind="07") is Outcome.INFORMATIONAL


def test_all_concerns_together_are_refused_without_a_page() -> None:
    """B10: the third outcome."""
    worst = {
        "amount": Amount(minor=500_000, currency="JPY"),
        "device_known": False,
        "browser_user_agent": "another",
        "browser_language": "en",
        "merchant_country": "840",
        "failed_codes": 2,
    }
    assert outcome(**worst) is Outcome.DENIED
    assert outcome(**worst, challenge_ind="04") is Outcome.DENIED


def test_a_small_amount_is_small_in_its_own_currency() -> None:
    """5,000 minor units are 50 euros, as small as 5,000 yen."""
    assert outcome(amount=Amount(minor=5_000, currency="EUR")) is Outcome.AUTHENTICATED


@given(st.sampled_from(["02", "05", "06", "07", "08"]))
def test_no_wish_of_the_shop_lowers_the_concern(wish: str) -> None:
    """Attack 30: a shop can ask for a page, never talk the bank out of one."""
    worried = replace(CALM, device_known=False, profile=None, challenge_ind=wish)
    verdict = RULE_SET.decide(worried)
    assert verdict.outcome is (Outcome.INFORMATIONAL if wish == "06" else Outcome.CHALLENGE)


def test_every_reason_goes_on_record() -> None:
    """F3: whoever has to find out reads the rules that spoke."""
    worried = replace(CALM, device_known=False, failed_codes=1)
    verdict = RULE_SET.decide(worried)
    held = [rule for rule in RULES if rule.holds(worried, SETTINGS)]
    assert verdict.because == tuple(rule.name for rule in held)
    assert verdict.score == sum(rule.points for rule in held)


@pytest.mark.parametrize(
    ("changes", "expected", "reason"),
    [
        ({"card": None}, Outcome.UNAVAILABLE, "08"),
        ({"card": KnownCard(status="suspended")}, Outcome.REJECTED, "11"),
        ({"card": KnownCard(status="not_registrable")}, Outcome.ATTEMPTED, None),
        ({"locked": True}, Outcome.DENIED, "19"),
    ],
)
def test_the_cards_standing_goes_first(
    changes: dict[str, object], expected: Outcome, reason: str | None
) -> None:
    """B2, B13, attack 19."""
    verdict = RULE_SET.decide(replace(CALM, **changes))  # type: ignore[arg-type]  # by name
    assert (verdict.outcome, verdict.reason) == (expected, reason)


FACTS = st.builds(
    lambda version, channel, wish, card: replace(
        CALM, version=version, channel=channel, challenge_ind=wish, card=card
    ),
    st.sampled_from(["2.1.0", "2.2.0"]),
    st.sampled_from(["01", "02", "03"]),
    st.sampled_from([f"{number:02d}" for number in range(1, 10)]),
    st.sampled_from([KnownCard(), None]),
)


@given(st.sampled_from(list(Outcome)), st.sampled_from(list(ChallengeKind)), FACTS)
def test_no_verdict_leaves_that_the_protocol_forbids(
    decided: Outcome, kind: ChallengeKind, facts: Facts
) -> None:
    """Section 7: whatever a decision says, the answer is a possible one."""
    verdict = fitting(Verdict(outcome=decided, kind=kind), facts)
    if verdict.outcome is Outcome.CHALLENGE:
        assert facts.channel == "02"
        assert facts.challenge_ind != "06"
        assert facts.card is not None or kind is not ChallengeKind.ONE_TIME_CODE
    if verdict.outcome is Outcome.INFORMATIONAL:
        assert facts.challenge_ind in {"05", "06", "07"}
        assert facts.version == "2.2.0"


def test_numbers_that_are_no_test_card_are_decided_by_the_rules() -> None:
    """F4: the sandbox answers for its own cards only."""
    sandbox = SandboxDecision(RULE_SET)
    assert sandbox.decide(CALM) == RULE_SET.decide(CALM)


def test_a_test_card_says_what_it_calls_for() -> None:
    """F4: the reason stands on record."""
    facts = replace(CALM, acct_number=Secret(sandbox_card(Brand.VISA, "0033").digits))
    verdict = SandboxDecision(RULE_SET).decide(facts)
    assert (verdict.outcome, verdict.because) == (
        Outcome.REJECTED,
        ("the test card calls for: R",),
    )


@pytest.mark.parametrize("last", sorted(CALLS))
def test_every_test_card_has_a_verdict_that_the_protocol_allows(last: str) -> None:
    """F4: whatever is asked in whatever version, a card calls for an answer of that version."""
    for version in ("2.1.0", "2.2.0", "2.3.1"):
        number = Secret(sandbox_card(Brand.VISA, f"00{last}").digits)
        verdict = SandboxDecision(RULE_SET).decide(
            replace(CALM, acct_number=number, version=version, challenge_ind="04")
        )
        assert CALLS[last].outcome.value in verdict.because[0] or verdict.outcome.value == "U"
        assert verdict.mandated == (verdict.outcome is Outcome.CHALLENGE)
