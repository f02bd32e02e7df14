"""The authorization host: gives credit, verifies that the bank itself authenticated the holder.

One authorization touches three records, in an order that is safe to stop anywhere: first its own
(so that its id is taken), then the account's next posting, then its own again with the answer. A
repeat after a crash finds what was done and goes on from there.
"""

from dataclasses import dataclass, replace

import msgspec

from sekisho.issuer.members.flow import credit
from sekisho.issuer.members.flow.account import account_of
from sekisho.issuer.members.flow.authorization import (
    START,
    Approved,
    Declined,
    Event,
    GiveBack,
    ReversalAsked,
    decide,
    tombstone,
)
from sekisho.issuer.members.model import (
    Answer,
    Authorization,
    CardRecord,
    CodeResult,
    MembersSettings,
    ResponseCode,
    SpentAuthentication,
    ValueResult,
)
from sekisho.issuer.members.service.accounts import Accounts
from sekisho.issuer.members.service.cards import Cards
from sekisho.issuer.members.service.ports import Keys, Stores
from sekisho.kernel.brands import Brand
from sekisho.kernel.cards import Card
from sekisho.kernel.chance import Chance
from sekisho.kernel.clock import Clock
from sekisho.kernel.errors import Conflict, NotThere
from sekisho.kernel.log import Log
from sekisho.kernel.money import Amount
from sekisho.kernel.store import Outbox
from sekisho.protocol.authentication_value import LAYOUTS, Facts, prove

APPROVAL_DIGITS = 6
"""ISO 8583 field 38."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AuthorizationRequest:
    """What the merchant's side asks; lives in memory only."""

    authorization_id: str
    card: Card
    amount: Amount
    merchant_id: str
    merchant_name: str
    merchant_category: str
    capture: bool
    eci: str | None = None
    authentication_value: str | None = None
    ds_trans_id: str | None = None


