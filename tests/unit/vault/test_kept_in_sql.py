"""The vault on a real database: restarts, and what a stolen copy of the file would tell."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from sekisho.acquirer.vault import store
from sekisho.acquirer.vault.flow import TokenExpired
from sekisho.acquirer.vault.model import TokenRecord, VaultSettings
from sekisho.acquirer.vault.service import Claim, Vault
from sekisho.adapters.chance import SystemChance
from sekisho.adapters.keys import Mac, Seal
from sekisho.adapters.outbox import OutboxRunner
from sekisho.adapters.records import Records
from sekisho.adapters.sql import open_database
from sekisho.kernel.brands import Brand
from sekisho.kernel.cards import Card, Expiry
from sekisho.kernel.secret import Secret
from sekisho.testkit.cards import sandbox_card

Room = Any  # the fixture's class lives in conftest
MERCHANT = "998482157632"
CARD = Card(
    pan=sandbox_card(Brand.JCB, "0103"),
    expiry=Expiry(year=2030, month=12),
    security_code=Secret("471"),
)
CLAIM = Claim(merchant_id=MERCHANT, payment_id="p", with_security_code=True)


def _octets(folder: Path) -> bytes:
    """Everything in the folder: the database, its journal and whatever else lies there."""
    return b"".join(path.read_bytes() for path in folder.iterdir() if path.is_file())


@asynccontextmanager
async def _opened(
    room: Room, settings: VaultSettings, file: Path
) -> AsyncIterator[tuple[Vault, Records[TokenRecord], OutboxRunner]]:
    """Open the vault on this file as a process that starts does."""
    database = await open_database(f"sqlite://{file}", room="vault", migrations=[store.MIGRATIONS])

    async def perform(key: str, effect: object) -> None:
        await vault.perform(key, effect)

    outbox = OutboxRunner(
        database, effects=store.EFFECTS, perform=perform, clock=room.clock, log=room.log
    )
    tokens = Records(database, store.TOKENS, kick=outbox.kick)
    vault = Vault(
        settings,
        tokens=tokens,
        seal=Seal(b"s" * 32),
        digest=Mac(b"d" * 32),
        clock=room.clock,
        chance=SystemChance(),
        log=room.log,
    )
    yield vault, tokens, outbox
    await database.close()


async def test_a_restart_keeps_the_card_and_forgets_the_security_code(
    room: Room, tmp_path: Path
) -> None:
    """The code was in memory only: the payment goes on, and the bank says NOT_PRESENT."""
    settings, file = room.vault.settings, tmp_path / "vault.db"
    async with _opened(room, settings, file) as (vault, _, _):
        made = await vault.tokenize(MERCHANT, CARD)
    async with _opened(room, settings, file) as (vault, _, _):
        card = await vault.claim(made.token, CLAIM)
    assert (card.pan, card.expiry, card.security_code) == (CARD.pan, CARD.expiry, None)


async def test_a_copy_of_the_file_holds_neither_card_nor_token(room: Room, tmp_path: Path) -> None:
    """E1, E5: whoever steals the database can restore no card and use no token."""
    async with _opened(room, room.vault.settings, tmp_path / "vault.db") as (vault, _, _):
        made = await vault.tokenize(MERCHANT, CARD)
        await vault.claim(made.token, CLAIM)
        octets = _octets(tmp_path)
    for secret in (CARD.pan.digits, made.token, made.token.removeprefix("tok_")):
        assert secret.encode() not in octets


async def test_the_timer_outlives_a_restart(room: Room, tmp_path: Path) -> None:
    """Whatever happens to the process, an unclaimed card is erased."""
    settings, file = room.vault.settings, tmp_path / "vault.db"
    async with _opened(room, settings, file) as (vault, tokens, _):
        made = await vault.tokenize(MERCHANT, CARD)
        [record] = await tokens.newest()
    room.clock.advance(timedelta(minutes=20))
    async with _opened(room, settings, file) as (vault, tokens, outbox):
        await outbox.flush(record.digest)
        assert (await tokens.get(record.digest)).sealed_card is None
        with pytest.raises(TokenExpired):
            await vault.claim(made.token, CLAIM)
