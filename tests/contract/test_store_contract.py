"""One contract for every kind of store: in memory, on SQLite and on PostgreSQL."""

import asyncio
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from sekisho.kernel.effects import Effect
from sekisho.kernel.errors import Conflict, Misuse, NotThere
from tests.contract.parcels import Parcel, Parcels, Ring, Undeclared

pytestmark = pytest.mark.asyncio

HOSTILE_KEYS = ["", "\0", "a\0b", "\ud800", "a' OR '1'='1", "%", "キー", "x" * 100_000]


async def test_a_record_is_given_back_as_it_was_kept(parcels: Parcels) -> None:
    """Text of any script, times to the microsecond, and nothing in place of nothing."""
    kept = Parcel(
        id="関所-1",
        note="line\nbreak \"quoted\" 'so' \\ back \0 nul \U0001f980 and \u2028",
        posted=datetime(2026, 3, 1, 23, 59, 59, 999_999, tzinfo=UTC),
    )
    await parcels.store.add(kept)
    assert await parcels.store.get("関所-1") == kept


@pytest.mark.parametrize("key", HOSTILE_KEYS, ids=range(len(HOSTILE_KEYS)))
async def test_a_key_nobody_used_is_not_there(parcels: Parcels, key: str) -> None:
    """Whatever text comes from outside as a key, the answer is NotThere and no other error."""
    await parcels.store.add(Parcel(id="a", shelf="a"))
    with pytest.raises(NotThere):
        await parcels.store.get(key)
    with pytest.raises(NotThere):
        await parcels.store.place(key)
    with pytest.raises(NotThere):
        await parcels.step(key)
    assert await parcels.store.find("shelf", key) == []


async def test_numbers_too_large_for_a_database_find_nothing(parcels: Parcels) -> None:
    """A number of 20 digits in a query is as unknown as any other."""
    await parcels.store.add(Parcel(id="a"))
    assert await parcels.store.find("steps", 10**20) == []
    assert await parcels.store.find("steps", -(2**63)) == []


@pytest.mark.parametrize("key", ["", "a\0b", "\udfff"])
async def test_a_key_that_no_database_keeps_is_a_mistake(parcels: Parcels, key: str) -> None:
    """Better refused when made than different on each database."""
    with pytest.raises(Misuse):
        await parcels.store.add(Parcel(id=key))


async def test_a_taken_key_is_a_conflict_and_leaves_no_effect(parcels: Parcels) -> None:
    """The first stays as it was; what the second asked for does not happen."""
    await parcels.store.add(Parcel(id="a", note="first"), [Ring("first")])
    with pytest.raises(Conflict):
        await parcels.store.add(Parcel(id="a", note="second"), [Ring("second")])
    await parcels.flush("a")
    assert (await parcels.store.get("a")).note == "first"
    assert parcels.texts("a") == ["first"]


async def test_of_many_who_add_one_key_exactly_one_succeeds(parcels: Parcels) -> None:
    """So a use case can rest its idempotency on `add`."""
    results = await asyncio.gather(
        *(parcels.store.add(Parcel(id="a", note=str(n)), [Ring(str(n))]) for n in range(20)),
        return_exceptions=True,
    )
    assert sorted(type(result).__name__ for result in results) == ["Conflict"] * 19 + ["NoneType"]
    await parcels.flush("a")
    assert parcels.texts("a") == [(await parcels.store.get("a")).note]


async def test_advance_keeps_what_was_decided_and_gives_it_back(parcels: Parcels) -> None:
    """The record returned is the record kept."""
    await parcels.store.add(Parcel(id="a"))
    after = await parcels.step("a")
    assert after == Parcel(id="a", steps=1)
    assert await parcels.store.get("a") == after


async def test_a_decision_that_changes_nothing_writes_nothing(parcels: Parcels) -> None:
    """A late click costs no commit; another writer in between is not disturbed."""
    await parcels.store.add(Parcel(id="a"))
    kept = await parcels.store.advance("a", lambda parcel: (parcel, ()))
    assert kept == Parcel(id="a")


async def test_effects_alone_are_kept_too(parcels: Parcels) -> None:
    """The same record with an effect is a decision."""
    await parcels.store.add(Parcel(id="a"))
    await parcels.store.advance("a", lambda parcel: (parcel, [Ring("again")]))
    await parcels.flush("a")
    assert parcels.texts("a") == ["again"]


async def test_a_decision_that_refuses_changes_nothing(parcels: Parcels) -> None:
    """Whatever `decide` raises reaches the caller, and the record can be advanced afterwards."""
    await parcels.store.add(Parcel(id="a"))

    def refuse(parcel: Parcel) -> tuple[Parcel, list[Effect]]:
        raise ValueError("no")

    with pytest.raises(ValueError, match="no"):
        await parcels.store.advance("a", refuse)
    assert await parcels.store.get("a") == Parcel(id="a")
    assert (await parcels.step("a")).steps == 1


