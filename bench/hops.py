"""The hops and commits of a frictionless authentication without the work, in a process of its own.

Four parties on our HTTP stack: two requests of a requestor over plain HTTP, of which one goes on over
mutual TLS to a second, a third and a fourth party, as from 3DS Server to Directory Server, ACS and
bank. With `commits` each party keeps records as large as the real ones, durably and as often.
What an authentication costs beyond this is ours: messages, rules, decisions, cryptography.
"""

import asyncio
import itertools
import signal
import sys
import tempfile
from collections.abc import Awaitable, Callable
from pathlib import Path

import uvloop
from litestar.types import ASGIApp, Receive, Scope, Send

from sekisho.adapters.http.client import Peer
from sekisho.adapters.http.raw import read_body, respond
from sekisho.adapters.http.server import Listener, serve
from sekisho.adapters.keys import Keyring
from sekisho.adapters.sql import Batch, Database, open_database

PARTIES = ("server", "directory", "acs", "members")
COMMITS = {"server": (1, 2), "directory": (0, 2), "acs": (0, 1), "members": (0, 0)}
"""How often each party commits for /preauth and for /auth."""
RECORD = "r" * 6_000
"""About as long as a record with its messages."""


async def main(port: int, keys: Path, *, commits: bool) -> None:
    """Serve until the process is told to stop; the parties' ports follow one another."""
    stop = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGINT, stop.set)
    ring = Keyring(keys)
    with tempfile.TemporaryDirectory() as folder:
        databases: list[Database] = []
        onwards: list[Peer] = []
        listeners = []
        for place, party in enumerate(PARTIES):
            database = await open_database(
                f"sqlite://{folder}/{party}.db", room=party, migrations=[]
            )
            databases.append(database)
            await database.apply(Batch().do("CREATE TABLE kept (key INTEGER, body TEXT)"))
            onward = None
            if place + 1 < len(PARTIES):
                address = f"https://localhost:{port + place + 1}"
                onward = Peer(address, identity=ring.client_tls(party))
                onwards.append(onward)
            works = [_keeping(database, times if commits else 0) for times in COMMITS[party]]
            tls = None if place == 0 else ring.server_tls(party)
            listeners.append(
                Listener(name=party, app=_app(onward, works), port=port + place, tls=tls)
            )
        await serve(listeners, stop=stop, ready=lambda: print("Ready", flush=True))
        for each in (*onwards, *databases):
            await each.close()


def _keeping(database: Database, times: int) -> Callable[[], Awaitable[None]]:
    numbers = itertools.count()

    async def keep() -> None:
        for _ in range(times):
            sql = "INSERT INTO kept (key, body) VALUES (:key, :body)"
            await database.apply(Batch().must(sql, key=next(numbers), body=RECORD))

    return keep


def _app(onward: Peer | None, works: list[Callable[[], Awaitable[None]]]) -> ASGIApp:
    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        body = await read_body(receive)
        asking = scope["path"] != "/preauth"  # type: ignore[typeddict-item]  # http only
        await works[1 if asking else 0]()
        if asking and onward is not None:
            body = (await onward.post("/3ds", body)).body
        await respond(send, 200, body, "application/json; charset=utf-8")

    return app


if __name__ == "__main__":
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(main(int(sys.argv[1]), Path(sys.argv[2]), commits=sys.argv[3:] == ["commits"]))
