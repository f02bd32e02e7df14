"""The page of 1.0.2: shown, answered, ended once; and the PARes that it ends with."""

import asyncio
from dataclasses import dataclass

from sekisho.issuer.acs.flow import question as asked
from sekisho.issuer.acs.flow import threeds1 as flow
from sekisho.issuer.acs.model import ChallengeKind, Ending, MessageChannel
from sekisho.issuer.acs.model.threeds1 import OldAuthentication
from sekisho.issuer.acs.service.digests import Digests
from sekisho.issuer.acs.service.judging import Judgement, Judging
from sekisho.issuer.acs.service.preparing import Case
from sekisho.issuer.acs.service.threeds1.answering import OldWriter
from sekisho.issuer.acs.service.threeds1.ports import OldSurroundings
from sekisho.kernel.errors import NotThere, OutOfTurn
from sekisho.protocol.states.screens import Answered
from sekisho.protocol.states.threeds1_acs import State

TOKEN_PURPOSE = "page of 1.0.2"


@dataclass(frozen=True, slots=True, kw_only=True)
class OldReturn:
    """What the browser takes back to the shop."""

    term_url: str
    pares: str
    md: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OldView:
    """An authentication of 1.0.2 as its page shows it."""

    token: str
    brand: str
    record: OldAuthentication
    ending: Ending | None
    back: OldReturn | None
    """What goes back to the shop, once it is decided: the same at every call."""


class OldPages:
    """What a cardholder can do. Whoever holds the page's token is the cardholder's browser."""

    def __init__(self, old: OldSurroundings, judging: Judging, writer: OldWriter) -> None:
        self._settings = old.around.settings
        self._store = old.store
        self._judging = judging
        self._writer = writer
        self._digests = Digests(old.around.keys.digest)
        self._outbox = old.around.outbox
        self._clock = old.around.clock
        self._log = old.around.log

    async def card_of(self, token: str) -> str:
        """Tell which card a page is about, by its digest. NotThere for a token that is not ours."""
        return (await self._holder(token)).card_key

    async def look(self, token: str) -> OldView:
        """Show the page as it stands. Raises NotThere for a token that is not ours."""
        record = await self._holder(token)
        until, now = record.stage.until, self._clock.now()
        if record.state is State.ASKING and until is not None and now >= until:
            return await self.happened(record.id, flow.GaveUp(at=now))  # silence comes first
        return self._view(record)

    async def answer(self, token: str, answered: Answered) -> OldView:
        """Take what the cardholder did on the page."""
        record = await self._holder(token)
        if record.state is not State.ASKING:
            return self._view(record)
        case = case_of(record)
        return await self._take(case, await self._judging.judge(case, answered))

    async def send_again(
        self, token: str, *, turn: int, channel: MessageChannel | None = None
    ) -> OldView:
        """Send another code, unless the page is an old one."""
        case = case_of(await self._holder(token))
        return await self._take(case, await self._judging.again(case, turn=turn, channel=channel))

    async def ask_otherwise(self, token: str, *, turn: int, kind: ChallengeKind) -> OldView:
        """Ask in another way, unless the page is an old one."""
        case = case_of(await self._holder(token))
        return await self._take(case, await self._judging.otherwise(case, turn=turn, kind=kind))

    async def cancel(self, token: str) -> OldView:
        """End it: the cardholder does not want to go on."""
        record = await self._holder(token)
        return await self.happened(record.id, flow.GaveUp(at=self._clock.now()))

    async def happened(self, id: str, event: flow.Event) -> OldView:
        """Apply an event, and wait a little for its code to be sent."""
        try:
            await self._store.advance(id, lambda record: flow.decide(record, event))
        except OutOfTurn as refusal:
            self._log.warning("out of turn", acct_id=id, why=str(refusal))
        flushing = asyncio.ensure_future(self._outbox.flush(id))
        await asyncio.wait({flushing}, timeout=self._settings.result_wait_s)
        return self._view(await self._store.get(id))

    async def _take(self, case: Case, judgement: Judgement) -> OldView:
        """Tell the question; a guess that was right, or not judged in the end, is taken back."""
        wrong = False

        def judge(record: OldAuthentication) -> flow.Decision:
            nonlocal wrong
            after, effects = flow.decide(record, judgement.event)
            wrong = asked.was_wrong(record.question, after.question)
            return after, effects

        try:
            await self._store.advance(case.id, judge)
        except OutOfTurn as refusal:
            # A button of a page that was never shown: the page as it stands answers.
            self._log.warning("out of turn", acct_id=case.id, why=str(refusal))
        await self._judging.settle(case, judgement, wrong=wrong)
        await self._outbox.flush(case.id)
        return self._view(await self._store.get(case.id))

    async def _holder(self, token: str) -> OldAuthentication:
        holder = self._digests.holder_of(TOKEN_PURPOSE, token)
        if holder is None:
            raise NotThere("the token is not one of ours")
        return await self._store.get(holder)

    def _view(self, record: OldAuthentication) -> OldView:
        back = None
        if record.stage.status is not None and record.term_url is not None:
            back = OldReturn(
                term_url=record.term_url, pares=self._writer.pares(record), md=record.md
            )
        return OldView(
            token=self._digests.token(TOKEN_PURPOSE, record.id),
            brand=record.brand,
            record=record,
            ending=flow.shown_ending(record),
            back=back,
        )


def case_of(record: OldAuthentication) -> Case:
    """Give what is asked in an authentication."""
    return Case(
        id=record.id,
        card_key=record.card_key,
        purchase=record.purchase,
        question=record.question,
    )
