"""The Directory Server's keys for sdkEncData in a folder."""

from pathlib import Path

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ec import SECP384R1, generate_private_key
from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key as generate_rsa

from sekisho.adapters.keys.device_keys import device_keys
from sekisho.adapters.keys.files import BadKeyFile
from sekisho.protocol.jose.device_data import DirectoryKey


def put(folder: Path, kid: str, content: bytes) -> None:
    path = folder / "device-data" / f"{kid}.pem"
    path.write_bytes(content)
    path.chmod(0o600)


def pem(key: DirectoryKey) -> bytes:
    return key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )


def test_the_first_key_is_made_and_found_again(tmp_path: Path) -> None:
    """A restart must open what SDKs seal for the key that was published."""
    first, again = device_keys(tmp_path), device_keys(tmp_path)
    assert set(first) == set(again) == {"1"}
    assert pem(first["1"]) == pem(again["1"])


def test_keys_are_known_by_the_names_of_their_files(tmp_path: Path) -> None:
    """Old and new ones side by side, RSA as well."""
    device_keys(tmp_path)
    put(tmp_path, "rsa", pem(generate_rsa(65537, 2048)))
    assert set(device_keys(tmp_path)) == {"1", "rsa"}


@pytest.mark.parametrize("content", [b"", b"x", pem(generate_private_key(SECP384R1()))])
def test_a_file_that_holds_no_key_for_this_is_refused(tmp_path: Path, content: bytes) -> None:
    """At the start, not at the first purchase."""
    device_keys(tmp_path)
    put(tmp_path, "2", content)
    with pytest.raises(BadKeyFile):
        device_keys(tmp_path)
