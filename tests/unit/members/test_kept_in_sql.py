"""The bank on a real database: races, restarts, and what a stolen copy of the file would tell."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from sekisho.adapters.chance import SystemChance
from sekisho.adapters.keys import Mac, Seal
from sekisho.adapters.outbox import OutboxRunner
from sekisho.adapters.records import Records
from sekisho.adapters.sql import open_database
from sekisho.issuer.members import store
from sekisho.issuer.members.model import MessageChannel, SpentAuthentication
from sekisho.issuer.members.service import AuthorizationRequest, Keys, Members, Stores
from sekisho.kernel.brands import Brand
from sekisho.kernel.cards import Card, Expiry
from sekisho.kernel.errors import Conflict
from sekisho.kernel.money import Amount
from sekisho.kernel.secret import Secret
from sekisho.testkit.cards import sandbox_card
from tests.unit.members.conftest import light_checkers

Room = Any  # the fixture's class lives in conftest
CODE = "471"
REQUEST = AuthorizationRequest(
    authorization_id="a-0",
    card=Card(
        pan=sandbox_card(Brand.JCB, "0103"),
        expiry=Expiry(year=2030, month=12),
        security_code=Secret(CODE),
    ),
    amount=Amount(minor=300, currency="JPY"),
    merchant_id="998482157632",
    merchant_name="Sakura Books",
    merchant_category="5942",
    capture=True,
)


async def _crash(*_: Any) -> Any:
    raise KeyboardInterrupt


def _octets(folder: Path) -> bytes:
    """Everything in the folder: the database, its journal and whatever else lies there."""
    return b"".join(path.read_bytes() for path in folder.iterdir() if path.is_file())


@asynccontextmanager
async def _opened(room: Room, file: Path) -> AsyncIterator[tuple[Members, Stores, OutboxRunner]]:
    """Open the bank on this file as a process that starts does."""
    database = await open_database(
        f"sqlite://{file}", room="members", migrations=[store.MIGRATIONS]
    )

    async def perform(key: str, effect: object) -> None:
        await members.perform(key, effect)

    outbox = OutboxRunner(
        database, effects=store.EFFECTS, perform=perform, clock=room.clock, log=room.log
    )
    stores = Stores(
        cards=Records(database, store.CARDS, kick=outbox.kick),
        authorizations=Records(database, store.AUTHORIZATIONS, kick=outbox.kick),
        postings=Records(database, store.POSTINGS, kick=outbox.kick),
        spent=Records(database, store.SPENT, kick=outbox.kick),
        messages=Records(database, store.MESSAGES, kick=outbox.kick),
        factors=Records(database, store.FACTORS, kick=outbox.kick),
        prompts=Records(database, store.PROMPTS, kick=outbox.kick),
    )
    members = Members(
        replace(room.settings, credit_limits={"JPY": 1_000}),
        stores=stores,
        keys=Keys(seal=Seal(b"s" * 32), fingerprint=Mac(b"f" * 32), authentication_value={}),
        clock=room.clock,
        chance=SystemChance(),
        checkers=light_checkers(),
        outbox=outbox,
        log=room.log,
    )
    yield members, stores, outbox
    await database.close()


async def test_a_race_stays_within_the_limit_and_survives_a_restart(
    bank: Room, tmp_path: Path
) -> None:
    """Twenty purchases at once, reversals, a restart: the account adds up."""
    file = tmp_path / "members.db"
    async with _opened(bank, file) as (members, _, _):
        answers = await asyncio.gather(
            *(
                members.authorizations.authorize(replace(REQUEST, authorization_id=f"a-{number}"))
                for number in range(20)
            )
        )
        approved = [number for number, answer in enumerate(answers) if answer.approved]
        assert len(approved) == 3
        await members.authorizations.reverse(f"a-{approved[0]}", "test")
    async with _opened(bank, file) as (members, stores, _):
        repeated = replace(REQUEST, authorization_id=f"a-{approved[1]}")
        assert (await members.authorizations.authorize(repeated)) == answers[approved[1]]
        later = await members.authorizations.authorize(replace(REQUEST, authorization_id="later"))
        assert later.approved
        [newest] = await stores.postings.newest(limit=1)
        assert newest.balance_minor == 900


async def test_a_charge_left_by_a_crash_is_given_back_after_the_restart(
    bank: Room, tmp_path: Path
) -> None:
    """The process died between the account and the answer; the gateway reverses."""
    file = tmp_path / "members.db"
    async with _opened(bank, file) as (members, stores, _):
        stores.authorizations.advance = _crash
        with pytest.raises(KeyboardInterrupt):
            await members.authorizations.authorize(REQUEST)
        [charged] = await stores.postings.newest(limit=1)
        assert charged.balance_minor == 300
    async with _opened(bank, file) as (members, stores, _):
        await members.authorizations.reverse("a-0", "the gateway gave up")
        [newest] = await stores.postings.newest(limit=1)
        assert newest.balance_minor == 0


async def test_a_copy_of_the_file_holds_no_card_code_or_message(bank: Room, tmp_path: Path) -> None:
    """E1, B17: sealed or absent, in the database and beside it."""
    file = tmp_path / "members.db"
    async with _opened(bank, file) as (members, _, _):
        await members.authorizations.authorize(REQUEST)
        card = await members.cards.look_up(REQUEST.card.pan)
        await members.messages.deliver(
            card, message_id="m", channel=MessageChannel.SMS, text="Code 802319 canary"
        )
        octets = _octets(tmp_path)
    for secret in (REQUEST.card.pan.digits, "802319", "canary"):
        assert secret.encode() not in octets


async def test_messages_are_erased_by_the_outbox(bank: Room, tmp_path: Path) -> None:
    """The timer lies in the database with the message: a restart does not lose it."""
    file = tmp_path / "members.db"
    async with _opened(bank, file) as (members, _, _):
        card = await members.cards.look_up(REQUEST.card.pan)
        await members.messages.deliver(
            card, message_id="m", channel=MessageChannel.SMS, text="Code 1"
        )
    bank.clock.advance(timedelta(hours=24))
    async with _opened(bank, file) as (members, stores, outbox):
        await outbox.flush("m")
        assert (await stores.messages.get("m")).sealed_text is None


async def test_one_authentication_is_spent_once_by_racing_authorizations(
    bank: Room, tmp_path: Path
) -> None:
    """The database's own uniqueness decides who was first."""
    async with _opened(bank, tmp_path / "members.db") as (_, stores, _):

        async def spend(number: int) -> bool:
            spent = SpentAuthentication(
                ds_trans_id="d", authorization_id=str(number), at=bank.clock.now()
            )
            try:
                await stores.spent.add(spent)
            except Conflict:
                return False
            return True

        assert sum(await asyncio.gather(*(spend(number) for number in range(10)))) == 1
