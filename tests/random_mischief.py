"""A small world of three real rooms in memory, and transactions that go through it under mischief.

Everything happens on one clock and one event loop, without sockets or threads: what a seed made
once it makes again. Transactions run beside each other; the clock goes on when all of them wait.
"""

import asyncio
import base64
import json
import random  # noqa: TID251  seeded: the same dice every time
import re
from dataclasses import dataclass
from datetime import timedelta
from urllib.parse import urlencode, urlsplit

from sekisho.adapters.keys import Mac, Seal
from sekisho.issuer.acs import web as acs_web
from sekisho.issuer.acs.model import Authentication as AcsAuthentication
from sekisho.issuer.acs.service import Acs, Keys, RuleSet, Stores
from sekisho.issuer.acs.store import AUTHENTICATIONS, CARD_GUARDS, DEVICE_PROFILES
from sekisho.kernel.brands import Brand
from sekisho.protocol.authentication_value import KeyRing
from sekisho.testkit.asgi_peer import Asgi
from sekisho.testkit.cards import sandbox_card
from sekisho.testkit.chance import SeededChance
from sekisho.testkit.clock import SteppedClock
from sekisho.testkit.emv_network import (
    ACS_URL,
    DIRECTORY_URL,
    SERVER_URL,
    Handler,
    Road,
    Wire,
    purchase,
)
from sekisho.testkit.emv_stage import ACS, EmvStage, QuietLog
from sekisho.testkit.memory import MemoryOutbox, MemoryRecords
from sekisho.testkit.mischief import FAULTS, LEGS, Mischief, Role, Switch, spoilt_handler
from sekisho.testkit.sandbox_decision import SandboxDecision
from tests.unit.acs.conftest import SETTINGS, FakeBank

ROLES = {SERVER_URL: Role.SERVER, DIRECTORY_URL: Role.DIRECTORY, ACS_URL: Role.ACS}
ENDINGS = ("0003", "0013", "0023", "0033", "0053", "0070", "0070", "0070", "0071", "0071")
"""Last four digits: what the bank answers, challenges more often than anything else."""
TURNS = 120
"""How often the loop turns before everybody is taken to be waiting."""
STEPS_S = (1,) * 90 + (5,) * 30 + (10,) * 80 + (60,) * 80
"""How the clock goes on: closely while messages are awaited, in leaps until nothing is."""


class SpoiltWire(Wire):
    """A wire on which every party may misbehave, at both ends."""

    def __init__(self) -> None:
        super().__init__()
        self.mischief = Mischief()
        self._spoilt_roads = {
            role: self.mischief.road(role, super(SpoiltWire, self).road(role.value, url))
            for url, role in ROLES.items()
        }

    def keep_time(self, clock: SteppedClock) -> None:
        """Let waiting take the clock's time."""

        async def wait(seconds: float) -> None:
            await clock.sleep_until(clock.now() + timedelta(seconds=seconds))

        self.mischief.wait = wait

    def listen(self, url: str, handler: Handler) -> None:
        """Put mischief around whoever answers."""
        role = ROLES[url]
        road = self._spoilt_roads[role]
        super().listen(url, spoilt_handler(handler, self.mischief, role, road))

    def road(self, caller: str, url: str | None = None) -> Road:
        """Put mischief around whoever calls."""
        way = super().road(caller, url)
        return self.mischief.road(Role(caller), way)  # type: ignore[return-value]  # the same calls


@dataclass(kw_only=True)
class Case:
    """One transaction: the card, what the cardholder does, and what is planned for it."""

    number: int
    ending: str
    cardholder: str
    switches: tuple[Switch, ...]
    trans_id: str = ""
    answer: dict[str, object] | None = None

    def __str__(self) -> str:
        planned = ", ".join(f"{each.leg}={each.fault.name}:{each.times}" for each in self.switches)
        return f"#{self.number} {self.ending} {self.cardholder} [{planned}]"


def draw_case(dice: random.Random, number: int) -> Case:
    """Draw a transaction."""
    switches = []
    for _ in range(dice.choice((0, 1, 1, 1, 2, 2, 3))):
        leg = dice.choice([leg for leg in LEGS if leg.message.value not in {"PReq", "PRes"}])
        fault = dice.choice([fault for fault in FAULTS.values() if leg in fault.legs])
        switches.append(Switch(leg=leg, fault=fault, times=dice.choice((None, 1, 1, 2))))
    return Case(
        number=number,
        ending=dice.choice(ENDINGS),
        cardholder=dice.choice(
            ("goes through", "goes through", "cancels", "leaves", "never comes")
        ),
        switches=tuple(switches),
    )


