"""Who may call a room, over real TLS on loopback: the list of callers that must be turned away.

On both event loops: the house runs on uvloop, people's own tests on asyncio, and TLS is the one
thing that differs between them.
"""

import asyncio
import functools
import inspect
import os
import ssl
from collections.abc import Callable, Coroutine
from contextlib import AbstractAsyncContextManager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import uvloop
from litestar import Litestar, get
from litestar.types import Receive, Scope, Send

from sekisho.adapters.http.client import Peer
from sekisho.adapters.http.peers import peer_name, require_peer
from sekisho.adapters.http.raw import read_body, respond
from sekisho.adapters.keys import DevelopmentCa, Keyring
from sekisho.adapters.keys.authority import BOTH_PURPOSES
from sekisho.adapters.keys.contexts import client_context, server_context
from sekisho.adapters.keys.revocation import NAME
from sekisho.kernel.errors import Unreachable

Serving = Callable[..., AbstractAsyncContextManager[int]]


def on_both_loops(test: Callable[..., Coroutine[object, object, None]]) -> Callable[..., None]:
    """Run a test once on asyncio's loop and once on uvloop's."""

    @functools.wraps(test)
    def run(*, loop: Callable[[], asyncio.AbstractEventLoop], **fixtures: object) -> None:
        with asyncio.Runner(loop_factory=loop) as runner:
            runner.run(test(**fixtures))

    asked = inspect.signature(test)
    loop = inspect.Parameter("loop", inspect.Parameter.KEYWORD_ONLY)
    run.__signature__ = asked.replace(parameters=[*asked.parameters.values(), loop])  # type: ignore[attr-defined]  # what pytest reads
    del run.__wrapped__  # type: ignore[attr-defined]  # or pytest would see a coroutine function
    loops = [asyncio.new_event_loop, uvloop.new_event_loop]
    return pytest.mark.parametrize("loop", loops, ids=["asyncio", "uvloop"])(run)


async def name_teller(scope: Scope, receive: Receive, send: Send) -> None:
    """Answer with the name that the server found in the caller's certificate."""
    await read_body(receive)
    await respond(send, 200, (peer_name(scope) or "nobody").encode(), "text/plain")


async def _ask(port: int, identity: ssl.SSLContext, host: str = "localhost") -> str:
    peer = Peer(f"https://{host}:{port}", identity=identity, connect_s=5, read_s=5)
    try:
        return (await peer.post("/", b"{}")).body.decode()
    finally:
        await peer.close()


def _expired(keys: Keyring, folder: Path, *, room: str) -> Path:
    """A certificate of the house's own authority that ended a year ago."""
    past = DevelopmentCa(
        keys.authority_file.parent,
        now=lambda: datetime.now(UTC) - timedelta(days=800),  # noqa: TID251 - certificates are checked against the machine's time
    )
    path = folder / f"{room}-expired.pem"
    path.write_bytes(past.issue(room))
    path.chmod(0o600)
    return path


@on_both_loops
async def test_a_caller_is_known_by_its_certificate(serving: Serving, house_keys: Keyring) -> None:
    """The pin on the server's protocol class: the verified name reaches the application."""
    async with serving(name_teller, tls=house_keys.server_tls("acs")) as port:
        assert await _ask(port, house_keys.client_tls("directory")) == "directory"
        assert await _ask(port, house_keys.client_tls("gateway")) == "gateway"


@on_both_loops
async def test_a_caller_cannot_name_itself(serving: Serving, house_keys: Keyring) -> None:
    """Nothing in the request is believed about who sends it."""
    identity = house_keys.client_tls("gateway")
    async with serving(name_teller, tls=house_keys.server_tls("acs")) as port:
        peer = Peer(f"https://localhost:{port}", identity=identity)
        reply = await peer.get(
            "/?peer=acs", headers={"X-Peer": "acs", "X-Client-Cert": "acs", "Forwarded": "for=acs"}
        )
        assert reply.body == b"gateway"
        await peer.close()


@on_both_loops
async def test_a_caller_without_a_certificate_is_refused(
    serving: Serving, house_keys: Keyring
) -> None:
    """The port is for rooms only."""
    nobody = ssl.create_default_context(cafile=str(house_keys.authority_file))
    async with serving(name_teller, tls=house_keys.server_tls("acs")) as port:
        with pytest.raises(Unreachable):
            await _ask(port, nobody)


