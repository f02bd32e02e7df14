"""What only a PKCS#11 token can do to us: get lost, refuse a PIN, hold keys that are not ours."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pkcs11
import pytest
from cryptography.hazmat.primitives.asymmetric.ec import ECDH, ECDSA, SECP256R1
from cryptography.hazmat.primitives.asymmetric.ec import generate_private_key as generate_ec
from cryptography.hazmat.primitives.asymmetric.padding import MGF1, OAEP, PSS, PKCS1v15
from cryptography.hazmat.primitives.hashes import SHA256, SHA384
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from pkcs11 import Attribute, KeyType, Mechanism, MechanismFlag, ObjectClass

from sekisho.adapters.keystores import (
    KeyKind,
    KeyMissing,
    KeyName,
    KeyStoreFailed,
    RoomKeys,
    locking,
    module,
)
from sekisho.adapters.keystores.hardware import HardwareKeys
from sekisho.adapters.keystores.module import Module, Seat
from sekisho.adapters.keystores.opaque import OpaqueEcKey, OpaqueRsaKey
from sekisho.kernel.errors import Misuse
from tests.softhsm import PIN, Token, make_token, module_path, softhsm

pytestmark = pytest.mark.hsm


@pytest.fixture
def token(tmp_path: Path) -> Iterator[Token]:
    """Make a fresh token."""
    with softhsm(tmp_path) as tokens:
        yield make_token(tokens, "bank")


@pytest.fixture
def store(token: Token) -> Iterator[HardwareKeys]:
    """Open the token."""
    opened = HardwareKeys(token.place())
    yield opened
    opened.close()


def in_session(token: Token, work: object) -> None:
    """Do something to the token behind the store's back."""
    aside = Module(token.place())
    aside.run(work)  # type: ignore[arg-type]  # a plain function of the session
    aside.close()


def lose_sessions() -> None:
    """End every session of the process, as a module does whose token was started again."""
    pkcs11.lib(str(module_path())).reinitialize()


@pytest.mark.parametrize("kind", [kind for kind in KeyKind if kind is not KeyKind.UNWRAP])
def test_no_key_can_be_read_out(store: HardwareKeys, token: Token, kind: KeyKind) -> None:
    """Sensitive, never extractable, and good for its one use."""
    store.make("some-key", kind)
    store.close()
    seen = []

    def look(seat: Seat) -> None:
        for object_class in (ObjectClass.SECRET_KEY, ObjectClass.PRIVATE_KEY):
            for key in seat.every(object_class):
                seen.append(
                    tuple(
                        key[attribute]
                        for attribute in (
                            Attribute.SENSITIVE, Attribute.ALWAYS_SENSITIVE, Attribute.PRIVATE,
                            Attribute.EXTRACTABLE,
                        )
                    )
                )  # fmt: skip
                with pytest.raises(pkcs11.AttributeSensitive):
                    key[Attribute.VALUE if key.key_type is not KeyType.RSA else Attribute.PRIME_1]

    in_session(token, look)
    assert seen == [(True, True, True, False)]


def test_a_private_key_gives_itself_away_to_nobody(store: HardwareKeys) -> None:
    """What cryptography offers for its own keys is refused here."""
    for kind in (KeyKind.SIGN_EC, KeyKind.SIGN_RSA):
        key = store.private(store.make("some-key", kind).name)
        with pytest.raises(Misuse, match="does not leave"):
            key.private_numbers()
        with pytest.raises(Misuse, match="does not leave"):
            key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


def test_a_key_does_what_it_was_made_for_and_nothing_else(store: HardwareKeys) -> None:
    """One use, one key: a signing oracle that decrypts is how keys are lost."""
    signs = store.private(store.make("signs", KeyKind.SIGN_EC).name)
    agrees = store.private(store.make("agrees", KeyKind.AGREE).name)
    signs_rsa = store.private(store.make("signs-rsa", KeyKind.SIGN_RSA).name)
    assert isinstance(signs, OpaqueEcKey)
    assert isinstance(agrees, OpaqueEcKey)
    assert isinstance(signs_rsa, OpaqueRsaKey)
    with pytest.raises(Misuse, match="another use"):
        signs.exchange(ECDH(), generate_ec(SECP256R1()).public_key())
    with pytest.raises(Misuse, match="another use"):
        agrees.sign(b"payload", ECDSA(SHA256()))
    with pytest.raises(Misuse, match="another use"):
        signs_rsa.decrypt(b"sealed", OAEP(mgf=MGF1(SHA256()), algorithm=SHA256(), label=None))
    with pytest.raises(Misuse, match="ECDSA with SHA-256"):
        signs.sign(b"payload", ECDSA(SHA384()))
    with pytest.raises(Misuse, match="PSS with SHA-256"):
        signs_rsa.sign(b"payload", PKCS1v15(), SHA256())
    with pytest.raises(Misuse, match="PSS with SHA-256"):
        signs_rsa.sign(b"payload", PSS(mgf=MGF1(SHA384()), salt_length=32), SHA384())
    with pytest.raises(Misuse, match="OAEP with SHA-256"):
        signs_rsa.decrypt(b"sealed", PKCS1v15())


