"""Passwords as argon2id hashes, made and compared in threads, a few at a time.

The parameters are OWASP's: 19 MiB, two passes, one lane; about 20 ms of a core each.
"""

import asyncio
import unicodedata
from typing import Final

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError, VerifyMismatchError

from sekisho.kernel.errors import Misuse
from sekisho.kernel.secret import Secret

MEMORY_KIB: Final = 19_456
PASSES: Final = 2
LANES: Final = 1
AT_ONCE_MAX: Final = 2
"""Hashes under way: they take memory and cores that payments need as well."""
CHARACTERS_MAX: Final = 200
"""Longer than any honest password; hashing megabytes would be somebody else's fun."""


class Argon2Passwords:
    """Keeps passwords as hashes; compares as slowly for who has none."""

    def __init__(
        self, *, memory_kib: int = MEMORY_KIB, passes: int = PASSES, lanes: int = LANES
    ) -> None:
        self._hasher = PasswordHasher(time_cost=passes, memory_cost=memory_kib, parallelism=lanes)
        self._at_once = asyncio.Semaphore(AT_ONCE_MAX)
        # Of the same parameters as every other, and no password's: what it is compared with does
        # not matter, that it takes as long does.
        self._nobodys = self._hasher.hash("nobody has this password")

    async def hashed(self, password: Secret[str]) -> Secret[str]:
        """Give what is kept of a password. Misuse when it is longer than one may be."""
        text = _one_spelling(password)
        if text is None:
            raise Misuse(f"a password has at most {CHARACTERS_MAX} characters")
        async with self._at_once:
            return Secret(await asyncio.to_thread(self._hasher.hash, text))

    async def fits(self, kept: Secret[str] | None, typed: Secret[str]) -> bool:
        """Tell whether that is the password; one hash is computed whoever asks.

        Misuse when what is kept is no hash.
        """
        text = _one_spelling(typed)
        against = self._nobodys if kept is None else kept.reveal()
        async with self._at_once:
            same = await asyncio.to_thread(self._same, against, text or "")
        return same and kept is not None and text is not None

    def _same(self, kept: str, text: str) -> bool:
        try:
            return self._hasher.verify(kept, text)
        except VerifyMismatchError:
            return False
        except (InvalidHashError, VerificationError) as error:
            raise Misuse("what is kept of a password is no argon2 hash") from error


def _one_spelling(password: Secret[str]) -> str | None:
    """Give one spelling of what keyboards write in several (RFC 8265); None when it is too long."""
    if len(password.reveal()) > CHARACTERS_MAX:
        return None
    return unicodedata.normalize("NFC", password.reveal())
