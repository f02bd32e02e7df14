"""The device that the emulated SDK runs on: what it knows of it, sealed for the Directory Server.

Protocol facts, section 5.1. Nothing here is a real device: the values are those of a phone that
somebody might hold, and can be changed one by one.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePublicKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey

from sekisho.protocol.codec import write_object
from sekisho.protocol.jose import KEY_SEED_OCTETS, Enc, ephemeral_key, seal_with_ec, seal_with_rsa
from sekisho.protocol.vocabulary import Json

DATA_VERSION: Final = "1.6"
"""DV: the version of the list of codes."""

NO_PERMISSION: Final = "RE03"
"""Why a value is not there: the app may not know it."""

PHONE: Final[Mapping[str, str]] = {
    "C001": "Android",
    "C002": "Sekisho||Emulated Phone",
    "C003": "Android 15",
    "C004": "15",
    "C006": "540",
    "C008": "1080x2400",
    "C009": "emulator",
    "C010": "203.0.113.7",
    "C013": "jp.example.tea",
    "C015": "1.0.0",
}
"""DD of a phone, without what every transaction has its own of."""

WITHHELD: Final[Mapping[str, str]] = {"C011": NO_PERMISSION, "C012": NO_PERMISSION}
"""DPNA: where the phone is, which nobody has allowed the app to know."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Device:
    """A device as its SDK describes it."""

    locale: str = "en-GB"
    facts: Mapping[str, str] = field(default_factory=lambda: PHONE)
    withheld: Mapping[str, str] = field(default_factory=lambda: WITHHELD)
    warnings: tuple[str, ...] = ()
    """SW: what seems wrong with the device, such as SW01 for one that was rooted."""

    def described(
        self, *, at: datetime, app_id: str, reference_number: str, sdk_trans_id: str
    ) -> bytes:
        """Write what sdkEncData holds."""
        facts: dict[str, Json] = {
            **self.facts,
            "C005": self.locale,
            "C014": app_id,
            "C016": reference_number,
            "C017": f"{at:%Y%m%d%H%M%S}",
            "C018": sdk_trans_id,
        }
        members: dict[str, Json] = {
            "DV": DATA_VERSION,
            "DD": dict(sorted(facts.items())),
            "DPNA": dict(self.withheld),
            "SW": list(self.warnings),
        }
        return write_object({name: value for name, value in members.items() if value})


@dataclass(frozen=True, slots=True, kw_only=True)
class DirectoryKey:
    """The key that a Directory Server gives to those who make SDKs."""

    directory_server_id: str
    """RID: which Directory Server it is."""
    kid: str
    key: RSAPublicKey | EllipticCurvePublicKey

    def sealed(self, plaintext: bytes, *, random: "SealingChance", enc: Enc = Enc.GCM) -> str:
        """Encrypt device data: sdkEncData."""
        iv = random.octets[: enc.iv_octets]
        if isinstance(self.key, RSAPublicKey):
            content_key = random.seed[: enc.key_octets]
            return seal_with_rsa(
                plaintext, key=self.key, kid=self.kid, enc=enc, content_key=content_key, iv=iv
            )
        return seal_with_ec(
            plaintext,
            key=self.key,
            kid=self.kid,
            enc=enc,
            ephemeral=ephemeral_key(random.seed),
            directory_server_id=self.directory_server_id,
            iv=iv,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class SealingChance:
    """Fresh random octets for one sdkEncData."""

    seed: bytes = field(repr=False)
    octets: bytes = field(repr=False)

    def __post_init__(self) -> None:
        if len(self.seed) != KEY_SEED_OCTETS:
            raise ValueError(f"a seed has {KEY_SEED_OCTETS} octets")
