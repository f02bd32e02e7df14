"""The cryptography of the app channel, beside the bare `cryptography` calls that it stands on.

The other side gets the same task and does the same work on the wire: it writes and reads headers,
payloads and keys as JSON and base64url, with `json` and `base64` of the standard library. Its keys
are ready and what a signer can prepare is prepared. What it leaves out are the checks: lengths,
repeated members, canonical base64url, allowed algorithms, identifiers and counters.
"""

import base64
import hashlib
import hmac
import json
from collections.abc import Callable
from datetime import UTC, datetime

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.ec import (
    ECDH,
    ECDSA,
    SECP256R1,
    EllipticCurvePrivateKey,
    EllipticCurvePublicKey,
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
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
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
    return Figure(
        name=name, value=value, unit="us",
        against=f"bare cryptography, json and base64: {against:.1f} us", ratio=value / against,
    )  # fmt: skip


def _written(octets: bytes) -> str:
    return base64.urlsafe_b64encode(octets).rstrip(b"=").decode()


def _read(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def _json(members: object) -> bytes:
    return json.dumps(members, separators=(",", ":")).encode()


def _jwk(public: EllipticCurvePublicKey) -> dict[str, str]:
    point = public.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
    return {"kty": "EC", "crv": "P-256", "x": _written(point[1:33]), "y": _written(point[33:])}


def _public(jwk: dict[str, str]) -> EllipticCurvePublicKey:
    point = b"\4" + _read(jwk["x"]) + _read(jwk["y"])
    return EllipticCurvePublicKey.from_encoded_point(SECP256R1(), point)


def _gcm_token(header: object, key: bytes, iv: bytes, plaintext: bytes) -> str:
    head = _written(_json(header))
    sealed = AESGCM(key).encrypt(iv, plaintext, head.encode())
    return f"{head}..{_written(iv)}.{_written(sealed[:-16])}.{_written(sealed[-16:])}"


def _device_data() -> list[Pair]:
    directory, ephemeral = key(2), key(3)
    public, iv = directory.public_key(), RANDOM[:12]
    info = bytes(8) + len(DIRECTORY).to_bytes(4, "big") + DIRECTORY.encode() + b"\0\0\1\0"

    def bare_key(z: bytes) -> bytes:
        return ConcatKDFHash(SHA256(), 32, info).derive(z)[:16]

    def ours_seal() -> str:
        return seal_with_ec(
            DEVICE, key=public, kid="ds", enc=Enc.GCM, ephemeral=ephemeral,
            directory_server_id=DIRECTORY, iv=iv,
        )  # fmt: skip

    def bare_seal() -> str:
        epk = _jwk(ephemeral.public_key())
        header = {"alg": "ECDH-ES", "kid": "ds", "epk": epk, "enc": "A128GCM"}
        return _gcm_token(header, bare_key(ephemeral.exchange(ECDH(), public)), iv, DEVICE)

    text = ours_seal()

    def ours_open() -> object:
        return open_device_data(
            text, keys={"ds": directory}, directory_server_id=DIRECTORY, version=Version.V231,
            spare=bytes(32),
        )  # fmt: skip

    def bare_open() -> bytes:
        head, _, iv, ciphertext, tag = text.split(".")
        z = directory.exchange(ECDH(), _public(json.loads(_read(head))["epk"]))
        sealed = _read(ciphertext) + _read(tag)
        plaintext = AESGCM(bare_key(z)).decrypt(_read(iv), sealed, head.encode())
        json.loads(plaintext)
        return plaintext

    assert ours_seal() == bare_seal()
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
    content = AcsContent(
        acs_key=key(6).public_key(), sdk_key=key(7).public_key(), acs_url="https://acs.example/app"
    )
    signer, roots = Signer(key=signing, chain=(leaf,)), Roots([root])
    text = sign_acs_content(content, signer)
    header = text.partition(".")[0]
    policy = PolicyBuilder().store(Store([root])).extension_policies(
        ca_policy=ExtensionPolicy.permit_all().require_present(
            x509.BasicConstraints, Criticality.AGNOSTIC, None
        ),
        ee_policy=ExtensionPolicy.permit_all(),
    )  # fmt: skip

    def bare_sign() -> str:
        members = {
            "acsEphemPubKey": _jwk(content.acs_key),
            "sdkEphemPubKey": _jwk(content.sdk_key),
            "acsURL": content.acs_url,
        }
        signed = f"{header}.{_written(_json(members))}"
        r, s = decode_dss_signature(signing.sign(signed.encode(), ECDSA(SHA256())))
        return f"{signed}.{_written(r.to_bytes(32, 'big') + s.to_bytes(32, 'big'))}"

    def bare_verify() -> tuple[EllipticCurvePublicKey, EllipticCurvePublicKey, str]:
        head, payload, signature = text.split(".")
        der = base64.b64decode(json.loads(_read(head))["x5c"][0])
        certificate = x509.load_der_x509_certificate(der)
        policy.time(NOW).build_client_verifier().verify(certificate, [])
        octets = _read(signature)
        made = encode_dss_signature(
            int.from_bytes(octets[:32], "big"), int.from_bytes(octets[32:], "big")
        )
        signer_key = certificate.public_key()
        assert isinstance(signer_key, EllipticCurvePublicKey)
        signer_key.verify(made, f"{head}.{payload}".encode(), ECDSA(SHA256()))
        members = json.loads(_read(payload))
        return (
            _public(members["acsEphemPubKey"]),
            _public(members["sdkEphemPubKey"]),
            members["acsURL"],
        )

    def ours_verify() -> AcsContent:
        return verify_acs_content(text, roots=roots, at=NOW, sdk_key=content.sdk_key)

    assert bare_sign().rpartition(".")[0] == text.rpartition(".")[0]
    found = ours_verify()
    assert (found.acs_key, found.sdk_key, found.acs_url) == bare_verify()
    return [
        (
            "sign acsSignedContent (ES256)",
            lambda: sign_acs_content(content, signer),
            bare_sign,
        ),
        ("verify acsSignedContent, chain and keys", ours_verify, bare_verify),
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
    secret, kid = sdk.key.reveal(), sdk.acs_trans_id
    text, _ = seal(sdk, MESSAGE, random=RANDOM)
    bare = _bare_gcm(secret, kid, text) if enc is Enc.GCM else _bare_cbc(secret, kid, text)
    seal_bare, open_bare = bare
    assert seal_bare() == text
    assert open_message(acs, text)[0] == open_bare() == MESSAGE
    return [
        (f"seal a CReq ({enc.value}, 2 kB)", lambda: seal(sdk, MESSAGE, random=RANDOM), seal_bare),
        (f"open a CReq ({enc.value})", lambda: open_message(acs, text), open_bare),
    ]


Bare = tuple[Callable[[], str], Callable[[], bytes]]


def _bare_gcm(secret: bytes, kid: str, text: str) -> Bare:
    def encrypt() -> str:
        assert json.loads(MESSAGE)["sdkCounterStoA"] == "000"
        header = {"alg": "dir", "enc": "A128GCM", "kid": kid}
        return _gcm_token(header, secret[:16], bytes(12), MESSAGE)

    def decrypt() -> bytes:
        head, _, iv, ciphertext, tag = text.split(".")
        json.loads(_read(head))
        sealed = _read(ciphertext) + _read(tag)
        plaintext = AESGCM(secret[:16]).decrypt(_read(iv), sealed, head.encode())
        assert json.loads(plaintext)["sdkCounterStoA"] == "000"
        return plaintext

    return encrypt, decrypt


def _bare_cbc(secret: bytes, kid: str, text: str) -> Bare:
    def mac(head: str, iv: bytes, ciphertext: bytes) -> bytes:
        data = head.encode() + iv + ciphertext + (8 * len(head)).to_bytes(8, "big")
        return hmac.digest(secret[:16], data, hashlib.sha256)[:16]

    def encrypt() -> str:
        assert json.loads(MESSAGE)["sdkCounterStoA"] == "000"
        head = _written(_json({"alg": "dir", "enc": "A128CBC-HS256", "kid": kid}))
        padder = PKCS7(128).padder()
        encryptor = Cipher(AES128(secret[16:]), CBC(RANDOM)).encryptor()
        padded = padder.update(MESSAGE) + padder.finalize()
        ciphertext = encryptor.update(padded) + encryptor.finalize()
        tag = mac(head, RANDOM, ciphertext)
        return f"{head}..{_written(RANDOM)}.{_written(ciphertext)}.{_written(tag)}"

    def decrypt() -> bytes:
        head, _, iv, ciphertext, tag = text.split(".")
        json.loads(_read(head))
        octets = _read(ciphertext)
        assert hmac.compare_digest(mac(head, _read(iv), octets), _read(tag))
        decryptor = Cipher(AES128(secret[16:]), CBC(_read(iv))).decryptor()
        unpadder = PKCS7(128).unpadder()
        padded = decryptor.update(octets) + decryptor.finalize()
        plaintext = unpadder.update(padded) + unpadder.finalize()
        assert json.loads(plaintext)["sdkCounterStoA"] == "000"
        return plaintext

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
