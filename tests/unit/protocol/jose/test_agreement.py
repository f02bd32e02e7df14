"""Key agreement and the two content encryptions, by the published and the derived vectors."""

import base64
from typing import Any, Final

import pytest
from cryptography.hazmat.primitives.asymmetric.ec import SECP384R1
from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import AES128
from cryptography.hazmat.primitives.ciphers.modes import CBC
from cryptography.hazmat.primitives.padding import PKCS7
from hypothesis import given
from hypothesis import strategies as st

from sekisho.kernel.errors import Misuse
from sekisho.protocol import ErrorCode, ProtocolFault
from sekisho.protocol.codec import read_object
from sekisho.protocol.forms import base64url, from_base64url
from sekisho.protocol.jose import (
    KEY_SEED_OCTETS,
    Enc,
    agree,
    derive,
    ephemeral_key,
    jwk_of,
    read_jwk,
)
from sekisho.protocol.jose.agreement import concat_kdf, other_info
from sekisho.protocol.jose.compact import octets_of
from sekisho.protocol.jose.content import NotGenuine, _cbc_tag, decrypt, encrypt
from sekisho.protocol.jose.device_data import CONCERN
from sekisho.protocol.jose.jwe import read_jwe, write_jwe
from tests.unit.protocol.jose.material import code_of, ec, private_ec, vectors

VECTORS: Final = {one["id"]: one for one in vectors("key_agreement_and_kdf")}
PAIRS: Final = [
    ("rfc7518-appendix-C", "alice_ephemeral", "bob_static"),
    ("rfc7520-5.5", "sender_ephemeral", "recipient_static"),
    ("emvco-082018-device-info-ecdh", "sdk_ephemeral", "ds_public"),
    ("derived-secure-channel-cek", "Qt_acs", "Qc_sdk"),
]
JWK: Final = jwk_of(ec(5).public_key())


@pytest.mark.parametrize(("id", "own", "peers"), PAIRS)
def test_two_keys_agree_as_published(id: str, own: str, peers: str) -> None:
    """F2: Z of every vector that carries keys."""
    one = VECTORS[id]
    public = read_jwk({**one[peers]}, element="epk")
    assert agree(private_ec(one[own]), public).hex() == one["Z_hex"]


@pytest.mark.parametrize("one", [v for v in VECTORS.values() if "otherInfo_hex" in v])
def test_the_kdf_derives_as_published(one: dict[str, Any]) -> None:
    """F2: OtherInfo and key, with the RFC's inputs and with EMV's."""
    party_v = one.get("directoryServerID") or one.get("sdkReferenceNumber")
    bits = one.get("keydatalen_bits", 256)
    info = other_info(
        algorithm_id=one.get("AlgorithmID", "").encode(),
        party_u=one.get("PartyUInfo", "").encode(),
        party_v=(party_v or one["PartyVInfo"]).encode(),
        bits=bits,
    )
    z = bytes.fromhex(one["Z_hex"])
    key = concat_kdf(z, info=info, bits=bits)
    assert info.hex() == one["otherInfo_hex"]
    assert base64url(key) == (one.get("CEK_b64u") or one["derived_key_b64u"])
    if party_v:
        assert derive(z, party_v=party_v).reveal() == key


@pytest.mark.parametrize("one", vectors("base64url_forms"), ids=lambda one: one["id"])
def test_the_strict_reading_takes_every_published_form(one: dict[str, Any]) -> None:
    """A2: strictness costs no honest sender; what is no JSON is 101 afterwards."""
    octets = octets_of(one["base64url"])
    assert octets is not None
    assert base64url(octets) == one["base64url"]
    if one.get("valid") is False:
        assert code_of(lambda: read_object(octets)) is ErrorCode.MESSAGE_INVALID
    if isinstance(one["decoded"], dict):
        assert read_object(octets) == one["decoded"]
    else:
        assert octets.decode() == one["decoded"]


@pytest.mark.parametrize("text", ["YQ==", "YR", "A", "a+/b", "YQ\n", "関所", "\ud800", "Y=Q"])
def test_a_second_writing_of_the_same_octets_is_refused(text: str) -> None:
    """F1: two texts for one token would let a changed bit pass."""
    assert octets_of(text) is None


