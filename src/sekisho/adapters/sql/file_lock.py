"""Holds a database file for one process, so that nobody opens it twice by mistake."""

import fcntl
import os
from pathlib import Path

from sekisho.adapters.sql.faults import DatabaseInUse


class FileLock:
    """An exclusive lock beside a file. The system drops it with the process, however that ends."""

    def __init__(self, file: Path) -> None:
        path = file.with_name(file.name + ".lock")
        self._descriptor: int | None = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(self._descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            self.release()
            raise DatabaseInUse(f"{file} is already open, here or in another process") from error

    def release(self) -> None:
        """Let go of the lock; the lock file stays, since removing it would race with a newcomer."""
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None
