"""Prints one settings file for each room: the sandbox's settings, to run the rooms one by one."""

import base64
import dataclasses
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final, TypeVar

from sekisho.acquirer.gateway.model.settings import GatewaySettings
from sekisho.acquirer.vault.web.scripts import load_script
from sekisho.app.addresses import Addresses
from sekisho.app.credentials import Credentials
from sekisho.app.docs.literals import field_texts
from sekisho.app.docs.toml_text import comment, default_of, table_text, value_text
from sekisho.app.sandbox import Sandbox
from sekisho.app.settings import NEEDS, RoomFile
from sekisho.app.wiring.all_rooms import SCRIPT
from sekisho.interoperability.directory.model import CardRange, DirectorySettings
from sekisho.issuer.members.model import CardRange as IssuedRange
from sekisho.issuer.members.model import MembersSettings
from sekisho.kernel.cards import Pan
from sekisho.kernel.secret import Secret
from sekisho.testkit.cards import sandbox_cards

PUBLIC_PORT: Final = 8080
"""Where browsers find all sites: a proxy listens there and knows the rooms by host and path."""
LISTEN: Final = {
    "storefront": 8090,
    "ledger": 8091,
    "gateway": 8092,
    "vault": 8093,
    "server": 8094,
    "acs": 8095,
    "members": 8096,
}
"""Each room's own port for browsers and programs, on loopback behind the proxy."""
MOUNTS: Final = {"ledger": "/ledger", "vault": "/vault", "acs": "/acs"}

PLACEHOLDERS: Final = Credentials(
    port=PUBLIC_PORT,
    api_key="replace-me-api-key-of-a-payment-provider",
    gateway_api_key="replace-me-api-key-of-the-gateway",
    client_id="shop",
    client_secret="replace-me-client-secret-of-the-shop",
    merchant_id="998000000001",
    publishable_key="pk_replace_me_publishable_key",
    staff_password="",
)
NO_PASSWORD: Final = (
    "$argon2id$v=19$m=65536,t=3,p=4$cmVwbGFjZW1l$cmVwbGFjZSBtZSByZXBsYWNlIG1lIHJlcGxhY2U"
)
"""The form of an Argon2 hash; no password has it."""
SIGNING_KEY: Final = base64.b64decode("replace/this/key/of/32/octets/replace/thisA=")

Ranged = TypeVar("Ranged", DirectorySettings, MembersSettings)

TITLE: Final = """# The room `{room}` by itself: sekisho serve {room} --settings {room}.toml
#
# Printed by `make docs` from the sandbox's settings. What says "replace" is a placeholder that everybody
# knows. A line behind a # shows the default. See ../reference/settings.md.
"""


def example_text(room: str) -> str:
    """Give the settings file of a room."""
    file = example(room)
    lines = [TITLE.format(room=room)]
    texts = field_texts(RoomFile)
    tables: list[tuple[str, Mapping[str, object]]] = []
    for field in dataclasses.fields(RoomFile):
        value, default = getattr(file, field.name), default_of(field)
        if field.name == "settings" or not _concerns(room, field.name):
            continue
        if isinstance(value, Mapping):
            tables.append((field.name, value))
            continue
        lines += comment(texts[field.name])
        shown = "…" if value is None else value_text(value)
        lines.append(f"{'# ' if value == default else ''}{field.name} = {shown}")
    for name, table in tables:
        lines += ["", *comment(texts[name]), f"[{name}]"]
        lines += [f"{key} = {value_text(value)}" for key, value in table.items()]
    lines += ["", "[settings]", *table_text(file.settings, "settings"), ""]
    return "\n".join(lines)


def example(room: str) -> RoomFile:
    """Give a room's file as it would be read."""
    at, needs = Addresses(PUBLIC_PORT), NEEDS[room]
    known = {
        "server_api_key": Secret(PLACEHOLDERS.gateway_api_key),
        "client_id": Secret(PLACEHOLDERS.client_id),
        "client_secret": Secret(PLACEHOLDERS.client_secret),
        "merchant_id": Secret(PLACEHOLDERS.merchant_id),
    }
    return RoomFile(
        settings=_settings(room),
        keys=Path("keys"),
        database=f"sqlite:///var/lib/sekisho/{room}.db",
        listen=f"127.0.0.1:{LISTEN[room]}" if needs.site else None,
        listen_peers=f"127.0.0.1:{at.peer_port(room)}" if needs.port else None,
        mount=MOUNTS.get(room, ""),
        proxies=("127.0.0.1",) if needs.site else (),
        peers={name: at.peer(name) for name in needs.peers},
        gateway_url=f"http://127.0.0.1:{LISTEN['gateway']}" if needs.gateway_url else None,
        secrets={name: known[name] for name in needs.secrets},
    )


def _concerns(room: str, field: str) -> bool:
    needs = NEEDS[room]
    site = ("listen", "mount", "proxies")
    return {
        **dict.fromkeys(site, needs.site),
        "listen_peers": needs.port,
        "peers": bool(needs.peers),
        "gateway_url": needs.gateway_url,
        "secrets": bool(needs.secrets),
        # Tables of their own, which the reference page shows.
        "pkcs11": False,
        "mail": False,
    }.get(field, True)


def _settings(room: str) -> object:
    """Take the sandbox's settings, cut to what an example needs."""
    sandbox = Sandbox(PLACEHOLDERS)
    integrity = load_script(SCRIPT).integrity
    made: Mapping[str, Callable[[], object]] = {
        "storefront": lambda: sandbox.storefront(
            script_path=f"/vault/js/{SCRIPT}", script_integrity=integrity
        ),
        "ledger": lambda: sandbox.ledger(staff_password_hash=Secret(NO_PASSWORD)),
        "gateway": lambda: _known_shops_only(sandbox.gateway(signing_key=Secret(SIGNING_KEY))),
        "vault": sandbox.vault,
        "server": sandbox.server,
        "directory": lambda: _few_ranges(sandbox.directory()),
        "acs": sandbox.acs,
        "members": lambda: _few_ranges(sandbox.members()),
    }
    return _impatient(made[room]())


def _impatient(settings: Any) -> object:  # Any: the settings of one of the rooms
    """Take back the patience that only a sandbox has: counts and seconds are the defaults."""
    defaults = {field.name: default_of(field) for field in dataclasses.fields(settings)}
    numbers = {name: value for name, value in defaults.items() if isinstance(value, int)}
    return dataclasses.replace(settings, **numbers)


def _known_shops_only(settings: GatewaySettings) -> GatewaySettings:
    merchants = tuple(
        dataclasses.replace(
            merchant,
            return_origins=tuple(o for o in merchant.return_origins if o.startswith("http")),
        )
        for merchant in settings.merchants
    )
    return dataclasses.replace(settings, merchants=merchants)


def _few_ranges(settings: Ranged) -> Ranged:
    """Keep the ranges of the test cards: an example shows how it is done, not every range there is."""
    cards = [card.pan for card in sandbox_cards(("0003",))]
    kept = tuple(found for found in settings.ranges if any(_holds(found, pan) for pan in cards))
    return dataclasses.replace(settings, ranges=kept)


def _holds(found: CardRange | IssuedRange, pan: Pan) -> bool:
    if isinstance(found, IssuedRange):
        return found.holds(pan)
    return len(found.start) == len(pan.digits) and found.start <= pan.digits <= found.end
