"""Frictionless authentications through server, directory and ACS, beside their bare hops and commits.

Each side runs in one process of its own and is called by the same client over the same kind of
connections; the house keeps every transaction durably in its SQLite files. CPU is that of all threads.
"""

import asyncio
import json
import signal
import subprocess
import sys
import tempfile
from collections.abc import Awaitable, Callable
from pathlib import Path
from time import perf_counter

from bench.areq import AREQ, AREQ_BYTES
from bench.figures import Figure
from sekisho.adapters.http.client import Peer
from sekisho.kernel.brands import Brand
from sekisho.testkit.cards import sandbox_card
from tests.postgresql import throw_away_cluster
from tests.running_house import PortBlock, RunningHouse, a_house

AT_ONCE = 16
WARM_UP = 50
COUNT = 600
LEFT_TO_THE_SERVER = {
    "messageType", "threeDSServerRefNumber", "threeDSServerOperatorID", "threeDSServerURL",
    "messageExtension", "acctNumber", "threeDSServerTransID",
}  # fmt: skip
"""What the 3DS Server fills in itself."""


def run() -> list[Figure]:
    """Measure authentications beside their bare hops and commits, and the house's memory."""
    with tempfile.TemporaryDirectory() as folder, a_house(Path(folder)) as house:
        at_rest = memory_mb(house)
        per_second, cpu_ms = asyncio.run(authentications(house))
        busy = memory_mb(house)
        keys = Path(folder) / "keys"
        hops_per_second, hops_ms = bare(keys, commits=False)
        _, kept_ms = bare(keys, commits=True)
    return [
        Figure(
            name=f"frictionless authentication, {AT_ONCE} at once", value=per_second, unit="per s",
            against=f"the same five requests without any work: {hops_per_second:,.0f} per s",
            ratio=per_second / hops_per_second,
        ),
        Figure(
            name="frictionless authentications per core-second", value=1000 / cpu_ms, unit="per s",
            against=f"the same requests and commits without the work: {1000 / kept_ms:,.0f} per s",
            ratio=kept_ms / cpu_ms,
        ),
        Figure(
            name="CPU of the house for one authentication", value=cpu_ms, unit="ms",
            against=f"its requests {hops_ms:.2f} ms, its commits {kept_ms - hops_ms:.2f} ms, "
            f"the work {cpu_ms - kept_ms:.2f} ms",
            ratio=cpu_ms / kept_ms,
        ),
        *_on_postgresql(cpu_ms),
        Figure(
            name="memory of the whole house at rest", value=at_rest, unit="MB",
            against=f"after {COUNT + WARM_UP} authentications: {busy:.0f} MB",
            ratio=at_rest / busy,
        ),
    ]  # fmt: skip


def _on_postgresql(sqlite_ms: float) -> list[Figure]:
    """Do the same with every room on one PostgreSQL, whose own processes count as well."""
    try:
        with tempfile.TemporaryDirectory() as folder, throw_away_cluster() as cluster:
            address = asyncio.run(cluster.fresh_database())
            assert cluster.process is not None
            with a_house(Path(folder), "--database", address) as house:
                beside = cluster.process.pid
                _, cpu_ms = asyncio.run(authentications(house, beside=beside))
    except FileNotFoundError as error:
        print(f"left out: {error}")
        return []
    return [
        Figure(
            name="the same on PostgreSQL, its processes counted", value=1000 / cpu_ms, unit="per s",
            against=f"per core-second; CPU {cpu_ms:.2f} ms, on SQLite {sqlite_ms:.2f} ms",
            ratio=sqlite_ms / cpu_ms,
        )
    ]  # fmt: skip


async def authentications(house: RunningHouse, *, beside: int | None = None) -> tuple[float, float]:
    """Give authentications per second and the CPU milliseconds of each, of all the house's threads.

    `beside` is a process whose CPU, and that of its children, counts too.
    """
    key = house.credentials()["threeds_server"]["api_key"]
    peer = Peer(house.program_url("/3dss"), identity=None, headers={"APIKey": key}, read_s=30)
    digits = sandbox_card(Brand.VISA, "0003").digits
    fixed = {name: value for name, value in AREQ.items() if name not in LEFT_TO_THE_SERVER}

    async def once() -> None:
        asked = await peer.post("/preauth", json.dumps({"acctNumber": digits}).encode())
        trans_id = json.loads(asked.body)["threeDSServerTransID"]
        body = {**fixed, "acctNumber": digits, "threeDSServerTransID": trans_id}
        answer = json.loads((await peer.post("/auth", json.dumps(body).encode())).body)
        if answer.get("transStatus") != "Y":
            raise RuntimeError(f"expected an ARes Y, got {answer}")

    await many(once, WARM_UP)
    assert house.process is not None
    pid = house.process.pid
    before = cpu_seconds(pid) + _family_seconds(beside)
    seconds = await many(once, COUNT)
    cpu_ms = (cpu_seconds(pid) + _family_seconds(beside) - before) / COUNT * 1000
    await peer.close()
    return COUNT / seconds, cpu_ms


def _family_seconds(parent: int | None) -> float:
    """Add up what a process and its living children have used."""
    if parent is None:
        return 0.0
    children = Path(f"/proc/{parent}/task/{parent}/children").read_text().split()
    return sum(cpu_seconds(int(pid)) for pid in (str(parent), *children))


def bare(keys: Path, *, commits: bool) -> tuple[float, float]:
    """Do what an authentication does on the wire (and on disk) and nothing else.

    Gives repetitions per second, and CPU milliseconds of the parties' process for each.
    """
    ports = PortBlock()
    server = subprocess.Popen(
        [sys.executable, "-m", "bench.hops", str(ports.start), str(keys), *_said(commits=commits)],
        stdout=subprocess.PIPE,
    )
    try:
        assert server.stdout is not None
        server.stdout.readline()
        return asyncio.run(repeated(ports.start, server.pid))
    finally:
        server.send_signal(signal.SIGINT)
        server.wait(timeout=10)


def _said(*, commits: bool) -> list[str]:
    return ["commits"] if commits else []


async def repeated(port: int, pid: int) -> tuple[float, float]:
    """Send the requests of an authentication, as large as they are."""
    peer = Peer(f"http://localhost:{port}", identity=None)

    async def once() -> None:
        await peer.post("/preauth", b"{}")
        if (await peer.post("/auth", AREQ_BYTES)).body != AREQ_BYTES:
            raise RuntimeError("the hops changed what they carried")

    await many(once, WARM_UP)
    before = cpu_seconds(pid)
    seconds = await many(once, COUNT)
    cpu_ms = (cpu_seconds(pid) - before) / COUNT * 1000
    await peer.close()
    return COUNT / seconds, cpu_ms


async def many(once: Callable[[], Awaitable[None]], count: int) -> float:
    """Do it `count` times, some at once; give the seconds it took."""
    left = iter(range(count))

    async def worker() -> None:
        for _ in left:
            await once()

    started = perf_counter()
    await asyncio.gather(*(worker() for _ in range(AT_ONCE)))
    return perf_counter() - started


def memory_mb(house: RunningHouse) -> float:
    """Read the resident memory of the house's process."""
    assert house.process is not None
    status = Path(f"/proc/{house.process.pid}/status").read_text()
    line = next(line for line in status.splitlines() if line.startswith("VmRSS"))
    return int(line.split()[1]) / 1024


def cpu_seconds(pid: int) -> float:
    """Read the CPU seconds that a process has used, all its threads counted."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / 100
