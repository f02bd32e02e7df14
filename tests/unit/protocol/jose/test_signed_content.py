"""What the ACS and the server of a split SDK sign, and who is believed."""

import base64
import hmac
import json
from datetime import UTC, datetime
from typing import Any, Final

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.ec import ECDSA, SECP384R1
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from hypothesis import given, settings
from hypothesis import strategies as st

from sekisho.kernel.errors import Misuse
from sekisho.protocol import ErrorCode, ProtocolFault
from sekisho.protocol.forms import base64url, from_base64url
from sekisho.protocol.jose import (
    AcsContent,
    Roots,
    SdkServerContent,
    Signer,
    SigningKey,
    jwk_of,
    read_jwk,
    sign_acs_content,
    sign_sdk_server_content,
    verify_acs_content,
    verify_sdk_server_content,
)
from sekisho.protocol.jose.compact import write_header
from sekisho.protocol.jose.jws import read_jws, write_jws
from sekisho.protocol.jose.signed_content import ACS_CONCERN
from sekisho.protocol.jose.trust import Untrusted
from tests.unit.protocol.jose.material import (
    MIDDLE,
    MIDDLE_KEY,
    NOW,
    ROOT,
    ROOT_KEY,
    certificate,
    code_of,
    ec,
    flipped,
    rsa,
    vectors,
    with_header,
)

ROOTS: Final = Roots([ROOT])
SDK_KEY: Final = ec(41).public_key()
CONTENT: Final = AcsContent(
    acs_key=ec(42).public_key(), sdk_key=SDK_KEY, acs_url="https://acs.example.com/app"
)
TRANS_ID: Final = "b2385523-a66c-4907-ac3c-91848e8c0067"
SPLIT: Final = SdkServerContent(
    sdk_reference_number="REF", sdk_trans_id=TRANS_ID, split_sdk_server_id="server-1", signed_at=NOW
)


def signer(key: SigningKey, *, through: bool = True, **facts: Any) -> Signer:
    """Give a signer whose certificate the directory issued, by an intermediate or directly."""
    if through:
        leaf = certificate("ACS", key, issuer="DS members", issuer_key=MIDDLE_KEY, **facts)
        return Signer(key=key, chain=(leaf, MIDDLE))
    return Signer(
        key=key, chain=(certificate("ACS", key, issuer="DS", issuer_key=ROOT_KEY, **facts),)
    )


SIGNERS: Final = {"ES256": signer(ec(43), signs=True), "PS256": signer(rsa(), through=False)}
SIGNED: Final = {name: sign_acs_content(CONTENT, one) for name, one in SIGNERS.items()}


def verified(text: str, roots: Roots = ROOTS, at: datetime = NOW) -> AcsContent:
    """Read acsSignedContent as the SDK does."""
    return verify_acs_content(text, roots=roots, at=at, sdk_key=SDK_KEY)


def roots_of(one: dict[str, Any]) -> Roots:
    """Give the root of a vector."""
    return Roots([x509.load_der_x509_certificate(base64.b64decode(one["ds_root_cert_b64"]))])


@pytest.mark.parametrize("one", vectors("acsSignedContent_jws"), ids=lambda one: one["id"])
def test_every_vector_is_believed_or_refused(one: dict[str, Any]) -> None:
    """F2: signature and chain of EMVCo's examples; the invalid ones fail by their signature."""
    text, roots = one["jws_compact"], roots_of(one)

    def read() -> bytes:
        return read_jws(text, roots=roots, at=NOW, concern=ACS_CONCERN)

    if not one["valid"]:
        with pytest.raises(ProtocolFault, match="308 the signature of acsSignedContent"):
            read()
        return
    assert json.loads(from_base64url(text.split(".")[0]))["alg"] == one["alg"]
    if "payload_text" in one:
        assert read().decode() == one["payload_text"]
        assert code_of(lambda: verified(text, roots)) is ErrorCode.SIGNATURE_INVALID
        return
    expected = one["payload"]
    content = verify_acs_content(
        text, roots=roots, at=NOW, sdk_key=read_jwk(expected["sdkEphemPubKey"], element="Qc")
    )
    assert jwk_of(content.acs_key) == expected["acsEphemPubKey"]
    assert content.acs_url == expected["acsURL"]


