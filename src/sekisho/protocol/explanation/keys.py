"""Reads what a caller has to open or to trust captured tokens: keys and roots, as files hold them."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ec import (
    SECP256R1,
    EllipticCurvePrivateKey,
    derive_private_key,
)
from cryptography.hazmat.primitives.asymmetric.rsa import (
    RSAPrivateKey,
    RSAPrivateNumbers,
    RSAPublicNumbers,
    rsa_crt_dmp1,
    rsa_crt_dmq1,
    rsa_crt_iqmp,
)
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from cryptography.x509 import (
    InvalidVersion,
    load_der_x509_certificate,
    load_pem_x509_certificates,
)

from sekisho.kernel.errors import Misuse, TheyErred
from sekisho.kernel.secret import Secret
from sekisho.protocol.faults import ProtocolFault
from sekisho.protocol.forms import from_base64url
from sekisho.protocol.jose import DirectoryKey, Roots
from sekisho.protocol.vocabulary import Json

KEY_FILE_BYTES_MAX: Final = 1024 * 1024
"""More than a file of keys or certificates has."""

CONTENT_KEY_OCTETS: Final = frozenset({16, 32})
"""A session key has 32; a key of A128GCM, half of one, 16."""


class NoKey(TheyErred):
    """What was given holds no key, or no certificate, that could be read."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Keys:
    """What tokens may be opened with; each is tried."""

    contents: tuple[Secret[bytes], ...] = ()
    """Session keys of a challenge, or content keys."""
    directory: tuple[DirectoryKey, ...] = field(default=(), repr=False)
    """Private keys of a Directory Server."""

    def __bool__(self) -> bool:
        return bool(self.contents or self.directory)


@dataclass(frozen=True, slots=True, kw_only=True)
class Trust:
    """What signatures are held against."""

    roots: Roots
    at: datetime
    """When the certificates must be valid."""


def read_keys(data: bytes) -> Keys:
    """Read the keys in a file: PEM, JWK or a set of them, hexadecimal, base64 or the bare octets.

    Raises NoKey, which tells nothing of what the file holds.
    """
    if len(data) > KEY_FILE_BYTES_MAX:
        raise NoKey(f"a file of {len(data)} bytes holds no key")
    if b"-----BEGIN" in data:
        return Keys(directory=tuple(_pem_keys(data)))
    if data.lstrip()[:1] in (b"{", b"["):
        return _jwk_keys(data)
    content = _content_key(data)
    if content is None:
        raise NoKey("neither PEM, JWK, hexadecimal nor base64 of a key of 16 or 32 octets")
    return Keys(contents=(Secret(content),))


def read_trust(data: bytes, at: datetime | None) -> Trust:
    """Read root certificates, PEM or DER; Misuse without a moment, NoKey when there is none."""
    if at is None:
        raise Misuse("certificates are judged at a moment: give it with the roots")
    if len(data) > KEY_FILE_BYTES_MAX:
        raise NoKey(f"a file of {len(data)} bytes holds no certificate")
    try:
        if b"-----BEGIN" in data:
            return Trust(roots=Roots(load_pem_x509_certificates(data)), at=at)
        return Trust(roots=Roots([load_der_x509_certificate(data)]), at=at)
    except (ValueError, InvalidVersion) as error:
        raise NoKey("no certificate, PEM or DER, that could be read") from error


_PEM: Final = re.compile(rb"-----BEGIN ([A-Z ]*PRIVATE KEY)-----.*?-----END \1-----", re.DOTALL)


def _pem_keys(data: bytes) -> Iterator[DirectoryKey]:
    found = list(_PEM.finditer(data))
    if not found:
        raise NoKey("PEM without a private key")
    for each in found:
        try:
            key = load_pem_private_key(each[0], password=None)
        except (ValueError, TypeError, UnsupportedAlgorithm) as error:
            # TypeError: the key is encrypted, and asking for a password is not this library's.
            raise NoKey("a private key that cannot be read, or is encrypted") from error
        if not isinstance(key, RSAPrivateKey | EllipticCurvePrivateKey):
            raise NoKey("a private key that is neither RSA nor on P-256")
        yield key


def _jwk_keys(data: bytes) -> Keys:
    try:
        value: Json = json.loads(data)
    except (ValueError, RecursionError) as error:
        raise NoKey("JSON that is broken") from error
    listed = value.get("keys", [value]) if isinstance(value, dict) else value
    contents: list[Secret[bytes]] = []
    directory: list[DirectoryKey] = []
    for each in listed if isinstance(listed, list) else []:
        key = _jwk(each if isinstance(each, dict) else {})
        if isinstance(key, bytes):
            contents.append(Secret(key))
        else:
            directory.append(key)
    if not contents and not directory:
        raise NoKey("a set of keys without any")
    return Keys(contents=tuple(contents), directory=tuple(directory))


def _jwk(members: dict[str, Json]) -> DirectoryKey | bytes:
    kind = members.get("kty")
    try:
        if kind == "oct":
            content = from_base64url(str(members.get("k")))
            if len(content) in CONTENT_KEY_OCTETS:
                return content
        elif kind == "EC" and members.get("crv") == "P-256":
            return derive_private_key(_number(members, "d"), SECP256R1())
        elif kind == "RSA":
            return _rsa(members)
    except (ProtocolFault, ValueError) as error:
        raise NoKey("a JWK whose numbers make no private key") from error
    raise NoKey("a JWK that is no private key of RSA or P-256 and no key of 16 or 32 octets")


def _rsa(members: dict[str, Json]) -> RSAPrivateKey:
    d, p, q = (_number(members, name) for name in "dpq")
    public = RSAPublicNumbers(e=_number(members, "e"), n=_number(members, "n"))
    return RSAPrivateNumbers(
        p=p, q=q, d=d, public_numbers=public,
        dmp1=rsa_crt_dmp1(d, p), dmq1=rsa_crt_dmq1(d, q), iqmp=rsa_crt_iqmp(p, q),
    ).private_key()  # fmt: skip


def _number(members: dict[str, Json], name: str) -> int:
    octets = from_base64url(str(members.get(name, "")))
    if not octets:
        raise ValueError(name)
    return int.from_bytes(octets, "big")


def _content_key(data: bytes) -> bytes | None:
    """Read a key by itself; bare octets are taken last, for most of them are no text."""
    try:
        text = "".join(data.decode("ascii").split())
    except UnicodeDecodeError:
        return data if len(data) in CONTENT_KEY_OCTETS else None
    for octets in (_from_hexadecimal(text), _from_base64(text), data):
        if octets is not None and len(octets) in CONTENT_KEY_OCTETS:
            return octets
    return None


def _from_hexadecimal(text: str) -> bytes | None:
    try:
        return bytes.fromhex(text.replace(":", ""))
    except ValueError:
        return None


def _from_base64(text: str) -> bytes | None:
    try:
        return from_base64url(text.translate(_TO_BASE64URL))
    except ProtocolFault:
        return None


_TO_BASE64URL: Final = str.maketrans("+/", "-_")