@on_both_loops
async def test_a_caller_of_a_foreign_authority_is_refused(
    serving: Serving, house_keys: Keyring, foreign_keys: Keyring
) -> None:
    """Another house's `directory` is not ours, whatever its name."""
    foreign_keys.client_tls("directory")
    stranger = client_context(
        foreign_keys.authority_file.parent / "tls" / "directory.pem", house_keys.authority_file
    )
    async with serving(name_teller, tls=house_keys.server_tls("acs")) as port:
        with pytest.raises(Unreachable):
            await _ask(port, stranger)


@on_both_loops
async def test_a_caller_whose_certificate_has_expired_is_refused(
    serving: Serving, house_keys: Keyring, tmp_path: Path
) -> None:
    """A key that was lost long ago opens nothing."""
    late = client_context(
        _expired(house_keys, tmp_path, room="directory"), house_keys.authority_file
    )
    async with serving(name_teller, tls=house_keys.server_tls("acs")) as port:
        with pytest.raises(Unreachable):
            await _ask(port, late)


@on_both_loops
async def test_a_caller_of_another_name_is_turned_away_by_the_guard(
    serving: Serving, house_keys: Keyring
) -> None:
    """A good certificate is not enough: the gateway may not look up cards."""

    @get("/", guards=[require_peer("acs")])
    async def cards() -> str:
        return "cards"

    app = Litestar([cards], logging_config=None)
    async with serving(app, tls=house_keys.server_tls("members")) as port:
        peers = {name: Peer(f"https://localhost:{port}", identity=house_keys.client_tls(name))
                 for name in ("acs", "gateway")}  # fmt: skip
        assert (await peers["acs"].get("/")).status == 200
        refused = await peers["gateway"].get("/")
        assert refused.status == 403
        assert b"gateway" in refused.body
        for peer in peers.values():
            await peer.close()


@on_both_loops
async def test_a_server_of_a_foreign_authority_is_not_talked_to(
    serving: Serving, house_keys: Keyring, foreign_keys: Keyring
) -> None:
    """The client trusts our authority alone, not whatever the machine trusts."""
    async with serving(name_teller, tls=foreign_keys.server_tls("acs")) as port:
        with pytest.raises(Unreachable):
            await _ask(port, house_keys.client_tls("directory"))


@on_both_loops
async def test_a_server_with_an_expired_certificate_is_not_talked_to(
    serving: Serving, house_keys: Keyring, tmp_path: Path
) -> None:
    """Both sides check."""
    late = server_context(_expired(house_keys, tmp_path, room="acs"), house_keys.authority_file)
    async with serving(name_teller, tls=late) as port:
        with pytest.raises(Unreachable):
            await _ask(port, house_keys.client_tls("directory"))


@on_both_loops
async def test_a_server_of_another_name_is_not_talked_to(
    serving: Serving, house_keys: Keyring, tmp_path: Path
) -> None:
    """A room's key that was stolen does not make a server of every name."""
    authority = DevelopmentCa(house_keys.authority_file.parent)
    path = tmp_path / "elsewhere.pem"
    path.write_bytes(authority.issue("elsewhere", names=()))
    path.chmod(0o600)
    async with serving(name_teller, tls=server_context(path, house_keys.authority_file)) as port:
        with pytest.raises(Unreachable):
            await _ask(port, house_keys.client_tls("directory"))


@on_both_loops
async def test_a_caller_may_dial_the_address_as_well_as_the_name(
    serving: Serving, house_keys: Keyring
) -> None:
    """Both stand in development certificates."""
    async with serving(name_teller, tls=house_keys.server_tls("acs")) as port:
        assert await _ask(port, house_keys.client_tls("gateway"), "127.0.0.1") == "gateway"


@pytest.mark.parametrize("suite", ["ECDHE-ECDSA-AES128-SHA256", "AES128-GCM-SHA256"])
@on_both_loops
async def test_weak_suites_of_tls_1_2_are_refused(
    serving: Serving, house_keys: Keyring, suite: str
) -> None:
    """Neither CBC nor a key exchange without forward secrecy."""
    weak = house_keys.client_tls("gateway")
    weak.maximum_version = ssl.TLSVersion.TLSv1_2
    weak.set_ciphers(suite)
    async with serving(name_teller, tls=house_keys.server_tls("acs")) as port:
        with pytest.raises(Unreachable):
            await _ask(port, weak)


