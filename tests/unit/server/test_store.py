"""The records of both rooms lie in a real database as they lie in memory."""

from pathlib import Path

import pytest

from sekisho.acquirer.server import store as server_store
from sekisho.acquirer.server.flow import CarryOn, Complain, Forget, Ring
from sekisho.acquirer.server.model import Operation
from sekisho.acquirer.server.service import EndSequence, RefreshRanges
from sekisho.adapters.outbox import EffectCodec
from sekisho.adapters.records import Records, Table
from sekisho.adapters.sql import open_database
from sekisho.interoperability.directory import store as directory_store
from sekisho.interoperability.directory.model import RangeUpdates
from sekisho.protocol.states.operation_receiver import State as SequenceState
from sekisho.testkit.emv_network import purchase
from sekisho.testkit.emv_stage import NOON, EmvStage

NOTICES = Operation(
    id="directory/1",
    directory="directory",
    seq_id="1",
    state=SequenceState.COLLECTING,
    until=NOON,
    notices=('{"messageType":"OReq"}',),
    begun_at=NOON,
)


def nothing() -> None:
    """Nobody is woken: these tests look at the records only."""


@pytest.mark.parametrize(
    ("room", "module"), [("server", server_store), ("directory", directory_store)]
)
async def test_the_migrations_make_the_tables_that_the_room_declares(
    tmp_path: Path, room: str, module: object
) -> None:
    """F7: every record of a challenge survives the way into SQL and back."""
    stage = EmvStage()
    await stage.server.start()
    stage.acs.trans_status = "C"
    ares = await stage.auth(purchase())
    await stage.acs.report("Y")
    trans_id = str(ares["threeDSServerTransID"])
    records: list[tuple[Table[object], object]] = (
        [
            (server_store.AUTHENTICATIONS, await stage.authentications.get(trans_id)),
            (server_store.RANGE_BOOKS, await stage.books.get("directory")),
            (server_store.OPERATIONS, NOTICES),
        ]
        if module is server_store
        else [
            (directory_store.RELAYS, await stage.relays.get(trans_id)),
            (directory_store.RANGE_UPDATES, RangeUpdates(member="server", last_at=NOON, count=1)),
        ]
    )
    migrations = server_store.MIGRATIONS if room == "server" else directory_store.MIGRATIONS
    database = await open_database(
        f"sqlite:///{tmp_path}/{room}.db", room=room, migrations=[migrations]
    )
    try:
        for table, record in records:
            store = Records(database, table, kick=nothing)
            await store.add(record)
            assert await store.get(table.key_of(record)) == record
    finally:
        await database.close()


@pytest.mark.parametrize(
    "effect",
    [
        Ring(wait="AResTimeRanOut", until=NOON.isoformat()),
        Complain(to="directory", erro="{}"),
        CarryOn(until=None),
        Forget(),
        RefreshRanges(tries=3),
        EndSequence(until=NOON.isoformat()),
    ],
)
def test_effects_survive_the_outbox(effect: object) -> None:
    """Timers and refreshes are written and read back as they were."""
    codec = EffectCodec(server_store.EFFECTS)
    written = codec.write(effect)
    assert codec.read(written.kind, written.body) == effect
    EffectCodec(directory_store.EFFECTS)
