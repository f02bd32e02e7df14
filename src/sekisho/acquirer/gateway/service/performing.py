"""Carrying out what the flow decided: calls to the vault, the 3DS Server and the bank.

Each may be performed more than once (after a crash, or because an answer was lost): it looks
first whether the payment still wants it, and every peer is idempotent by transaction id.
"""

from dataclasses import replace
from datetime import datetime
from typing import Final

from sekisho.acquirer.gateway.flow import (
    Authenticate,
    Authenticated,
    AuthenticationFailed,
    AuthorizationApproved,
    AuthorizationDeclined,
    AuthorizationUnclear,
    Authorize,
    Event,
    Expire,
    Expired,
    GiveUp,
    Limits,
    Prepare,
    Prepared,
    ReadResult,
    ResultMissing,
    ReversalUnconfirmed,
    Reverse,
    Reversed,
    decide,
)
from sekisho.acquirer.gateway.model.authentication_request import authentication_request
from sekisho.acquirer.gateway.model.payment import (
    Authorization,
    Capture,
    Kind,
    Payment,
    Preparation,
    State,
)
from sekisho.acquirer.gateway.model.rules import Bad, web_address
from sekisho.acquirer.gateway.model.settings import GatewaySettings, MerchantProfile
from sekisho.acquirer.gateway.service.links import Links
from sekisho.acquirer.gateway.service.ports import (
    Bank,
    BankAnswer,
    ErrorMessage,
    ThreeDSServer,
    Vault,
)
from sekisho.acquirer.gateway.service.results import not_enrolled, read_answer, read_result
from sekisho.kernel.cards import Card
from sekisho.kernel.clock import Clock
from sekisho.kernel.errors import Conflict, Misuse, NotThere, TheyErred, Unreachable
from sekisho.kernel.log import Log
from sekisho.kernel.secret import Secret
from sekisho.kernel.store import Store
from sekisho.protocol import Category

REFUSALS: Final = (TheyErred, NotThere, Conflict)
"""A peer understood and will not: trying again would not help."""
UNDOING: Final = frozenset({State.REVERSING, State.VOIDING})
SPOKEN: Final = ("2.3.1", "2.2.0", "2.1.0")
"""Message versions that we ask for, best first."""
UNKNOWN_RANGE: Final = "305"
"""errorCode for a card number that no issuer has enrolled."""
CATEGORIES: Final = {Kind.PAYMENT: Category.PAYMENT, Kind.VERIFICATION: Category.NON_PAYMENT}
LOST_CARD: Final = "The card's token is not valid any more."
REVERSAL_REASON: Final = "payment given up"


