"""`sekisho serve ROOM`: the house as eight processes, each told everything by its own file."""

import base64
import json
import re
import signal
import ssl
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from pathlib import Path
from typing import Any
from urllib.parse import urlencode, urlsplit

import pytest

from sekisho.adapters.keys import Keyring
from sekisho.app.addresses import PEER_PORTS
from sekisho.app.docs.examples import LISTEN, PLACEHOLDERS, PUBLIC_PORT, example_text
from sekisho.app.settings import ROOM_SETTINGS
from sekisho.kernel.brands import Brand
from sekisho.testkit.cards import sandbox_card
from sekisho.testkit.samples import areq
from tests.killable_rooms import wait_for
from tests.running_house import PortBlock

pytestmark = [pytest.mark.house, pytest.mark.xdist_group("house")]

NETWORK_FIRST = (
    "directory",
    "acs",
    "members",
    "vault",
    "ledger",
    "server",
    "gateway",
    "storefront",
)
"""A 3DS Server asks for card ranges when it starts: whoever answers should be there."""


SEE_OTHER = 303
BROWSER = {"Content-Type": "application/x-www-form-urlencoded", "User-Agent": "Mozilla/5.0"}


class RunningRoom:
    """One room as a process of its own."""

    def __init__(self, name: str, settings: Path) -> None:
        self.name = name
        self.process = subprocess.Popen(
            [sys.executable, "-u", "-m", "sekisho.app", "serve", name, "--settings", str(settings)],
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
        )  # fmt: skip
        self.lines: list[str] = []
        self._ready = threading.Event()
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self.lines.append(line)
            if line == f"Ready: {self.name}\n":
                self._ready.set()
        self._ready.set()

    def wait_until_ready(self) -> None:
        """Wait for the word that the room serves."""
        assert self._ready.wait(timeout=90)
        assert f"Ready: {self.name}\n" in self.lines, "".join(self.lines)

    def interrupt(self) -> None:
        """Ask the process to end, as Ctrl-C does."""
        self.process.send_signal(signal.SIGINT)


class EightRooms:
    """The rooms of a house, started from the example files with free ports and one key folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._public, self._own = PortBlock(), PortBlock()
        self.rooms: dict[str, RunningRoom] = {}
        for name in ROOM_SETTINGS:
            (folder / f"{name}.toml").write_text(self._moved(example_text(name)))

    def _moved(self, text: str) -> str:
        """Put an example's ports and databases where this machine has room for them."""
        ports = {str(PUBLIC_PORT + at): str(self._public.start + at) for at in range(7)}
        ports |= {str(port): str(self.port(room)) for room, port in LISTEN.items()}
        text = text.replace("/var/lib/sekisho", str(self.folder))
        return re.sub(r"(?<=:)\d{4}\b", lambda found: ports.get(found[0], found[0]), text)

    def port(self, room: str) -> int:
        """The room's port for browsers and programs."""
        return self._own.start + LISTEN[room] - min(LISTEN.values())

    def peer_port(self, room: str) -> int:
        """The room's mutual-TLS port."""
        return self._public.start + PEER_PORTS[room]

    def start(self) -> None:
        """Start all rooms, those that others ask at their start first."""
        for name in NETWORK_FIRST:
            self.rooms[name] = RunningRoom(name, self.folder / f"{name}.toml")
            if name == "members":
                for room in self.rooms.values():
                    room.wait_until_ready()
        for room in self.rooms.values():
            room.wait_until_ready()

    def call(
        self, room: str, method: str, path: str, body: bytes = b"", headers: dict[str, str] | None = None
    ) -> tuple[int, Any]:  # fmt: skip
        """Call a room's own port; give status and JSON."""
        connection = HTTPConnection("127.0.0.1", self.port(room), timeout=30)
        connection.request(method, path, body, headers or {})
        reply = connection.getresponse()
        content = reply.read()
        is_json = reply.getheader("Content-Type", "").startswith("application/json")
        return reply.status, json.loads(content) if is_json else content.decode()


@contextmanager
def eight_rooms(folder: Path) -> Iterator[EightRooms]:
    """The house as eight processes; whatever happens, none is left behind."""
    rooms = EightRooms(folder)
    with none_left_behind(rooms):
        rooms.start()
        yield rooms


@contextmanager
def none_left_behind(rooms: EightRooms) -> Iterator[None]:
    """End every process that was started."""
    try:
        yield
    finally:
        for room in rooms.rooms.values():
            room.process.kill()
            room.process.wait(timeout=30)


