"""The order ledger as the storefront calls it."""

from collections.abc import Mapping
from typing import Final

import msgspec

from sekisho.adapters.http.client import Peer
from sekisho.adapters.http.problems import reason_in
from sekisho.kernel.errors import Conflict, TheyErred, Unreachable
from sekisho.protocol import Json

OK: Final = 200
CREATED: Final = 201
CONFLICT: Final = 409
SERVER_ERRORS: Final = 500
TOO_MANY: Final = 429


class Ledger:
    """Writes orders down, over mutual TLS."""

    def __init__(self, peer: Peer) -> None:
        self._peer = peer

    async def record_order(self, order: Mapping[str, Json]) -> None:
        """Write an order down; a second time is as good as the first.

        Raises Unreachable when it is not known whether it was written, Conflict when its number
        stands for other facts, TheyErred when the ledger refused it, with the reason.
        """
        reply = await self._peer.post("/orders", msgspec.json.encode(order))
        if reply.status in {OK, CREATED}:
            return
        if reply.status == CONFLICT:
            raise Conflict(f"the ledger answered {reply.status}: {reason_in(reply.body)}")
        if reply.status >= SERVER_ERRORS or reply.status == TOO_MANY:
            raise Unreachable(f"the ledger failed with {reply.status}")
        raise TheyErred(f"the ledger answered {reply.status}: {reason_in(reply.body)}")
