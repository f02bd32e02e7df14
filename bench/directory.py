"""What a Directory Server adds: the same AReqs through it and straight to the ACS, at a fixed rate.

Each request leaves at its own moment whatever became of the one before, so that a slow answer delays
none of the others and is counted whole (no coordinated omission).
"""

import asyncio
import json
import tempfile
from collections.abc import Awaitable, Callable
from pathlib import Path
from time import perf_counter
from uuid import uuid4  # noqa: TID251 - a benchmark's own identifiers

from bench.areq import AREQ
from bench.authentications import LEFT_TO_THE_SERVER
from bench.figures import Figure
from sekisho.adapters.http.client import Peer
from sekisho.adapters.keys import Keyring
from sekisho.app.addresses import Addresses
from sekisho.app.sandbox import DIRECTORY_REFERENCE, SERVER_OPERATOR, SERVER_REFERENCE
from sekisho.kernel.brands import Brand
from sekisho.testkit.cards import sandbox_card
from tests.running_house import a_house

PER_SECOND = 20
COUNT = 300
WARM_UP = 40


def run() -> list[Figure]:
    """Measure both ways in turn, in one house."""
    with tempfile.TemporaryDirectory() as folder, a_house(Path(folder)) as house:
        through, straight = asyncio.run(
            latencies(Addresses(house.port), Keyring(house.data / "keys"))
        )
    return [
        Figure(
            name=f"latency that the Directory Server adds, {name}",
            value=share_of(through, share) - share_of(straight, share), unit="ms",
            against=f"through it {share_of(through, share):.1f} ms, straight to the ACS "
            f"{share_of(straight, share):.1f} ms, {PER_SECOND} per s",
            ratio=share_of(through, share) / share_of(straight, share),
        )
        for name, share in (("median", 0.5), ("99 %", 0.99))
    ]  # fmt: skip


async def latencies(at: Addresses, keys: Keyring) -> tuple[list[float], list[float]]:
    """Give the milliseconds of each AReq, through the Directory Server and straight to the ACS."""
    directory = Peer(at.peer("directory"), identity=keys.client_tls("server"))
    acs = Peer(at.peer("acs"), identity=keys.client_tls("directory"))

    async def through() -> None:
        await ask_for_yes(directory, areq_to(at))

    async def straight() -> None:
        own = {
            "dsReferenceNumber": DIRECTORY_REFERENCE, "dsTransID": str(uuid4()),
            "dsURL": f"{at.peer('directory')}/3ds",
        }  # fmt: skip
        await ask_for_yes(acs, areq_to(at) | own)

    for once in (through, straight):
        await paced(once, WARM_UP)
    found = (await paced(through, COUNT), await paced(straight, COUNT))
    await directory.close()
    await acs.close()
    return found


async def paced(once: Callable[[], Awaitable[None]], count: int) -> list[float]:
    """Begin one every so often; give how long each took from the moment it was due."""
    began = perf_counter()

    async def due(number: int) -> float:
        moment = began + number / PER_SECOND
        await asyncio.sleep(max(0.0, moment - perf_counter()))
        await once()
        return (perf_counter() - moment) * 1000

    return list(await asyncio.gather(*(due(number) for number in range(count))))


async def ask_for_yes(peer: Peer, areq: dict[str, object]) -> None:
    """Post an AReq that must be answered with Y."""
    answer = json.loads((await peer.post("/3ds", json.dumps(areq).encode())).body)
    if answer.get("transStatus") != "Y":
        raise RuntimeError(f"expected an ARes Y, got {answer}")


def areq_to(at: Addresses) -> dict[str, object]:
    """Give a new AReq as the house's 3DS Server would send it."""
    fixed = {name: value for name, value in AREQ.items() if name not in LEFT_TO_THE_SERVER}
    return fixed | {
        "messageType": "AReq",
        "acctNumber": sandbox_card(Brand.VISA, "0003").digits,
        "threeDSServerTransID": str(uuid4()),
        "threeDSServerRefNumber": SERVER_REFERENCE,
        "threeDSServerOperatorID": SERVER_OPERATOR,
        "threeDSServerURL": f"{at.peer('server')}/3ds",
    }


def share_of(milliseconds: list[float], share: float) -> float:
    """Give the time that this share of the requests stayed within."""
    return sorted(milliseconds)[min(int(len(milliseconds) * share), len(milliseconds) - 1)]
