"""The development authority: makes the certificates of a house that has none of its own.

EC P-256 throughout. Key usage and key identifiers are set as RFC 5280 asks, so that verifiers
which check strictly (Python 3.13's default) accept every chain.
"""

import ipaddress
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final, TypeAlias

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from sekisho.adapters.clock import WallClock
from sekisho.adapters.keys.files import (
    PUBLIC_FILE,
    BadKeyFile,
    checked_name,
    read_private,
    write_whole,
)
from sekisho.adapters.keys.revocation import later_than, list_of, serials_in

AUTHORITY_LIFE: Final = timedelta(days=3650)
LEAF_LIFE: Final = timedelta(days=397)
"""No longer than public authorities may give, so that nobody gets used to more."""
BOTH_PURPOSES: Final = (ExtendedKeyUsageOID.SERVER_AUTH, ExtendedKeyUsageOID.CLIENT_AUTH)
RENEW_BEFORE: Final = timedelta(days=30)
BACKDATED: Final = timedelta(minutes=5)
"""Clocks of two machines differ; a certificate must be good at once on both."""

PEM: Final = serialization.Encoding.PEM
Now = Callable[[], datetime]
CertifiedKey: TypeAlias = ec.EllipticCurvePublicKey | rsa.RSAPublicKey
utc_now: Final[Now] = WallClock().now
"""Validity is checked against the machine's own time, whatever a sandbox's clock shows."""


class DevelopmentCa:
    """An authority of this folder's own: `ca.pem` for everybody, `ca.key.pem` for itself."""

    def __init__(self, folder: Path, *, now: Now = utc_now) -> None:
        self._certificate_file = folder / "ca.pem"
        self._key_file = folder / "ca.key.pem"
        self._now = now

    @property
    def certificate_file(self) -> Path:
        """Where peers find what to trust."""
        return self._certificate_file

    @property
    def is_ours(self) -> bool:
        """Tell whether certificates are made here: not where somebody put an authority of theirs."""
        return self._key_file.exists() or not self._certificate_file.exists()

    def make_sure(self) -> None:
        """Make the authority if there is none, or if it ends before the next leaf would."""
        if not self.is_ours:
            return
        if self._key_file.exists() and self._certificate_file.exists():
            left = self._certificate().not_valid_after_utc - self._now()
            if left > LEAF_LIFE:
                return
        key = ec.generate_private_key(ec.SECP256R1())
        # The certificate last: its presence without a key would mean a foreign authority.
        write_whole(self._key_file, _private_pem(key))
        certificate = self._build_authority(key)
        write_whole(self._certificate_file, certificate.public_bytes(PEM), mode=PUBLIC_FILE)

    def issue(
        self,
        room: str,
        *,
        names: Sequence[str] = ("localhost",),
        purposes: Sequence[x509.ObjectIdentifier] = BOTH_PURPOSES,
    ) -> bytes:
        """Make a certificate that can both serve and call, and give its key and chain as PEM."""
        checked_name(room)
        key = ec.generate_private_key(ec.SECP256R1())
        alternatives = [x509.DNSName(name) for name in dict.fromkeys((*names, room))]
        certificate = (
            self._leaf(key.public_key(), room)
            .add_extension(x509.ExtendedKeyUsage(purposes), critical=False)
            .add_extension(
                x509.SubjectAlternativeName(
                    [*alternatives, x509.IPAddress(ipaddress.IPv4Address("127.0.0.1"))]
                ),
                critical=False,
            )
            .sign(self._key(), hashes.SHA256())
        )
        return _private_pem(key) + certificate.public_bytes(PEM)

    def certify(self, name: str, key: CertifiedKey) -> bytes:
        """Make a certificate for a key that signs messages and is held elsewhere; PEM."""
        certificate = self._leaf(key, checked_name(name)).sign(self._key(), hashes.SHA256())
        return certificate.public_bytes(PEM)

    def revoke(self, pem: bytes, *, before: bytes | None) -> bytes:
        """Make the list of revoked certificates with one more on it, from the list before."""
        serials = {x509.load_pem_x509_certificate(pem).serial_number}
        at = self._now() - BACKDATED
        if before is not None:
            serials |= serials_in(before)
            at = max(at, later_than(before))
        return list_of(serials, authority=self._certificate(), key=self._key(), at=at)

    def is_good(self, pem: bytes) -> bool:
        """Tell whether a certificate is of this authority and not about to end."""
        try:
            certificate = x509.load_pem_x509_certificate(pem)
            certificate.verify_directly_issued_by(self._certificate())
        except Exception:  # noqa: BLE001 - whatever is wrong with it, the answer is to make another
            return False
        return certificate.not_valid_after_utc - self._now() > RENEW_BEFORE

    def _certificate(self) -> x509.Certificate:
        try:
            return x509.load_pem_x509_certificate(self._certificate_file.read_bytes())
        except (OSError, ValueError) as error:
            raise BadKeyFile(f"{self._certificate_file} holds no certificate") from error

    def _key(self) -> ec.EllipticCurvePrivateKey:
        try:
            key = serialization.load_pem_private_key(read_private(self._key_file), password=None)
        except ValueError as error:
            raise BadKeyFile(f"{self._key_file} holds no private key") from error
        if not isinstance(key, ec.EllipticCurvePrivateKey):
            raise BadKeyFile(f"{self._key_file} holds no elliptic-curve key")
        return key

    def _build_authority(self, key: ec.EllipticCurvePrivateKey) -> x509.Certificate:
        name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Sekisho development authority")])
        identifier = x509.SubjectKeyIdentifier.from_public_key(key.public_key())
        return (
            self._dated(name, name, key.public_key(), AUTHORITY_LIFE)
            .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
            .add_extension(key_usage(signs_certificates=True), critical=True)
            .add_extension(identifier, critical=False)
            .add_extension(_issued_by(identifier), critical=False)
            .sign(key, hashes.SHA256())
        )

    def _leaf(self, key: CertifiedKey, name: str) -> x509.CertificateBuilder:
        authority = self._certificate()
        subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
        issuer = authority.extensions.get_extension_for_class(x509.SubjectKeyIdentifier).value
        return (
            self._dated(subject, authority.subject, key, LEAF_LIFE)
            .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
            .add_extension(key_usage(signs_certificates=False), critical=True)
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(key), critical=False)
            .add_extension(_issued_by(issuer), critical=False)
        )

    def _dated(
        self,
        subject: x509.Name,
        issuer: x509.Name,
        key: CertifiedKey,
        life: timedelta,
    ) -> x509.CertificateBuilder:
        now = self._now()
        return (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(issuer)
            .public_key(key)
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - BACKDATED)
            .not_valid_after(now + life)
        )


def key_usage(*, signs_certificates: bool) -> x509.KeyUsage:
    """Give what a certificate's key may sign: certificates and revocations, or else data."""
    return x509.KeyUsage(
        digital_signature=not signs_certificates,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=signs_certificates,
        crl_sign=signs_certificates,
        encipher_only=False,
        decipher_only=False,
    )


def _issued_by(identifier: x509.SubjectKeyIdentifier) -> x509.AuthorityKeyIdentifier:
    return x509.AuthorityKeyIdentifier.from_issuer_subject_key_identifier(identifier)


def _private_pem(key: ec.EllipticCurvePrivateKey) -> bytes:
    return key.private_bytes(PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
