"""`sekisho up --database`: the whole house on one PostgreSQL database."""

from collections.abc import Iterator
from pathlib import Path

import asyncpg
import pytest

from sekisho.app.settings import ROOM_SETTINGS
from sekisho.kernel.brands import Brand
from sekisho.testkit.cards import sandbox_card
from tests.foreign_client import PaymentProgram
from tests.postgresql import Cluster, throw_away_cluster
from tests.running_house import RunningHouse, a_house

pytestmark = [
    pytest.mark.house,
    pytest.mark.postgresql,
    pytest.mark.xdist_group("house"),
]


@pytest.fixture(scope="module")
def cluster() -> Iterator[Cluster]:
    """A server of our own, thrown away afterwards."""
    with throw_away_cluster() as running:
        yield running


@pytest.fixture(scope="module")
def house(cluster: Cluster, tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningHouse]:
    """A house whose every room keeps its records there."""
    with a_house(tmp_path_factory.mktemp("house"), "--database", cluster.address()) as running:
        yield running


def paid(house: RunningHouse) -> dict[str, object]:
    """Pay with a card, straight to the bank."""
    program = PaymentProgram(house.credentials())
    body = {
        "captureMethod": "NOW",
        "amount": 14500,
        "currency": "JPY",
        "merchant": {"merchantSoftware": {"companyName": "Toge Chaya", "productName": "Cart"}},
        "paymentMethodType": {
            "card": {
                "accountNumber": sandbox_card(Brand.JCB, "0003").digits,
                "expiry": {"month": 12, "year": 2034},
                "securityCode": "123",
            }
        },
    }
    status, made = program.call("POST", "/payments", body, request_id="one-purchase")
    assert status == 200, made
    return made


async def test_a_purchase_is_kept_in_a_schema_a_room(house: RunningHouse, cluster: Cluster) -> None:
    """F7: gateway, vault and bank keep their own records, in one database and apart."""
    assert house.json("/lab/healthz")["status"] == "ok"
    made = paid(house)
    assert (made["responseStatus"], made["transactionState"]) == ("SUCCESS", "CLOSED")
    connection = await asyncpg.connect(cluster.address())
    try:
        rows = await connection.fetch(
            "SELECT DISTINCT table_schema FROM information_schema.tables"
            " WHERE table_schema NOT IN ('information_schema', 'pg_catalog')"
        )
        payments = await connection.fetchval("SELECT count(*) FROM gateway.payment")
        postings = await connection.fetchval("SELECT count(*) FROM members.posting")
    finally:
        await connection.close()
    assert {row["table_schema"] for row in rows} == set(ROOM_SETTINGS)
    assert (payments, postings) == (1, 1)


def test_a_restart_finds_the_purchase(house: RunningHouse) -> None:
    """F7: what was paid is paid, and the same request is not paid twice."""
    before = paid(house)
    assert house.stop() == 0
    assert "Traceback" not in house.log()
    house.start()
    assert paid(house)["transactionId"] == before["transactionId"]


def test_no_database_file_is_left_beside_it(house: RunningHouse) -> None:
    """The data folder holds keys, credentials and the clock; records are elsewhere."""
    assert not list(Path(house.data).glob("*.db"))
