"""What every store of working keys promises, held against files and against a PKCS#11 token."""

import copy
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ec import (
    ECDH,
    ECDSA,
    SECP256R1,
    SECP384R1,
    EllipticCurvePrivateKey,
    generate_private_key,
)
from cryptography.hazmat.primitives.asymmetric.padding import MGF1, PSS, PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.hashes import SHA1, SHA256
from cryptography.x509 import CertificateSigningRequestBuilder, Name, NameAttribute
from cryptography.x509.oid import NameOID

from sekisho.adapters.keys import Seal
from sekisho.adapters.keystores import (
    DEVICE_DATA,
    ROOM_KEYS,
    SIGNED_CONTENT,
    FileKeys,
    HeldKey,
    KeyKind,
    KeyMissing,
    KeyName,
    KeyStore,
    RoomKeys,
)
from sekisho.kernel.brands import Brand
from sekisho.kernel.errors import Misuse
from sekisho.protocol.authentication_value import LAYOUTS, Facts, Proof, issue, prove
from sekisho.protocol.jose import Enc, open_device_data, seal_with_ec
from sekisho.protocol.threeds1 import PAResSigner, sign, verify
from sekisho.protocol.vocabulary import Version
from tests.unit.protocol.jose.material import certificate
from tests.unit.protocol.threeds1.material import NOW, PARES, ROOT, ROOT_KEY, TRUST

FACTS = Facts(
    acct_number="4000000000001000",
    ds_trans_id="7a1d9a5e-3f0f-4d3a-9f0e-0d1d6a3f7b11",
    amount_minor=14500,
    currency_number="392",
    acquirer_merchant_id="123456789012345",
)
_PSS = PSS(mgf=MGF1(SHA256()), salt_length=32)


@pytest.fixture(params=["files", pytest.param("pkcs11", marks=pytest.mark.hsm)])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[KeyStore]:
    """Open a fresh, empty store of each kind."""
    if request.param == "files":
        yield FileKeys(tmp_path / "working", Seal(b"s" * 32))
        return
    from sekisho.adapters.keystores.hardware import HardwareKeys  # noqa: PLC0415 - only where its library is installed
    from tests.softhsm import make_token, softhsm  # noqa: PLC0415 - as above

    with ExitStack() as stack:
        tokens = stack.enter_context(softhsm(tmp_path))
        opened = HardwareKeys(make_token(tokens, "bank").place())
        stack.callback(opened.close)
        yield opened


def made(store: KeyStore, kind: KeyKind, name: str = "some-key") -> HeldKey:
    """Make a key of a kind."""
    return store.make(name, kind)


def test_a_fresh_store_holds_nothing(store: KeyStore) -> None:
    """Keys come from those who make them."""
    assert list(store.held()) == []


def test_keys_are_listed_by_name_and_number(store: KeyStore) -> None:
    """A new key takes the next number of its name and leaves the older ones where they are."""
    for name, kind in (("b", KeyKind.MAC), ("a", KeyKind.AGREE), ("b", KeyKind.MAC)):
        made(store, kind, name)
    assert [(str(key.name), key.kind) for key in store.held()] == [
        ("a.1", KeyKind.AGREE),
        ("b.1", KeyKind.MAC),
        ("b.2", KeyKind.MAC),
    ]


def test_every_mac_key_is_another(store: KeyStore) -> None:
    """32 octets, the same for the same data, different for each key and each datum."""
    first, second = (store.mac(made(store, KeyKind.MAC).name) for _ in range(2))
    codes = {first.mac(b"data"), second.mac(b"data"), first.mac(b"datum"), first.mac(b"")}
    assert first.mac(b"data") == first.mac(b"data")
    assert len(codes) == 4
    assert {len(code) for code in codes} == {32}


def test_a_signature_by_ecdsa_verifies(store: KeyStore) -> None:
    """ES256, by the key that the store gives out as its public half."""
    key = store.private(made(store, KeyKind.SIGN_EC).name)
    assert isinstance(key, EllipticCurvePrivateKey)
    assert (key.curve.name, key.key_size) == (SECP256R1.name, 256)
    signature = key.sign(b"payload", ECDSA(SHA256()))
    key.public_key().verify(signature, b"payload", ECDSA(SHA256()))
    with pytest.raises(InvalidSignature):
        key.public_key().verify(signature, b"another", ECDSA(SHA256()))


def test_a_signature_by_pss_verifies(store: KeyStore) -> None:
    """PS256, with an RSA key as strong as P-256."""
    key = store.private(made(store, KeyKind.SIGN_RSA).name)
    assert isinstance(key, RSAPrivateKey)
    assert key.key_size == key.public_key().key_size == 3072
    signature = key.sign(b"payload", _PSS, SHA256())
    key.public_key().verify(signature, b"payload", _PSS, SHA256())
    with pytest.raises(InvalidSignature):
        key.public_key().verify(signature, b"another", _PSS, SHA256())