class Performing:
    """Performs the effects of payments."""

    def __init__(
        self,
        *,
        settings: GatewaySettings,
        limits: Limits,
        payments: Store[Payment],
        vault: Vault,
        server: ThreeDSServer,
        bank: Bank,
        links: Links,
        clock: Clock,
        log: Log,
    ) -> None:
        self._settings = settings
        self._limits = limits
        self._payments = payments
        self._vault = vault
        self._server = server
        self._bank = bank
        self._links = links
        self._clock = clock
        self._log = log
        self._codes: dict[str, Secret[str]] = {}
        """Security codes between two attempts at one authorization; in memory only."""

    async def perform(self, key: str, effect: object) -> None:
        """Carry out one effect of a payment. Raises Unreachable: then it must be tried again."""
        payment = await self._payments.get(key)
        match effect:
            case Prepare():
                event = await self._prepare(payment)
            case Authenticate():
                event = await self._authenticate(payment)
            case ReadResult(read=read):
                event = await self._read_result(payment, read)
            case Authorize():
                event = await self._authorize(payment)
            case Reverse():
                event = await self._reverse(payment)
            case Expire():
                event = Expired(at=self._clock.now())
            case GiveUp():
                event = AuthorizationUnclear(at=self._clock.now())
            case _:
                raise Misuse(f"{type(effect).__name__} is no effect of a payment")
        if event is not None:
            after = await self._payments.advance(
                key, lambda held: decide(held, event, self._limits)
            )
            if after.state is not State.AUTHORIZING:
                self._codes.pop(key, None)
            self._tell(after, event)

    async def _prepare(self, payment: Payment) -> Event | None:
        if payment.state is not State.PREPARING:
            return None
        try:
            card = await self._claim(payment, with_security_code=False)
        except REFUSALS:
            return AuthenticationFailed(at=self._clock.now(), reason=LOST_CARD)
        try:
            found = await self._server.preauth(card.pan.digits)
        except REFUSALS as refusal:
            if isinstance(refusal, ErrorMessage) and refusal.error_code == UNKNOWN_RANGE:
                return not_enrolled(self._clock.now())
            return self._failed(payment, refusal)
        at = self._clock.now()
        version = next((version for version in SPOKEN if version in found.versions), None)
        if version is None:
            return not_enrolled(at)
        preparation = Preparation(
            server_trans_id=found.three_ds_server_trans_id,
            version=version,
            method_url=self._method_address(payment, found.three_ds_method_url),
        )
        return Prepared(at=at, preparation=preparation)

    async def _authenticate(self, payment: Payment) -> Event | None:
        merchant = self._merchant(payment)
        if payment.state is not State.AUTHENTICATING or payment.preparation is None:
            return None
        try:
            card = await self._claim(payment, with_security_code=False)
        except REFUSALS:
            return AuthenticationFailed(at=self._clock.now(), reason=LOST_CARD)
        elements = authentication_request(
            payment,
            merchant,
            pan=card.pan,
            expiry=card.expiry,
            notification_url=self._links.challenge_notification(payment.id),
        )
        try:
            answer = await self._server.auth(elements)
        except REFUSALS as refusal:
            return self._failed(payment, refusal)
        return read_answer(answer, version=payment.preparation.version, at=self._clock.now())

    async def _read_result(self, payment: Payment, read: int) -> Event | None:
        if payment.state is not State.CHALLENGING or payment.preparation is None:
            return None
        try:
            answer = await self._server.postauth(
                payment.preparation.server_trans_id, category=CATEGORIES[payment.kind]
            )
        except Unreachable:
            # The series of looks goes on, and ends at its limit, whatever becomes of the server.
            self._log.warning("result_unreadable", payment=payment.id)
            return ResultMissing(at=self._clock.now(), read=read)
        except REFUSALS as refusal:
            return self._failed(payment, refusal)
        at = self._clock.now()
        if answer is None:
            return ResultMissing(at=at, read=read)
        result = read_result(answer, payment.preparation.version, challenged=True, at=at)
        return Authenticated(at=at, result=result)

    async def _authorize(self, payment: Payment) -> Event | None:
        if payment.state is not State.AUTHORIZING:
            return None
        try:
            card = await self._claim(payment, with_security_code=True)
            if card.security_code is not None:
                # The vault gives it once. An attempt that must be repeated needs it again.
                self._codes[payment.id] = card.security_code
            answer = await self._ask_bank(payment, card)
        except REFUSALS as refusal:
            self._log.warning("authorization_refused", payment=payment.id, why=str(refusal))
            return AuthorizationUnclear(at=self._clock.now(), silent=False)
        return _bank_event(answer, self._clock.now())

    async def _ask_bank(self, payment: Payment, card: Card) -> BankAnswer:
        merchant = self._merchant(payment)
        result, passed = payment.result, payment.passed_through
        proof = result or passed
        return await self._bank.authorize(
            payment.id,
            replace(card, security_code=card.security_code or self._codes.get(payment.id)),
            payment.amount,
            merchant_id=merchant.merchant_id,
            merchant_name=merchant.name,
            merchant_category=merchant.mcc,
            capture=payment.kind is Kind.PAYMENT and payment.capture is Capture.NOW,
            eci=proof.eci if proof else None,
            authentication_value=proof.authentication_value if proof else None,
            ds_trans_id=proof.ds_trans_id if proof else None,
        )

    async def _reverse(self, payment: Payment) -> Event | None:
        try:
            await self._bank.reverse(payment.id, REVERSAL_REASON)
        except Unreachable:
            if payment.state not in UNDOING:
                raise
            self._log.warning("reversal_unconfirmed", payment=payment.id)
            return ReversalUnconfirmed(at=self._clock.now())
        return Reversed(at=self._clock.now())

    async def _claim(self, payment: Payment, *, with_security_code: bool) -> Card:
        return await self._vault.claim(
            payment.card.token,
            merchant_id=payment.merchant.merchant_id,
            payment_id=payment.id,
            with_security_code=with_security_code,
        )

    def _method_address(self, payment: Payment, address: str | None) -> str | None:
        if address is None:
            return None
        try:
            return web_address(address)
        except Bad:
            self._log.warning("method_address_refused", payment=payment.id)
            return None

    def _failed(self, payment: Payment, refusal: Exception) -> AuthenticationFailed:
        self._log.warning("authentication_failed", payment=payment.id, why=str(refusal))
        return AuthenticationFailed(at=self._clock.now(), reason=str(refusal))

    def _merchant(self, payment: Payment) -> MerchantProfile:
        merchant = self._settings.merchant(payment.merchant.merchant_id)
        if merchant is None:
            raise Misuse("a payment's merchant is missing from the settings")
        return merchant

    def _tell(self, payment: Payment, event: Event) -> None:
        self._log.info(
            "payment_moved",
            payment=payment.id,
            on=type(event).__name__,
            state=payment.state.value,
        )


def _bank_event(answer: BankAnswer, at: datetime) -> Event:
    authorization = Authorization(
        approved=answer.approved,
        at=at,
        response_code=answer.response_code,
        approval_code=answer.approval_code,
        authentication_value_result=answer.authentication_value_result,
        security_code_result=answer.security_code_result,
    )
    if answer.approved:
        return AuthorizationApproved(at=at, authorization=authorization)
    return AuthorizationDeclined(at=at, authorization=authorization)
