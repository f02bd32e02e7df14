"""Whatever is asked of it, the store in memory and the stores in SQL answer alike."""

import asyncio
from dataclasses import dataclass, replace
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sekisho.kernel.effects import Effect, Later
from sekisho.kernel.errors import SekishoError
from tests.contract.parcels import Opener, Parcel, Parcels, Remind, Ring, in_memory

KEYS = st.sampled_from(["a", "b", "関"])
SHELVES = st.sampled_from(["left", "right", None])
EFFECTS = st.lists(
    st.one_of(
        st.builds(Ring, st.text(max_size=3)),
        st.builds(Remind, st.integers(-(2**53), 2**53)),
        st.tuples(st.integers(-5, 20), st.builds(Remind, st.integers(0, 9))),
    ),
    max_size=3,
)


@dataclass(frozen=True)
class Add:
    key: str
    shelf: str | None
    note: str
    effects: list[object]


@dataclass(frozen=True)
class Step:
    key: str
    shelf: str | None
    effects: list[object]


@dataclass(frozen=True)
class Flush:
    key: str


@dataclass(frozen=True)
class Wait:
    seconds: int


@dataclass(frozen=True)
class Door:
    key: str
    closed: bool


@dataclass(frozen=True)
class Look:
    shelf: str
    limit: int


COMMANDS = st.lists(
    st.one_of(
        st.builds(Add, KEYS, SHELVES, st.text(max_size=5), EFFECTS),
        st.builds(Step, KEYS, SHELVES, EFFECTS),
        st.builds(Flush, KEYS),
        st.builds(Wait, st.integers(0, 9)),
        st.builds(Door, KEYS, st.booleans()),
        st.builds(Look, st.sampled_from(["left", "right"]), st.integers(1, 3)),
    ),
    max_size=25,
)


def timed(parcels: Parcels, effects: list[object]) -> list[Effect]:
    """Set timers from now."""
    now = parcels.clock.now()
    return [
        Later(now + timedelta(seconds=effect[0]), effect[1])
        if isinstance(effect, tuple)
        else effect
        for effect in effects
    ]


async def answer(parcels: Parcels, command: object) -> object:
    """Carry out a command and give what it answered, be it an error."""
    store = parcels.store
    try:
        match command:
            case Add(key, shelf, note, effects):
                await store.add(Parcel(id=key, shelf=shelf, note=note), timed(parcels, effects))
            case Step(key, shelf, effects):
                return await store.advance(
                    key,
                    lambda parcel: (
                        replace(parcel, steps=parcel.steps + 1, shelf=shelf),
                        timed(parcels, effects),
                    ),
                )
            case Flush(key):
                await parcels.flush(key)
            case Wait(seconds):
                parcels.clock.advance(timedelta(seconds=seconds))
            case Door(key, closed):
                (parcels.refused.add if closed else parcels.refused.discard)(key)
            case Look(shelf, limit):
                return await store.find("shelf", shelf, limit=limit)
    except SekishoError as error:
        return type(error)
    return None


async def tell(parcels: Parcels, commands: list[object]) -> list[object]:
    """Carry out all commands; give every answer and how things stand at the end."""
    answers = [await answer(parcels, command) for command in commands]
    return [
        answers,
        parcels.tried,
        parcels.performed,
        await parcels.store.newest(),
        await parcels.counts(),
    ]


@pytest.mark.parametrize(
    ("kind", "examples"),
    [
        ("sqlite", 60),
        pytest.param("postgresql", 15, marks=pytest.mark.postgresql),
    ],
)
def test_the_twins_never_differ(opener: Opener, examples: int) -> None:
    """Same commands, same answers, same effects in the same order."""

    @settings(
        max_examples=examples,
        deadline=None,
        database=None,
        suppress_health_check=[HealthCheck.too_slow],
    )
    @given(COMMANDS)
    def agree(commands: list[object]) -> None:
        async def both() -> None:
            async with in_memory()() as memory, opener() as sql:
                assert await tell(memory, commands) == await tell(sql, commands)

        asyncio.run(both())

    agree()
