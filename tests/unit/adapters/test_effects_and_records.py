"""Effects and records as JSON: what may be kept, and what is refused before anything is."""

import asyncio
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone
from enum import Enum
from pathlib import Path
from typing import NewType

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sekisho.adapters.json_bodies import decoder_of, written
from sekisho.adapters.key_locks import KeyLocks
from sekisho.adapters.outbox import EffectCodec, RetryPlan
from sekisho.adapters.outbox.codec import microseconds, moment_of
from sekisho.adapters.records import Table
from sekisho.kernel.cards import Pan
from sekisho.kernel.effects import Later
from sekisho.kernel.errors import Misuse
from sekisho.kernel.money import Amount
from sekisho.kernel.secret import Secret

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
PaymentId = NewType("PaymentId", str)


class Colour(Enum):
    RED = "red"


@dataclass(frozen=True, slots=True, kw_only=True)
class Charge:
    payment: PaymentId
    amount: Amount
    at: datetime | None
    colours: tuple[Colour, ...]
    notes: dict[str, str]


@dataclass(frozen=True, slots=True)
class HoldsPan:
    cards: tuple[Pan | None, ...]


@dataclass(frozen=True, slots=True)
class HoldsSecret:
    inner: dict[str, list[Secret[str]]]


@dataclass(frozen=True, slots=True)
class Deep:
    pan: HoldsPan | None = None


@dataclass(frozen=True, slots=True)
class Tree:
    name: str = ""
    branches: "tuple[Tree, ...]" = ()


@dataclass(frozen=True, slots=True)
class EitherOf:
    one: Charge | Tree


@dataclass(frozen=True, slots=True)
class HoldsPath:
    path: Path


@dataclass(frozen=True, slots=True)
class HoldsBytesLike:
    inner: tuple[range, ...]


MOMENTS = st.datetimes(
    timezones=st.sampled_from([UTC, timezone(timedelta(hours=9))]),
    min_value=datetime(1970, 1, 2),  # noqa: DTZ001  the strategy adds the zone
)
CHARGES = st.builds(
    Charge,
    payment=st.text(),
    amount=st.builds(Amount, minor=st.integers(0, 10**12 - 1), currency=st.just("JPY")),
    at=st.none() | MOMENTS,
    colours=st.lists(st.just(Colour.RED), max_size=2).map(tuple),
    notes=st.dictionaries(st.text(max_size=3), st.text(max_size=3), max_size=2),
)


@given(CHARGES, st.none() | MOMENTS)
def test_every_effect_comes_back_as_it_was(charge: Charge, moment: datetime | None) -> None:
    """Money, moments, enums, nested records; the moment of a timer beside it."""
    codec = EffectCodec([Charge])
    row = codec.write(charge if moment is None else Later(moment, charge))
    assert codec.read(row.kind, row.body) == charge
    assert row.due == moment


@given(MOMENTS)
def test_moments_survive_as_microseconds(moment: datetime) -> None:
    """No float on the way, no zone lost."""
    assert moment_of(microseconds(moment)) == moment


def test_two_effects_of_one_name_are_refused() -> None:
    """Read back, one would be taken for the other."""
    other = dataclass(type("Charge", (), {"__annotations__": {"x": int}}))
    with pytest.raises(Misuse, match="Charge"):
        EffectCodec([Charge, other])
    EffectCodec([Charge, Charge])


@pytest.mark.parametrize("kind", [HoldsPan, HoldsSecret, Deep], ids=lambda kind: kind.__name__)
def test_what_would_keep_a_secret_in_the_clear_is_refused(kind: type) -> None:
    """When the store is made, however deep it hides: not when the first card is written."""
    with pytest.raises(Misuse, match=r"in the clear|no form in JSON"):
        decoder_of(kind)


@pytest.mark.parametrize("kind", [EitherOf, HoldsPath, HoldsBytesLike])
def test_what_could_not_be_read_back_is_refused(kind: type) -> None:
    """A union of records has no name in JSON that tells them apart; some types have no form."""
    with pytest.raises(Misuse):
        decoder_of(kind)


def test_a_record_may_hold_its_own_kind() -> None:
    """The search for secrets ends."""
    tree = Tree("root", (Tree("leaf"),))
    assert decoder_of(Tree).decode(written(tree)) == tree


@pytest.mark.parametrize(
    ("kind", "body"), [("Gone", "{}"), ("Charge", "{}"), ("Charge", "no JSON")]
)
def test_an_effect_that_cannot_be_read_is_a_mistake(kind: str, body: str) -> None:
    """It goes the way of every failed effect: logged, tried again, put aside, never dropped."""
    with pytest.raises(Misuse):
        EffectCodec([Charge]).read(kind, body)


@pytest.mark.parametrize("name", ["", "Parcel", "a b", "a;b", "1a", "key", "a" * 41])
def test_a_table_has_a_plain_name(name: str) -> None:
    """It becomes a part of SQL."""
    with pytest.raises(Misuse):
        Table(name=name, record=Tree, key=lambda tree: tree.name)
    with pytest.raises(Misuse):
        Table(
            name="tree",
            record=Tree,
            key=lambda tree: tree.name,
            columns={name: lambda tree: tree.name},
        )


@pytest.mark.parametrize("value", ["a\0b", "\ud800", 1 << 63, -(1 << 63) - 1])
def test_a_look_up_value_that_no_database_keeps_is_a_mistake(value: str | int) -> None:
    """Said by name, and without the value."""
    table = Table(
        name="tree", record=Tree, key=lambda tree: tree.name, columns={"x": lambda _: value}
    )
    with pytest.raises(Misuse, match="column x of tree"):
        table.values(Tree("a"))


@given(st.integers(1, 10**9), st.integers(1, 40))
def test_pauses_grow_within_their_plan_and_end(seq: int, tries: int) -> None:
    """Between half and the whole of the planned pause, the same each time, none after the last."""
    plan = RetryPlan(first=timedelta(seconds=1), longest=timedelta(seconds=60), tries_max=20)
    pause = plan.pause(seq=seq, tries=tries)
    planned = min(timedelta(seconds=1) * 2 ** (tries - 1), timedelta(seconds=60))
    assert pause == plan.pause(seq=seq, tries=tries)
    if tries >= 20:
        assert pause is None
    else:
        assert pause is not None
        assert planned / 2 <= pause <= planned


def test_effects_that_failed_together_are_tried_again_apart() -> None:
    """A peer that comes back is not knocked over."""
    plan = RetryPlan()
    assert len({plan.pause(seq=seq, tries=5) for seq in range(100)}) > 90


async def test_a_key_is_held_by_one_at_a_time_and_forgotten_afterwards() -> None:
    """First come first served; nothing is left behind for keys nobody uses."""
    locks = KeyLocks()
    order: list[int] = []

    async def work(number: int) -> None:
        async with locks.hold("a"):
            order.append(number)
            await asyncio.sleep(0)
            order.append(number)

    tasks = [asyncio.ensure_future(work(number)) for number in range(4)]
    await asyncio.sleep(0)
    assert "a" in locks
    assert "b" not in locks
    tasks[2].cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    assert order == [0, 0, 1, 1, 3, 3]
    assert "a" not in locks
