"""The settings file of one room run by itself: typed, read from TOML, refused with the reason."""

import base64
import dataclasses
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, get_args, get_origin

import msgspec

from sekisho.acquirer.gateway.model.settings import GatewaySettings
from sekisho.acquirer.ledger.model import LedgerSettings
from sekisho.acquirer.server.model import ServerSettings
from sekisho.acquirer.storefront.model import StorefrontSettings
from sekisho.acquirer.vault.model import VaultSettings
from sekisho.interoperability.directory.model import DirectorySettings
from sekisho.issuer.acs.model import AcsSettings
from sekisho.issuer.members.model import MembersSettings
from sekisho.kernel.errors import SekishoError
from sekisho.kernel.secret import Secret

ROOM_SETTINGS: Final[Mapping[str, type]] = {
    "storefront": StorefrontSettings,
    "ledger": LedgerSettings,
    "gateway": GatewaySettings,
    "vault": VaultSettings,
    "server": ServerSettings,
    "directory": DirectorySettings,
    "acs": AcsSettings,
    "members": MembersSettings,
}
"""What stands under `[settings]` in each room's file."""


class BadSettings(SekishoError):
    """A settings file cannot be read, or a value in it cannot be."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RoomFile:
    """The settings file of one room."""

    settings: Any  # Any: one of ROOM_SETTINGS, by the room's name
    """The room's own settings, a table of its own."""
    keys: Path
    """Folder of the room's keys and certificates; relative paths count from the file."""
    database: str
    """`sqlite:///absolute/file` or `postgresql://…`; `--database` overrides it."""
    listen: str | None = None
    """Address and port for browsers and programs, as `127.0.0.1:8080`; put TLS in front."""
    listen_peers: str | None = None
    """Address and port of the mutual-TLS listener, as `0.0.0.0:8443`."""
    peers: Mapping[str, str] = field(default_factory=dict)
    """Mutual-TLS addresses of the rooms that this one calls, by room name."""
    gateway_url: str | None = None
    """Storefront only: base address of the payment API, without `/api/v2`."""
    secrets: Mapping[str, Secret[str]] = field(default_factory=dict)
    """Gateway: `server_api_key`. Storefront: `client_id`, `client_secret`, `merchant_id`."""

    def secret(self, name: str) -> Secret[str]:
        """Give one of the secrets. Raises BadSettings when it is missing."""
        if name not in self.secrets:
            raise BadSettings(f"[secrets] lacks {name}")
        return self.secrets[name]


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """Where to listen."""

    host: str
    port: int


def read_address(text: str) -> Address:
    """Read `host:port`. Raises BadSettings."""
    host, colon, port = text.rpartition(":")
    if not (colon and host and port.isdigit() and 0 < int(port) < 65536):  # noqa: PLR2004 - a port
        raise BadSettings(f"{text!r} is no address and port, such as 127.0.0.1:8443")
    return Address(host=host.strip("[]"), port=int(port))


def read_room_file(path: Path, room: str, *, database: str | None) -> RoomFile:
    """Read and check a room's settings file. Raises BadSettings with the place and the reason."""
    kind = ROOM_SETTINGS.get(room)
    if kind is None:
        raise BadSettings(f"there is no room {room!r}; rooms are {', '.join(ROOM_SETTINGS)}")
    try:
        document = tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise BadSettings(f"{path.name} is not TOML: {error}") from error
    if database is not None:
        document["database"] = database
    own = document.pop("settings", None)
    if not isinstance(own, dict):
        raise BadSettings(f"{path.name} has no table [settings]")
    try:
        whole = msgspec.convert(
            {**document, "settings": None}, RoomFile, dec_hook=_decode, strict=True
        )
        _refuse_unknown(document, RoomFile, "")
        settings: object = msgspec.convert(own, kind, dec_hook=_decode, strict=True)
        _refuse_unknown(own, kind, "settings.")
    except (msgspec.ValidationError, SekishoError) as error:
        raise BadSettings(f"{path.name}: {error}") from error
    keys = whole.keys if whole.keys.is_absolute() else path.parent / whole.keys
    return dataclasses.replace(whole, settings=settings, keys=keys)


def _refuse_unknown(given: Mapping[str, object], kind: type, where: str) -> None:
    """A misspelt setting that is silently ignored is a trap."""
    known = set(kind.__dataclass_fields__)  # type: ignore[attr-defined]  # our dataclasses only
    unknown = sorted(set(given) - known)
    if unknown:
        raise BadSettings(f"no such setting: {', '.join(where + name for name in unknown)}")


def _decode(kind: Any, value: object) -> object:  # Any: the type that msgspec asks for
    if kind is Path and isinstance(value, str):
        return Path(value)
    if get_origin(kind) is Secret and isinstance(value, str):
        if get_args(kind) == (bytes,):
            return Secret(base64.b64decode(value, validate=True))
        return Secret(value)
    raise NotImplementedError(f"{kind} in a settings file")
