"""The settings file of one room run by itself: typed, read from TOML, refused with the reason."""

import base64
import dataclasses
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, get_args, get_origin, get_type_hints

import msgspec

from sekisho.acquirer.gateway.model.settings import GatewaySettings
from sekisho.acquirer.ledger.model import LedgerSettings
from sekisho.acquirer.server.model import ServerSettings
from sekisho.acquirer.storefront.model import StorefrontSettings
from sekisho.acquirer.vault.model import VaultSettings
from sekisho.adapters.keystores import ROOM_KEYS
from sekisho.adapters.mail import Smtp
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
class Needs:
    """What a room must be told beside its own settings, and where it can listen."""

    site: bool = True
    """Browsers or programs reach it: `listen`."""
    port: bool = True
    """Other rooms reach it over mutual TLS: `listen_peers`."""
    peers: tuple[str, ...] = ()
    secrets: tuple[str, ...] = ()
    gateway_url: bool = False


NEEDS: Final[Mapping[str, Needs]] = {
    "storefront": Needs(
        port=False,
        peers=("ledger",),
        secrets=("client_id", "client_secret", "merchant_id"),
        gateway_url=True,
    ),
    "ledger": Needs(),
    "gateway": Needs(port=False, peers=("vault", "server", "members"), secrets=("server_api_key",)),
    "vault": Needs(),
    "server": Needs(peers=("directory",)),
    "directory": Needs(site=False),
    "acs": Needs(peers=("members", "directory")),
    "members": Needs(peers=("acs",)),
}
"""What each room needs of its file."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pkcs11:
    """The PKCS#11 token in which a room's working keys live: they are used there and never leave."""

    module: Path
    """Library that the token's maker ships, as `/usr/lib/softhsm/libsofthsm2.so`."""
    token: str
    """Label of the token."""
    pin_file: Path | None = None
    """File that holds the user's PIN, readable by its owner only; relative paths count from the
    settings file. Either this or `pin_variable`: a PIN never stands on a command line."""
    pin_variable: str | None = None
    """Name of the environment variable that holds the user's PIN."""
    sessions_max: int = 8
    """Operations that may run at once; 1 for a module that cannot guard itself against threads."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RoomFile:
    """The settings file of one room."""

    settings: Any  # Any: one of ROOM_SETTINGS, by the room's name
    """The room's own settings, a table of its own."""
    keys: Path
    """Folder of the room's keys and certificates, made at first use; relative paths count from
    the file. Rooms of one owner may share it; the bank's two rooms must."""
    database: str
    """`sqlite:///absolute/file` or `postgresql://…`; `--database` overrides it."""
    listen: str | None = None
    """Address and port for browsers and programs, as `127.0.0.1:8080`, in plain HTTP: put a proxy
    with TLS in front."""
    listen_peers: str | None = None
    """Address and port of the mutual-TLS listener, as `0.0.0.0:8443`."""
    mount: str = ""
    """Path under which the proxy in front shows the room, as `/vault`; the proxy leaves it on."""
    proxies: tuple[str, ...] = ()
    """Addresses of the proxies in front, believed about the caller's address (`X-Forwarded-For`):
    without them every caller has the proxy's address, and limits by address count all as one."""
    peers: Mapping[str, str] = field(default_factory=dict)
    """Mutual-TLS addresses of the rooms that this one calls, by room name. The ACS takes dsURLs of
    the origin named `directory` only."""
    gateway_url: str | None = None
    """Storefront only: base address of the payment API, without `/api/v2`."""
    pkcs11: Pkcs11 | None = None
    """ACS, members and directory only: the token that holds the room's working keys. Left out, they
    are sealed files under `keys/working`, for development."""
    mail: Smtp | None = None
    """Members only: the SMTP server that takes e-mails to cardholders. Left out, they stay in the
    inbox of the sandbox."""
    secrets: Mapping[str, Secret[str]] = field(default_factory=dict)
    """Gateway: `server_api_key`, by which the 3DS Server knows it. Storefront: `client_id`,
    `client_secret`, `merchant_id`, by which the gateway knows it."""

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
    if not (colon and host and port.isdigit() and 0 < int(port) < 65536):  # noqa: PLR2004 - the largest port there is
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
        _refuse_unknown(document, RoomFile, "")
        whole = msgspec.convert(
            {**document, "settings": None}, RoomFile, dec_hook=_decode, strict=True
        )
        _refuse_unknown(own, kind, "settings.")
        settings: object = msgspec.convert(own, kind, dec_hook=_decode, strict=True)
        _require_complete(whole, room)
    except (msgspec.ValidationError, SekishoError) as error:
        raise BadSettings(f"{path.name}: {error}") from error
    keys = whole.keys if whole.keys.is_absolute() else path.parent / whole.keys
    return dataclasses.replace(
        whole, settings=settings, keys=keys, pkcs11=_placed(whole.pkcs11, path.parent),
        mail=_with_authority(whole.mail, path.parent),
    )  # fmt: skip


