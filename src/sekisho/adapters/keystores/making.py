"""Makes keys in a PKCS#11 token: guarded from the first moment, each with its one use."""

from collections.abc import Mapping
from typing import Final

from pkcs11 import Attribute, KeyType, Mechanism, MechanismFlag, ObjectClass
from pkcs11.util.ec import encode_named_curve_parameters

from sekisho.adapters.keystores.module import Seat, label_of
from sekisho.adapters.keystores.port import MAC_OCTETS, RSA_BITS, HeldKey, KeyKind, KeyName

P256: Final = "1.2.840.10045.3.1.7"
GUARDED: Final = {
    Attribute.TOKEN: True,
    Attribute.PRIVATE: True,
    Attribute.SENSITIVE: True,
    Attribute.EXTRACTABLE: False,
}
USES: Final[Mapping[KeyKind, tuple[ObjectClass, KeyType, Attribute]]] = {
    KeyKind.MAC: (ObjectClass.SECRET_KEY, KeyType.GENERIC_SECRET, Attribute.SIGN),
    KeyKind.SIGN_EC: (ObjectClass.PRIVATE_KEY, KeyType.EC, Attribute.SIGN),
    KeyKind.SIGN_RSA: (ObjectClass.PRIVATE_KEY, KeyType.RSA, Attribute.SIGN),
    KeyKind.AGREE: (ObjectClass.PRIVATE_KEY, KeyType.EC, Attribute.DERIVE),
    KeyKind.UNWRAP: (ObjectClass.PRIVATE_KEY, KeyType.RSA, Attribute.DECRYPT),
}
"""How a token tells what a key is for."""
ABLE: Final = {
    KeyKind.MAC: MechanismFlag.SIGN | MechanismFlag.VERIFY,
    KeyKind.SIGN_EC: MechanismFlag.SIGN | MechanismFlag.VERIFY,
    KeyKind.SIGN_RSA: MechanismFlag.SIGN | MechanismFlag.VERIFY,
    KeyKind.AGREE: MechanismFlag.DERIVE,
    KeyKind.UNWRAP: MechanismFlag.DECRYPT | MechanismFlag.ENCRYPT,
}


def make_in(seat: Seat, made: HeldKey) -> None:
    """Make a key; done twice, it is made once."""
    label, number = label_of(made.name.name), bytes((made.name.number,))
    object_class, key_type, _ = USES[made.kind]
    if seat.every(object_class, made.name):
        return  # the token was lost after it had made the key
    able = ABLE[made.kind]
    if made.kind is KeyKind.MAC:
        seat.session.generate_key(
            key_type, MAC_OCTETS * 8, id=number, label=label, store=True,
            capabilities=able, template=GUARDED,
            mechanism=Mechanism.GENERIC_SECRET_KEY_GEN,
        )  # fmt: skip
    elif key_type is KeyType.RSA:
        seat.session.generate_keypair(
            key_type, RSA_BITS, id=number, label=label, store=True,
            capabilities=able, private_template=GUARDED,
        )  # fmt: skip
    else:
        curve = {Attribute.EC_PARAMS: encode_named_curve_parameters(P256)}
        parameters = seat.session.create_domain_parameters(KeyType.EC, curve, local=True)
        parameters.generate_keypair(
            id=number, label=label, store=True, capabilities=able, private_template=GUARDED
        )


def destroy_in(seat: Seat, name: KeyName) -> None:
    """Destroy both halves of a key pair."""
    seat.keys.clear()
    for object_class in (ObjectClass.PRIVATE_KEY, ObjectClass.PUBLIC_KEY):
        for key in seat.every(object_class, name):
            key.destroy()
