"""VEReq: is the card enrolled? What is remembered of a Y is all that a PAReq will name."""

from datetime import timedelta
from typing import Final

from sekisho.issuer.acs.flow import threeds1 as flow
from sekisho.issuer.acs.flow.ways import offered
from sekisho.issuer.acs.model import BankCard, ChallengeKind, Purchase, Question
from sekisho.issuer.acs.model.threeds1 import MARK, OldAuthentication, OldVerdict
from sekisho.issuer.acs.service.digests import Digests
from sekisho.issuer.acs.service.threeds1.ports import OldSurroundings
from sekisho.kernel.brands import brand_of
from sekisho.kernel.cards import BadCard, Pan, mask_digits
from sekisho.kernel.errors import NotThere, TheyErred, Unreachable
from sekisho.protocol.states import threeds1_acs as table
from sekisho.protocol.threeds1 import IReqCode, Message, build
from sekisho.protocol.threeds1.answers import unusable_vereq
from sekisho.protocol.threeds1.records import Enrolment, IReq, VEReq, VERes
from sekisho.protocol.threeds1.vocabulary import Enrolled

ID_OCTETS: Final = 19
"""With the mark in front, the 28 characters that an acctID may have."""
ASKABLE: Final = frozenset(
    {
        ChallengeKind.ONE_TIME_CODE,
        ChallengeKind.STATIC_PASSWORD,
        ChallengeKind.PASSES_BY_ITSELF,
        ChallengeKind.FAILS_BY_ITSELF,
    }
)
"""How a page of 1.0.2 asks."""


class Enrolments:
    """Answers VEReqs."""

    def __init__(self, old: OldSurroundings) -> None:
        self._old = old
        self._around = old.around
        self._digests = Digests(old.around.keys.digest)

    async def answer(self, request: Message[VEReq]) -> Message[VERes] | None:
        """Give the VERes; None: no answer at all."""
        pan = request.body.pan
        try:
            card = await self._card(pan.reveal())
        except (Unreachable, TheyErred) as error:
            self._around.log.warning("the bank does not answer", error=str(error))
            return unusable_vereq(request, IReq(i_req_code=IReqCode.TRANSIENT_FAILURE))
        verdict = self._old.decision.decide(pan, card)
        if verdict.enrolled is None:
            return None
        enrolled = Enrolled(verdict.enrolled)
        if enrolled is not Enrolled.YES:
            return build(request.id, VERes(ch=Enrolment(enrolled=enrolled)))
        record = await self._keep(request.body, verdict, card)
        return build(
            request.id,
            VERes(
                ch=Enrolment(enrolled=enrolled, acct_id=record.id),
                url=f"{self._around.settings.public_url}/threeds1/pareq",
                protocols=("ThreeDSecure",),
            ),
        )

    async def _card(self, digits: str) -> BankCard | None:
        try:
            return await self._old.bank.lookup_card(Pan(digits))
        except (NotThere, BadCard):
            return None

    async def _keep(
        self, vereq: VEReq, verdict: OldVerdict, card: BankCard | None
    ) -> OldAuthentication:
        around, old, now = self._around, self._old.settings, self._around.clock.now()
        digits = vereq.pan.reveal()
        brand = brand_of(digits)
        acct_id = MARK + around.chance.token(ID_OCTETS)
        stage, effects = table.begin(
            at=now,
            browser_wait=timedelta(seconds=old.browser_s),
            page_wait=timedelta(seconds=old.page_s),
        )
        record = OldAuthentication(
            id=acct_id,
            stage=stage,
            question=self._question(verdict.kind, card),
            brand="visa" if brand is None else brand.value,
            card_key=self._digests.card(digits),
            sealed_number=around.keys.seal.seal(digits.encode(), bound_to=acct_id),
            asked_at=now,
            acq_bin=vereq.merchant.acq_bin,
            mer_id=vereq.merchant.mer_id,
            purchase=self._shown(card, digits),
            status=verdict.status,
        )
        await self._old.store.add(record, flow.kept(effects))
        return record

    def _question(self, kind: ChallengeKind, card: BankCard | None) -> Question:
        settings = self._around.settings
        kind, others = offered(kind, () if card is None else card.methods)
        return Question(
            kind=kind,
            others=tuple(each for each in others if each in ASKABLE),
            attempts_left=settings.attempts,
            codes_left=settings.codes,
        )

    def _shown(self, card: BankCard | None, digits: str) -> Purchase:
        """Collect what is known of the card; the purchase comes with the PAReq."""
        return Purchase(
            merchant_name=None,
            amount=None,
            made_at=self._around.clock.now(),
            bank_name=card.issuer_name if card else self._around.settings.issuer_name,
            card_id=card.card_id if card else None,
            card_name=card.product_name if card else "",
            masked_number=card.masked_number if card else mask_digits(digits),
            personal_message=card.personal_message if card else "",
            phone_masked=card.phone_masked if card else "",
            email_masked=card.email_masked if card else "",
            card_language=card.language if card else "en",
        )
