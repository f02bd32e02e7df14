"""AReq to ARes: look the card up, decide, keep, answer. A repeated AReq gets the first answer."""

from datetime import datetime
from typing import Final

from sekisho.issuer.acs.flow import authentication as flow
from sekisho.issuer.acs.flow.left import kept
from sekisho.issuer.acs.model import (
    AskedApart,
    Authentication,
    BankCard,
    Challenge,
    Outcome,
    Verdict,
)
from sekisho.issuer.acs.service import reading
from sekisho.issuer.acs.service.answering import Writer
from sekisho.issuer.acs.service.app_channel.asking import AppAsking
from sekisho.issuer.acs.service.digests import Digests
from sekisho.issuer.acs.service.fallbacks import Fallbacks
from sekisho.issuer.acs.service.knowing import Knowing, Known
from sekisho.issuer.acs.service.moves import Moved, Moves
from sekisho.issuer.acs.service.networks import network_of
from sekisho.issuer.acs.service.ports import Bank, Decision, Surroundings
from sekisho.issuer.acs.service.questions import askable, question_of
from sekisho.issuer.acs.service.refusals import about
from sekisho.kernel.errors import Conflict, NotThere
from sekisho.protocol import Channel, ErrorCode, Message
from sekisho.protocol.states.acs_events import AReqRepeated, RepeatAnswer
from sekisho.protocol.states.challenge_result import ChallengeResult, technical_reason

BESIDE_A_PAGE: Final = frozenset({Outcome.SPC})
DEVICE_UNSUPPORTED: Final = "03"


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
        apart = None
        if record.transaction.is_fallback:
            verdict, apart = await self._fallbacks.take(areq, id=id, card_key=card_key)
        else:
            verdict = self._apps.fitted(areq, self._verdict(areq, known, now), known.card)
        if verdict.outcome is Outcome.DECOUPLED and apart is None:
            apart = self._apart(areq, verdict, known.card, now)
        return flow.decide(record, self._event(areq, record, verdict, known, at=now, apart=apart))

    def _verdict(self, areq: Message, known: Known, at: datetime) -> Verdict:
        if not known.bank_answered:
            return Verdict(
                outcome=Outcome.UNAVAILABLE,
                reason=technical_reason(areq.version),
                because=("the bank does not answer",),
            )
        verdict = self._decision.decide(
            reading.facts_of(
                areq,
                card=known.card,
                guard=known.guard,
                profile=known.profile,
                device_id=known.device_id,
                prior=known.prior,
                at=at,
                settings=self._settings,
            )
        )
        if verdict.outcome in BESIDE_A_PAGE:
            return Verdict(
                outcome=Outcome.UNAVAILABLE,
                reason=DEVICE_UNSUPPORTED,
                because=("nobody can be asked so here yet",),
            )
        return verdict

    def _event(
        self,
        areq: Message,
        record: Authentication,
        verdict: Verdict,
        known: Known,
        *,
        at: datetime,
        apart: AskedApart | None,
    ) -> flow.Event:
        verdict = askable(verdict, known.card)
        reasons = (f"score {verdict.score}", *verdict.because)
        if verdict.outcome is Outcome.SILENT:
            return flow.Silenced(at=at, reasons=reasons)
        asks = verdict.outcome is Outcome.CHALLENGE
        challenge = self._challenge(areq, record, verdict, known.card, at) if asks else None
        ares = self._writer.ares(areq, record, verdict, challenge or apart).encode().decode()
        return flow.AnswerFound(
            at=at,
            result=ChallengeResult(trans_status=verdict.outcome.value, reason=verdict.reason),
            ares=ares,
            reasons=reasons,
            challenge=challenge,
            apart=apart,
            sealed_number=self._sealed(areq, record) if asks or apart else None,
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
        at: datetime,
    ) -> Challenge:
        settings = self._settings
        return Challenge(
            question=question_of(verdict, card, settings, in_app=areq.channel is Channel.APP),
            purchase=reading.purchase_of(areq, card=card, at=at, settings=settings),
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
        self, areq: Message, verdict: Verdict, card: BankCard | None, at: datetime
    ) -> AskedApart:
        purchase = reading.purchase_of(areq, card=card, at=at, settings=self._settings)
        return AskedApart(kind=verdict.kind, purchase=purchase, reaches=verdict.reaches)


def _answer_in(moved: Moved) -> bytes | None:
    """Give the answer once more; None while there is none, and where there never will be."""
    ares = moved.record.ares
    return ares.encode() if ares is not None and RepeatAnswer() in moved.effects else None