@pytest.fixture(scope="module")
def rooms(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EightRooms]:
    """Eight processes that several tests share."""
    with eight_rooms(tmp_path_factory.mktemp("rooms")) as running:
        yield running


def emv(rooms: EightRooms, path: str, members: dict[str, Any]) -> dict[str, Any]:
    """Call the raw EMV API as the payment provider of the example file."""
    headers = {"APIKey": PLACEHOLDERS.api_key, "Content-Type": "application/json"}
    status, answer = rooms.call("server", "POST", path, json.dumps(members).encode(), headers)
    assert status == 200, answer
    assert isinstance(answer, dict)
    return answer


def test_a_challenge_walks_through_four_processes(rooms: EightRooms) -> None:
    """F7, A4: server, directory, ACS and bank, each from its own file, over mutual TLS."""
    _, result = challenged(rooms)
    assert result["authenticationValue"]


def test_a_room_by_itself_knows_no_mischief(rooms: EightRooms) -> None:
    """F1: what the sandbox can be asked for by header is not built into `sekisho serve`."""
    card = sandbox_card(Brand.VISA, "0003").digits
    prepared_for(rooms, card)
    question = areq(
        acctNumber=card, threeDSServerTransID=None, threeDSCompInd="U",
        threeDSServerRefNumber=None, threeDSServerURL=None,
        threeDSRequestorID=None, threeDSRequestorName=None, threeDSRequestorURL=None,
    )  # fmt: skip
    members = {name: value for name, value in question.items() if value is not None}
    headers = {"APIKey": PLACEHOLDERS.api_key, "X-Sekisho-Mischief": "acs=truncated"}
    status, answer = rooms.call("server", "POST", "/auth", json.dumps(members).encode(), headers)
    assert (status, answer["messageType"]) == (200, "ARes"), answer


def prepared_for(rooms: EightRooms, card: str) -> dict[str, Any]:
    """Ask about a card; a 3DS Server that has just started may still be reading its ranges."""
    found: dict[str, Any] = {}

    def knows_the_card() -> bool:
        found.clear()
        found.update(emv(rooms, "/preauth", {"acctNumber": card}))
        return found["messageType"] == "CRD"

    wait_for(knows_the_card, "no card ranges come")
    return found


def challenged(rooms: EightRooms) -> tuple[dict[str, Any], dict[str, Any]]:
    """Pass a challenge; give what was asked for, and the result that the server was told."""
    card = sandbox_card(Brand.VISA, "0072").digits
    prepared = prepared_for(rooms, card)
    assert prepared["threeDSMethodURL"].endswith("/acs/method"), prepared
    named = {"threeDSServerTransID": prepared["threeDSServerTransID"]}
    question = areq(
        **named, acctNumber=card, threeDSCompInd="N",
        threeDSServerRefNumber=None, threeDSServerURL=None,
        threeDSRequestorID=None, threeDSRequestorName=None, threeDSRequestorURL=None,
    )  # fmt: skip
    answer = emv(rooms, "/auth", question)
    assert (answer["messageType"], answer.get("transStatus")) == ("ARes", "C"), answer
    asked = {
        **named, "acsTransID": answer["acsTransID"], "messageType": "CReq",
        "messageVersion": answer["messageVersion"], "challengeWindowSize": "02",
    }  # fmt: skip
    page = form(rooms, urlsplit(answer["acsURL"]).path, {"creq": encoded(asked)})
    kept = dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', page))
    _, inbox = rooms.call("members", "GET", "/inbox.json?last4=0072")
    code = re.findall(r"\b\d{6}\b", inbox["messages"][0]["text"])[0]
    assert 'name="cres"' in form(rooms, "/acs/challenge/code", {**kept, "code": code})
    result = emv(rooms, "/postauth", named)
    assert (result["messageType"], result.get("transStatus")) == ("RReq", "Y"), result
    return question, result


def form(rooms: EightRooms, path: str, fields: dict[str, str]) -> str:
    """Send a form to the ACS and follow where it leads, as a browser behind the proxy would."""
    method, body, headers = "POST", urlencode(fields).encode(), dict(BROWSER)
    for _ in range(3):
        connection = HTTPConnection("127.0.0.1", rooms.port("acs"), timeout=30)
        connection.request(method, path, body, headers)
        reply = connection.getresponse()
        text = reply.read().decode()
        if reply.status != SEE_OTHER:
            assert reply.status == 200, text
            return text
        method, path, body = "GET", urlsplit(reply.headers["Location"]).path, b""
    raise AssertionError("the ACS leads in circles")


