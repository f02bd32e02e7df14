"""What a power cut or a killed process may do: lose what nobody was told of, and nothing else."""

import signal
import subprocess
import sys
from collections import defaultdict
from pathlib import Path

import pytest

from sekisho.adapters.outbox.codec import EffectCodec
from sekisho.adapters.records import Records
from sekisho.adapters.sql import Database, open_database
from tests.contract.parcels import MIGRATIONS, PARCELS, Parcel, Ring
from tests.postgresql import Cluster, throw_away_cluster

ROOT = Path(__file__).resolve().parents[2]
CHILD = [sys.executable, "-m", "tests.contract.child"]


def child(*words: str) -> "subprocess.Popen[bytes]":
    return subprocess.Popen([*CHILD, *words], stdout=subprocess.PIPE, cwd=ROOT)


def lines_until_death(process: "subprocess.Popen[bytes]", *, kill_after: int) -> list[str]:
    """Read so many lines, kill the process, and give whole lines it still said."""
    assert process.stdout is not None
    lines = [process.stdout.readline() for _ in range(kill_after)]
    process.send_signal(signal.SIGKILL)
    lines += process.stdout.readlines()
    process.stdout.close()
    process.wait()
    return [line.decode().strip() for line in lines if line.endswith(b"\n")]


def perform_all(address: str, done: Path) -> str:
    """Let a last process perform the rest; give what it said at its end."""
    words = [*CHILD, "perform-all", address, str(done)]
    said = subprocess.run(words, cwd=ROOT, stdout=subprocess.PIPE, check=True).stdout
    return said.decode().splitlines()[-1]


async def steps_and_rings(database: Database) -> tuple[dict[str, int], dict[str, list[str]]]:
    """Read what is kept: each parcel's steps and the effects beside it."""
    parcels: list[Parcel] = await Records(database, PARCELS, kick=lambda: None).newest()
    codec = EffectCodec(PARCELS.effects)
    rings: dict[str, list[str]] = defaultdict(list)
    for row in await database.fetch("SELECT key, kind, body FROM outbox ORDER BY seq"):
        effect = codec.read(str(row["kind"]), str(row["body"]))
        assert isinstance(effect, Ring)
        rings[str(row["key"])].append(effect.text)
    return {parcel.id: parcel.steps for parcel in parcels}, rings


async def assert_nothing_acknowledged_is_lost(address: str, told: list[str]) -> None:
    acknowledged: dict[str, int] = {}
    for line in told:
        key, steps = line.split()
        acknowledged[key] = int(steps)
    database = await open_database(address, room="crash", migrations=[MIGRATIONS])
    steps, rings = await steps_and_rings(database)
    await database.close()
    assert acknowledged
    for key, count in acknowledged.items():
        assert steps[key] >= count, "an acknowledged change is gone"
    for key, count in steps.items():
        assert rings[key] == [str(n + 1) for n in range(count)], "a change without its effects"


@pytest.mark.parametrize("kill_after", [1, 333, 1777])
async def test_a_killed_process_loses_no_acknowledged_batch_on_sqlite(
    tmp_path: Path, kill_after: int
) -> None:
    """Killed in the middle of group commits, at a moment nobody chose."""
    address = f"sqlite://{tmp_path}/crash.db"
    told = lines_until_death(child("keep", address), kill_after=kill_after)
    await assert_nothing_acknowledged_is_lost(address, told)


@pytest.mark.postgresql
async def test_a_killed_process_loses_no_acknowledged_batch_on_postgresql(
    postgresql_cluster: Cluster,
) -> None:
    """The same through a network that is cut in the middle of a commit."""
    address = await postgresql_cluster.fresh_database()
    told = lines_until_death(child("keep", address), kill_after=200)
    await assert_nothing_acknowledged_is_lost(address, told)


@pytest.mark.postgresql
async def test_a_crashed_server_loses_no_acknowledged_batch() -> None:
    """PostgreSQL itself goes down without a word and comes up again."""
    with throw_away_cluster() as cluster:
        process = child("keep", cluster.address())
        assert process.stdout is not None
        told = [process.stdout.readline() for _ in range(200)]
        cluster.stop(signal.SIGQUIT)
        told += process.stdout.readlines()
        process.stdout.close()
        process.wait()
        cluster.start()
        await assert_nothing_acknowledged_is_lost(
            cluster.address(), [line.decode().strip() for line in told]
        )


async def test_a_killed_performer_forgets_no_effect_and_keeps_their_order(tmp_path: Path) -> None:
    """Each effect is performed at least once; only what was under way may be performed twice."""
    address, done = f"sqlite://{tmp_path}/crash.db", tmp_path / "done"
    lines_until_death(child("keep", address), kill_after=600)
    for kill_after in (1, 50, 200):
        lines_until_death(child("perform", address, str(done)), kill_after=kill_after)
    assert perform_all(address, done) == "empty"

    performed: dict[str, list[int]] = defaultdict(list)
    for line in done.read_text().splitlines():
        key, number = line.split()
        performed[key].append(int(number))
    database = await open_database(address, room="crash", migrations=[MIGRATIONS])
    steps, _ = await steps_and_rings(database)
    await database.close()
    for key, count in steps.items():
        assert sorted(set(performed[key])) == list(range(1, count + 1))
        assert performed[key] == sorted(performed[key]), "an effect overtook another"
        assert len(performed[key]) <= count + 4, "at most one was under way at each kill"
