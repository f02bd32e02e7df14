"""How the twenty octets of a value are laid out for each brand: configuration, not brand secrets.

Every layout has a head that says what the value proves and which key made it, then four
unpredictable octets, then as much of the authentication code as there is room for.

* plain: version 1 (high nibble) and proof (low nibble), key indicator; 14 octets of code;
* lettered: two base64 letters that say what is proved, as Mastercard's values show it, the version
  in the four bits behind them, key indicator; 13 octets of code.
"""

import base64
import binascii
from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Final, Literal, TypeAlias

from sekisho.kernel.brands import Brand

Status: TypeAlias = Literal["full", "attempt"]

OCTETS: Final = 20
CHARACTERS: Final = 28
UNPREDICTABLE_OCTETS: Final = 4
VERSION: Final = 1


class Proof(Enum):
    """What an authentication value proves."""

    FRICTIONLESS = "authenticated without a challenge"
    CHALLENGED = "authenticated by a challenge"
    ATTEMPTED = "authentication was attempted"
    MERCHANT_INITIATED = "authenticated earlier; the merchant asks again (3RI)"
    INFORMATIONAL = "not authenticated; data were shared"


STATUSES: Final[Mapping[Proof, Status | None]] = {
    Proof.FRICTIONLESS: "full",
    Proof.CHALLENGED: "full",
    Proof.ATTEMPTED: "attempt",
    Proof.MERCHANT_INITIATED: "full",
    Proof.INFORMATIONAL: None,
}
"""What each proof is worth to the authorization host."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """The head of a value: how a proof and a key indicator are written in it."""

    heads: Mapping[Proof, bytes]
    """What the value begins with for each proof, before the key indicator."""

    @property
    def head_octets(self) -> int:
        """How many octets stand before the authentication code."""
        return len(next(iter(self.heads.values()))) + 1 + UNPREDICTABLE_OCTETS

    def head(self, proof: Proof, key_indicator: int, unpredictable: bytes) -> bytes:
        """Write the head."""
        return self.heads[proof] + bytes((key_indicator,)) + unpredictable

    def proof(self, octets: bytes) -> Proof | None:
        """Tell what a value claims to prove; None when it is not in this layout."""
        return next((proof for proof, head in self.heads.items() if octets.startswith(head)), None)

    def key_indicator(self, octets: bytes) -> int:
        """Tell which key a value claims to be made with."""
        return octets[self.head_octets - UNPREDICTABLE_OCTETS - 1]


def lettered(letters: Mapping[Proof, str]) -> Layout:
    """Make a layout whose values begin with two letters of base64 for each proof."""
    return Layout(
        heads={
            proof: (int.from_bytes(base64.b64decode(f"{two}AA"), "big") >> 8 | VERSION).to_bytes(2)
            for proof, two in letters.items()
        }
    )


def octets_of(value: str) -> bytes | None:
    """Give the twenty octets of an authentication value; None when it is not in that form.

    2.3.1 allows a Directory Server up to 4000 characters of another form: not ours, but no fault.
    """
    if len(value) != CHARACTERS or not value.isascii():
        return None
    try:
        octets = base64.b64decode(value, validate=True)
    except binascii.Error:
        return None
    # Two texts must not stand for one value: unused bits have to be zero.
    well_made = len(octets) == OCTETS and base64.b64encode(octets).decode("ascii") == value
    return octets if well_made else None


PLAIN: Final = Layout(
    heads={
        Proof.FRICTIONLESS: b"\x11",
        Proof.ATTEMPTED: b"\x12",
        Proof.CHALLENGED: b"\x13",
        Proof.MERCHANT_INITIATED: b"\x14",
        Proof.INFORMATIONAL: b"\x15",
    }
)
_SPA2: Final = lettered(
    {
        Proof.FRICTIONLESS: "kA",
        Proof.CHALLENGED: "kB",
        Proof.ATTEMPTED: "kE",
        Proof.MERCHANT_INITIATED: "kO",
        Proof.INFORMATIONAL: "kN",
    }
)

LAYOUTS: Final[Mapping[Brand, Layout]] = {
    **dict.fromkeys(Brand, PLAIN),
    Brand.MASTERCARD: _SPA2,
    Brand.MAESTRO: _SPA2,
}
"""The layout of each brand."""
