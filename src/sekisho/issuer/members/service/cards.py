"""The bank's cards: found by number, registered when first seen."""

from sekisho.issuer.members.model import (
    CardId,
    CardRange,
    CardRecord,
    CardStatus,
    MembersSettings,
)
from sekisho.issuer.members.service.factors import first_methods
from sekisho.issuer.members.service.ports import Keys, Stores
from sekisho.kernel.cards import Pan
from sekisho.kernel.chance import Chance
from sekisho.kernel.clock import Clock
from sekisho.kernel.errors import Conflict, NotThere


class Cards:
    """Looks up cards; every number in the bank's ranges is a card of the bank."""

    def __init__(
        self,
        settings: MembersSettings,
        *,
        stores: Stores,
        keys: Keys,
        clock: Clock,
        chance: Chance,
    ) -> None:
        self._settings = settings
        self._cards = stores.cards
        self._keys = keys
        self._clock = clock
        self._chance = chance

    async def look_up(self, pan: Pan) -> CardRecord:
        """Give the card's record, registering the card at first sight; NotThere if not ours."""
        fingerprint = self._keys.fingerprint.mac(b"card:" + pan.digits.encode()).hex()
        try:
            return await self._cards.get(fingerprint)
        except NotThere:
            found = next((each for each in self._settings.ranges if each.holds(pan)), None)
            if found is None:
                raise
        record = self._registered(pan, fingerprint, found)
        try:
            await self._cards.add(record)
        except Conflict:
            # Somebody registered it between our look and our writing: theirs is the card's record.
            return await self._cards.get(fingerprint)
        return record

    async def by_id(self, card_id: str) -> CardRecord:
        """Give the record of a card that was looked up before; NotThere if there is none."""
        found = await self._cards.find("card_id", card_id, limit=1)
        if not found:
            raise NotThere("no card has that id")
        return found[0]

    async def newest(self, *, limit: int) -> list[CardRecord]:
        """List the cards first seen most recently."""
        return await self._cards.newest(limit=limit)

    def _registered(self, pan: Pan, fingerprint: str, found: CardRange) -> CardRecord:
        settings = self._settings
        card_id = CardId(self._chance.uuid())
        return CardRecord(
            fingerprint=fingerprint,
            card_id=card_id,
            sealed_pan=self._keys.seal.seal(pan.digits.encode(), bound_to=f"card:{card_id}"),
            last_four=pan.last_four,
            masked_number=pan.masked,
            brand=found.brand,
            product_name=found.product_name,
            status=settings.status_by_ending.get(pan.last_four, CardStatus.ACTIVE),
            personal_message=settings.personal_message,
            phone=settings.phone,
            email=settings.email,
            language=settings.language,
            registered_at=self._clock.now(),
            methods=first_methods(settings),
        )
