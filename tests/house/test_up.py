"""`sekisho up` as a person and a program meet it."""

import json
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from sekisho.kernel.cards import Pan
from tests.running_house import RunningHouse, a_house

pytestmark = [pytest.mark.house, pytest.mark.xdist_group("house")]

ROOMS = {"storefront", "ledger", "gateway", "vault", "server", "directory", "acs", "members"}


def test_the_lab_tells_the_state_of_every_room(house: RunningHouse) -> None:
    """F7: one address says whether the whole house is well."""
    health = house.json("/lab/healthz")
    assert health["status"] == "ok"
    assert set(health["rooms"]) == ROOMS
    assert all(room["status"] == "ok" for room in health["rooms"].values())


def test_up_prints_addresses_and_test_cards_that_pass_the_luhn_check(house: RunningHouse) -> None:
    """F4: a person sees at once where to go and with which card."""
    printed = house.log()
    for site in ("shop", "pay", "bank", "lab"):
        assert f"http://{site}.localhost:{house.port}" in printed
    numbers = [word for word in printed.split() if word.isdigit() and len(word) >= 13]
    brands = {Pan(number).brand for number in numbers}
    assert len(brands) == 8, "every brand of C9 has a card in the table"


def test_the_sandbox_document_has_what_a_foreign_client_needs(house: RunningHouse) -> None:
    """F4: addresses and keys in one JSON document, all on plain localhost."""
    document = house.credentials()
    assert set(document["threeds_server"]) >= {"base_url", "api_key"}
    assert set(document["gateway"]) >= {
        "base_url", "token_url", "client_id", "client_secret", "merchant_id", "publishable_key",
    }  # fmt: skip
    assert document["gateway"]["token_url"].startswith(f"http://localhost:{house.port}/pay/")
    assert document["threeds_server"]["base_url"] == f"http://localhost:{house.port}/3dss"
    for part in ("shop", "bank", "lab"):
        assert document[part]["base_url"].startswith("http://")


def test_a_taken_port_is_said_in_one_line(house: RunningHouse, tmp_path: Path) -> None:
    """F7: a second house on the same port ends with one line, not a stack trace."""
    second = subprocess.run(
        [sys.executable, "-m", "sekisho.app", "up", "--port", str(house.port), "--data", str(tmp_path)],
        capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert second.returncode == 1
    assert second.stderr.startswith("sekisho: ")
    assert second.stderr.count("\n") == 1
    assert str(house.port) in second.stderr
    assert not second.stdout


def test_two_houses_do_not_share_one_data_folder(house: RunningHouse) -> None:
    """F7: two writers on one set of databases would be two truths; the first is not disturbed."""
    before = house.credentials()
    second = subprocess.run(
        [sys.executable, "-m", "sekisho.app", "up", "--port", str(house.port + 100),
         "--data", str(house.data)],
        capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert second.returncode == 1
    assert second.stderr.startswith("sekisho: ")
    assert second.stderr.count("\n") == 1
    assert str(house.data) in second.stderr
    assert not second.stdout
    assert house.credentials() == before


def test_the_house_stops_cleanly_and_starts_again_with_the_same_keys(tmp_path: Path) -> None:
    """F7: Ctrl-C loses nothing: credentials and health are as before."""
    with a_house(tmp_path) as house:
        before = house.credentials()
        assert house.stop() == 0
        assert "Traceback" not in house.log()
        house.start()
        assert house.credentials() == before
        assert house.json("/lab/healthz")["status"] == "ok"


def test_the_house_listens_on_loopback_only(house: RunningHouse) -> None:
    """A sandbox is nobody else's business."""
    outward = [
        address[4][0]
        for address in socket.getaddrinfo(socket.gethostname(), None, socket.AF_INET)
        if not str(address[4][0]).startswith("127.")
    ]
    for host in outward:
        with socket.socket() as probe:
            probe.settimeout(2)
            assert probe.connect_ex((str(host), house.port)) != 0


def test_cards_are_printed_for_programs_too() -> None:
    """F4: the whole table as JSON, every number valid."""
    printed = subprocess.run(
        [sys.executable, "-m", "sekisho.app", "cards", "--json", "--all"],
        capture_output=True, text=True, check=True,
    ).stdout  # fmt: skip
    rows = json.loads(printed)
    assert len(rows) == 3800
    assert all(Pan(row["number"]).brand for row in rows)
