"""Tickets: proof that a card form was opened with us, for which key, and not too long ago."""

from datetime import UTC, datetime, timedelta

from sekisho.acquirer.vault.service.ports import Mac
from sekisho.kernel.chance import Chance
from sekisho.kernel.clock import Clock
from sekisho.kernel.secret import Secret

PARTS = 3


class Tickets:
    """Signs a ticket into every form and checks it when the form comes back."""

    def __init__(self, mac: Mac, *, clock: Clock, chance: Chance, lifetime: timedelta) -> None:
        self._mac = mac
        self._clock = clock
        self._chance = chance
        self._lifetime = lifetime

    def issue(self, publishable_key: str) -> str:
        """Sign a ticket for a form opened now."""
        opened = str(int(self._clock.now().timestamp()))
        nonce = self._chance.token(12)
        return f"{opened}.{nonce}.{self._signature(publishable_key, opened, nonce)}"

    def good(self, ticket: str, publishable_key: str) -> bool:
        """Tell whether we issued the ticket for that key and its time is not up."""
        parts = ticket.split(".")
        if len(parts) != PARTS:
            return False
        opened, nonce, signature = parts
        if not Secret(self._signature(publishable_key, opened, nonce)).matches(signature):
            return False
        return self._clock.now() < datetime.fromtimestamp(int(opened), UTC) + self._lifetime

    def _signature(self, publishable_key: str, opened: str, nonce: str) -> str:
        return self._mac.mac(f"ticket:{publishable_key}:{opened}:{nonce}".encode()).hex()
