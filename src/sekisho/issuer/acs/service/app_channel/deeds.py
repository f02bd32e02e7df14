"""What an answer in an app means to the question: the same deed that a button in a browser is.

HTML screens are read first as the native answer that they stand for, so that whoever judges knows one
form of each answer only.
"""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from sekisho.issuer.acs.flow import question as asked
from sekisho.issuer.acs.flow.remembered import Locked
from sekisho.issuer.acs.model import Authentication, Challenge, ChallengeKind, MessageChannel
from sekisho.issuer.acs.service.app_channel.html import answer_in
from sekisho.issuer.acs.service.codes import Codes, digits_typed, first_channel
from sekisho.issuer.acs.service.guard import Guards
from sekisho.issuer.acs.service.ports import Surroundings
from sekisho.kernel.errors import Misuse
from sekisho.protocol.states.screens import (
    Answered,
    HtmlSubmitted,
    InfoContinued,
    OobContinued,
    Opened,
    ResendWanted,
    TextEntered,
)

READS_ONLY: Final = frozenset(
    {
        ChallengeKind.INFORMATION,
        ChallengeKind.PASSES_BY_ITSELF,
        ChallengeKind.FAILS_BY_ITSELF,
    }
)
"""Questions that ask nothing: before 2.3.1 their screen is an OOB screen, whose button goes on too."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """What the question is told; None: nothing, the screen is shown again."""

    event: asked.Event | None
    guess_id: str | None = None
    """The guess that was counted against the card, to be taken back if it was right."""


class Deeds:
    """Turns answers into what the question is told."""

    def __init__(self, around: Surroundings, *, codes: Codes, guards: Guards) -> None:
        self._codes = codes
        self._guards = guards
        self._clock = around.clock
        self._chance = around.chance

    async def judge(self, record: Authentication, answered: Answered) -> Judged:
        """Judge an answer; guesses are counted before."""
        challenge = record.challenge
        if challenge is None:
            raise Misuse("nothing was asked")
        at = self._clock.now()
        match plainly(challenge, answered).answer:
            case Opened():
                return Judged(event=self._begun(record, challenge, at))
            case TextEntered(entry=entry) if entry is not None:
                return await self._typed(record, challenge, entry.reveal(), at)
            case ResendWanted() if challenge.question.code is not None:
                return Judged(event=self._again(record, challenge, at))
            case InfoContinued() if challenge.question.kind in READS_ONLY:
                return Judged(event=asked.Proceeded(at=at))
        return Judged(event=None)

    async def settle(self, record: Authentication, judged: Judged, *, wrong: bool) -> None:
        """Take the guess back unless it was wrong."""
        if judged.guess_id is not None and not wrong:
            await self._guards.forgive_guess(record.card_key, judged.guess_id)

    def _begun(self, record: Authentication, challenge: Challenge, at: datetime) -> asked.Event:
        new_code = None
        if challenge.question.kind is ChallengeKind.ONE_TIME_CODE:
            new_code = self._codes.make(record.id, first_channel(challenge.purchase), at=at)
        return asked.Began(at=at, new_code=new_code)

    async def _typed(
        self, record: Authentication, challenge: Challenge, typed: str, at: datetime
    ) -> Judged:
        code = digits_typed(typed)
        if code is None or challenge.question.kind is not ChallengeKind.ONE_TIME_CODE:
            return Judged(event=None)
        guess_id = self._chance.uuid()
        try:
            await self._guards.count_guess(record.card_key, guess_id)
        except Locked:
            return Judged(event=asked.CardLocked(at=at))
        digest = self._codes.digest(record.id, code)
        return Judged(event=asked.CodeEntered(at=at, digest=digest), guess_id=guess_id)

    def _again(self, record: Authentication, challenge: Challenge, at: datetime) -> asked.Event:
        question = challenge.question
        channel = question.last_channel or MessageChannel.SMS
        new_code = self._codes.make(record.id, channel, at=at)
        return asked.CodeRequested(at=at, turn=question.turn, new_code=new_code)


def plainly(challenge: Challenge, answered: Answered) -> Answered:
    """Give an answer as a native screen of its kind would have brought it."""
    kind = challenge.question.kind
    answer = answered.answer
    if isinstance(answer, HtmlSubmitted):
        answer = answer_in(kind, answer)
    if kind in READS_ONLY and isinstance(answer, OobContinued):
        answer = InfoContinued()
    return replace(answered, answer=answer)
