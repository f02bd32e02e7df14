"""A buyer's browser walks through an authentication: open, 3DS Method, challenge, return."""

from dataclasses import dataclass

from sekisho.acquirer.gateway.flow import (
    ChallengeReturned,
    Continued,
    Event,
    Limits,
    MethodNotified,
    Opened,
    decide,
)
from sekisho.acquirer.gateway.model.payment import Payment, State
from sekisho.acquirer.gateway.service.links import Links
from sekisho.acquirer.gateway.service.signing import BadSignature
from sekisho.kernel.clock import Clock
from sekisho.kernel.errors import NotThere, OutOfTurn, TheyErred
from sekisho.kernel.log import Log
from sekisho.kernel.store import Outbox, Store
from sekisho.protocol import ProtocolFault
from sekisho.protocol.forms import decode_form_json, encode_form_json

UNDER_WAY = frozenset({State.PREPARING, State.AUTHENTICATING, State.AUTHORIZING})


class AlreadyUsed(TheyErred):
    """The orchestration address was opened before."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ChallengeForm:
    """What the browser posts to the issuer."""

    action: str
    creq: str
    session_data: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MethodForm:
    """What the hidden frame posts to the issuer's 3DS Method."""

    action: str
    data: str


class Orchestration:
    """The browser's side of a payment. Every answer leads to the page of the payment as it is."""

    def __init__(
        self,
        *,
        limits: Limits,
        payments: Store[Payment],
        outbox: Outbox,
        links: Links,
        clock: Clock,
        log: Log,
    ) -> None:
        self._limits = limits
        self._payments = payments
        self._outbox = outbox
        self._links = links
        self._clock = clock
        self._log = log

    async def open(self, parameters: list[tuple[str, str]]) -> Payment:
        """Take an orchestration address, once.

        Raises BadSignature, Lapsed, or AlreadyUsed.
        """
        now = self._clock.now()
        payment_id = self._links.redeem(parameters, now)
        try:
            return await self._forward(await self._on(payment_id, Opened(at=now)))
        except OutOfTurn as error:
            raise AlreadyUsed("this address was opened before") from error
        except NotThere as error:
            raise BadSignature("there is no such payment") from error

    async def look(self, payment_id: str, token: str, *, returned: bool) -> Payment:
        """Give the payment whose page is shown; `returned`: the browser came from the issuer."""
        payment = await self._own(payment_id, token)
        if payment.state is State.CHALLENGING and returned:
            return await self._on(payment_id, ChallengeReturned(at=self._clock.now()))
        if payment.state in UNDER_WAY:
            await self._outbox.flush(payment_id)
            payment = await self._payments.get(payment_id)
        return await self._forward(payment)

    async def go_on(self, payment_id: str, token: str) -> Payment:
        """The 3DS Method is done, too slow, or there is none: authenticate."""
        await self._own(payment_id, token)
        return await self._on(payment_id, Continued(at=self._clock.now()))

    async def method_notified(self, payment_id: str, token: str, data: str) -> Payment:
        """The issuer's 3DS Method says that it is done. Raises BadSignature for anyone else."""
        self._links.check_method(payment_id, token)
        payment = await self._payments.get(payment_id)
        expected = payment.preparation.server_trans_id if payment.preparation else None
        if expected is None or _form(data).get("threeDSServerTransID") != expected:
            raise BadSignature("the notification is of another authentication")
        return await self._on(payment_id, MethodNotified(at=self._clock.now()))

    async def challenge_notified(self, payment_id: str, session_data: str, cres: str) -> Payment:
        """The issuer sent the browser back.

        Whatever the CRes says is a rumour: the result is read from the 3DS Server, which has it
        from the RReq. Raises BadSignature when the session data is not this payment's.
        """
        self._links.check_session_data(payment_id, session_data)
        payment = await self._payments.get(payment_id)
        said = _form(cres)
        known = payment.challenge.acs_trans_id if payment.challenge else None
        if said.get("acsTransID") not in (known, None):
            self._log.warning("challenge_answer_of_another", payment=payment_id)
        return await self._on(payment_id, ChallengeReturned(at=self._clock.now()))

    def method_form(self, payment: Payment) -> MethodForm | None:
        """Give the form for the hidden frame; None when the issuer has no 3DS Method."""
        prepared = payment.preparation
        if prepared is None or prepared.method_url is None:
            return None
        data = {
            "threeDSServerTransID": prepared.server_trans_id,
            "threeDSMethodNotificationURL": self._links.method_notification(payment.id),
        }
        return MethodForm(action=prepared.method_url, data=encode_form_json(data))

    def challenge_form(self, payment: Payment) -> ChallengeForm | None:
        """Give the form that opens the challenge; None when there is none."""
        wanted, prepared, challenge = payment.authentication, payment.preparation, payment.challenge
        if wanted is None or prepared is None or challenge is None:
            return None
        creq = {
            "threeDSServerTransID": prepared.server_trans_id,
            "acsTransID": challenge.acs_trans_id,
            "challengeWindowSize": wanted.window_size,
            "messageType": "CReq",
            "messageVersion": prepared.version,
        }
        return ChallengeForm(
            action=challenge.acs_url,
            creq=encode_form_json(creq),
            session_data=self._links.session_data(payment.id),
        )

    async def _forward(self, payment: Payment) -> Payment:
        """Go on at once where the issuer has no 3DS Method to wait for."""
        if payment.state is State.METHOD and self.method_form(payment) is None:
            return await self._on(payment.id, Continued(at=self._clock.now()))
        return payment

    async def _own(self, payment_id: str, token: str) -> Payment:
        self._links.check_page(payment_id, token)
        return await self._payments.get(payment_id)

    async def _on(self, payment_id: str, event: Event) -> Payment:
        await self._payments.advance(payment_id, lambda held: decide(held, event, self._limits))
        await self._outbox.flush(payment_id)
        return await self._payments.get(payment_id)


def _form(text: str) -> dict[str, object]:
    """Read a base64url form value; what cannot be read says nothing."""
    try:
        return dict(decode_form_json(text))
    except ProtocolFault:
        # Nothing depends on it: the notification counts, not what it claims.
        return {}
