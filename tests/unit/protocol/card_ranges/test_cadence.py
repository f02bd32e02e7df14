"""When which PReq may be sent: the times of section 9, counted from what went before."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sekisho.protocol import Component, Json, Message, MessageType, ProtocolFault, Version, build
from sekisho.protocol.card_ranges.cadence import (
    Exchanges,
    Load,
    Outcome,
    check_cadence,
    earliest,
    latest,
    load_of,
)
from sekisho.testkit.samples import SERVER_ID

V210, V220, V231 = Version
FULL, PARTIAL = Load
LOADED, FAULTY, UNCONNECTED = Outcome
NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)


def after(*steps: tuple[Load, Outcome, timedelta]) -> Exchanges:
    exchanges = Exchanges()
    for load, outcome, since_noon in steps:
        exchanges = exchanges.after(load, outcome, NOON + since_noon)
    return exchanges


def wait(exchanges: Exchanges, load: Load, version: Version = V231) -> timedelta:
    """Tell how long after noon."""
    allowed = earliest(exchanges, load, version)
    assert allowed is not None
    return allowed - NOON


def h(hours: float) -> timedelta:
    return timedelta(hours=hours)


def preq(version: Version = V231, **changes: Json) -> Message:
    members: dict[str, Json] = {
        "threeDSServerRefNumber": "3DS_LOA_SER_SEKI_020301_00001",
        "threeDSServerOperatorID": "operator-1",
        "threeDSServerTransID": SERVER_ID,
        **changes,
    }
    return build(MessageType.PREQ, version, members, sender=Component.SERVER)


@pytest.mark.parametrize("load", Load)
@pytest.mark.parametrize("version", Version)
def test_the_first_may_come_at_any_time(load: Load, version: Version) -> None:
    """F1: nothing went before, nothing is awaited."""
    assert earliest(Exchanges(), load, version) is None
    assert latest(Exchanges()) is None


@pytest.mark.parametrize("version", [V210, V220])
@pytest.mark.parametrize("load", Load)
@pytest.mark.parametrize("outcome", [LOADED, FAULTY])
def test_before_2_3_1_every_hour_is_enough(version: Version, load: Load, outcome: Outcome) -> None:
    """F1: whatever was asked for, and however it ended."""
    assert wait(after((FULL, outcome, h(0))), load, version) == h(1)


def test_everything_is_loaded_every_twelve_hours_at_most() -> None:
    """F1: 2.3.1; changes may be asked for every hour in between."""
    one = after((FULL, LOADED, h(0)))
    assert (wait(one, FULL), wait(one, PARTIAL)) == (h(12), h(1))
    two = after((FULL, LOADED, h(0)), (PARTIAL, LOADED, h(5)))
    assert (wait(two, FULL), wait(two, PARTIAL)) == (h(12), h(6))
    late = after((FULL, LOADED, h(0)), (PARTIAL, LOADED, h(11.5)))
    assert wait(late, FULL) == h(12.5)


def test_changes_alone_do_not_keep_everything_back() -> None:
    """F1: who restored a serial number from a store may still ask for all."""
    assert wait(after((PARTIAL, LOADED, h(0))), FULL) == h(1)


def test_after_a_fault_everything_is_asked_for_an_hour_later() -> None:
    """F1: the fault costs an hour, not twelve: the next PReq goes without serial number."""
    spoilt = after((FULL, LOADED, h(0)), (PARTIAL, FAULTY, h(2)))
    assert (wait(spoilt, FULL), wait(spoilt, PARTIAL)) == (h(3), h(3))
    assert wait(after((FULL, FAULTY, h(0))), FULL) == h(1)
    mended = after((FULL, LOADED, h(0)), (PARTIAL, FAULTY, h(2)), (FULL, LOADED, h(3)))
    assert wait(mended, FULL) == h(15)


def test_a_connection_that_fails_is_tried_again_after_a_minute() -> None:
    """F1: it counts for nothing else; what was not answered cannot be too often."""
    minute = timedelta(minutes=1)
    assert wait(after((FULL, UNCONNECTED, h(0))), FULL) == minute
    assert wait(after((PARTIAL, LOADED, h(0)), (PARTIAL, UNCONNECTED, h(1))), PARTIAL) == (
        h(1) + minute
    )
    hasty = after((FULL, LOADED, h(0)), (PARTIAL, UNCONNECTED, h(1)))
    assert (wait(hasty, FULL), wait(hasty, PARTIAL)) == (h(12), h(1) + minute)
    reached = after((FULL, UNCONNECTED, h(0)), (FULL, FAULTY, h(0)))
    assert wait(reached, FULL) == h(1)


def test_something_is_loaded_every_day() -> None:
    """F1: every 24 hours at least; what failed does not count."""
    assert latest(after((FULL, LOADED, h(0)), (PARTIAL, LOADED, h(3)))) == NOON + h(27)
    assert latest(after((FULL, LOADED, h(0)), (PARTIAL, FAULTY, h(3)))) == NOON + h(24)
    assert latest(after((FULL, LOADED, h(0)), (PARTIAL, UNCONNECTED, h(3)))) == NOON + h(24)
    assert latest(after((FULL, FAULTY, h(0)))) is None


def test_a_preq_tells_what_it_asks_for() -> None:
    """F1: everything without a serial number, or as a file."""
    assert load_of(preq()) is FULL
    assert load_of(preq(serialNum="7")) is PARTIAL
    assert load_of(preq(serialNum="7", cardRangeDataDownloadInd="Y")) is FULL


def test_who_comes_too_soon_is_refused() -> None:
    """F1: 103, and when to come again; on the minute it is right."""
    exchanges = after((PARTIAL, LOADED, h(0)))
    tokyo = timezone(h(9))
    check_cadence(exchanges, preq(serialNum="7"), at=(NOON + h(1)).astimezone(tokyo))
    with pytest.raises(ProtocolFault) as caught:
        check_cadence(
            exchanges,
            preq(serialNum="7"),
            at=(NOON + h(1)).astimezone(tokyo) - timedelta.resolution,
        )
    assert caught.value.error_code == "103"
    assert caught.value.error_detail == "The next PReq is taken from 2026-11-23T13:00:00Z on."
    assert caught.value.ids == {"threeDSServerTransID": SERVER_ID}
    assert caught.value.message_type is MessageType.PREQ
    assert caught.value.version == "2.3.1"
    check_cadence(Exchanges(), preq(), at=NOON)


STEPS = st.lists(
    st.tuples(
        st.sampled_from(Load),
        st.sampled_from(Outcome),
        st.integers(0, 20 * 3600).map(lambda seconds: timedelta(seconds=seconds)),
    ),
    min_size=1,
    max_size=8,
)


@given(STEPS, st.sampled_from(Version))
def test_who_keeps_to_the_times_is_never_refused(
    steps: list[tuple[Load, Outcome, timedelta]], version: Version
) -> None:
    """F1: a 3DS Server that counts from the end of each exchange and a Directory Server that
    counts from the arrival of each PReq agree.
    """
    own, peers, now = Exchanges(), Exchanges(), NOON
    for load, outcome, idle in steps:
        now = max(now + idle, earliest(own, load, version) or now)
        arrived, now = now, now + timedelta(seconds=3)
        if outcome is not UNCONNECTED:
            serial: dict[str, Json] = {} if load is FULL else {"serialNum": "7"}
            check_cadence(peers, preq(version, **serial), at=arrived)
            peers = peers.after(load, outcome, arrived)
        own = own.after(load, outcome, now)
        again = earliest(own, load, version)
        assert again is not None
        assert again > now