def test_a_signature_for_1_0_2_verifies(store: KeyStore) -> None:
    """PKCS #1 v1.5 with SHA-1, which 1.0.2 demands and nothing else may have."""
    key = store.private(made(store, KeyKind.SIGN_RSA).name)
    assert isinstance(key, RSAPrivateKey)
    signature = key.sign(b"payload", PKCS1v15(), SHA1())  # noqa: S303 - what 1.0.2 demands
    key.public_key().verify(signature, b"payload", PKCS1v15(), SHA1())  # noqa: S303 - what 1.0.2 demands


def test_a_pares_is_signed_where_the_key_lies(store: KeyStore) -> None:
    """A1: the whole document, by a key that never leaves its store."""
    key = store.private(made(store, KeyKind.SIGN_RSA).name)
    assert isinstance(key, RSAPrivateKey)
    own = certificate("ACS", key, issuer="Root", issuer_key=ROOT_KEY)
    signed = sign(PARES, PAResSigner(key=key, chain=(own, ROOT)))
    assert verify(signed, trust=TRUST, at=NOW).signed


def test_two_sides_agree(store: KeyStore) -> None:
    """ECDH: Z is what the other side computes, leading zeros included."""
    key = store.private(made(store, KeyKind.AGREE).name)
    assert isinstance(key, EllipticCurvePrivateKey)
    for _ in range(3):
        peer = generate_private_key(SECP256R1())
        assert key.exchange(ECDH(), peer.public_key()) == peer.exchange(ECDH(), key.public_key())


@pytest.mark.parametrize("kind", [KeyKind.AGREE, KeyKind.SIGN_RSA])
def test_a_copy_of_a_key_is_the_key(store: KeyStore, kind: KeyKind) -> None:
    """Records that hold a key may be copied."""
    key = store.private(made(store, kind).name)
    assert copy.copy(key).public_key() == copy.deepcopy(key).public_key() == key.public_key()


def test_a_key_agrees_on_its_own_curve_only(store: KeyStore) -> None:
    """A point of another curve would give the key away piece by piece."""
    key = store.private(made(store, KeyKind.AGREE).name)
    assert isinstance(key, EllipticCurvePrivateKey)
    with pytest.raises(ValueError, match=r"curve|shared key"):
        key.exchange(ECDH(), generate_private_key(SECP384R1()).public_key())


def test_a_key_that_is_there_is_not_made_again(store: KeyStore) -> None:
    """Two processes that start together need one key, not two."""
    first = store.make("codes", KeyKind.MAC, if_none=True)
    assert store.make("codes", KeyKind.MAC, if_none=True) == first
    second = store.make("codes", KeyKind.MAC)
    assert store.make("codes", KeyKind.MAC, if_none=True) == second
    assert store.make("codes", KeyKind.AGREE, if_none=True).name.number == 3


def test_a_ring_without_keys_is_missed(store: KeyStore) -> None:
    """Named, so that it can be made."""
    with pytest.raises(KeyMissing, match="acs lacks the key authentication-value-visa"):
        RoomKeys(store, "acs").authentication_values()


def test_a_store_that_is_opened_again_has_the_same_keys(store: KeyStore) -> None:
    """What was made stays; what was given out before works on."""
    mac = made(store, KeyKind.MAC)
    before = store.mac(mac.name).mac(b"data")
    store.close()
    assert list(store.held()) == [mac]
    assert store.mac(mac.name).mac(b"data") == before


def test_a_missing_key_is_missed(store: KeyStore) -> None:
    """Neither another number nor another use of the name will do."""
    mac, private = made(store, KeyKind.MAC, "codes"), made(store, KeyKind.SIGN_EC, "signs")
    for name in (KeyName(name="codes", number=2), KeyName(name="others", number=1), private.name):
        with pytest.raises(KeyMissing, match=str(name)):
            store.mac(name)
    for name in (KeyName(name="signs", number=2), mac.name):
        with pytest.raises(KeyMissing, match=str(name)):
            store.private(name)


def test_keys_do_not_print(store: KeyStore) -> None:
    """Nothing in a traceback or a log line tells a key."""
    mac = store.mac(made(store, KeyKind.MAC).name)
    private = store.private(made(store, KeyKind.SIGN_EC).name)
    for thing in (mac, private, store):
        assert str(thing) == repr(thing)
        assert len(repr(thing)) < 150