@pytest.mark.parametrize("alg", SIGNED)
def test_what_the_acs_signs_the_sdk_reads(alg: str) -> None:
    """A2: both algorithms, with and without an intermediate."""
    assert json.loads(from_base64url(SIGNED[alg].split(".")[0]))["alg"] == alg
    assert verified(SIGNED[alg]) == CONTENT


@settings(max_examples=200)
@given(st.sampled_from(sorted(SIGNED)), st.integers(0, 4000), st.integers(0, 7))
def test_one_flipped_bit_anywhere_is_refused(alg: str, place: int, bit: int) -> None:
    """F2: attack 9; header, certificates, content, signature."""
    text = flipped(SIGNED[alg], place, bit)
    assert code_of(lambda: verified(text)) is ErrorCode.SIGNATURE_INVALID


@given(st.text(max_size=60) | st.text(alphabet='eyJhbGci.{}":A_-=', max_size=80))
def test_any_text_is_content_or_a_fault(text: str) -> None:
    """F1: whatever comes."""
    assert code_of(lambda: verified(text)) is ErrorCode.SIGNATURE_INVALID


@given(st.binary(max_size=80), st.integers(0, 800), st.binary(min_size=1, max_size=4))
def test_any_certificate_is_read_or_refused(noise: bytes, place: int, patch: bytes) -> None:
    """F1: broken DER is a fault, not a crash."""
    der = bytearray(SIGNERS["ES256"].chain[0].public_bytes(Encoding.DER))
    der[place : place + len(patch)] = patch
    for octets in (bytes(der), noise):
        text = with_header(SIGNED["ES256"], x5c=[base64.b64encode(octets).decode()])
        assert code_of(lambda text=text: verified(text)) is ErrorCode.SIGNATURE_INVALID


@pytest.mark.parametrize(
    ("honest", "odd"),
    [
        (bytes.fromhex("a003020102"), bytes.fromhex("a003020105")),
        (bytes.fromhex("020107"), bytes.fromhex("020187")),
        (bytes.fromhex("020107"), bytes.fromhex("020100")),
    ],
    ids=["version 6", "serial number below zero", "serial number zero"],
)
@pytest.mark.filterwarnings("ignore:Parsed a serial number")
def test_an_odd_certificate_is_refused_although_it_can_be_read(honest: bytes, odd: bytes) -> None:
    """F1: the library raises outside its families for one and merely warns about the others."""
    der = SIGNERS["ES256"].chain[0].public_bytes(Encoding.DER)
    assert honest in der
    x5c = [base64.b64encode(der.replace(honest, odd, 1)).decode()]
    text = with_header(SIGNED["ES256"], x5c=x5c)
    assert code_of(lambda: verified(text)) is ErrorCode.SIGNATURE_INVALID


@pytest.mark.parametrize(
    "changes",
    [{"acsURL": "https://evil.example/"}, {"acsEphemPubKey": jwk_of(ec(66).public_key())}],
)
def test_swapped_content_is_refused(changes: dict[str, Any]) -> None:
    """F2: attack 9; the SDK would talk to somebody else."""
    head, payload, signature = SIGNED["ES256"].split(".")
    members = json.loads(from_base64url(payload)) | changes
    text = f"{head}.{base64url(json.dumps(members).encode())}.{signature}"
    assert code_of(lambda: verified(text)) is ErrorCode.SIGNATURE_INVALID


def test_content_for_another_sdk_is_refused() -> None:
    """F2: attack 9; genuine, but made for another transaction."""
    with pytest.raises(ProtocolFault, match="308 sdkEphemPubKey"):
        verify_acs_content(SIGNED["ES256"], roots=ROOTS, at=NOW, sdk_key=ec(44).public_key())


