"""The bank's rooms and the Directory Server with their working keys in a PKCS#11 token."""

import json
from http.client import HTTPSConnection
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from sekisho.adapters.keys import Keyring
from sekisho.adapters.keystores import ROOM_KEYS
from sekisho.app.cli import main
from sekisho.kernel.brands import Brand
from sekisho.testkit.cards import sandbox_card
from tests.house.test_serve import EightRooms, challenged, none_left_behind
from tests.softhsm import PIN, make_token, module_path, softhsm

pytestmark = [pytest.mark.house, pytest.mark.hsm, pytest.mark.xdist_group("house")]

TABLE = """
[pkcs11]
module = "{module}"
token = "bank"
pin_variable = "SEKISHO_TOKEN_PIN"
"""


def keys(action: str, room: str, folder: Path) -> str:
    """Run `sekisho keys`."""
    file = str(folder / f"{room}.toml")
    done = CliRunner().invoke(main, ["keys", action, room, "--settings", file])
    assert done.exit_code == 0, done.output
    return done.output


def authorized(
    rooms: EightRooms, question: dict[str, Any], result: dict[str, Any]
) -> dict[str, str]:
    """Ask the bank for credit as the gateway does, with what the challenge earned."""
    body = {
        "authorizationId": "a-1", "acctNumber": sandbox_card(Brand.VISA, "0072").digits,
        "expiry": "3412", "securityCode": "123",
        "amount": {"minor": int(question["purchaseAmount"]), "currency": "JPY"},
        "merchantId": question["acquirerMerchantID"], "merchantName": "Sakura Books", "mcc": "5942",
        "capture": False, "eci": "05", "authenticationValue": result["authenticationValue"],
        "dsTransID": result["dsTransID"],
    }  # fmt: skip
    tls = Keyring(rooms.folder / "keys").client_tls("gateway")
    connection = HTTPSConnection("localhost", rooms.peer_port("members"), context=tls, timeout=30)
    headers = {"Content-Type": "application/json"}
    connection.request("POST", "/authorizations", json.dumps(body), headers)
    answer: dict[str, str] = json.loads(connection.getresponse().read())
    return answer


def test_what_the_acs_makes_in_the_token_the_bank_verifies_in_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A3: two processes, one token, no key in any file of theirs."""
    monkeypatch.setenv("SEKISHO_TOKEN_PIN", PIN)
    rooms = EightRooms(tmp_path)
    with softhsm(tmp_path) as tokens, none_left_behind(rooms):
        make_token(tokens, "bank")
        for room in ROOM_KEYS:
            with (tmp_path / f"{room}.toml").open("a") as file:
                file.write(TABLE.format(module=module_path()))
            keys("make", room, tmp_path)
        rooms.start()
        question, result = challenged(rooms)
        answer = authorized(rooms, question, result)
    assert question["purchaseCurrency"] == "392"
    assert answer["authenticationValueResult"] == "2", answer
    assert list((tmp_path / "keys").glob("working/*")) == []
    assert PIN not in "".join(line for room in rooms.rooms.values() for line in room.lines)
