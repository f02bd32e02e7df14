"""A PostgreSQL cluster of our own for tests: made from the installed binaries, thrown away after."""

import itertools
import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote

import asyncpg

SYSTEM_USER = "postgres"
READY_WITHIN_S = 30.0


def server_binaries() -> Path:
    """Find the folder with `initdb` and `postgres`, the newest version first."""
    packaged = sorted(
        Path("/usr/lib/postgresql").glob("*/bin/postgres"),
        key=lambda path: int(path.parent.parent.name),
        reverse=True,
    )
    on_path = shutil.which("postgres")
    found = [*packaged, *([Path(on_path)] if on_path else [])]
    if not found:
        raise FileNotFoundError(
            "PostgreSQL's server programs are not installed: install the package `postgresql`, or "
            "leave these tests out with SEKISHO_WITHOUT=postgresql"
        )
    return found[0].resolve().parent


class Cluster:
    """A running server that listens on a socket in its own folder and nowhere else."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.process: subprocess.Popen[bytes] | None = None
        self._made: set[str] = set()
        self._numbers = itertools.count(1)
        self._binaries = server_binaries()
        # PostgreSQL refuses to run as root.
        self._user = SYSTEM_USER if os.geteuid() == 0 else None
        if self._user:
            shutil.chown(folder, self._user)

    def address(self, database: str = "postgres") -> str:
        """Give the address of one of its databases."""
        return f"postgresql://{SYSTEM_USER}@/{database}?host={quote(str(self.folder), safe='')}"

    def make(self) -> None:
        """Make the cluster's files."""
        subprocess.run(
            [
                self._binaries / "initdb", "--pgdata", self.folder / "data", "--auth", "trust",
                "--username", SYSTEM_USER, "--encoding", "UTF8", "--locale", "C", "--no-sync",
            ],
            check=True, capture_output=True, user=self._user, cwd=self.folder,
        )  # fmt: skip

    def start(self) -> None:
        """Start the server and wait until it takes connections; commits are flushed to the disk."""
        with (self.folder / "log").open("ab") as log:
            self.process = subprocess.Popen(
                [
                    self._binaries / "postgres", "-D", self.folder / "data",
                    "-k", self.folder, "-c", "listen_addresses=", "-c", "max_connections=100",
                ],
                stdout=log, stderr=log, user=self._user, cwd=self.folder,
            )  # fmt: skip
        deadline = time.monotonic() + READY_WITHIN_S
        ready = [self._binaries / "pg_isready", "-q", "-h", self.folder, "-U", SYSTEM_USER]
        while subprocess.run(ready, check=False, cwd=self.folder).returncode != 0:
            if self.process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError((self.folder / "log").read_text())
            time.sleep(0.05)

    def stop(self, how: signal.Signals = signal.SIGINT) -> None:
        """Stop the server: SIGINT disconnects everybody, SIGQUIT is a crash."""
        if self.process is not None:
            self.process.send_signal(how)
            self.process.wait(READY_WITHIN_S)
            self.process = None

    async def fresh_database(self) -> str:
        """Make an empty database and give its address."""
        return await self.database(f"fresh{next(self._numbers)}")

    async def database(self, name: str) -> str:
        """Give the address of a database, made when it is first asked for."""
        if name in self._made:
            return self.address(name)
        self._made.add(name)
        connection = await asyncpg.connect(self.address())
        try:
            await connection.execute(f'CREATE DATABASE "{name}"')
        finally:
            await connection.close()
        return self.address(name)


@contextmanager
def throw_away_cluster() -> Iterator[Cluster]:
    """Run a cluster for as long as the block lasts."""
    folder = Path(tempfile.mkdtemp(prefix="sekisho-pg-"))
    cluster = Cluster(folder)
    try:
        cluster.make()
        cluster.start()
        yield cluster
    finally:
        cluster.stop(signal.SIGQUIT)  # what is thrown away need not be written out first
        shutil.rmtree(folder)
