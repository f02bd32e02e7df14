"""The challenge in the browser: opened by a CReq, carried by a token, ended once."""

import asyncio
from dataclasses import dataclass, replace
from typing import Final

from sekisho.issuer.acs.flow import authentication as flow
from sekisho.issuer.acs.flow import question as asked
from sekisho.issuer.acs.flow.challenge import BrowserCame, FellBack, is_asking, silence
from sekisho.issuer.acs.model import (
    Authentication,
    Challenge,
    ChallengeKind,
    MessageChannel,
)
from sekisho.issuer.acs.service.answering import Writer
from sekisho.issuer.acs.service.closing import Return, return_of, returned
from sekisho.issuer.acs.service.digests import Digests
from sekisho.issuer.acs.service.judging import Judgement, Judging
from sekisho.issuer.acs.service.moves import Moves
from sekisho.issuer.acs.service.networks import network_of
from sekisho.issuer.acs.service.ports import Surroundings
from sekisho.issuer.acs.service.preparing import Case, case_of
from sekisho.issuer.acs.service.refusals import erro
from sekisho.kernel.errors import Misuse, NotThere, OutOfTurn
from sekisho.protocol import Message, ProtocolFault
from sekisho.protocol.states.browser_events import Cancelled, CReqFaulted
from sekisho.protocol.states.exchange import AnswerErro
from sekisho.protocol.states.screens import Answered

TOKEN_PURPOSE: Final = "challenge page"
AGENT_CHARACTERS_MAX: Final = 2048
"""browserUserAgent holds no more: the rest of a longer one was cut off on its way here."""


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """A challenge as its page shows it."""

    token: str
    acs_trans_id: str
    brand: str
    challenge: Challenge
    back: Return | None
    """What goes back to the requestor, once the challenge is over."""
    is_passing: bool = False
    """It answers this one request; the challenge's own page shows something else."""


