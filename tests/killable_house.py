"""The ordinary `sekisho` command, except that it dies by SIGKILL at one exact commit.

Every change that the house can lose or keep goes through the group commits of its SQLite writers.
So they are the points between which a crash makes no difference to what is kept, and this program
counts them: it can die right before the n-th one or right after it.

`SEKISHO_KILL` names a folder. Counting begins when a file `armed` appears in it, written as
`arm` does; each commit from then on adds a line to the file `trail`, which says what it kept.
"""

import json
import os
import re
import signal
import sys
import threading
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final

import apsw

from sekisho.adapters.sql import sqlite_writer
from sekisho.adapters.sql.batch import Statement
from sekisho.adapters.sql.sqlite_writer import Job

FOLDER: Final = "SEKISHO_KILL"
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


if __name__ == "__main__":
    sqlite_writer._together = KillPoint(
        Path(os.environ[FOLDER]),
        sqlite_writer._together,
    )
    from sekisho.app.cli import main

    sys.exit(main())
