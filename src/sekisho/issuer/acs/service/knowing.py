"""What the bank knows when it decides: the card, its guard, the device, what went before."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass

from sekisho.issuer.acs.model import BankCard, CardGuard, Prior
from sekisho.issuer.acs.service.digests import Digests
from sekisho.issuer.acs.service.ports import Bank, Surroundings
from sekisho.issuer.acs.service.priors import Priors
from sekisho.kernel.cards import BadCard, Pan
from sekisho.kernel.errors import NotThere, TheyErred, Unreachable
from sekisho.protocol import Message


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """Everything that was found out about an AReq."""

    card: BankCard | None
    bank_answered: bool
    guard: CardGuard
    profile: Mapping[str, str]
    device_id: str | None
    prior: Prior


class Knowing:
    """Finds out what there is to know."""

    def __init__(self, around: Surroundings, *, bank: Bank) -> None:
        self._stores = around.stores
        self._digests = Digests(around.keys.digest)
        self._priors = Priors(around)
        self._bank = bank
        self._log = around.log

    async def about(self, areq: Message, card_key: str) -> Known:
        """Collect it, all at the same time."""
        (card, bank_answered), guard, profile, prior = await asyncio.gather(
            self._look_up(areq.text("acctNumber")),
            self._guard(card_key),
            self._profile(_method_of(areq)),
            self._priors.of(areq, card_key),
        )
        return Known(
            card=card,
            bank_answered=bank_answered,
            guard=guard,
            profile=profile,
            device_id=self._digests.device(profile) if profile else None,
            prior=prior,
        )

    async def _look_up(self, acct_number: str) -> tuple[BankCard | None, bool]:
        """Ask the bank for the card: the card or None, and whether the bank answered."""
        try:
            return await self._bank.lookup_card(Pan(acct_number)), True
        except (NotThere, BadCard):
            return None, True
        except Unreachable as error:
            self._log.warning("the bank does not answer", error=str(error))
        except TheyErred as error:
            self._log.error("the bank refuses to look a card up", error=str(error))
        return None, False

    async def _guard(self, card_key: str) -> CardGuard:
        try:
            return await self._stores.card_guards.get(card_key)
        except NotThere:
            return CardGuard(id=card_key)

    async def _profile(self, trans_id: str) -> Mapping[str, str]:
        try:
            return (await self._stores.device_profiles.get(trans_id)).facts
        except NotThere:
            return {}


def _method_of(areq: Message) -> str:
    """Give the threeDSServerTransID that the 3DS Method ran under: since 2.3.1 it may be another one."""
    return areq.text_or_none("threeDSMethodId") or areq.text("threeDSServerTransID")
