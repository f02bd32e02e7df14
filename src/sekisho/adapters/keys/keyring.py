"""The keyring: everything secret of one house or one room, in one folder."""

import base64
import binascii
import os
import ssl
from pathlib import Path

from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import Certificate, load_pem_x509_certificates

from sekisho.adapters.keys import revocation
from sekisho.adapters.keys.authority import CertifiedKey, DevelopmentCa, Now, utc_now
from sekisho.adapters.keys.contexts import client_context, server_context
from sekisho.adapters.keys.files import (
    PUBLIC_FILE,
    BadKeyFile,
    checked_name,
    make_private_folder,
    one_at_a_time,
    read_private,
    write_whole,
)
from sekisho.adapters.keys.revocation import RevocationList
from sekisho.adapters.keys.scheme import SchemeRoot
from sekisho.adapters.keys.seals import KEY_OCTETS, Mac, Seal


class Keyring:
    """Gives TLS contexts by room and seals by name, making at first use what is not there.

    Safe to use from several processes at once; the folder is closed to other users.
    """

    def __init__(self, directory: Path, *, now: Now = utc_now) -> None:
        self._folder = directory
        for folder in (directory, directory / "tls", directory / "symmetric"):
            make_private_folder(folder)
        self._authority = DevelopmentCa(directory, now=now)
        self._now = now
        self._revoked = RevocationList(directory / revocation.NAME)
        with one_at_a_time(directory):
            self._authority.make_sure()

    @property
    def folder(self) -> Path:
        """Where everything lies."""
        return self._folder

    @property
    def authority_file(self) -> Path:
        """The certificate that peers of other houses must trust to talk to this one."""
        return self._authority.certificate_file

    def server_tls(self, room: str) -> ssl.SSLContext:
        """Make the context of the room's mutual-TLS port."""
        context = server_context(self._identity(room), self.authority_file)
        return self._revoked.guard(context)

    def client_tls(self, room: str) -> ssl.SSLContext:
        """Make the context with which the room calls others; it is a `ClientIdentity`."""
        context = client_context(self._identity(room), self.authority_file)
        return self._revoked.guard(context)

    def look_for_revoked(self) -> bool:
        """Read again which certificates are revoked, if that has changed; tell whether it had.

        Every context that was given out holds to it at its next handshake.
        """
        return self._revoked.look()

    def revoke(self, room: str) -> None:
        """Revoke a room's certificate; it gets another one at its next start.

        Raises BadKeyFile where there is none, or where somebody else's authority must do it.
        """
        path = self._folder / "tls" / f"{checked_name(room)}.pem"
        listed = self._folder / revocation.NAME
        with one_at_a_time(self._folder):
            if not self._authority.is_ours or not path.exists():
                raise BadKeyFile(f"{path} is no certificate of an authority of ours")
            before = listed.read_bytes() if listed.exists() else None
            revoked = self._authority.revoke(read_private(path), before=before)
            write_whole(listed, revoked, mode=PUBLIC_FILE)
            path.unlink()

    def signing_chain(self, name: str, key: CertifiedKey) -> list[Certificate]:
        """Give the certificate of a key that signs messages, then its intermediates, without the root.

        `certificates/<name>.pem`: made here where the authority is ours. Else whoever has the key
        certified (`sekisho keys request`) puts it there; BadKeyFile while it is missing or another's.
        """
        path = self._folder / "certificates" / f"{checked_name(name)}.pem"
        with one_at_a_time(self._folder):
            if self._authority.is_ours and not self._is_of(path, key):
                make_private_folder(path.parent)
                write_whole(path, self._authority.certify(name, key), mode=PUBLIC_FILE)
        if not self._is_of(path, key):
            raise BadKeyFile(
                f"{path} must hold the certificate of the key {name}, then its intermediates; "
                f"the authority of {self.authority_file} answers: sekisho keys request"
            )
        root = self.authority_file.read_bytes()
        chain = load_pem_x509_certificates(path.read_bytes())
        return [each for each in chain if each.public_bytes(Encoding.PEM) not in root]

    def _is_of(self, path: Path, key: CertifiedKey) -> bool:
        """Tell whether a file holds a good certificate of a key, and others behind it."""
        try:
            pem = path.read_bytes()
            certified = load_pem_x509_certificates(pem)[0].public_key() == key
        except (OSError, ValueError):
            return False
        return certified and (not self._authority.is_ours or self._authority.is_good(pem))

    def sdk_roots(self) -> list[Certificate]:
        """Give who certifies the servers of split SDKs: `sdk-roots.pem`, else our own authority.

        Raises BadKeyFile for a file that holds no certificate.
        """
        path = self._folder / "sdk-roots.pem"
        path = path if path.exists() else self.authority_file
        try:
            return load_pem_x509_certificates(path.read_bytes())
        except (OSError, ValueError) as error:
            raise BadKeyFile(f"{path} holds no certificate") from error

    def seal(self, name: str) -> Seal:
        """Give the seal of that name."""
        newest, *older = self._symmetric(name)
        return Seal(newest, older=older)

    def mac(self, name: str) -> Mac:
        """Give the authentication code of that name; who shares the file shares the code."""
        newest, *older = self._symmetric(name)
        return Mac(newest, older=older)

    def scheme_root(self) -> SchemeRoot:
        """Give the scheme of 3-D Secure 1.0.2, made at first use."""
        return SchemeRoot(self._folder, now=self._now)

    def rotate(self, name: str) -> None:
        """Put a new key on top: it seals from now on, the older ones still open."""
        with one_at_a_time(self._folder):
            self._write(name, [os.urandom(KEY_OCTETS), *self._read_or_make(name)])

    def _identity(self, room: str) -> Path:
        path = self._folder / "tls" / f"{checked_name(room)}.pem"
        with one_at_a_time(self._folder):
            if self._authority.is_ours:
                if not (path.exists() and self._authority.is_good(read_private(path))):
                    write_whole(path, self._authority.issue(room))
            elif not path.exists():
                raise BadKeyFile(
                    f"{path} is missing; put the room's private key and chain there, "
                    f"signed by the authority of {self.authority_file}"
                )
            read_private(path)
        return path

    def _symmetric(self, name: str) -> list[bytes]:
        with one_at_a_time(self._folder):
            return self._read_or_make(name)

    def _read_or_make(self, name: str) -> list[bytes]:
        path = self._path(name)
        if not path.exists():
            self._write(name, [os.urandom(KEY_OCTETS)])
        try:
            keys = [base64.b64decode(line, validate=True) for line in read_private(path).split()]
        except binascii.Error as error:
            raise BadKeyFile(f"{path} holds something other than base64") from error
        if not keys or any(len(key) != KEY_OCTETS for key in keys):
            raise BadKeyFile(f"{path} must hold keys of {KEY_OCTETS} octets, one a line, in base64")
        return keys

    def _write(self, name: str, keys: list[bytes]) -> None:
        lines = b"".join(base64.b64encode(key) + b"\n" for key in keys)
        write_whole(self._path(name), lines)

    def _path(self, name: str) -> Path:
        return self._folder / "symmetric" / f"{checked_name(name)}.keys"