def test_a_token_that_was_started_again_is_opened_again(store: HardwareKeys) -> None:
    """Every key that was given out works on; nobody has to start the room anew."""
    mac = store.mac(store.make("codes", KeyKind.MAC).name)
    key = store.private(store.make("signs", KeyKind.SIGN_EC).name)
    assert isinstance(key, OpaqueEcKey)
    before = mac.mac(b"data")
    lose_sessions()
    assert mac.mac(b"data") == before
    lose_sessions()
    key.public_key().verify(key.sign(b"payload", ECDSA(SHA256())), b"payload", ECDSA(SHA256()))
    lose_sessions()
    assert len(store.held()) == 2


def test_a_token_that_is_gone_fails_until_it_is_back(store: HardwareKeys, token: Token) -> None:
    """The failure is ours to name, and ends by itself."""
    mac = store.mac(store.make("codes", KeyKind.MAC).name)
    before = mac.mac(b"data")
    away = token.folder.with_name("away")
    token.folder.rename(away)
    lose_sessions_of_a_lost_token()
    for _ in range(2):
        with pytest.raises(KeyStoreFailed, match="bank"):
            mac.mac(b"data")
    away.rename(token.folder)
    assert mac.mac(b"data") == before


def lose_sessions_of_a_lost_token() -> None:
    """End every session where the module cannot be started again."""
    pkcs11.lib(str(module_path())).finalize()


def test_a_wrong_pin_is_tried_once(store: HardwareKeys, token: Token) -> None:
    """Tried at every purchase it would lock the token; and it is told to nobody."""
    wrong = HardwareKeys(token.place(pin="135792"))
    with pytest.raises(KeyStoreFailed, match="PinIncorrect") as first:
        wrong.held()
    with pytest.raises(KeyStoreFailed, match="refused the PIN") as second:
        wrong.held()
    for told in (first, second):
        assert "135792" not in repr(told.value)
    assert PIN not in repr(token.place())
    wrong.close()
    assert list(store.held()) == []


def test_a_module_that_is_not_there_is_named(token: Token) -> None:
    """At the start, in one line."""
    place = token.place()
    for other, words in (
        (type(place)(module="/nowhere/module.so", token="bank", pin=place.pin), "/nowhere"),
        (type(place)(module=place.module, token="another", pin=place.pin), "another"),
    ):
        with pytest.raises(KeyStoreFailed, match=words):
            HardwareKeys(other).held()


def test_keys_of_other_programs_are_left_alone(store: HardwareKeys, token: Token) -> None:
    """A token may serve several; only labels with our mark are ours."""

    def add(seat: Seat) -> None:
        for label, octets in (("codes", b"\x01"), ("sekisho:A", b"\x01"), ("sekisho:b", b"\x01\x02"),
                          ("sekisho:c", b"\x00")):  # fmt: skip
            seat.session.generate_key(
                KeyType.GENERIC_SECRET, 256, label=label, id=octets, store=True,
                capabilities=MechanismFlag.SIGN, mechanism=Mechanism.GENERIC_SECRET_KEY_GEN,
            )  # fmt: skip
        seat.session.generate_key(KeyType.AES, 256, label="sekisho:aes", id=b"\x01", store=True)

    in_session(token, add)
    assert list(store.held()) == []


def test_a_key_that_can_be_read_out_is_not_used(store: HardwareKeys, token: Token) -> None:
    """Brought in by hand without care it would be a key that leaves."""

    def add(seat: Seat) -> None:
        seat.session.generate_key(
            KeyType.GENERIC_SECRET, 256, label="sekisho:codes", id=b"\x01", store=True,
            capabilities=MechanismFlag.SIGN, mechanism=Mechanism.GENERIC_SECRET_KEY_GEN,
            template={Attribute.EXTRACTABLE: True, Attribute.SENSITIVE: False},
        )  # fmt: skip

    in_session(token, add)
    with pytest.raises(KeyMissing, match="can be read out"):
        store.mac(KeyName(name="codes", number=1))


