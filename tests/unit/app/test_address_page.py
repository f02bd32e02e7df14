"""The page of addresses says where things really are."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any, cast

import pytest

from sekisho.adapters.clock import SandboxClock
from sekisho.adapters.http.raw import respond
from sekisho.app.addresses import Addresses
from sekisho.app.docs.http import EMV, SITES, house_rooms
from sekisho.app.house import house_sites
from sekisho.app.rooms import Room
from sekisho.testkit.asgi_peer import Asgi

ROOMS = {room for room, _, _ in SITES} | {"server"}


@pytest.fixture
async def rooms(tmp_path: Path) -> AsyncIterator[dict[str, Room]]:
    """The house's rooms, put together and not served."""
    async with AsyncExitStack() as stack:
        yield await house_rooms(tmp_path, stack)


async def test_applications_for_emv_messages_have_the_addresses_that_are_printed(
    rooms: dict[str, Room],
) -> None:
    """F1: bare applications list no routes, so each printed one is asked, and one that is not."""
    for (room, side), rows in EMV.items():
        app = rooms[room].site if side == "site" else rooms[room].peers
        assert app is not None
        caller = Asgi(app=app)
        for method, path, _, _ in rows:
            operators = path.startswith("/operator/")
            other = method if operators else {"POST": "GET", "GET": "POST"}[method]
            refused = await caller.send(other, path.replace("{number}", "0"), b"")
            assert refused is not None
            assert refused.status in ({403} if operators else {401, 405}), f"{room} {path}"
        unknown = await caller.send("POST", "/elsewhere", b"")
        assert unknown is not None
        assert unknown.status == 404


def named(room: str) -> Room:
    """A room whose site says whose it is, and under which path it was asked."""

    async def site(scope: Any, _: Any, send: Any) -> None:
        await respond(send, 200, f"{room} {scope['path']}".encode(), "text/plain")

    return Room(name=room, database=cast(Any, None), outbox=cast(Any, None), site=site)


@pytest.mark.parametrize(
    ("room", "host", "path"),
    [
        *((room, f"{site}.localhost", f"{mount}/there") for room, site, mount in SITES),
        ("gateway", "localhost", "/pay/there"),
        ("vault", "localhost", "/pay/vault/there"),
        ("server", "localhost", "/3dss/there"),
    ],
)
async def test_each_site_stands_where_the_page_says(room: str, host: str, path: str) -> None:
    """F4: a site sees paths from its own root, wherever it is put."""
    house = house_sites([named(each) for each in ROOMS], SandboxClock(None), Addresses(8080))
    reply = await Asgi(app=house).send("GET", path, b"", {"Host": f"{host}:8080"})
    assert reply is not None
    assert (reply.status, reply.body.decode()) == (200, f"{room} /there")
