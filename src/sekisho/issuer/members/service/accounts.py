"""The accounts behind the cards: charges and give-backs, each once, never beyond the limit.

Two writers may look at the same last posting; only one can add the next number, and the other looks
again. So the limit holds whatever number of processes serve the bank.
"""

from sekisho.issuer.members.flow import account as flow
from sekisho.issuer.members.model import MembersSettings, Posting
from sekisho.issuer.members.service.ports import Stores
from sekisho.kernel.clock import Clock
from sekisho.kernel.errors import Conflict
from sekisho.kernel.money import Amount


class Accounts:
    """Adds postings to accounts."""

    def __init__(self, settings: MembersSettings, *, stores: Stores, clock: Clock) -> None:
        self._settings = settings
        self._postings = stores.postings
        self._clock = clock

    async def charge(self, account: str, *, authorization_id: str, amount: Amount) -> bool:
        """Charge the account once for this authorization; False when it may not be charged."""
        limit_minor = flow.limit_of(self._settings, amount.currency)
        while True:
            last, mine = await self._look(account, authorization_id)
            if flow.given_back(mine):
                return False
            if flow.charge_among(mine):
                return True
            posting = flow.charge(
                last,
                account=account,
                authorization_id=authorization_id,
                amount=amount,
                limit_minor=limit_minor,
                at=self._clock.now(),
            )
            if posting is None:
                return False
            if await self._posted(posting):
                return True

    async def give_back(self, account: str, *, authorization_id: str) -> None:
        """Undo the charge of an authorization; does nothing the second time."""
        while True:
            last, mine = await self._look(account, authorization_id)
            if flow.given_back(mine):
                return
            posting = flow.give_back(
                last,
                flow.charge_among(mine),
                account=account,
                authorization_id=authorization_id,
                at=self._clock.now(),
            )
            if await self._posted(posting):
                return

    async def _look(
        self, account: str, authorization_id: str
    ) -> tuple[Posting | None, list[Posting]]:
        # The account's last posting first: whatever of ours stands before it is then seen, and
        # whatever comes after it takes the number that we are about to use.
        newest = await self._postings.find("account", account, limit=1)
        mine = await self._postings.find("authorization_id", authorization_id)
        return (newest[0] if newest else None), mine

    async def _posted(self, posting: Posting) -> bool:
        try:
            await self._postings.add(posting)
        except Conflict:
            return False  # Another writer's posting has the number.
        return True
