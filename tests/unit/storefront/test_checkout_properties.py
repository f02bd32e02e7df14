"""Whatever happens, in whatever order: one order at most, and never money without an order."""

from dataclasses import dataclass, field
from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from sekisho.acquirer.storefront.flow import (
    CartRead,
    ClearCart,
    CreatePayment,
    Event,
    GaveUp,
    NothingCame,
    OrderPressed,
    PaymentRejected,
    PaymentSeen,
    PeerSilent,
    PostbackCame,
    RecordOrder,
    RereadPayment,
    VoidPayment,
    Why,
    decide,
)
from sekisho.acquirer.storefront.model import (
    AttemptState,
    Checkout,
    Outcome,
    Standing,
    State,
)
from sekisho.kernel.effects import Later
from sekisho.kernel.errors import NotThere, OutOfTurn

from .purchases import BROWSER, KETTLE, LINES, NOON, checkout, details, facts

ATTEMPTS = ("attempt-1", "attempt-2", "attempt-3")
moments = st.integers(0, 4000).map(lambda seconds: NOON + timedelta(seconds=seconds))
attempts = st.sampled_from(ATTEMPTS)
nths = st.integers(1, 9)
effects = st.one_of(
    st.builds(CreatePayment, attempt_id=attempts, nth=nths),
    st.builds(RereadPayment, attempt_id=attempts, why=st.sampled_from(Why), nth=nths),
    st.builds(VoidPayment, attempt_id=attempts, nth=nths),
)


@st.composite
def payments_seen(draw: st.DrawFn) -> PaymentSeen:
    """Any word of the gateway about any attempt, at any time."""
    attempt = draw(attempts)
    return PaymentSeen(
        at=draw(moments),
        attempt_id=attempt,
        standing=draw(st.sampled_from(Standing)),
        facts=facts(attempt),
        outcome=draw(st.none() | st.sampled_from(Outcome)),
        why=draw(st.none() | st.sampled_from(Why)),
        nth=draw(nths),
    )


class Pressed:
    """The buyer presses the button, on a fresh page."""


happenings = st.one_of(
    st.just(Pressed()),
    st.just(Pressed()),
    st.just(details()),
    payments_seen(),
    payments_seen(),
    st.builds(CartRead, at=moments, lines=st.sampled_from([LINES, (KETTLE, KETTLE)])),
    st.builds(GaveUp, at=moments, attempt_id=attempts),
    st.builds(PostbackCame, at=moments, attempt_id=attempts),
    st.builds(PaymentRejected, at=moments, attempt_id=attempts),
    st.builds(PeerSilent, at=moments, effect=effects),
    st.builds(
        NothingCame, at=moments, effect=st.builds(VoidPayment, attempt_id=attempts, nth=nths)
    ),
)


@dataclass
class Story:
    """What became of a checkout, with what it asked for."""

    record: Checkout
    orders: list[RecordOrder] = field(default_factory=list)
    voids: list[str] = field(default_factory=list)
    unvoided: set[str] = field(default_factory=set)
    """Attempts whose payment was approved without an order and not voided since."""

    def happen(self, event: Event) -> None:
        """Let one thing happen; what is refused changes nothing."""
        try:
            after, asked = decide(self.record, event)
        except (OutOfTurn, NotThere):
            return
        now = [effect.effect if isinstance(effect, Later) else effect for effect in asked]
        self.orders += [
            effect for effect in now if isinstance(effect, RecordOrder) and effect.nth == 1
        ]
        self.voids += [effect.attempt_id for effect in now if isinstance(effect, VoidPayment)]
        self.record = after


def tell(story: list[object]) -> Story:
    """Let everything happen in that order."""
    told = Story(checkout())
    for happening in story:
        if not isinstance(happening, Pressed):
            told.happen(happening)  # type: ignore[arg-type]  # the strategy makes events only
            continue
        used = {attempt.id for attempt in told.record.attempts}
        free = [one for one in ATTEMPTS if one not in used]
        if free:
            told.happen(
                OrderPressed(
                    at=NOON,
                    attempt_id=free[0],
                    return_key="key",
                    language="en",
                    mark=told.record.mark,
                    browser=BROWSER,
                )
            )
    return told


