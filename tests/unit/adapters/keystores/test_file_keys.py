"""File keys: sealed, for their owner only, and bound to their own name."""

import stat
from pathlib import Path

import pytest

from sekisho.adapters.keys import BadKeyFile, Seal, SealBroken
from sekisho.adapters.keystores import FileKeys, KeyKind, KeyName
from sekisho.kernel.errors import Misuse

CODES = KeyName(name="codes", number=1)


def opened(folder: Path, *, seal: bytes = b"s" * 32) -> FileKeys:
    """Open the folder's store."""
    return FileKeys(folder / "working", Seal(seal))


def test_files_are_for_their_owner_alone(tmp_path: Path) -> None:
    """Folder and files; and one that was opened to others is refused."""
    store = opened(tmp_path)
    store.make("codes", KeyKind.MAC)
    file = tmp_path / "working" / "codes.1.hmac-sha256"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert stat.S_IMODE(file.parent.stat().st_mode) == 0o700
    file.chmod(0o640)
    with pytest.raises(BadKeyFile, match="open to others"):
        store.mac(CODES)


def test_a_file_without_its_keyring_opens_nothing(tmp_path: Path) -> None:
    """A copy of the folder is worth nothing by itself."""
    opened(tmp_path).make("codes", KeyKind.MAC)
    with pytest.raises(SealBroken):
        opened(tmp_path, seal=b"t" * 32).mac(CODES)


@pytest.mark.parametrize("other", ["codes.2.hmac-sha256", "others.1.hmac-sha256"])
def test_a_renamed_file_opens_nothing(tmp_path: Path, other: str) -> None:
    """Who can write to the folder cannot bring an old key back as the newest."""
    store = opened(tmp_path)
    store.make("codes", KeyKind.MAC)
    file = tmp_path / "working" / "codes.1.hmac-sha256"
    file.rename(file.with_name(other))
    (key,) = store.held()
    with pytest.raises(SealBroken):
        store.mac(key.name)


@pytest.mark.parametrize(
    "stray", [".lock", "codes", "codes.1", "codes.01.hmac-sha256", "codes.0.hmac-sha256",
              "codes.256.hmac-sha256", "codes.1.aes", "CODES.1.hmac-sha256", "codes.\u0661.es256",
              ".codes.1.hmac-sha256.77.new"],
)  # fmt: skip
def test_other_files_are_no_keys(tmp_path: Path, stray: str) -> None:
    """Locks, and what a crash left half written."""
    store = opened(tmp_path)
    (tmp_path / "working" / stray).write_text("")
    assert list(store.held()) == []


def test_the_255th_key_is_the_last(tmp_path: Path) -> None:
    """An octet holds no more numbers."""
    store = opened(tmp_path)
    (tmp_path / "working" / "codes.254.hmac-sha256").write_text("")
    assert store.make("codes", KeyKind.MAC).name.number == 255
    with pytest.raises(Misuse, match="255 keys"):
        store.make("codes", KeyKind.MAC)
