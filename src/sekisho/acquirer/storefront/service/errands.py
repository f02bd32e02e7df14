"""The errands of a checkout: each effect carried out, its answer brought home as an event.

Every errand may be run twice or by two workers at once: the attempt's id is the gateway's
`request-id`, so asking again finds the same payment, and `decide` ignores old news. A peer that
does not answer, or refuses what it may not refuse, is asked again for as long as `flow.patience`
says: money and orders must not depend on somebody clearing a queue.
"""

from typing import Final

from sekisho.acquirer.storefront.flow import (
    OPEN_ATTEMPT,
    ClearCart,
    CreatePayment,
    Event,
    NothingCame,
    OrderRecorded,
    PaymentRejected,
    PaymentSeen,
    PeerSilent,
    RecordOrder,
    RereadPayment,
    VoidPayment,
    Why,
    decide,
)
from sekisho.acquirer.storefront.flow.cart import without_order
from sekisho.acquirer.storefront.model import (
    Attempt,
    AttemptState,
    Cart,
    Checkout,
    Standing,
    State,
    StorefrontSettings,
)
from sekisho.acquirer.storefront.service.order_document import order_document
from sekisho.acquirer.storefront.service.payment_request import payment_request
from sekisho.acquirer.storefront.service.ports import Gateway, Ledger, PaymentView
from sekisho.acquirer.storefront.service.reading import read_view
from sekisho.kernel.clock import Clock
from sekisho.kernel.errors import (
    Conflict,
    Misuse,
    NotThere,
    SekishoError,
    TheyErred,
    Unreachable,
)
from sekisho.kernel.log import Log
from sekisho.kernel.store import Store

SETTLED: Final = frozenset({Standing.REFUSED, Standing.VOIDED})
"""Nothing is left of the payment that could be given back."""

REQUEST_ID_CHARACTERS_MAX: Final = 40
"""Of the payment API's `request-id`."""


