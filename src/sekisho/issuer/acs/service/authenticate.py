"""AReq to ARes: look the card up, decide, keep, answer. A repeated AReq gets the first answer."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sekisho.issuer.acs.flow import authentication as flow
from sekisho.issuer.acs.flow.left import kept
from sekisho.issuer.acs.model import (
    Authentication,
    BankCard,
    CardGuard,
    Challenge,
    Outcome,
    Prior,
    Verdict,
)
from sekisho.issuer.acs.service import reading
from sekisho.issuer.acs.service.answering import Writer
from sekisho.issuer.acs.service.digests import Digests
from sekisho.issuer.acs.service.moves import Moved, Moves
from sekisho.issuer.acs.service.networks import network_of
from sekisho.issuer.acs.service.ports import Bank, Decision, Surroundings
from sekisho.issuer.acs.service.priors import Priors
from sekisho.issuer.acs.service.questions import askable, question_of
from sekisho.issuer.acs.service.refusals import about
from sekisho.kernel.cards import BadCard, Pan
from sekisho.kernel.errors import Conflict, NotThere, TheyErred, Unreachable
from sekisho.protocol import Channel, ErrorCode, Message
from sekisho.protocol.states.acs_events import AReqRepeated, RepeatAnswer
from sekisho.protocol.states.challenge_result import ChallengeResult, technical_reason

BESIDE_A_PAGE: Final = frozenset({Outcome.DECOUPLED, Outcome.SPC})
DEVICE_UNSUPPORTED: Final = "03"


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What the bank knows when it decides."""

    card: BankCard | None
    bank_answered: bool
    guard: CardGuard
    profile: Mapping[str, str]
    device_id: str | None
    prior: Prior


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
        ds_urls: frozenset[str],
    ) -> None:
        self._settings = around.settings
        self._stores = around.stores
        self._seal = around.keys.seal
        self._digests = Digests(around.keys.digest)
        self._moves = moves
        self._priors = Priors(around)
        self._bank = bank
        self._decision = decision
        self._writer = writer
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
        known = await self._known(areq, card_key)
        now = self._clock.now()
        record = reading.record_of(
            areq, id=id, at=now, digest=digest, card_key=card_key, device_id=known.device_id
        )
        verdict = self._verdict(areq, known, now)
        return flow.decide(record, self._event(areq, record, verdict, known, now))

    async def _known(self, areq: Message, card_key: str) -> Known:
        (card, bank_answered), guard, profile, prior = await asyncio.gather(
            self._look_up(areq.text("acctNumber")),
            self._guard(card_key),
            self._profile(areq.text_or_none("threeDSMethodId") or _server_trans_id(areq)),
            self._priors.of(areq, card_key),
        )
        return Known(
            card=card,
            bank_answered=bank_answered,
            guard=guard,
            profile=profile,
            device_id=self._digests.device(profile) if profile else None,
            prior=prior,
        )

    async def _look_up(self, acct_number: str) -> tuple[BankCard | None, bool]:
        """Ask the bank for the card: the card or None, and whether the bank answered."""
        try:
            return await self._bank.lookup_card(Pan(acct_number)), True
        except (NotThere, BadCard):
            return None, True
        except Unreachable as error:
            self._log.warning("the bank does not answer", error=str(error))
        except TheyErred as error:
            self._log.error("the bank refuses to look a card up", error=str(error))
        return None, False

    async def _guard(self, card_key: str) -> CardGuard:
        try:
            return await self._stores.card_guards.get(card_key)
        except NotThere:
            return CardGuard(id=card_key)

    async def _profile(self, server_trans_id: str) -> Mapping[str, str]:
        try:
            return (await self._stores.device_profiles.get(server_trans_id)).facts
        except NotThere:
            return {}

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
        if verdict.outcome in BESIDE_A_PAGE or (
            verdict.outcome is Outcome.CHALLENGE and areq.channel is not Channel.BROWSER
        ):
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
        at: datetime,
    ) -> flow.Event:
        verdict = askable(verdict, known.card)
        reasons = (f"score {verdict.score}", *verdict.because)
        if verdict.outcome is Outcome.SILENT:
            return flow.Silenced(at=at, reasons=reasons)
        ares = self._writer.ares(areq, record, verdict).encode().decode()
        asks = verdict.outcome is Outcome.CHALLENGE
        return flow.AnswerFound(
            at=at,
            result=ChallengeResult(trans_status=verdict.outcome.value, reason=verdict.reason),
            ares=ares,
            reasons=reasons,
            challenge=self._challenge(areq, verdict, known.card, at) if asks else None,
            sealed_number=self._sealed(areq, record) if asks else None,
            refuses_repeats=self._settings.refuses_repeated_creq,
        )

    def _sealed(self, areq: Message, record: Authentication) -> str:
        return self._seal.seal(areq.text("acctNumber").encode(), bound_to=record.id)

    def _challenge(
        self, areq: Message, verdict: Verdict, card: BankCard | None, at: datetime
    ) -> Challenge:
        settings = self._settings
        return Challenge(
            question=question_of(verdict, card, settings),
            purchase=reading.purchase_of(areq, card=card, at=at, settings=settings),
            notification_url=areq.text("notificationURL"),
            requestor_url=areq.text("threeDSRequestorURL"),
            language=reading.language_of(areq),
            user_agent=areq.text("browserUserAgent"),
            network=self._network(areq),
        )

    def _network(self, areq: Message) -> str | None:
        network = network_of(areq.text_or_none("browserIP") or "")
        return None if network is None else self._digests.network(network)


def _server_trans_id(areq: Message) -> str:
    return areq.text("threeDSServerTransID")


def _answer_in(moved: Moved) -> bytes | None:
    """Give the answer once more; None while there is none, and where there never will be."""
    ares = moved.record.ares
    return ares.encode() if ares is not None and RepeatAnswer() in moved.effects else None
