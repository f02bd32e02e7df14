"""AReq to ARes: look the card up, decide, keep, answer. A repeated AReq gets the first answer."""

from dataclasses import replace
from datetime import datetime

from sekisho.issuer.acs.flow import authentication as flow
from sekisho.issuer.acs.flow.fitting import REFUSALS, fitting
from sekisho.issuer.acs.flow.left import kept
from sekisho.issuer.acs.model import (
    AskedApart,
    Authentication,
    BankCard,
    Challenge,
    Facts,
    Outcome,
    Verdict,
)
from sekisho.issuer.acs.service import reading
from sekisho.issuer.acs.service.answering import Answer, Writer
from sekisho.issuer.acs.service.app_channel.asking import AppAsking
from sekisho.issuer.acs.service.confirmations import Confirmations
from sekisho.issuer.acs.service.consents import announced
from sekisho.issuer.acs.service.digests import Digests
from sekisho.issuer.acs.service.fallbacks import Fallbacks
from sekisho.issuer.acs.service.knowing import Knowing, Known
from sekisho.issuer.acs.service.moves import Moved, Moves
from sekisho.issuer.acs.service.networks import network_of
from sekisho.issuer.acs.service.ports import Bank, Decision, Surroundings
from sekisho.issuer.acs.service.questions import askable, question_of
from sekisho.issuer.acs.service.refusals import about
from sekisho.kernel.errors import Conflict, NotThere
from sekisho.protocol import Channel, ErrorCode, Message, Version
from sekisho.protocol.states.acs_events import AReqRepeated, RepeatAnswer
from sekisho.protocol.states.challenge_result import ChallengeResult, technical_reason


