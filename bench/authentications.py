"""Frictionless authentications per second through server, directory and ACS, beside an echo.

Both sides run in one process of their own and are called by the same client over the same kind of
connections; the house keeps every transaction durably in its SQLite files.
"""

import asyncio
import json
import ssl
import subprocess
import sys
import tempfile
from collections.abc import Awaitable, Callable
from pathlib import Path
from time import perf_counter

from bench.areq import AREQ, AREQ_BYTES
from bench.figures import Figure
from sekisho.adapters.http.client import Peer
from sekisho.adapters.keys import Keyring
from sekisho.kernel.brands import Brand
from sekisho.testkit.cards import sandbox_card
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
    """Measure authentications and echoes, and the house's memory before and after."""
    with tempfile.TemporaryDirectory() as folder, a_house(Path(folder)) as house:
        at_rest = memory_mb(house)
        per_second, cpu_ms = asyncio.run(authentications(house))
        echoes = echo_figure(Path(folder) / "keys")
        busy = memory_mb(house)
    return [
        Figure(
            name=f"frictionless authentication, {AT_ONCE} at once", value=per_second, unit="per s",
            against=f"echo over mutual TLS, same stack: {echoes:,.0f} per s",
            ratio=per_second / echoes,
        ),
        Figure(
            name="CPU of the house for one authentication", value=cpu_ms, unit="ms",
            against=f"wall time of one echo: {1000 / echoes:.2f} ms", ratio=cpu_ms * echoes / 1000,
        ),
        Figure(
            name="memory of the whole house at rest", value=at_rest, unit="MB",
            against=f"after {COUNT + WARM_UP} authentications: {busy:.0f} MB",
            ratio=at_rest / busy,
        ),
    ]  # fmt: skip


async def authentications(house: RunningHouse) -> tuple[float, float]:
    """Give authentications per second and the house's CPU milliseconds for each."""
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
    cpu_before = cpu_seconds(house)
    seconds = await many(once, COUNT)
    cpu_ms = (cpu_seconds(house) - cpu_before) / COUNT * 1000
    await peer.close()
    return COUNT / seconds, cpu_ms


def echo_figure(keys: Path) -> float:
    """Start the echo in a process of its own; give its requests per second."""
    ports = PortBlock()
    identity = Keyring(keys).client_tls("server")
    server = subprocess.Popen(
        [sys.executable, "-m", "bench.echo_server", str(ports.start), str(keys)],
        stdout=subprocess.PIPE,
    )
    try:
        assert server.stdout is not None
        server.stdout.readline()
        return asyncio.run(echoes_per_second(ports.start, identity))
    finally:
        server.terminate()
        server.wait(timeout=10)


async def echoes_per_second(port: int, identity: ssl.SSLContext) -> float:
    """Give requests per second of the echo, with a body as large as an AReq."""
    peer = Peer(f"https://localhost:{port}", identity=identity)

    async def once() -> None:
        reply = await peer.post("/3ds", AREQ_BYTES)
        if reply.body != AREQ_BYTES:
            raise RuntimeError("the echo said something else")

    await many(once, WARM_UP)
    seconds = await many(once, COUNT * 4)
    await peer.close()
    return COUNT * 4 / seconds


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


def cpu_seconds(house: RunningHouse) -> float:
    """Read the CPU seconds that the house's process has used, all its threads counted."""
    assert house.process is not None
    fields = Path(f"/proc/{house.process.pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / 100
