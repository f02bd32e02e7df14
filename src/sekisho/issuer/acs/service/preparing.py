"""Prepares questions: makes the code, asks the bank what there is to choose from or to prove by."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sekisho.issuer.acs.flow.question import NewCode, Prepared
from sekisho.issuer.acs.model import (
    SELECTS,
    Authentication,
    ChallengeKind,
    Choice,
    Choices,
    MessageChannel,
    PasskeyCeremony,
    Prompt,
    Purchase,
    Question,
)
from sekisho.issuer.acs.service.codes import Codes, first_channel
from sekisho.issuer.acs.service.ports import Bank, Surroundings
from sekisho.kernel.errors import Conflict, Misuse, NotThere, TheyErred, Unreachable

NUMBER_DIGITS: Final = 2
"""Of the number to be matched: short enough to keep in mind, and three guesses deny."""
NO_ANSWER: Final = (Unreachable, NotThere, Conflict, TheyErred)
"""Everything that the bank can say instead of an answer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """What is asked of whom, whichever record holds it."""

    id: str
    """acsTransID, or what stands for it."""
    card_key: str
    """Keyed digest of the card number."""
    purchase: Purchase
    question: Question


class Preparing:
    """Gives every kind of question what it needs to be put."""

    def __init__(self, around: Surroundings, *, bank: Bank, codes: Codes) -> None:
        self._settings = around.settings
        self._chance = around.chance
        self._log = around.log
        self._bank = bank
        self._codes = codes

    async def prepare(
        self, case: Case, kind: ChallengeKind, *, at: datetime
    ) -> tuple[ChallengeKind, Prepared]:
        """Give what this kind needs; where the bank has it not, a code is asked for instead."""
        match kind:
            case ChallengeKind.ONE_TIME_CODE:
                return kind, self._codes.make(case.id, first_channel(case.purchase), at=at)
            case ChallengeKind.OUT_OF_BAND:
                return kind, self.prompt(case, at=at)
        if kind not in SELECTS and kind is not ChallengeKind.PASSKEY:
            return kind, None
        found = await self._from_bank(case, kind)
        if found is not None:
            return kind, found
        return await self.prepare(case, ChallengeKind.ONE_TIME_CODE, at=at)

    def prompt(self, case: Case, *, at: datetime) -> Prompt:
        """Make a prompt, with a number of its own to be matched."""
        settings = self._settings
        return Prompt(
            id=f"{case.id}:{case.question.turn}",
            number=self._chance.digits(NUMBER_DIGITS),
            good_until=at + timedelta(seconds=settings.prompt_s),
            again_from=at + timedelta(seconds=settings.code_again_s),
        )

    def code(self, case: Case, channel: MessageChannel | None, *, at: datetime) -> NewCode:
        """Make another code, for this channel or the one that was used last."""
        chosen = channel or case.question.last_channel or first_channel(case.purchase)
        return self._codes.make(case.id, chosen, at=at)

    async def _from_bank(self, case: Case, kind: ChallengeKind) -> Choices | PasskeyCeremony | None:
        card_id = case.purchase.card_id
        if card_id is None:
            return None
        try:
            if kind is ChallengeKind.PASSKEY:
                return await self._ceremony(case, card_id)
            return await self._choices(card_id, several=kind is ChallengeKind.MULTI_SELECT)
        except NO_ANSWER as error:
            self._log.warning("the bank cannot ask", acs_trans_id=case.id, error=str(error))
        return None

    async def _choices(self, card_id: str, *, several: bool) -> Choices | None:
        asked = await self._bank.questions(card_id)
        found = next((each for each in asked if each.several is several), None)
        if found is None:
            return None
        return Choices(
            question_id=found.question_id,
            texts=dict(found.texts),
            options=tuple(
                Choice(code=option.code, texts=dict(option.texts)) for option in found.options
            ),
        )

    async def _ceremony(self, case: Case, card_id: str) -> PasskeyCeremony | None:
        known = await self._bank.passkeys(card_id)
        if known.rp_id is None or not known.passkeys:
            return None
        return PasskeyCeremony(
            nonce=self._chance.token(32),
            facts=facts_of(case),
            rp_id=known.rp_id,
            credential_ids=tuple(each.credential_id for each in known.passkeys),
        )


def case_of(record: Authentication) -> Case:
    """Give what is asked in an authentication."""
    challenge = record.challenge
    if challenge is None:
        raise Misuse("nothing is asked in an authentication without a challenge")
    return Case(
        id=record.id,
        card_key=record.card_key,
        purchase=challenge.purchase,
        question=challenge.question,
    )


def facts_of(case: Case) -> tuple[str, ...]:
    """Say what a passkey confirms; each fact says which it is, so that none stands for another."""
    purchase = case.purchase
    return (
        f"transaction={case.id}",
        f"amount={purchase.amount}",
        f"payee={purchase.merchant_name}",
        f"card={purchase.masked_number}",
    )
