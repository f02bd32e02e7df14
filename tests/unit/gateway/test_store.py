"""The gateway over a real database: what is kept survives a restart at any point of a payment."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path

import pytest

from sekisho.acquirer import gateway
from sekisho.acquirer.gateway.flow import EFFECTS
from sekisho.acquirer.gateway.model import State
from sekisho.acquirer.gateway.store import PAYMENTS, SLOTS
from sekisho.adapters.outbox import OutboxRunner
from sekisho.adapters.records import Records
from sekisho.adapters.sql import open_database
from sekisho.kernel.errors import Conflict
from tests.unit.gateway.browser import Browser, decoded, inputs
from tests.unit.gateway.scenes import World, asked, straight

MIGRATIONS = Path(gateway.__file__).parent / "migrations"


@asynccontextmanager
async def running(world: World, folder: Path) -> AsyncIterator[Browser]:
    """A gateway process: its end is abrupt, nothing is wound up but the file."""
    database = await open_database(
        f"sqlite:///{folder}/gateway.db", room="gateway", migrations=[MIGRATIONS]
    )
    world.outbox = OutboxRunner(  # type: ignore[assignment]  # the real one in place of the memory's
        database, effects=EFFECTS, perform=world.perform, clock=world.clock, log=world.log
    )
    kick = world.outbox.kick  # type: ignore[attr-defined]  # see above
    world.payments = Records(database, PAYMENTS, kick=kick)  # type: ignore[assignment]  # see above
    world.slots = Records(database, SLOTS, kick=kick)  # type: ignore[assignment]  # see above
    world.service = world.started()
    try:
        yield Browser(world)
    finally:
        await database.close()


async def test_a_payment_survives_a_restart_at_every_step(tmp_path: Path) -> None:
    """F7: opened by one process, challenged by the next, authorized by a third."""
    world = World()
    async with running(world, tmp_path) as browser:
        made = await browser.pay(asked("0072"))
    async with running(world, tmp_path) as browser:
        method = await browser.open(made)
    async with running(world, tmp_path) as browser:
        challenge = await browser.press(method)
        trans_id = decoded(inputs(challenge)["creq"])["threeDSServerTransID"]
    world.server.finish(trans_id, "Y")
    async with running(world, tmp_path):
        world.clock.advance(timedelta(seconds=30))
        await world.outbox.flush(made["transactionId"])
        assert (await world.only()).state is State.CLOSED
    async with running(world, tmp_path) as browser:
        again = await browser.api("POST", "/payments", asked("0072"))
        assert again.json() == made
    assert len(world.bank.answers) == 1


async def test_a_process_that_dies_between_the_bank_and_its_own_disk_asks_again(
    tmp_path: Path,
) -> None:
    """The bank has acted and we never heard: the next process asks with the same id."""
    world = World()
    world.bank.lose_answers = True
    async with running(world, tmp_path) as browser:
        made = await browser.pay(straight())
        assert made["responseCode"] == "AUTHORIZATION_PENDING"
    world.bank.lose_answers = False
    async with running(world, tmp_path) as browser:
        world.clock.advance(timedelta(minutes=3))
        await world.outbox.flush(made["transactionId"])
        await world.outbox.flush(made["transactionId"])
        read = (await browser.api("GET", f"/payments/{made['transactionId']}")).json()
    # Its time is over by now: whatever the bank holds is given back.
    assert read["transactionState"] == "ERROR"
    assert world.bank.holding == set()
    assert len(world.bank.answers) == 1


async def test_a_timer_that_is_due_overtakes_an_authorization_without_an_answer(
    tmp_path: Path,
) -> None:
    """The outbox keeps order: were the timer kept later, a silent bank would hold it back."""
    world = World()
    world.bank.unreachable = True
    async with running(world, tmp_path) as browser:
        made = await browser.pay(straight())
        for _ in range(12):
            world.clock.advance(timedelta(seconds=11))
            await world.outbox.flush(made["transactionId"])
        assert (await world.only()).state is State.REVERSING
        world.bank.unreachable = False
        for _ in range(12):
            world.clock.advance(timedelta(seconds=30))
            await world.outbox.flush(made["transactionId"])
        assert (await world.only()).state is State.ERROR
    assert world.bank.holding == set()


async def test_a_request_slot_is_taken_once(tmp_path: Path) -> None:
    """The database, not the process, decides who was first."""
    world = World()
    async with running(world, tmp_path) as browser:
        await browser.pay(straight())
        slot = await world.slots.get(f"{world.merchant.merchant_id}:r-1")
        with pytest.raises(Conflict):
            await world.slots.add(slot)
