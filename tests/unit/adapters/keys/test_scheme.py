"""The scheme of 3-D Secure 1.0.2 in a folder: who may sign a PARes, and whom merchants trust."""

from datetime import timedelta
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1
from cryptography.hazmat.primitives.asymmetric.ec import generate_private_key as new_ec
from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
)

from sekisho.adapters.keys import BadKeyFile, Keyring
from sekisho.adapters.keys.authority import utc_now
from sekisho.protocol.jose.trust import Roots
from sekisho.protocol.threeds1 import BadSignature, PAResSigner, Trust, sign, verify
from tests.unit.protocol.threeds1.material import PARES

KEY = generate_private_key(65537, 2048)
OTHER = generate_private_key(65537, 2048)


def test_what_a_certified_key_signs_is_believed_under_the_roots(tmp_path: Path) -> None:
    """A1: the ACS's chain leads to the root that the plug-in trusts, and to no other."""
    scheme = Keyring(tmp_path / "keys").scheme_root()
    signer = PAResSigner(key=KEY, chain=scheme.chain("pares-signature-1", KEY.public_key()))
    signed = sign(PARES, signer)
    trust = Trust(roots=Roots(scheme.roots()))
    assert verify(signed, trust=trust, at=utc_now()).signed
    stranger = Keyring(tmp_path / "others").scheme_root()
    with pytest.raises(BadSignature):
        verify(signed, trust=Trust(roots=Roots(stranger.roots())), at=utc_now())
    with pytest.raises(BadSignature):
        verify(signed, trust=trust, at=utc_now() - timedelta(days=1))


def test_a_second_start_finds_what_the_first_made(tmp_path: Path) -> None:
    first = Keyring(tmp_path).scheme_root()
    chain = first.chain("pares-signature-1", KEY.public_key())
    second = Keyring(tmp_path).scheme_root()
    assert second.roots() == first.roots()
    assert second.chain("pares-signature-1", KEY.public_key()) == chain
    assert (tmp_path / "threeds1" / "root.key.pem").stat().st_mode & 0o077 == 0


def test_a_new_key_gets_a_new_certificate(tmp_path: Path) -> None:
    """A chain that is of another key than the one in use certifies nothing."""
    scheme = Keyring(tmp_path).scheme_root()
    scheme.chain("pares-signature-1", KEY.public_key())
    assert (
        scheme.chain("pares-signature-1", OTHER.public_key())[0].public_key() == OTHER.public_key()
    )


def test_a_foreign_scheme_is_never_signed_for(tmp_path: Path) -> None:
    """Where somebody put the scheme's own roots, its chain is put there too, or we do not start."""
    ours = Keyring(tmp_path / "ours").scheme_root()
    folder = tmp_path / "foreign" / "threeds1"
    folder.mkdir(parents=True)
    (folder / "roots.pem").write_bytes(
        b"".join(each.public_bytes(Encoding.PEM) for each in ours.roots())
    )
    foreign = Keyring(tmp_path / "foreign").scheme_root()
    assert foreign.roots() == ours.roots()
    with pytest.raises(BadKeyFile, match="pares-signature-1"):
        foreign.chain("pares-signature-1", KEY.public_key())
    chain = ours.chain("pares-signature-1", KEY.public_key())
    (folder / "pares-signature-1.pem").write_bytes(
        b"".join(each.public_bytes(Encoding.PEM) for each in chain)
    )
    assert foreign.chain("pares-signature-1", KEY.public_key()) == chain


def test_what_is_no_certificate_or_no_rsa_key_is_named(tmp_path: Path) -> None:
    scheme = Keyring(tmp_path).scheme_root()
    path = tmp_path / "threeds1" / "root.key.pem"
    path.write_bytes(
        new_ec(SECP256R1()).private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    )
    with pytest.raises(BadKeyFile, match="no RSA key"):
        scheme.chain("pares-signature-1", KEY.public_key())
    (tmp_path / "threeds1" / "roots.pem").write_bytes(b"nothing")
    with pytest.raises(BadKeyFile, match="no certificate"):
        scheme.roots()
