"""A vault in memory: real seals and codes, a stepped clock, seeded chance."""

from dataclasses import dataclass, field
from datetime import UTC, datetime

import pytest

from sekisho.acquirer.vault.model import Merchant, TokenRecord, VaultSettings
from sekisho.acquirer.vault.service import Vault
from sekisho.acquirer.vault.store import TOKENS
from sekisho.adapters.keys import Mac, Seal
from sekisho.testkit.chance import SeededChance
from sekisho.testkit.clock import SteppedClock
from sekisho.testkit.memory import MemoryOutbox, MemoryRecords

START = datetime(2026, 3, 1, 9, tzinfo=UTC)
SETTINGS = VaultSettings(
    site_origin="http://pay.localhost:8080",
    merchants=(
        Merchant(
            merchant_id="998482157632",
            publishable_key="pk_sakura",
            name="Sakura Books",
            origins=("http://shop.localhost:8080",),
        ),
        Merchant(
            merchant_id="998482157633",
            publishable_key="pk_other",
            name="Other",
            origins=("https://other.example",),
        ),
    ),
)


@dataclass
class Lines:
    """A log that keeps its lines, to look for what must not be in them."""

    lines: list[str] = field(default_factory=list)

    def info(self, event: str, **facts: object) -> None:
        self.lines.append(f"info {event} {facts}")

    def warning(self, event: str, **facts: object) -> None:
        self.lines.append(f"warning {event} {facts}")

    def error(self, event: str, **facts: object) -> None:
        self.lines.append(f"error {event} {facts}")


@dataclass
class Room:
    """The vault and everything a test looks at from outside."""

    vault: Vault
    tokens: MemoryRecords[TokenRecord]
    outbox: MemoryOutbox
    clock: SteppedClock
    seal: Seal
    log: Lines


def make_room(settings: VaultSettings = SETTINGS) -> Room:
    """Build a vault with nothing in it."""
    clock, log, seal = SteppedClock(START), Lines(), Seal(b"s" * 32)

    async def perform(key: str, effect: object) -> None:
        await vault.perform(key, effect)

    outbox = MemoryOutbox(perform, clock)
    tokens = MemoryRecords(TOKENS, outbox)
    vault = Vault(
        settings,
        tokens=tokens,
        seal=seal,
        digest=Mac(b"d" * 32),
        clock=clock,
        chance=SeededChance("vault"),
        log=log,
    )
    return Room(vault=vault, tokens=tokens, outbox=outbox, clock=clock, seal=seal, log=log)


@pytest.fixture
def room() -> Room:
    return make_room()
