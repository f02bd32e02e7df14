"""Prompts of the bank's app: asked for by the ACS, answered by the cardholder, told to the ACS."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sekisho.issuer.members.flow import factors as in_factors
from sekisho.issuer.members.flow import prompt as flow
from sekisho.issuer.members.flow.factors import TooManyPrompts
from sekisho.issuer.members.model import (
    CardRecord,
    MembersSettings,
    Prompt,
    PromptAnswer,
    PromptState,
)
from sekisho.issuer.members.service.factors import Proving
from sekisho.issuer.members.service.ports import AcsPort, Stores
from sekisho.kernel.clock import Clock
from sekisho.kernel.errors import Conflict, NotThere, TheyErred
from sekisho.kernel.log import Log
from sekisho.kernel.money import Amount

TRIES: Final = 3
"""Of typing the number: a slip of the finger, and another."""
SHOWN_MAX: Final = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class PromptFacts:
    """What a prompt asks the cardholder to approve."""

    shop: str | None
    amount: Amount | None
    number: str | None
    expires_at: datetime


class Prompts:
    """Shows prompts, and carries answers to the ACS."""

    def __init__(
        self,
        settings: MembersSettings,
        *,
        stores: Stores,
        clock: Clock,
        proving: Proving,
        acs: AcsPort | None,
        log: Log,
    ) -> None:
        self._settings = settings
        self._store = stores.prompts
        self._clock = clock
        self._proving = proving
        self._acs = acs
        self._log = log

    async def ask(self, card: CardRecord, *, prompt_id: str, facts: PromptFacts) -> bool:
        """Show a prompt, once for each id; False when the holder was asked too often of late.

        Counted before it is shown, in the card's one record: purchases side by side, of whatever
        shops, have no more prompts than one (attack 22).
        """
        now, settings = self._clock.now(), self._settings
        try:
            await self._proving.change(
                card,
                lambda factors: in_factors.count_prompt(
                    factors, prompt_id=prompt_id, at=now, settings=settings
                ),
            )
        except TooManyPrompts:
            self._log.warning("too many prompts", card_id=card.card_id, prompt_id=prompt_id)
            return False
        longest = now + timedelta(seconds=settings.prompt_lifetime_s)
        prompt = Prompt(
            prompt_id=prompt_id,
            state=PromptState.WAITING,
            card_id=card.card_id,
            last_four=card.last_four,
            masked_number=card.masked_number,
            shop=facts.shop,
            amount=facts.amount,
            number=facts.number,
            tries_left=TRIES,
            asked_at=now,
            expires_at=min(facts.expires_at, longest) if facts.number else facts.expires_at,
        )
        try:
            await self._store.add(prompt, (flow.timer(prompt),))
        except Conflict:
            kept = await self._store.get(prompt_id)
            if (kept.card_id, kept.shop, kept.amount) != (card.card_id, prompt.shop, prompt.amount):
                raise
        return True

    async def answer(self, prompt_id: str, answer: PromptAnswer, *, number: str | None) -> Prompt:
        """Take the cardholder's answer; gives the prompt as it then stands."""
        event = flow.Answered(at=self._clock.now(), answer=answer, number=number)
        return await self._store.advance(prompt_id, lambda prompt: flow.decide(prompt, event))

    async def withdraw(self, card: CardRecord, prompt_id: str) -> None:
        """Take a prompt back; one that is not there, or is answered, stays as it is."""
        event = flow.Withdrawn(at=self._clock.now())
        try:
            prompt = await self._store.get(prompt_id)
            if prompt.card_id == card.card_id:
                await self._store.advance(prompt_id, lambda prompt: flow.decide(prompt, event))
        except NotThere:
            return

    async def lapse(self, effect: flow.LapsePrompt) -> None:
        """End the wait of a prompt whose time is up."""
        rang = flow.TimeUp(at=self._clock.now())
        await self._store.advance(effect.prompt_id, lambda prompt: flow.decide(prompt, rang))

    async def tell(self, effect: flow.TellAnswer) -> None:
        """Tell the ACS; Unreachable when that is to be tried again."""
        if self._acs is None:
            self._log.error("nobody to tell of a prompt's answer", prompt_id=effect.prompt_id)
            return
        try:
            await self._acs.prompt_answered(effect.prompt_id, approved=effect.approved)
        except (NotThere, TheyErred) as error:
            # It would say the same again: its transaction is over.
            self._log.warning(
                "the ACS has no use for an answer", prompt_id=effect.prompt_id, error=str(error)
            )

    async def waiting(self, *, last_four: str | None = None) -> Sequence[Prompt]:
        """List the prompts that can still be answered, newest first; of one card's ending if asked."""
        found = (
            await self._store.find("last_four", last_four, limit=SHOWN_MAX)
            if last_four
            else await self._store.newest(limit=SHOWN_MAX)
        )
        now = self._clock.now()
        return [
            each for each in found if each.state is PromptState.WAITING and now < each.expires_at
        ]

    async def get(self, prompt_id: str) -> Prompt:
        """Give a prompt; NotThere if there is none."""
        return await self._store.get(prompt_id)
