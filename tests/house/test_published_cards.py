"""Test-card numbers that others have printed do here what they do there."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import pytest

from tests.foreign_payer import Foreigner, a_foreigner, authenticate
from tests.running_house import RunningHouse

pytestmark = [pytest.mark.house, pytest.mark.xdist_group("house")]

VECTORS: Final = Path(__file__).parents[3] / "shared" / "protocol" / "vectors.json"


def published() -> list[dict[str, Any]]:
    """Numbers by the rule of 3dsecure.io that pass the Luhn check: the others no shop would take."""
    assert VECTORS.is_file(), f"the test vectors must lie beside the working copy: {VECTORS.name}"
    listed: list[dict[str, Any]] = json.loads(VECTORS.read_text())["test_cards"]
    return [
        card for card in listed if "3dsecure.io" in card["provider"] and card.get("luhn_ok") is True
    ]


PUBLISHED: Final = published()


@pytest.fixture
def foreigner(house: RunningHouse) -> Iterator[Foreigner]:
    """A payment provider with keys and addresses from the document."""
    with a_foreigner(house) as running:
        yield running


@pytest.mark.parametrize("card", PUBLISHED, ids=[card["pan"] for card in PUBLISHED])
def test_a_published_number_has_its_published_outcome(
    foreigner: Foreigner, card: dict[str, Any]
) -> None:
    """F4, C9: through the whole network, with the scheme's ECI."""
    expected = card["expected"]
    _, ares = authenticate(foreigner, card["pan"])
    assert ares["transStatus"] == expected["ares"], ares
    if card["brand"] == "mastercard" and "eci" in expected:
        assert ares["eci"] == "02", "the source prints Visa's value for every brand"
    elif "eci" in expected:
        assert ares["eci"] == expected["eci"]


def test_numbers_are_there_to_be_tested() -> None:
    """F4: the list has not gone missing."""
    assert len(PUBLISHED) == 10
