"""Fallback (2.3.1): a 3RI AReq that carries on a challenge which ended with D, outside of the purchase."""

from typing import Final

from sekisho.issuer.acs.flow.fitting import INVALID_TRANSACTION
from sekisho.issuer.acs.model import AskedApart, Authentication, Outcome, Verdict
from sekisho.issuer.acs.service.moves import Moves
from sekisho.issuer.acs.service.ports import Surroundings
from sekisho.kernel.errors import NotThere
from sekisho.protocol import Message
from sekisho.protocol.states.decoupled_events import DecideAReq, FallbackAsked
from sekisho.protocol.states.transaction import prior_references

REFUSED: Final = Verdict(
    outcome=Outcome.DENIED,
    reason=INVALID_TRANSACTION,
    because=("no challenge of this card and this requestor ended in a fallback",),
)


class Fallbacks:
    """Hands fallbacks from the transaction that ended in one to the transaction that asks for it."""

    def __init__(self, around: Surroundings, *, moves: Moves) -> None:
        self._store = around.stores.authentications
        self._clock = around.clock
        self._moves = moves

    async def take(
        self, areq: Message, *, id: str, card_key: str
    ) -> tuple[Verdict, AskedApart | None]:
        """Say how to answer, and what is asked from now on under the new transaction.

        Kept with the earlier one first: the very same AReq finds it again after a crash, and no other.
        Raises ProtocolFault 305 where it was asked for before.
        """
        earlier = await self._earlier(areq, card_key)
        if earlier is None:
            return REFUSED, None
        asked = FallbackAsked(at=self._clock.now(), message=areq, acs_trans_id=id)
        moved = await self._moves.move(earlier.id, asked)
        [result] = (each.result for each in moved.effects if isinstance(each, DecideAReq))
        verdict = Verdict(
            outcome=Outcome(result.trans_status),
            reason=result.reason,
            because=("the fallback of a challenge",),
        )
        goes_on = verdict.outcome is Outcome.DECOUPLED
        return verdict, moved.record.decoupled if goes_on else None

    async def _earlier(self, areq: Message, card_key: str) -> Authentication | None:
        for reference in prior_references(areq):
            try:
                record = await self._store.get(reference.lower())
            except NotThere:
                continue
            own = record.requestor_id == areq.text("threeDSRequestorID")
            if own and record.card_key == card_key and record.decoupled is not None:
                return record
        return None