@pytest.mark.parametrize("alg", ["none", "HS256", "ES384", "RS256", "PS256", None, 5])
def test_another_algorithm_is_refused(alg: Any) -> None:
    """F1: attack 8, signed as the header claims where that can be done."""
    payload = SIGNED["ES256"].split(".")[1]
    x5c = json.loads(from_base64url(SIGNED["ES256"].split(".")[0]))["x5c"]
    signed = f"{write_header({'alg': alg, 'x5c': x5c})}.{payload}"
    public = ec(43).public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    for signature in (b"", hmac.digest(public, signed.encode(), "sha256"), bytes(64), bytes(256)):
        text = f"{signed}.{base64url(signature)}"
        with pytest.raises(ProtocolFault, match="308 the signature"):
            verified(text)


def test_es256_is_not_der() -> None:
    """F1: JWS writes r and s side by side; another form of the same signature is refused."""
    signed = SIGNED["ES256"].rpartition(".")[0]
    der = ec(43).sign(signed.encode(), ECDSA(SHA256()))
    text = f"{signed}.{base64url(der)}"
    assert code_of(lambda: verified(text)) is ErrorCode.SIGNATURE_INVALID


def test_another_curve_is_refused() -> None:
    """F2: ES256 is P-256; a token of 64 octets under P-384 is none."""
    key = ec(45, SECP384R1)
    leaf = certificate("ACS", key, issuer="DS", issuer_key=ROOT_KEY)
    x5c = [base64.b64encode(leaf.public_bytes(Encoding.DER)).decode()]
    text = with_header(SIGNED["ES256"], x5c=x5c)
    with pytest.raises(ProtocolFault, match="308 the signature"):
        verified(text)
    with pytest.raises(Misuse):
        Signer(key=key, chain=[leaf])


STRANGER: Final = ec(51)
UNTRUSTED: Final = {
    "a stranger's root": Signer(
        key=ec(43),
        chain=(certificate("ACS", ec(43), issuer="DS", issuer_key=STRANGER),),
    ),
    "itself": Signer(
        key=ec(43), chain=(certificate("ACS", ec(43), issuer="ACS", issuer_key=ec(43), ca=True),)
    ),
    "without the intermediate": Signer(
        key=ec(43), chain=SIGNERS["ES256"].chain[:1]
    ),
    "issued by another member": Signer(
        key=STRANGER,
        chain=(
            certificate("evil", STRANGER, issuer="ACS", issuer_key=ec(43)),
            *SIGNERS["ES256"].chain,
        ),
    ),
    "an intermediate without constraints": Signer(
        key=STRANGER,
        chain=(
            certificate("evil", STRANGER, issuer="plain", issuer_key=ec(52)),
            certificate("plain", ec(52), issuer="DS", issuer_key=ROOT_KEY, ca=None),
        ),
    ),
    "an intermediate that may not issue": Signer(
        key=STRANGER,
        chain=(
            certificate("evil", STRANGER, issuer="half", issuer_key=ec(53)),
            certificate("half", ec(53), issuer="DS", issuer_key=ROOT_KEY, ca=True, signs=False),
        ),
    ),
    "a key that may not sign": signer(ec(43), signs=False),
    "expired": signer(ec(43), until=2025),
}  # fmt: skip


@pytest.mark.parametrize("case", UNTRUSTED)
def test_who_does_not_come_from_the_directory_is_not_believed(case: str) -> None:
    """F1: attack 8; the signature is genuine each time, the signer is nobody."""
    text = sign_acs_content(CONTENT, UNTRUSTED[case])
    with pytest.raises(ProtocolFault, match="308 the certificate of acsSignedContent"):
        verified(text)


def test_no_chain_leads_nowhere() -> None:
    """F1: an empty chain is not one that has nothing wrong with it."""
    with pytest.raises(Untrusted):
        ROOTS.check([], at=NOW)


@pytest.mark.parametrize("year", [2019, 2041])
def test_the_moment_of_verification_counts(year: int) -> None:
    """F2: valid from 2020 to 2040."""
    at = datetime(year, 1, 1, tzinfo=UTC)
    assert code_of(lambda: verified(SIGNED["ES256"], at=at)) is ErrorCode.SIGNATURE_INVALID


@pytest.mark.parametrize("x5c", [None, [], "x", [5], ["!"], ["関所"], ["AAAA"], [""] * 5, [[]], {}])
def test_without_certificates_nothing_is_believed(x5c: Any) -> None:
    """F1: nor with what is none."""
    text = with_header(SIGNED["ES256"], x5c=x5c)
    assert code_of(lambda: verified(text)) is ErrorCode.SIGNATURE_INVALID


