"""The ACS as its bank calls it: what cardholders did in the bank's app."""

from urllib.parse import quote

import msgspec

from sekisho.adapters.http.client import Peer
from sekisho.kernel.errors import NotThere, TheyErred, Unreachable


class AcsOfBank:
    """Calls the ACS over mutual TLS with the bank's certificate."""

    def __init__(self, peer: Peer) -> None:
        self._peer = peer

    async def prompt_answered(self, prompt_id: str, *, approved: bool) -> None:
        """Tell what the cardholder said to a prompt; safe to repeat.

        NotThere when the ACS knows no such prompt, Unreachable when it does not answer.
        """
        body = msgspec.json.encode({"answer": "approved" if approved else "denied"})
        reply = await self._peer.post(f"/prompts/{quote(prompt_id, safe='')}", body)
        match reply.status:
            case 200:
                return
            case 404:
                raise NotThere("the ACS knows no such prompt")
            case status if status in {429, 503} or status >= 500:  # noqa: PLR2004 - HTTP classes
                raise Unreachable(f"the ACS answered {status}")
            case status:
                raise TheyErred(f"the ACS answered {status}")
