"""Passwords: kept slow, compared for everybody alike."""

import pytest

from sekisho.adapters.factors import Argon2Passwords
from sekisho.kernel.errors import Misuse
from sekisho.kernel.secret import Secret

QUICK = {"memory_kib": 64, "passes": 1, "lanes": 1}


class Counting(Argon2Passwords):
    """Counts the hashes that are compared."""

    compared = 0

    def _same(self, kept: str, text: str) -> bool:
        self.compared += 1
        return super()._same(kept, text)


async def test_the_password_fits_and_no_other_does() -> None:
    """Not even one that differs by case or by a space."""
    passwords = Argon2Passwords(**QUICK)
    kept = await passwords.hashed(Secret("さくら correct"))
    assert await passwords.fits(kept, Secret("さくら correct"))
    for other in ("さくら Correct", "さくら correct ", "", "x" * 201):
        assert not await passwords.fits(kept, Secret(other))


async def test_one_password_typed_on_two_keyboards_is_one() -> None:
    """RFC 8265: an accent may come as one sign or as two."""
    passwords = Argon2Passwords(**QUICK)
    kept = await passwords.hashed(Secret("caf\u00e9"))
    assert await passwords.fits(kept, Secret("cafe\u0301"))


@pytest.mark.parametrize("typed", ["right", "wrong", "nobody has this password", "x" * 201])
@pytest.mark.parametrize("known", [True, False])
async def test_one_hash_is_computed_whoever_asks(typed: str, known: bool) -> None:
    """How long the answer takes tells nobody who has a password; who has none gets in with nothing."""
    passwords = Counting(**QUICK)
    kept = await passwords.hashed(Secret("right")) if known else None
    assert await passwords.fits(kept, Secret(typed)) is (known and typed == "right")
    assert passwords.compared == 1


async def test_what_is_kept_is_argon2id_of_owasps_parameters() -> None:
    """And it does not print."""
    kept = await Argon2Passwords().hashed(Secret("right"))
    assert kept.reveal().startswith("$argon2id$v=19$m=19456,t=2,p=1$")
    assert "argon" not in repr(kept)


async def test_our_mistakes_are_named() -> None:
    """A hash that is none, a password beyond the limit."""
    passwords = Argon2Passwords(**QUICK)
    for broken in ("right", "$argon2id$v=19$m=64,t=1,p=1$!!$??"):
        with pytest.raises(Misuse, match="no argon2 hash"):
            await passwords.fits(Secret(broken), Secret("right"))
    await passwords.hashed(Secret("x" * 200))
    with pytest.raises(Misuse, match="200 characters"):
        await passwords.hashed(Secret("x" * 201))
