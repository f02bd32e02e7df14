"""Prints every address of the house, asked from the applications themselves."""

import asyncio
import inspect
import re
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any, Final, TypeAlias

from litestar import Litestar
from litestar.routes import HTTPRoute

from sekisho.adapters.chance import SystemChance
from sekisho.adapters.clock import SandboxClock
from sekisho.adapters.keys import Keyring
from sekisho.adapters.pages.static import PREFIX
from sekisho.app.addresses import PEER_PORTS, Addresses
from sekisho.app.credentials import load_or_make
from sekisho.app.docs.literals import first_line
from sekisho.app.lab import lab_site
from sekisho.app.rooms import Room
from sekisho.app.wiring.all_rooms import build_house
from sekisho.app.wiring.parts import Surroundings
from sekisho.app.working_keys import open_files

PORT: Final = 8080
Row: TypeAlias = tuple[str, str, str, str]
"""Method, path, purpose, and who may call."""

INTRODUCTION: Final = """# Addresses

<!-- Printed from the applications' own routes by `make docs`; do not edit. -->

Where everything is in the house that `sekisho up` starts, with its default port. Another `--port P` moves
them all: the public port is P, the mutual-TLS ports follow it.

## What is guaranteed

- The house listens on loopback only.
- A request whose `Host` is none of the sites below is misdirected (421), never answered by another site.
- A mutual-TLS port lets in certificates of the house's authority only, and each address answers only the
  rooms named beside it.
- Bodies are limited everywhere; a larger one is refused (413) before it is read.
- An EMV message that could be read whole is answered with HTTP 200, whatever it holds: what is wrong with it
  is said by an Erro.
"""

SITES: Final = (
    ("storefront", "shop", ""),
    ("ledger", "shop", "/ledger"),
    ("gateway", "pay", ""),
    ("vault", "pay", "/vault"),
    ("members", "bank", ""),
    ("acs", "bank", "/acs"),
)
"""Which room's site stands where: as in `sekisho.app.house.house_sites`; a test holds both alike."""

PROGRAMS: Final = """
## For programs

Most programs cannot resolve names under `.localhost`. The same sites answer on plain `localhost`:

| address | is |
|---|---|
| {pay}/… | the payment gateway and the vault, as on pay.localhost |
| {server}/… | the raw EMV API of the 3DS Server |
| {lab}/… | the lab |

`sekisho sandbox --json` prints these addresses and the keys.
"""

EMV: Final[Mapping[tuple[str, str], tuple[Row, ...]]] = {
    ("server", "site"): (
        ("POST", "/preauth", "`{acctNumber}`: versions and 3DS Method of the card.", "`APIKey`"),
        ("POST", "/auth", "The elements of an AReq; answered with the ARes.", "`APIKey`"),
        ("POST", "/postauth", "`{threeDSServerTransID}`: how a challenge ended.", "`APIKey`"),
        (
            "POST",
            "/spc",
            "`{threeDSServerTransID, threeDSReqAuthData | spcIncompInd}`: see choices.",
            "`APIKey`",
        ),
        (
            "POST",
            "/optout",
            "`{threeDSServerTransID}`: there will be no challenge; the RRes will say so (02).",
            "`APIKey`",
        ),
        (
            "POST",
            "/mpi/enrolment",
            "1.0.2: is a card enrolled, what the browser posts.",
            "`APIKey`",
        ),
        ("POST", "/mpi/result", "1.0.2: `{PaRes, MD}`, what it is worth.", "`APIKey`"),
    ),
    ("server", "peers"): (
        ("POST", "/3ds", "RReq and OReq; answered with RRes and ORes.", "directory"),
        ("POST", "/3dss/preauth", "As on the public address.", "`APIKey`"),
        ("POST", "/3dss/auth", "As on the public address.", "`APIKey`"),
        ("POST", "/3dss/postauth", "As on the public address.", "`APIKey`"),
        ("POST", "/3dss/spc", "As on the public address.", "`APIKey`"),
        ("POST", "/3dss/optout", "As on the public address.", "`APIKey`"),
        ("POST", "/3dss/mpi/enrolment", "As on the public address.", "`APIKey`"),
        ("POST", "/3dss/mpi/result", "As on the public address.", "`APIKey`"),
    ),
    ("directory", "peers"): (
        ("POST", "/3ds", "AReq and PReq of a 3DS Server, RReq of an ACS.", "server, acs"),
        (
            "POST",
            "/3ds1",
            "VEReq and CRReq of 1.0.2; answered with VERes, CRRes or Error.",
            "server",
        ),
        ("GET", "/ranges/{file}", "The file of card ranges that a PRes of 2.3.1 names.", "server"),
        ("GET", "/operator/members", "List the members.", "operator"),
        ("PUT", "/operator/members/{name}", "Enrol a member, or change one.", "operator"),
        ("DELETE", "/operator/members/{name}", "End a membership at once.", "operator"),
        ("GET", "/operator/ranges", "List card ranges, `after` a number.", "operator"),
        ("POST", "/operator/ranges", "Enrol a card range.", "operator"),
        ("DELETE", "/operator/ranges/{start}/{end}", "Take a card range out.", "operator"),
        ("POST", "/operator/imports", "Begin to import a file of card ranges.", "operator"),
        (
            "PUT",
            "/operator/imports/{import}/parts/{number}",
            "The next part of the file: lines of JSON.",
            "operator",
        ),
        (
            "POST",
            "/operator/imports/{import}/finish",
            "Let the file hold, whole; 422 with the bad lines.",
            "operator",
        ),
        ("DELETE", "/operator/imports/{import}", "Forget an import.", "operator"),
        ("GET", "/operator/inquiries", "List the last VEReqs of 1.0.2.", "operator"),
        ("GET", "/operator/sequences", "List the last sequences of notices.", "operator"),
        (
            "POST",
            "/operator/members/{name}/sequences",
            "Send notices (OReq) to a member; answered with its verdict.",
            "operator",
        ),
    ),
    ("acs", "peers"): (
        ("POST", "/3ds", "AReq; answered with ARes.", "directory"),
        ("POST", "/3ds1", "VEReq of 1.0.2; answered with VERes or Error.", "directory"),
    ),
}
"""Applications for EMV messages are bare ASGI and list no routes; a test asks each of these."""


