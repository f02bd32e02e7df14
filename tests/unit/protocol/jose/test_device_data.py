"""sdkEncData: what the SDK tells of the device, for the eyes of the directory only."""

from typing import Any, Final

import pytest
from cryptography.hazmat.primitives.asymmetric.padding import MGF1, OAEP
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.hashes import SHA256
from hypothesis import given
from hypothesis import strategies as st

from sekisho.kernel.errors import Misuse
from sekisho.protocol import ErrorCode, ProtocolFault, Version
from sekisho.protocol.forms import base64url, from_base64url
from sekisho.protocol.jose import (
    DirectoryKey,
    Enc,
    open_device_data,
    read_jwk,
    seal_with_ec,
    seal_with_rsa,
)
from sekisho.protocol.jose.compact import write_header
from sekisho.protocol.jose.device_data import CONCERN
from sekisho.protocol.jose.jwe import read_jwe, write_jwe
from tests.unit.protocol.jose.material import (
    code_of,
    ec,
    flipped,
    private_ec,
    rsa,
    vector,
    with_header,
)

DATA: Final = b'{"DV":"1.4","DD":{"C001":"Android"},"DPNA":{"C010":"RE01"},"SW":["SW01"]}'
KEYS: Final[dict[str, DirectoryKey]] = {"rsa": rsa(), "ec": ec(21)}
SPARE: Final = bytes(range(32))
ALGORITHMS: Final = ["RSA-OAEP-256", "ECDH-ES"]


def sealed(alg: str = "ECDH-ES", enc: Enc = Enc.GCM, data: bytes = DATA, kid: str = "") -> str:
    """Make sdkEncData."""
    iv = bytes(range(enc.iv_octets))
    if alg == "ECDH-ES":
        return seal_with_ec(
            data, key=ec(21).public_key(), kid=kid or "ec", enc=enc, ephemeral=ec(22),
            directory_server_id="A000000003", iv=iv,
        )  # fmt: skip
    return seal_with_rsa(
        data, key=rsa().public_key(), kid=kid or "rsa", enc=enc,
        content_key=bytes(range(100, 100 + enc.key_octets)), iv=iv,
    )  # fmt: skip


def opened(
    text: str,
    version: Version = Version.V231,
    keys: dict[str, DirectoryKey] = KEYS,
    directory_server_id: str = "A000000003",
) -> bytes:
    """Read sdkEncData as the directory does."""
    return open_device_data(
        text, keys=keys, directory_server_id=directory_server_id, version=version, spare=SPARE
    )


def test_the_rsa_vector_opens() -> None:
    """F2: made elsewhere, with the kid test-ds-rsa."""
    one = vector("sdkEncData_jwe", "sdkEncData-rsa-oaep-256-cbc")
    assert opened(one["jwe_compact"], keys={"test-ds-rsa": rsa()}) == one["plaintext"].encode()


def test_the_ecdh_vector_is_reproduced_and_opens_under_its_content_key() -> None:
    """F2: header, key derivation and encryption, letter for letter."""
    one = vector("sdkEncData_jwe", "sdkEncData-ecdh-es-cbc")
    ours = vector("key_agreement_and_kdf", "emvco-082018-device-info-ecdh")
    made = seal_with_ec(
        one["plaintext"].encode(),
        key=read_jwk({**ours["ds_public"]}, element="ds"),
        kid=one["header"]["kid"],
        enc=Enc.CBC,
        ephemeral=private_ec(ours["sdk_ephemeral"]),
        directory_server_id=one["directoryServerID"],
        iv=bytes.fromhex(one["iv_hex"]),
    )
    assert made == one["jwe_compact"]
    read = read_jwe(one["jwe_compact"], CONCERN)
    assert read.open(from_base64url(one["cek_b64u"])) == one["plaintext"].encode()


@pytest.mark.parametrize("version", Version)
@pytest.mark.parametrize("enc", Enc)
@pytest.mark.parametrize("alg", ALGORITHMS)
def test_device_data_round_trip(alg: str, enc: Enc, version: Version) -> None:
    """A2: every algorithm with every encryption, in every version."""
    assert opened(sealed(alg, enc), version) == DATA


