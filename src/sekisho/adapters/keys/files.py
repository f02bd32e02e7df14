"""Files that hold keys: readable by their owner only, whole or not there at all."""

import fcntl
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from sekisho.kernel.errors import Misuse, SekishoError

PRIVATE_FILE: Final = 0o600
PUBLIC_FILE: Final = 0o644
PRIVATE_FOLDER: Final = 0o700
NAME: Final = re.compile(r"[a-z][a-z0-9_-]{0,62}")


class BadKeyFile(SekishoError):
    """A key file is missing or does not hold what it should."""


def checked_name(name: str) -> str:
    """Give the name back if it is safe in a path and a certificate; Misuse otherwise."""
    if not NAME.fullmatch(name):
        raise Misuse(f"{name!r} does not name a key: small letters, digits, - and _ only")
    return name


def make_private_folder(folder: Path) -> None:
    """Make a folder that only its owner may enter, and close it to others if it was open."""
    folder.mkdir(mode=PRIVATE_FOLDER, parents=True, exist_ok=True)
    if folder.stat().st_mode & 0o077:
        folder.chmod(PRIVATE_FOLDER)


def write_whole(path: Path, content: bytes, *, mode: int = PRIVATE_FILE) -> None:
    """Put the content in place in one step: a crash leaves the old file or the new, never half."""
    beside = path.with_name(f".{path.name}.{os.getpid()}.new")
    descriptor = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW, mode)
    try:
        with os.fdopen(descriptor, "wb") as file:
            # A file left by a crashed process keeps its old mode; ours must not.
            os.fchmod(file.fileno(), mode)
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        beside.replace(path)
    except BaseException:
        beside.unlink(missing_ok=True)
        raise
    _sync_folder(path.parent)


def read_private(path: Path) -> bytes:
    """Read a key file; BadKeyFile when it is missing or others may read it."""
    try:
        mode = path.stat().st_mode
        content = path.read_bytes()
    except OSError as error:
        raise BadKeyFile(f"{path} cannot be read: {error.strerror}") from error
    if mode & 0o077:
        raise BadKeyFile(f"{path} is open to others; close it with: chmod 600 {path}")
    return content


@contextmanager
def one_at_a_time(folder: Path) -> Iterator[None]:
    """Hold the folder's lock, so that two processes at first start do not make two authorities."""
    descriptor = os.open(folder / ".lock", os.O_RDWR | os.O_CREAT, PRIVATE_FILE)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
