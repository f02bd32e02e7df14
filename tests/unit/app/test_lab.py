"""The lab's own pages and controls."""

import json
from datetime import timedelta

import pytest
from litestar.testing import TestClient

from sekisho.adapters.clock import SandboxClock
from sekisho.app.addresses import Addresses
from sekisho.app.lab import ADVANCE_S_MAX, lab_site
from sekisho.testkit.translations import untranslated

AT = Addresses(8080)


def lab(clock: SandboxClock) -> TestClient:  # type: ignore[type-arg]  # of the lab's own app
    return TestClient(lab_site([], clock, AT))


def test_the_clock_goes_forward_by_whole_seconds() -> None:
    """F4: nobody waits ten minutes for a time-out."""
    clock = SandboxClock(None)
    with lab(clock) as client:
        assert client.post("/clock", json={"advance_s": 600}).json()["ahead_s"] == 600
        assert client.get("/clock").json()["ahead_s"] == 600
    assert clock.offset == timedelta(minutes=10)


@pytest.mark.parametrize("asked", [-1, 1.5, "600", None, True, ADVANCE_S_MAX + 1])
def test_the_clock_refuses_what_is_no_step_forward(asked: object) -> None:
    """What has happened must not lie in the future."""
    clock = SandboxClock(None)
    with lab(clock) as client:
        assert client.post("/clock", json={"advance_s": asked}).status_code == 400
    assert clock.offset == timedelta()


def test_another_sites_page_cannot_move_the_clock() -> None:
    """Attack 17: a page that the tester happens to visit has no say here."""
    clock = SandboxClock(None)
    with lab(clock) as client:
        foreign = client.post(
            "/clock", json={"advance_s": 600}, headers={"Origin": "https://evil.example"}
        )
        form = client.post(
            "/clock", content=json.dumps({"advance_s": 600}), headers={"Content-Type": "text/plain"}
        )
    assert foreign.status_code == 400
    assert form.status_code >= 400
    assert clock.offset == timedelta()


@pytest.mark.parametrize("language", ["ja", "en"])
def test_the_front_page_shows_cards_and_addresses(language: str) -> None:
    """F4, B15: the way to the first purchase, in both languages."""
    with lab(SandboxClock(None)) as client:
        page = client.get(f"/?lang={language}")
    assert page.status_code == 200
    assert "0072" in page.text
    assert AT.site("shop") in page.text


def test_every_text_of_the_lab_is_in_japanese() -> None:
    """B15: Japanese and English throughout."""
    found = untranslated("sekisho.app")
    assert not found.missing
    assert not found.stale
