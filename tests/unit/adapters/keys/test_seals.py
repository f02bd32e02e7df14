"""What is sealed opens only unaltered, in its place and with its key."""

import hashlib
import hmac
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sekisho.adapters.keys import Keyring, Mac, Seal, SealBroken, SoftwareKey
from sekisho.kernel.errors import Misuse

KEY = bytes(range(32))
OTHER = bytes(range(32, 64))


@given(st.binary(max_size=500), st.text(max_size=50))
def test_what_is_sealed_opens_in_its_place(plaintext: bytes, place: str) -> None:
    """And shows nothing of itself meanwhile."""
    sealed = Seal(KEY).seal(plaintext, bound_to=place)
    assert Seal(KEY).open(sealed, bound_to=place) == plaintext
    assert sealed.isascii()
    assert sealed.startswith("s1.")


@given(st.binary(max_size=50), st.text(max_size=20), st.text(max_size=20))
def test_what_was_moved_does_not_open(plaintext: bytes, place: str, elsewhere: str) -> None:
    """A row copied over another row must be noticed."""
    sealed = Seal(KEY).seal(plaintext, bound_to=place)
    if place != elsewhere:
        with pytest.raises(SealBroken):
            Seal(KEY).open(sealed, bound_to=elsewhere)


@given(st.binary(max_size=50), st.data())
def test_what_was_altered_does_not_open(plaintext: bytes, data: st.DataObject) -> None:
    """Any one character, including the spelling of base64."""
    sealed = Seal(KEY).seal(plaintext, bound_to="x")
    at = data.draw(st.integers(0, len(sealed) - 1))
    letter = data.draw(st.sampled_from("ABCDwxyz0189-_.=+/ \n").filter(lambda it: it != sealed[at]))
    with pytest.raises(SealBroken):
        Seal(KEY).open(sealed[:at] + letter + sealed[at + 1 :], bound_to="x")


@given(st.text(max_size=200) | st.text("sS1.abcdef0189-_", max_size=200))
def test_whatever_the_text_it_opens_or_is_broken(text: str) -> None:
    """A column may hold anything after a restore."""
    with pytest.raises(SealBroken):
        Seal(KEY).open(text, bound_to="x")


def test_two_seals_of_one_text_differ() -> None:
    """Equal cards must not look equal in the database."""
    seal = Seal(KEY)
    assert seal.seal(b"card", bound_to="x") != seal.seal(b"card", bound_to="x")


def test_another_key_does_not_open() -> None:
    """And the fault says which of the two is wrong, for whoever restores a backup."""
    sealed = Seal(KEY).seal(b"card", bound_to="x")
    with pytest.raises(SealBroken, match="key that we do not hold"):
        Seal(OTHER).open(sealed, bound_to="x")


def test_an_older_key_still_opens(tmp_path: Path) -> None:
    """Rotation: new seals under the new key, old ones stay readable."""
    keys = Keyring(tmp_path)
    old = keys.seal("vault").seal(b"card", bound_to="x")
    keys.rotate("vault")
    new = keys.seal("vault").seal(b"card", bound_to="x")
    assert keys.seal("vault").open(old, bound_to="x") == b"card"
    assert old.split(".")[1] != new.split(".")[1]


def test_a_key_comes_back_after_a_restart(tmp_path: Path) -> None:
    """What one process sealed, the next one opens."""
    sealed = Keyring(tmp_path).seal("vault").seal(b"card", bound_to="x")
    assert Keyring(tmp_path).seal("vault").open(sealed, bound_to="x") == b"card"
    assert Keyring(tmp_path).mac("av")(b"data") == Keyring(tmp_path).mac("av").mac(b"data")


def test_keys_of_different_names_differ(tmp_path: Path) -> None:
    """The vault's key opens nothing of the bank's."""
    keys = Keyring(tmp_path)
    with pytest.raises(SealBroken):
        keys.seal("members").open(keys.seal("vault").seal(b"x", bound_to="x"), bound_to="x")
    assert keys.mac("a")(b"data") != keys.mac("b")(b"data")


def test_a_mac_is_checked_with_every_key_it_may_have_been_made_with(tmp_path: Path) -> None:
    """Codes on their way when a key is rotated still hold."""
    keys = Keyring(tmp_path)
    code = keys.mac("av")(b"data")
    keys.rotate("av")
    mac = keys.mac("av")
    assert mac.holds(b"data", code)
    assert mac.holds(b"data", mac(b"data"))
    assert not mac.holds(b"other", code)
    assert not mac.holds(b"data", code[:-1])
    assert mac(b"data") != code


def test_sealing_and_authenticating_never_share_a_key() -> None:
    """One key file may serve both; each purpose derives its own. The derivation is frozen here."""
    derived = hmac.digest(KEY, b"sekisho mac", "sha256")
    assert Mac(KEY)(b"data") == hmac.digest(derived, b"data", hashlib.sha256)


def test_a_hardware_key_can_take_the_place_of_ours() -> None:
    """Anything with the port's four members: the seal never asks for the key itself."""

    class Module:
        identifier = "hsm-7"

        def __init__(self) -> None:
            self._inside = SoftwareKey(KEY)

        def encrypt(self, nonce: bytes, plaintext: bytes, associated: bytes) -> bytes:
            return self._inside.encrypt(nonce, plaintext, associated)

        def decrypt(self, nonce: bytes, ciphertext: bytes, associated: bytes) -> bytes:
            return self._inside.decrypt(nonce, ciphertext, associated)

        def authenticate(self, data: bytes) -> bytes:
            return self._inside.authenticate(data)

    seal = Seal(Module(), older=[OTHER])
    sealed = seal.seal(b"card", bound_to="x")
    assert sealed.startswith("s1.hsm-7.")
    assert seal.open(sealed, bound_to="x") == b"card"
    assert Mac(Module())(b"data") == Mac(KEY)(b"data")


def test_a_key_does_not_print_itself() -> None:
    """Its identifier may be shown; it says which, not what."""
    assert KEY.hex() not in repr(SoftwareKey(KEY))
    assert SoftwareKey(KEY).identifier in repr(SoftwareKey(KEY))


def test_a_key_of_another_length_is_misuse() -> None:
    """AES-256 and nothing shorter."""
    with pytest.raises(Misuse):
        Seal(b"short")
