"""Working keys in a PKCS#11 token: sensitive, not extractable, used where they are.

A key's label is `sekisho:<name>` and its id one octet, the number. Its attributes say what it is for,
so that the module itself refuses any other use.
"""

from collections.abc import Sequence
from typing import Any, Final

import pkcs11
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, EllipticCurvePublicKey
from cryptography.hazmat.primitives.asymmetric.padding import MGF1, OAEP
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey, RSAPublicNumbers
from cryptography.hazmat.primitives.hashes import SHA256
from pkcs11 import (
    KDF,
    MGF,
    Attribute,
    Key,
    KeyType,
    Mechanism,
    ObjectClass,
)

from sekisho.adapters.keystores.making import USES, destroy_in, make_in
from sekisho.adapters.keystores.module import LABEL, Module, Place, Seat
from sekisho.adapters.keystores.opaque import OpaqueEcKey, OpaqueRsaKey
from sekisho.adapters.keystores.port import (
    NAME,
    HeldKey,
    KeyKind,
    KeyMissing,
    KeyName,
    KeyStoreFailed,
    PrivateKey,
    WorkingMac,
    newest,
    next_number,
)

POINT_OCTETS: Final = 65
Z_BITS: Final = 256
PSS: Final = (Mechanism.SHA256, MGF.SHA256, 32)
OAEP_256: Final = (Mechanism.SHA256, MGF.SHA256, None)


class HardwareKeys:
    """A store of keys in a PKCS#11 token."""

    def __init__(self, place: Place) -> None:
        self._module = Module(place)

    def __repr__(self) -> str:
        return f"<keys of {self._module!r}>"

    @property
    def makes_at_need(self) -> bool:
        """Keys of a token are made by a person who means it, with a witness if need be."""
        return False

    def held(self) -> Sequence[HeldKey]:
        """List our keys in the token, by name and number."""
        return self._module.run(_held)

    def make(self, name: str, kind: KeyKind, *, if_none: bool = False) -> HeldKey:
        """Make a key in the token. KeyStoreFailed when the module cannot make or use such a key."""
        held = self.held()
        before = newest(held, name, kind)
        if if_none and before is not None:
            return before
        number = next_number(held, name)
        key = HeldKey(name=KeyName(name=name, number=number), kind=kind)
        self._module.run(lambda seat: make_in(seat, key))
        if kind is KeyKind.UNWRAP:
            self._try_out(key)
        return key

    def mac(self, key: KeyName) -> WorkingMac:
        """Give the use of a MAC key; KeyMissing when there is none that may be used."""
        self._kind(key, {KeyKind.MAC})
        return _HardwareMac(self._module, key)

    def private(self, key: KeyName) -> PrivateKey:
        """Give the use of a private key; KeyMissing when there is none that may be used."""
        kind = self._kind(key, set(KeyKind) - {KeyKind.MAC})
        uses = _Uses(self._module, key)
        if kind in {KeyKind.SIGN_RSA, KeyKind.UNWRAP}:
            rsa = self._module.run(lambda seat: _rsa_public(seat, key))
            if kind is KeyKind.SIGN_RSA:
                return OpaqueRsaKey(rsa, sign=uses.sign_rsa, sign_old=uses.sign_old)
            return OpaqueRsaKey(rsa, decrypt=uses.decrypt)
        public = self._module.run(lambda seat: _ec_public(seat, key))
        if kind is KeyKind.SIGN_EC:
            return OpaqueEcKey(public, sign=uses.sign_ec)
        return OpaqueEcKey(public, agree=uses.agree)

    def close(self) -> None:
        """Log out; keys that were given out work no more than the token allows."""
        self._module.close()

    def _kind(self, name: KeyName, kinds: set[KeyKind]) -> KeyKind:
        """Tell what a key is for, once it is sure that nobody can read it."""

        def look(seat: Seat) -> KeyKind:
            for kind in kinds:
                for key in seat.every(USES[kind][0], name):
                    if _kind_of(key) is not kind:
                        continue
                    if key[Attribute.EXTRACTABLE] or not key[Attribute.SENSITIVE]:
                        raise KeyMissing(f"the key {name} can be read out of its token: not used")
                    return kind
            raise KeyMissing(f"the token holds no key {name} for that use")

        return self._module.run(look)

    def _try_out(self, made: HeldKey) -> None:
        """Decrypt once: modules promise OAEP and then know it with SHA-1 only, as SoftHSM does."""
        key = self.private(made.name)
        if not isinstance(key, OpaqueRsaKey):
            raise KeyMissing(f"the token holds no key {made.name} for that use")
        sealed = key.public_key().encrypt(b"tried out", _OAEP)
        try:
            key.decrypt(sealed, _OAEP)
        except (KeyStoreFailed, ValueError) as error:
            self._module.run(lambda seat: destroy_in(seat, made.name))
            raise KeyStoreFailed(
                f"{self._module!r} does not know {made.kind.value}; choose {KeyKind.AGREE.value}"
            ) from error