@given(st.sampled_from(ALGORITHMS), st.sampled_from(Enc), st.integers(0, 2000), st.integers(0, 7))
def test_one_flipped_bit_anywhere_is_refused(alg: str, enc: Enc, place: int, bit: int) -> None:
    """F2: 302, or 311 where the kid was hit; never other data."""
    code = code_of(lambda: opened(flipped(sealed(alg, enc), place, bit)))
    assert code in {ErrorCode.DECRYPTION_FAILED, ErrorCode.KEY_ID_UNKNOWN}


@given(st.text(max_size=60) | st.text(alphabet='eyJhbGci.{}":A_-=', max_size=80))
def test_any_text_is_device_data_or_a_fault(text: str) -> None:
    """F1: whatever comes, 302; nothing of it can be genuine."""
    assert code_of(lambda: opened(text)) is ErrorCode.DECRYPTION_FAILED


HEADERS: Final = st.dictionaries(
    st.sampled_from(["alg", "enc", "kid", "epk", "zip", "crit"]),
    st.sampled_from([*ALGORITHMS, *Enc, "ec", "rsa", "dir", None, 5, {}, ["x"], {"kty": "EC"}]),
)


@given(HEADERS, st.binary(max_size=300), st.binary(max_size=20), st.binary(max_size=40))
def test_any_header_is_read_or_refused(header: Any, wrapped: bytes, iv: bytes, rest: bytes) -> None:
    """F1: a result or a ProtocolFault, whatever the header claims."""
    text = ".".join((write_header(header), *map(base64url, (wrapped, iv, rest, rest[:16]))))
    with pytest.raises(ProtocolFault):
        opened(text)


def test_in_231_the_kid_decides() -> None:
    """F1: 311 without one, or with one that is nobody's."""
    assert code_of(lambda: opened(sealed(kid="other"))) is ErrorCode.KEY_ID_UNKNOWN
    assert code_of(lambda: opened(with_header(sealed(), kid=None))) is ErrorCode.KEY_ID_UNKNOWN


@pytest.mark.parametrize("alg", ALGORITHMS)
def test_before_231_the_kid_is_a_hint(alg: str) -> None:
    """F1: every key of the right kind is tried; the wrong ones do no harm."""
    keys: dict[str, DirectoryKey] = {"old": ec(23), "second": ec(21), "third": rsa()}
    assert opened(sealed(alg), Version.V220, keys=keys) == DATA


def test_no_fitting_key_is_302() -> None:
    """F1: neither by the kid's own algorithm nor by trying."""
    wrong: dict[str, DirectoryKey] = {"ec": rsa(), "rsa": ec(21)}
    assert code_of(lambda: opened(sealed(), keys=wrong)) is ErrorCode.DECRYPTION_FAILED
    rsa_sealed = sealed("RSA-OAEP-256")
    assert code_of(lambda: opened(rsa_sealed, keys=wrong)) is ErrorCode.DECRYPTION_FAILED


def test_the_directory_is_part_of_the_key() -> None:
    """F2: data for one directory server do not open as another's."""
    foreign = code_of(lambda: opened(sealed(), directory_server_id="A000000004"))
    assert foreign is ErrorCode.DECRYPTION_FAILED


@pytest.mark.parametrize(
    "changes",
    [
        {"zip": "DEF"},
        {"crit": ["exp"]},
        {"alg": "RSA-OAEP"},
        {"alg": "dir"},
        {"alg": None},
        {"enc": "A256GCM"},
        {"enc": None},
        {"enc": ["A128GCM"]},
        {"kid": 5},
        {"epk": None},
    ],
)
def test_what_emv_does_not_use_is_refused(changes: dict[str, Any]) -> None:
    """F1: attack 8; a zip bomb is refused before a single octet is unpacked."""
    text = with_header(sealed(), **changes)
    assert code_of(lambda: opened(text)) is ErrorCode.DECRYPTION_FAILED


