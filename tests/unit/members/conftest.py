"""A bank in memory: real seals and codes, a stepped clock, seeded chance."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

import pytest

from sekisho.adapters.factors import Argon2Passwords, TotpCodes, WebAuthnPasskeys
from sekisho.adapters.keys import Mac, Seal
from sekisho.issuer.members.model import (
    Authorization,
    CardRange,
    CardRecord,
    CardStatus,
    DefaultFactors,
    Factors,
    MembersSettings,
    Message,
    Posting,
    Prompt,
    SpentAuthentication,
)
from sekisho.issuer.members.service import Checkers, Keys, Members, Stores
from sekisho.issuer.members.store import (
    AUTHORIZATIONS,
    CARDS,
    FACTORS,
    MESSAGES,
    POSTINGS,
    PROMPTS,
    SPENT,
)
from sekisho.kernel.brands import Brand
from sekisho.kernel.errors import Unreachable
from sekisho.kernel.mail import Mailer
from sekisho.kernel.secret import Secret
from sekisho.protocol.authentication_value import KeyRing
from sekisho.testkit.cards import BRAND_HEADS, SANDBOX_APP_SECRET, SANDBOX_PASSWORD
from sekisho.testkit.chance import SeededChance
from sekisho.testkit.clock import SteppedClock
from sekisho.testkit.memory import MemoryOutbox, MemoryRecords

START = datetime(2026, 3, 1, 9, tzinfo=UTC)


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
class Bank:
    """The bank and everything a test looks at from outside."""

    settings: MembersSettings
    members: Members
    cards: MemoryRecords[CardRecord]
    authorizations: MemoryRecords[Authorization]
    postings: MemoryRecords[Posting]
    spent: MemoryRecords[SpentAuthentication]
    messages: MemoryRecords[Message]
    factors: MemoryRecords[Factors]
    prompts: MemoryRecords[Prompt]
    told: "ToldAcs"
    outbox: MemoryOutbox
    clock: SteppedClock
    keys: Keys
    log: Lines


SETTINGS = MembersSettings(
    issuer_name="Sekisho Bank",
    ranges=tuple(
        CardRange(low=head, high=head, brand=brand, product_name=f"Sandbox {brand.value}")
        for brand, head in BRAND_HEADS.items()
    ),
    credit_limits={"JPY": 1_000_000},
    personal_message="桜の下で",
    phone="090-1234-5678",
    email="taro@example.jp",
    status_by_ending={"9062": CardStatus.SUSPENDED, "9098": CardStatus.NOT_REGISTRABLE},
    sandbox_rules=True,
    sandbox_inbox=True,
    sandbox_factors=DefaultFactors(
        password=Secret(SANDBOX_PASSWORD), app_secret=Secret(SANDBOX_APP_SECRET)
    ),
    passkey_origin="http://bank.localhost:8080",
)


@dataclass
class ToldAcs:
    """An ACS that keeps what it is told, and is away as often as a test wants."""

    told: list[tuple[str, bool]] = field(default_factory=list)
    away: int = 0

    async def prompt_answered(self, prompt_id: str, *, approved: bool) -> None:
        if self.away:
            self.away -= 1
            raise Unreachable("the ACS is away")
        self.told.append((prompt_id, approved))


def light_checkers() -> Checkers:
    """Check as the real bank does, with hashes that cost a test little."""
    return Checkers(
        passwords=Argon2Passwords(memory_kib=64, passes=1),
        app_codes=TotpCodes(),
        passkeys=WebAuthnPasskeys(rp_id="bank.localhost", origin="http://bank.localhost:8080"),
    )


def rings(octets: bytes) -> dict[Brand, KeyRing]:
    """One key for every brand."""
    return {brand: KeyRing(keys={1: Mac(octets)}, current=1) for brand in Brand}


def make_bank(settings: MembersSettings = SETTINGS, *, mailer: Mailer | None = None) -> Bank:
    """Open a bank that nobody has been to."""
    clock, chance, log = SteppedClock(START), SeededChance("bank"), Lines()

    async def perform(key: str, effect: object) -> None:
        await members.perform(key, effect)

    outbox = MemoryOutbox(perform, clock)
    cards = MemoryRecords(CARDS, outbox)
    authorizations = MemoryRecords(AUTHORIZATIONS, outbox)
    postings = MemoryRecords(POSTINGS, outbox)
    spent = MemoryRecords(SPENT, outbox)
    messages = MemoryRecords(MESSAGES, outbox)
    factors = MemoryRecords(FACTORS, outbox)
    prompts = MemoryRecords(PROMPTS, outbox)
    told = ToldAcs()
    keys = Keys(
        seal=Seal(b"s" * 32), fingerprint=Mac(b"f" * 32), authentication_value=rings(b"a" * 32)
    )
    members = Members(
        settings,
        stores=Stores(
            cards=cards,
            authorizations=authorizations,
            postings=postings,
            spent=spent,
            messages=messages,
            factors=factors,
            prompts=prompts,
        ),
        keys=keys,
        clock=clock,
        chance=chance,
        outbox=outbox,
        log=log,
        checkers=light_checkers(),
        mailer=mailer,
        acs=told,
    )
    return Bank(
        settings=settings,
        members=members,
        cards=cards,
        authorizations=authorizations,
        postings=postings,
        spent=spent,
        messages=messages,
        factors=factors,
        prompts=prompts,
        told=told,
        outbox=outbox,
        clock=clock,
        keys=keys,
        log=log,
    )


@pytest.fixture
def bank() -> Bank:
    return make_bank()


@pytest.fixture
def strict_bank() -> Bank:
    """A bank with a limit of 1,000 yen."""
    return make_bank(replace(SETTINGS, credit_limits={"JPY": 1_000}))


@pytest.fixture
def make_strict_bank() -> Callable[[], Bank]:
    """Opens banks with a limit of 1,000 yen, one for every example of a property."""
    return lambda: make_bank(replace(SETTINGS, credit_limits={"JPY": 1_000}))
