"""The Directory Server's keys for sdkEncData, in files: for development, and for a DS without an HSM."""

from collections.abc import Mapping
from pathlib import Path
from typing import Final

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ec import (
    SECP256R1,
    EllipticCurvePrivateKey,
    generate_private_key,
)
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey

from sekisho.adapters.keys.files import (
    BadKeyFile,
    make_private_folder,
    one_at_a_time,
    read_private,
    write_whole,
)
from sekisho.protocol.jose.device_data import DirectoryKey

FOLDER: Final = "device-data"
FIRST: Final = "1"
"""kid of the key that is made where there is none."""


def device_keys(folder: Path) -> Mapping[str, DirectoryKey]:
    """Read every key in `device-data/KID.pem`, RSA or on P-256; make the first where there is none.

    Raises BadKeyFile for a file that holds anything else.
    """
    place = folder / FOLDER
    make_private_folder(place)
    with one_at_a_time(folder):
        if not any(place.glob("*.pem")):
            write_whole(place / f"{FIRST}.pem", _pem(generate_private_key(SECP256R1())))
        return {path.stem: _read(path) for path in sorted(place.glob("*.pem"))}


def _read(path: Path) -> DirectoryKey:
    try:
        key = serialization.load_pem_private_key(read_private(path), password=None)
    except (ValueError, TypeError) as error:
        raise BadKeyFile(f"{path} holds no private key") from error
    on_p256 = isinstance(key, EllipticCurvePrivateKey) and isinstance(key.curve, SECP256R1)
    if isinstance(key, RSAPrivateKey) or on_p256:
        return key  # type: ignore[return-value]  # one of the two, as just asked
    raise BadKeyFile(f"{path} holds neither an RSA key nor one on P-256")


def _pem(key: EllipticCurvePrivateKey) -> bytes:
    return key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
