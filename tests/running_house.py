"""A house of its own for tests: `sekisho up` as a real process that can be killed and started again."""

import contextlib
import fcntl
import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any, Protocol

PORTS_IN_A_ROW = 7
READY = b"Ready"


class Process(Protocol):
    """What a house needs of its process; `subprocess.Popen` has it."""

    @property
    def stdout(self) -> IO[bytes] | None:
        """What it prints."""
        ...

    def poll(self) -> int | None:
        """Its exit status; None while it lives."""
        ...

    def wait(self, timeout: float | None = None) -> int:
        """Wait for its end."""
        ...

    def send_signal(self, sig: int) -> None:
        """Send it a signal."""
        ...


class PortBlock:
    """A public port and its six followers, all free, and kept from other tests on this machine."""

    def __init__(self) -> None:
        worker = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))
        for start in range(21000 + worker * 2000, 23000 + worker * 2000, PORTS_IN_A_ROW):
            if self._take(start):
                self.start = start
                return
        raise RuntimeError("no seven free ports in a row")

    def _take(self, start: int) -> bool:
        self._lock = (Path(tempfile.gettempdir()) / f"sekisho-ports-{start}.lock").open("w")
        try:
            # The ports are free until the house listens: another run must not find them so.
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return all(is_free(port) for port in range(start, start + PORTS_IN_A_ROW))


def is_free(port: int) -> bool:
    """Tell whether a port of this machine can be listened on."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


class RunningHouse:
    """The house in a process of its own, with its data in a folder of its own."""

    def __init__(
        self,
        data: Path,
        *,
        program: tuple[str, ...] = ("-m", "sekisho.app"),
        options: tuple[str, ...] = (),
    ) -> None:
        self.data = data
        self.options = options
        self._ports = PortBlock()
        self.port = self._ports.start
        self.program = program
        self.process: Process | None = None
        self.log_path = data.parent / f"{data.name}.log"

    def start(self, *, environment: dict[str, str] | None = None) -> "RunningHouse":
        """Start the process and wait until it says that it is ready."""
        at = ("--port", str(self.port), "--data", str(self.data))
        self.process = self.launch(["up", *at, *self.options], environment or {})
        # Of this start alone: what an earlier process still has to say must not count.
        ready, ended = threading.Event(), threading.Event()
        told = (self.process, ready, ended)
        threading.Thread(target=self._keep_log, args=told, daemon=True).start()
        if not ready.wait(timeout=90) or ended.is_set():
            raise RuntimeError(f"the house did not start: {self.log()[-4000:]}")
        return self

    def launch(self, arguments: list[str], environment: dict[str, str]) -> Process:
        """Begin a process that runs the program."""
        return subprocess.Popen(
            [sys.executable, "-u", *self.program, *arguments],
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, env={**os.environ, **environment},
        )  # fmt: skip

    def _keep_log(self, process: Process, ready: threading.Event, ended: threading.Event) -> None:
        assert process.stdout is not None
        with self.log_path.open("ab") as log:
            for line in process.stdout:
                log.write(line)
                log.flush()
                if line.startswith(READY):
                    ready.set()
        ended.set()
        ready.set()

    def wait_until_dead(self) -> None:
        """Wait for a process that is about to end by itself."""
        assert self.process is not None
        self.process.wait(timeout=60)

    def kill(self) -> None:
        """End the process as a power cut would."""
        assert self.process is not None
        with contextlib.suppress(ProcessLookupError):
            self.process.send_signal(signal.SIGKILL)
        self.process.wait(timeout=30)

    def stop(self) -> int:
        """Ask the process to end, as Ctrl-C does, and give its exit status."""
        assert self.process is not None
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGINT)
        return self.process.wait(timeout=30)

    def site(self, name: str) -> str:
        """The origin of one of the browser-facing sites."""
        return f"http://{name}.localhost:{self.port}"

    def program_url(self, path: str) -> str:
        """An address on plain localhost, as programs use it."""
        return f"http://localhost:{self.port}{path}"

    def json(self, path: str, body: object = None, headers: dict[str, str] | None = None) -> Any:
        """Call a JSON address of the house as a program would."""
        request = urllib.request.Request(
            f"http://127.0.0.1:{self.port}{path}",
            data=None if body is None else json.dumps(body).encode(),
            headers={
                "Host": f"localhost:{self.port}",
                "Content-Type": "application/json",
                **(headers or {}),
            },
        )
        with urllib.request.urlopen(request, timeout=30) as reply:
            return json.load(reply)

    def credentials(self) -> dict[str, dict[str, str]]:
        """What `sekisho sandbox --json` prints for this house."""
        printed = subprocess.run(
            [sys.executable, "-m", "sekisho.app", "sandbox", "--json", "--data", str(self.data)],
            capture_output=True, check=True,
        ).stdout  # fmt: skip
        document: dict[str, dict[str, str]] = json.loads(printed)
        return document

    def advance_clock(self, seconds: int) -> None:
        """Move the house's clock on."""
        self.json("/lab/clock", {"advance_s": seconds})

    def log(self) -> str:
        """Everything the process has printed."""
        return self.log_path.read_text()


@contextlib.contextmanager
def a_house(folder: Path, *options: str) -> Iterator[RunningHouse]:
    """A started house that is stopped at the end, whatever happened."""
    house = RunningHouse(folder / "var", options=options)
    try:
        yield house.start()
    finally:
        if house.process is not None and house.process.poll() is None:
            house.kill()