async def test_concurrent_advances_lose_nothing(parcels: Parcels) -> None:
    """Every decision is made on what the one before it kept."""
    keys = ["a", "b", "c"]
    for key in keys:
        await parcels.store.add(Parcel(id=key))
    await asyncio.gather(*(parcels.step(key, Ring(f"{n}")) for n in range(30) for key in keys))
    for key in keys:
        await parcels.flush(key)
        assert (await parcels.store.get(key)).steps == 30
        assert sorted(parcels.texts(key), key=int) == [str(n) for n in range(30)]  # type: ignore[call-overload]


async def test_an_advance_whose_caller_goes_away_happens_whole_or_not(parcels: Parcels) -> None:
    """A browser that closes the connection must not leave a record without its effects."""
    await parcels.store.add(Parcel(id="a"))
    for turns in range(6):
        task = asyncio.ensure_future(parcels.step("a", Ring("step")))
        for _ in range(turns):
            await asyncio.sleep(0)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
    await parcels.step("a", Ring("step"))
    await parcels.flush("a")
    assert len(parcels.texts("a")) == (await parcels.store.get("a")).steps >= 1


async def test_a_decision_never_changes_the_key(parcels: Parcels) -> None:
    """A record under another key would be another record."""
    await parcels.store.add(Parcel(id="a"))
    with pytest.raises(Misuse):
        await parcels.store.advance("a", lambda parcel: (replace(parcel, id="b"), ()))
    assert await parcels.store.get("a") == Parcel(id="a")


async def test_an_undeclared_effect_is_a_mistake_and_nothing_is_kept(parcels: Parcels) -> None:
    """It could be written but never read back."""
    with pytest.raises(Misuse):
        await parcels.store.add(Parcel(id="a"), [Undeclared()])
    with pytest.raises(NotThere):
        await parcels.store.get("a")


async def test_look_ups_follow_the_record(parcels: Parcels) -> None:
    """A look-up column is as new as the record beside it."""
    await parcels.store.add(Parcel(id="a", shelf="left"))
    await parcels.store.add(Parcel(id="b", shelf="left"))
    await parcels.store.add(Parcel(id="c"))
    await parcels.store.advance("a", lambda parcel: (replace(parcel, shelf="right"), ()))
    assert [parcel.id for parcel in await parcels.store.find("shelf", "left")] == ["b"]
    assert [parcel.id for parcel in await parcels.store.find("shelf", "right")] == ["a"]
    assert await parcels.store.find("shelf", "None") == []
    assert [parcel.id for parcel in await parcels.store.find("steps", 0)] == ["c", "b", "a"]


async def test_look_ups_are_newest_first_and_limited(parcels: Parcels) -> None:
    """Age is the age of the record, not of its last change."""
    for number in range(5):
        await parcels.store.add(Parcel(id=str(number), shelf="left"))
    await parcels.step("0")
    found = await parcels.store.find("shelf", "left", limit=3)
    assert [parcel.id for parcel in found] == ["4", "3", "2"]


async def test_a_look_up_by_a_column_that_is_not_declared_is_a_mistake(parcels: Parcels) -> None:
    """Otherwise it would read the whole table, or SQL from outside."""
    with pytest.raises(Misuse):
        await parcels.store.find("note", "x")


async def test_pages_of_the_newest_meet_each_record_once(parcels: Parcels) -> None:
    """Also when records are made and changed between two pages."""
    for number in range(10):
        await parcels.store.add(Parcel(id=f"{number}"))
    first = await parcels.store.newest(limit=4)
    await parcels.store.add(Parcel(id="late"))
    await parcels.step("3")
    second = await parcels.store.newest(limit=4, before=await parcels.store.place(first[-1].id))
    third = await parcels.store.newest(limit=4, before=await parcels.store.place(second[-1].id))
    pages = [[parcel.id for parcel in page] for page in (first, second, third)]
    assert pages == [["9", "8", "7", "6"], ["5", "4", "3", "2"], ["1", "0"]]


async def test_every_page_beyond_the_oldest_is_empty(parcels: Parcels) -> None:
    """The end of the list is a list."""
    assert await parcels.store.newest() == []
    await parcels.store.add(Parcel(id="a"))
    assert await parcels.store.newest(before=await parcels.store.place("a")) == []


async def test_whoever_sees_a_record_finds_its_effects(parcels: Parcels) -> None:
    """The two become visible together."""

    async def watch() -> None:
        while not (found := await parcels.store.newest()):  # noqa: ASYNC110  a reader at any moment
            await asyncio.sleep(0)
        assert found == [Parcel(id="a")]
        assert await parcels.counts() == (1, 0)

    await asyncio.gather(watch(), parcels.store.add(Parcel(id="a"), [Ring("x")]))