def _placed(token: Pkcs11 | None, beside: Path) -> Pkcs11 | None:
    if token is None or token.pin_file is None or token.pin_file.is_absolute():
        return token
    return dataclasses.replace(token, pin_file=beside / token.pin_file)


def _with_authority(server: Smtp | None, beside: Path) -> Smtp | None:
    if server is None or server.authority is None:
        return server
    return dataclasses.replace(server, authority=beside / server.authority)


def _refuse_unknown(given: Mapping[str, object], kind: type, where: str) -> None:
    """A misspelt setting that is silently ignored is a trap, at every depth."""
    types = get_type_hints(kind)
    unknown = sorted(set(given) - set(types))
    if unknown:
        raise BadSettings(f"no such setting: {', '.join(where + name for name in unknown)}")
    for name, value in given.items():
        inner = next(filter(dataclasses.is_dataclass, (types[name], *get_args(types[name]))), None)
        if not isinstance(inner, type):
            continue
        for number, item in enumerate(value if isinstance(value, list) else [value], start=1):
            place = f"{where}{name}[{number}]." if isinstance(value, list) else f"{where}{name}."
            if isinstance(item, Mapping):
                _refuse_unknown(item, inner, place)


def _require_complete(file: RoomFile, room: str) -> None:
    """Refuse at the start what would otherwise be found missing at the first purchase."""
    needs = NEEDS[room]
    for table, given, known in (
        ("peers", set(file.peers), set(needs.peers)),
        ("secrets", set(file.secrets), set(needs.secrets)),
    ):
        if known - given:
            raise BadSettings(f"[{table}] lacks {', '.join(sorted(known - given))}")
        if given - known:
            raise BadSettings(f"[{table}] of {room} has no {', '.join(sorted(given - known))}")
    if (file.gateway_url is not None) is not needs.gateway_url:
        raise BadSettings("gateway_url belongs to the storefront, and to it alone")
    for name, value, possible in (
        ("listen", file.listen, needs.site),
        ("listen_peers", file.listen_peers, needs.port),
    ):
        if value is not None and not possible:
            raise BadSettings(f"{room} has nothing to show there: leave out {name}")
        if value is not None:
            read_address(value)
    if file.mail is not None and room != "members":
        raise BadSettings(f"[mail] of {room}: only members writes to cardholders")
    if file.pkcs11 is not None:
        _require_token(file.pkcs11, room)
    if file.listen is None and file.listen_peers is None:
        raise BadSettings("say where to listen: listen, listen_peers or both")
    if file.mount and not re.fullmatch(r"(/[\w.~-]+)+", file.mount, re.ASCII):
        raise BadSettings(f"mount {file.mount!r} is no path such as /vault")
    if not file.database.startswith(("sqlite:///", "postgresql://", "postgres://")):
        raise BadSettings("database is sqlite:///absolute/file or postgresql://…")


def _require_token(token: Pkcs11, room: str) -> None:
    if room not in ROOM_KEYS:
        raise BadSettings(f"[pkcs11] of {room}: only {', '.join(ROOM_KEYS)} have working keys")
    if (token.pin_file is None) is (token.pin_variable is None):
        raise BadSettings("[pkcs11] takes one of pin_file and pin_variable")
    if token.sessions_max < 1:
        raise BadSettings("[pkcs11] sessions_max is at least 1")


def _decode(kind: Any, value: object) -> object:  # Any: the type that msgspec asks for
    if kind is Path and isinstance(value, str):
        return Path(value)
    if get_origin(kind) is Secret and isinstance(value, str):
        if get_args(kind) == (bytes,):
            return Secret(base64.b64decode(value, validate=True))
        return Secret(value)
    raise ValueError(f"a {type(value).__name__} cannot stand here")
