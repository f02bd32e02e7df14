"""The client that carries EMV messages to peers."""

import pytest

from sekisho.adapters.http.client import Peer
from sekisho.clients.emv import EmvPeer
from sekisho.interoperability.directory.web import peers
from sekisho.kernel.errors import Misuse, Unreachable
from sekisho.protocol.codec import read_object
from sekisho.testkit.asgi_peer import Asgi, AsgiPeer
from sekisho.testkit.emv_stage import EmvStage


class Doors:
    """Opens peers and remembers where."""

    def __init__(self, stage: EmvStage) -> None:
        self.opened: list[str] = []
        self._app = peers(stage.directory, operators=("operator",), log=stage.log)

    def open(self, origin: str) -> Peer:
        self.opened.append(origin)
        return AsgiPeer(Asgi(app=self._app, caller="server"))


async def test_a_message_goes_to_the_address_it_names() -> None:
    """dsURL and threeDSServerURL are addresses of their own; one connection pool for each origin."""
    doors = Doors(EmvStage())
    emv = EmvPeer(doors.open, url="https://localhost:8083/3ds")
    for to in (None, "https://localhost:8083/3ds", "https://other.example:444/3ds"):
        answer = await emv.send(b"{}", read_s=1, to=to)
        assert read_object(answer)["errorCode"] == "101"
    assert doors.opened == ["https://localhost:8083", "https://other.example:444"]
    await emv.close()


async def test_another_status_than_200_is_a_failure_of_transport() -> None:
    """Even with a body: an Erro comes with 200, or it is not one of the protocol's (405)."""
    emv = EmvPeer(Doors(EmvStage()).open)
    with pytest.raises(Unreachable):
        await emv.send(b"{}", read_s=1, to="https://localhost:8083/elsewhere")
    with pytest.raises(Unreachable):
        await emv.send(b"x" * 1_000_000, read_s=1, to="https://localhost:8083/3ds")


async def test_a_message_without_address_is_a_mistake() -> None:
    """Ours: nothing may decide for itself where to send."""
    with pytest.raises(Misuse):
        await EmvPeer(Doors(EmvStage()).open).send(b"{}", read_s=1)
