"""The cryptography of the app channel, beside the bare `cryptography` calls that it stands on.

The other side does the same mathematics with ready keys, header and IV: no header is read, nothing
is checked, no counter compared. For the channel, where AES takes two microseconds, it also writes and
reads the base64url that a token is made of.
"""

import base64
import hashlib
import hmac
from collections.abc import Callable
from datetime import UTC, datetime

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.ec import (
    ECDH,
    ECDSA,
    SECP256R1,
    EllipticCurvePrivateKey,
    EllipticCurvePublicNumbers,
    derive_private_key,
)
from cryptography.hazmat.primitives.asymmetric.utils import (
    decode_dss_signature,
    encode_dss_signature,
)
from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.ciphers.algorithms import AES128
from cryptography.hazmat.primitives.ciphers.modes import CBC
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.concatkdf import ConcatKDFHash
from cryptography.hazmat.primitives.padding import PKCS7
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID
from cryptography.x509.verification import (
    Criticality,
    ExtensionPolicy,
    PolicyBuilder,
    Store,
)

from bench.figures import Figure, best_us
from sekisho.protocol import Version
from sekisho.protocol.codec import write_object
from sekisho.protocol.jose import (
    AcsContent,
    Enc,
    Roots,
    SecureChannel,
    Side,
    Signer,
    agree_channel,
    open_device_data,
    open_message,
    seal,
    seal_with_ec,
    sign_acs_content,
    verify_acs_content,
)

DIRECTORY = "A000000003"
NOW = datetime(2026, 11, 23, tzinfo=UTC)
MESSAGE = write_object({"sdkCounterStoA": "000", "challengeHTMLDataEntry": "x" * 1900})
DEVICE = write_object({"DV": "1.4", "DD": {f"C{n:03d}": "x" * 90 for n in range(1, 19)}})
RANDOM = bytes(range(16))


def key(seed: int) -> EllipticCurvePrivateKey:
    """Give a key by a number."""
    return derive_private_key(seed, SECP256R1())


def run() -> list[Figure]:
    """Measure key agreement and content encryption together, then signing, then the channel alone."""
    pairs = [*_device_data(), *_signatures(), *_channel(Enc.GCM), *_channel(Enc.CBC)]
    return [_figure(name, ours, bare) for name, ours, bare in pairs]


Pair = tuple[str, Callable[[], object], Callable[[], object]]


def _figure(name: str, ours: Callable[[], object], bare: Callable[[], object]) -> Figure:
    value, against = best_us([ours, bare], loops=100)
    beside = "bare cryptography and base64" if " CReq " in name else "bare cryptography"
    return Figure(
        name=name, value=value, unit="us", against=f"{beside}: {against:.1f} us",
        ratio=value / against,
    )  # fmt: skip


def _device_data() -> list[Pair]:
    directory, ephemeral = key(2), key(3)
    public, iv, aad = directory.public_key(), RANDOM[:12], bytes(300)
    numbers = ephemeral.public_key().public_numbers()
    info = bytes(8) + len(DIRECTORY).to_bytes(4, "big") + DIRECTORY.encode() + b"\0\0\1\0"

    def bare_key(z: bytes) -> AESGCM:
        return AESGCM(ConcatKDFHash(SHA256(), 32, info).derive(z)[:16])

    token = bare_key(ephemeral.exchange(ECDH(), public)).encrypt(iv, DEVICE, aad)

    def ours_seal() -> str:
        return seal_with_ec(
            DEVICE, key=public, kid="ds", enc=Enc.GCM, ephemeral=ephemeral,
            directory_server_id=DIRECTORY, iv=iv,
        )  # fmt: skip

    def bare_seal() -> object:
        ephemeral.public_key().public_numbers()
        return bare_key(ephemeral.exchange(ECDH(), public)).encrypt(iv, DEVICE, aad)

    text = ours_seal()

    def ours_open() -> object:
        return open_device_data(
            text, keys={"ds": directory}, directory_server_id=DIRECTORY, version=Version.V231,
            spare=bytes(32),
        )  # fmt: skip

    def bare_open() -> object:
        epk = EllipticCurvePublicNumbers(numbers.x, numbers.y, SECP256R1()).public_key()
        return bare_key(directory.exchange(ECDH(), epk)).decrypt(iv, token, aad)

    assert ours_open() == bare_open() == DEVICE
    return [
        ("seal sdkEncData (ECDH-ES, A128GCM, 2 kB)", ours_seal, bare_seal),
        ("open sdkEncData", ours_open, bare_open),
    ]


