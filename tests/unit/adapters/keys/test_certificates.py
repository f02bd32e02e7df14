"""Certificates that the strictest verifier accepts, made once and renewed in time."""

import os
import ssl
import stat
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID
from cryptography.x509.verification import PolicyBuilder, Store

from sekisho.adapters.keys import BadKeyFile, Keyring
from sekisho.kernel.errors import Misuse
from sekisho.protocol.jose import Roots

NOW = datetime(2026, 11, 5, tzinfo=UTC)


def _at(folder: Path, moment: datetime) -> Keyring:
    return Keyring(folder, now=lambda: moment)


def _leaf(folder: Path, room: str) -> x509.Certificate:
    return x509.load_pem_x509_certificate((folder / "tls" / f"{room}.pem").read_bytes())


def _authority(folder: Path) -> x509.Certificate:
    return x509.load_pem_x509_certificate((folder / "ca.pem").read_bytes())


def test_a_chain_passes_a_strict_verifier_as_server_and_as_client(tmp_path: Path) -> None:
    """Python 3.13 checks by RFC 5280 to the letter; an independent verifier agrees."""
    keys = Keyring(tmp_path)
    keys.server_tls("acs")
    builder = PolicyBuilder().store(Store([_authority(tmp_path)])).time(datetime.now(UTC))  # noqa: TID251 - contexts check against the machine's time
    leaf = _leaf(tmp_path, "acs")
    builder.build_server_verifier(x509.DNSName("localhost")).verify(leaf, [])
    builder.build_server_verifier(x509.DNSName("acs")).verify(leaf, [])
    builder.build_client_verifier().verify(leaf, [])


def test_the_authority_may_sign_and_the_leaf_may_not(tmp_path: Path) -> None:
    """Key usage and identifiers as RFC 5280 asks; a room's key makes no other room's certificate."""
    _at(tmp_path, NOW).server_tls("acs")
    authority, leaf = _authority(tmp_path), _leaf(tmp_path, "acs")
    for certificate, is_authority in ((authority, True), (leaf, False)):
        assert isinstance(certificate.public_key(), ec.EllipticCurvePublicKey)
        extensions = certificate.extensions
        constraints = extensions.get_extension_for_class(x509.BasicConstraints)
        usage = extensions.get_extension_for_class(x509.KeyUsage)
        assert constraints.critical
        assert usage.critical
        assert constraints.value.ca is is_authority
        assert usage.value.key_cert_sign is is_authority
        assert usage.value.crl_sign is is_authority
        assert usage.value.digital_signature is not is_authority
        extensions.get_extension_for_class(x509.SubjectKeyIdentifier)
        extensions.get_extension_for_class(x509.AuthorityKeyIdentifier)
    purposes = leaf.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
    assert set(purposes) == {ExtendedKeyUsageOID.SERVER_AUTH, ExtendedKeyUsageOID.CLIENT_AUTH}


def test_contexts_are_as_strict_as_the_newest_python(tmp_path: Path) -> None:
    """On every version: strict checks, TLS 1.2 or newer, a certificate required of both sides."""
    keys = Keyring(tmp_path)
    for context in (keys.server_tls("acs"), keys.client_tls("acs")):
        assert context.verify_flags & ssl.VERIFY_X509_STRICT
        assert context.verify_mode is ssl.CERT_REQUIRED
        assert context.minimum_version is ssl.TLSVersion.TLSv1_2
        assert len(context.get_ca_certs()) == 1
    assert keys.client_tls("acs").check_hostname


def test_files_are_for_their_owner_alone(tmp_path: Path) -> None:
    """Others on the machine read no key; the authority's certificate is for everybody."""
    folder = tmp_path / "keys"
    old = os.umask(0)
    try:
        keys = Keyring(folder)
        keys.server_tls("acs")
        keys.seal("vault")
    finally:
        os.umask(old)
    modes = {
        str(path.relative_to(folder)): stat.S_IMODE(path.stat().st_mode)
        for path in folder.rglob("*")
    }
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert modes == {
        ".lock": 0o600, "ca.pem": 0o644, "ca.key.pem": 0o600, "tls": 0o700, "symmetric": 0o700,
        "tls/acs.pem": 0o600, "symmetric/vault.keys": 0o600,
    }  # fmt: skip


def test_a_folder_that_was_open_is_closed(tmp_path: Path) -> None:
    """Whoever made it by hand had another umask."""
    tmp_path.chmod(0o755)
    Keyring(tmp_path)
    assert stat.S_IMODE(tmp_path.stat().st_mode) == 0o700


def test_a_key_that_others_can_read_is_refused(tmp_path: Path) -> None:
    """The message says how to mend it."""
    keys = Keyring(tmp_path)
    keys.server_tls("acs")
    (tmp_path / "tls" / "acs.pem").chmod(0o644)
    with pytest.raises(BadKeyFile, match="chmod 600"):
        keys.server_tls("acs")


def test_a_second_start_finds_what_the_first_made(tmp_path: Path) -> None:
    """Peers that were told of the authority go on trusting it."""
    _at(tmp_path, NOW).server_tls("acs")
    before = _authority(tmp_path), _leaf(tmp_path, "acs")
    _at(tmp_path, NOW + timedelta(days=30)).server_tls("acs")
    assert (_authority(tmp_path), _leaf(tmp_path, "acs")) == before


def test_a_certificate_is_renewed_before_it_ends(tmp_path: Path) -> None:
    """A laptop that slept for a year starts."""
    _at(tmp_path, NOW).server_tls("acs")
    before = _authority(tmp_path), _leaf(tmp_path, "acs")
    later = NOW + timedelta(days=380)
    _at(tmp_path, later).server_tls("acs")
    assert _authority(tmp_path) == before[0]
    assert _leaf(tmp_path, "acs").not_valid_after_utc > later + timedelta(days=300)


