"""Working keys in files, for development: sealed, one a file, readable by their owner only.

`working/<name>.<number>.<kind>` holds a sealed text bound to that very name: a file that was
renamed, or copied without the keyring, opens nothing. Used in this process's memory, which is what
a hardware module is there to avoid.
"""

import os
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from cryptography.hazmat.primitives.asymmetric.ec import (
    SECP256R1,
    EllipticCurvePrivateKey,
)
from cryptography.hazmat.primitives.asymmetric.ec import generate_private_key as generate_ec
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key as generate_rsa
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.hmac import HMAC
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_der_private_key,
)

from sekisho.adapters.keys.files import (
    make_private_folder,
    one_at_a_time,
    read_private,
    write_whole,
)
from sekisho.adapters.keys.seals import Seal
from sekisho.adapters.keystores.port import (
    MAC_OCTETS,
    NAME,
    RSA_BITS,
    HeldKey,
    KeyKind,
    KeyMissing,
    KeyName,
    PrivateKey,
    WorkingMac,
    newest,
    next_number,
)
from sekisho.kernel.errors import Misuse

PUBLIC_EXPONENT: Final = 65537
FILE_NAME: Final = re.compile(
    rf"({NAME.pattern})\.([1-9]\d?|1\d\d|2[0-4]\d|25[0-5])\.({'|'.join(kind.value for kind in KeyKind)})",
    re.ASCII,
)
"""Name, number and kind. Locks and half-written files, which lie here as well, are named otherwise."""


class FileKeys:
    """A store of keys in a folder; what it writes is sealed."""

    def __init__(self, folder: Path, seal: Seal) -> None:
        self._folder = folder
        self._seal = seal
        make_private_folder(folder)

    @property
    def makes_at_need(self) -> bool:
        """A laptop makes everything at its first start."""
        return True

    def held(self) -> Sequence[HeldKey]:
        """List the keys, by name and number."""
        found = (_read_name(path.name) for path in self._folder.iterdir())
        return sorted((key for key in found if key), key=lambda key: key.name)

    def make(self, name: str, kind: KeyKind, *, if_none: bool = False) -> HeldKey:
        """Make a key under the next number of its name; two processes never make the same."""
        with one_at_a_time(self._folder):
            before = newest(self.held(), name, kind)
            if if_none and before is not None:
                return before
            key = HeldKey(name=KeyName(name=name, number=next_number(self.held(), name)), kind=kind)
            place = _file_name(key)
            sealed = self._seal.seal(_fresh(kind), bound_to=f"working/{place}")
            write_whole(self._folder / place, sealed.encode("ascii"))
        return key

    def mac(self, key: KeyName) -> WorkingMac:
        """Give the use of a MAC key; KeyMissing when there is none of that name."""
        return _FileMac(key, self._open(key, {KeyKind.MAC}))

    def private(self, key: KeyName) -> PrivateKey:
        """Give the use of a private key; KeyMissing when there is none of that name."""
        octets = self._open(key, set(KeyKind) - {KeyKind.MAC})
        private = load_der_private_key(octets, password=None)
        if not isinstance(private, EllipticCurvePrivateKey | RSAPrivateKey):
            raise Misuse(f"{key} holds a key of a kind that no store makes")
        return private

    def close(self) -> None:
        """Do nothing: every use opened and closed its file."""

    def _open(self, name: KeyName, kinds: set[KeyKind]) -> bytes:
        for key in self.held():
            if key.name == name and key.kind in kinds:
                place = _file_name(key)
                text = read_private(self._folder / place).decode("ascii", "replace")
                return self._seal.open(text, bound_to=f"working/{place}")
        raise KeyMissing(f"{self._folder} holds no key {name} for that use")


class _FileMac:
    """HMAC-SHA-256 in this process."""

    def __init__(self, name: KeyName, octets: bytes) -> None:
        self._name = name
        self._hmac = HMAC(octets, SHA256())

    def __repr__(self) -> str:
        return f"<MAC key {self._name}>"

    def mac(self, data: bytes) -> bytes:
        """Compute the code of the data."""
        running = self._hmac.copy()
        running.update(data)
        return running.finalize()


def _fresh(kind: KeyKind) -> bytes:
    if kind is KeyKind.MAC:
        return os.urandom(MAC_OCTETS)
    private: PrivateKey = (
        generate_rsa(PUBLIC_EXPONENT, RSA_BITS)
        if kind in {KeyKind.SIGN_RSA, KeyKind.UNWRAP}
        else generate_ec(SECP256R1())
    )
    return private.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())


def _file_name(key: HeldKey) -> str:
    return f"{key.name}.{key.kind.value}"


def _read_name(text: str) -> HeldKey | None:
    """Read the name of a file; None for one that is no key, such as the folder's lock."""
    found = FILE_NAME.fullmatch(text)
    if found is None:
        return None
    name, number, kind = found.groups()
    return HeldKey(name=KeyName(name=name, number=int(number)), kind=KeyKind(kind))
