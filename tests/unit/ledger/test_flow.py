"""Orders come in once; sessions end."""

from datetime import timedelta

import msgspec
import pytest

from sekisho.acquirer.ledger.flow import OtherFacts, alive, begun, ended, first, used
from sekisho.acquirer.ledger.model import LedgerSettings, Order
from sekisho.kernel.errors import Misuse
from sekisho.kernel.secret import Secret

from .orders import NOON, placed

SETTINGS = LedgerSettings(
    origin="http://shop.localhost:8080", staff_password_hash=Secret("$argon2id$v=19$test")
)


def test_an_order_is_kept_with_its_first_fact() -> None:
    """The fact is the order."""
    order = first(None, placed())
    assert order == Order(number="4829137405", facts=(placed(),))
    assert order is not None
    assert order.placed == placed()


def test_the_same_order_again_changes_nothing() -> None:
    """The storefront may tell it twice."""
    order = first(None, placed())
    assert first(order, placed()) is None


def test_other_facts_under_the_same_number_are_refused() -> None:
    """Facts are never replaced: not the amount, not the ECI."""
    order = first(None, placed())
    with pytest.raises(OtherFacts):
        first(order, placed(eci="06"))


def test_an_order_without_having_been_placed_is_misuse() -> None:
    """Every order begins with one fact."""
    with pytest.raises(Misuse):
        Order(number="1", facts=())


def test_an_order_reads_back_as_it_was_written() -> None:
    """Records are kept as JSON; the kinds of fact are told apart by their tag."""
    order = Order(number="4829137405", facts=(placed(),))
    written = msgspec.json.encode(order)
    assert b'"fact":"OrderPlaced"' in written
    assert msgspec.json.decode(written, type=Order) == order


def test_a_session_ends_when_nobody_clicks() -> None:
    """Half an hour of silence signs out."""
    session = begun("key", NOON)
    assert alive(session, SETTINGS, NOON + timedelta(minutes=29))
    assert not alive(session, SETTINGS, NOON + timedelta(minutes=30))


def test_a_click_keeps_a_session_alive() -> None:
    """Whoever works stays signed in."""
    session = used(begun("key", NOON), NOON + timedelta(minutes=20))
    assert alive(session, SETTINGS, NOON + timedelta(minutes=49))


def test_clicks_within_a_minute_are_one() -> None:
    """Reading pages must not write to the store each time."""
    session = begun("key", NOON)
    assert used(session, NOON + timedelta(seconds=59)) is session


def test_a_session_ends_after_a_working_day_in_any_case() -> None:
    """A stolen cookie does not live for ever."""
    session = begun("key", NOON)
    for minutes in range(10, 12 * 60, 10):
        session = used(session, NOON + timedelta(minutes=minutes))
    assert not alive(session, SETTINGS, NOON + timedelta(hours=12))


def test_signing_out_ends_a_session_for_good() -> None:
    """There is no way back into an ended session."""
    assert not alive(ended(begun("key", NOON)), SETTINGS, NOON)


def test_a_password_in_clear_is_refused() -> None:
    """Settings end up in files: only a hash may stand there."""
    with pytest.raises(Misuse, match="argon2"):
        LedgerSettings(origin="http://shop.localhost", staff_password_hash=Secret("sesame"))


def test_there_are_two_icon_designs() -> None:
    """D6: two to choose from, and no third."""
    with pytest.raises(Misuse, match="1 and 2"):
        LedgerSettings(
            origin="http://shop.localhost",
            staff_password_hash=Secret("$argon2id$v=19$test"),
            icon_pattern=3,
        )
