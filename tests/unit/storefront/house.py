"""The shop put together on memory stores, with a clock that is put forward by hand."""

from dataclasses import dataclass, field
from datetime import timedelta

from sekisho.acquirer.storefront.model import Checkout, StorefrontSettings
from sekisho.acquirer.storefront.service import Carts, Checkouts, Details, Errands
from sekisho.acquirer.storefront.store import CARTS, CHECKOUTS
from sekisho.testkit.chance import SeededChance
from sekisho.testkit.clock import SteppedClock
from sekisho.testkit.memory import MemoryOutbox, MemoryRecords

from .peers import GatewayFake, LedgerFake
from .purchases import BROWSER, BUYER, CARD, DELIVERY, NOON, SETTINGS

SESSION = "s" * 32
DETAILS = Details(buyer=BUYER, delivery=DELIVERY, card=CARD)


@dataclass
class Lines:
    """A log that remembers what was said."""

    said: list[tuple[str, str]] = field(default_factory=list)

    def info(self, event: str, **_: object) -> None:
        self.said.append(("info", event))

    def warning(self, event: str, **_: object) -> None:
        self.said.append(("warning", event))

    def error(self, event: str, **_: object) -> None:
        self.said.append(("error", event))


class Dice(SeededChance):
    """Chance that can be made to repeat itself."""

    def __init__(self, seed: int) -> None:
        super().__init__(seed)
        self._seed = seed

    def put_back(self) -> None:
        """Throw the same numbers again from here on."""
        super().__init__(self._seed)


class Shop:
    """One shop with its gateway and its ledger."""

    def __init__(self, settings: StorefrontSettings = SETTINGS, seed: int = 1) -> None:
        self.clock = SteppedClock(NOON)
        self.chance = Dice(seed)
        self.log = Lines()
        self.gateway = GatewayFake()
        self.ledger = LedgerFake()
        self.settings = settings
        self.outbox = MemoryOutbox(self._perform, self.clock)
        self.cart_store = MemoryRecords(CARTS)
        self.checkout_store = MemoryRecords(CHECKOUTS, self.outbox)
        self.carts = Carts(carts=self.cart_store, settings=settings, clock=self.clock)
        self.checkouts = Checkouts(
            carts=self.cart_store,
            checkouts=self.checkout_store,
            outbox=self.outbox,
            settings=settings,
            clock=self.clock,
            chance=self.chance,
            log=self.log,
        )
        self.errands = Errands(
            carts=self.cart_store,
            checkouts=self.checkout_store,
            gateway=self.gateway,
            ledger=self.ledger,
            settings=settings,
            clock=self.clock,
            log=self.log,
        )

    async def _perform(self, key: str, effect: object) -> None:
        await self.errands.perform(key, effect)

    async def confirmed(self, session: str = SESSION, sku: str = "kettle") -> Checkout:
        """A checkout with everything said."""
        await self.carts.add(session, sku, 1)
        return await self.checkouts.give_details(session, DETAILS)

    async def ordered(self, session: str = SESSION) -> Checkout:
        """A checkout whose button was pressed."""
        checkout = await self.confirmed(session)
        return await self.press(checkout, session)

    async def press(self, checkout: Checkout, session: str = SESSION) -> Checkout:
        """Press the button of an up-to-date page."""
        return await self.checkouts.order(
            session, mark=checkout.mark, browser=BROWSER, language="ja"
        )

    async def come_back(self, checkout: Checkout, payment_id: str | None = None) -> Checkout:
        """The gateway sends the browser back."""
        attempt = checkout.current
        assert attempt is not None
        return await self.checkouts.came_back(
            checkout.number, attempt.id, attempt.return_key, payment_id=payment_id
        )

    async def wait(self, minutes: float) -> None:
        """Let time pass, a few seconds at a step, so that everything due is done in its turn."""
        for _ in range(int(minutes * 12)):
            self.clock.advance(timedelta(seconds=5))
            await self.outbox.run_due()
