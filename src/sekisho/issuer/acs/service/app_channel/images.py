"""Where an SDK finds the bank's and the scheme's sign: drawings of our own, at three resolutions. Pure.

Protocol facts, section 5.6: three sizes before 2.3.1, one address by the look of the device since.
"""

from collections.abc import Mapping
from typing import Final

from sekisho.protocol.vocabulary import Json, Version

ISSUER: Final = "issuer"
NETWORK: Final = "network"
SIZES: Final[Mapping[str, int]] = {"medium": 1, "high": 2, "extraHigh": 3}
"""How many pixels stand for one."""
LOOKS: Final = ("default", "dark", "monochrome")


def images_for(public_url: str, version: str) -> dict[str, Json]:
    """Give issuerImage and psImage."""
    return {
        "issuerImage": _addresses(public_url, ISSUER, version),
        "psImage": _addresses(public_url, NETWORK, version),
    }


def picture_path(sign: str, *, look: str, size: str) -> str:
    """Give the path of one picture below the ACS's address."""
    return f"/images/{sign}-{look}-{size}.png"


def _addresses(public_url: str, sign: str, version: str) -> dict[str, Json]:
    if version >= Version.V231:
        return {
            look: f"{public_url}{picture_path(sign, look=look, size='extraHigh')}" for look in LOOKS
        }
    return {size: f"{public_url}{picture_path(sign, look='default', size=size)}" for size in SIZES}
