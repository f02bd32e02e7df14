"""The client that carries EMV messages to peers."""

from collections.abc import Mapping

import pytest
from multidict import CIMultiDict

from sekisho.adapters.http.client import NO_HEADERS, Peer, Reply
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


@pytest.mark.parametrize("part", [1, 100, 10_000])
async def test_a_file_is_put_together_from_its_parts(
    monkeypatch: pytest.MonkeyPatch, part: int
) -> None:
    """2.3.1: HTTP Range, so that a broken connection costs a part and not the file."""
    monkeypatch.setattr("sekisho.clients.emv.PART_BYTES", part)
    stage = EmvStage()
    name = f"{stage.directory.enrolment.serial()}.json.gz"
    emv = EmvPeer(Doors(stage).open)
    octets = await emv.fetch(f"https://localhost:8083/ranges/{name}")
    assert octets == await stage.directory.range_file("server", name)


class Parts(Peer):
    """Gives a file's parts as a peer that breaks the rules would."""

    def __init__(self, *replies: Reply | None) -> None:
        super().__init__("http://localhost", identity=None)
        self._replies = list(replies)

    async def get(
        self, path: str, *, headers: Mapping[str, str] = NO_HEADERS, read_s: float | None = None
    ) -> Reply:
        """Give the next reply; None is a broken connection."""
        reply = self._replies.pop(0)
        if reply is None:
            raise Unreachable("the connection broke")
        return reply


def piece(body: bytes, where: str, *, mark: str = '"1"', status: int = 206) -> Reply:
    """A part of a file."""
    headers = CIMultiDict({"Content-Range": where, "ETag": mark})
    return Reply(status=status, headers=headers, body=body)


FIRST = piece(b"abc", "bytes 0-2/5")


@pytest.mark.parametrize(
    "replies",
    [
        (FIRST, None, None),
        (FIRST, piece(b"de", "bytes 3-4/5", mark='"2"')),
        (FIRST, piece(b"de", "bytes 2-3/5")),
        (FIRST, piece(b"", "bytes 3-4/5")),
        (FIRST, piece(b"de", "bytes 3-4/*")),
        (FIRST, piece(b"abcde", "", status=200)),
        (piece(b"", "bytes */5", status=416),),
        (piece(b"", "", status=404),),
        (piece(b"abc", "bytes 0-2/999999999999"),),
    ],
    ids=["broken", "changed", "overlap", "empty", "endless", "restart", "beyond", "none", "huge"],
)
async def test_parts_that_make_no_file_are_no_file(replies: tuple[Reply | None, ...]) -> None:
    """Truncated, changed in between, or larger than any file may be."""
    emv = EmvPeer(lambda _: Parts(*replies))
    with pytest.raises(Unreachable):
        await emv.fetch("https://ds.example/ranges/1")


async def test_a_part_is_asked_for_again_once() -> None:
    """A connection that broke is no reason to give up."""
    emv = EmvPeer(lambda _: Parts(FIRST, None, piece(b"de", "bytes 3-4/5")))
    assert await emv.fetch("https://ds.example/ranges/1") == b"abcde"
    with pytest.raises(Unreachable):
        await emv.fetch("http://ds.example/ranges/1")