stories = st.lists(happenings, max_size=40).map(tell)


@given(stories)
def test_there_is_at_most_one_order(story: Story) -> None:
    """The ledger is told once, and exactly when the checkout is placed."""
    assert len(story.orders) == (1 if story.record.state is State.PLACED else 0)


@given(stories)
def test_an_order_has_exactly_one_approved_payment(story: Story) -> None:
    """Never an order without a payment, never two payments for one order."""
    approved = [one for one in story.record.attempts if one.state is AttemptState.APPROVED]
    assert len(approved) == (1 if story.record.state is State.PLACED else 0)


@given(st.lists(happenings, max_size=40))
def test_an_approved_payment_without_an_order_is_voided(story: list[object]) -> None:
    """After every approval there is the order, or a void that was asked for and not yet settled."""
    told = Story(checkout())
    for length in range(1, len(story) + 1):
        told = tell(story[:length])
        last = story[length - 1]
        if not isinstance(last, PaymentSeen) or last.standing is not Standing.APPROVED:
            continue
        known = {attempt.id: attempt for attempt in told.record.attempts}
        if last.attempt_id not in known:
            continue
        attempt = known[last.attempt_id]
        if attempt.state is AttemptState.APPROVED:
            assert told.record.state is State.PLACED
        else:
            assert attempt.state is AttemptState.GIVEN_UP
            assert attempt.id in told.voids


@given(stories)
def test_at_most_the_newest_attempt_is_open(story: Story) -> None:
    """The buyer waits for one attempt, and only while the checkout is paying."""
    waiting = [
        place
        for place, one in enumerate(story.record.attempts)
        if one.state in {AttemptState.ASKED, AttemptState.AUTHENTICATING}
    ]
    if story.record.state is State.PAYING:
        assert waiting == [len(story.record.attempts) - 1]
    else:
        assert waiting == []


@given(stories)
def test_what_was_given_up_has_a_void_under_way(story: Story) -> None:
    """An attempt in GIVEN_UP always got there together with a void."""
    for attempt in story.record.attempts:
        if attempt.state in {AttemptState.GIVEN_UP, AttemptState.VOIDED}:
            assert attempt.id in story.voids


@given(stories)
def test_a_given_up_attempt_is_voided_until_something_settles_it(story: Story) -> None:
    """Every silence about a void leads to the next try: it never falls asleep."""
    for attempt in story.record.attempts:
        if attempt.state is AttemptState.GIVEN_UP:
            silent = PeerSilent(at=NOON, effect=VoidPayment(attempt_id=attempt.id, nth=7))
            _, effects = decide(story.record, silent)
            assert len(effects) == 1


@given(stories)
def test_a_paying_checkout_always_has_a_way_to_its_end(story: Story) -> None:
    """Half an hour later the next look, whatever it finds, ends the attempt."""
    if story.record.state is not State.PAYING:
        return
    attempt = story.record.attempts[-1]
    late = attempt.started_at + timedelta(minutes=30)
    look = RereadPayment(attempt_id=attempt.id, why=Why.SCHEDULE, nth=7)
    after, effects = decide(story.record, PeerSilent(at=late, effect=look))
    assert after.state is State.OPEN
    assert effects == (VoidPayment(attempt_id=attempt.id),)


def test_clearing_the_cart_is_asked_for_with_the_order() -> None:
    """The two go together in one transaction."""
    paying = checkout(State.PAYING)
    _, effects = decide(
        paying,
        PaymentSeen(
            at=NOON,
            attempt_id="attempt-1",
            standing=Standing.APPROVED,
            facts=facts(),
        ),
    )
    assert effects == (RecordOrder(), ClearCart())