@pytest.mark.parametrize(
    "payload",
    [
        b"[]",
        b"{",
        b"{}",
        json.dumps({"acsEphemPubKey": {}, "sdkEphemPubKey": {}, "acsURL": "x"}).encode(),
        json.dumps(
            {"acsEphemPubKey": jwk_of(SDK_KEY), "sdkEphemPubKey": jwk_of(SDK_KEY), "acsURL": 5}
        ).encode(),
        json.dumps(
            {
                "acsEphemPubKey": jwk_of(SDK_KEY),
                "sdkEphemPubKey": jwk_of(SDK_KEY),
                "acsURL": "javascript:alert(1)",
            }
        ).encode(),
    ],
)
def test_a_genuine_signature_does_not_make_nonsense_true(payload: bytes) -> None:
    """F1: a member may be broken, too."""
    text = write_jws(payload, SIGNERS["ES256"])
    assert code_of(lambda: verified(text)) is ErrorCode.SIGNATURE_INVALID


def test_the_split_sdks_server_is_believed_about_its_own_transaction() -> None:
    """F2: all four facts arrive; the time in UTC."""
    text = sign_sdk_server_content(SPLIT, SIGNERS["ES256"])
    content = verify_sdk_server_content(
        text, roots=ROOTS, at=NOW, sdk_trans_id=TRANS_ID.upper(), sdk_reference_number="REF"
    )
    assert content == SPLIT


@pytest.mark.parametrize(("trans_id", "reference"), [("other", "REF"), (TRANS_ID, "other")])
def test_the_split_sdks_server_is_not_believed_about_others(trans_id: str, reference: str) -> None:
    """F2: 308, in the AReq."""
    text = sign_sdk_server_content(SPLIT, SIGNERS["ES256"])
    with pytest.raises(ProtocolFault) as caught:
        verify_sdk_server_content(
            text, roots=ROOTS, at=NOW, sdk_trans_id=trans_id, sdk_reference_number=reference
        )
    assert caught.value.error_code is ErrorCode.SIGNATURE_INVALID
    assert caught.value.elements == ("sdkServerSignedContent",)
    assert caught.value.message_type == "AReq"


@pytest.mark.parametrize("moment", ["20261399000000", "2026", "２０２６１１２３１２００００", 5])
def test_a_signature_of_no_moment_is_308(moment: Any) -> None:
    """F1: fourteen digits, and a moment."""
    payload = {
        "sdkReferenceNumber": "REF",
        "sdkSignatureTimestamp": moment,
        "sdkTransID": TRANS_ID,
        "splitSdkServerID": "server-1",
    }
    text = write_jws(json.dumps(payload).encode(), SIGNERS["ES256"])
    code = code_of(
        lambda: verify_sdk_server_content(
            text, roots=ROOTS, at=NOW, sdk_trans_id=TRANS_ID, sdk_reference_number="REF"
        )
    )
    assert code is ErrorCode.SIGNATURE_INVALID


def test_what_we_must_not_sign_is_our_mistake() -> None:
    """F2: Misuse, never a fault of the peer."""
    one = SIGNERS["ES256"]
    naive = NOW.replace(tzinfo=None)
    long = AcsContent(acs_key=SDK_KEY, sdk_key=SDK_KEY, acs_url="https://a.example/" + "x" * 9000)
    wide = SdkServerContent(
        sdk_reference_number="R" * 4000, sdk_trans_id="", split_sdk_server_id="", signed_at=NOW
    )
    timeless = SdkServerContent(
        sdk_reference_number="R", sdk_trans_id="", split_sdk_server_id="", signed_at=naive
    )
    for call in (
        lambda: sign_acs_content(long, one),
        lambda: sign_sdk_server_content(wide, one),
        lambda: sign_sdk_server_content(timeless, one),
        lambda: Signer(key=one.key, chain=()),
        lambda: Signer(key=STRANGER, chain=one.chain),
        lambda: Roots([]),
        lambda: verified(SIGNED["ES256"], at=naive),
    ):
        with pytest.raises(Misuse):
            call()
