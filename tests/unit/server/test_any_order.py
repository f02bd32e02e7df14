"""Whatever comes in whatever order, over the wire: one result at most, and an end that is allowed."""

from datetime import timedelta
from typing import TypeAlias

from hypothesis import given
from hypothesis import strategies as st

from sekisho.acquirer.server.flow import FINAL
from sekisho.acquirer.server.model import State
from sekisho.acquirer.server.service import StillAsking
from sekisho.protocol.codec import read_object
from sekisho.protocol.vocabulary import Json
from sekisho.testkit.emv_network import DIRECTORY_URL, purchase
from sekisho.testkit.emv_stage import EmvStage
from tests.unit.server.any_directory import AnyDirectory, standing, told

Deed: TypeAlias = tuple[str, int]
WISHES: dict[str, Json] = {
    "threeDSRequestorDecReqInd": "B",
    "threeDSRequestorDecMaxTime": "00010",
    "threeDSRequestorSpcSupport": "Y",
    "payeeOrigin": "https://shop.example",
}
STATUSES = ("Y", "N", "C", "D", "S", "U")
RESULTS = ("Y", "N", "U", "D")
PAUSES_S = (1, 11, 60, 540, 601, 3601, 4300)
DEEDS: dict[str, int] = {
    "ask": len(STATUSES),
    "ask again": 1,
    "ask and hear nothing": 2,
    "result": len(RESULTS),
    "result of the first": len(RESULTS),
    "forged result": 3,
    "confirm": 4,
    "opt out": 1,
    "wait": len(PAUSES_S),
    "restart": 1,
    "look": 1,
}
ONE_DEED = st.sampled_from([(name, at) for name, most in DEEDS.items() for at in range(most)])


class World:
    """One requestor, one 3DS Server, somebody's Directory Server; remembers what was promised."""

    def __init__(self, stage: EmvStage, directory: AnyDirectory) -> None:
        self.stage = stage
        self.directory = directory
        self.elements: dict[str, Json] | None = None
        self.taken: list[tuple[Json, str]] = []
        """Every result that was answered with an RRes: whose, and what."""
        self.answers: dict[str, dict[str, Json]] = {}
        """What /auth answered, by threeDSServerTransID."""

    async def do(self, deed: Deed) -> None:
        """Let one thing happen."""
        name, at = deed
        match name:
            case "ask":
                self.directory.status = STATUSES[at]
                await self._ask(anew=True)
            case "ask again":
                await self._ask(anew=False)
            case "ask and hear nothing":
                await self._ask_in_vain(silent=at == 0)
            case "result" | "result of the first":
                await self._report(RESULTS[at], of=0 if "first" in name else -1)
            case "forged result":
                await self._forge(at)
            case "confirm":
                await self._confirm(at)
            case "opt out":
                await self._tell("optout", {})
            case "wait":
                await self.stage.pass_time(timedelta(seconds=PAUSES_S[at]))
            case "restart":
                self.stage.restarted_server()
                await self.stage.server.start()
            case _:
                await self._look()

    async def _ask(self, *, anew: bool) -> None:
        if anew or self.elements is None:
            card = await told(self.stage, "preauth", {"acctNumber": purchase()["acctNumber"]})
            self.elements = purchase(threeDSServerTransID=card["threeDSServerTransID"], **WISHES)
        try:
            answer = await told(self.stage, "auth", self.elements)
        except StillAsking:
            return
        trans_id = str(self.elements["threeDSServerTransID"])
        if answer.get("errorCode") not in ("301", "305", "403"):
            assert self.answers.setdefault(trans_id, answer) == answer

    async def _ask_in_vain(self, *, silent: bool) -> None:
        if not silent:
            self.stage.wire.silence(DIRECTORY_URL)
        self.directory.silent = silent
        await self._ask(anew=True)
        self.directory.silent = False
        self.stage.wire.listen(DIRECTORY_URL, self.directory.receive)

    async def _report(self, status: str, *, of: int) -> None:
        if not self.directory.answered or self.directory.answered[of].get("transStatus") not in (
            "C",
            "D",
            "S",
        ):
            return
        try:
            rreq = self.directory.result(status, of=of)
        except AssertionError:
            return  # no sound result of that kind belongs to that ARes
        answer = read_object(await self.directory.send(rreq))
        if answer["messageType"] == "RRes":
            self.taken.append((answer["threeDSServerTransID"], status))

    async def _forge(self, at: int) -> None:
        if not self.directory.answered or self.directory.answered[-1]["transStatus"] != "C":
            return
        stranger: dict[str, Json] = {"acsTransID": "11111111-2222-4333-8444-555555555555"}
        rreq = self.directory.result("Y", **(stranger if at == 0 else {}))
        peer = ("directory", "acs", None)[at]
        answer = read_object(await self.stage.server.receive(peer, rreq))
        assert answer["messageType"] == "Erro"

    async def _confirm(self, at: int) -> None:
        said: dict[str, Json] = {"threeDSReqAuthData": "eyJwcm9vZiI6MX0"}
        await self._tell("spc", {"spcIncompInd": f"0{at}"} if at else said)

    async def _tell(self, path: str, said: dict[str, Json]) -> None:
        if self.elements is not None:
            ident = {"threeDSServerTransID": self.elements["threeDSServerTransID"]}
            await told(self.stage, path, ident | said)

    async def _look(self) -> None:
        if self.elements is not None:
            await self.stage.postauth(self.elements["threeDSServerTransID"])


@given(deeds=st.lists(ONE_DEED, max_size=14))
async def test_any_interleaving_leaves_one_result_and_an_allowed_end(deeds: list[Deed]) -> None:
    """Attacks 2, 3, and F7: answers, repeats, time-outs, forgeries and restarts as chance has it."""
    world = World(*await standing())
    for deed in deeds:
        await world.do(deed)
    for _ in range(4):  # each end may begin something that has to end as well
        await world.stage.pass_time(timedelta(hours=2))
    reported = [trans_id for trans_id, _ in world.taken]
    assert len(reported) == len(set(reported)), "a second result was acknowledged"
    for record in await world.stage.authentications.newest():
        assert record.state in FINAL, (record.id, record.state)
        assert record.sealed_areq is None
        assert str(purchase()["acctNumber"]) not in repr(record)
        kept = [status for trans_id, status in world.taken if trans_id == record.id]
        assert (record.result is not None) is bool(kept)
        if kept:
            assert read_object((record.result or "").encode())["transStatus"] == kept[0]
        if record.state is State.RESULT:
            assert kept
    assert all(entry.tries == 0 for entry in world.stage.server_outbox.pending)
