"""`sekisho sdk pay` against a running house: the app channel through all three domains."""

import json
import subprocess
import sys
from typing import Any

import pytest

from sekisho.kernel.brands import Brand
from sekisho.testkit.cards import sandbox_card
from tests.running_house import RunningHouse

pytestmark = [pytest.mark.house, pytest.mark.xdist_group("house")]


def pay(house: RunningHouse, ending: str, *options: str) -> tuple[int, dict[str, Any]]:
    """Pay with a test card from the command line, as a program does."""
    card = sandbox_card(Brand.VISA, ending).digits
    command = [
        sys.executable, "-m", "sekisho.app", "sdk", "pay", "--data", str(house.data),
        "--card", card, "--amount", "14500", "--json", *options,
    ]  # fmt: skip
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
    assert done.stdout, done.stderr
    return done.returncode, json.loads(done.stdout)


@pytest.mark.parametrize("enc", ["gcm", "cbc"])
@pytest.mark.parametrize("version", ["2.1.0", "2.2.0"])
def test_a_code_from_the_inbox_pays_in_an_app(house: RunningHouse, version: str, enc: str) -> None:
    """A2, A4, F2: device data to the Directory Server, real keys, screens, and the RReq at the shop."""
    code, told = pay(
        house,
        "0072",
        "--version",
        version,
        "--enc",
        enc,
        "--answer",
        "000000",
        "--answer",
        ":inbox",
    )
    assert code == 0
    assert told["messageVersion"] == version
    assert [screen["acsUiType"] for screen in told["screens"]] == ["01", "01"]
    assert told["sdk"] == {"outcome": "completed", "transStatus": "Y"}
    assert told["result"]["transStatus"] == "Y"
    assert told["result"]["interactionCounter"] == "02"
    assert "acsURL" not in told["ares"]


def test_giving_up_in_an_app_pays_nothing(house: RunningHouse) -> None:
    """D3: the shop reads N and must not go on."""
    code, told = pay(house, "0072", "--answer", ":cancel")
    assert code == 1
    assert told["sdk"]["outcome"] == "cancelled"
    assert told["result"]["challengeCancel"] == "01"


def test_frictionless_in_an_app_shows_nothing(house: RunningHouse) -> None:
    """A3: no screen, no SDK session."""
    code, told = pay(house, "0003")
    assert code == 0
    assert told["transStatus"] == "Y"
    assert told["screens"] == []
    assert told["sdk"] is None


def test_a_device_in_japanese_is_spoken_to_in_japanese(house: RunningHouse) -> None:
    """B15: the locale that the Directory Server found in sdkEncData."""
    _, told = pay(house, "0072", "--locale", "ja-JP", "--answer", ":cancel")
    assert "ワンタイムパスワード" in told["screens"][0]["text"]


@pytest.mark.parametrize(("answer", "status"), [(":approve", "Y"), (":deny", "R")])
def test_the_banks_app_decides_a_payment_in_an_app(
    house: RunningHouse, answer: str, status: str
) -> None:
    """F2: out of band in the app channel: the number on the screen, the answer elsewhere, the return."""
    # The app's answer reaches the ACS a moment later: whoever comes back first comes back again.
    again = ["--answer", ":continue"] * 30
    code, told = pay(house, "0075", "--answer", answer, *again)
    assert {screen["acsUiType"] for screen in told["screens"]} == {"04"}
    assert told["result"]["transStatus"] == status
    assert code == (0 if status == "Y" else 1)


def test_a_password_and_a_toggle(house: RunningHouse) -> None:
    """B5, section 2.7: the web service's password; a shop trusted beside a code."""
    assert pay(house, "0073", "--answer", "wrong", "--answer", "hakone-1619")[0] == 0
    code, told = pay(house, "0088", "--answer", ":inbox +trust")
    assert code == 0
    assert "+trust" in told["screens"][0]["text"]
