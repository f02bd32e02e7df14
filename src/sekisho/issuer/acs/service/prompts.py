"""Prompts of the bank's app: sent, taken back, and what the cardholder said brought to its question."""

from sekisho.issuer.acs.flow.question import (
    AskPrompt,
    PromptAnswered,
    PromptNotSent,
    WithdrawPrompt,
)
from sekisho.issuer.acs.model import ChallengeKind
from sekisho.issuer.acs.service.moves import Moves
from sekisho.issuer.acs.service.ports import Bank, Surroundings
from sekisho.issuer.acs.service.preparing import NO_ANSWER
from sekisho.kernel.errors import NotThere


class Prompts:
    """Goes between the questions and the bank's app."""

    def __init__(self, around: Surroundings, *, bank: Bank, moves: Moves) -> None:
        self._store = around.stores.authentications
        self._clock = around.clock
        self._log = around.log
        self._bank = bank
        self._moves = moves

    async def ask(self, key: str, effect: AskPrompt) -> None:
        """Send a prompt, unless its question has moved on.

        Not tried again behind the cardholder's back: the page says so and offers another.
        """
        challenge = (await self._store.get(key)).challenge
        if challenge is None or challenge.question.ending is not None:
            return
        prompt, purchase = challenge.question.prompt, challenge.purchase
        if prompt is None or prompt.id != effect.prompt_id or purchase.card_id is None:
            return
        try:
            shown = await self._bank.prompt(
                purchase.card_id,
                prompt_id=prompt.id,
                shop=purchase.merchant_name,
                amount=purchase.amount,
                number=prompt.number,
                expires_at=prompt.good_until,
            )
        except NO_ANSWER as error:
            self._log.warning("a prompt could not be sent", acs_trans_id=key, error=str(error))
            await self._not_sent(key, prompt.id, stopped=False)
            return
        if not shown:
            self._log.warning("the bank shows no more prompts", acs_trans_id=key)
            await self._not_sent(key, prompt.id, stopped=True)

    async def withdraw(self, key: str, effect: WithdrawPrompt) -> None:
        """Take a prompt back, if the bank can be reached: an answer to it would not count anyway."""
        challenge = (await self._store.get(key)).challenge
        card_id = challenge.purchase.card_id if challenge else None
        if card_id is None:
            return
        try:
            await self._bank.withdraw_prompt(card_id, effect.prompt_id)
        except NO_ANSWER as error:
            self._log.warning("a prompt was not taken back", acs_trans_id=key, error=str(error))

    async def answered(self, prompt_id: str, *, approved: bool) -> None:
        """Bring what the cardholder said to its question; NotThere when there is no such prompt."""
        acs_trans_id = prompt_id.rpartition(":")[0]
        record = await self._store.get(acs_trans_id)
        challenge = record.challenge
        if challenge is None or challenge.question.kind is not ChallengeKind.OUT_OF_BAND:
            raise NotThere("no prompt is open")
        event = PromptAnswered(at=self._clock.now(), prompt_id=prompt_id, approved=approved)
        await self._moves.move(acs_trans_id, event)

    async def _not_sent(self, key: str, prompt_id: str, *, stopped: bool) -> None:
        event = PromptNotSent(at=self._clock.now(), prompt_id=prompt_id, stopped=stopped)
        await self._moves.move(key, event)
