"""Two Directory Servers on one PostgreSQL: what one has done, the other knows, without a restart."""

import asyncio
import itertools
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from sekisho.adapters.chance import SystemChance
from sekisho.adapters.clock import WallClock
from sekisho.adapters.keys import Keyring
from sekisho.app.rooms import Room
from sekisho.app.wiring.network import build_directory
from sekisho.app.wiring.parts import Surroundings
from sekisho.app.working_keys import open_files
from sekisho.clients.directory import DirectoryOperator
from sekisho.protocol.codec import read_object
from sekisho.protocol.vocabulary import Json
from sekisho.testkit.asgi_peer import Asgi, AsgiPeer
from sekisho.testkit.emv_stage import DIRECTORY_SETTINGS, MEMBER
from tests.directory_callers import RANGE, areq
from tests.postgresql import Cluster, throw_away_cluster

pytestmark = [pytest.mark.postgresql, pytest.mark.xdist_group("directory processes")]

SETTINGS = replace(DIRECTORY_SETTINGS, register_every_s=0.05)


@pytest.fixture(scope="module")
def cluster() -> Iterator[Cluster]:
    """A server of our own, thrown away afterwards."""
    with throw_away_cluster() as running:
        yield running


@asynccontextmanager
async def two_rooms(cluster: Cluster, folder: Path) -> AsyncIterator[tuple[Room, Room]]:
    """Two rooms with everything of their own but keys and database, as two processes have it."""
    keyring = Keyring(folder / "keys")
    rooms = [
        await build_directory(
            SETTINGS,
            Surroundings(
                clock=WallClock(), chance=SystemChance(), keyring=keyring,
                working_keys=open_files(keyring), database_address=lambda _: cluster.address(),
            ),
        )
        for _ in range(2)
    ]  # fmt: skip
    working = [asyncio.ensure_future(room.work()) for room in rooms]
    try:
        yield rooms[0], rooms[1]
    finally:
        for room in rooms:
            await room.outbox.stop()
        await asyncio.gather(*working)
        for room in rooms:
            await room.close()


def operator(room: Room) -> DirectoryOperator:
    """Call a room as its operator does."""
    assert room.peers is not None
    return DirectoryOperator(AsgiPeer(Asgi(app=room.peers, caller="operator")))


async def asked(room: Room, body: bytes) -> bytes:
    """Call a room as the 3DS Server does."""
    assert room.peers is not None
    reply = await Asgi(app=room.peers, caller="server").send("POST", "/3ds", body)
    assert reply is not None
    return reply.body


async def comes_about(condition: Callable[[], Awaitable[bool]]) -> None:
    """Look until another process has brought something about."""
    async with asyncio.timeout(30):
        while not await condition():  # noqa: ASYNC110  the other process sets no event of ours
            await asyncio.sleep(0)


async def test_what_one_process_changes_the_other_knows(cluster: Cluster, tmp_path: Path) -> None:
    """A3: members and card ranges, enrolled and removed, without a restart of anything."""
    async with two_rooms(cluster, tmp_path) as (one, other):
        await operator(one).add_range(RANGE)

        async def has_the_range() -> bool:
            return RANGE["startRange"] in str(await operator(other).ranges())

        await comes_about(has_the_range)
        await operator(one).remove_member("server")
        numbers = itertools.count()

        async def refuses_the_member() -> bool:
            trans_id = f"99999999-2222-4333-8444-{next(numbers):012d}"
            answer = await asked(other, areq(threeDSServerTransID=trans_id))
            return read_object(answer)["errorCode"] == "303"

        await comes_about(refuses_the_member)


async def test_a_change_does_not_undo_anothers(cluster: Cluster, tmp_path: Path) -> None:
    """A3: each process changes the card ranges as they are, not as it last saw them."""
    async with two_rooms(cluster, tmp_path) as (one, other):
        await operator(one).add_range(range_from(1))
        await operator(other).add_range(range_from(2))
        listed = str(await operator(other).ranges())
        assert all(str(range_from(number)["startRange"]) in listed for number in (1, 2))


def range_from(number: int) -> dict[str, Json]:
    """A card range of its own."""
    return {
        **RANGE,
        "startRange": f"35{number}0000000000000",
        "endRange": f"35{number}0000000000009",
    }


async def test_a_repeated_areq_gets_its_answer_from_either(
    cluster: Cluster, tmp_path: Path
) -> None:
    """A3: a 3DS Server may come to another process, and need not know; so may a restart be between."""
    async with two_rooms(cluster, tmp_path) as (one, other):
        await operator(one).put_member("server", SERVER)
        first = await asked(one, areq())
        assert read_object(first)["errorCode"] == "405"  # nobody listens where the ACS should be
        assert await asked(other, areq()) == first
    async with two_rooms(cluster, tmp_path) as (later, _):
        assert await asked(later, areq()) == first


SERVER: dict[str, Json] = {
    "role": "3DS Server",
    "certificateNames": ["server"],
    "referenceNumbers": [MEMBER.reference_number],
    "operatorIDs": [MEMBER.operator_id],
    "urls": list(MEMBER.result_urls),
}