@given(
    st.binary(max_size=40).map(base64url)
    | st.text("ABQgwx019-_", max_size=12)
    | st.lists(st.sampled_from([*'AQgw-_+/=\\"\n ', "\\u0041", "\\n", "\\/", "é"]), max_size=9).map(
        "".join
    )
)
def test_the_strict_reading_is_that_of_the_standard_library(text: str) -> None:
    """F1: whatever reads it quickly must refuse what the slow and careful way refuses."""
    try:
        octets = base64.b64decode(
            text.replace("+", "!").replace("/", "!") + "=" * (-len(text) % 4),
            altchars="-_",
            validate=True,
        )
    except ValueError:
        octets = None
    right = octets is not None and base64.urlsafe_b64encode(octets).rstrip(b"=").decode() == text
    assert octets_of(text) == (octets if right else None)


def test_a_jwk_round_trips() -> None:
    """F2: what we write we read, and it is what the vectors hold."""
    assert read_jwk(JWK, element="sdkEphemPubKey") == ec(5).public_key()
    assert set(JWK) == {"kty", "crv", "x", "y"}


@pytest.mark.parametrize(
    "changes",
    [
        {"y": base64url((12).to_bytes(32, "big"))},
        {"x": base64url(bytes(32)), "y": base64url(bytes(32))},
        {"x": base64url(b"\xff" * 32)},
        {"x": base64url(bytes(31))},
        {"x": str(JWK["x"]) + "="},
        {"x": 5},
        {"y": None},
        {"crv": "P-384"},
        {"kty": "OKP"},
    ],
)
def test_a_point_off_the_curve_is_refused(changes: dict[str, Any]) -> None:
    """F2: attack 8; agreeing with such a point gives the private key away."""
    with pytest.raises(ProtocolFault) as caught:
        read_jwk({**JWK, **changes}, element="sdkEphemPubKey")
    assert caught.value.error_code is ErrorCode.FORMAT_INVALID
    assert caught.value.elements == ("sdkEphemPubKey",)


JSON: Final = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=50),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=6,
)


@given(JSON | st.fixed_dictionaries({"kty": st.just("EC"), "crv": st.just("P-256"), "x": JSON}))
def test_any_json_is_a_key_or_a_fault(value: Any) -> None:
    """F1: a peer may send anything as a key; none of these is one."""
    assert code_of(lambda: read_jwk(value, element="epk")) is ErrorCode.FORMAT_INVALID


def test_another_curve_of_ours_is_our_mistake() -> None:
    """F2: Misuse, never a fault of the peer."""
    other = ec(5, SECP384R1)
    for call in (
        lambda: jwk_of(other.public_key()),
        lambda: agree(other, ec(5).public_key()),
        lambda: agree(ec(5), other.public_key()),
        lambda: derive(b"z", party_v="関所"),
        lambda: derive(b"z", party_v=""),
    ):
        with pytest.raises(Misuse):
            call()


