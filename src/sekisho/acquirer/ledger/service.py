"""What the back office offers: recording orders, showing them, signing in and out."""

import asyncio
import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from sekisho.acquirer.ledger.flow import alive, begun, ended, first, used
from sekisho.acquirer.ledger.model import LedgerSettings, Order, OrderPlaced, StaffSession
from sekisho.kernel.chance import Chance
from sekisho.kernel.clock import Clock
from sekisho.kernel.errors import Conflict, NotThere
from sekisho.kernel.log import Log
from sekisho.kernel.store import Store


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """One page of the list, newest first."""

    orders: tuple[Order, ...]
    older: str | None
    """Number of the last order of this page, after which the next one begins; None on the last."""


class OrderStore(Store[Order], Protocol):
    """A store that can also say where in the list an order stands."""

    async def place(self, key: str) -> int:
        """Say where an order stands in the order of `newest`, for its `before`; NotThere."""
        ...


class Orders:
    """Keeps the shop's orders."""

    def __init__(self, *, orders: OrderStore, log: Log) -> None:
        self._orders = orders
        self._log = log

    async def record(self, placed: OrderPlaced) -> bool:
        """Write an order down; False when it was known already. Raises OtherFacts."""
        new = first(await self._known(placed.order_id), placed)
        if new is None:
            return False
        try:
            await self._orders.add(new)
        except Conflict:
            # Somebody recorded that number meanwhile: the same order, or OtherFacts.
            first(await self._known(placed.order_id), placed)
            return False
        self._log.info("order recorded", order=placed.order_id)
        return True

    async def show(self, number: str) -> Order:
        """Give one order; NotThere."""
        return await self._orders.get(number)

    async def page(self, *, limit: int, after: str | None = None) -> Page:
        """Give one page of the list, newest first, from the top or after an order. NotThere."""
        before = None if after is None else await self._orders.place(after)
        found = await self._orders.newest(limit=limit + 1, before=before)
        shown = tuple(found[:limit])
        return Page(orders=shown, older=shown[-1].number if len(found) > limit else None)

    async def _known(self, number: str) -> Order | None:
        try:
            return await self._orders.get(number)
        except NotThere:
            return None


class Staff:
    """Lets the shop's staff in. `password_fits` compares with the password's hash, slowly."""

    def __init__(
        self,
        *,
        sessions: Store[StaffSession],
        settings: LedgerSettings,
        password_fits: Callable[[str], bool],
        clock: Clock,
        chance: Chance,
        log: Log,
    ) -> None:
        self._sessions = sessions
        self._settings = settings
        self._password_fits = password_fits
        self._clock = clock
        self._chance = chance
        self._log = log

    async def sign_in(self, password: str, *, address: str) -> str | None:
        """Begin a session and give its secret for the cookie; None when the password is wrong.

        The secret is always a new one: nobody can plant a session and wait for it to be let in.
        """
        fits = await asyncio.to_thread(self._password_fits, password)
        if not fits:
            self._log.warning("staff sign-in refused", address=address)
            return None
        secret = self._chance.token(32)
        await self._sessions.add(begun(session_key(secret), self._clock.now()))
        self._log.info("staff signed in", address=address)
        return secret

    async def is_in(self, secret: str | None) -> bool:
        """Tell whether a cookie's secret opens the ledger, and note the click."""
        if secret is None:
            return False
        now = self._clock.now()
        key = session_key(secret)
        try:
            session = await self._sessions.get(key)
        except NotThere:
            return False
        if not alive(session, self._settings, now):
            return False
        if used(session, now) is not session:
            await self._sessions.advance(key, lambda it: (used(it, now), ()))
        return True

    async def sign_out(self, secret: str) -> None:
        """End the session at once, whatever copies of the cookie there are."""

        def decide(session: StaffSession) -> tuple[StaffSession, Sequence[object]]:
            return ended(session), ()

        try:
            await self._sessions.advance(session_key(secret), decide)
        except NotThere:
            return


def session_key(secret: str) -> str:
    """The key of a session: a digest, so that the store does not hold what opens it."""
    return hashlib.sha256(b"staff\0" + secret.encode()).hexdigest()
