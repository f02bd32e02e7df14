"""Judges what a cardholder does: from the deed, of a browser's form or an app's CReq alike, to what the
question is told.

A guess is counted against the card, durably, before anybody judges it (attacks 19 and 20). What the bank
holds the secret of, the bank judges. An answer from another device than the purchase came from is not
judged at all (attack 21): whoever passes a code on to a stranger must not have paid the stranger's bill.
"""

import base64
import unicodedata
from dataclasses import dataclass
from typing import Final

from sekisho.issuer.acs.flow import question as asked
from sekisho.issuer.acs.flow.remembered import Locked
from sekisho.issuer.acs.model import (
    GUESSABLE,
    SELECTS,
    TYPED,
    ChallengeKind,
    MessageChannel,
    Question,
)
from sekisho.issuer.acs.service.codes import Codes, digits_typed, reachable
from sekisho.issuer.acs.service.guard import Guards
from sekisho.issuer.acs.service.ports import Bank, ProofKind, Surroundings
from sekisho.issuer.acs.service.preparing import NO_ANSWER, Case, Preparing
from sekisho.kernel.secret import Secret
from sekisho.protocol.states import screens
from sekisho.protocol.states.screens import Answered

PROOFS: Final[dict[ChallengeKind, ProofKind]] = {
    ChallengeKind.STATIC_PASSWORD: "password",
    ChallengeKind.APP_CODE: "app_code",
    ChallengeKind.SINGLE_SELECT: "answer",
    ChallengeKind.MULTI_SELECT: "answer",
}
PASSWORD_CHARACTERS_MAX: Final = 200
NO_TURN: Final = -1


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgement:
    """What the question is to be told, and the guess that was counted for it."""

    event: asked.Event
    guess_id: str | None = None


