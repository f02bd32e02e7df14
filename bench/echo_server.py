"""An echo on the same stack: our HTTP server with mutual TLS, one raw ASGI callable, no work."""

import asyncio
import signal
import sys
from pathlib import Path

import uvloop
from litestar.types import Receive, Scope, Send

from sekisho.adapters.http.raw import read_body, respond
from sekisho.adapters.http.server import Listener, serve
from sekisho.adapters.keys import Keyring


async def echo(scope: Scope, receive: Receive, send: Send) -> None:
    """Give back what came."""
    body = await read_body(receive, limit=64 * 1024)
    await respond(send, 200, body, "application/json; charset=utf-8")


async def main(port: int, keys: Path) -> None:
    """Serve until the process is told to stop."""
    stop = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGINT, stop.set)
    tls = Keyring(keys).server_tls("directory")
    await serve(
        [Listener(name="echo", app=echo, port=port, tls=tls)],
        stop=stop,
        ready=lambda: print("Ready", flush=True),
    )


if __name__ == "__main__":
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(main(int(sys.argv[1]), Path(sys.argv[2])))
