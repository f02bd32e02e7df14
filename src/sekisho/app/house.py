"""The house: every room in one process, or one room by itself, served until told to stop."""

import asyncio
import gc
import signal
from collections.abc import Callable, Mapping, Sequence
from contextlib import AsyncExitStack
from datetime import timedelta
from pathlib import Path
from time import perf_counter
from typing import Final

import click
from litestar.types import ASGIApp

from sekisho.adapters.chance import SystemChance
from sekisho.adapters.clock import SandboxClock, WallClock
from sekisho.adapters.http.guards import with_body_limit, with_security_headers
from sekisho.adapters.http.server import Listener, serve
from sekisho.adapters.http.sites import Paths, Sites
from sekisho.adapters.keys import Keyring
from sekisho.adapters.log import get_log
from sekisho.adapters.sql.faults import DatabaseInUse
from sekisho.adapters.sql.file_lock import FileLock
from sekisho.app.addresses import PEER_PORTS, Addresses
from sekisho.app.card_table import AT_ONCE, card_table
from sekisho.app.credentials import Credentials, load_or_make
from sekisho.app.lab import lab_site
from sekisho.app.rooms import Room
from sekisho.app.settings import BadSettings, read_address, read_room_file
from sekisho.app.wiring.all_rooms import build_house, build_room
from sekisho.app.wiring.looking import repeatedly
from sekisho.app.wiring.parts import Surroundings
from sekisho.app.working_keys import open_files, open_store
from sekisho.kernel.errors import SekishoError
from sekisho.protocol.codec import APP_MESSAGE_BYTES_MAX

BODY_BYTES_MAX: Final = 2 * APP_MESSAGE_BYTES_MAX
"""The outer wall of every port: more than any room reads, so that each refuses in its own words."""


YOUNG_OBJECTS: Final = 20_000
"""How many objects may be new before the garbage collector looks for cycles among them."""
REVOKED_EVERY: Final = timedelta(seconds=1)
"""How often the list of revoked certificates is looked at; one look is one question to the disk."""


class FolderInUse(SekishoError):
    """Another process holds the data folder."""


async def run_house(
    *, port: int, data: Path, database: str | None, via: Sequence[str] = ()
) -> None:
    """Run the sandbox until SIGINT or SIGTERM; prints where everything is once it is ready."""
    started = perf_counter()
    chance = SystemChance()
    async with AsyncExitStack() as stack:
        stack.callback(hold_folder(data).release)
        credentials = load_or_make(data, chance, port=port)
        clock = SandboxClock(data / "clock")
        at = Addresses(port)
        keyring = Keyring(data / "keys")
        around = Surroundings(
            clock=clock,
            chance=chance,
            keyring=keyring,
            working_keys=open_files(keyring),
            database_address=lambda room: database or f"sqlite://{data / room}.db",
            peer_urls=peer_urls(at, via),
        )
        rooms = await build_house(credentials, around, stack)
        listeners = [
            Listener(name="browsers and programs", port=port, app=house_sites(rooms, clock, at))
        ]
        listeners += [
            Listener(
                name=f"{room.name}'s peers",
                port=at.peer_port(room.name),
                app=guarded(room.peers),
                tls=around.keyring.server_tls(room.name),
            )
            for room in rooms
            if room.peers is not None
        ]

        def ready() -> None:
            click.echo(welcome(credentials, at))
            click.echo(f"Ready in {perf_counter() - started:.1f} s; Ctrl-C stops the house.")

        await _serve(listeners, rooms, ready, around)


def house_sites(rooms: Sequence[Room], clock: SandboxClock, at: Addresses) -> ASGIApp:
    """Put every browser-facing site on one port: by host name, and by prefix for programs."""
    site = {room.name: room.site for room in rooms if room.site is not None}
    lab = lab_site(rooms, clock, at)
    pay = Paths({"/": site["gateway"], "/vault": site["vault"]})
    return Sites(
        {
            "shop.localhost": Paths({"/": site["storefront"], "/ledger": site["ledger"]}),
            "pay.localhost": pay,
            "bank.localhost": Paths({"/": site["members"], "/acs": site["acs"]}),
            "lab.localhost": lab,
        },
        prefixes={"/pay": pay, "/3dss": site["server"], "/lab": lab},
        body_limit=BODY_BYTES_MAX,
    )


def guarded(app: ASGIApp) -> ASGIApp:
    """Put around an app what stands around every app: a limit on bodies, closed headers."""
    return with_security_headers(with_body_limit(app, limit=BODY_BYTES_MAX))


