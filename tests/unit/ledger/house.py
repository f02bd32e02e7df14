"""The back office put together on memory stores."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace

from argon2 import PasswordHasher
from litestar.testing import AsyncTestClient

from sekisho.acquirer.ledger.model import LedgerSettings
from sekisho.acquirer.ledger.service import Orders, Staff
from sekisho.acquirer.ledger.store import ORDERS, SESSIONS
from sekisho.acquirer.ledger.web import password_check, peers, site
from sekisho.kernel.secret import Secret
from sekisho.testkit.chance import SeededChance
from sekisho.testkit.clock import SteppedClock
from sekisho.testkit.memory import MemoryRecords

from .orders import NOON

PASSWORD = "correct horse"
CHEAP = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
"""Hashing as slow as it should be would make these tests slow."""
SETTINGS = LedgerSettings(
    origin="http://shop.localhost:8080",
    staff_password_hash=Secret(CHEAP.hash(PASSWORD)),
    path="/",
    page_size=3,
)
HTML = {"Accept": "text/html"}


class Lines:
    """A log that remembers what was said."""

    def __init__(self) -> None:
        self.said: list[tuple[str, str, dict[str, object]]] = []

    def info(self, event: str, **facts: object) -> None:
        self.said.append(("info", event, facts))

    def warning(self, event: str, **facts: object) -> None:
        self.said.append(("warning", event, facts))

    def error(self, event: str, **facts: object) -> None:
        self.said.append(("error", event, facts))


class Office:
    """One back office."""

    def __init__(self, **changes: object) -> None:
        self.settings = replace(SETTINGS, **changes)  # type: ignore[arg-type]  # real fields
        self.clock = SteppedClock(NOON)
        self.chance = SeededChance(1)
        self.log = Lines()
        self.order_store = MemoryRecords(ORDERS)
        self.session_store = MemoryRecords(SESSIONS)
        self.orders = Orders(orders=self.order_store, log=self.log)
        self.staff = Staff(
            sessions=self.session_store,
            settings=self.settings,
            password_fits=password_check(self.settings.staff_password_hash),
            clock=self.clock,
            chance=self.chance,
            log=self.log,
        )
        self.site = site(
            settings=self.settings,
            orders=self.orders,
            staff=self.staff,
            clock=self.clock,
            chance=self.chance,
            log=self.log,
        )
        self.peers = peers(self.orders, log=self.log)


@asynccontextmanager
async def visiting(office: Office) -> AsyncIterator[AsyncTestClient]:  # type: ignore[type-arg]  # any
    """Open the office's site to one browser."""
    async with AsyncTestClient(office.site, base_url=SETTINGS.origin) as client:
        yield client


async def sign_in(client: AsyncTestClient, password: str = PASSWORD) -> int:  # type: ignore[type-arg]  # any
    """Fill in the sign-in page; give the status of what follows."""
    page = await client.get("/sign-in", headers=HTML)
    token = page.text.split('name="form_token" value="')[1].split('"')[0]
    reply = await client.post(
        "/sign-in",
        data={"form_token": token, "password": password},
        headers=HTML,
        follow_redirects=False,
    )
    return reply.status_code
