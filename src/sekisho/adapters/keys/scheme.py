"""The development scheme of 3-D Secure 1.0.2: the root that merchants trust, and whom it vouches for.

RSA throughout, as 1.0.2 demands; certificates are signed with SHA-256 all the same, for one signed
with SHA-1 is believed by nobody. In a folder where somebody put a scheme's own `roots.pem` nothing
is made: its signers' chains are put beside it by hand.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.rsa import (
    RSAPrivateKey,
    RSAPublicKey,
    generate_private_key,
)
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)
from cryptography.x509.oid import NameOID

from sekisho.adapters.keys.authority import BACKDATED, Now, key_usage, utc_now
from sekisho.adapters.keys.files import (
    PUBLIC_FILE,
    BadKeyFile,
    checked_name,
    make_private_folder,
    one_at_a_time,
    read_private,
    write_whole,
)

FOLDER: Final = "threeds1"
LIFE: Final = timedelta(days=3650)
ROOT_BITS: Final = 2048
EXPONENT: Final = 65537


class SchemeRoot:
    """The scheme's certificates in one folder of a keyring."""

    def __init__(self, keyring_folder: Path, *, now: Now = utc_now) -> None:
        self._folder = keyring_folder / FOLDER
        self._roots_file = self._folder / "roots.pem"
        self._key_file = self._folder / "root.key.pem"
        self._now = now
        make_private_folder(self._folder)
        with one_at_a_time(self._folder):
            if not self._roots_file.exists():
                self._make()

    def roots(self) -> Sequence[x509.Certificate]:
        """Give the roots that merchants trust."""
        return _read(self._roots_file)

    def chain(self, signer: str, key: RSAPublicKey) -> Sequence[x509.Certificate]:
        """Give the certificates of a signer's key, its own first and the root last.

        Raises BadKeyFile where the scheme is not ours and has not certified this key.
        """
        path = self._folder / f"{checked_name(signer)}.pem"
        with one_at_a_time(self._folder):
            if path.exists() and (found := _read(path))[0].public_key() == key:
                return found
            if not self._key_file.exists():
                raise BadKeyFile(
                    f"{path} does not certify the key in use; put the chain there that the scheme "
                    "gave for it, the signer's certificate first"
                )
            chain = (self._certify(signer, key), *_read(self._roots_file))
            write_whole(path, _pem(chain), mode=PUBLIC_FILE)
            return chain

    def _make(self) -> None:
        key = generate_private_key(EXPONENT, ROOT_BITS)
        name = _name("Sekisho development scheme, 3-D Secure 1.0.2")
        root = (
            _dated(name, name, key.public_key(), self._now())
            .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
            .add_extension(key_usage(signs_certificates=True), critical=True)
            .sign(key, hashes.SHA256())
        )
        private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        # The certificate last: its presence without a key would mean a scheme of somebody else.
        write_whole(self._key_file, private)
        write_whole(self._roots_file, _pem((root,)), mode=PUBLIC_FILE)

    def _certify(self, signer: str, key: RSAPublicKey) -> x509.Certificate:
        root = _read(self._roots_file)[0]
        return (
            _dated(_name(signer), root.subject, key, self._now())
            .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
            .add_extension(key_usage(signs_certificates=False), critical=True)
            .sign(self._key(), hashes.SHA256())
        )

    def _key(self) -> RSAPrivateKey:
        key = load_pem_private_key(read_private(self._key_file), password=None)
        if not isinstance(key, RSAPrivateKey):
            raise BadKeyFile(f"{self._key_file} holds no RSA key")
        return key


def _read(path: Path) -> Sequence[x509.Certificate]:
    try:
        return tuple(x509.load_pem_x509_certificates(path.read_bytes()))
    except (OSError, ValueError) as error:
        raise BadKeyFile(f"{path} holds no certificate") from error


def _pem(chain: Sequence[x509.Certificate]) -> bytes:
    return b"".join(each.public_bytes(Encoding.PEM) for each in chain)


def _name(text: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])


def _dated(
    subject: x509.Name, issuer: x509.Name, key: RSAPublicKey, now: datetime
) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - BACKDATED)
        .not_valid_after(now + LIFE)
    )
