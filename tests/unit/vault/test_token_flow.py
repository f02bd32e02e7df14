"""The state table of a token, as conversations and as invariants."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from sekisho.acquirer.vault.flow import (
    FINAL,
    NEXT,
    START,
    ClaimAsked,
    ClaimedElsewhere,
    EraseCard,
    Event,
    State,
    TimeUp,
    decide,
    timer,
)
from sekisho.acquirer.vault.model import TokenRecord
from sekisho.kernel.brands import Brand
from sekisho.kernel.effects import Later
from sekisho.kernel.errors import NotThere, TheyErred
from sekisho.testkit.playbook import Play, holes

AT = datetime(2026, 3, 1, 9, tzinfo=UTC)
ENDS = AT + timedelta(minutes=20)
FRESH = TokenRecord(
    digest="d", state=START, merchant_id="shop", sealed_card="sealed", brand=Brand.JCB,
    last_four="0103", made_at=AT, expires_at=ENDS,
)  # fmt: skip


def _claim(*, by: str = "pay-1", merchant: str = "shop", minute: int = 1) -> ClaimAsked:
    at = AT + timedelta(minutes=minute)
    return ClaimAsked(at=at, merchant_id=merchant, payment_id=by, until=at + timedelta(minutes=60))


def _rings(minute: int) -> TimeUp:
    return TimeUp(at=AT + timedelta(minutes=minute))


def test_the_table_is_whole() -> None:
    """Every open state answers every event; an expired token has no way back."""
    assert holes(NEXT, final=FINAL, events=[ClaimAsked, TimeUp]) == []
    assert not {state for state, _ in NEXT} & FINAL


def test_the_first_payment_claims_the_token_and_may_come_again() -> None:
    """E5: single use means one payment; a payment that was interrupted reads its card again."""
    play = Play(decide, FRESH).on(_claim()).ends(State.CLAIMED).on(_claim(minute=50))
    assert play.record.claimed_by == "pay-1"
    assert play.record.claimed_at == AT + timedelta(minutes=1)


def test_another_payment_is_refused() -> None:
    """E5: a token that was used is worthless."""
    Play(decide, FRESH).on(_claim()).refuses(_claim(by="pay-2"), ClaimedElsewhere)


def test_another_merchant_learns_nothing() -> None:
    """E5: fresh, claimed or expired, a stolen token answers as if it did not exist."""
    stolen = _claim(merchant="thief")
    (
        Play(decide, FRESH)
        .refuses(stolen, NotThere)
        .on(_claim())
        .refuses(stolen, NotThere)
        .on(_rings(200))
        .ends(State.EXPIRED)
        .refuses(stolen, NotThere)
    )


def test_a_token_that_nobody_claims_is_erased() -> None:
    """The sealed card goes with it, not only the right to read it."""
    assert Play(decide, FRESH).on(_rings(20)).ends(State.EXPIRED).record.sealed_card is None


def test_a_claim_that_comes_too_late_erases_the_card() -> None:
    """The timer may be behind; the token's time is not."""
    after = Play(decide, FRESH).on(_claim(minute=20)).ends(State.EXPIRED).record
    assert (after.sealed_card, after.claimed_by) == (None, None)


def test_the_timer_of_a_claimed_token_is_set_again() -> None:
    """A challenge may outlive the token: its payment must still find the card."""
    claimed = Play(decide, FRESH).on(_claim()).record
    play = Play(decide, claimed).on(_rings(20), timer(claimed)).ends(State.CLAIMED)
    assert play.effects == (Later(AT + timedelta(minutes=61), EraseCard(digest="d")),)
    play.on(_rings(61)).ends(State.EXPIRED).on(_rings(61)).on(_claim(minute=70))


EVENTS: st.SearchStrategy[Event] = st.one_of(
    st.builds(_rings, st.integers(0, 120)),
    st.builds(
        lambda by, merchant, minute: _claim(by=by, merchant=merchant, minute=minute),
        st.sampled_from(["pay-1", "pay-2"]),
        st.sampled_from(["shop", "thief"]),
        st.integers(0, 120),
    ),
)


@given(st.lists(EVENTS, max_size=10))
def test_a_token_is_never_readable_by_another_merchant_or_payment(events: list[Event]) -> None:
    """E5, whatever comes in whatever order: one merchant, one payment, and then nobody."""
    record, readers = FRESH, set()
    for event in events:
        try:
            record, _ = decide(record, event)
        except (NotThere, TheyErred):
            continue
        if isinstance(event, ClaimAsked) and record.sealed_card is not None:
            readers.add((event.merchant_id, event.payment_id))
            assert event.at < record.expires_at
    assert len(readers) <= 1
    assert all(merchant == "shop" for merchant, _ in readers)


@given(st.lists(EVENTS, max_size=10))
def test_an_erased_card_never_comes_back(events: list[Event]) -> None:
    """Erased is erased."""
    record, erased = FRESH, False
    for event in events:
        try:
            record, _ = decide(record, event)
        except (NotThere, TheyErred):
            continue
        assert not (erased and record.sealed_card)
        erased = record.sealed_card is None
        assert erased == (record.state is State.EXPIRED)