class Challenges:
    """What a cardholder can do. Whoever holds the page's token is the cardholder's browser."""

    def __init__(
        self,
        around: Surroundings,
        *,
        moves: Moves,
        judging: Judging,
        writer: Writer,
    ) -> None:
        self._settings = around.settings
        self._store = around.stores.authentications
        self._digests = Digests(around.keys.digest)
        self._moves = moves
        self._judging = judging
        self._writer = writer
        self._outbox = around.outbox
        self._clock = around.clock
        self._log = around.log
        self._flushing: set[asyncio.Task[None]] = set()

    async def requested(
        self, record: Authentication, creq: Message, *, session_data: str | None, agent: str
    ) -> View:
        """Show the page for a good CReq; a repeated one shows the page as it stands.

        Raises ProtocolFault where the table refuses it.
        """
        challenge = _challenge_of(record)
        now = self._clock.now()
        began = asked.Began(at=now)
        if challenge.question.turn == 0:
            wanted = challenge.question.kind
            kind, prepared = await self._judging.preparing.prepare(case_of(record), wanted, at=now)
            began = asked.Began(at=now, kind=kind, prepared=prepared)
        differs = agent[:AGENT_CHARACTERS_MAX] != challenge.user_agent
        if differs:
            self._log.warning(
                "the challenge came from another browser than the AReq described",
                acs_trans_id=record.id,
            )
        event = BrowserCame(
            at=now, message=creq, session_data=session_data, began=began, differs=differs
        )
        return await self._happened(record.id, event)

    async def faulted(self, record: Authentication, fault: ProtocolFault) -> View:
        """Take note of a CReq that breaks the protocol: its Erro goes back in any case."""
        event = CReqFaulted(at=self._clock.now(), fault=fault)
        moved = await self._moves.move(record.id, event)
        await self._settle(record.id)
        if _challenge_of(moved.record).erro is not None:
            return self._view(moved.record)
        [answer] = (each for each in moved.effects if isinstance(each, AnswerErro))
        return self._passing(moved.record, answer.message.encode())

    def refused(self, record: Authentication, fault: ProtocolFault) -> View:
        """Send an Erro back for a CReq that changes nothing."""
        return self._passing(record, erro(fault))

    async def card_of(self, token: str) -> str:
        """Tell which card a page is about, by its digest. NotThere for a token that is not ours."""
        return (await self._holder(token)).card_key

    async def look(self, token: str) -> View:
        """Show the page again as it stands. Raises NotThere for a token that is not ours."""
        record = await self._holder(token)
        over = silence(_challenge_of(record), self._clock.now())
        if over is not None:
            return await self._happened(record.id, over)
        if _challenge_of(record).question.kind is ChallengeKind.OUT_OF_BAND:
            back = asked.CameBack(at=self._clock.now(), by_itself=True)
            record = (await self._moves.move(record.id, back)).record
        if record.result is not None and record.settled_at is None:
            await self._settle(record.id)
            record = await self._store.get(record.id)
        return self._view(record)

    async def peek(self, token: str) -> View:
        """Give the challenge as it stands, and touch nothing. NotThere for a token not ours."""
        return self._view(await self._holder(token))

    async def answer(
        self, token: str, answered: Answered, *, agent: str, address: str | None
    ) -> View:
        """Take what the cardholder did on the page; `agent` and `address`: of the browser that says so."""
        record = await self._holder(token)
        case, challenge = case_of(record), _challenge_of(record)
        if not is_asking(challenge):
            return await self.look(token)
        elsewhere = self._is_elsewhere(challenge, agent, address)
        return await self._take(
            case, await self._judging.judge(case, answered, elsewhere=elsewhere)
        )

    async def answer_by_passkey(self, token: str, response: str, answered: Answered) -> View:
        """Take what a passkey said; `answered` holds the consents beside it."""
        record = await self._holder(token)
        case = case_of(record)
        if not is_asking(_challenge_of(record)):
            return await self.look(token)
        return await self._take(case, await self._judging.judge_passkey(case, response, answered))

    async def send_again(
        self, token: str, *, turn: int, channel: MessageChannel | None = None
    ) -> View:
        """Send another code or prompt, unless the page is an old one."""
        case = case_of(await self._holder(token))
        return await self._take(case, await self._judging.again(case, turn=turn, channel=channel))

    async def ask_otherwise(self, token: str, *, turn: int, kind: ChallengeKind) -> View:
        """Ask in another way, unless the page is an old one."""
        case = case_of(await self._holder(token))
        return await self._take(case, await self._judging.otherwise(case, turn=turn, kind=kind))

    async def later(self, token: str) -> View:
        """Let it go on outside of the purchase, where bank and requestor allow that."""
        record = await self._holder(token)
        return await self._happened(record.id, FellBack(at=self._clock.now()))

    async def cancel(self, token: str) -> View:
        """End the challenge: the cardholder does not want to go on."""
        record = await self._holder(token)
        return await self._happened(record.id, Cancelled(at=self._clock.now()))

    async def close(self) -> None:
        """Wait for results that are on their way."""
        await asyncio.gather(*self._flushing, return_exceptions=True)

    async def _take(self, case: Case, judgement: Judgement) -> View:
        """Tell the question; a guess that was right, or not judged in the end, is taken back."""
        wrong = False

        def judge(record: Authentication) -> flow.Decision:
            nonlocal wrong
            before = _challenge_of(record).question
            after, effects = flow.decide(record, judgement.event)
            wrong = asked.was_wrong(before, _challenge_of(after).question)
            return after, effects

        try:
            await self._moves.change(case.id, judge)
        except OutOfTurn as refusal:
            # A button of a page that this challenge never showed: the page as it stands answers.
            self._log.warning("out of turn", acs_trans_id=case.id, why=str(refusal))
        await self._judging.settle(case, judgement, wrong=wrong)
        return await self._settled(case.id)

    def _is_elsewhere(self, challenge: Challenge, agent: str, address: str | None) -> bool:
        """Tell whether a deed comes from another browser or network than the purchase (attack 21)."""
        if agent[:AGENT_CHARACTERS_MAX] != challenge.user_agent:
            return True
        if not self._settings.same_network or challenge.network is None or address is None:
            return False
        network = network_of(address)
        return network is not None and self._digests.network(network) != challenge.network

    async def _happened(self, id: str, event: flow.Event) -> View:
        """Apply an event; wait a little for its message to be sent or its result to be taken."""
        try:
            await self._moves.move(id, event)
        except OutOfTurn as refusal:
            # A button of a page that this challenge never showed: the page as it stands answers.
            self._log.warning("out of turn", acs_trans_id=id, why=str(refusal))
            return self._view(await self._store.get(id))
        return await self._settled(id)

    async def _settled(self, id: str) -> View:
        await self._settle(id)
        return self._view(await self._store.get(id))

    async def _settle(self, id: str) -> None:
        """Let the outbox do what is due, for a few seconds at most: whoever waits is a person."""
        flushing = asyncio.create_task(self._outbox.flush(id))
        self._flushing.add(flushing)
        flushing.add_done_callback(self._flushed)
        await asyncio.wait({flushing}, timeout=self._settings.result_wait_s)

    def _flushed(self, flushing: asyncio.Task[None]) -> None:
        self._flushing.discard(flushing)
        if not flushing.cancelled() and flushing.exception() is not None:
            self._log.error("the outbox failed", error=str(flushing.exception()))

    async def _holder(self, token: str) -> Authentication:
        holder = self._digests.holder_of(TOKEN_PURPOSE, token)
        if holder is None:
            raise NotThere("the token is not one of ours")
        return await self._store.get(holder)

    def _view(self, record: Authentication) -> View:
        return View(
            token=self._digests.token(TOKEN_PURPOSE, record.id),
            acs_trans_id=record.id,
            brand=record.brand,
            challenge=_challenge_of(record),
            back=return_of(record, self._writer),
        )

    def _passing(self, record: Authentication, message: bytes) -> View:
        view = self._view(record)
        return replace(view, back=returned(view.challenge, message), is_passing=True)


def _challenge_of(record: Authentication) -> Challenge:
    if record.challenge is None:
        raise Misuse("an authentication without a challenge has no page")
    return record.challenge