def encoded(members: dict[str, Any]) -> str:
    """Write base64url JSON as browsers carry it."""
    return base64.urlsafe_b64encode(json.dumps(members).encode()).rstrip(b"=").decode()


def test_a_payment_walks_through_three_processes(rooms: EightRooms) -> None:
    """F7, C1: gateway, vault and bank: the card goes to the vault, the bank reserves the amount."""
    pair = f"{PLACEHOLDERS.client_id}:{PLACEHOLDERS.client_secret}".encode()
    form = {
        "Authorization": f"Basic {base64.b64encode(pair).decode()}",
        "Content-Type": "application/x-www-form-urlencoded",
    }
    status, granted = rooms.call(
        "gateway", "POST", "/oauth2/token", b"grant_type=client_credentials", form
    )
    assert status == 200, granted
    headers = {
        "Authorization": f"Bearer {granted['access_token']}",
        "Merchant-Id": PLACEHOLDERS.merchant_id,
        "Request-Id": "first",
        "Content-Type": "application/json",
    }
    body = json.dumps(payment_body()).encode()
    status, made = rooms.call("gateway", "POST", "/api/v2/payments", body, headers)
    assert status == 200, made
    assert (status, made["responseStatus"], made["transactionState"]) == (
        200,
        "SUCCESS",
        "AUTHORIZED",
    )


def payment_body() -> dict[str, Any]:
    """A payment by card without 3-D Secure: straight to the bank."""
    return {
        "captureMethod": "MANUAL",
        "amount": 1620,
        "currency": "JPY",
        "merchant": {"merchantSoftware": {"companyName": "Toge Chaya", "productName": "Cart"}},
        "paymentMethodType": {
            "card": {
                "accountNumber": sandbox_card(Brand.VISA, "0003").digits,
                "expiry": {"month": 12, "year": 2034},
                "securityCode": "123",
            }
        },
    }


@pytest.mark.parametrize("room", LISTEN)
def test_a_room_shows_its_site_under_its_mount(rooms: EightRooms, room: str) -> None:
    """F7: behind a proxy the room answers under the proxy's path, and nowhere else."""
    mount = {"ledger": "/ledger", "vault": "/vault", "acs": "/acs"}.get(room, "")
    shown = {"ledger": "/sign-in", "vault": "/js/sekisho.1.js", "members": "/", "storefront": "/"}
    shown |= {"gateway": "/api/v2/healthcheck/payments"}
    if room in shown:
        assert rooms.call(room, "GET", mount + shown[room])[0] == 200
    status, _ = rooms.call(room, "GET", f"{mount}/no-such-page")
    assert status == 404
    if mount:
        assert rooms.call(room, "GET", "/")[0] == 404


@pytest.mark.parametrize("room", PEER_PORTS)
def test_a_rooms_port_knows_its_callers(rooms: EightRooms, room: str) -> None:
    """A4: a certificate of the shared authority opens the port; no certificate does not."""
    keyring = Keyring(rooms.folder / "keys")
    connection = HTTPSConnection(
        "localhost", rooms.peer_port(room), context=keyring.client_tls("gateway"), timeout=30
    )
    connection.request("GET", "/no-such-page")
    assert connection.getresponse().status == 404
    bare = ssl.create_default_context(cafile=str(keyring.authority_file))
    connection = HTTPSConnection("localhost", rooms.peer_port(room), context=bare, timeout=30)
    with pytest.raises((ssl.SSLError, ConnectionError, HTTPException)):
        connection.request("GET", "/no-such-page")
        connection.getresponse().read()


def test_every_room_stops_cleanly(tmp_path: Path) -> None:
    """F7: Ctrl-C ends each of the eight with status 0 and without a trace."""
    with eight_rooms(tmp_path) as running:
        for room in running.rooms.values():
            room.interrupt()
        for room in running.rooms.values():
            assert (room.name, room.process.wait(timeout=30)) == (room.name, 0)
            assert "Traceback" not in "".join(room.lines), "".join(room.lines)


def test_a_faulty_file_ends_the_start_in_one_line(tmp_path: Path) -> None:
    """F7: the person at the keyboard reads what to mend, not a stack trace."""
    path = tmp_path / "vault.toml"
    path.write_text(example_text("vault").replace("site_origin", "sight_origin"))
    ended = subprocess.run(
        [sys.executable, "-m", "sekisho.app", "serve", "vault", "--settings", str(path)],
        capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert ended.returncode == 1
    assert "sight_origin" in ended.stderr
    assert ended.stderr.count("\n") == 1