def test_an_authority_near_its_end_is_replaced_with_all_that_it_signed(tmp_path: Path) -> None:
    """No leaf outlives its authority."""
    _at(tmp_path, NOW).server_tls("acs")
    before = _authority(tmp_path)
    _at(tmp_path, NOW + timedelta(days=3500)).server_tls("acs")
    after = _authority(tmp_path)
    assert after != before
    _leaf(tmp_path, "acs").verify_directly_issued_by(after)


def test_a_spoilt_certificate_is_made_anew(tmp_path: Path) -> None:
    """A half-restored backup starts as well."""
    keys = Keyring(tmp_path)
    keys.server_tls("acs")
    (tmp_path / "tls" / "acs.pem").write_bytes(b"not a certificate")
    keys.server_tls("acs")
    _leaf(tmp_path, "acs")


def test_a_foreign_authority_is_never_signed_for(tmp_path: Path) -> None:
    """Production: somebody put an authority there; what is missing is named, not made."""
    Keyring(tmp_path / "theirs").server_tls("acs")
    ours = tmp_path / "ours"
    ours.mkdir()
    (ours / "ca.pem").write_bytes((tmp_path / "theirs" / "ca.pem").read_bytes())
    keys = Keyring(ours)
    with pytest.raises(BadKeyFile, match=r"acs\.pem is missing"):
        keys.server_tls("acs")
    (ours / "tls" / "acs.pem").write_bytes((tmp_path / "theirs/tls/acs.pem").read_bytes())
    (ours / "tls" / "acs.pem").chmod(0o600)
    keys.server_tls("acs")
    assert not (ours / "ca.key.pem").exists()


def test_starting_together_makes_one_authority(tmp_path: Path) -> None:
    """Several processes at first start must end up trusting each other."""
    with ThreadPoolExecutor(4) as pool:
        rings = list(pool.map(lambda _: Keyring(tmp_path), range(8)))
        list(pool.map(lambda ring: ring.client_tls("acs"), rings))
    _leaf(tmp_path, "acs").verify_directly_issued_by(_authority(tmp_path))


@pytest.mark.parametrize("name", ["", "../acs", "a/b", "ACS", "acs.pem", "a b", "-x", "a" * 64])
def test_a_name_that_is_a_path_is_misuse(tmp_path: Path, name: str) -> None:
    """A name goes into file names and certificates."""
    keys = Keyring(tmp_path)
    for use in (keys.server_tls, keys.client_tls, keys.seal, keys.mac, keys.rotate):
        with pytest.raises(Misuse):
            use(name)


def test_a_key_file_of_something_else_is_named(tmp_path: Path) -> None:
    """The path and what should be there; nothing of what was there."""
    keys = Keyring(tmp_path)
    path = tmp_path / "symmetric" / "vault.keys"
    for content in (b"", b"c2hvcnQ=\n", b"*** not base64 ***\n"):
        path.write_bytes(content)
        path.chmod(0o600)
        with pytest.raises(BadKeyFile, match=r"vault\.keys"):
            keys.seal("vault")
    for name, content in (("ca.key.pem", b"x"), ("ca.pem", b"y")):
        spoilt = tmp_path / "spoilt"
        Keyring(spoilt)
        (spoilt / name).write_bytes(content)
        with pytest.raises(BadKeyFile, match=name):
            Keyring(spoilt).server_tls("acs")
        for file in spoilt.glob("ca*"):
            file.unlink()


def test_a_key_held_elsewhere_is_certified_for_signatures_alone(tmp_path: Path) -> None:
    """F2: acsSignedContent's key: the chain leads to the authority, and is not of a server or client."""
    keyring = _at(tmp_path, NOW)
    key = ec.generate_private_key(ec.SECP256R1())
    (certificate,) = keyring.signing_chain("acs-signed-content-1", key.public_key())
    assert certificate.public_key() == key.public_key()
    root = x509.load_pem_x509_certificate(keyring.authority_file.read_bytes())
    Roots([root]).check([certificate], at=NOW)
    with pytest.raises(x509.ExtensionNotFound):
        certificate.extensions.get_extension_for_class(x509.ExtendedKeyUsage)
    assert keyring.signing_chain("acs-signed-content-1", key.public_key()) == [certificate]


def test_another_key_of_that_name_is_certified_anew(tmp_path: Path) -> None:
    """A store that was replaced must not be vouched for by an old certificate."""
    keyring = Keyring(tmp_path)
    keys = [ec.generate_private_key(ec.SECP256R1()).public_key() for _ in range(2)]
    for key in keys:
        assert keyring.signing_chain("signer", key)[0].public_key() == key


def test_a_foreign_authority_certifies_by_itself(tmp_path: Path) -> None:
    """Where the directory's CA is somebody else's, its answer is put into the folder, root and all."""
    theirs, ours = Keyring(tmp_path / "theirs"), tmp_path / "ours"
    ours.mkdir(mode=0o700)
    (ours / "ca.pem").write_bytes(theirs.authority_file.read_bytes())
    keyring = Keyring(ours)
    key = ec.generate_private_key(ec.SECP256R1()).public_key()
    with pytest.raises(BadKeyFile, match="sekisho keys request"):
        keyring.signing_chain("signer", key)
    (answer,) = theirs.signing_chain("signer", key)
    (ours / "certificates").mkdir()
    pem = answer.public_bytes(serialization.Encoding.PEM) + theirs.authority_file.read_bytes()
    (ours / "certificates" / "signer.pem").write_bytes(pem)
    assert keyring.signing_chain("signer", key) == [answer]
