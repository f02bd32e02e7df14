"""Stores of working keys: keys that are used where they lie, and never come out.

* `port`: what a store is. `files` for development, `hardware` for a PKCS#11 token (imported by
  whoever wants one: it needs the extra `hsm`). One contract is held against both.
* `needs`: which keys each room needs. `RoomKeys` finds them for it.

A key is rotated by making the next number of its name: values are made with the newest, verified
with any. So members, which verify, are started anew before the ACS, which makes.
"""

from sekisho.adapters.keystores.files import FileKeys
from sekisho.adapters.keystores.needs import (
    DEVICE_DATA,
    KEYS_OF_1_0_2,
    PARES_SIGNATURE,
    ROOM_KEYS,
    SIGNED_CONTENT,
    KeyNeed,
)
from sekisho.adapters.keystores.port import (
    HeldKey,
    KeyKind,
    KeyMissing,
    KeyName,
    KeyStore,
    KeyStoreFailed,
    PrivateKey,
)
from sekisho.adapters.keystores.room_keys import RoomKeys

__all__ = [
    "DEVICE_DATA",
    "KEYS_OF_1_0_2",
    "PARES_SIGNATURE",
    "ROOM_KEYS",
    "SIGNED_CONTENT",
    "FileKeys",
    "HeldKey",
    "KeyKind",
    "KeyMissing",
    "KeyName",
    "KeyNeed",
    "KeyStore",
    "KeyStoreFailed",
    "PrivateKey",
    "RoomKeys",
]
