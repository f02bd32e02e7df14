"""What a 3DS Server adds to an authentication, and what /preauth takes while all card ranges change.

Latencies as in `bench.directory`: at a fixed rate, each from the moment it was due. The ranges change in
one process without sockets, so that what is measured is the change and nothing beside it.
"""

import asyncio
import json
import tempfile
from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import replace
from pathlib import Path
from time import perf_counter

from bench.areq import AREQ
from bench.authentications import LEFT_TO_THE_SERVER
from bench.directory import COUNT, PER_SECOND, WARM_UP, areq_to, ask_for_yes, paced, share_of
from bench.figures import Figure
from bench.ranges import row, rows
from sekisho.acquirer.server.model import DirectoryServer
from sekisho.adapters.http.client import Peer
from sekisho.adapters.keys import Keyring
from sekisho.app.addresses import Addresses
from sekisho.kernel.brands import Brand
from sekisho.protocol import Component, MessageType, Version, build, parse
from sekisho.protocol.card_ranges import KnownRanges
from sekisho.protocol.card_ranges.whole_file import write_file
from sekisho.protocol.codec import write_object
from sekisho.testkit.cards import sandbox_card
from sekisho.testkit.emv_network import DIRECTORY_URL
from sekisho.testkit.emv_stage import GATEWAY, SERVER_SETTINGS, EmvStage
from tests.running_house import a_house

RANGES = 500_000
LOOK_UPS_PER_SECOND = 100
FILE = "https://directory.example/ranges/all.json.gz"


def run() -> list[Figure]:
    """Measure both."""
    return [*_added(), asyncio.run(_swap())]


def _added() -> list[Figure]:
    with tempfile.TemporaryDirectory() as folder, a_house(Path(folder)) as house:
        key = house.credentials()["threeds_server"]["api_key"]
        through, straight = asyncio.run(
            _latencies(Addresses(house.port), Keyring(house.data / "keys"), key)
        )
    return [
        Figure(
            name=f"latency that the 3DS Server adds, {name}",
            value=share_of(through, share) - share_of(straight, share), unit="ms",
            against=f"through it {share_of(through, share):.1f} ms, straight to the Directory Server "
            f"{share_of(straight, share):.1f} ms, {PER_SECOND} per s",
            ratio=share_of(through, share) / share_of(straight, share),
        )
        for name, share in (("median", 0.5), ("99 %", 0.99))
    ]  # fmt: skip


async def _latencies(at: Addresses, keys: Keyring, key: str) -> tuple[list[float], list[float]]:
    """Give the milliseconds of each authentication, through the 3DS Server and without it."""
    gateway = keys.client_tls("gateway")
    server = Peer(at.peer("server"), identity=gateway, headers={"APIKey": key})
    directory = Peer(at.peer("directory"), identity=keys.client_tls("server"))
    fixed = {name: value for name, value in AREQ.items() if name not in LEFT_TO_THE_SERVER}
    question = json.dumps({**fixed, "acctNumber": sandbox_card(Brand.VISA, "0003").digits}).encode()

    async def through() -> None:
        answer = json.loads((await server.post("/3dss/auth", question)).body)
        if answer.get("transStatus") != "Y":
            raise RuntimeError(f"expected an ARes Y, got {answer}")

    async def straight() -> None:
        await ask_for_yes(directory, areq_to(at))

    for once in (through, straight):
        await paced(once, WARM_UP)
    found = (await paced(through, COUNT), await paced(straight, COUNT))
    await server.close()
    await directory.close()
    return found


async def _swap() -> Figure:
    """Ask about cards at a fixed rate, in peace and while half a million ranges are taken over."""
    settings = DirectoryServer(preq_version="2.3.1", ranges_again_s=0)
    stage = EmvStage(replace(SERVER_SETTINGS, directories=(settings,)))
    stage.wire.listen(DIRECTORY_URL, _ranges_answer)
    octets = b"".join(write_file(KnownRanges.of(rows(RANGES), serial="1"), compressed=True))

    async def file(_caller: str, _name: str) -> bytes:
        return octets

    stage.wire.serve(file)
    await stage.server.start()
    body = write_object({"acctNumber": row(RANGES // 2)[0]})

    async def once() -> None:
        if b"CRD" not in await stage.server.preauth(GATEWAY, body):
            raise RuntimeError("the card is in no range")

    peace = await _while(once, asyncio.sleep(3))
    swap = await _while(once, _changed(stage))
    return Figure(
        name=f"/preauth while {RANGES:,} card ranges change, 99 %", value=share_of(swap, 0.99),
        unit="ms",
        against=f"in peace {share_of(peace, 0.99):.2f} ms; the longest {max(swap):.0f} ms; "
        f"the change took {len(swap) / LOOK_UPS_PER_SECOND:.1f} s",
        ratio=share_of(swap, 0.99) / share_of(peace, 0.99),
    )  # fmt: skip


async def _while(
    once: Callable[[], Awaitable[None]], work: Coroutine[None, None, None]
) -> list[float]:
    """Ask at a fixed rate until the work is done; give the milliseconds of each."""
    task = asyncio.create_task(work)
    began, number, asked = perf_counter(), 0, []

    async def due(moment: float) -> float:
        await once()
        return (perf_counter() - moment) * 1000

    while not task.done():
        moment = began + number / LOOK_UPS_PER_SECOND
        await asyncio.sleep(max(0.0, moment - perf_counter()))
        asked.append(asyncio.ensure_future(due(moment)))
        number += 1
    await task
    return list(await asyncio.gather(*asked))


async def _changed(stage: EmvStage) -> None:
    """Let all card ranges be fetched and take the place of those before."""
    book = await stage.books.get("directory")
    stage.clock.advance(book.due_at - stage.clock.now())
    await stage.cache.refresh(0)


async def _ranges_answer(_caller: str, body: bytes) -> bytes:
    """Answer a PReq with the name of the file, whatever it knows already."""
    preq = parse(body, receiver=Component.DIRECTORY)
    return build(
        MessageType.PRES,
        Version.V231,
        {
            "threeDSServerTransID": preq["threeDSServerTransID"],
            "dsTransID": "f25084f0-5b16-4c0a-ae5d-b24808a95e4b",
            "cardRangeDataFileURL": FILE,
            "dsProtocolVersions": ["2.1.0", "2.2.0", "2.3.1"],
            "readOrder": "01",
        },
        sender=Component.DIRECTORY,
    ).encode()
