"""A token of SoftHSM for tests: a PKCS#11 module in software, its tokens in a folder of our own."""

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from sekisho.adapters.keystores.module import Place
from sekisho.kernel.secret import Secret

PIN = "246813"
CONFIGURATION = "SOFTHSM2_CONF"


def module_path() -> Path:
    """Find the library, wherever this Debian or that one put it."""
    for folder in ("/usr/lib/softhsm", "/usr/lib/x86_64-linux-gnu/softhsm", "/usr/lib64/pkcs11"):
        found = Path(folder) / "libsofthsm2.so"
        if found.exists():
            return found
    raise FileNotFoundError(
        "SoftHSM is not installed: install the package `softhsm2`, or leave these tests out with "
        "SEKISHO_WITHOUT=hsm"
    )


@dataclass(frozen=True)
class Token:
    """One token, and the folder that is its whole hardware."""

    label: str
    folder: Path

    def place(self, *, pin: str = PIN, sessions_max: int = 4) -> Place:
        """Say where it is, as settings would."""
        return Place(
            module=str(module_path()),
            token=self.label,
            pin=Secret(pin),
            sessions_max=sessions_max,
        )


@contextmanager
def softhsm(folder: Path) -> Iterator[Path]:
    """Let SoftHSM keep its tokens in this folder; every token of the process lies there."""
    tokens = folder / "tokens"
    tokens.mkdir()
    configuration = folder / "softhsm2.conf"
    configuration.write_text(f"directories.tokendir = {tokens}\nlog.level = ERROR\n")
    before = os.environ.get(CONFIGURATION)
    os.environ[CONFIGURATION] = str(configuration)
    try:
        yield tokens
    finally:
        if before is None:
            del os.environ[CONFIGURATION]
        else:
            os.environ[CONFIGURATION] = before


def make_token(tokens: Path, label: str) -> Token:
    """Initialise a fresh token."""
    tool = shutil.which("softhsm2-util")
    if tool is None:
        raise FileNotFoundError("softhsm2-util is not installed: install the package `softhsm2`")
    subprocess.run(
        [tool, "--init-token", "--free", "--label", label, "--pin", PIN, "--so-pin", "987654"],
        check=True,
        capture_output=True,
        text=True,
    )
    return Token(label, tokens)
