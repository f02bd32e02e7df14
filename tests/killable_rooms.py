"""The network as four processes, one of which dies by SIGKILL at one exact commit of its own."""

import base64
import json
import re
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from typing import Any
from urllib.parse import urlencode, urlsplit

from sekisho.app.addresses import PEER_PORTS
from sekisho.app.docs.examples import LISTEN, PLACEHOLDERS, PUBLIC_PORT, example_text
from sekisho.kernel.brands import Brand
from sekisho.testkit.cards import sandbox_card
from sekisho.testkit.emv_network import purchase
from tests.kept_records import Kept
from tests.killable_house import CLOCK, FOLDER, Forked, Nursery, arm, drive_clock, trail
from tests.running_house import PortBlock

ROOMS = ("directory", "acs", "members", "server")
"""In the order in which they are started: a 3DS Server asks for card ranges at once."""
CARD = sandbox_card(Brand.VISA, "0072").digits
WITHIN_S = 30.0
POLL_S = 0.02
SEE_OTHER, BUSY = 303, 503
BROWSER = {"Content-Type": "application/x-www-form-urlencoded", "User-Agent": "Mozilla/5.0"}
DEAD = (ConnectionError, HTTPException, OSError)


def wait_for(condition: Callable[[], bool], what: str) -> None:
    """Look until something is so that another process brings about."""
    deadline = time.monotonic() + WITHIN_S
    while not condition():
        assert time.monotonic() < deadline, what
        time.sleep(POLL_S)


class KillableRooms:
    """Four rooms, each with its settings file and a folder in which it may be armed."""

    def __init__(self, folder: Path, nursery: Nursery) -> None:
        self.folder = folder
        self._nursery = nursery
        self._public, self._own = PortBlock(), PortBlock()
        self._processes: dict[str, Forked] = {}
        self._runs: dict[str, Path] = {}
        self._births = 0
        self._ahead_s = 0.0
        self.kept = Kept(folder, rooms=ROOMS)
        self.printed: list[bytes] = []
        for room in ROOMS:
            (folder / f"{room}.toml").write_text(self._moved(example_text(room)))

    def _moved(self, text: str) -> str:
        """Put an example's ports and databases where this machine has room for them."""
        ports = {str(PUBLIC_PORT + at): str(self._public.start + at) for at in range(7)}
        ports |= {
            str(port): str(self._own.start + port - min(LISTEN.values()))
            for port in LISTEN.values()
        }
        text = text.replace("/var/lib/sekisho", str(self.folder))
        return re.sub(r"(?<=:)\d{4}\b", lambda found: ports.get(found[0], found[0]), text)

    def start(self, *rooms: str) -> None:
        """Start rooms, one after the other, in a run of their own."""
        for room in rooms:
            self._births += 1
            run = self.folder / f"run-{self._births}"
            run.mkdir()
            environment = {FOLDER: str(run), CLOCK: str(self.folder / "clock")}
            arguments = ["serve", room, "--settings", str(self.folder / f"{room}.toml")]
            process = self._nursery.fork(arguments, environment, run / "printed")
            self._processes[room], self._runs[room] = process, run
            ready = threading.Event()
            threading.Thread(target=self._read, args=(process, room, ready), daemon=True).start()
            assert ready.wait(timeout=60), f"{room} does not start"
            assert self.lives(room), b"".join(self.printed[-20:]).decode()

    def _read(self, process: Forked, room: str, ready: threading.Event) -> None:
        assert process.stdout is not None
        for line in process.stdout:
            self.printed.append(line)
            if line == f"Ready: {room}\n".encode():
                ready.set()
        ready.set()

    def lives(self, room: str) -> bool:
        """Tell whether a room's process is there."""
        return self._processes[room].poll() is None

    def arm(self, room: str, *, at: int, side: str) -> None:
        """Let a room die at a commit from now."""
        arm(self._runs[room], at=at, side=side)

    def trail(self, room: str) -> list[str]:
        """Give what a room has kept since it was armed."""
        return trail(self._runs[room])

    def revive(self) -> bool:
        """Start again whoever is dead; tell whether anybody was."""
        dead = [room for room in ROOMS if not self.lives(room)]
        self.start(*dead)
        return bool(dead)

    def disarm(self, room: str) -> bool:
        """Have a room that will not die any more; tell whether it had died already."""
        died = self.revive()
        if not died:
            with suppress(ProcessLookupError):  # it may be dying at this very moment
                self._processes[room].send_signal(9)
            self._processes[room].wait(timeout=30)
            self.start(room)
        return died

    def close(self) -> None:
        """Leave no process behind."""
        for process in self._processes.values():
            with suppress(ProcessLookupError):
                process.send_signal(9)

    def call(
        self, room: str, method: str, path: str, body: bytes, headers: dict[str, str]
    ) -> tuple[int, str, dict[str, str]]:
        """Call a room's own port."""
        port = self._own.start + LISTEN[room] - min(LISTEN.values())
        connection = HTTPConnection("127.0.0.1", port, timeout=30)
        connection.request(method, path, body, headers)
        reply = connection.getresponse()
        return reply.status, reply.read().decode(), dict(reply.headers)

    def pass_time(self, seconds: float) -> None:
        """Put everybody's clock forward and let all that is due be done or tried."""
        self._ahead_s += seconds
        drive_clock(self.folder / "clock", self._ahead_s)
        wait_for(self._is_quiet, "something that is due is not done")

    def _is_quiet(self) -> bool:
        self.revive()  # one that was armed may die of an errand
        now = datetime.now(UTC) + timedelta(seconds=self._ahead_s)  # noqa: TID251  as the rooms do
        return all(errand.tries for errand in self.kept.overdue(now))


