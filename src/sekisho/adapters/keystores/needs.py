"""Which working keys each room needs: a table of data."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from sekisho.adapters.keystores.port import KeyKind
from sekisho.kernel.brands import Brand


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyNeed:
    """One purpose for which a room needs a key."""

    name: str
    kinds: tuple[KeyKind, ...]
    """What may serve; the first is what is made where nothing else was asked for."""
    purpose: str
    """What the room does with it."""


def authentication_value_key(brand: Brand) -> str:
    """Name the key of a brand's authentication values."""
    return f"authentication-value-{brand.value}"


AUTHENTICATION_VALUES: Final = tuple(
    KeyNeed(
        name=authentication_value_key(brand),
        kinds=(KeyKind.MAC,),
        purpose="makes and verifies the brand's authentication values",
    )
    for brand in Brand
)
SIGNED_CONTENT: Final = KeyNeed(
    name="acs-signed-content",
    kinds=(KeyKind.SIGN_EC, KeyKind.SIGN_RSA),
    purpose="signs acsSignedContent for the SDK; its certificate comes from the directory's CA",
)
DEVICE_DATA: Final = KeyNeed(
    name="sdk-enc-data",
    kinds=(KeyKind.AGREE, KeyKind.UNWRAP),
    purpose="decrypts sdkEncData, to which every SDK encrypts what it knows of the device",
)

PARES_SIGNATURE: Final = KeyNeed(
    name="pares-signature",
    kinds=(KeyKind.SIGN_RSA,),
    purpose="signs each PARes of 3-D Secure 1.0.2; its certificate comes from the scheme's root",
)

ROOM_KEYS: Final[Mapping[str, tuple[KeyNeed, ...]]] = {
    "acs": (*AUTHENTICATION_VALUES, SIGNED_CONTENT),
    "members": AUTHENTICATION_VALUES,
    "directory": (DEVICE_DATA,),
}
"""The rooms that use working keys. The bank's two rooms need the same authentication value keys."""

KEYS_OF_1_0_2: Final[Mapping[str, tuple[KeyNeed, ...]]] = {"acs": (PARES_SIGNATURE,)}
"""What a room needs besides where its settings say that it speaks 3-D Secure 1.0.2."""