def http_page() -> str:
    """Give the page. Puts the whole house together in a folder that is thrown away."""
    return asyncio.run(_page())


async def _page() -> str:
    at = Addresses(PORT)
    lines = [INTRODUCTION, "## For browsers"]
    with tempfile.TemporaryDirectory(prefix="sekisho-docs-") as folder:
        async with AsyncExitStack() as stack:
            rooms = await house_rooms(Path(folder), stack)
            lab = lab_site([], SandboxClock(Path(folder) / "clock"), at)
            for name, site, mount in SITES:
                lines += _section(f"{name}: {at.site(site)}{mount}", _rows(rooms[name], "site"))
            lines += _section(f"lab: {at.site('lab')}", routes(lab))
            pay, server, lab_url = (at.program(name) for name in ("pay", "3dss", "lab"))
            lines.append(PROGRAMS.format(pay=pay, server=server, lab=lab_url).rstrip("\n"))
            lines += _section(f"server: {server}", _rows(rooms["server"], "site"))
            lines += ["", "## For rooms, over mutual TLS"]
            for name in PEER_PORTS:
                lines += _section(f"{name}: {at.peer(name)}", _rows(rooms[name], "peers"))
    return "\n".join([*lines, ""])


async def house_rooms(folder: Path, stack: AsyncExitStack) -> dict[str, Room]:
    """Put the rooms together without serving them; the stack closes them."""
    chance, at = SystemChance(), Addresses(PORT)
    keyring = Keyring(folder / "keys")
    around = Surroundings(
        clock=SandboxClock(folder / "clock"),
        chance=chance,
        keyring=keyring,
        working_keys=open_files(keyring),
        database_address=lambda room: f"sqlite://{folder / room}.db",
        peer_urls={room: at.peer(room) for room in PEER_PORTS},
    )
    credentials = load_or_make(folder, chance, port=PORT)
    return {room.name: room for room in await build_house(credentials, around, stack)}


def routes(app: Litestar) -> list[Row]:
    """List an application's addresses; its files that every page may load are left out."""
    rows = [
        (
            method,
            re.sub(r"\{(\w+):\w+\}", r"{\1}", route.path),
            first_line(handler.fn),
            _callers(handler.guards or ()),
        )
        for route in app.routes
        if isinstance(route, HTTPRoute)
        for handler in route.route_handlers
        for method in handler.http_methods
        if method != "OPTIONS" and not route.path.startswith(PREFIX)
    ]
    return sorted(rows, key=lambda row: (row[1], row[0]))


def _callers(guards: Sequence[Any]) -> str:  # Any: Litestar's guards
    allowed = [inspect.getclosurevars(guard).nonlocals.get("allowed", ()) for guard in guards]
    return ", ".join(sorted(name for names in allowed for name in names))


def _rows(room: Room, side: str) -> list[Row]:
    app = room.site if side == "site" else room.peers
    if isinstance(app, Litestar):
        return routes(app)
    return list(EMV[room.name, side])


def _section(title: str, rows: list[Row]) -> Iterator[str]:
    yield f"\n### {title}\n"
    callers = any(caller for *_, caller in rows)
    yield f"| method | path | what for |{' who may call |' if callers else ''}"
    yield f"|---|---|---|{'---|' if callers else ''}"
    for method, path, purpose, caller in rows:
        yield f"| {method} | `{path}` | {purpose} |{f' {caller} |' if callers else ''}"