class World:
    """Three rooms and a bank that knows every card."""

    def __init__(self, seed: int) -> None:
        wire = SpoiltWire()
        self.stage = EmvStage(wire=wire, seed=seed)
        wire.keep_time(self.stage.clock)
        self.mischief = wire.mischief
        self.log = QuietLog()
        self.acs_outbox = MemoryOutbox(self._perform, self.stage.clock)
        self.acs_records: MemoryRecords[AcsAuthentication] = MemoryRecords(
            AUTHENTICATIONS, self.acs_outbox
        )
        self.acs = self._acs(wire, seed)
        wire.listen(ACS_URL, self._asked)
        self.browser = Asgi(app=acs_web.site(self.acs, clock=self.stage.clock, log=self.log))

    def _acs(self, wire: Wire, seed: int) -> Acs:
        settings = SETTINGS.__class__(
            reference_number=ACS.reference_number, operator_id=ACS.operator_id,
            public_url="http://bank.localhost:8080/acs", issuer_name="Sekisho Bank",
            result_wait_s=0.0, requests_per_minute_from_source=10**6,
            requests_per_minute_for_card=10**6,
        )  # fmt: skip
        return Acs(
            settings,
            stores=Stores(
                authentications=self.acs_records,
                device_profiles=MemoryRecords(DEVICE_PROFILES, self.acs_outbox),
                card_guards=MemoryRecords(CARD_GUARDS, self.acs_outbox),
            ),
            keys=Keys(
                seal=Seal(b"s" * 32),
                digest=Mac(b"d" * 32),
                authentication_value={
                    brand: KeyRing(keys={1: Mac(b"v" * 32)}, current=1) for brand in Brand
                },
            ),
            bank=FakeBank(),
            directory=wire.road("acs"),
            decision=SandboxDecision(RuleSet(settings)),
            ds_urls=(DIRECTORY_URL,),
            clock=self.stage.clock,
            chance=SeededChance(f"acs {seed}"),
            outbox=self.acs_outbox,
            log=self.log,
        )

    async def _perform(self, key: str, effect: object) -> None:
        await self.acs.perform(key, effect)

    async def _asked(self, caller: str, body: bytes) -> bytes:
        answer = await self.acs.receive(caller, body)
        return b"" if answer is None else answer

    async def run(self, cases: list[Case]) -> None:
        """Take all transactions from their beginning to the end of all that waits."""
        await self.stage.server.start()
        tasks = [asyncio.ensure_future(self._play(case)) for case in cases]
        outboxes = (self.acs_outbox, self.stage.directory_outbox, self.stage.server_outbox)
        running: dict[MemoryOutbox, asyncio.Future[int]] = {}
        for step in STEPS_S:
            for _ in range(2):
                for outbox in outboxes:
                    if outbox not in running or running[outbox].done():
                        if outbox in running:
                            running[outbox].result()
                        running[outbox] = asyncio.ensure_future(outbox.run_due())
                await self._turn()
            self.stage.clock.advance(timedelta(seconds=step))
        await self._turn()
        for task in (*tasks, *running.values()):
            if not task.done():
                raise AssertionError(f"still waiting: {task}")
            task.result()

    async def _turn(self) -> None:
        for _ in range(TURNS):
            await asyncio.sleep(0)

    async def _play(self, case: Case) -> None:
        number = sandbox_card(Brand.VISA, case.ending).digits
        prepared = await self.stage.preauth(number)
        case.trans_id = str(prepared["threeDSServerTransID"])
        self.mischief.plans.plan(case.trans_id, *case.switches)
        question = purchase(acctNumber=number, threeDSServerTransID=case.trans_id)
        case.answer = dict(await self.stage.auth(question))
        if case.answer.get("transStatus") == "C" and case.cardholder != "never comes":
            await self._challenged(case)

    async def _challenged(self, case: Case) -> None:
        answer = case.answer or {}
        creq = {
            "messageType": "CReq", "messageVersion": answer["messageVersion"],
            "threeDSServerTransID": case.trans_id, "acsTransID": answer["acsTransID"],
            "challengeWindowSize": "02",
        }  # fmt: skip
        encoded = base64.urlsafe_b64encode(json.dumps(creq).encode()).rstrip(b"=").decode()
        page = await self._send("/challenge", {"creq": encoded})
        if case.cardholder == "leaves":
            return
        wanted = "/cancel" if case.cardholder == "cancels" else "/continue"
        form = next((each for each in FORM.findall(page) if each[0].endswith(wanted)), None)
        if form is not None:
            await self._send("/challenge" + wanted, dict(HIDDEN.findall(form[1])))

    async def _send(self, path: str, fields: dict[str, str]) -> str:
        """Post a form as a browser does, and follow where it leads."""
        headers = {
            "Content-Type": "application/x-www-form-urlencoded", "User-Agent": "Mozilla/5.0",
            "Host": "bank.localhost",
        }  # fmt: skip
        method, body = "POST", urlencode(fields).encode()
        for _ in range(4):
            reply = await self.browser.send(method, path, body, headers)
            assert reply is not None
            if reply.status != 303:
                return reply.body.decode()
            there = urlsplit(reply.headers["Location"])
            method, body = "GET", b""
            path = there.path.removeprefix("/acs") + (f"?{there.query}" if there.query else "")
        raise AssertionError("the ACS leads in circles")


FORM = re.compile(r'<form[^>]*action="([^"]*)"[^>]*>(.*?)</form>', re.DOTALL)
HIDDEN = re.compile(r'<input type="hidden" name="(\w+)" value="([^"]*)"')