class Errands:
    """Carries out the shop's effects; the outbox calls `perform`."""

    def __init__(
        self,
        *,
        carts: Store[Cart],
        checkouts: Store[Checkout],
        gateway: Gateway,
        ledger: Ledger,
        settings: StorefrontSettings,
        clock: Clock,
        log: Log,
    ) -> None:
        self._carts = carts
        self._checkouts = checkouts
        self._gateway = gateway
        self._ledger = ledger
        self._settings = settings
        self._clock = clock
        self._log = log

    async def perform(self, key: str, effect: object) -> None:
        """Carry out one effect of the checkout whose number is `key`."""
        checkout = await self._checkouts.get(key)
        match effect:
            case CreatePayment():
                await self._create(checkout, effect)
            case RereadPayment():
                await self._reread(checkout, effect)
            case VoidPayment():
                await self._void(checkout, effect)
            case RecordOrder():
                await self._record(checkout, effect)
            case ClearCart():
                await self._clear_cart(checkout)
            case _:
                raise Misuse(f"the shop has no errand {type(effect).__name__}")

    async def _create(self, checkout: Checkout, effect: CreatePayment) -> None:
        attempt = checkout.attempt(effect.attempt_id)
        if attempt.state not in OPEN_ATTEMPT or attempt.orchestration_url is not None:
            return
        body = payment_request(checkout, attempt, self._settings)
        event: Event
        try:
            view = await self._gateway.create_payment(body, request_id=attempt.id)
            event = self._seen(checkout, attempt, view)
        except (Unreachable, Conflict) as error:
            # It may have acted. Conflict: the first try is still under way over there.
            event = await self._look_up(checkout, effect, error)
        except TheyErred as error:
            self._log.warning("payment refused", order=checkout.number, reason=str(error))
            event = PaymentRejected(at=self._clock.now(), attempt_id=attempt.id)
        await self._advance(checkout, event)

    async def _look_up(
        self, checkout: Checkout, effect: CreatePayment, error: SekishoError
    ) -> Event:
        """Find out by our own id what became of a request without an answer.

        A payment that waits for the buyer is asked for once more all the same: only the answer to
        the request itself, which the gateway repeats, says where the browser is authenticated.
        """
        attempt = checkout.attempt(effect.attempt_id)
        self._complain("payment not answered", error, checkout)
        try:
            found = await self._gateway.find_payment(attempt.id)
        except (Unreachable, TheyErred):
            found = None  # nothing is known yet: the same is tried again later
        if found is not None:
            seen = self._seen(checkout, attempt, found)
            if seen.standing is not Standing.PENDING or found.orchestration_url is not None:
                return seen
        return PeerSilent(at=self._clock.now(), effect=effect)

    async def _reread(self, checkout: Checkout, effect: RereadPayment) -> None:
        attempt = checkout.attempt(effect.attempt_id)
        if attempt.state not in OPEN_ATTEMPT:
            return
        event: Event = PeerSilent(at=self._clock.now(), effect=effect)
        try:
            view = await self._find(attempt)
            if view is not None:
                event = self._seen(checkout, attempt, view, why=effect.why, nth=effect.nth)
        except (Unreachable, TheyErred) as error:
            self._complain("payment not read", error, checkout)
        await self._advance(checkout, event)

    async def _void(self, checkout: Checkout, effect: VoidPayment) -> None:
        attempt = checkout.attempt(effect.attempt_id)
        if attempt.state is not AttemptState.GIVEN_UP:
            return
        try:
            event = await self._voided(checkout, effect)
        except (Unreachable, TheyErred, Conflict) as error:
            # TheyErred, Conflict: it moved meanwhile, or somebody must look why it is refused.
            self._complain("payment not voided", error, checkout)
            event = PeerSilent(at=self._clock.now(), effect=effect)
        await self._advance(checkout, event)

    async def _voided(self, checkout: Checkout, effect: VoidPayment) -> Event:
        attempt = checkout.attempt(effect.attempt_id)
        view = await self._find(attempt)
        if view is None and attempt.transaction_id is None:
            return NothingCame(at=self._clock.now(), effect=effect)
        if view is not None and not self._is_settled(checkout, attempt, view):
            request_id = f"v{effect.nth}-{attempt.id}"[:REQUEST_ID_CHARACTERS_MAX]
            view = await self._gateway.void_payment(view.transaction_id, request_id=request_id)
        if view is None or not self._is_settled(checkout, attempt, view):
            return PeerSilent(at=self._clock.now(), effect=effect)
        return self._seen(checkout, attempt, view)

    def _is_settled(self, checkout: Checkout, attempt: Attempt, view: PaymentView) -> bool:
        return self._seen(checkout, attempt, view).standing in SETTLED

    async def _record(self, checkout: Checkout, effect: RecordOrder) -> None:
        if checkout.recorded:
            return
        event: Event = OrderRecorded(at=self._clock.now())
        try:
            await self._ledger.record_order(order_document(checkout))
        except (Unreachable, TheyErred, Conflict) as error:
            self._complain("order not recorded", error, checkout)
            event = PeerSilent(at=self._clock.now(), effect=effect)
        await self._advance(checkout, event)

    async def _clear_cart(self, checkout: Checkout) -> None:
        if checkout.state is not State.PLACED:
            raise Misuse("only an order is taken out of the cart")
        await self._carts.advance(
            checkout.cart_key, lambda cart: (without_order(cart, checkout), ())
        )

    async def _find(self, attempt: Attempt) -> PaymentView | None:
        """Ask for the payment by its own id, or by ours when we were never told its own."""
        if attempt.transaction_id is None:
            return await self._gateway.find_payment(attempt.id)
        try:
            return await self._gateway.payment(attempt.transaction_id)
        except NotThere:
            return None

    def _seen(
        self,
        checkout: Checkout,
        attempt: Attempt,
        view: PaymentView,
        *,
        why: Why | None = None,
        nth: int = 1,
    ) -> PaymentSeen:
        standing, facts, outcome = read_view(view, checkout.amount)
        return PaymentSeen(
            at=self._clock.now(),
            attempt_id=attempt.id,
            standing=standing,
            facts=facts,
            outcome=outcome,
            why=why,
            nth=nth,
        )

    def _complain(self, what: str, error: SekishoError, checkout: Checkout) -> None:
        """A silent peer is the world's doing; one that refuses calls for somebody to look."""
        say = self._log.warning if isinstance(error, Unreachable) else self._log.error
        say(what, order=checkout.number, reason=str(error))

    async def _advance(self, checkout: Checkout, event: Event) -> None:
        await self._checkouts.advance(checkout.number, lambda now: decide(now, event))