class Judging:
    """Turns deeds into events of the question."""

    def __init__(self, around: Surroundings, *, bank: Bank, codes: Codes, guards: Guards) -> None:
        self.preparing = Preparing(around, bank=bank, codes=codes)
        self._bank = bank
        self._codes = codes
        self._guards = guards
        self._clock = around.clock
        self._chance = around.chance
        self._log = around.log

    async def judge(self, case: Case, answered: Answered, *, elsewhere: bool = False) -> Judgement:
        """Judge a deed. `elsewhere`: it came from another device or network than the purchase."""
        question = case.question
        match answered.answer:
            case screens.ResendWanted():
                return await self.again(case, turn=question.turn)
            case screens.AdditionalChosen():
                other = question.others[0] if question.others else question.kind
                return await self.otherwise(case, turn=question.turn, kind=other)
        typed = _typed(question, answered.answer)
        if typed is None:
            return Judgement(event=self._pressed(case, answered))
        if elsewhere and question.kind in TYPED:
            return self._step_up(case)
        return await self._guess(case, answered, typed)

    async def judge_passkey(self, case: Case, response: str, answered: Answered) -> Judgement:
        """Have the bank judge what a passkey said; the browser alone has passkeys."""
        ceremony, card_id = case.question.ceremony, case.purchase.card_id
        if ceremony is None or card_id is None or not response:
            return Judgement(event=self._unreadable(answered))
        try:
            right = await self._bank.prove_passkey(
                card_id,
                proof_id=self._chance.uuid(),
                nonce=nonce_of(ceremony.nonce),
                facts=ceremony.facts,
                response=response,
            )
        except NO_ANSWER as error:
            return Judgement(event=self._away(case, answered, error))
        return Judgement(event=self._proven(case, answered, right=right))

    async def again(
        self, case: Case, *, turn: int, channel: MessageChannel | None = None
    ) -> Judgement:
        """Send another code, or have the bank's app ask again."""
        now = self._clock.now()
        if case.question.kind is ChallengeKind.OUT_OF_BAND:
            prompt = self.preparing.prompt(case, at=now)
            return Judgement(event=asked.PromptRequested(at=now, turn=turn, prompt=prompt))
        if channel is not None and not reachable(case.purchase, channel):
            channel = None
        new_code = self.preparing.code(case, channel, at=now)
        return Judgement(event=asked.CodeRequested(at=now, turn=turn, new_code=new_code))

    async def otherwise(self, case: Case, *, turn: int, kind: ChallengeKind) -> Judgement:
        """Ask in another way, if it is offered."""
        now = self._clock.now()
        prepared: asked.Prepared = None
        if kind in case.question.others:
            kind, prepared = await self.preparing.prepare(case, kind, at=now)
        return Judgement(event=asked.MethodChosen(at=now, turn=turn, kind=kind, prepared=prepared))

    async def settle(self, case: Case, judgement: Judgement, *, wrong: bool) -> None:
        """Take a guess back that was right, or that nobody judged.

        One that the bank found wrong stays, even where the question was over by then: of a hundred
        guesses side by side the bank must not judge a hundred.
        """
        event = judgement.event
        wrong = wrong or (isinstance(event, asked.Proven) and not event.right)
        if judgement.guess_id is not None and not wrong:
            await self._guards.forgive_guess(case.card_key, judgement.guess_id)

    async def _guess(self, case: Case, answered: Answered, typed: Secret[str]) -> Judgement:
        guess_id = self._chance.uuid()
        try:
            await self._guards.count_guess(case.card_key, guess_id)
        except Locked:
            return Judgement(event=asked.CardLocked(at=self._clock.now()))
        event = await self._judged(case, answered, typed, guess_id)
        return Judgement(event=event, guess_id=guess_id)

    async def _judged(
        self, case: Case, answered: Answered, typed: Secret[str], guess_id: str
    ) -> asked.Event:
        question, card_id = case.question, case.purchase.card_id
        if question.kind is ChallengeKind.ONE_TIME_CODE:
            return asked.CodeEntered(
                at=self._clock.now(),
                digest=self._codes.digest(case.id, typed.reveal()),
                trusts=answered.trusts,
                binds=answered.binds,
            )
        try:
            right = card_id is not None and await self._bank.prove(
                card_id,
                proof_id=guess_id,
                kind=PROOFS[question.kind],
                typed=typed,
                question_id=question.choices.question_id if question.choices else None,
            )
        except NO_ANSWER as error:
            return self._away(case, answered, error)
        return self._proven(case, answered, right=right)

    def _step_up(self, case: Case) -> Judgement:
        now = self._clock.now()
        self._log.warning("an answer came from another device", acs_trans_id=case.id)
        prompt = self.preparing.prompt(case, at=now) if case.question.can_prompt else None
        return Judgement(event=asked.AnsweredElsewhere(at=now, prompt=prompt))

    def _pressed(self, case: Case, answered: Answered) -> asked.Event:
        """Give what a button means, or an entry that cannot be an answer."""
        match answered.answer:
            case screens.OobContinued(automatic=automatic):
                return self._back(case, answered, by_itself=automatic)
            case screens.OobAppFailed():
                return self._back(case, answered, by_itself=True)
            case screens.InfoContinued():
                return self._proceeded(answered)
        if case.question.kind in GUESSABLE:
            return self._unreadable(answered)
        return self._proceeded(answered)

    def _proven(self, case: Case, answered: Answered, *, right: bool) -> asked.Proven:
        return asked.Proven(
            at=self._clock.now(), kind=case.question.kind, right=right,
            trusts=answered.trusts, binds=answered.binds,
        )  # fmt: skip

    def _back(self, case: Case, answered: Answered, *, by_itself: bool) -> asked.Event:
        if case.question.kind is not ChallengeKind.OUT_OF_BAND:
            return self._proceeded(answered)
        return asked.CameBack(
            at=self._clock.now(), by_itself=by_itself, trusts=answered.trusts, binds=answered.binds
        )

    def _proceeded(self, answered: Answered) -> asked.Proceeded:
        return asked.Proceeded(at=self._clock.now(), trusts=answered.trusts, binds=answered.binds)

    def _unreadable(self, answered: Answered) -> asked.Unreadable:
        return asked.Unreadable(at=self._clock.now(), trusts=answered.trusts, binds=answered.binds)

    def _away(self, case: Case, answered: Answered, error: Exception) -> asked.BankAway:
        self._log.warning("the bank cannot judge", acs_trans_id=case.id, error=str(error))
        return asked.BankAway(at=self._clock.now(), trusts=answered.trusts, binds=answered.binds)


def nonce_of(text: str) -> bytes:
    """Read a ceremony's nonce."""
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def _typed(question: Question, answer: screens.Answer) -> Secret[str] | None:
    """Give what is to be judged; None: nothing was entered, or what cannot be an answer."""
    match answer:
        case screens.TextEntered(entry=entry) if entry is not None and question.kind in TYPED:
            return _readable(question.kind, entry)
        case screens.Chosen(codes=codes) if codes and question.kind in SELECTS:
            offered = (
                {each.code for each in question.choices.options} if question.choices else set()
            )
            one = question.kind is ChallengeKind.SINGLE_SELECT
            if set(codes) <= offered and not (one and len(codes) > 1):
                return Secret(",".join(codes))
    return None


def _readable(kind: ChallengeKind, entry: Secret[str]) -> Secret[str] | None:
    if kind is ChallengeKind.STATIC_PASSWORD:
        text = unicodedata.normalize("NFC", entry.reveal())
        return Secret(text) if len(text) <= PASSWORD_CHARACTERS_MAX else None
    digits = digits_typed(entry.reveal())
    return None if digits is None else Secret(digits)