def _signatures() -> list[Pair]:
    root_key, signing = key(4), key(5)
    root, leaf = (
        _certificate("DS", root_key, root_key, ca=True),
        _certificate("ACS", signing, root_key),
    )
    der = leaf.public_bytes(Encoding.DER)
    content = AcsContent(
        acs_key=key(6).public_key(), sdk_key=key(7).public_key(), acs_url="https://acs.example/app"
    )
    signer, roots = Signer(key=signing, chain=(leaf,)), Roots([root])
    text = sign_acs_content(content, signer)
    signed, _, signature = text.rpartition(".")
    octets = base64.urlsafe_b64decode(signature + "==")
    points = [one.public_numbers() for one in (content.acs_key, content.sdk_key)]
    policy = PolicyBuilder().store(Store([root])).extension_policies(
        ca_policy=ExtensionPolicy.permit_all().require_present(
            x509.BasicConstraints, Criticality.AGNOSTIC, None
        ),
        ee_policy=ExtensionPolicy.permit_all(),
    )  # fmt: skip

    def bare_sign() -> object:
        return decode_dss_signature(signing.sign(signed.encode(), ECDSA(SHA256())))

    def bare_verify() -> None:
        certificate = x509.load_der_x509_certificate(der)
        policy.time(NOW).build_client_verifier().verify(certificate, [])
        made = encode_dss_signature(
            int.from_bytes(octets[:32], "big"), int.from_bytes(octets[32:], "big")
        )
        certificate.public_key().verify(made, signed.encode(), ECDSA(SHA256()))  # type: ignore[union-attr, call-arg, arg-type]  an EC key
        for point in points:
            EllipticCurvePublicNumbers(point.x, point.y, SECP256R1()).public_key()

    return [
        ("sign acsSignedContent (ES256)", lambda: sign_acs_content(content, signer), bare_sign),
        (
            "verify acsSignedContent, chain and keys",
            lambda: verify_acs_content(text, roots=roots, at=NOW, sdk_key=content.sdk_key),
            bare_verify,
        ),
    ]


def _channel(enc: Enc) -> list[Pair]:
    def end(side: Side) -> SecureChannel:
        own, peers = (key(8), key(9)) if side is Side.SDK else (key(9), key(8))
        return agree_channel(
            side, own=own, peers=peers.public_key(), sdk_reference_number="REF",
            acs_trans_id="d7c1ee99-9478-44a6-b1f2-391e29c6b340",
            enc=enc if side is Side.SDK else None,
        )  # fmt: skip

    sdk, acs = end(Side.SDK), end(Side.ACS)
    secret, aad = sdk.key.reveal(), bytes(120)
    text, _ = seal(sdk, MESSAGE, random=RANDOM)
    seal_bare, open_bare = _bare_gcm(secret, aad) if enc is Enc.GCM else _bare_cbc(secret, aad)
    assert open_message(acs, text)[0] == open_bare() == MESSAGE
    return [
        (f"seal a CReq ({enc.value}, 2 kB)", lambda: seal(sdk, MESSAGE, random=RANDOM), seal_bare),
        (f"open a CReq ({enc.value})", lambda: open_message(acs, text), open_bare),
    ]


def _bare_gcm(secret: bytes, aad: bytes) -> tuple[Callable[[], object], Callable[[], object]]:
    sealed = AESGCM(secret[:16]).encrypt(bytes(12), MESSAGE, aad)
    text = base64.urlsafe_b64encode(sealed)

    def encrypt() -> bytes:
        return base64.urlsafe_b64encode(AESGCM(secret[:16]).encrypt(bytes(12), MESSAGE, aad))

    def decrypt() -> bytes:
        return AESGCM(secret[:16]).decrypt(bytes(12), base64.urlsafe_b64decode(text), aad)

    return encrypt, decrypt


def _bare_cbc(secret: bytes, aad: bytes) -> tuple[Callable[[], object], Callable[[], object]]:
    def encrypt() -> tuple[bytes, bytes]:
        padder, encryptor = (
            PKCS7(128).padder(),
            Cipher(AES128(secret[16:]), CBC(RANDOM)).encryptor(),
        )
        padded = padder.update(MESSAGE) + padder.finalize()
        ciphertext = encryptor.update(padded) + encryptor.finalize()
        tag = hmac.digest(secret[:16], aad + RANDOM + ciphertext, hashlib.sha256)
        return base64.urlsafe_b64encode(ciphertext), tag

    text, tag = encrypt()

    def decrypt() -> bytes:
        ciphertext = base64.urlsafe_b64decode(text)
        made = hmac.digest(secret[:16], aad + RANDOM + ciphertext, hashlib.sha256)
        assert hmac.compare_digest(made, tag)
        decryptor = Cipher(AES128(secret[16:]), CBC(RANDOM)).decryptor()
        unpadder = PKCS7(128).unpadder()
        padded = decryptor.update(ciphertext) + decryptor.finalize()
        return unpadder.update(padded) + unpadder.finalize()

    return encrypt, decrypt


def _certificate(
    name: str, own: EllipticCurvePrivateKey, issuer: EllipticCurvePrivateKey, *, ca: bool = False
) -> x509.Certificate:
    return (
        x509.CertificateBuilder()
        .subject_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)]))
        .issuer_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "DS")]))
        .public_key(own.public_key())
        .serial_number(7)
        .not_valid_before(datetime(2020, 1, 1, tzinfo=UTC))
        .not_valid_after(datetime(2040, 1, 1, tzinfo=UTC))
        .add_extension(x509.BasicConstraints(ca=ca, path_length=None), critical=True)
        .sign(issuer, SHA256())
    )
