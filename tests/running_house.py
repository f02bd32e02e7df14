"""A house of its own for tests: `sekisho up` as a real process that can be killed and started again."""

import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
import threading
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

PORTS_IN_A_ROW = 7
READY = b"Ready"


def free_port_block() -> int:
    """Find a public port whose six followers are free as well."""
    worker = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))
    for start in range(21000 + worker * 2000, 23000 + worker * 2000, PORTS_IN_A_ROW):
        with contextlib.ExitStack() as stack:
            try:
                for port in range(start, start + PORTS_IN_A_ROW):
                    probe = stack.enter_context(socket.socket())
                    probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                    probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return start
    raise RuntimeError("no seven free ports in a row")


class RunningHouse:
    """The house in a process of its own, with its data in a folder of its own."""

    def __init__(self, data: Path, *, program: tuple[str, ...] = ("-m", "sekisho.app")) -> None:
        self.data = data
        self.port = free_port_block()
        self.program = program
        self.process: subprocess.Popen[bytes] | None = None
        self._ready = threading.Event()
        self.log_path = data.parent / f"{data.name}.log"

    def start(self, *, environment: dict[str, str] | None = None) -> "RunningHouse":
        """Start the process and wait until it says that it is ready."""
        self._ready.clear()
        self.process = subprocess.Popen(
            [
                sys.executable, "-u", *self.program, "up",
                "--port", str(self.port), "--data", str(self.data),
            ],
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
            env={**os.environ, **(environment or {})},
        )  # fmt: skip
        threading.Thread(target=self._keep_log, args=(self.process,), daemon=True).start()
        if not self._ready.wait(timeout=90) or self.process.poll() is not None:
            raise RuntimeError(f"the house did not start: {self.log()[-4000:]}")
        return self

    def _keep_log(self, process: subprocess.Popen[bytes]) -> None:
        assert process.stdout is not None
        with self.log_path.open("ab") as log:
            for line in process.stdout:
                log.write(line)
                log.flush()
                if line.startswith(READY):
                    self._ready.set()
        self._ready.set()

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
def a_house(folder: Path) -> Iterator[RunningHouse]:
    """A started house that is stopped at the end, whatever happened."""
    house = RunningHouse(folder / "var")
    try:
        yield house.start()
    finally:
        if house.process is not None and house.process.poll() is None:
            house.kill()
