"""Certificates that are not to be trusted any more: a list (CRL) that every TLS context holds to.

The list is a file beside the authority's certificate, signed by it. Without the file nothing is
revoked; with one that has run out, or is another authority's, nobody is let in: what cannot be known
to be good is not.
"""

import ssl
import weakref
from collections.abc import Iterable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from sekisho.adapters.keys.files import BadKeyFile

NAME: Final = "revoked.pem"
LIFE: Final = timedelta(days=3650)
"""Of a development authority's list: as long as the authority's own."""


class RevocationList:
    """The list of one key folder, and every context that it was given to."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._read_at: int | None = None
        self._contexts: weakref.WeakSet[ssl.SSLContext] = weakref.WeakSet()

    def guard(self, context: ssl.SSLContext) -> ssl.SSLContext:
        """Have a context refuse what is on the list, now and whenever it has changed."""
        self._contexts.add(context)
        changed_at = self._changed_at()
        if changed_at is not None:
            self._hold(context)
            self._read_at = changed_at
        return context

    def look(self) -> bool:
        """Read the list again if it has changed; tell whether it had. Connections that are open stay."""
        changed_at = self._changed_at()
        if changed_at is None or changed_at == self._read_at:
            return False
        for context in self._contexts:
            self._hold(context)
        self._read_at = changed_at
        return True

    def _changed_at(self) -> int | None:
        try:
            return self._path.stat().st_mtime_ns
        except FileNotFoundError:
            return None

    def _hold(self, context: ssl.SSLContext) -> None:
        try:
            context.load_verify_locations(self._path)
        except (OSError, ssl.SSLError) as error:
            raise BadKeyFile(f"{self._path} holds no list of revoked certificates") from error
        context.verify_flags |= ssl.VERIFY_CRL_CHECK_LEAF


def list_of(
    serials: Iterable[int],
    *,
    authority: x509.Certificate,
    key: ec.EllipticCurvePrivateKey,
    at: datetime,
) -> bytes:
    """Make an authority's list of revoked certificates, as PEM."""
    number = int(at.timestamp() * 1_000_000)  # each list has a higher one than the list before
    listed = (
        x509.CertificateRevocationListBuilder()
        .issuer_name(authority.subject)
        .last_update(at)
        .next_update(at + LIFE)
        .add_extension(x509.CRLNumber(number), critical=False)
        .add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_public_key(key.public_key()), critical=False
        )
    )
    for serial in serials:
        entry = x509.RevokedCertificateBuilder().serial_number(serial).revocation_date(at)
        listed = listed.add_revoked_certificate(entry.build())
    return listed.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM)


def serials_in(pem: bytes) -> set[int]:
    """Read which certificates a list revokes."""
    return {entry.serial_number for entry in x509.load_pem_x509_crl(pem)}


def later_than(pem: bytes) -> datetime:
    """Give a moment by which a newer list is known as newer: verifiers compare whole seconds."""
    return x509.load_pem_x509_crl(pem).last_update_utc + timedelta(seconds=1)
