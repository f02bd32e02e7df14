"""The house: every room in one process, or one room by itself, served until told to stop."""

import asyncio
import signal
from collections.abc import Callable, Sequence
from contextlib import AsyncExitStack
from pathlib import Path
from time import perf_counter

import click
from litestar.types import ASGIApp

from sekisho.adapters.chance import SystemChance
from sekisho.adapters.clock import SandboxClock, WallClock
from sekisho.adapters.http.guards import with_body_limit, with_security_headers
from sekisho.adapters.http.server import Listener, serve
from sekisho.adapters.http.sites import Paths, Sites
from sekisho.adapters.keys import Keyring
from sekisho.app.addresses import PEER_PORTS, Addresses
from sekisho.app.card_table import card_table
from sekisho.app.credentials import Credentials, load_or_make
from sekisho.app.lab import lab_site
from sekisho.app.rooms import Room
from sekisho.app.settings import read_address, read_room_file
from sekisho.app.wiring.all_rooms import build_house, build_room
from sekisho.app.wiring.parts import Surroundings


async def run_house(*, port: int, data: Path, database: str | None) -> None:
    """Run the sandbox until SIGINT or SIGTERM; prints where everything is once it is ready."""
    started = perf_counter()
    chance = SystemChance()
    credentials = load_or_make(data, chance, port=port)
    clock = SandboxClock(data / "clock")
    at = Addresses(port)
    around = Surroundings(
        clock=clock,
        chance=chance,
        keyring=Keyring(data / "keys"),
        database_address=lambda room: database or f"sqlite://{data / room}.db",
        peer_urls={room: at.peer(room) for room in PEER_PORTS},
    )
    async with AsyncExitStack() as stack:
        rooms = await build_house(credentials, around, stack)
        listeners = [
            Listener(
                name=f"{room.name}'s peers",
                port=at.peer_port(room.name),
                app=guarded(room.peers),
                tls=around.keyring.server_tls(room.name),
            )
            for room in rooms
            if room.peers is not None
        ]
        public = house_sites(rooms, clock, at)
        listeners.append(Listener(name="browsers and programs", port=port, app=public))

        def ready() -> None:
            click.echo(welcome(credentials, at))
            click.echo(f"Ready in {perf_counter() - started:.1f} s; Ctrl-C stops the house.")

        await _serve(listeners, rooms, ready)


def house_sites(rooms: Sequence[Room], clock: SandboxClock, at: Addresses) -> ASGIApp:
    """Put every browser-facing site on one port: by host name, and by prefix for programs."""
    site = {room.name: room.site for room in rooms if room.site is not None}
    lab = lab_site(rooms, clock, at)
    pay = Paths({"/": site["gateway"], "/vault": site["vault"]})
    return guarded(
        Sites(
            {
                "shop.localhost": Paths({"/": site["storefront"], "/ledger": site["ledger"]}),
                "pay.localhost": pay,
                "bank.localhost": Paths({"/": site["members"], "/acs": site["acs"]}),
                "lab.localhost": lab,
            },
            prefixes={"/pay": pay, "/3dss": site["server"], "/lab": lab},
        )
    )


def guarded(app: ASGIApp) -> ASGIApp:
    """Put around an app what stands around every app: a limit on bodies, closed headers."""
    return with_security_headers(with_body_limit(app))


async def run_room(name: str, settings_file: Path, *, database: str | None) -> None:
    """Run one room from its settings file until SIGINT or SIGTERM."""
    file = read_room_file(settings_file, name, database=database)
    around = Surroundings(
        clock=WallClock(),
        chance=SystemChance(),
        keyring=Keyring(file.keys),
        database_address=lambda _: file.database,
        peer_urls=file.peers,
    )
    async with AsyncExitStack() as stack:
        room = await build_room(name, file, around, stack)
        listeners = []
        if file.listen is not None and room.site is not None:
            at = read_address(file.listen)
            app = guarded(room.site)
            listeners.append(Listener(name=name, host=at.host, port=at.port, app=app))
        if file.listen_peers is not None and room.peers is not None:
            at = read_address(file.listen_peers)
            tls = around.keyring.server_tls(name)
            app = guarded(room.peers)
            listeners.append(Listener(name=name, host=at.host, port=at.port, app=app, tls=tls))
        await _serve(listeners, [room], lambda: click.echo(f"Ready: {name}"))


def welcome(credentials: Credentials, at: Addresses) -> str:
    """Write what a person needs first: addresses, the ledger's password, the cards."""
    lines = [
        "",
        "Sekisho is open.",
        f"  shop    {at.site('shop')}",
        f"  ledger  {at.site('shop')}/ledger   (staff password: {credentials.staff_password})",
        f"  bank    {at.site('bank')}/inbox    (codes sent to cardholders)",
        f"  pay     {at.site('pay')}",
        f"  lab     {at.site('lab')}",
        f"  APIs    {at.program('pay')}/api/v2  {at.program('3dss')}  {at.program('lab')}/healthz",
        "  keys    sekisho sandbox --json",
        "",
        card_table(),
        "",
    ]
    return "\n".join(lines)


async def _serve(
    listeners: Sequence[Listener], rooms: Sequence[Room], ready: Callable[[], None]
) -> None:
    """Serve until a signal asks to stop. Listeners close first, then outboxes and databases."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for sign in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(sign, stop.set)
    async with asyncio.TaskGroup() as group:

        def up() -> None:
            for room in rooms:
                group.create_task(room.work())
            ready()

        await serve(listeners, stop=stop, ready=up)
        for room in rooms:
            await room.outbox.stop()