def test_a_store_serves_several_threads_at_once(store: KeyStore) -> None:
    """More threads than sessions: each waits for its turn, none gets another's answer."""
    mac = store.mac(made(store, KeyKind.MAC).name)
    key = store.private(made(store, KeyKind.SIGN_EC).name)
    assert isinstance(key, EllipticCurvePrivateKey)
    expected = {number: mac.mac(bytes((number,))) for number in range(8)}
    together = threading.Barrier(8)

    def work(number: int) -> None:
        together.wait()
        for _ in range(25):
            assert mac.mac(bytes((number,))) == expected[number]
            signature = key.sign(bytes((number,)), ECDSA(SHA256()))
            key.public_key().verify(signature, bytes((number,)), ECDSA(SHA256()))

    with ThreadPoolExecutor(8) as threads:
        list(threads.map(work, range(8)))


def test_numbers_end_where_an_octet_does(store: KeyStore) -> None:
    """The number of a key stands in one octet of the values made with it."""
    for number in (0, 256):
        with pytest.raises(Misuse, match="1 to 255"):
            KeyName(name="codes", number=number)
    for name in ("", "A", "../up", "a.b", "a" * 64, "ä"):
        with pytest.raises(Misuse, match="names no key"):
            store.make(name, KeyKind.MAC)


def test_a_value_made_before_a_rotation_still_verifies(store: KeyStore) -> None:
    """The value names its key by number: made with the newest, verified with any."""
    keys = RoomKeys(store, "members")
    keys.make_missing()
    layout = LAYOUTS[Brand.VISA]
    old = keys.authentication_values()[Brand.VISA]
    value = issue(old, Proof.CHALLENGED, FACTS, layout=layout, unpredictable=b"1234")
    store.make("authentication-value-visa", KeyKind.MAC)
    new = keys.authentication_values()[Brand.VISA]
    assert (old.current, new.current) == (1, 2)
    assert prove(new, value, FACTS, layout=layout) == "full"
    fresh = issue(new, Proof.CHALLENGED, FACTS, layout=layout, unpredictable=b"1234")
    assert prove(new, fresh, FACTS, layout=layout) == "full"
    assert prove(old, fresh, FACTS, layout=layout) is None


def test_brands_do_not_share_a_key(store: KeyStore) -> None:
    """A key that leaks from one brand's key ceremony proves nothing of another brand."""
    keys = RoomKeys(store, "acs")
    keys.make_missing()
    rings = keys.authentication_values()
    assert set(rings) == set(Brand)
    assert len({ring.keys[ring.current].mac(b"data") for ring in rings.values()}) == len(Brand)


@pytest.mark.parametrize("room", sorted(ROOM_KEYS))
def test_a_room_has_all_its_keys_once_they_are_made(store: KeyStore, room: str) -> None:
    """Made once: a second start finds them."""
    keys = RoomKeys(store, room)
    assert [need.name for need in keys.missing()] == [need.name for need in ROOM_KEYS[room]]
    assert [key.name.name for key in keys.make_missing()] == [need.name for need in ROOM_KEYS[room]]
    assert keys.missing() == []
    assert keys.make_sure() == []


def test_the_directory_opens_what_was_encrypted_to_any_of_its_keys(store: KeyStore) -> None:
    """5.1: device data encrypted by ECDH-ES to the key that its kid names, an older one included."""
    for _ in range(2):
        store.make(DEVICE_DATA.name, KeyKind.AGREE)
    keys = RoomKeys(store, "directory").device_data_keys()
    assert sorted(keys) == ["sdk-enc-data.1", "sdk-enc-data.2"]
    for kid, key in keys.items():
        assert isinstance(key, EllipticCurvePrivateKey)
        sealed = seal_with_ec(
            b'{"DV":"1.5"}',
            key=key.public_key(),
            kid=kid,
            enc=Enc.GCM,
            ephemeral=generate_private_key(SECP256R1()),
            directory_server_id="A000000003",
            iv=b"i" * 12,
        )
        opened = open_device_data(
            sealed,
            keys=keys,
            directory_server_id="A000000003",
            version=Version.V231,
            spare=b"s" * 32,
        )
        assert opened == b'{"DV":"1.5"}'


def test_the_key_of_signed_content_can_ask_for_its_certificate(store: KeyStore) -> None:
    """The directory's CA certifies what it was asked to, by a request that the key itself signed."""
    key = store.private(made(store, KeyKind.SIGN_EC, SIGNED_CONTENT.name).name)
    name = Name([NameAttribute(NameOID.COMMON_NAME, "acs")])
    request = CertificateSigningRequestBuilder().subject_name(name).sign(key, SHA256())
    assert request.is_signature_valid
    assert request.public_key() == key.public_key()