@on_both_loops
async def test_tls_1_2_with_a_good_suite_is_served(serving: Serving, house_keys: Keyring) -> None:
    """EMV 3DS asks for 1.2 or newer; some peers have nothing newer."""
    older = house_keys.client_tls("gateway")
    older.maximum_version = ssl.TLSVersion.TLSv1_2
    async with serving(name_teller, tls=house_keys.server_tls("acs")) as port:
        assert await _ask(port, older) == "gateway"


@on_both_loops
async def test_plain_http_has_no_peer_name(serving: Serving) -> None:
    """A public port tells nobody apart."""
    async with serving(name_teller) as port:
        peer = Peer(f"http://localhost:{port}", identity=None)
        assert (await peer.get("/")).body == b"nobody"
        await peer.close()


@on_both_loops
async def test_the_name_stays_with_its_connection(serving: Serving, house_keys: Keyring) -> None:
    """Many callers at once, each on connections that are kept and used again."""
    rooms = ["gateway", "directory", "storefront", "server"]
    async with serving(name_teller, tls=house_keys.server_tls("acs")) as port:
        peers = {
            room: Peer(f"https://localhost:{port}", identity=house_keys.client_tls(room))
            for room in rooms
        }
        calls = [(room, peers[room].post("/", os.urandom(2000))) for room in rooms * 10]
        replies = await asyncio.gather(*(call for _, call in calls))
        assert [reply.body.decode() for reply in replies] == [room for room, _ in calls]
        for peer in peers.values():
            await peer.close()


@pytest.fixture
def own_keys(tmp_path: Path) -> Keyring:
    """A keyring in which things may be revoked."""
    return Keyring(tmp_path / "own")


@on_both_loops
async def test_a_caller_is_refused_from_the_moment_its_certificate_is_revoked(
    serving: Serving, own_keys: Keyring
) -> None:
    """Attack 40: without a restart of the port; everybody else is served as before."""
    stolen = own_keys.client_tls("storefront")
    other = own_keys.client_tls("gateway")
    async with serving(name_teller, tls=own_keys.server_tls("acs")) as port:
        assert await _ask(port, stolen) == "storefront"
        another_process = Keyring(own_keys.folder)
        own_keys.client_tls("ledger")
        for room in ("ledger", "storefront"):  # two lists, one right after the other
            another_process.revoke(room)
            assert own_keys.look_for_revoked()
        assert not own_keys.look_for_revoked()
        with pytest.raises(Unreachable):
            await _ask(port, stolen)
        assert await _ask(port, other) == "gateway"
        assert await _ask(port, own_keys.client_tls("storefront")) == "storefront"


@on_both_loops
async def test_a_server_with_a_revoked_certificate_is_not_talked_to(
    serving: Serving, own_keys: Keyring
) -> None:
    """Attack 40, the other way: a stolen server key answers nobody of ours."""
    async with serving(name_teller, tls=own_keys.server_tls("vault")) as port:
        Keyring(own_keys.folder).revoke("vault")
        with pytest.raises(Unreachable):
            await _ask(port, own_keys.client_tls("gateway"))


@on_both_loops
async def test_a_list_of_another_authority_lets_nobody_in(
    serving: Serving, own_keys: Keyring, foreign_keys: Keyring
) -> None:
    """What cannot be known to be good is not: a wrong file must not switch the check off."""
    foreign_keys.client_tls("acs")
    foreign_keys.revoke("acs")
    async with serving(name_teller, tls=own_keys.server_tls("acs")) as port:
        (own_keys.folder / NAME).write_bytes((foreign_keys.folder / NAME).read_bytes())
        own_keys.look_for_revoked()
        with pytest.raises(Unreachable):
            await _ask(port, own_keys.client_tls("gateway"))


@on_both_loops
@pytest.mark.parametrize("side", ["caller", "server"])
async def test_a_certificate_for_another_purpose_is_refused(
    serving: Serving, own_keys: Keyring, tmp_path: Path, side: str
) -> None:
    """Attack 40: who may only serve may not call, and the other way."""
    wrong = BOTH_PURPOSES[0] if side == "caller" else BOTH_PURPOSES[1]
    path = tmp_path / "other-purpose.pem"
    path.write_bytes(DevelopmentCa(own_keys.folder).issue("gateway", purposes=(wrong,)))
    path.chmod(0o600)
    caller, server = own_keys.client_tls("gateway"), own_keys.server_tls("acs")
    if side == "caller":
        caller = client_context(path, own_keys.authority_file)
    else:
        server = server_context(path, own_keys.authority_file)
    async with serving(name_teller, tls=server) as port:
        with pytest.raises(Unreachable):
            await _ask(port, caller)
