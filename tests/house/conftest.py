"""One house for the tests that only ask it things."""

from collections.abc import Iterator

import pytest

from tests.running_house import RunningHouse, a_house


@pytest.fixture(scope="session")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningHouse]:
    """A house that several tests share: they must leave it as they found it."""
    with a_house(tmp_path_factory.mktemp("house")) as running:
        yield running