class Authenticator:
    """Answers AReqs."""

    def __init__(
        self,
        around: Surroundings,
        *,
        moves: Moves,
        bank: Bank,
        decision: Decision,
        writer: Writer,
        apps: AppAsking,
        ds_urls: frozenset[str],
    ) -> None:
        self._settings = around.settings
        self._stores = around.stores
        self._seal = around.keys.seal
        self._digests = Digests(around.keys.digest)
        self._moves = moves
        self._knowing = Knowing(around, bank=bank)
        self._fallbacks = Fallbacks(around, moves=moves)
        self._confirmations = Confirmations(around, bank=bank, moves=moves)
        self._decision = decision
        self._writer = writer
        self._apps = apps
        self._ds_urls = ds_urls
        self._clock = around.clock
        self._log = around.log

    async def answer(self, areq: Message) -> bytes | None:
        """Give the ARes; None: no answer at all. Raises ProtocolFault for a refused AReq."""
        self._check(areq)
        trans_id = self._digests.trans_id(areq.text("threeDSServerTransID"), areq.text("dsTransID"))
        digest = self._digests.message(areq.encode())
        repeated = AReqRepeated(at=self._clock.now(), message=areq, digest=digest)
        try:
            return _answer_in(await self._moves.move(trans_id, repeated))
        except NotThere:
            pass
        record, effects = await self._decided(areq, id=trans_id, digest=digest)
        try:
            await self._stores.authentications.add(record, kept(effects))
        except Conflict:
            # The same AReq was answered beside us, or in another process: one answer counts.
            return _answer_in(await self._moves.move(trans_id, repeated))
        self._log.info(
            "authentication answered",
            acs_trans_id=record.id,
            trans_status=record.trans_status,
            because=list(record.reasons),
        )
        return None if record.ares is None else record.ares.encode()

    def _check(self, areq: Message) -> None:
        """Check what only this ACS can know; raises ProtocolFault."""
        if areq.text("dsURL") not in self._ds_urls:
            # Results are posted there: any other address would let a peer aim our requests.
            raise about(areq, ErrorCode.ACCESS_DENIED, "dsURL")
        reading.brand_in(areq)
        reading.amount_of(areq)

    async def _decided(self, areq: Message, *, id: str, digest: str) -> flow.Decision:
        card_key = self._digests.card(areq.text("acctNumber"))
        known = await self._knowing.about(areq, card_key)
        now = self._clock.now()
        record = reading.record_of(
            areq, id=id, at=now, digest=digest, card_key=card_key, device_id=known.device_id
        )
        answer = await self._answer(areq, record, known)
        return flow.decide(record, self._event(areq, record, answer, at=now))

    async def _answer(self, areq: Message, record: Authentication, known: Known) -> Answer:
        """Find what to answer, and what is asked thereby."""
        if record.transaction.is_fallback:
            verdict, apart = await self._fallbacks.take(
                areq, id=record.id, card_key=record.card_key
            )
            return Answer(verdict=verdict, apart=apart)
        if not known.bank_answered:
            return Answer(verdict=_unavailable(areq.version))
        facts = self._facts(areq, known, record.asked_at)
        is_confirmed = await self._confirmations.take(areq, card_key=record.card_key)
        verdict = self._decision.decide(facts)
        if is_confirmed:
            verdict = _confirmed(verdict)
        if verdict.outcome is Outcome.SPC:
            asked = await self._confirmations.ask(areq, known.card)
            if asked is not None:
                return Answer(verdict=verdict, confirmation=asked)
            verdict = fitting(replace(verdict, outcome=Outcome.CHALLENGE), facts)
        verdict = askable(self._apps.fitted(areq, verdict, known.card), known.card)
        answer = self._asking(areq, record, verdict, known.card)
        return replace(answer, consents=announced(areq, facts, verdict))

    def _facts(self, areq: Message, known: Known, at: datetime) -> Facts:
        return reading.facts_of(
            areq,
            card=known.card,
            guard=known.guard,
            profile=known.profile,
            device_id=known.device_id,
            prior=known.prior,
            at=at,
            settings=self._settings,
        )

    def _asking(
        self, areq: Message, record: Authentication, verdict: Verdict, card: BankCard | None
    ) -> Answer:
        if verdict.outcome is Outcome.CHALLENGE:
            challenge = self._challenge(areq, record, verdict, card)
            return Answer(verdict=verdict, challenge=challenge)
        if verdict.outcome is Outcome.DECOUPLED:
            return Answer(verdict=verdict, apart=self._apart(areq, record, verdict, card))
        return Answer(verdict=verdict)

    def _event(
        self,
        areq: Message,
        record: Authentication,
        answer: Answer,
        *,
        at: datetime,
    ) -> flow.Event:
        verdict = answer.verdict
        reasons = (f"score {verdict.score}", *verdict.because)
        if verdict.outcome is Outcome.SILENT:
            return flow.Silenced(at=at, reasons=reasons)
        may_end_well = answer.challenge or answer.apart
        return flow.AnswerFound(
            at=at,
            result=ChallengeResult(trans_status=verdict.outcome.value, reason=verdict.reason),
            ares=self._writer.ares(areq, record, answer).encode().decode(),
            reasons=reasons,
            challenge=answer.challenge,
            apart=answer.apart,
            confirmation=answer.confirmation,
            sealed_number=self._sealed(areq, record) if may_end_well else None,
            refuses_repeats=self._settings.refuses_repeated_creq,
        )

    def _sealed(self, areq: Message, record: Authentication) -> str:
        return self._seal.seal(areq.text("acctNumber").encode(), bound_to=record.id)

    def _challenge(
        self,
        areq: Message,
        record: Authentication,
        verdict: Verdict,
        card: BankCard | None,
    ) -> Challenge:
        settings = self._settings
        return Challenge(
            question=question_of(verdict, card, settings, in_app=areq.channel is Channel.APP),
            purchase=reading.purchase_of(areq, card=card, at=record.asked_at, settings=settings),
            app_session=self._apps.session(areq, verdict, acs_trans_id=record.id),
            notification_url=areq.text_or_none("notificationURL") or "",
            requestor_url=areq.text_or_none("threeDSRequestorURL") or "",
            language=reading.language_of(areq),
            user_agent=areq.text_or_none("browserUserAgent") or "",
            network=self._network(areq),
            falls_back=verdict.falls_back and record.transaction.falls_back,
        )

    def _network(self, areq: Message) -> str | None:
        network = network_of(areq.text_or_none("browserIP") or "")
        return None if network is None else self._digests.network(network)

    def _apart(
        self, areq: Message, record: Authentication, verdict: Verdict, card: BankCard | None
    ) -> AskedApart:
        purchase = reading.purchase_of(areq, card=card, at=record.asked_at, settings=self._settings)
        return AskedApart(kind=verdict.kind, purchase=purchase, reaches=verdict.reaches)


def _unavailable(version: Version) -> Verdict:
    return Verdict(
        outcome=Outcome.UNAVAILABLE,
        reason=technical_reason(version),
        because=("the bank does not answer",),
    )


def _confirmed(verdict: Verdict) -> Verdict:
    """Take the cardholder's word for the purchase, unless the bank refuses it whatever is said."""
    if verdict.outcome in REFUSALS:
        return verdict
    because = (*verdict.because, "the cardholder has confirmed the payment in the shop's page")
    return replace(
        verdict, outcome=Outcome.AUTHENTICATED, reason=None, is_confirmed=True, because=because
    )


def _answer_in(moved: Moved) -> bytes | None:
    """Give the answer once more; None while there is none, and where there never will be."""
    ares = moved.record.ares
    return ares.encode() if ares is not None and RepeatAnswer() in moved.effects else None
