"""Challenges: what one costs beside a frictionless authentication, and what 10,000 open ones weigh.

A challenge here is what a browser does with a card that passes by itself: CReq, page, button, final
page; the result is then read as a requestor reads it. The client works pages over HTTP, without drawing them.
"""

import asyncio
import base64
import json
import re
import tempfile
from dataclasses import dataclass
from pathlib import Path

from bench.areq import AREQ
from bench.authentications import AT_ONCE, LEFT_TO_THE_SERVER, cpu_seconds, many, memory_mb
from bench.figures import Figure
from sekisho.adapters.http.client import Peer, Reply
from sekisho.kernel.brands import Brand
from sekisho.testkit.cards import sandbox_card
from tests.running_house import RunningHouse, a_house

COUNT = 150
OPEN = 10_000
FORM = "application/x-www-form-urlencoded"
TOKEN = re.compile(r'name="token" value="([^"]+)"')
ROUND_TRIPS = 6
"""Requests of the browser and the requestor in one challenge, beside /preauth and /auth."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Shopper:
    """A requestor and a browser in one."""

    server: Peer
    bank: Peer

    @classmethod
    def of(cls, house: RunningHouse) -> "Shopper":
        """Take the house's key for foreign requestors."""
        key = house.credentials()["threeds_server"]["api_key"]
        server = Peer(house.program_url("/3dss"), identity=None, headers={"APIKey": key}, read_s=60)
        root = house.program_url("")
        host = f"bank.localhost:{root.rpartition(':')[2]}"
        bank = Peer(root, identity=None, headers={"Host": host}, read_s=60)
        return cls(server=server, bank=bank)

    async def authenticate(self, ending: str) -> dict[str, str]:
        """Ask for an authentication; give the ARes."""
        digits = sandbox_card(Brand.VISA, ending).digits
        fixed = {name: value for name, value in AREQ.items() if name not in LEFT_TO_THE_SERVER}
        asked = await self.server.post("/preauth", json.dumps({"acctNumber": digits}).encode())
        trans_id = json.loads(asked.body)["threeDSServerTransID"]
        body = {**fixed, "acctNumber": digits, "threeDSServerTransID": trans_id}
        ares: dict[str, str] = json.loads(
            (await self.server.post("/auth", json.dumps(body).encode())).body
        )
        return ares

    async def open(self, ares: dict[str, str]) -> str:
        """Bring the CReq; give the page's address."""
        creq = {
            "messageType": "CReq", "messageVersion": ares["messageVersion"],
            "threeDSServerTransID": ares["threeDSServerTransID"],
            "acsTransID": ares["acsTransID"], "challengeWindowSize": "03",
        }  # fmt: skip
        carried = base64.urlsafe_b64encode(json.dumps(creq).encode()).decode().rstrip("=")
        return _next(await self._post("/acs/challenge", f"creq={carried}"))

    async def pass_through(self) -> None:
        """Do a whole challenge, until the requestor knows its result."""
        ares = await self.authenticate("0070")
        page = await self.bank.get(await self.open(ares))
        token = TOKEN.search(page.body.decode())
        if token is None:
            raise RuntimeError(f"no page of a challenge: HTTP {page.status}")
        last = _next(await self._post("/acs/challenge/continue", f"token={token[1]}"))
        if b'name="cres"' not in (await self.bank.get(last)).body:
            raise RuntimeError("the challenge did not end")
        told = json.dumps({"threeDSServerTransID": ares["threeDSServerTransID"]}).encode()
        result = json.loads((await self.server.post("/postauth", told)).body)
        if result.get("transStatus") != "Y":
            raise RuntimeError(f"expected an RReq Y, got {result}")

    async def close(self) -> None:
        """Close the connections."""
        await self.server.close()
        await self.bank.close()

    async def _post(self, path: str, form: str) -> Reply:
        return await self.bank.post(path, form.encode(), content_type=FORM)


def run(open_ones: int = OPEN) -> list[Figure]:
    """Measure challenges beside frictionless authentications, then the weight of open ones."""
    with tempfile.TemporaryDirectory() as folder, a_house(Path(folder)) as house:
        per_second, cpu_ms, plain_ms = asyncio.run(challenges(house))
        before = memory_mb(house)
        asyncio.run(leave_open(house, open_ones))
        after = memory_mb(house)
    return [
        Figure(
            name=f"browser challenge, whole, {AT_ONCE} at once", value=per_second, unit="per s",
            against=f"CPU {cpu_ms:.1f} ms; a frictionless authentication: {plain_ms:.1f} ms",
            ratio=cpu_ms / plain_ms,
        ),
        Figure(
            name="CPU of one round trip of a challenge", value=(cpu_ms - plain_ms) / ROUND_TRIPS,
            unit="ms", against=f"{ROUND_TRIPS} round trips, RReq and RRes within one", ratio=None,
        ),
        Figure(
            name="memory per 10,000 open challenges", value=(after - before) * 10_000 / open_ones,
            unit="MB", against=f"the house before: {before:.0f} MB ({open_ones:,} opened)",
            ratio=after / before,
        ),
    ]  # fmt: skip


async def challenges(house: RunningHouse) -> tuple[float, float, float]:
    """Give challenges per second, and CPU milliseconds of a challenge and of a plain authentication."""
    assert house.process is not None
    pid, shopper = house.process.pid, Shopper.of(house)

    async def plain() -> None:
        await shopper.authenticate("0003")

    await many(plain, COUNT)
    await many(shopper.pass_through, COUNT)
    begun = cpu_seconds(pid)
    seconds = await many(shopper.pass_through, COUNT)
    between = cpu_seconds(pid)
    await many(plain, COUNT)
    ended = cpu_seconds(pid)
    await shopper.close()
    return COUNT / seconds, (between - begun) / COUNT * 1000, (ended - between) / COUNT * 1000


async def leave_open(house: RunningHouse, count: int) -> None:
    """Open challenges whose cardholders then do nothing."""
    shopper = Shopper.of(house)

    async def leave() -> None:
        await shopper.open(await shopper.authenticate("0072"))

    await many(leave, count)
    await shopper.close()


def _next(reply: Reply) -> str:
    where = reply.headers.get("location")
    if where is None:
        raise RuntimeError(f"expected a page's address, got HTTP {reply.status}")
    return where.partition("#")[0]