@pytest.mark.parametrize(
    ("member", "reason"), [({"zip": "DEF"}, "compressed"), ({"crit": ["exp"]}, "extension")]
)
def test_even_genuine_data_are_refused_when_compressed_or_extended(
    member: dict[str, Any], reason: str
) -> None:
    """F1: attack 8; the refusal does not wait for the tag to fail."""
    oaep = OAEP(mgf=MGF1(SHA256()), algorithm=SHA256(), label=None)
    text = write_jwe(
        {"alg": "RSA-OAEP-256", "enc": "A128GCM", "kid": "rsa", **member},
        enc=Enc.GCM, key=bytes(16), iv=bytes(12), plaintext=DATA,
        encrypted_key=rsa().public_key().encrypt(bytes(16), oaep),
    )  # fmt: skip
    with pytest.raises(ProtocolFault, match=f"302 .*{reason}"):
        opened(text)


def test_an_epk_off_the_curve_is_302() -> None:
    """F2: attack 8."""
    point = {"kty": "EC", "crv": "P-256", "x": base64url(b"\1" * 32), "y": base64url(b"\2" * 32)}
    text = with_header(sealed(), epk=point)
    assert code_of(lambda: opened(text)) is ErrorCode.DECRYPTION_FAILED


def test_a_wrapped_key_beside_ecdh_es_is_refused() -> None:
    """F2: direct agreement wraps none."""
    head, _, rest = sealed().split(".", 2)
    assert code_of(lambda: opened(f"{head}.AAAA.{rest}")) is ErrorCode.DECRYPTION_FAILED


@pytest.mark.parametrize("wrapped", [b"", bytes(16), bytes(256)])
def test_a_key_that_cannot_be_unwrapped_fails_like_bad_content(wrapped: bytes) -> None:
    """F2: the same words for both, so that nobody learns what the padding was."""
    head, _, rest = sealed("RSA-OAEP-256").split(".", 2)
    with pytest.raises(ProtocolFault) as bad_key:
        opened(f"{head}.{base64url(wrapped)}.{rest}")
    good = sealed("RSA-OAEP-256")
    with pytest.raises(ProtocolFault) as bad_content:
        opened(good[:-2] + ("AA" if good[-2:] != "AA" else "QQ"))
    assert str(bad_key.value) == str(bad_content.value)


def test_a_content_key_of_the_wrong_length_is_refused() -> None:
    """F2: an honest wrapping of 32 octets for an encryption that takes 16."""
    oaep = OAEP(mgf=MGF1(SHA256()), algorithm=SHA256(), label=None)
    text = write_jwe(
        {"alg": "RSA-OAEP-256", "enc": "A128GCM", "kid": "rsa"},
        enc=Enc.GCM, key=bytes(16), iv=bytes(12), plaintext=DATA,
        encrypted_key=rsa().public_key().encrypt(bytes(32), oaep),
    )  # fmt: skip
    assert code_of(lambda: opened(text)) is ErrorCode.DECRYPTION_FAILED


def test_what_is_no_json_object_is_302() -> None:
    """F1: the ACS would have to make sense of it."""
    assert code_of(lambda: opened(sealed(data=b"[1]"))) is ErrorCode.DECRYPTION_FAILED


def test_too_long_is_refused_unread() -> None:
    """F1: 64,000 characters, as the element table says; ours is our mistake."""
    assert code_of(lambda: opened("A" * 64_001)) is ErrorCode.DECRYPTION_FAILED
    with pytest.raises(Misuse):
        sealed(data=b"x" * 48_000)


def test_randomness_of_the_wrong_length_is_our_mistake() -> None:
    """F2: Misuse, before a key is touched."""
    key = rsa()
    assert isinstance(key, RSAPrivateKey)
    with pytest.raises(Misuse):
        seal_with_rsa(
            DATA, key=key.public_key(), kid="rsa", enc=Enc.GCM, content_key=b"", iv=bytes(12)
        )
    with pytest.raises(Misuse):
        open_device_data(
            sealed(), keys=KEYS, directory_server_id="A", version=Version.V231, spare=b""
        )


def test_a_fault_says_what_and_where() -> None:
    """F1: the Erro names the element and the message it stands in, never a value."""
    with pytest.raises(ProtocolFault) as caught:
        opened("no")
    assert caught.value.elements == ("sdkEncData",)
    assert caught.value.message_type == "AReq"
