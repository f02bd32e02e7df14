"""The three kinds of store that the contract is held against."""

from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack
from pathlib import Path

import pytest

from tests.contract.parcels import Opener, Parcels, in_memory, in_sql
from tests.postgresql import Cluster, throw_away_cluster

KINDS = [
    "memory",
    "sqlite",
    pytest.param("postgresql", marks=pytest.mark.postgresql),
]


@pytest.fixture(scope="session")
def postgresql_cluster() -> Iterator[Cluster]:
    """One server for the whole run; every test has a schema or a database of its own in it."""
    with throw_away_cluster() as cluster:
        yield cluster


@pytest.fixture(params=KINDS)
def kind(request: pytest.FixtureRequest) -> str:
    """Name the kind of store."""
    return str(request.param)


@pytest.fixture
def opener(kind: str, request: pytest.FixtureRequest, tmp_path: Path) -> Opener:
    """Give what opens fresh stores of that kind."""
    if kind == "memory":
        return in_memory()
    if kind == "sqlite":
        return in_sql(lambda number: f"sqlite://{tmp_path}/{number}.db")
    cluster: Cluster = request.getfixturevalue("postgresql_cluster")
    return in_sql(lambda _: cluster.address())


@pytest.fixture
async def parcels(opener: Opener) -> AsyncIterator[Parcels]:
    """Open a fresh store of parcels with its outbox."""
    async with AsyncExitStack() as stack:
        yield await stack.enter_async_context(opener())