class AuthorizationHost:
    """Answers requests for credit and takes them back."""

    def __init__(
        self,
        settings: MembersSettings,
        *,
        cards: Cards,
        accounts: Accounts,
        stores: Stores,
        keys: Keys,
        clock: Clock,
        chance: Chance,
        outbox: Outbox,
        log: Log,
    ) -> None:
        self._settings = settings
        self._cards = cards
        self._accounts = accounts
        self._authorizations = stores.authorizations
        self._spent = stores.spent
        self._keys = keys
        self._clock = clock
        self._chance = chance
        self._outbox = outbox
        self._log = log

    async def authorize(self, request: AuthorizationRequest) -> Answer:
        """Decide, once for every id; a repeat gets the answer that the first request got.

        Raises Conflict when the id belongs to another request.
        """
        card = await self._card(request)
        authorization = await self._received(request, card)
        if authorization.answer is None and authorization.state is START:
            event = await self._judged(request, card)
            authorization = await self._authorizations.advance(
                request.authorization_id, lambda record: decide(record, event)
            )
            self._log.info(
                "authorization decided",
                authorization_id=request.authorization_id,
                state=authorization.state.value,
            )
        return _answer_of(authorization)

    async def reverse(self, authorization_id: str, reason: str) -> None:
        """Take an authorization back, or keep it from ever being given; once or more often."""
        asked = ReversalAsked(at=self._clock.now(), reason=reason)
        try:
            await self._authorizations.add(tombstone(authorization_id, asked))
        except Conflict:
            await self._authorizations.advance(
                authorization_id, lambda record: decide(record, asked)
            )
            await self._outbox.flush(authorization_id)

    async def give_back(self, effect: GiveBack) -> None:
        """Close the place of an authorization that ended without approval in its account."""
        authorization = await self._authorizations.get(effect.authorization_id)
        if authorization.account is not None:
            await self._accounts.give_back(
                authorization.account, authorization_id=effect.authorization_id
            )

    async def _card(self, request: AuthorizationRequest) -> CardRecord | None:
        try:
            return await self._cards.look_up(request.card.pan)
        except NotThere:
            return None

    async def _received(
        self, request: AuthorizationRequest, card: CardRecord | None
    ) -> Authorization:
        authorization = Authorization(
            authorization_id=request.authorization_id,
            state=START,
            fingerprint=self._fingerprint(request),
            received_at=self._clock.now(),
            card_id=card.card_id if card else None,
            account=account_of(card.card_id, request.amount.currency) if card else None,
            last_four=request.card.pan.last_four,
            amount=request.amount,
            merchant_id=request.merchant_id,
            merchant_name=request.merchant_name,
            merchant_category=request.merchant_category,
            captured=request.capture,
        )
        try:
            await self._authorizations.add(authorization)
        except Conflict as taken:
            kept = await self._authorizations.get(request.authorization_id)
            if kept.fingerprint not in {None, authorization.fingerprint}:
                raise Conflict("another request came under that authorization id") from taken
            return kept
        return authorization

    def _fingerprint(self, request: AuthorizationRequest) -> str:
        # Without the security code: no trace of it may outlive the decision, and a caller that
        # repeats itself after a restart no longer has it.
        card = request.card
        facts = (card.pan.digits, card.expiry.yymm, request.amount.minor, request.amount.currency,
                 request.merchant_id, request.merchant_name, request.merchant_category,
                 request.capture, request.eci, request.authentication_value,
                 request.ds_trans_id)  # fmt: skip
        return self._keys.fingerprint.mac(b"authorization:" + msgspec.json.encode(facts)).hex()

    async def _judged(self, request: AuthorizationRequest, card: CardRecord | None) -> Event:
        if card is None:
            code = (
                CodeResult.NOT_PROCESSED if request.card.security_code else CodeResult.NOT_PRESENT
            )
            return self._declined(
                Answer(
                    code=ResponseCode.NO_SUCH_CARD,
                    value_result=ValueResult.NOT_VERIFIED,
                    security_code_result=code,
                )
            )
        answer = Answer(
            code=ResponseCode.APPROVED,
            value_result=await self._value_result(request, card),
            security_code_result=credit.security_code_result(
                card.brand,
                request.card.security_code,
                sandbox_rules=self._settings.sandbox_rules,
            ),
        )
        refusal = credit.refusal(self._case(request, card, answer))
        if refusal is None:
            charged = await self._accounts.charge(
                account_of(card.card_id, request.amount.currency),
                authorization_id=request.authorization_id,
                amount=request.amount,
            )
            refusal = None if charged else ResponseCode.INSUFFICIENT_FUNDS
        if refusal is not None:
            return self._declined(replace(answer, code=refusal))
        approval_code = self._chance.digits(APPROVAL_DIGITS)
        return Approved(at=self._clock.now(), answer=replace(answer, approval_code=approval_code))

    def _declined(self, answer: Answer) -> Declined:
        return Declined(at=self._clock.now(), answer=answer)

    def _case(self, request: AuthorizationRequest, card: CardRecord, answer: Answer) -> credit.Case:
        return credit.Case(
            today=self._clock.now().date(),
            status=card.status,
            expiry=request.card.expiry,
            amount=request.amount,
            value_result=answer.value_result,
            security_code_result=answer.security_code_result,
            sandbox_rules=self._settings.sandbox_rules,
        )

    async def _value_result(self, request: AuthorizationRequest, card: CardRecord) -> ValueResult:
        result = credit.value_result(card.brand, request.eci, self._proof(request, card.brand))
        if credit.failed(result) or result is ValueResult.NOT_VERIFIED:
            return result
        return result if await self._spends(request) else credit.spent(result)

    def _proof(self, request: AuthorizationRequest, brand: Brand) -> credit.Proof:
        if request.authentication_value is None:
            return credit.Proof.NOTHING_SENT
        if request.ds_trans_id is None:
            return credit.Proof.WRONG
        facts = Facts(
            acct_number=request.card.pan.digits,
            ds_trans_id=request.ds_trans_id,
            amount_minor=request.amount.minor,
            currency_number=request.amount.unit.number,
            acquirer_merchant_id=request.merchant_id,
        )
        keys, layout = self._keys.authentication_value[brand], LAYOUTS[brand]
        proven = prove(keys, request.authentication_value, facts, layout=layout)
        return credit.Proof.WRONG if proven is None else credit.Proof(proven)

    async def _spends(self, request: AuthorizationRequest) -> bool:
        """Use the authentication up; False when another authorization did before."""
        spent = SpentAuthentication(
            ds_trans_id=(request.ds_trans_id or "").lower(),
            authorization_id=request.authorization_id,
            at=self._clock.now(),
        )
        try:
            await self._spent.add(spent)
        except Conflict:
            before = await self._spent.get(spent.ds_trans_id)
            return before.authorization_id == spent.authorization_id
        return True


def _answer_of(authorization: Authorization) -> Answer:
    """Give the answer kept, except that what was reversed is approved no more."""
    answer = authorization.answer or Answer(
        code=ResponseCode.DO_NOT_HONOR,
        value_result=ValueResult.NOT_VERIFIED,
        security_code_result=CodeResult.NOT_PROCESSED,
    )
    if authorization.reversed_at is not None and answer.approved:
        return replace(answer, code=ResponseCode.DO_NOT_HONOR, approval_code=None)
    return answer
