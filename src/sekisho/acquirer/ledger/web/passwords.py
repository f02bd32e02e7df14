"""The staff's password: kept as an argon2id hash, compared slowly on purpose."""

from collections.abc import Callable

from argon2 import PasswordHasher
from argon2.exceptions import VerifyMismatchError

from sekisho.kernel.secret import Secret

PASSWORD_CHARACTERS_MAX = 200
"""Longer than any honest password; hashing megabytes would be somebody else's fun."""


def hash_password(password: str) -> Secret[str]:
    """Make the hash that the settings hold."""
    return Secret(PasswordHasher().hash(password))


def password_check(known: Secret[str]) -> Callable[[str], bool]:
    """Make the comparison with a hash; a hash that is none is our mistake and raises."""
    hasher = PasswordHasher()

    def fits(password: str) -> bool:
        if len(password) > PASSWORD_CHARACTERS_MAX:
            return False
        try:
            return hasher.verify(known.reveal(), password)
        except VerifyMismatchError:
            return False

    return fits
