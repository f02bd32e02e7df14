"""Asks cardholders outside of the purchase, and takes what they say there (decoupled, F2)."""

from typing import Final

from sekisho.issuer.acs.flow.apart import ContactFailed, is_asking
from sekisho.issuer.acs.flow.challenge import RESULTS
from sekisho.issuer.acs.model import AskedApart, ChallengeKind, Ending
from sekisho.issuer.acs.service.moves import Moves
from sekisho.issuer.acs.service.ports import Bank, Surroundings
from sekisho.kernel.errors import NotThere, TheyErred, Unreachable
from sekisho.protocol.states.app_challenge_events import OutcomeReached
from sekisho.protocol.states.decoupled_events import CardholderReached

BY_ITSELF: Final = {
    ChallengeKind.PASSES_BY_ITSELF: Ending.PASSED,
    ChallengeKind.FAILS_BY_ITSELF: Ending.WRONG_ANSWERS,
}
PROMPT: Final = "apart"
"""The last part of the prompt's name: a decoupled authentication has one."""


class Apart:
    """Goes between decoupled authentications and the bank's app."""

    def __init__(self, around: Surroundings, *, bank: Bank, moves: Moves) -> None:
        self._store = around.stores.authentications
        self._clock = around.clock
        self._log = around.log
        self._bank = bank
        self._moves = moves

    async def ask(self, id: str) -> None:
        """Ask the cardholder, unless it is over; what fails is tried again a little later."""
        apart = (await self._store.get(id)).decoupled
        if apart is None or not is_asking(apart.open_stage) or not apart.reaches:
            return
        by_itself = BY_ITSELF.get(apart.kind)
        if by_itself is not None:
            await self._end(id, by_itself)
            return
        try:
            shown = await self._prompt(id, apart)
        except (Unreachable, NotThere, TheyErred) as error:
            self._log.warning("a cardholder is not reached", acs_trans_id=id, error=str(error))
            await self._moves.move(id, ContactFailed(at=self._clock.now()))
            return
        if shown:
            await self._moves.move(id, CardholderReached(at=self._clock.now()))
        else:
            self._log.warning("the bank shows no more prompts", acs_trans_id=id)
            await self._end(id, Ending.LOCKED)

    async def answered(self, prompt_id: str, *, approved: bool) -> None:
        """Take what the cardholder said; NotThere for a prompt that was never shown."""
        trans_id, _, part = prompt_id.rpartition(":")
        record = await self._store.get(trans_id)
        if part != PROMPT or record.decoupled is None or record.decoupled.open_stage is None:
            raise NotThere("no prompt is open")
        await self._end(trans_id, Ending.PASSED if approved else Ending.DENIED)

    async def _prompt(self, id: str, apart: AskedApart) -> bool:
        purchase, stage = apart.purchase, apart.open_stage
        if purchase.card_id is None or stage is None:
            raise NotThere("the bank knows nobody to ask")
        return await self._bank.prompt(
            purchase.card_id,
            prompt_id=f"{id}:{PROMPT}",
            shop=purchase.merchant_name,
            amount=purchase.amount,
            number=None,
            expires_at=stage.until,
        )

    async def _end(self, id: str, ending: Ending) -> None:
        await self._moves.move(id, OutcomeReached(at=self._clock.now(), result=RESULTS[ending]))