def peer_urls(at: Addresses, via: Sequence[str]) -> Mapping[str, str]:
    """Say under which address each room is called; `via` (ROOM=ADDRESS) goes before the usual one.

    Raises BadSettings for a room that nobody calls.
    """
    usual = {room: at.peer(room) for room in PEER_PORTS} | {"gateway": at.program("pay")}
    others = dict(item.partition("=")[::2] for item in via)
    for room, address in others.items():
        if room not in usual or not address.startswith(("http://", "https://")):
            raise BadSettings(
                f"--via takes ROOM=ADDRESS, such as gateway=http://localhost:9000/pay; "
                f"rooms are {', '.join(usual)}"
            )
    return usual | others


def hold_folder(data: Path) -> FileLock:
    """Take the data folder for this process, before anything in it is changed.

    Raises FolderInUse while another house lives there.
    """
    data.mkdir(parents=True, exist_ok=True)
    try:
        return FileLock(data / "house")
    except DatabaseInUse as error:
        raise FolderInUse(
            f"another house already lives in {data}; stop it or choose another folder with --data"
        ) from error


async def run_room(name: str, settings_file: Path, *, database: str | None) -> None:
    """Run one room from its settings file until SIGINT or SIGTERM."""
    file = read_room_file(settings_file, name, database=database)
    keyring = Keyring(file.keys)
    async with AsyncExitStack() as stack:
        working_keys = open_store(file.pkcs11, keyring)
        stack.callback(working_keys.close)
        around = Surroundings(
            clock=WallClock(),
            chance=SystemChance(),
            keyring=keyring,
            working_keys=working_keys,
            database_address=lambda _: file.database,
            peer_urls=file.peers,
        )
        room = await build_room(name, file, around, stack)
        listeners = []
        if file.listen is not None and room.site is not None:
            at = read_address(file.listen)
            app = guarded(Paths({file.mount or "/": room.site}))
            listeners.append(
                Listener(name=name, host=at.host, port=at.port, app=app, proxies=file.proxies)
            )
        if file.listen_peers is not None and room.peers is not None:
            at = read_address(file.listen_peers)
            tls = around.keyring.server_tls(name)
            app = guarded(room.peers)
            listeners.append(Listener(name=name, host=at.host, port=at.port, app=app, tls=tls))
        await _serve(listeners, [room], lambda: click.echo(f"Ready: {name}"), around)


def welcome(credentials: Credentials, at: Addresses) -> str:
    """Write what a person needs first: addresses, the ledger's password, the cards."""
    lines = [
        "",
        "Sekisho is open.",
        f"  shop    {at.site('shop')}",
        f"  ledger  {at.site('shop')}/ledger   (staff password: {credentials.staff_password})",
        f"  bank    {at.site('bank')}/inbox    (codes sent to cardholders)",
        f"  app     {at.site('bank')}/app      (the cardholder's app: approve, codes, passkeys)",
        f"  pay     {at.site('pay')}",
        f"  lab     {at.site('lab')}",
        f"  APIs    {at.program('pay')}/api/v2  {at.program('3dss')}  {at.program('lab')}/healthz",
        "  keys    sekisho sandbox --json",
        "",
        card_table(AT_ONCE),
        "",
        "Many more: sekisho cards",
        "",
    ]
    return "\n".join(lines)


async def _serve(
    listeners: Sequence[Listener],
    rooms: Sequence[Room],
    ready: Callable[[], None],
    around: Surroundings,
) -> None:
    """Serve until a signal asks to stop. Listeners close first, then outboxes and databases."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for sign in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(sign, stop.set)
    try:
        async with asyncio.TaskGroup() as group:

            def up() -> None:
                for room in rooms:
                    group.create_task(room.work())
                ready()
                settle_memory()

            looking = group.create_task(look_for_revoked(around.keyring))
            await serve(listeners, stop=stop, ready=up)
            looking.cancel()
            for room in rooms:
                await room.outbox.stop()
    except ExceptionGroup as several:
        raise only_cause(several) from several


async def look_for_revoked(keyring: Keyring) -> None:
    """Have every port and every caller refuse certificates from the moment that they are revoked."""

    async def look() -> None:
        if keyring.look_for_revoked():
            get_log("house").warning("the list of revoked certificates was read")

    await repeatedly(look, wait=REVOKED_EVERY, clock=WallClock(), log=get_log("house"))


def settle_memory() -> None:
    """Take what the start has built out of the garbage collector's sight.

    Tables, templates and code stay for as long as the process: to walk them over and over cost a
    tenth of an authentication. What requests make is freed by its last reference in any case.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(YOUNG_OBJECTS, 20, 20)


def only_cause(several: ExceptionGroup[Exception]) -> Exception:
    """Give the one failure that a group is about, so that it can be said in one line."""
    cause: Exception = several
    while isinstance(cause, ExceptionGroup) and len(cause.exceptions) == 1:
        cause = cause.exceptions[0]
    return cause