class Payer:
    """A payment provider and its buyer, who pass a challenge."""

    def __init__(self, rooms: KillableRooms, *, patient: bool) -> None:
        self._rooms = rooms
        self._patient = patient
        """Whether a request whose room died is sent again; else the buyer goes away for good."""
        self.trans_id = ""

    def pay(self) -> None:
        """Authenticate; come to whatever end it has."""
        prepared = self._prepared()
        self.trans_id = str(prepared["threeDSServerTransID"])
        question = purchase(
            acctNumber=CARD, threeDSServerTransID=self.trans_id, threeDSCompInd="N",
            messageVersion="2.2.0",  # 2.3.1 wants a purchaseDate of now
            threeDSRequestorID=None, threeDSRequestorName=None, threeDSRequestorURL=None,
        )  # fmt: skip
        answer = self._emv("/auth", question)
        if answer.get("transStatus") == "C":
            self._challenged(answer)

    def _prepared(self) -> dict[str, Any]:
        """Ask about the card; a 3DS Server that has just started may still be reading its ranges."""
        found: dict[str, Any] = {}

        def knows_the_card() -> bool:
            found.update(self._emv("/preauth", {"acctNumber": CARD}))
            return found["messageType"] == "CRD"

        wait_for(knows_the_card, "no card ranges come")
        return found

    def _challenged(self, answer: dict[str, Any]) -> None:
        creq = {
            "threeDSServerTransID": self.trans_id, "acsTransID": answer["acsTransID"],
            "messageType": "CReq", "messageVersion": answer["messageVersion"],
            "challengeWindowSize": "02",
        }  # fmt: skip
        encoded = base64.urlsafe_b64encode(json.dumps(creq).encode()).rstrip(b"=").decode()
        page = self._browse(urlsplit(answer["acsURL"]).path, {"creq": encoded})
        hidden = dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', page))
        wait_for(lambda: bool(self._codes()), "no code comes")
        self._browse("/acs/challenge/code", {**hidden, "code": self._codes()[-1]})

    def _codes(self) -> list[str]:
        _, text, _ = self._rooms.call("members", "GET", "/inbox.json?last4=0072", b"", {})
        newest_first = json.loads(text)["messages"]
        return re.findall(r"\b\d{6}\b", newest_first[0]["text"]) if newest_first else []

    def _emv(self, path: str, members: dict[str, Any]) -> dict[str, Any]:
        headers = {"APIKey": PLACEHOLDERS.api_key, "Content-Type": "application/json"}
        body = json.dumps(members).encode()
        status, text, _ = self._insist(
            lambda: self._rooms.call("server", "POST", path, body, headers)
        )
        assert status == 200, text
        found: dict[str, Any] = json.loads(text)
        return found

    def _browse(self, path: str, fields: dict[str, str]) -> str:
        """Send a form to the ACS and follow where it leads."""
        method, body = "POST", urlencode(fields).encode()
        for _ in range(4):
            here = (method, path, body)
            status, text, headers = self._insist(
                lambda here=here: self._rooms.call("acs", *here, BROWSER)  # type: ignore[misc]
            )
            if status != SEE_OTHER:
                return text
            method, path, body = "GET", urlsplit(headers["location"]).path, b""
        raise AssertionError("the ACS leads in circles")

    def _insist(
        self, call: Callable[[], tuple[int, str, dict[str, str]]]
    ) -> tuple[int, str, dict[str, str]]:
        """Send a request again whose room died meanwhile, or is still busy with it."""
        deadline = time.monotonic() + WITHIN_S
        while True:
            try:
                answer = call()
            except DEAD:
                if not self._patient:
                    raise
                assert time.monotonic() < deadline, "the room does not come back"
                if not self._rooms.revive():
                    time.sleep(POLL_S)
                continue
            if answer[0] != BUSY:
                return answer
            assert time.monotonic() < deadline, "it is never answered"
            time.sleep(POLL_S)


@contextmanager
def killable_rooms(folder: Path) -> Iterator[KillableRooms]:
    """The four rooms, up; none is left behind."""
    nursery = Nursery()
    rooms = KillableRooms(folder, nursery)
    try:
        rooms.start(*ROOMS)
        yield rooms
    finally:
        rooms.close()
        nursery.close()


__all__ = ["CARD", "DEAD", "PEER_PORTS", "ROOMS", "KillableRooms", "Payer", "killable_rooms"]