@given(st.sampled_from(Enc), st.binary(max_size=100), st.binary(max_size=40), st.data())
def test_content_round_trips_and_any_flipped_bit_is_refused(
    enc: Enc, plaintext: bytes, aad: bytes, data: st.DataObject
) -> None:
    """F2: IV, content, what is bound to them, and the tag: all that travels is under the tag."""
    key, iv = bytes(range(enc.key_octets)), bytes(enc.iv_octets)
    ciphertext, tag = encrypt(enc, key, iv, plaintext, aad)
    assert decrypt(enc, key, iv, ciphertext, aad, tag=tag) == plaintext
    parts = [iv, ciphertext, aad, tag]
    which = data.draw(st.sampled_from([n for n, part in enumerate(parts) if part]))
    place = data.draw(st.integers(0, 8 * len(parts[which]) - 1))
    octets = bytearray(parts[which])
    octets[place // 8] ^= 1 << place % 8
    parts[which] = bytes(octets)
    with pytest.raises(NotGenuine):
        decrypt(enc, key, parts[0], parts[1], parts[2], tag=parts[3])


@pytest.mark.parametrize("ciphertext", [b"", bytes(15), bytes(16)])
def test_a_genuine_tag_over_broken_padding_is_refused_alike(ciphertext: bytes) -> None:
    """F2: a sender with the key but without padding gets the same refusal."""
    key, iv = bytes(32), bytes(16)
    tag = _cbc_tag(key, iv, ciphertext, b"")
    with pytest.raises(NotGenuine):
        decrypt(Enc.CBC, key, iv, ciphertext, b"", tag=tag)


@pytest.mark.parametrize("size", range(33))
def test_the_padding_is_that_of_everybody_else(size: int) -> None:
    """F2: PKCS #7, a whole block where nothing is missing."""
    key, iv, plaintext = bytes(32), bytes(16), bytes(size)
    padder = PKCS7(128).padder()
    encryptor = Cipher(AES128(key[16:]), CBC(iv)).encryptor()
    expected = encryptor.update(padder.update(plaintext) + padder.finalize())
    assert encrypt(Enc.CBC, key, iv, plaintext, b"")[0] == expected


@pytest.mark.parametrize(
    ("end", "left"),
    [
        (b"\1", 31),
        (b"\x10" * 16, 16),
        (b"\2\2", 30),
        (b"\1\2", None),
        (b"\0", None),
        (b"\x11" * 17, None),
        (b"\xff", None),
        (b"\x0f" + b"\x10" * 15, None),
    ],
)
def test_only_whole_and_even_padding_is_taken_off(end: bytes, left: int | None) -> None:
    """F2: of a genuine content, too."""
    key, iv = bytes(32), bytes(16)
    encryptor = Cipher(AES128(key[16:]), CBC(iv)).encryptor()
    ciphertext = encryptor.update(bytes(32 - len(end)) + end)
    tag = _cbc_tag(key, iv, ciphertext, b"")
    if left is None:
        with pytest.raises(NotGenuine):
            decrypt(Enc.CBC, key, iv, ciphertext, b"", tag=tag)
    else:
        assert decrypt(Enc.CBC, key, iv, ciphertext, b"", tag=tag) == bytes(left)


def test_a_token_in_a_log_shows_nothing_of_its_content() -> None:
    """D3: how it is encrypted, and no more."""
    token = write_jwe({"alg": "dir", "enc": "A128GCM"}, enc=Enc.GCM, key=bytes(16), iv=bytes(12),
                      plaintext=b"x")  # fmt: skip
    assert repr(read_jwe(token, CONCERN)) == "<JWE dir A128GCM>"


def test_a_shortened_tag_is_refused() -> None:
    """F2: a tag of four octets is guessed in an afternoon."""
    ciphertext, tag = encrypt(Enc.GCM, bytes(16), bytes(12), b"x", b"")
    with pytest.raises(NotGenuine):
        decrypt(Enc.GCM, bytes(16), bytes(12), ciphertext, b"", tag=tag[:4])


@pytest.mark.parametrize(("key", "iv"), [(16, 16), (32, 12)])
def test_a_key_or_iv_of_the_wrong_length_is_our_mistake(key: int, iv: int) -> None:
    """F2: Misuse before anything is encrypted."""
    with pytest.raises(Misuse):
        encrypt(Enc.CBC, bytes(key), bytes(iv), b"", b"")


def test_keys_do_not_print() -> None:
    """D3: a derived key in a traceback would be a key in a log."""
    assert "secret" in repr(derive(from_base64url("YQ"), party_v="A"))


def test_ephemeral_keys_are_made_of_the_octets_and_of_nothing_else() -> None:
    """Every key of P-256 from 1 to the order less 1 can come out, none outside (FIPS 186-5, A.2.1)."""
    order = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
    for number, scalar in ((0, 1), (order - 2, order - 1), (order - 1, 1), (5, 6)):
        key = ephemeral_key(number.to_bytes(KEY_SEED_OCTETS, "big"))
        assert key.private_numbers().private_value == scalar
    with pytest.raises(Misuse, match="40"):
        ephemeral_key(bytes(KEY_SEED_OCTETS - 1))
