"""The ordinary `sekisho` command, except that it dies by SIGKILL at one exact commit.

Every change that the house can lose or keep goes through the group commits of its SQLite writers.
So they are the points between which a crash makes no difference to what is kept, and this program
counts them: it can die right before the n-th one or right after it.

`SEKISHO_KILL` names a folder. Counting begins when a file `armed` appears in it, written as
`arm` does; each commit from then on adds a line to the file `trail`, which says what it kept.

With the argument `nursery` it loads everything and forks a house for every line that it is sent:
most of a start is loading, and whoever kills by the hundred starts by the hundred.
"""

import asyncio
import functools
import importlib
import json
import os
import re
import select
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import IO, Any, Final

import apsw

from sekisho.adapters.clock import WallClock
from sekisho.adapters.sql import sqlite_writer
from sekisho.adapters.sql.batch import Statement
from sekisho.adapters.sql.sqlite_writer import Job
from sekisho.app.cli import main

FOLDER: Final = "SEKISHO_KILL"
CLOCK: Final = "SEKISHO_CLOCK"
"""Names the file by which rooms by themselves have their clock put forward."""
LOOK_S: Final = 0.05
BEFORE: Final = "before"
AFTER: Final = "after"

_TABLE: Final = re.compile(r'(?:INSERT INTO|UPDATE|DELETE FROM) "?(\w+)"?')

Together = Callable[[apsw.Connection, Sequence[Job]], None]


def arm(folder: Path, *, at: int, side: str) -> None:
    """Have the house that watches this folder die before or after its commit number `at`."""
    fresh = folder / "arming"
    fresh.write_text(f"{at} {side}")
    fresh.rename(folder / "armed")


def trail(folder: Path) -> list[str]:
    """Read what was kept since the house was armed, a line for every commit that was begun."""
    path = folder / "trail"
    return path.read_text().splitlines() if path.exists() else []


class KillPoint:
    """Stands around the commit of every room."""

    def __init__(self, folder: Path, together: Together) -> None:
        self._folder = folder
        self._together = together
        self._lock = threading.Lock()
        self._armed: tuple[int, str] | None = None
        self._count = 0

    def __call__(self, connection: apsw.Connection, jobs: Sequence[Job]) -> None:
        """Commit, and die if it is time."""
        if not self._is_armed():
            self._together(connection, jobs)
            return
        with self._lock:  # one commit at a time, or "right after" would have room for another
            self._count += 1
            self._write_down(f"{self._count:3} {Path(connection.filename).stem} {said(jobs)}")
            self._die_if_due(BEFORE)
            self._together(connection, jobs)
            self._die_if_due(AFTER)

    def _is_armed(self) -> bool:
        if self._armed is None and (self._folder / "armed").exists():
            at, side = (self._folder / "armed").read_text().split()
            self._armed = int(at), side
        return self._armed is not None

    def _write_down(self, line: str) -> None:
        with (self._folder / "trail").open("a") as file:
            file.write(line + "\n")

    def _die_if_due(self, side: str) -> None:
        if self._armed == (self._count, side):
            os.kill(os.getpid(), signal.SIGKILL)
            signal.pause()  # for the moment that it takes


def said(jobs: Sequence[Job]) -> str:
    """Say what a commit keeps: tables, the state of records, kinds of effects."""
    return "; ".join(", ".join(_statement(each) for each in job.batch.statements) for job in jobs)


def _statement(statement: Statement) -> str:
    found = _TABLE.match(statement.sql)
    table = found.group(1) if found else "?"
    if table == "outbox":
        kind = statement.values.get("kind")
        return f"+{kind}" if kind else f"outbox {statement.sql.split()[0].lower()}"
    body = statement.values.get("body")
    state = json.loads(body).get("state", "kept") if isinstance(body, str) else "kept"
    return f"{table} {state}"


class DrivenClock(WallClock):
    """A wall clock that several processes have put forward by as many seconds as a file says."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def now(self) -> datetime:
        """Give the moment that all of them believe in."""
        ahead = float(self._path.read_text()) if self._path.exists() else 0.0
        return super().now() + timedelta(seconds=ahead)

    async def sleep_until(self, moment: datetime) -> None:
        """Return when the clock shows this moment: the file tells nobody when it changes."""
        while self.now() < moment:  # noqa: ASYNC110  see above
            await asyncio.sleep(LOOK_S)


def drive_clock(path: Path, ahead_s: float) -> None:
    """Put the clock forward for every process that looks at the file."""
    fresh = path.with_suffix(".new")
    fresh.write_text(str(ahead_s))
    fresh.rename(path)


class Nursery:
    """Where killable houses are born."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-u", __file__, "nursery"],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        )  # fmt: skip

    def fork(self, arguments: list[str], environment: dict[str, str], pipe: Path) -> "Forked":
        """Have a house born that prints into a fresh named pipe."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        os.mkfifo(pipe)
        order = {"arguments": arguments, "environment": environment, "pipe": str(pipe)}
        self._process.stdin.write(json.dumps(order) + "\n")
        self._process.stdin.flush()
        return Forked(int(self._process.stdout.readline()), pipe)

    def close(self) -> None:
        """End the nursery; its houses live on."""
        self._process.communicate()


class Forked:
    """A process that is not our child: a `running_house.Process` all the same."""

    def __init__(self, pid: int, pipe: Path) -> None:
        self._handle = os.pidfd_open(pid)
        self.stdout: IO[bytes] | None = pipe.open("rb")

    def poll(self) -> int | None:
        """Tell whether it has ended; how is not known."""
        ended, _, _ = select.select([self._handle], [], [], 0)
        return 0 if ended else None

    def wait(self, timeout: float | None = None) -> int:
        """Wait for its end."""
        ended, _, _ = select.select([self._handle], [], [], timeout)
        if not ended:
            raise TimeoutError("the house did not end")
        return 0

    def send_signal(self, sig: int) -> None:
        """Send it a signal; ProcessLookupError when it has ended."""
        signal.pidfd_send_signal(self._handle, sig)


def nursery() -> None:
    """Load everything, then fork a house for each order on the standard input."""
    importlib.import_module("sekisho.app.house")  # loaded once, for all that are born here
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    while line := sys.stdin.readline():
        pid = os.fork()
        if pid == 0:
            be_born(json.loads(line))
        print(pid)


def be_born(order: dict[str, Any]) -> None:
    """Become the house that was ordered."""
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    printing = os.open(order["pipe"], os.O_WRONLY)
    os.dup2(printing, 1)
    os.dup2(printing, 2)
    os.close(printing)
    os.environ.update(order["environment"])
    sys.argv = ["sekisho", *order["arguments"]]
    run()


def run() -> None:
    """Be the ordinary command, with a kill point around every commit."""
    together = sqlite_writer._together
    sqlite_writer._together = KillPoint(Path(os.environ[FOLDER]), together)
    if CLOCK in os.environ:
        house = importlib.import_module("sekisho.app.house")
        house.WallClock = functools.partial(DrivenClock, Path(os.environ[CLOCK]))  # type: ignore[attr-defined]  # for rooms by themselves
    sys.exit(main())


if __name__ == "__main__":
    if sys.argv[1:] == ["nursery"]:
        nursery()
    else:
        run()
