"""The bank's own rules, and the test cards in front of them."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sekisho.issuer.acs.flow.fitting import BY_ITSELF, CONTINUES
from sekisho.issuer.acs.flow.rules import RULES, RuleSet, fitting
from sekisho.issuer.acs.model import ChallengeKind, Facts, Outcome, Prior, Verdict
from sekisho.kernel.brands import Brand
from sekisho.kernel.money import Amount
from sekisho.kernel.secret import Secret
from sekisho.protocol.states.transaction import Transaction
from sekisho.protocol.vocabulary import Category, Channel, Version
from sekisho.testkit.card_calls import CALLS
from sekisho.testkit.cards import sandbox_card
from sekisho.testkit.sandbox_decision import SandboxDecision

from .conftest import AGENT, SETTINGS, KnownCard

CALM = Facts(
    acct_number=Secret(sandbox_card(Brand.VISA, "9999").digits),
    transaction=Transaction(
        version=Version.V220,
        channel=Channel.BROWSER,
        category=Category.PAYMENT,
        server_trans_id="server",
    ),
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


def facts_with(
    *,
    version: str = "2.2.0",
    channel: str = "02",
    category: str = "01",
    wish: str = "01",
    decoupled: str = "N",
    spc: bool = False,
    **changes: object,
) -> Facts:
    """Change the calm purchase; what the AReq allows goes with what it says."""
    transaction = Transaction(
        version=Version(version),
        channel=Channel(channel),
        category=Category(category),
        server_trans_id="server",
        challenge_forbidden=wish == "06",
        decoupled=decoupled,
        decoupled_time=timedelta(minutes=5 if decoupled != "N" else 0),
        spc_supported=spc,
    )
    return replace(CALM, transaction=transaction, wishes=frozenset({wish}), **changes)  # type: ignore[arg-type]  # by name


def outcome(**changes: Any) -> Outcome:  # Any: fields of the facts, by name
    return RULE_SET.decide(facts_with(**changes)).outcome


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
        {"wish": "03"},
        {"wish": "04"},
    ],
)
def test_concern_calls_for_a_page(changes: dict[str, Any]) -> None:
    """B3, B10: each of these is worth a question."""
    assert outcome(**changes) is Outcome.CHALLENGE


def test_a_calm_purchase_that_asks_for_nothing_gets_information_only() -> None:
    """Section 7: I, and no proof."""
    assert outcome(wish="07") is Outcome.INFORMATIONAL


def test_all_concerns_together_are_refused_without_a_page() -> None:
    """B10: the third outcome."""
    worst: dict[str, Any] = {
        "amount": Amount(minor=500_000, currency="JPY"),
        "device_known": False,
        "browser_user_agent": "another",
        "browser_language": "en",
        "merchant_country": "840",
        "failed_codes": 2,
    }
    assert outcome(**worst) is Outcome.DENIED
    assert outcome(**worst, wish="04") is Outcome.DENIED


def test_a_small_amount_is_small_in_its_own_currency() -> None:
    """5,000 minor units are 50 euros, as small as 5,000 yen."""
    assert outcome(amount=Amount(minor=5_000, currency="EUR")) is Outcome.AUTHENTICATED


@given(st.sampled_from(["02", "05", "06", "07", "08"]))
def test_no_wish_of_the_shop_lowers_the_concern(wish: str) -> None:
    """Attack 30: a shop can ask for a page, never talk the bank out of one."""
    worried = facts_with(device_known=False, profile=None, wish=wish)
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
    facts_with,
    version=st.sampled_from([version.value for version in Version]),
    channel=st.sampled_from([channel.value for channel in Channel]),
    category=st.sampled_from([category.value for category in Category]),
    wish=st.sampled_from([f"{number:02d}" for number in range(1, 13)]),
    decoupled=st.sampled_from(["N", "Y", "F", "B"]),
    spc=st.booleans(),
    card=st.sampled_from([KnownCard(), None]),
    three_ri_ind=st.sampled_from([f"{number:02d}" for number in range(1, 20)]),
    prior=st.sampled_from(list(Prior)),
)


@given(st.sampled_from(list(Outcome)), st.sampled_from(list(ChallengeKind)), FACTS)
def test_no_verdict_leaves_that_the_protocol_forbids(
    decided: Outcome, kind: ChallengeKind, facts: Facts
) -> None:
    """Section 7: whatever a decision says, the answer is a possible one."""
    verdict = fitting(Verdict(outcome=decided, kind=kind), facts)
    assert fitting(verdict, facts) == verdict
    if verdict.outcome is Outcome.SILENT:
        return
    assert facts.transaction.allows(verdict.outcome.value)
    if verdict.outcome in {Outcome.CHALLENGE, Outcome.DECOUPLED}:
        assert facts.card is not None or kind in BY_ITSELF
    if verdict.outcome is Outcome.INFORMATIONAL:
        assert facts.wishes & {"05", "06", "07"}
        assert facts.version >= "2.2.0"
    if verdict.outcome is Outcome.UNAVAILABLE and decided is not Outcome.UNAVAILABLE:
        assert verdict.reason in {"07", "08", "21", "23", "25"}
        assert verdict.reason < "22" or facts.version >= "2.2.0"


@given(st.sampled_from(list(Outcome)), st.sampled_from(list(ChallengeKind)), FACTS)
def test_a_requestor_alone_authenticates_no_payment(
    decided: Outcome, kind: ChallengeKind, facts: Facts
) -> None:
    """Attack 23: 3RI without an authentication before it, or with one that is not its own."""
    there = facts.transaction.channel is not Channel.THREE_RI
    builds_on_something = facts.prior is Prior.GOOD
    no_payment = facts.category == "02" and facts.three_ri_ind not in CONTINUES
    if there or builds_on_something or (no_payment and facts.prior is not Prior.BAD):
        return
    verdict = fitting(Verdict(outcome=decided, kind=kind), facts)
    assert verdict.outcome is not Outcome.AUTHENTICATED


@pytest.mark.parametrize(
    ("changes", "expected", "reason"),
    [
        ({"three_ri_ind": "01"}, Outcome.DENIED, "07"),
        ({"three_ri_ind": "01", "prior": Prior.BAD}, Outcome.DENIED, "07"),
        ({"three_ri_ind": "01", "prior": Prior.GOOD}, Outcome.AUTHENTICATED, None),
        ({"three_ri_ind": "08"}, Outcome.UNAVAILABLE, "23"),
        ({"three_ri_ind": "08", "decoupled": "Y"}, Outcome.DECOUPLED, None),
        ({"three_ri_ind": "03", "category": "02"}, Outcome.AUTHENTICATED, None),
        ({"three_ri_ind": "10", "category": "02"}, Outcome.AUTHENTICATED, None),
        ({"three_ri_ind": "10", "category": "02", "prior": Prior.BAD}, Outcome.DENIED, "07"),
        ({"three_ri_ind": "01", "category": "02", "version": "2.1.0"}, Outcome.DENIED, "07"),
    ],
)
def test_what_a_requestor_can_have_without_its_cardholder(
    changes: dict[str, Any], expected: Outcome, reason: str | None
) -> None:
    """F2, section 2.3: what follows from an authentication, or no payment, or the cardholder is asked."""
    verdict = RULE_SET.decide(facts_with(channel="03", profile=None, **changes))
    assert (verdict.outcome, verdict.reason) == (expected, reason)


def test_what_only_a_browser_can_show_does_not_weigh_against_a_requestor_alone() -> None:
    """No device, no 3DS Method: nobody is there to have one."""
    verdict = RULE_SET.decide(
        facts_with(
            channel="03", three_ri_ind="01", prior=Prior.GOOD, profile=None, device_known=False
        )
    )
    assert verdict.score == 0


def test_whoever_prefers_it_is_asked_outside_of_the_purchase() -> None:
    """F2, section 2.5: decoupled as first choice, where the bank wants to ask at all."""
    assert outcome(decoupled="Y", device_known=False, profile=None) is Outcome.DECOUPLED
    assert outcome(decoupled="Y") is Outcome.AUTHENTICATED
    fallback = outcome(version="2.3.1", decoupled="F", device_known=False, profile=None)
    assert fallback is Outcome.CHALLENGE


def test_a_shop_on_the_trust_list_is_asked_about_less() -> None:
    """F2, attack 30: the cardholder's own consent counts, up to a point; the shop's word does not."""
    concern: dict[str, Any] = {"device_known": False, "profile": None}
    verdict = RULE_SET.decide(facts_with(is_trusted=True, **concern))
    assert (verdict.outcome, verdict.exemption) == (Outcome.AUTHENTICATED, "08")
    large = Amount(minor=500_000, currency="JPY")
    assert outcome(is_trusted=True, amount=large, **concern) is Outcome.CHALLENGE


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
            facts_with(acct_number=number, version=version, wish="04")
        )
        assert CALLS[last].outcome.value in verdict.because[0] or verdict.outcome.value == "U"
        assert verdict.mandated == (verdict.outcome is Outcome.CHALLENGE)
