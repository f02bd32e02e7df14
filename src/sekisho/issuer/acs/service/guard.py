"""The guard over one card: guesses counted across transactions and processes, devices trusted."""

from collections.abc import Callable, Sequence
from typing import TypeAlias

from sekisho.issuer.acs.flow import remembered
from sekisho.issuer.acs.flow.left import RememberConsents
from sekisho.issuer.acs.model import CardGuard
from sekisho.issuer.acs.service.ports import Surroundings
from sekisho.kernel.errors import Conflict, NotThere

Change: TypeAlias = Callable[[CardGuard], tuple[CardGuard, Sequence[object]]]


class Guards:
    """Keeps what must be remembered of cards."""

    def __init__(self, around: Surroundings) -> None:
        self._settings = around.settings
        self._store = around.stores.card_guards
        self._clock = around.clock

    async def count_guess(self, card_key: str, guess_id: str) -> None:
        """Count a guess, durably, before it is judged. Raises Locked when there were enough."""
        now = self._clock.now()
        await self._change(
            card_key,
            lambda guard: remembered.count_guess(
                guard, id=guess_id, at=now, settings=self._settings
            ),
        )

    async def forgive_guess(self, card_key: str, guess_id: str) -> None:
        """Take back a guess that was right or was never judged."""
        await self._change(card_key, lambda guard: remembered.forgive_guess(guard, id=guess_id))

    async def remember(self, card_key: str, device_id: str) -> None:
        """Trust a device for the card."""
        now = self._clock.now()
        await self._change(
            card_key,
            lambda guard: remembered.remember(
                guard, device_id=device_id, at=now, settings=self._settings
            ),
        )

    async def agree(self, said: RememberConsents) -> None:
        """Keep what the cardholder agreed to."""
        await self._change(
            said.card_key,
            lambda guard: remembered.agree(
                guard,
                requestor_id=said.requestor_id,
                trusts=said.trusts,
                device_id=said.device_id,
                binds=said.binds,
                settings=self._settings,
            ),
        )

    async def _change(self, card_key: str, change: Change) -> None:
        try:
            await self._store.advance(card_key, change)
        except NotThere:
            fresh, effects = change(CardGuard(id=card_key))
            try:
                await self._store.add(fresh, effects)
            except Conflict:
                await self._store.advance(card_key, change)
