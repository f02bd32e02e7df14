"""What an answer in an app means to the question: the same deed that a button in a browser is.

HTML screens are read first as the native answer that they stand for, so that whoever judges knows one
form of each answer only.
"""

from dataclasses import replace
from typing import Final

from sekisho.issuer.acs.flow import question as asked
from sekisho.issuer.acs.flow.challenge import FellBack
from sekisho.issuer.acs.model import Authentication, Challenge, ChallengeKind
from sekisho.issuer.acs.service.app_channel.composing import ways_of
from sekisho.issuer.acs.service.app_channel.html import answer_in
from sekisho.issuer.acs.service.judging import Judgement, Judging
from sekisho.issuer.acs.service.ports import Surroundings
from sekisho.issuer.acs.service.preparing import Case, case_of
from sekisho.protocol.states.screens import (
    AdditionalChosen,
    Answered,
    HtmlSubmitted,
    InfoContinued,
    OobContinued,
    Opened,
)

READS_ONLY: Final = frozenset(
    {
        ChallengeKind.INFORMATION,
        ChallengeKind.PASSES_BY_ITSELF,
        ChallengeKind.FAILS_BY_ITSELF,
    }
)
"""Questions that ask nothing: before 2.3.1 their screen is an OOB screen, whose button goes on too."""


class Deeds:
    """Turns answers into what the question is told."""

    def __init__(self, around: Surroundings, *, judging: Judging) -> None:
        self._judging = judging
        self._clock = around.clock

    async def judge(self, record: Authentication, answered: Answered) -> Judgement:
        """Judge an answer; guesses are counted before."""
        case = case_of(record)
        if isinstance(answered.answer, Opened):
            return await self._begun(case)
        challenge = record.challenge
        if challenge is not None:
            answered = plainly(challenge, answered)
            ways = ways_of(challenge)
            if isinstance(answered.answer, AdditionalChosen) and ways:
                turn = case.question.turn
                return await self._judging.otherwise(case, turn=turn, kind=ways[0])
        return await self._judging.judge(case, answered)

    def put_off(self, record: Authentication, answered: Answered) -> FellBack | None:
        """Take a return from the bank's app without an approval as the wish to approve later (2.3.1).

        Only where the requestor and the bank go on outside of the challenge.
        """
        challenge = record.challenge
        if challenge is None or not challenge.falls_back:
            return None
        question, answer = challenge.question, plainly(challenge, answered).answer
        waits = question.kind is ChallengeKind.OUT_OF_BAND and question.ending is None
        unanswered = question.prompt is None or question.prompt.approved is None
        if waits and unanswered and answer == OobContinued(automatic=False):
            return FellBack(at=self._clock.now())
        return None

    async def settle(self, record: Authentication, judged: Judgement, *, wrong: bool) -> None:
        """Take the guess back unless it was wrong."""
        await self._judging.settle(case_of(record), judged, wrong=wrong)

    async def _begun(self, case: Case) -> Judgement:
        at = self._clock.now()
        if case.question.turn > 0:
            return Judgement(event=asked.Began(at=at))
        wanted = case.question.kind
        kind, prepared = await self._judging.preparing.prepare(case, wanted, at=at)
        return Judgement(event=asked.Began(at=at, kind=kind, prepared=prepared))


def plainly(challenge: Challenge, answered: Answered) -> Answered:
    """Give an answer as a native screen of its kind would have brought it."""
    kind = challenge.question.kind
    answer = answered.answer
    if isinstance(answer, HtmlSubmitted):
        answer = answer_in(kind, answer)
    if kind in READS_ONLY and isinstance(answer, OobContinued):
        answer = InfoContinued()
    return replace(answered, answer=answer)
