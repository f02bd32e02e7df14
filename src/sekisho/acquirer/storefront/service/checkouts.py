"""The checkout as the buyer goes through it: begin, say who and how, order, wait, come back."""

import hmac
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

from sekisho.acquirer.storefront.flow import (
    START,
    CartRead,
    DetailsGiven,
    Event,
    GaveUp,
    OrderPressed,
    PostbackCame,
    decide,
)
from sekisho.acquirer.storefront.model import (
    Browser,
    Buyer,
    CardChosen,
    Cart,
    Checkout,
    Delivery,
    State,
    StorefrontSettings,
)
from sekisho.acquirer.storefront.service.carts import cart_key, find_cart, priced
from sekisho.kernel.chance import Chance
from sekisho.kernel.clock import Clock
from sekisho.kernel.effects import Effect
from sekisho.kernel.errors import Conflict, NotThere
from sekisho.kernel.log import Log
from sekisho.kernel.store import Outbox, Store

NUMBER_DIGITS: Final = 10
NUMBER_TRIES: Final = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Details:
    """What the checkout page asks for."""

    buyer: Buyer
    delivery: Delivery
    card: CardChosen


class Checkouts:
    """Takes buyers from the cart to the order. A checkout belongs to the session that began it."""

    def __init__(
        self,
        *,
        carts: Store[Cart],
        checkouts: Store[Checkout],
        outbox: Outbox,
        settings: StorefrontSettings,
        clock: Clock,
        chance: Chance,
        log: Log,
    ) -> None:
        self._carts = carts
        self._checkouts = checkouts
        self._outbox = outbox
        self._settings = settings
        self._clock = clock
        self._chance = chance
        self._log = log

    async def begin(self, session: str) -> Checkout:
        """Give the session's open checkout with the cart as it is now, or begin one.

        Raises NotThere when the cart is empty and nothing is being paid for.
        """
        cart = await find_cart(self._carts, session)
        if cart is None:
            raise NotThere("the cart is empty")
        lines = priced(cart, self._settings)
        checkout = await self._open_checkout(cart)
        if checkout is not None and checkout.state is State.PAYING:
            return checkout
        if not lines:
            raise NotThere("the cart is empty")
        if checkout is None:
            checkout = await self._new_checkout(cart)
        return await self._advance(checkout, CartRead(at=self._clock.now(), lines=lines))

    async def give_details(self, session: str, details: Details) -> Checkout:
        """Keep what the buyer said. Raises OutOfTurn while a payment runs."""
        checkout = await self.begin(session)
        event = DetailsGiven(
            at=self._clock.now(),
            lines=checkout.lines,
            buyer=details.buyer,
            delivery=details.delivery,
            card=details.card,
        )
        return await self._advance(checkout, event)

    async def order(self, session: str, *, mark: str, browser: Browser, language: str) -> Checkout:
        """Place the order: ask the gateway for the payment, and give the checkout as it then is.

        A second click finds the first one's attempt. Raises OutOfTurn, StaleConfirmation,
        TooManyAttempts, NotThere.
        """
        checkout = await self.begin(session)
        event = OrderPressed(
            at=self._clock.now(),
            attempt_id=self._chance.uuid(),
            return_key=self._chance.token(),
            language=language,
            mark=mark,
            browser=browser,
        )
        await self._advance(checkout, event)
        return await self._settled(checkout.number)

    async def see(self, session: str | None, number: str) -> Checkout:
        """Give one of the session's checkouts; NotThere for anybody else's."""
        checkout = await self._checkouts.get(number)
        if session is None or not hmac.compare_digest(checkout.cart_key, cart_key(session)):
            raise NotThere("no such checkout")
        return checkout

    async def give_up(self, session: str, number: str, attempt_id: str) -> Checkout:
        """Cancel the attempt; what became of it at the gateway is voided."""
        checkout = await self.see(session, number)
        await self._advance(checkout, GaveUp(at=self._clock.now(), attempt_id=attempt_id))
        return await self._settled(number)

    async def came_back(
        self, number: str, attempt_id: str, key: str, *, payment_id: str | None
    ) -> Checkout:
        """The browser was sent back by the gateway: ask the gateway how the payment stands.

        Raises NotThere unless attempt and key belong together. Nothing else that the browser
        says is believed; another payment's id is only worth a line in the log.
        """
        checkout = await self._checkouts.get(number)
        attempt = checkout.attempt(attempt_id)
        if not hmac.compare_digest(attempt.return_key.encode(), key.encode()):
            raise NotThere("no such attempt to pay")
        if payment_id not in {None, attempt.transaction_id}:
            self._log.warning("postback names another payment", order=number, attempt=attempt_id)
        await self._advance(checkout, PostbackCame(at=self._clock.now(), attempt_id=attempt_id))
        return await self._settled(number)

    async def _open_checkout(self, cart: Cart) -> Checkout | None:
        if cart.checkout is None:
            return None
        checkout = await self._checkouts.get(cart.checkout)
        return None if checkout.state is State.PLACED else checkout

    async def _new_checkout(self, cart: Cart) -> Checkout:
        """Begin a checkout, unless another tab of the same browser was first."""
        begun = await self._numbered(cart)

        def take(now: Cart) -> tuple[Cart, Sequence[Effect]]:
            if now.checkout != cart.checkout:
                return now, ()
            return replace(now, checkout=begun.number), ()

        after = await self._carts.advance(cart.key, take)
        if after.checkout is None:
            raise NotThere("the cart is empty")
        return await self._checkouts.get(after.checkout)

    async def _numbered(self, cart: Cart) -> Checkout:
        """Keep a new checkout under a number that no other has; the key of the table says so."""
        for _ in range(NUMBER_TRIES):
            checkout = Checkout(
                number=self._chance.digits(NUMBER_DIGITS),
                cart_key=cart.key,
                state=START,
                started_at=self._clock.now(),
                currency=self._settings.currency,
                lines=(),
            )
            try:
                await self._checkouts.add(checkout)
            except Conflict:
                continue
            return checkout
        raise Conflict("no free order number was found")

    async def _advance(self, checkout: Checkout, event: Event) -> Checkout:
        return await self._checkouts.advance(checkout.number, lambda now: decide(now, event))

    async def _settled(self, number: str) -> Checkout:
        """Perform now what can be done now, so that the buyer need not wait for its turn."""
        await self._outbox.flush(number)
        return await self._checkouts.get(number)
