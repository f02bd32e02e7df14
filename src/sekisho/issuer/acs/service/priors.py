"""Earlier authentications that an AReq refers to: whether anything may be built upon them."""

from typing import Final

from sekisho.issuer.acs.model import Authentication, Prior
from sekisho.issuer.acs.service.ports import Surroundings
from sekisho.kernel.errors import NotThere
from sekisho.protocol import Channel, Message
from sekisho.protocol.states.transaction import prior_references

WELL: Final = "Y"
"""transStatus of an authentication that ended well, by its ARes or its result."""


class Priors:
    """Finds the authentications that requestors refer to (attack 23)."""

    def __init__(self, around: Surroundings) -> None:
        self._store = around.stores.authentications
        self._log = around.log

    async def of(self, areq: Message, card_key: str) -> Prior:
        """Say what the earlier authentications of an AReq are worth: all of them, or nothing."""
        references = prior_references(areq)
        if not references:
            return Prior.NONE
        for reference in references:
            if not await self._is_good(reference.lower(), areq, card_key):
                self._log.warning(
                    "an AReq refers to no good authentication",
                    ds_trans_id=areq.text("dsTransID"),
                    prior=reference,
                )
                return Prior.BAD
        return Prior.GOOD

    async def _is_good(self, reference: str, areq: Message, card_key: str) -> bool:
        try:
            record = await self._store.get(reference)
        except NotThere:
            return False
        return (
            record.card_key == card_key
            and record.requestor_id == areq.text("threeDSRequestorID")
            and record.trans_status == WELL
            and _took_part(record)
        )


def _took_part(record: Authentication) -> bool:
    """Tell whether its cardholder was there: what a requestor did alone proves nothing further."""
    return record.transaction.channel is not Channel.THREE_RI
