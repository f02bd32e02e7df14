"""Opens the store of a room's working keys, as its settings say: sealed files or a PKCS#11 token."""

import os
from typing import Final

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.padding import MGF1, PSS
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding

from sekisho.adapters.keys import Keyring
from sekisho.adapters.keys.files import read_private
from sekisho.adapters.keystores import FileKeys, KeyStore, KeyStoreFailed, PrivateKey
from sekisho.app.settings import BadSettings, Pkcs11
from sekisho.kernel.secret import Secret

SEAL: Final = "working-keys"


def open_files(keyring: Keyring) -> FileKeys:
    """Open the sealed files of a keyring's folder."""
    return FileKeys(keyring.folder / "working", keyring.seal(SEAL))


def open_store(token: Pkcs11 | None, keyring: Keyring) -> KeyStore:
    """Open the token; without one, the files. Raises BadSettings, BadKeyFile or KeyStoreFailed."""
    if token is None:
        return open_files(keyring)
    try:
        from sekisho.adapters.keystores.hardware import (  # noqa: PLC0415 - needs the extra `hsm`
            HardwareKeys,
        )
        from sekisho.adapters.keystores.module import Place  # noqa: PLC0415 - loads when needed
    except ImportError as error:
        raise KeyStoreFailed("a PKCS#11 token needs python-pkcs11: install sekisho[hsm]") from error
    return HardwareKeys(
        Place(
            module=str(token.module),
            token=token.token,
            pin=read_pin(token),
            sessions_max=token.sessions_max,
        )
    )


def read_pin(token: Pkcs11) -> Secret[str]:
    """Read the PIN from its file or its environment variable; nothing tells what it is."""
    if token.pin_file is not None:
        pin = read_private(token.pin_file).decode("utf-8", "replace").strip()
    else:
        pin = os.environ.get(token.pin_variable or "", "")
    if not pin:
        raise BadSettings(f"{token.pin_file or token.pin_variable} holds no PIN")
    return Secret(pin)


def certificate_request(common_name: str, key: PrivateKey) -> str:
    """Write a request for a certificate, signed by the key itself; PEM."""
    # A key of a token that was made for PS256 signs nothing else, this request included.
    padding = _PSS if isinstance(key, RSAPrivateKey) else None
    request = (
        x509.CertificateSigningRequestBuilder()
        .subject_name(x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, common_name)]))
        .sign(key, SHA256(), rsa_padding=padding)
    )
    return request.public_bytes(Encoding.PEM).decode("ascii")


_PSS: Final = PSS(mgf=MGF1(SHA256()), salt_length=SHA256.digest_size)