class _HardwareMac:
    """HMAC-SHA-256 in the token."""

    def __init__(self, module: Module, name: KeyName) -> None:
        self._module = module
        self._name = name

    def __repr__(self) -> str:
        return f"<MAC key {self._name} in {self._module!r}>"

    def mac(self, data: bytes) -> bytes:
        """Compute the code of the data."""

        def work(seat: Seat) -> bytes:
            key: Any = seat.key(
                self._name, ObjectClass.SECRET_KEY
            )  # Any: what a key can do is known to the token only
            return bytes(key.sign(data, mechanism=Mechanism.SHA256_HMAC))

        return self._module.run(work)


class _Uses:
    """What a private key of the token does, each for the keys made for it."""

    def __init__(self, module: Module, name: KeyName) -> None:
        self._module = module
        self._name = name

    def sign_ec(self, digest: bytes) -> bytes:
        """Sign a digest by ECDSA: r and s, 32 octets each."""
        return self._module.run(
            lambda seat: bytes(self._key(seat).sign(digest, mechanism=Mechanism.ECDSA))
        )

    def sign_rsa(self, data: bytes) -> bytes:
        """Sign by PSS with SHA-256."""
        return self._module.run(
            lambda seat: bytes(
                self._key(seat).sign(
                    data, mechanism=Mechanism.SHA256_RSA_PKCS_PSS, mechanism_param=PSS
                )
            )
        )

    def sign_old(self, data: bytes) -> bytes:
        """Sign by PKCS #1 v1.5 with SHA-1: for 3-D Secure 1.0.2 and for nothing else."""
        return self._module.run(
            lambda seat: bytes(self._key(seat).sign(data, mechanism=Mechanism.SHA1_RSA_PKCS))
        )

    def agree(self, point: bytes) -> bytes:
        """Compute Z with a point: the one thing that leaves, for it is no key of ours."""

        def work(seat: Seat) -> bytes:
            shared = self._key(seat).derive_key(
                KeyType.GENERIC_SECRET,
                Z_BITS,
                mechanism_param=(KDF.NULL, None, point),
                template={Attribute.EXTRACTABLE: True, Attribute.SENSITIVE: False},
                store=False,
            )
            try:
                return bytes(shared[Attribute.VALUE])
            finally:
                shared.destroy()

        return self._module.run(work)

    def decrypt(self, ciphertext: bytes) -> bytes:
        """Decrypt by OAEP with SHA-256; ValueError for what was not encrypted to this key."""

        def work(seat: Seat) -> bytes:
            key = self._key(seat)
            try:
                return bytes(
                    key.decrypt(
                        ciphertext, mechanism=Mechanism.RSA_PKCS_OAEP, mechanism_param=OAEP_256
                    )
                )
            except (pkcs11.EncryptedDataInvalid, pkcs11.EncryptedDataLenRange) as error:
                raise ValueError("it was not encrypted to this key") from error

        return self._module.run(work)

    def _key(self, seat: Seat) -> Any:  # Any: what a key can do is known to the token only
        return seat.key(self._name, ObjectClass.PRIVATE_KEY)


_OAEP: Final = OAEP(mgf=MGF1(SHA256()), algorithm=SHA256(), label=None)


def _held(seat: Seat) -> list[HeldKey]:
    found = []
    for key in (*seat.every(ObjectClass.SECRET_KEY), *seat.every(ObjectClass.PRIVATE_KEY)):
        name, kind = _name_of(key), _kind_of(key)
        if name is not None and kind is not None:
            found.append(HeldKey(name=name, kind=kind))
    return sorted(found, key=lambda held: held.name)


def _name_of(key: Key) -> KeyName | None:
    """Read a key's name; None for a key of another program."""
    name = key.label.removeprefix(LABEL)
    if not key.label.startswith(LABEL) or not NAME.fullmatch(name) or len(key.id) != 1:
        return None
    return KeyName(name=name, number=key.id[0]) if key.id[0] else None


def _kind_of(key: Key) -> KeyKind | None:
    for kind, (object_class, key_type, use) in USES.items():
        if (key.object_class, key.key_type) == (object_class, key_type) and key[use]:
            return kind
    return None


def _ec_public(seat: Seat, name: KeyName) -> EllipticCurvePublicKey:
    point = seat.key(name, ObjectClass.PUBLIC_KEY)[Attribute.EC_POINT]
    # By the standard an OCTET STRING around the point; some modules give the point alone.
    return EllipticCurvePublicKey.from_encoded_point(SECP256R1(), bytes(point[-POINT_OCTETS:]))


def _rsa_public(seat: Seat, name: KeyName) -> RSAPublicKey:
    key = seat.key(name, ObjectClass.PUBLIC_KEY)
    exponent, modulus = key[Attribute.PUBLIC_EXPONENT], key[Attribute.MODULUS]
    numbers = RSAPublicNumbers(int.from_bytes(exponent, "big"), int.from_bytes(modulus, "big"))
    return numbers.public_key()
