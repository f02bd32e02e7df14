"""The sandbox's credentials: made at first start, kept beside the data, the same ever after."""

import dataclasses
import os
from dataclasses import dataclass
from pathlib import Path

import msgspec

from sekisho.app.addresses import Addresses
from sekisho.kernel.chance import Chance
from sekisho.kernel.errors import SekishoError

FILE = "sandbox.json"


class BadCredentials(SekishoError):
    """The data folder's credentials cannot be read."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Credentials:
    """What a foreign client needs to take the shop's or the payment provider's place."""

    port: int
    """The public port of the last start."""
    api_key: str
    """`APIKey` of the 3DS Server's raw EMV API, for a payment provider of your own."""
    gateway_api_key: str
    """`APIKey` that the house's own gateway uses."""
    client_id: str
    client_secret: str
    merchant_id: str
    publishable_key: str
    staff_password: str
    """Opens the shop's order ledger."""

    def as_document(self) -> dict[str, dict[str, str]]:
        """The document that `sekisho sandbox --json` prints: addresses for programs, and keys."""
        at = Addresses(self.port)
        return {
            "threeds_server": {"base_url": at.program("3dss"), "api_key": self.api_key},
            "gateway": {
                "base_url": at.program("pay"),
                "token_url": at.program("pay/oauth2/token"),
                "client_id": self.client_id,
                "client_secret": self.client_secret,
                "merchant_id": self.merchant_id,
                "publishable_key": self.publishable_key,
            },
            "shop": {"base_url": at.site("shop"), "staff_password": self.staff_password},
            "bank": {"base_url": at.site("bank")},
            "lab": {"base_url": at.program("lab")},
        }


def load_or_make(data: Path, chance: Chance, *, port: int | None = None) -> Credentials:
    """Read the credentials of a data folder, making them at first; `port` records a new port.

    Raises BadCredentials when the file is there but is not ours.
    """
    path = data / FILE
    if path.exists():
        try:
            known = msgspec.json.decode(path.read_bytes(), type=Credentials)
        except msgspec.MsgspecError as error:
            raise BadCredentials(f"{path} does not hold the sandbox's credentials") from error
        if port is None or port == known.port:
            return known
        known = dataclasses.replace(known, port=port)
    else:
        known = _make(chance, port or 8080)
    _write(path, known)
    return known


def _make(chance: Chance, port: int) -> Credentials:
    return Credentials(
        port=port,
        api_key=f"sk_3dss_{chance.token(24)}",
        gateway_api_key=f"sk_3dss_{chance.token(24)}",
        client_id=f"shop-{chance.token(6)}",
        client_secret=chance.token(32),
        merchant_id=f"99800{chance.digits(7)}",
        publishable_key=f"pk_sandbox_{chance.token(18)}",
        staff_password=chance.token(9),
    )


def _write(path: Path, credentials: Credentials) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_suffix(".new")
    descriptor = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(msgspec.json.format(msgspec.json.encode(credentials)))
        file.flush()
        os.fsync(file.fileno())
    beside.replace(path)
