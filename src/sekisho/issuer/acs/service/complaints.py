"""Erros of a Directory Server about what we said: an ARes that it would not have is no promise."""

from sekisho.issuer.acs.service.moves import Moves
from sekisho.issuer.acs.service.ports import Surroundings
from sekisho.kernel.errors import NotThere
from sekisho.protocol import Message
from sekisho.protocol.states.acs_events import ErroReceived


class Complaints:
    """Takes Erros that come of a Directory Server's own accord; none is ever answered."""

    def __init__(self, around: Surroundings, *, moves: Moves) -> None:
        self._store = around.stores.authentications
        self._clock = around.clock
        self._log = around.log
        self._moves = moves

    async def take(self, erro: Message) -> None:
        """Take note: a challenge whose ARes was refused ends without a result (section 8)."""
        acs_trans_id = erro.text_or_none("acsTransID")
        self._log.warning(
            "a peer reports an error",
            acs_trans_id=acs_trans_id,
            error_code=erro["errorCode"],
            error_detail=erro["errorDetail"],
        )
        if acs_trans_id is None or erro.get("errorMessageType", "ARes") != "ARes":
            return
        try:
            record = await self._store.get(acs_trans_id.lower())
        except NotThere:
            return
        if record.transaction.strangers(erro):
            return  # of some other transaction: whoever mixes them up must not end this one
        await self._moves.move(record.id, ErroReceived(at=self._clock.now(), message=erro))