def test_two_keys_of_one_name_are_told(store: HardwareKeys, token: Token) -> None:
    """Which of them made a value could not be said."""
    name = store.make("codes", KeyKind.MAC).name
    mac = store.mac(name)

    def add(seat: Seat) -> None:
        seat.session.generate_key(
            KeyType.GENERIC_SECRET, 256, label="sekisho:codes", id=b"\x01", store=True,
            capabilities=MechanismFlag.SIGN, mechanism=Mechanism.GENERIC_SECRET_KEY_GEN,
        )  # fmt: skip

    in_session(token, add)
    with pytest.raises(KeyMissing, match=r"2 keys codes\.1"):
        mac.mac(b"data")


def test_what_the_module_cannot_do_is_found_when_the_key_is_made(store: HardwareKeys) -> None:
    """SoftHSM promises OAEP and knows it with SHA-1 only; no key is left that could not decrypt."""
    with pytest.raises(KeyStoreFailed, match="ecdh-p256"):
        store.make("sdk-enc-data", KeyKind.UNWRAP)
    assert list(store.held()) == []


def test_a_room_does_not_make_keys_of_a_token_by_itself(store: HardwareKeys) -> None:
    """Keys of a token are made by a person who means it; the room says which command does."""
    with pytest.raises(KeyMissing, match="sekisho keys make directory"):
        RoomKeys(store, "directory").make_sure()
    assert list(store.held()) == []


def test_one_session_serves_many_threads_in_turn(token: Token) -> None:
    """For a module that knows nothing of threads: one caller at a time."""
    store = HardwareKeys(token.place(sessions_max=1))
    mac = store.mac(store.make("codes", KeyKind.MAC).name)
    assert mac.mac(b"data") == mac.mac(b"data")
    store.close()


class Native:
    """A module's two functions, as ctypes would show them; keeps the flags that it was started with."""

    def __init__(self, code: int) -> None:
        self.code = code
        self.flags: list[int | None] = []

    def C_Initialize(self, arguments: Any) -> int:  # noqa: N802 - the standard's name
        self.flags.append(None if arguments is None else arguments._obj.flags)
        return self.code

    def C_Finalize(self, reserved: None) -> int:  # noqa: N802 - the standard's name
        return 0


@pytest.mark.parametrize(("code", "allowed"), [(0x00, True), (0x0A, False)])
def test_a_module_says_whether_it_can_lock(
    monkeypatch: pytest.MonkeyPatch, code: int, allowed: bool
) -> None:
    """Asked with the flag of the standard (2.40, section 5.4)."""
    native = Native(code)
    monkeypatch.setattr(locking.ctypes, "CDLL", lambda _: native)
    assert locking.allow_threads("module.so") is allowed
    assert native.flags == [0x02]


def test_a_module_that_does_not_start_is_lost_for_now(monkeypatch: pytest.MonkeyPatch) -> None:
    """Not taken for one that cannot lock: its token may come back."""
    monkeypatch.setattr(locking.ctypes, "CDLL", lambda _: Native(0x05))
    with pytest.raises(pkcs11.GeneralError, match="0x5"):
        locking.allow_threads("module.so")


def test_a_library_that_hides_its_functions_cannot_be_asked() -> None:
    """It serves one caller at a time then."""
    assert not locking.allow_threads("libc.so.6")


def test_a_module_that_cannot_lock_asks_for_one_session(
    token: Token, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Several threads in it would break it at the first busy hour; with one session it works."""
    monkeypatch.setattr(module, "allow_threads", lambda _: False)
    store = HardwareKeys(token.place(sessions_max=2))
    for _ in range(2):
        with pytest.raises(KeyStoreFailed, match="set sessions_max to 1"):
            store.held()
    alone = HardwareKeys(token.place(sessions_max=1))
    assert list(alone.held()) == []
    alone.close()


def test_a_caller_waits_for_a_session_and_not_for_ever(
    token: Token, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A module that hangs in one call must not hold everybody."""
    monkeypatch.setattr(module, "WAIT_S", 0.05)
    one = Module(token.place(sessions_max=1))

    def nested(_: Seat) -> None:
        one.run(lambda seat: seat.every(ObjectClass.SECRET_KEY))

    with pytest.raises(KeyStoreFailed, match="busy"):
        one.run(nested)
    assert one.run(lambda seat: seat.every(ObjectClass.SECRET_KEY)) == []
    one.close()


def test_what_a_module_refuses_costs_no_session(store: HardwareKeys, token: Token) -> None:
    """Refused a thousand times it still has sessions: each that failed is closed."""
    store.close()
    one = Module(token.place(sessions_max=2))

    def refused(seat: Seat) -> None:
        seat.session.generate_key(KeyType.AES, 7)

    for _ in range(40):
        with pytest.raises(KeyStoreFailed):
            one.run(refused)
    assert one.run(lambda seat: seat.every(ObjectClass.SECRET_KEY)) == []
    one.close()
