"""Security codes in memory, tickets in forms."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from sekisho.acquirer.vault.service import SecurityCodes, Tickets
from sekisho.adapters.keys import Mac
from sekisho.kernel.secret import Secret
from sekisho.testkit.chance import SeededChance
from sekisho.testkit.clock import SteppedClock

START = datetime(2026, 3, 1, 9, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


def test_a_code_can_be_taken_once() -> None:
    """E5: destroyed at first use."""
    codes = SecurityCodes(SteppedClock(START), lifetime=20 * MINUTE, most=10)
    codes.put("d", Secret("123"))
    assert codes.take("d") == Secret("123")
    assert codes.take("d") is None


def test_codes_do_not_outlive_their_time() -> None:
    """They go even when nobody asks for them: the next one put sweeps them out."""
    clock = SteppedClock(START)
    codes = SecurityCodes(clock, lifetime=20 * MINUTE, most=10)
    codes.put("old", Secret("123"))
    clock.advance(20 * MINUTE)
    codes.put("new", Secret("456"))
    assert len(codes) == 1
    assert codes.take("old") is None


def test_the_oldest_makes_room() -> None:
    """Bounded, so that a flood of tokens costs memory for no more than the settings say."""
    codes = SecurityCodes(SteppedClock(START), lifetime=20 * MINUTE, most=2)
    for name in ("a", "b", "c"):
        codes.put(name, Secret(name))
    assert (codes.take("a"), codes.take("c")) == (None, Secret("c"))


def _tickets(clock: SteppedClock) -> Tickets:
    return Tickets(
        Mac(b"k" * 32), clock=clock, chance=SeededChance(1), lifetime=timedelta(hours=12)
    )


def test_a_ticket_is_good_for_its_key_and_its_time() -> None:
    """A form that lay open for half a day is asked to be opened anew."""
    clock = SteppedClock(START)
    tickets = _tickets(clock)
    ticket = tickets.issue("pk_a")
    assert tickets.good(ticket, "pk_a")
    assert not tickets.good(ticket, "pk_b")
    clock.advance(timedelta(hours=12))
    assert not tickets.good(ticket, "pk_a")


@given(st.text(max_size=120))
def test_no_text_is_a_ticket_unless_we_signed_it(text: str) -> None:
    """And none makes the check fail in any other way."""
    assert not _tickets(SteppedClock(START)).good(text, "pk_a")


@given(st.integers(0, 200), st.characters(codec="ascii"))
def test_a_ticket_that_was_altered_is_no_ticket(place: int, sign: str) -> None:
    """Its time cannot be put forward."""
    tickets = _tickets(SteppedClock(START))
    ticket = tickets.issue("pk_a")
    at = place % len(ticket)
    altered = ticket[:at] + sign + ticket[at + 1 :]
    assert tickets.good(altered, "pk_a") == (altered == ticket)
